"""Decoded, letterboxed pictures on disk as one array, so that decoding and rendering are paid for once."""

from __future__ import annotations

import csv
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.learning.labels import Labels, PartialLabels, label_photo, label_rendering
from fashion_studio.rendering.render import render_seed
from fashion_studio.rendering.spec import RENDERER_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "PhotoRow",
    "PictureSet",
    "cache_folder",
    "cache_photos",
    "cache_renderings",
    "cached_arrays",
    "hold_out_senders",
    "mask_square",
    "read_photo_table",
    "rendering_category",
]

SENDER_SALT: Final = "sender"


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """One line of a photo table; `category` is None where the class is none of the vocabulary's."""

    file_name: str
    sender: str
    category: str | None
    split: str


@dataclass(frozen=True, slots=True)
class PictureSet:
    """Pictures and what is known of them.

    Attributes:
        names: for people and for finding a picture again.
        squares: (N, S, S, 3) uint8 RGB, letterboxed.
        masks: (N, S, S) uint8, 255 garment; meaningful where `labels.mask_weight` is above 0.
        labels: see `Labels`.
    """

    names: tuple[str, ...]
    squares: NDArray[np.uint8]
    masks: NDArray[np.uint8]
    labels: Labels

    def __len__(self) -> int:
        return len(self.names)


def read_photo_table(folder: Path, vocabulary: Vocabulary) -> list[PhotoRow]:
    """Reads `photos.csv` (columns image, sender_id, label, split) beside the folder `images`.

    Raises:
        UserError: the table is missing or lacks a column.
    """
    path = folder / "photos.csv"
    known = vocabulary.attribute(CATEGORY).value_names
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
        return [
            PhotoRow(
                row["image"],
                row["sender_id"],
                row["label"].lower() if row["label"].lower() in known else None,
                row["split"],
            )
            for row in rows
        ]
    except (OSError, KeyError) as error:
        msg = f"The photo folder needs a photos.csv with image, sender_id, label and split: {error}."
        raise UserError(msg) from error


def hold_out_senders(rows: Sequence[PhotoRow], share: float) -> NDArray[np.bool_]:
    """Which rows to hold out for choosing and calibrating: whole senders, chosen by hash of their id.

    A large sender is never held out (it would take most of a class along), so that the share is met
    roughly by the many small ones. Deterministic, independent of the order of the rows.
    """
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.sender] = counts.get(row.sender, 0) + 1
    small = {sender for sender, count in counts.items() if count <= max(1.0, 0.02 * len(rows))}
    covered = sum(counts[sender] for sender in small)
    if not covered:
        return np.zeros(len(rows), bool)
    wanted = min(1.0, share * len(rows) / covered)
    held = {sender for sender in small if _dice(sender) < wanted}
    return np.array([row.sender in held for row in rows], bool)


def _dice(sender: str) -> float:
    digest = hashlib.sha256(f"{SENDER_SALT}:{sender}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def cache_photos(
    folder: Path,
    rows: Sequence[PhotoRow],
    vocabulary: Vocabulary,
    partial: PartialLabels,
    *,
    cache: Path,
    side_px: int,
    should_stop: Callable[[], bool] = lambda: False,
) -> PictureSet:
    """Photos, letterboxed once; labels are made afresh from the classes each time."""
    key = {"photos": [row.file_name for row in rows], "side_px": side_px}

    def fill(squares: NDArray[np.uint8], masks: NDArray[np.uint8], extent: NDArray[np.float32]) -> None:
        del masks  # photos have none
        for index, row in enumerate(rows):
            _stop(should_stop)
            image = decode(folder / "images" / row.file_name, max_side_px=2 * side_px)
            squares[index], to_square = letterbox(image, side_px)
            extent[index] = (image.shape[1] * to_square.scale_x, image.shape[0] * to_square.scale_y)

    squares, masks, extent = cached_arrays(cache, "photos", key, len(rows), side_px, fill)
    labels = Labels.joined([label_photo(vocabulary, row.category, partial) for row in rows])
    labels.extent[:] = extent
    return PictureSet(tuple(row.file_name for row in rows), squares, masks, labels)


