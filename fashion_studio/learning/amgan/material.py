"""The pictures of one run: what is trained on, and what is held out to be shown and measured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.pictures import (
    Pictures,
    joined,
    listed_pictures,
    pictures_of_variants,
    rendered_variants,
)
from fashion_studio.learning.background_masks import MASKS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.amgan.pairs import VariantSet
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["GanMaterial", "prepare_material"]

CACHE: Final = "pictures"


@dataclass(frozen=True, slots=True)
class GanMaterial:
    """Pictures of one run.

    Attributes:
        training: trained on: photos of the split "train", then renderings.
        held: photos of the split "val" and renderings of other seeds; `measured` is a part of it, evenly
            spaced.
        variants: the training renderings with their true edits; None without renderings.
    """

    training: Pictures
    held: Pictures
    measured: Pictures
    variants: VariantSet | None

    def counts(self, *, photos: bool) -> dict[str, int]:
        """Pictures per part, photos or renderings."""
        return {
            part: int((pictures.is_photo == photos).sum())
            for part, pictures in (("train", self.training), ("val", self.held))
        }


def prepare_material(frozen: FrozenRun, photos: Sequence[DataListPhoto], voice: RunVoice) -> GanMaterial:
    """Cuts photos and renders garments, where that is not done yet.

    Raises:
        UserError: there is nothing to train on.
        Cancelled: on request.
    """
    plan = frozen.recipe.gan
    assert plan is not None  # noqa: S101 - checked by who calls
    wanted = plan.renderings
    seeds = range(wanted.first_seed, wanted.first_seed + wanted.count)
    training, variants = _part(frozen, photos, "train", seeds, voice)
    first = wanted.choosing_first_seed
    held, _ = _part(frozen, photos, "val", range(first, first + wanted.choosing_count), voice)
    if training is None:
        msg = (
            "There is nothing to train on: no photo has a label that this recipe edits, and it renders none."
        )
        raise UserError(msg)
    held = held or training.taken(np.empty(0, np.int64))
    return GanMaterial(training, held, held.taken(_evenly(len(held), plan.measured)), variants)


def _part(
    frozen: FrozenRun, photos: Sequence[DataListPhoto], split: str, seeds: range, voice: RunVoice
) -> tuple[Pictures | None, VariantSet | None]:
    plan: GanPlan | None = frozen.recipe.gan
    assert plan is not None  # noqa: S101 - checked by who calls
    cache = frozen.run_dir / CACHE
    parts: list[Pictures] = []
    variants = None
    listed = [photo for photo in photos if photo.split == split]
    if listed:
        parts.append(
            listed_pictures(
                listed,
                frozen.root,
                plan,
                frozen.vocabulary,
                cache=cache,
                masks=frozen.run_dir / MASKS,
                on_progress=lambda done, total: voice.progress(
                    0, 0, f"Cutting photos: {done:,} of {total:,}"
                ),
                should_stop=voice.should_stop,
            )
        )
    if len(seeds):
        variants = rendered_variants(
            seeds,
            plan,
            cache=cache,
            on_progress=lambda done, total: voice.progress(
                0, 0, f"Rendering garments: {done:,} of {total:,}"
            ),
            should_stop=voice.should_stop,
        )
        parts.append(pictures_of_variants(variants, plan))
    return (joined(parts) if parts else None), variants


def _evenly(count: int, most: int) -> NDArray[np.int64]:
    """At most `most` places of `count`, evenly spaced."""
    return np.unique(np.linspace(0, max(0, count - 1), min(most, count)).round().astype(np.int64))
