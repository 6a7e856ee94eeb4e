"""Stylised training as data: which share of the views has another texture, and the regimes of the paper.

Geirhos et al. (ICLR 2019) train on stylised pictures alone, on both kinds together, and on both with some
epochs on the originals after. Here a share of the training views is drawn from stylised copies of the photos,
so that every regime has as many steps as the training without them. Landmarks, boxes and masks stay; labels
of the surface (fabric, pattern, colours) are unknown in a stylised view, since it has another surface.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from fashion_studio.learning.method_recipe import MethodRecipe, Phase

__all__ = ["SURFACE", "Regime", "Stylising", "with_regime"]

SURFACE: Final = ("pattern", "fabric", "colors", "color", "texture")
"""Attributes that speak of the surface, in the program's own vocabularies and the known data sets'."""

_MIXED: Final = 0.5
_FINE_TUNED: Final = 0.25
"""Epochs on the originals after a mixed training, as a share of its epochs (the paper has 60 after 60)."""
_LOWER_RATE: Final = 0.1
ORIGINALS: Final = "originals"


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
            (`learning.method_recipe.Phase.stylised`).
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


def with_regime(recipe: MethodRecipe, regime: Regime) -> MethodRecipe:
    """The recipe in another regime; its own `[stylising]` says the rest."""
    plan, phases = recipe.stylising, tuple(replace(phase, stylised=None) for phase in recipe.phases)
    if regime is Regime.ORIGINAL:
        return replace(recipe, stylising=replace(plan, share=0.0), phases=phases)
    if regime is Regime.STYLISED:
        return replace(recipe, stylising=replace(plan, share=1.0), phases=phases)
    if regime is Regime.CLOTH:
        return replace(recipe, stylising=replace(plan, share=_MIXED, source="cloth"), phases=phases)
    if regime is Regime.MIXED_THEN_ORIGINAL:
        phases = (*phases, _on_originals(recipe))
    return replace(recipe, stylising=replace(plan, share=_MIXED), phases=phases)


def _on_originals(recipe: MethodRecipe) -> Phase:
    last = recipe.phases[-1]
    optimiser = last.optimiser
    rates = {part: rate * _LOWER_RATE for part, rate in optimiser.rates.items()}
    return replace(
        last,
        name=ORIGINALS,
        epochs=max(1, round(recipe.epochs * _FINE_TUNED)),
        optimiser=replace(optimiser, rate=optimiser.rate * _LOWER_RATE, rates=rates),
        schedule=replace(last.schedule, eta_min=last.schedule.eta_min * _LOWER_RATE),
        stylised=0.0,
    )
