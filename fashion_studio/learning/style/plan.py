"""Stylised training as data: which share of the views has another texture, and the regimes of the paper.

Geirhos et al. (ICLR 2019) train on stylised pictures alone, on both kinds together, and on both with some
epochs on the originals after. Here a share of the training views is drawn from stylised copies of the photos,
so that every regime has as many steps as the training without them. Landmarks, boxes and masks stay; labels
of the surface (fabric, pattern, colours) are unknown in a stylised view, since it has another surface.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fashion_studio.learning.method_recipe import MethodRecipe, Phase
    from fashion_studio.learning.recipe import Recipe, Round

__all__ = [
    "ORIGINALS",
    "SURFACE",
    "Regime",
    "StylisedRecipe",
    "Stylising",
    "shares_in_words",
    "with_regime",
    "with_rounds_regime",
]

SURFACE: Final = ("pattern", "fabric", "colors", "color", "texture")
"""Attributes that speak of the surface, in the program's own vocabularies and the known data sets'."""

_MIXED: Final = 0.5
_FINE_TUNED: Final = 0.25
"""Epochs on the originals after a mixed training, as a share of its epochs (the paper has 60 after 60)."""
_LOWER_RATE: Final = 0.1
ORIGINALS: Final = "originals"
"""Name of the phase on the originals after a mixed training."""


class Regime(StrEnum):
    """How a training uses stylised copies.

    ORIGINAL: not at all. STYLISED: nothing else. MIXED: every other view. MIXED_THEN_ORIGINAL: the same, then
    some epochs on the originals at a tenth of the rate. CLOTH: every other view with the garment in rendered
    cloth, the cheap way.
    """

    ORIGINAL = "original"
    STYLISED = "stylised"
    MIXED = "mixed"
    MIXED_THEN_ORIGINAL = "mixed-then-original"
    CLOTH = "cloth"


@dataclass(frozen=True, slots=True)
class Stylising:
    """Part of a recipe.

    Attributes:
        share: probability that a training view is a stylised copy; a phase may have its own
            (`learning.method_recipe.Phase.stylised`), a round of the house recipe too
            (`learning.recipe.Round.stylised`).
        source: "adain" gives the whole picture another picture's style; "cloth" fills the garment with
            rendered cloth and leaves the rest.
        alpha: strength of the style, 0 to 1; the paper's is 1.
        copies: per photo, each in a style of its own, drawn by the run's seed; made once, before training.
        side_px: long side of the copies; 0 is a little more than the network's input.
        surface: attributes whose labels do not hold in a stylised view.
    """

    share: float = 0.0
    source: Literal["adain", "cloth"] = "adain"
    alpha: float = 1.0
    copies: int = 1
    side_px: int = 0
    surface: tuple[str, ...] = SURFACE

    def problem(self) -> str:
        """Why it cannot be used; empty when it can."""
        if not (0 <= self.share <= 1 and 0 <= self.alpha <= 1):
            return "The shares and the strength in [stylising] lie between 0 and 1."
        return "[stylising] needs at least one copy of a photo." if self.copies < 1 else ""


class StylisedRecipe(Protocol):
    """What stylising has to know of a recipe, of whatever schema."""

    @property
    def stylising(self) -> Stylising:
        """How copies are made."""
        ...

    @property
    def stylises(self) -> bool:
        """Whether any of its parts sees copies."""
        ...


def with_regime(recipe: MethodRecipe, regime: Regime) -> MethodRecipe:
    """The recipe in another regime; its own `[stylising]` says the rest."""
    phases = tuple(replace(phase, stylised=None) for phase in recipe.phases)
    if regime is Regime.MIXED_THEN_ORIGINAL:
        phases = (*phases, _phase_on_originals(recipe))
    return replace(recipe, stylising=_in_regime(recipe.stylising, regime), phases=phases)


def with_rounds_regime(recipe: Recipe, regime: Regime) -> Recipe:
    """The same for a recipe of rounds (the house model's).

    Its closing fits the heads to originals. It is left out where the training ends on copies, since the heads
    would else be what a training on originals makes of them.
    """
    rounds = tuple(replace(each, stylised=None) for each in recipe.rounds)
    if regime is Regime.MIXED_THEN_ORIGINAL:
        rounds = (*rounds, _round_on_originals(recipe))
    closing = recipe.closing
    if regime not in {Regime.ORIGINAL, Regime.MIXED_THEN_ORIGINAL}:
        closing = replace(closing, count=0)
    return replace(recipe, stylising=_in_regime(recipe.stylising, regime), rounds=rounds, closing=closing)


def shares_in_words(plan: Stylising, shares: Iterable[tuple[str, float]]) -> str:
    """For cards: how copies were made, and the share of them in each part of a training."""
    how = f"style transfer, α {plan.alpha:g}" if plan.source == "adain" else "rendered cloth"
    listed = ", ".join(f"{name} {share:.0%}" for name, share in shares)
    return f"Training views with another surface ({how}): {listed}"


def _in_regime(plan: Stylising, regime: Regime) -> Stylising:
    if regime is Regime.CLOTH:
        return replace(plan, share=_MIXED, source="cloth")
    return replace(plan, share={Regime.ORIGINAL: 0.0, Regime.STYLISED: 1.0}.get(regime, _MIXED))


def _epochs_on_originals(epochs: int) -> int:
    return max(1, round(epochs * _FINE_TUNED))


def _phase_on_originals(recipe: MethodRecipe) -> Phase:
    last = recipe.phases[-1]
    optimiser = last.optimiser
    rates = {part: rate * _LOWER_RATE for part, rate in optimiser.rates.items()}
    return replace(
        last,
        name=ORIGINALS,
        epochs=_epochs_on_originals(recipe.epochs),
        optimiser=replace(optimiser, rate=optimiser.rate * _LOWER_RATE, rates=rates),
        schedule=replace(last.schedule, eta_min=last.schedule.eta_min * _LOWER_RATE),
        stylised=0.0,
    )


def _round_on_originals(recipe: Recipe) -> Round:
    last = recipe.rounds[-1]
    optimiser = last.optimiser
    return replace(
        last,
        epochs=_epochs_on_originals(sum(each.epochs for each in recipe.rounds)),
        optimiser=replace(
            optimiser,
            trunk_rate=optimiser.trunk_rate * _LOWER_RATE,
            head_rate=optimiser.head_rate * _LOWER_RATE,
        ),
        stylised=0.0,
    )
