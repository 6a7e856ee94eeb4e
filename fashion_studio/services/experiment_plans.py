"""Experiments as data (`resources/experiments/*.toml`): which variants of a recipe on which renderings.

An experiment says what is compared, which figures its table shows, and what the sources published about it.
What a person chooses (how many renderings, epochs, the side of the input, a backbone whose weights are at
hand) is laid over every variant alike, so that the variants differ in nothing but what is compared.
"""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from fashion_studio.config.resources import adain_dir, resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import method_recipe_from_mapping
from fashion_studio.learning.run_folder import with_epochs
from fashion_studio.learning.style.plan import Regime, with_regime
from fashion_studio.services.experiment_data import DataKind  # noqa: TC001 - msgspec resolves it

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = [
    "Column",
    "Experiment",
    "ExperimentChoice",
    "ProbePlan",
    "Published",
    "Variant",
    "chosen_variants",
    "experiment_names",
    "read_experiment",
    "variant_recipe",
]

_JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Column:
    """A figure of the table: the mean of the named ones (`learning.scores`)."""

    title: str
    figures: tuple[str, ...]
    less_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """What one row of the table is.

    Attributes:
        name: of its run's folder.
        recipe_variants: the recipe's own variants, laid over it in this order.
        changes: further fields, in the recipe file's shape.
        regime: how the training uses stylised photos (`learning.style.plan`).
    """

    name: str
    title: str
    recipe_variants: tuple[str, ...] = ()
    changes: dict[str, Any] = field(default_factory=dict)
    regime: Regime = Regime.ORIGINAL


@dataclass(frozen=True, slots=True)
class ProbePlan:
    """What the trained models are asked beside their test photos (`services.experiment_probe`).

    Attributes:
        photos: test photos that variants are made of, at most.
        conflicts: pictures with two cues, at most.
    """

    photos: int = 100
    conflicts: int = 200


@dataclass(frozen=True, slots=True)
class Published:
    """What a source says: a figure, or a finding in words. Other data, so never a target.

    Attributes:
        figures: column's title to value; none for a finding in words.
    """

    what: str
    source: str
    figures: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Experiment:
    """A file of `resources/experiments`.

    Attributes:
        data: see `services.experiment_data.prepare_data`.
        images: photos rendered where a person names no number.
        probe: what is asked about texture and shape; None asks nothing.
    """

    name: str
    title: str
    question: str
    recipe: str
    data: DataKind
    columns: tuple[Column, ...]
    variants: tuple[Variant, ...]
    published: tuple[Published, ...] = ()
    images: int = 1000
    probe: ProbePlan | None = None


@dataclass(frozen=True, slots=True)
class ExperimentChoice:
    """What a person may choose; None and "" leave what the recipe says.

    Attributes:
        side_px: side of the input.
        rate: learning rate of the last phase; those of the others change in proportion.
        backbone: one in place of the recipe's, in recipes with one backbone.
        small: the two-stream recipe's pair of small backbones.
        weights: safetensors file with the backbone's ImageNet weights; None fetches timm's.
        random_weights: every backbone starts at random.
        variants: names of those to run; () is all.
        adain, styles: folders with a style transfer's weights (None: the shipped one) and with pictures of
            styles; without styles rendered cloth, and the other photos, are taken.
    """

    images: int | None = None
    epochs: int | None = None
    side_px: int | None = None
    batch_size: int | None = None
    rate: float | None = None
    backbone: str = ""
    small: bool = False
    weights: Path | None = None
    random_weights: bool = False
    variants: tuple[str, ...] = ()
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    adain: Path | None = None
    styles: Path | None = None

    @property
    def stylist(self) -> Path | None:
        """The style transfer's weights; None where none were given and none is shipped."""
        return self.adain or adain_dir()

    def fixed(self) -> dict[str, Any]:
        """What has to stay the same when an experiment goes on: all but where it runs and which rows."""
        free = ("variants", "device", "threads")
        kept = {name: value for name, value in asdict(self).items() if name not in free}
        paths = {"weights": self.weights, "adain": self.adain, "styles": self.styles}
        return kept | {name: None if path is None else path.name for name, path in paths.items()}


def experiment_names() -> tuple[str, ...]:
    """The shipped experiments, in alphabetical order."""
    return tuple(sorted(path.stem for path in (resources_dir() / "experiments").glob("*.toml")))


