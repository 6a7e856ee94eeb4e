"""The picture sets of a run: what is trained on, what is chosen by, and what is kept for the report."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.learning.cache import (
    PictureSet,
    cache_photos,
    cache_renderings,
    hold_out_senders,
    read_photo_table,
)
from fashion_studio.learning.eye_labels import file_hashes, lay_over
from fashion_studio.learning.labels import Labels

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PhotoRow
    from fashion_studio.learning.eye_labels import EyeLabel
    from fashion_studio.learning.recipe import Recipe
    from fashion_studio.learning.style.square_copies import SquareCopies

__all__ = [
    "Material",
    "closing_sets",
    "prepare",
    "reported_photos",
    "reported_renderings",
    "training_rows",
    "with_eye_labels",
]

CHOOSING_RENDER_PX = 512


@dataclass(frozen=True, slots=True)
class Material:
    """Sets of one run; photo sets are None where a run has no photos.

    Attributes:
        photos, renderings: trained on.
        choosing_photos, choosing_renderings: held out, for choosing epochs and for calibration.
        photo_hashes: SHA-256 of each training photo's bytes, where labels made by eye are to be laid over.
        eye_rows: rows of the training photos that a person has labelled, (M,) int64.
        copies: stylised ones of the training sets, in the order of `training_sets`; () for none.
    """

    photos: PictureSet | None
    renderings: PictureSet
    choosing_photos: PictureSet | None
    choosing_renderings: PictureSet
    photo_hashes: tuple[str, ...] = ()
    eye_rows: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))
    copies: tuple[SquareCopies, ...] = ()

    @property
    def training_sets(self) -> list[PictureSet]:
        """Photos (where there are any), then renderings."""
        return [self.renderings] if self.photos is None else [self.photos, self.renderings]


def training_rows(
    photos: Path, vocabulary: Vocabulary, hold_out: float
) -> tuple[list[PhotoRow], list[PhotoRow]]:
    """The training split's labelled photos, parted by sender into those trained on and those held out."""
    rows = [row for row in read_photo_table(photos, vocabulary) if row.split == "train" and row.category]
    held = hold_out_senders(rows, hold_out)
    return (
        [row for row, out in zip(rows, held, strict=True) if not out],
        [row for row, out in zip(rows, held, strict=True) if out],
    )


def prepare(
    recipe: Recipe,
    vocabulary: Vocabulary,
    *,
    photos: Path | None,
    cache: Path,
    should_stop: Callable[[], bool],
    on_progress: Callable[[str, int, int], None],
    with_hashes: bool = False,
) -> Material:
    """Decodes and renders what is not in the cache yet; `with_hashes` also hashes the training photos.

    Raises:
        UserError: the photo table cannot be used.
        PhotoError: a photo of the table cannot be decoded.
        Cancelled: on request.
    """
    wanted = recipe.renderings
    partial = {kind: {k: list(v) for k, v in rules.items()} for kind, rules in recipe.partial.items()}
    sets: list[PictureSet | None] = [None, None]
    hashes: tuple[str, ...] = ()
    if photos is not None:
        for place, rows in enumerate(training_rows(photos, vocabulary, recipe.hold_out)):
            side = recipe.cache_px if place == 0 else recipe.input_px
            sets[place] = cache_photos(
                photos, rows, vocabulary, partial, cache=cache, side_px=side, should_stop=should_stop
            )
            if place == 0 and with_hashes:
                hashes = file_hashes([photos / "images" / row.file_name for row in rows])
            on_progress("photos", len(rows), len(rows))
    renderings = cache_renderings(
        range(wanted.first_seed, wanted.first_seed + wanted.count),
        vocabulary,
        cache=cache,
        side_px=recipe.cache_px,
        should_stop=should_stop,
        on_progress=lambda done, count: on_progress("renderings", done, count),
    )
    choosing = cache_renderings(
        range(wanted.choosing_first_seed, wanted.choosing_first_seed + wanted.choosing_count),
        vocabulary,
        cache=cache,
        side_px=recipe.input_px,
        render_px=CHOOSING_RENDER_PX,
        should_stop=should_stop,
    )
    held = sets[1] if sets[1] is not None and len(sets[1]) else None
    return Material(sets[0], renderings, held, choosing, hashes)


