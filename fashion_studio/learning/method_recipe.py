"""Recipes of the published methods: everything that decides a training, in `resources/recipes/*.toml`.

The house model's own recipe is another schema (`fashion_studio.learning.recipe`). A method recipe says which
network (exactly one of `[two_stream]`, `[backbone]`, `[base]`), how a photo becomes its input, the loss terms
with weight and reduction, the phases, the sampler, and what the result has to keep to. `[variants.NAME]` are
partial tables laid over the recipe, key by key; arrays are replaced as a whole.

How the parts are turned into objects: `zoo.configuration` and `zoo.registry` (networks),
`learning.objectives` (losses), `learning.schedules` (optimiser, schedule, phases), `learning.class_sampling`,
`learning.views`, `learning.mixing`, `learning.scores` (figures).
"""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.plan import PAIRED, GanPlan, are_adversarial, warm_ups
from fashion_studio.learning.style.plan import Stylising
from fashion_studio.learning.view_plans import Augmenting, Mixing, ViewPlan

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "BackbonePlan",
    "BasePlan",
    "EarlyStopping",
    "Limits",
    "LossTerm",
    "MethodRecipe",
    "OptimiserPlan",
    "Phase",
    "SamplerPlan",
    "Schedule",
    "StreamPlan",
    "TwoStreamPlan",
    "method_recipe_from_mapping",
    "parse_method_recipe",
    "read_method_recipe",
    "recipe_toml",
    "variant_names",
]

Weights = Literal["imagenet", "none"]
"""Where a backbone starts: timm's weights of that tag (hub, or a local file), or random."""


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """One trunk of a two-stream network; fields as in `zoo.configuration.StreamConfig`.

    Attributes:
        backbone: timm's name, with the tag of its weights after a point where there are several.
        weights: how it starts.
    """

    backbone: str
    stages: tuple[int, ...]
    weights: Weights = "none"
    pad_type: str | None = None


@dataclass(frozen=True, slots=True)
class TwoStreamPlan:
    """The two-stream network; heads, classes and landmarks come from the data's vocabulary.

    Attributes:
        fusion_widths, fusion_kernel, fusion_norm: convolutions over the concatenated streams.
        streams: "both"; "texture" and "shape" are the ablation: the heads see one stream's features only, the
            other's are set to zero before the fusion, so that the number of parameters stays the same.
    """

    texture: StreamPlan
    shape: StreamPlan
    fusion_widths: tuple[int, ...] = (2048, 4096)
    fusion_kernel: int = 3
    fusion_norm: bool = False
    dropout: float = 0.5
    decoder: Literal["deconv", "pyramid"] = "deconv"
    decoder_width: int = 48
    visibility_states: Literal[1, 3] = 1
    streams: Literal["both", "texture", "shape"] = "both"


@dataclass(frozen=True, slots=True)
class BackbonePlan:
    """One timm backbone with a head per attribute.

    Attributes:
        backbone: timm's name with tag, such as "eva02_tiny_patch14_224.mim_in22k".
        frozen: the backbone keeps weights and running statistics; only the heads are trained.
        hidden_widths: layers between features and heads, each linear, ReLU, dropout; () is a linear head.
    """

    backbone: str
    weights: Weights = "none"
    frozen: bool = False
    hidden_widths: tuple[int, ...] = ()
    dropout: float = 0.0


@dataclass(frozen=True, slots=True)
class BasePlan:
    """A bundle that exists already goes on learning; its vocabulary has to be that of the data.

    Attributes:
        bundle: "house" or another bundle's name; the command line may give a folder instead.
    """

    bundle: str = "house"


LossKind = Literal[
    "cross_entropy",
    "focal",
    "binary_cross_entropy",
    "main_value",
    "heatmap_squared",
    "heatmap_cross_entropy",
    "visibility",
]