def rendering_category(seed: int, vocabulary: Vocabulary) -> str:
    """The category of rendering number `seed`: all of them in turn, so that each is equally frequent."""
    names = vocabulary.attribute(CATEGORY).value_names
    return names[seed % len(names)]


def cache_renderings(
    seeds: Sequence[int],
    vocabulary: Vocabulary,
    *,
    cache: Path,
    side_px: int,
    render_px: int = 288,
    should_stop: Callable[[], bool] = lambda: False,
    on_progress: Callable[[int, int], None] = lambda _done, _count: None,
) -> PictureSet:
    """Renderings of these seeds with their exact truth, rendered once at 3:4, `render_px` high."""
    ends = [*seeds[:1], *seeds[-1:], len(seeds)]
    key = {"seeds": ends, "side_px": side_px, "render_px": render_px, "renderer": RENDERER_VERSION}
    labels_path = cache_folder(cache, "renderings", key) / "labels.npz"
    made: list[Labels] = []

    def fill(squares: NDArray[np.uint8], masks: NDArray[np.uint8], extent: NDArray[np.float32]) -> None:
        for index, seed in enumerate(seeds):
            _stop(should_stop)
            rendering = render_seed(
                seed,
                category=rendering_category(seed, vocabulary),
                width_px=render_px * 3 // 4,
                height_px=render_px,
            )
            squares[index], to_square = letterbox(rendering.image, side_px)
            masks[index] = mask_square(rendering.mask, side_px)
            made.append(label_rendering(vocabulary, rendering, to_square))
            extent[index] = made[-1].extent[0]
            on_progress(index + 1, len(seeds))
        Labels.joined(made).save(labels_path)

    squares, masks, _ = cached_arrays(cache, "renderings", key, len(seeds), side_px, fill)
    return PictureSet(tuple(f"{seed}" for seed in seeds), squares, masks, Labels.load(labels_path))


def mask_square(mask: NDArray[np.float32], side_px: int) -> NDArray[np.uint8]:
    """A mask (H, W) in 0 to 1, letterboxed like its picture, as (side_px, side_px) uint8."""
    grey = np.rint(mask * 255).astype(np.uint8)
    fitted, _ = letterbox(np.repeat(grey[..., None], 3, axis=2), side_px, (0, 0, 0))
    return fitted[..., 0]


def _stop(should_stop: Callable[[], bool]) -> None:
    if should_stop():
        msg = "The training was cancelled while its pictures were being prepared."
        raise Cancelled(msg)


def cache_folder(cache: Path, kind: str, key: object) -> Path:
    """Where arrays of this kind and key lie."""
    digest = hashlib.sha256(msgspec.json.encode(key, order="deterministic")).hexdigest()[:16]
    return cache / f"{kind}-{digest}"


def cached_arrays(
    cache: Path,
    kind: str,
    key: object,
    count: int,
    side_px: int,
    fill: Callable[[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]], None],
) -> tuple[NDArray[np.uint8], NDArray[np.uint8], NDArray[np.float32]]:
    """Squares (count, S, S, 3), masks (count, S, S) and extents (count, 2), filled once and kept.

    Args:
        cache: the folder of all such arrays.
        kind: a word for people who look into it.
        key: all that decides the content, as plain data.
        count: of pictures.
        side_px: S.
        fill: writes into the three empty arrays; what it raises leaves nothing that counts as whole.
    """
    folder = cache_folder(cache, kind, key)
    paths = [folder / name for name in ("squares.npy", "masks.npy", "extent.npy")]
    done = folder / "complete"
    if not done.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shapes: Iterable[tuple[tuple[int, ...], type]] = (
            ((count, side_px, side_px, 3), np.uint8),
            ((count, side_px, side_px), np.uint8),
            ((count, 2), np.float32),
        )
        arrays = [
            np.lib.format.open_memmap(path, "w+", dtype, shape)
            for path, (shape, dtype) in zip(paths, shapes, strict=True)
        ]
        fill(*arrays)
        for array in arrays:
            array.flush()
        done.write_text("")
    squares = np.load(paths[0], mmap_mode="r")
    # writable in memory only: pseudo-labels are laid over the masks without touching the file
    masks = np.load(paths[1], mmap_mode="c")
    return squares, masks, np.load(paths[2])