def with_eye_labels(material: Material, eye: Mapping[str, EyeLabel], vocabulary: Vocabulary) -> Material:
    """What a person saw on training photos, laid over whatever else is thought of them."""
    if material.photos is None or not material.photo_hashes:
        return material
    photos, rows = lay_over(material.photos, material.photo_hashes, eye, vocabulary)
    return replace(material, photos=photos, eye_rows=rows)


def closing_sets(
    recipe: Recipe,
    vocabulary: Vocabulary,
    material: Material,
    *,
    cache: Path,
    should_stop: Callable[[], bool],
    on_progress: Callable[[int, int], None],
) -> list[PictureSet]:
    """New renderings, drawn as those that are reported, and the photos that a person has labelled.

    Raises:
        Cancelled: on request.
    """
    wanted = recipe.closing
    renderings = cache_renderings(
        range(wanted.first_seed, wanted.first_seed + wanted.count),
        vocabulary,
        cache=cache,
        side_px=recipe.input_px,
        render_px=CHOOSING_RENDER_PX,
        should_stop=should_stop,
        on_progress=on_progress,
    )
    if material.photos is None or not len(material.eye_rows):
        return [renderings]
    rows, photos = material.eye_rows, material.photos
    seen = PictureSet(
        tuple(photos.names[row] for row in rows),
        np.asarray(photos.squares)[rows],
        np.asarray(photos.masks)[rows],
        photos.labels.take(rows),
    )
    return [seen, renderings]


def reported_renderings(recipe: Recipe, vocabulary: Vocabulary, cache: Path, count: int | None) -> PictureSet:
    """Held-out renderings for the report, at the demo's full size, fitted to the model's input."""
    wanted = recipe.renderings
    count = wanted.reported_count if count is None else count
    return cache_renderings(
        range(wanted.reported_first_seed, wanted.reported_first_seed + count),
        vocabulary,
        cache=cache,
        side_px=recipe.input_px,
        render_px=CHOOSING_RENDER_PX,
    )


def reported_photos(
    recipe: Recipe, vocabulary: Vocabulary, photos: Path, cache: Path, count: int | None
) -> PictureSet:
    """The validation split's photos that have a class; with `count`, an even choice of that many."""
    rows = [row for row in read_photo_table(photos, vocabulary) if row.split != "train" and row.category]
    if count is not None and count < len(rows):
        rows = [rows[k] for k in np.linspace(0, len(rows) - 1, count).astype(int)]
    return cache_photos(photos, rows, vocabulary, {}, cache=cache, side_px=recipe.input_px)


def reported_eye_photos(
    recipe: Recipe,
    vocabulary: Vocabulary,
    photos: Path,
    cache: Path,
    eye: Mapping[str, EyeLabel],
) -> PictureSet:
    """The validation photos that a person has labelled, with those labels alone."""
    rows = [row for row in read_photo_table(photos, vocabulary) if row.split != "train" and row.category]
    hashes = file_hashes([photos / "images" / row.file_name for row in rows])
    chosen = [place for place, digest in enumerate(hashes) if digest in eye]
    pictures = cache_photos(
        photos, [rows[place] for place in chosen], vocabulary, {}, cache=cache, side_px=recipe.input_px
    )
    extent = pictures.labels.extent
    pictures = replace(pictures, labels=Labels.unknown(vocabulary, len(chosen)))
    pictures.labels.extent[:] = extent
    return lay_over(pictures, [hashes[place] for place in chosen], eye, vocabulary)[0]