@dataclass(frozen=True, slots=True)
class LossTerm:
    """One term; weight and reduction belong together. What is unknown never counts.

    Attributes:
        kind: "cross_entropy" and "focal" for one-valued heads, "binary_cross_entropy" for several-valued
            ones, "main_value" (a softmax over the same logits) for the first of them, the rest for landmarks.
        heads: attributes it covers; () is all of the fitting cardinality that no other term names. The terms
            of several one-valued heads are added up; several-valued heads are joined into one vector first.
        weight: of the term in the sum.
        reduction: "mean" or "sum", per kind as `learning.objectives` states: the mean is over the known
            entries (for heatmaps over a map's cells), "sum" adds up the entries of a picture and takes the
            mean over pictures.
        smoothing: label smoothing of a cross-entropy.
        gamma: focal loss's exponent.
        target: heatmap target; `sigma` its width (Gaussian) or radius (cone) in fractions of the map's side.
        occluded: how much an occluded point counts beside a visible one.
    """

    kind: LossKind
    heads: tuple[str, ...] = ()
    weight: float = 1.0
    reduction: Literal["mean", "sum"] = "mean"
    smoothing: float = 0.0
    gamma: float = 2.0
    target: Literal["gaussian", "cone"] = "gaussian"
    sigma: float = 8 / 224
    occluded: float = 0.0


@dataclass(frozen=True, slots=True)
class OptimiserPlan:
    """An optimiser.

    Attributes:
        rates: rate by part of the network (first component of the parameter's name, such as "texture") where
            it differs from `rate`.
    """

    kind: Literal["adamw", "adam", "sgd"] = "adamw"
    rate: float = 1e-4
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.999)
    momentum: float = 0.9
    rates: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The learning rate's course within a phase.

    Attributes:
        kind: "exponential" multiplies by `decay` after each epoch; "cosine" falls to `eta_min` at the phase's
            end; "warm_restarts" is SGDR with first period `t0_epochs`, each `t_mult` times the one before;
            "linear_half" is constant in the first half and falls linearly to 0 in the second.
        eta_min: smallest rate; for parts with their own rate in the same proportion.
        warmup_steps: linear, before the rest.
    """

    kind: Literal["constant", "exponential", "cosine", "warm_restarts", "linear_half"] = "constant"
    decay: float = 1.0
    t0_epochs: int = 10
    t_mult: int = 1
    eta_min: float = 0.0
    warmup_steps: int = 0


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of epochs with its own trained parts, loss terms, optimiser and schedule.

    Attributes:
        parts: which parts of the network learn (first component of parameter names); () is all.
        terms: names of the loss terms that count; () is all.
        stylised: share of stylised views in this phase; None is the recipe's.
    """

    name: str
    epochs: int
    parts: tuple[str, ...] = ()
    terms: tuple[str, ...] = ()
    optimiser: OptimiserPlan = OptimiserPlan()
    schedule: Schedule = Schedule()
    stylised: float | None = None


@dataclass(frozen=True, slots=True)
class SamplerPlan:
    """How an epoch's photos are drawn.

    Attributes:
        kind: "shuffle" takes each once; "inverse_frequency" draws with replacement, with the inverse
            frequency of the photo's value of `head` as weight.
        head: attribute whose values are balanced; "" is the first.
        photos_per_epoch: 0 is as many as there are.
    """

    kind: Literal["shuffle", "inverse_frequency"] = "shuffle"
    head: str = ""
    photos_per_epoch: int = 0


@dataclass(frozen=True, slots=True)
class EarlyStopping:
    """Training stops after `patience` epochs without a gain of `min_delta` over the best epoch so far."""

    patience: int
    min_delta: float = 0.0


@dataclass(frozen=True, slots=True)
class Limits:
    """What the result has to keep to; checked, not hoped for.

    Attributes:
        max_file_mb: largest saved weights file, in MB of 1024 × 1024 bytes; 0 is no limit.
        storage: number format of the saved weights.
        forbid_pretrained: every weight starts at random; a weights file or base model is refused.
    """

    max_file_mb: float = 0.0
    storage: Literal["float16", "float32"] = "float16"
    forbid_pretrained: bool = False


