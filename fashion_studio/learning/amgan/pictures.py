"""The pictures of an adversarial training: squares around garments, cut once, with their codes.

Photos of the data list, cut by their mask (`RUN/masks`), the list's box, or not at all; and renderings, whose
mask is exact. The frame is the one that the editor uses (`imaging.garment_square`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch

from fashion_studio.domain.errors import Cancelled, PhotoError
from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.garment_square import garment_box, garment_frame, warp_to_square
from fashion_studio.learning.amgan.codes import codes_of_photo, codes_of_variants
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, VariantSet, make_variants
from fashion_studio.learning.cache import cache_folder, cached_arrays
from fashion_studio.rendering.spec import RENDERER_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.amgan.plan import GanPlan

__all__ = ["Pictures", "as_images", "joined", "listed_pictures", "pictures_of_variants", "rendered_variants"]

_LOT: Final = 50
"""Garments that are rendered before they are written down."""

_DECODED: Final = 4
"""Photos are decoded at up to so many times the square's side."""


@dataclass(frozen=True, slots=True)
class Pictures:
    """N squares of S pixels.

    Attributes:
        names: for people.
        codes: (N, M) int64, see `learning.amgan.codes`.
        is_photo: (N,) bool, False for renderings.
        parts: arrays (n, S, S, 3) uint8 RGB, one after the other; may lie on disk.
        masks: the same as (n, S, S) uint8, 255 garment: exact for renderings, cut out for photos, all 0 for
            photos that nothing was cut out of.
    """

    names: tuple[str, ...]
    codes: NDArray[np.int64]
    is_photo: NDArray[np.bool_]
    parts: tuple[NDArray[np.uint8], ...]
    masks: tuple[NDArray[np.uint8], ...]

    def __len__(self) -> int:
        return len(self.names)

    def squares(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """(B, S, S, 3) uint8 of these rows, in their order."""
        return _taken(self.parts, rows)

    def taken(self, rows: NDArray[np.int64]) -> Pictures:
        """A set of these rows alone, in memory."""
        names = tuple(self.names[row] for row in rows)
        parts, masks = (self.squares(rows),), (self.garment(rows),)
        return Pictures(names, self.codes[rows], self.is_photo[rows], parts, masks)

    def images(self, rows: NDArray[np.int64], mirrored: NDArray[np.bool_] | None = None) -> Tensor:
        """(B, 3, S, S) float32 from -1 to 1; those marked are mirrored."""
        squares = self.squares(rows)
        if mirrored is not None:
            squares[mirrored] = squares[mirrored, :, ::-1]
        return as_images(squares)

    def garment(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """(B, S, S) uint8 masks of these rows."""
        return _taken(self.masks, rows)


def as_images(squares: NDArray[np.uint8]) -> Tensor:
    """(B, S, S, 3) uint8 to (B, 3, S, S) float32 from -1 to 1."""
    return torch.from_numpy(squares).permute(0, 3, 1, 2).float().div(127.5).sub(1.0)


def joined(parts: Sequence[Pictures]) -> Pictures:
    """Several sets as one."""
    return Pictures(
        tuple(name for part in parts for name in part.names),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.is_photo for part in parts]),
        tuple(array for part in parts for array in part.parts),
        tuple(array for part in parts for array in part.masks),
    )


