from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.errors import Cancelled
from fashion_studio.learning.style.copies import ClothStylist, Making
from fashion_studio.learning.style.square_copies import (
    SquareCopies,
    Squares,
    Within,
    copy_squares,
    pixel_hashes,
)


class Inverted:
    """Stands for a stylist."""

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        return np.asarray(255 - image, np.uint8)


@pytest.fixture
def pixels() -> NDArray[np.uint8]:
    squares = np.full((3, 24, 24, 3), 40, np.uint8)
    squares[1], squares[2] = 90, 160
    return squares


@pytest.fixture
def squares(pixels: NDArray[np.uint8]) -> Squares:
    mask = np.zeros((24, 24), np.uint8)
    mask[6:18, 6:18] = 255
    return Squares(
        pixel_hashes(3, lambda row: pixels[row]), lambda row: pixels[row], lambda row: mask if row else None
    )


def copied(
    squares: Squares, folder: Path, stylist: object, *, copies: int = 1, stop: bool = False
) -> tuple[SquareCopies, tuple[int, int]]:
    making = Making(stylist, copies, 7, 24)  # type: ignore[arg-type]
    return copy_squares(squares, folder, making, on_progress=lambda *_: None, should_stop=lambda: stop)


def test_copies_are_found_by_the_pixels_and_made_once(
    squares: Squares, pixels: NDArray[np.uint8], tmp_path: Path
) -> None:
    with pytest.raises(Cancelled):
        copied(squares, tmp_path, Inverted(), stop=True)
    found, counts = copied(squares, tmp_path, Inverted(), copies=2)
    assert counts == (6, 0)
    assert copied(squares, tmp_path, Inverted(), copies=2)[1] == (0, 0)
    assert found.there().tolist() == [[True, True]] * 3
    for row in range(3):
        copy = found.read(row, 1)
        assert copy is not None
        assert np.abs(copy.astype(int) - (255 - pixels[row])).max() <= 2
        drawn = found.drawn(row, 1.0, 5)
        assert drawn is not None
        assert found.drawn(row, 0.0, 5) is None
    assert len(set(squares.digests)) == 3
    pixels[0, 3, 3] = 41
    assert pixel_hashes(1, lambda row: pixels[row])[0] != squares.digests[0]


def test_bars_beside_the_picture_stay(squares: Squares, pixels: NDArray[np.uint8], tmp_path: Path) -> None:
    found, _ = copied(squares, tmp_path, Within(Inverted(), lambda _: (8, 0, 8, 24)))
    copy = found.read(2, 0)
    assert copy is not None
    assert copy[:, :7].mean() == pytest.approx(160, abs=3)
    assert copy[:, 17:].mean() == pytest.approx(160, abs=3)
    assert copy[:, 9:15].mean() == pytest.approx(95, abs=3)


def test_cloth_goes_where_the_garment_is_known(squares: Squares, tmp_path: Path) -> None:
    found, counts = copied(squares, tmp_path, ClothStylist(squares.mask_of))
    assert counts == (2, 1)
    assert found.there().tolist() == [[False], [True], [True]]
    assert found.read(0, 0) is None
    assert found.drawn(0, 1.0, 1) is None
    copy = found.read(1, 0)
    assert copy is not None
    assert np.abs(copy[:4].astype(int) - 90).max() < 12
    assert np.abs(copy[9:15, 9:15].astype(int) - 90).mean() > 12