@dataclass(frozen=True, slots=True)
class MethodRecipe:
    """A whole training by one published method.

    Attributes:
        gan: makes it an adversarial training of an editor; the base is then the frozen attribute network that
            guides it, `heads` the attributes that it edits.
        heads: attributes that are learnt; () is all of the data's vocabulary.
        monitor: the validation figure that chooses the best epoch and stops early (names: `learning.scores`).
        monitor_mode: whether more or less of it is better.
        average_decay: decay of a moving average of the weights that is kept instead, 0 for none.
        clip_norm: largest gradient norm, 0 for none.
        freeze_norms: batch normalisations keep their running statistics; scale and shift are trained.
        sources: where the numbers come from, for the card.
        published: figures that the sources give, for the tables beside ours; never a target.
        variant: name of the variant this recipe is, "" for the recipe itself.
    """

    name: str
    title: str
    phases: tuple[Phase, ...]
    loss: Mapping[str, LossTerm] = field(default_factory=dict)
    two_stream: TwoStreamPlan | None = None
    backbone: BackbonePlan | None = None
    base: BasePlan | None = None
    gan: GanPlan | None = None
    heads: tuple[str, ...] = ()
    batch_size: int = 32
    view: ViewPlan = field(default_factory=ViewPlan)
    augmenting: Augmenting = field(default_factory=Augmenting)
    mixing: Mixing = field(default_factory=Mixing)
    stylising: Stylising = field(default_factory=Stylising)
    sampler: SamplerPlan = SamplerPlan()
    precision: Literal["32-true", "16-mixed", "bf16-mixed"] = "32-true"
    clip_norm: float = 0.0
    average_decay: float = 0.0
    freeze_norms: bool = False
    monitor: str = "loss"
    monitor_mode: Literal["min", "max"] = "min"
    early_stopping: EarlyStopping | None = None
    limits: Limits = Limits()
    seed: int = 0
    sources: tuple[str, ...] = ()
    published: Mapping[str, float] = field(default_factory=dict)
    variant: str = ""

    @property
    def epochs(self) -> int:
        """Of all phases together."""
        return sum(phase.epochs for phase in self.phases)

    def stylised_share(self, phase: Phase) -> float:
        """Share of stylised views in a phase; the pairs of an adversarial training have none."""
        if self.gan is not None and phase.name == PAIRED:
            return 0.0
        return self.stylising.share if phase.stylised is None else phase.stylised

    @property
    def stylises(self) -> bool:
        """Whether any phase sees stylised views."""
        return any(self.stylised_share(phase) > 0 for phase in self.phases)

    @property
    def wants_masks(self) -> bool:
        """Whether garments have to be cut out before it begins."""
        cloth = self.stylises and self.stylising.source == "cloth"
        return self.view.background != "raw" or self.gan is not None or cloth

    @property
    def learns_landmarks(self) -> bool:
        """Whether landmarks alone make a photo useful."""
        return self.backbone is None and self.gan is None

    @property
    def renders(self) -> bool:
        """Whether it makes training pictures itself, so that it needs no photos."""
        return self.gan is not None and self.gan.renderings.count > 0

    def steps_per_epoch(self, photos: int) -> int:
        """Optimiser steps in an epoch of so many training photos."""
        if self.gan is not None:
            return self.gan.steps_per_epoch
        return math.ceil((self.sampler.photos_per_epoch or photos) / self.batch_size)

    @property
    def starts_pretrained(self) -> bool:
        """Whether any weight starts from what was trained before."""
        if self.two_stream is not None:
            return "imagenet" in (self.two_stream.texture.weights, self.two_stream.shape.weights)
        return self.base is not None or (self.backbone is not None and self.backbone.weights == "imagenet")


def parse_method_recipe(text: str, variant: str = "") -> MethodRecipe:
    """Parses TOML text.

    Args:
        text: the recipe.
        variant: one of its `[variants]`, or "" for the recipe itself.

    Raises:
        UserError: not TOML, no such variant, or a field is missing, unknown, of the wrong type or at odds
            with another; the message names it.
    """
    return method_recipe_from_mapping(_toml(text), variant)


