"""Recipes: everything that decides a training, as data in `resources/recipes/*.toml`."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.augmentation import Augmentation
from fashion_studio.learning.losses import LossWeights
from fashion_studio.learning.style.plan import Stylising

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "Optimiser",
    "PseudoLabelling",
    "Recipe",
    "Renderings",
    "Round",
    "parse_recipe",
    "read_recipe",
    "recipe_from_mapping",
    "recipe_mapping",
]


@dataclass(frozen=True, slots=True)
class Optimiser:
    """AdamW with linear warm-up and cosine decay to `final_fraction` of the rates.

    Attributes:
        trunk_rate: learning rate of both backbones, 0 leaves them as they are; `head_rate` of the rest.
        resting_blocks: so many first blocks of both backbones stay as they are, stem included; edges and
            plain surfaces have been learnt by then, and these largest maps take over half of a step's time.
        average_decay: decay of the moving average of the weights, which is what is kept in the end.
        clip_norm: largest gradient norm.
    """

    trunk_rate: float = 5e-4
    head_rate: float = 1.5e-3
    resting_blocks: int = 0
    weight_decay: float = 0.02
    warmup_steps: int = 150
    final_fraction: float = 0.01
    average_decay: float = 0.998
    clip_norm: float = 5.0


@dataclass(frozen=True, slots=True)
class PseudoLabelling:
    """What a round takes over from the model of the round before, on the training photos.

    Attributes:
        min_confidence: a value is taken where its probability, averaged over views, is at least this.
        max_spread: a landmark is taken where its positions in the views lie within this, in fractions of
            the picture's side.
        point_weight: how much such a landmark counts beside a rendered one.
        min_agreement: a mask is taken where the views' masks overlap (IoU) at least this much.
        mask_weight: how much such a mask counts.
        attributes, colors: whether these are taken over at all; not, once a person has labelled enough photos
            to contradict what the model is sure of.
    """

    min_confidence: float = 0.85
    max_spread: float = 0.03
    point_weight: float = 0.5
    min_agreement: float = 0.85
    mask_weight: float = 0.5
    attributes: bool = True
    colors: bool = True


@dataclass(frozen=True, slots=True)
class Round:
    """One training after the other; each starts from the averaged weights of the one before.

    Attributes:
        photos_per_epoch, renderings_per_epoch: no more photos than there are.
        emphasis: attribute → value → how many times as often renderings with this value are shown; the
            highest of a rendering's factors counts (`learning.emphasis`). `photo_emphasis` the same for
            photos, where only what a person said should be emphasised. `eye_emphasis` is how many times as
            often photos are shown that a person has labelled by eye.
        keep: "last" passes the last epoch's averaged weights on, which a learning rate that has come to rest
            asks for; "best" those with the best score on what is held out, which a few hundred pictures
            can only tell roughly.
        stylised: share of stylised views in this round; None is the recipe's (`learning.style.plan`).
    """

    epochs: int
    side_px: int
    photos_per_epoch: int
    renderings_per_epoch: int
    batch_size: int = 32
    optimiser: Optimiser = field(default_factory=Optimiser)
    augmentation: Augmentation = field(default_factory=Augmentation)
    loss: LossWeights = field(default_factory=LossWeights)
    pseudo_labels: PseudoLabelling | None = None
    emphasis: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    photo_emphasis: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    eye_emphasis: int = 1
    keep: Literal["last", "best"] = "last"
    stylised: float | None = None


@dataclass(frozen=True, slots=True)
class Renderings:
    """Which rendered garments are used. Ranges of seeds never overlap: training, choosing, reporting."""

    count: int = 10_000
    first_seed: int = 1_000_000
    choosing_count: int = 340
    choosing_first_seed: int = 5_000_000
    reported_count: int = 500
    reported_first_seed: int = 9_000_000


@dataclass(frozen=True, slots=True)
class Closing:
    """Heads fitted to rest on new renderings and the photos labelled by eye (`learning.closing`).

    Attributes:
        count: how many renderings, 0 to leave the heads as they were trained.
        first_seed: of renderings that nothing else uses.
        ridge: how strongly the trained weights are held on to.
        attributes: whose heads; none is those of all attributes.
    """

    count: int = 0
    first_seed: int = 20_000_000
    ridge: float = 0.3
    attributes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Recipe:
    """A whole training.

    Attributes:
        architecture: "house" (the compact pair) or "tiny" (a still smaller pair, for tests).
        cache_px: side of the cached squares that views are cut from.
        input_px: side of the finished model's input.
        hold_out: share of the training photos, by whole senders, for choosing and calibrating.
        freeze_norms: keep the backbones' running statistics (their scale and shift are trained).
        balance: adjust the attribute heads' biases for mean recall at the end (`learning.balancing`).
        closing: what is done to the heads after the last round.
        partial: values that follow weakly from a photo's class.
        stylising: stylised copies among the views of photos and renderings; none, as it is shipped.
    """

    name: str
    title: str
    architecture: Literal["house", "tiny"]
    rounds: tuple[Round, ...]
    cache_px: int = 224
    input_px: int = 192
    hold_out: float = 0.08
    freeze_norms: bool = True
    balance: bool = True
    precision: Literal["bf16-mixed", "32-true"] = "bf16-mixed"
    renderings: Renderings = Renderings()
    closing: Closing = Closing()
    partial: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    stylising: Stylising = field(default_factory=Stylising)

    def stylised_share(self, part: Round) -> float:
        """Share of stylised views in a round."""
        return self.stylising.share if part.stylised is None else part.stylised

    @property
    def stylises(self) -> bool:
        """Whether any round sees stylised views."""
        return any(self.stylised_share(part) > 0 for part in self.rounds)


def parse_recipe(text: str) -> Recipe:
    """Parses TOML text.

    Raises:
        UserError: not TOML, or a field is missing, unknown or of the wrong type.
    """
    try:
        return recipe_from_mapping(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        msg = f"The recipe is not valid TOML: {error}."
        raise UserError(msg) from error


def recipe_from_mapping(data: Mapping[str, Any]) -> Recipe:
    """Builds a recipe from plain data.

    Raises:
        UserError: a field is missing, unknown or of the wrong type.
    """
    try:
        recipe = msgspec.convert(data, Recipe)
    except msgspec.ValidationError as error:
        msg = f"The recipe cannot be used: {error}."
        raise UserError(msg) from error
    strange = sorted(_unknown(dict(data), msgspec.to_builtins(recipe)))
    if strange:
        msg = f"The recipe has fields that are not known: {', '.join(strange)}."
        raise UserError(msg)
    if not recipe.rounds:
        msg = "The recipe has no [[rounds]]."
        raise UserError(msg)
    wrong = recipe.stylising.problem()
    if wrong or not all(0 <= recipe.stylised_share(part) <= 1 for part in recipe.rounds):
        msg = wrong or "The share of stylised views of a round lies between 0 and 1."
        raise UserError(msg)
    return recipe


def recipe_mapping(recipe: Recipe) -> dict[str, Any]:
    """The recipe as plain data that `recipe_from_mapping` makes the same recipe of."""
    found: dict[str, Any] = msgspec.to_builtins(recipe)
    return found


def read_recipe(path: Path) -> Recipe:
    """Reads a TOML file.

    Raises:
        UserError: the file is missing or no recipe.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"The recipe {path.name} cannot be read: {error.strerror}."
        raise UserError(msg) from error
    return parse_recipe(text)


def _unknown(given: Any, known: Any, prefix: str = "") -> set[str]:
    if isinstance(given, dict) and isinstance(known, dict):
        found = {f"{prefix}{key}" for key in given if key not in known}
        for key in given.keys() & known.keys():
            found |= _unknown(given[key], known[key], f"{prefix}{key}.")
        return found
    if isinstance(given, (list, tuple)) and isinstance(known, (list, tuple)):
        return set().union(*(_unknown(a, b, prefix) for a, b in zip(given, known, strict=True)), set())
    return set()