def read_experiment(name: str) -> Experiment:
    """A shipped experiment by its name, or one in a TOML file of one's own.

    Raises:
        UserError: there is none of this name, or the file is none.
    """
    own = Path(name).expanduser()
    path = own if own.suffix == ".toml" else resources_dir() / "experiments" / f"{name}.toml"
    if not path.is_file():
        msg = f"There is no experiment “{name}”. There are {', '.join(experiment_names())}."
        raise UserError(msg)
    try:
        return msgspec.toml.decode(path.read_bytes(), type=Experiment)
    except (OSError, msgspec.MsgspecError, tomllib.TOMLDecodeError) as error:
        msg = f"The experiment {path.name} cannot be used: {error}."
        raise UserError(msg) from error


def chosen_variants(experiment: Experiment, choice: ExperimentChoice) -> tuple[Variant, ...]:
    """The variants to run.

    Raises:
        UserError: a name is none of them.
    """
    names = [variant.name for variant in experiment.variants]
    for name in choice.variants:
        if name not in names:
            msg = f"The experiment “{experiment.title}” has no variant “{name}”; it has {', '.join(names)}."
            raise UserError(msg)
    return tuple(v for v in experiment.variants if not choice.variants or v.name in choice.variants)


def variant_recipe(experiment: Experiment, variant: Variant, choice: ExperimentChoice) -> MethodRecipe:
    """The recipe of one row.

    Raises:
        UserError: the recipe has no such variant, or cannot be used with what was chosen.
    """
    path = resources_dir() / "recipes" / f"{experiment.recipe}.toml"
    try:
        source = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"The recipe {path.name} cannot be read: {error}."
        raise UserError(msg) from error
    over: dict[str, Any] = {}
    for layer in (*_layers(source, variant, choice), variant.changes, _chosen_fields(source, choice)):
        over = _laid_over(over, layer)
    recipe = method_recipe_from_mapping(source | {"variants": {_JOINED: over}}, _JOINED)
    recipe = replace(recipe, variant=variant.name)
    if choice.epochs is not None:
        recipe = with_epochs(recipe, choice.epochs)
    if choice.rate is not None:
        recipe = _with_rate(recipe, choice.rate)
    return with_regime(recipe, variant.regime)


def _layers(source: Mapping[str, Any], variant: Variant, choice: ExperimentChoice) -> list[dict[str, Any]]:
    known: Mapping[str, Any] = source.get("variants", {})
    names = (*(("small",) if choice.small else ()), *variant.recipe_variants)
    for name in names:
        if name not in known:
            there = ", ".join(known) or "none"
            msg = f"The recipe “{source['title']}” has no variant “{name}”; it has {there}."
            raise UserError(msg)
    return [known[name] for name in names]


def _chosen_fields(source: Mapping[str, Any], choice: ExperimentChoice) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    if choice.side_px is not None:
        fields["view"] = {"side_px": choice.side_px}
    if choice.batch_size is not None:
        fields["batch_size"] = choice.batch_size
    if choice.backbone:
        if "backbone" not in source:
            msg = f"The recipe “{source['title']}” has two streams; its small pair is chosen with --small."
            raise UserError(msg)
        fields["backbone"] = {"backbone": choice.backbone}
    if choice.random_weights and "backbone" in source:
        fields["backbone"] = fields.get("backbone", {}) | {"weights": "none"}
    elif choice.random_weights:
        fields["two_stream"] = {"texture": {"weights": "none"}, "shape": {"weights": "none"}}
    return fields


def _laid_over(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(below)
    for key, value in above.items():
        old = joined.get(key)
        joined[key] = _laid_over(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return joined


def _with_rate(recipe: MethodRecipe, rate: float) -> MethodRecipe:
    factor = rate / recipe.phases[-1].optimiser.rate
    phases = []
    for phase in recipe.phases:
        rates = {part: own * factor for part, own in phase.optimiser.rates.items()}
        optimiser = replace(phase.optimiser, rate=phase.optimiser.rate * factor, rates=rates)
        schedule = replace(phase.schedule, eta_min=phase.schedule.eta_min * factor)
        phases.append(replace(phase, optimiser=optimiser, schedule=schedule))
    return replace(recipe, phases=tuple(phases))