def read_method_recipe(path: Path, variant: str = "") -> MethodRecipe:
    """Reads a TOML file; see `parse_method_recipe`.

    Raises:
        UserError: the file is missing or no method recipe.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        msg = f"The recipe {path.name} cannot be read: {reason}."
        raise UserError(msg) from error
    return parse_method_recipe(text, variant)


def variant_names(text: str) -> tuple[str, ...]:
    """The variants of a recipe in the order of the file."""
    return tuple(_toml(text).get("variants", {}))


def recipe_toml(recipe: MethodRecipe) -> str:
    """The recipe as TOML that parses to the same recipe, with every default written out, for run folders."""
    return msgspec.toml.encode(_without_none(msgspec.to_builtins(recipe))).decode()


def method_recipe_from_mapping(data: Mapping[str, Any], variant: str = "") -> MethodRecipe:
    """Builds a recipe from plain data; see `parse_method_recipe`.

    Raises:
        UserError: as there.
    """
    plain = {key: value for key, value in data.items() if key != "variants"}
    variants: Mapping[str, Any] = data.get("variants", {})
    if variant:
        if variant not in variants:
            known = ", ".join(variants) or "none"
            msg = f"The recipe has no variant “{variant}”; it has: {known}."
            raise UserError(msg)
        plain = _overlaid(plain, variants[variant]) | {"variant": variant}
    try:
        recipe = msgspec.convert(plain, MethodRecipe)
    except msgspec.ValidationError as error:
        msg = f"The recipe cannot be used: {error}."
        raise UserError(msg) from error
    strange = sorted(_unknown(plain, msgspec.to_builtins(recipe)))
    if strange:
        msg = f"The recipe has fields that are not known: {', '.join(strange)}."
        raise UserError(msg)
    _check(recipe)
    return recipe


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        msg = f"The recipe is not valid TOML: {error}."
        raise UserError(msg) from error


def _overlaid(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(below)
    for key, value in above.items():
        old = joined.get(key)
        joined[key] = _overlaid(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return joined


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, (list, tuple)):
        return [_without_none(entry) for entry in value]
    return value


def _check(recipe: MethodRecipe) -> None:
    networks = [plan for plan in (recipe.two_stream, recipe.backbone, recipe.base) if plan is not None]
    problems = {
        "It has to have exactly one of [two_stream], [backbone] and [base].": len(networks) != 1,
        "It has no [[phases]].": not recipe.phases,
        "It has no [loss] term.": not recipe.loss and recipe.gan is None,
        **_gan_problems(recipe),
        recipe.stylising.problem(): bool(recipe.stylising.problem()),
        "The share of stylised views of a phase lies between 0 and 1.": not all(
            0 <= recipe.stylised_share(phase) <= 1 for phase in recipe.phases
        ),
        "It forbids pretrained weights and asks for them.": recipe.limits.forbid_pretrained
        and recipe.starts_pretrained,
        "Landmark losses need a two-stream network.": recipe.backbone is not None
        and any(term.kind.startswith(("heatmap", "visibility")) for term in recipe.loss.values()),
        "CutMix and Mixup cannot be used with landmark losses.": (
            recipe.mixing.cutmix_share > 0 or recipe.mixing.mixup_share > 0
        )
        and any(term.kind.startswith(("heatmap", "visibility")) for term in recipe.loss.values()),
        "Batch size and epochs have to be at least 1.": recipe.batch_size < 1
        or any(phase.epochs < 1 for phase in recipe.phases),
    }
    for phase in recipe.phases:
        unknown = sorted(set(phase.terms) - recipe.loss.keys())
        problems[f"Its phase “{phase.name}” names a loss term that is not there: {unknown}."] = bool(unknown)
    for sentence, wrong in problems.items():
        if wrong:
            msg = f"The recipe “{recipe.title}” cannot be used. {sentence}"
            raise UserError(msg)


def _gan_problems(recipe: MethodRecipe) -> dict[str, bool]:
    gan = recipe.gan
    if gan is None:
        return {}
    found, names = dict.fromkeys(gan.problems(), True), [phase.name for phase in recipe.phases]
    return found | {
        "An adversarial training has no [loss]; its losses are in [gan.weights].": bool(recipe.loss),
        "An adversarial training needs [base], the attribute network that guides it.": recipe.base is None,
        "An adversarial training has one phase; one called “paired” may come before it, and one called "
        "“originals” after it.": not are_adversarial(names),
        "A stylised copy has another surface, and this recipe edits nothing but the surface.": (
            recipe.stylises and set(gan.attributes) <= set(recipe.stylising.surface)
        ),
        "Pairs come from renderings; its [gan.renderings] has none.": not gan.renderings.count
        and (warm_ups(names) > 0 or gan.weights.paired > 0),
        "Its heads have to be the attributes of [gan.attributes].": recipe.heads != tuple(gan.attributes),
    }


def _unknown(given: Any, known: Any, prefix: str = "") -> set[str]:
    if isinstance(given, dict) and isinstance(known, dict):
        found = {f"{prefix}{key}" for key in given if key not in known}
        for key in given.keys() & known.keys():
            found |= _unknown(given[key], known[key], f"{prefix}{key}.")
        return found
    if isinstance(given, (list, tuple)) and isinstance(known, (list, tuple)):
        return set().union(*(_unknown(a, b, prefix) for a, b in zip(given, known, strict=True)), set())
    return set()