def listed_pictures(
    photos: Sequence[DataListPhoto],
    root: Path,
    plan: GanPlan,
    vocabulary: Vocabulary,
    *,
    cache: Path,
    masks: Path,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Pictures:
    """Photos of a data list, each around its garment.

    Args:
        photos: of the list; one that cannot be decoded stays grey and without labels.
        root: folder that their paths start from.
        plan: of the recipe.
        vocabulary: the list's.
        cache: folder for the arrays.
        masks: folder with `SHA256.png` for photos whose garment was cut out.
        on_progress: photos done, photos in all.
        should_stop: asked for every photo.

    Raises:
        Cancelled: on request.
    """
    cut = [(masks / f"{photo.sha256}.png").is_file() for photo in photos]
    key = {
        "photos": [photo.sha256 for photo in photos],
        "cut": cut,
        "boxes": [photo.box for photo in photos],
        "side_px": plan.size_px,
        "margin": plan.margin,
    }

    def fill(squares: NDArray[np.uint8], garments: NDArray[np.uint8], extent: NDArray[np.float32]) -> None:
        for index, photo in enumerate(photos):
            _stop(should_stop)
            try:
                image = decode(root / photo.file, max_side_px=_DECODED * plan.size_px)
            except PhotoError:
                squares[index] = 127
                continue
            mask = _cut_out(photo, masks)
            frame = garment_frame(_photo_box(photo, image, mask), plan.size_px, plan.margin)
            squares[index] = warp_to_square(image, frame, plan.size_px)
            if mask is not None:
                fitted = np.asarray(cv2.resize(mask, (image.shape[1], image.shape[0])), np.uint8)
                garments[index] = warp_to_square(fitted, frame, plan.size_px)
            extent[index] = 1.0  # a mark that it was read
            on_progress(index + 1, len(photos))

    squares, garments, read = cached_arrays(cache, "photos", key, len(photos), plan.size_px, fill)
    codes = np.array(
        [codes_of_photo(photo, plan.attributes, vocabulary) for photo in photos], np.int64
    ).reshape(len(photos), len(plan.attributes))
    codes[read[:, 0] == 0] = -1
    names = tuple(photo.file for photo in photos)
    return Pictures(names, codes, np.ones(len(photos), bool), (squares,), (garments,))


def rendered_variants(
    seeds: range,
    plan: GanPlan,
    *,
    cache: Path,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VariantSet:
    """Rendered garments of these seeds in several values of each attribute (`learning.amgan.pairs`).

    Rendered once, in lots that stay when it is cancelled.

    Raises:
        Cancelled: on request.
    """
    wanted = PairPlan(plan.size_px, plan.margin)
    key = {
        "seeds": [seeds.start, seeds.stop],
        "pairs": repr(wanted),
        "edited": EDITED,
        "renderer": RENDERER_VERSION,
    }
    folder = cache_folder(cache, "variants", key)
    folder.mkdir(parents=True, exist_ok=True)
    lots = []
    for start in range(0, len(seeds), _LOT):
        path = folder / f"{start:06d}.npz"
        if not path.is_file():
            made = make_variants(seeds[start : start + _LOT], wanted, should_stop=should_stop)
            _stop(should_stop)
            partial = path.with_suffix(".part.npz")
            made.save(partial)
            partial.replace(path)
        lots.append(VariantSet.load(path))
        on_progress(min(start + _LOT, len(seeds)), len(seeds))
    return VariantSet.joined(lots)


def pictures_of_variants(variants: VariantSet, plan: GanPlan) -> Pictures:
    """Every variant as a picture of its own, with exact codes and masks."""
    codes = codes_of_variants(variants.values, plan.attributes)
    names = tuple(f"rendered garment {number}" for number in variants.garment)
    is_photo = np.zeros(len(variants), bool)
    return Pictures(names, codes, is_photo, (variants.squares,), (variants.masks,))


def _taken(parts: Sequence[NDArray[np.uint8]], rows: NDArray[np.int64]) -> NDArray[np.uint8]:
    ends = np.cumsum([len(part) for part in parts])
    found = np.empty((len(rows), *parts[0].shape[1:]), np.uint8)
    for place, row in enumerate(rows):
        part = int(np.searchsorted(ends, row, side="right"))
        found[place] = parts[part][row - (ends[part - 1] if part else 0)]
    return found


def _cut_out(photo: DataListPhoto, masks: Path) -> NDArray[np.uint8] | None:
    """The photo's mask, (h, w) of any size, where one was cut out."""
    path = masks / f"{photo.sha256}.png"
    return np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8) if path.is_file() else None


def _photo_box(photo: DataListPhoto, image: NDArray[np.uint8], mask: NDArray[np.uint8] | None) -> Box:
    """The garment's box in pixels of the decoded image."""
    box = None if mask is None else garment_box(mask.astype(np.float32) / 255)
    if box is not None and mask is not None:
        return _scaled(box, image.shape[1] / mask.shape[1], image.shape[0] / mask.shape[0])
    listed = photo.garment_box()
    if listed is not None and photo.width and photo.height:
        return _scaled(listed, image.shape[1] / photo.width, image.shape[0] / photo.height)
    return _whole(image)


def _scaled(box: Box, across: float, down: float) -> Box:
    return Box(box.x * across, box.y * down, box.width * across, box.height * down)


def _whole(image: NDArray[np.uint8]) -> Box:
    return Box(0.0, 0.0, float(image.shape[1]), float(image.shape[0]))


def _stop(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        msg = "The training was cancelled while its pictures were being prepared."
        raise Cancelled(msg)
