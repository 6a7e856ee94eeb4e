"""What the paired warm-up of a run draws from: its renderings, and its photos by calculation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.paired import PairDraw
from fashion_studio.learning.amgan.pairs import EDITED
from fashion_studio.learning.amgan.photo_variants import make_photo_variants, with_set_prints
from fashion_studio.learning.amgan.plan import warm_ups

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.learning.amgan.material import GanMaterial
    from fashion_studio.learning.amgan.pairs import VariantSet
    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = ["pair_draw"]

_PHOTO_SHARE: Final = 0.3
_COLORS: Final = 3
_PRINTS: Final = 2
"""Variants that are made of each photo."""


def pair_draw(recipe: MethodRecipe, plan: GanPlan, material: GanMaterial) -> PairDraw | None:
    """Pairs of the run's renderings and of its photos that have a mask; None where the recipe wants none.

    Raises:
        UserError: the recipe wants pairs of attributes or values that are not rendered, or has no renderings.
    """
    if not warm_ups([phase.name for phase in recipe.phases]) and not plan.weights.paired:
        return None
    if dict(plan.attributes) != EDITED or material.variants is None:
        msg = (
            f"The recipe “{recipe.title}” learns from pairs, which are rendered for "
            f"{', '.join(EDITED)} with all their values. Edit just these, or leave the pairs out."
        )
        raise UserError(msg)
    rendered = with_set_prints(material.variants)
    photos = _photo_pairs(plan, material.training)
    if photos is None:
        return PairDraw([rendered], [1.0])
    return PairDraw([rendered, photos], [1 - _PHOTO_SHARE, _PHOTO_SHARE])


def _photo_pairs(plan: GanPlan, pictures: Pictures) -> VariantSet | None:
    """Photos with a mask and a known colour, recoloured and printed; None where there is none."""
    rows = np.flatnonzero(pictures.is_photo)
    rows = np.array([row for row in rows if pictures.garment(np.array([row])).any()], np.int64)
    known = [_values(codes, plan.attributes) for codes in pictures.codes[rows]]
    told = [place for place, values in enumerate(known) if "colors" in values]
    if not told:
        return None
    chosen = rows[told]
    return make_photo_variants(
        pictures.squares(chosen),
        pictures.garment(chosen),
        [known[place] for place in told],
        colors=_COLORS,
        patterns=_PRINTS,
    )


def _values(codes: NDArray[np.int64], attributes: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    return {
        name: values[code]
        for (name, values), code in zip(attributes.items(), codes, strict=True)
        if code >= 0
    }
