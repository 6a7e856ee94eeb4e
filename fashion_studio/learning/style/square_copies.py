"""Stylised copies of squares: of pictures that a training keeps as arrays, by the hash of their pixels.

The house recipe's pictures and an editor's are cut to squares before training. Their copies lie in the run's
`stylised` folder as those of photos do (`learning.style.copies`); the bars beside a picture stay as they are.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.learning.style.copies import digest_path, drawn_copy, make_copies, read_copy

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.learning.style.copies import Making, Stylist

__all__ = ["SquareCopies", "Squares", "Within", "copy_squares", "pixel_hashes"]


@dataclass(frozen=True, slots=True)
class Squares:
    """N squares to be stylised.

    Attributes:
        digests: see `pixel_hashes`.
        square: gives the pixels of a row, (S, S, 3) uint8 RGB.
        mask: gives a row's garment, (S, S) uint8, 255 inside; None where it is not known for sure.
    """

    digests: tuple[str, ...]
    square: Callable[[int], NDArray[np.uint8]]
    mask: Callable[[int], NDArray[np.uint8] | None]

    def row_of(self, picture: DataListPhoto) -> int:
        """The row of a picture that `listed` gave."""
        return int(picture.file)

    def listed(self) -> list[DataListPhoto]:
        """The squares as pictures that copies are made of."""
        return [DataListPhoto(file=str(row), sha256=digest) for row, digest in enumerate(self.digests)]

    def mask_of(self, picture: DataListPhoto) -> NDArray[np.uint8] | None:
        """The garment of a picture that `listed` gave."""
        return self.mask(self.row_of(picture))


@dataclass(frozen=True, slots=True)
class SquareCopies:
    """The copies of a set of squares, for its training views.

    Attributes:
        folder: of the run.
        digests: of the squares.
        copies: of each.
    """

    folder: Path
    digests: tuple[str, ...]
    copies: int

    def drawn(self, row: int, share: float, seed: int) -> NDArray[np.uint8] | None:
        """A copy of a square, (S, S, 3) uint8 RGB, or None for the square itself; see `copies.drawn_copy`."""
        return drawn_copy(self.folder, self.digests[row], self.copies, share, seed)

    def there(self) -> NDArray[np.bool_]:
        """(N, copies), which of them could be made."""
        return np.array(
            [
                [digest_path(self.folder, digest, number).is_file() for number in range(self.copies)]
                for digest in self.digests
            ],
            bool,
        ).reshape(len(self.digests), self.copies)

    def read(self, row: int, number: int) -> NDArray[np.uint8] | None:
        """A copy, (S, S, 3) uint8 RGB; None where it is not there."""
        return read_copy(self.folder, self.digests[row], number)


class Within:
    """Stylises what lies within a square and leaves its bars."""

    def __init__(
        self, stylist: Stylist, box_of: Callable[[DataListPhoto], tuple[int, int, int, int]]
    ) -> None:
        """`box_of` gives left, top, width and height in pixels of the picture inside its square."""
        self._stylist, self._box_of = stylist, box_of

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        """See `copies.Stylist`."""
        left, top, width, height = self._box_of(photo)
        inside = slice(top, top + height), slice(left, left + width)
        made = self._stylist.stylised(np.ascontiguousarray(image[inside]), photo, seed)
        if made is None:
            return None
        whole = image.copy()
        whole[inside] = made
        return whole


def pixel_hashes(count: int, square: Callable[[int], NDArray[np.uint8]]) -> tuple[str, ...]:
    """A hash of each square's pixels, in hexadecimal: its copies are found, and their styles drawn, by it."""
    return tuple(hashlib.sha256(square(row).tobytes()).hexdigest() for row in range(count))


def copy_squares(
    squares: Squares,
    folder: Path,
    making: Making,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> tuple[SquareCopies, tuple[int, int]]:
    """Makes the copies that are not there yet.

    Args:
        squares: what to copy.
        folder: for the copies.
        making: how, and how many of each.
        on_progress: copies done, copies in all.
        should_stop: asked before each; what is made stays.

    Returns:
        The copies; how many were made now, and how many could not be.

    Raises:
        Cancelled: on request; those made stay.
        UserError: a style cannot be read.
        EnvironmentProblem: the disk does not take them.
    """
    counts = make_copies(
        squares.listed(),
        lambda picture: np.asarray(squares.square(squares.row_of(picture))),
        folder,
        making,
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return SquareCopies(folder, squares.digests, making.copies), counts
