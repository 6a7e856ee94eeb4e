"""Photos in other colours and patterns, by calculation: inside the mask, shading kept."""

from __future__ import annotations

import numpy as np

from fashion_studio.imaging.colors import ciede2000, srgb_to_lab
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, make_variants, pairs_of
from fashion_studio.learning.amgan.photo_variants import (
    make_photo_variants,
    printed,
    recoloured,
    with_set_prints,
)
from fashion_studio.rendering.dice import Dice


def _garment(side: int = 64) -> tuple[np.ndarray, np.ndarray]:
    """A grey-blue square with folds on a bright wall, and its mask."""
    square = np.full((side, side, 3), 230, np.uint8)
    mask = np.zeros((side, side), np.uint8)
    mask[12:52, 12:52] = 255
    folds = 20 * np.sin(np.arange(side) / 3)[None, :, None]
    square[mask > 0] = np.clip(np.array([70, 90, 130]) + folds, 0, 255).repeat(side, 0)[mask > 0]
    return square, mask


def test_the_main_colour_moves_and_the_rest_stays_to_the_bit() -> None:
    square, mask = _garment()
    red = np.array([200.0, 40.0, 45.0])
    new = recoloured(square, mask, red)
    np.testing.assert_array_equal(new[mask == 0], square[mask == 0])
    middle = srgb_to_lab(new[mask > 0]).mean(axis=0)
    assert ciede2000(middle, srgb_to_lab(red)) < 6


def test_folds_stay_under_a_new_colour() -> None:
    square, mask = _garment()
    new = recoloured(square, mask, np.array([200.0, 40.0, 45.0]))
    before, after = (srgb_to_lab(picture[30, 14:50])[:, 0] for picture in (square, new))
    assert np.corrcoef(before, after)[0, 1] > 0.95


def test_another_ink_stays_its_own_colour() -> None:
    square, mask = _garment()
    square[28:34, 12:52] = (240, 220, 60)
    new = recoloured(square, mask, np.array([200.0, 40.0, 45.0]))
    stripe = ciede2000(srgb_to_lab(new[30, 20:40]), srgb_to_lab(square[30, 20:40]))
    assert float(stripe.max()) < 6


def test_an_empty_mask_changes_nothing() -> None:
    square, mask = _garment()
    nothing = np.zeros_like(mask)
    assert recoloured(square, nothing, np.array([200.0, 40.0, 45.0])) is square
    assert printed(square, nothing, "striped", "blue", Dice(0)) is square


def test_stripes_lie_across_inside_the_mask_only() -> None:
    square, mask = _garment()
    new = printed(square, mask, "striped", "blue", Dice(0))
    np.testing.assert_array_equal(new[mask == 0], square[mask == 0])
    changed = np.abs(new.astype(int) - square.astype(int)).max(axis=2) > 60
    rows = changed[14:50, 14:50].mean(axis=1)
    assert (rows > 0.9).any()
    assert (rows < 0.1).any()


def test_a_graphic_is_one_print_on_the_chest() -> None:
    square, mask = _garment()
    new = printed(square, mask, "graphic", "blue", Dice(0))
    changed = np.abs(new.astype(int) - square.astype(int)).max(axis=2) > 30
    assert 0.01 < changed.mean() < 0.3
    rows, columns = np.nonzero(changed)
    assert 26 < columns.mean() < 38
    assert rows.mean() < 36


def test_only_what_is_known_of_a_photo_is_varied() -> None:
    square, mask = _garment()
    known = [{"colors": "blue", "pattern": "solid"}, {"colors": "blue", "pattern": "striped"}, {}]
    made = make_photo_variants(np.stack([square] * 3), np.stack([mask] * 3), known, colors=2, patterns=2)
    colors, patterns = list(EDITED).index("colors"), list(EDITED).index("pattern")
    assert [int((made.edited[made.garment == k] == colors).sum()) for k in range(3)] == [2, 2, 0]
    assert [int((made.edited[made.garment == k] == patterns).sum()) for k in range(3)] == [2, 0, 0]
    pairs = pairs_of(made)
    assert not (pairs[:, 2] == list(EDITED).index("sleeve_length")).any()
    assert (made.edited[pairs[:, 0]] != made.edited[pairs[:, 1]]).any()


def test_rendered_patterns_are_replaced_by_prints_on_the_plain_garment() -> None:
    variants = make_variants(range(40, 46), PairPlan(48, colors=1, patterns=3))
    at, solid = list(EDITED).index("pattern"), EDITED["pattern"].index("solid")
    printed_set = with_set_prints(variants)
    made = (printed_set.edited == at) & (printed_set.values[:, at] != solid)
    assert made.any()
    for row in np.flatnonzero(made):
        mine = printed_set.garment == printed_set.garment[row]
        unedited = mine & (printed_set.values[:, at] == solid) & np.isin(printed_set.edited, (-1, at))
        (base,) = np.flatnonzero(unedited)
        inside = printed_set.masks[base] > 0
        np.testing.assert_array_equal(printed_set.squares[row][~inside], printed_set.squares[base][~inside])
        assert (printed_set.squares[row] != printed_set.squares[base]).any()
    others = variants.edited != at
    assert int((printed_set.edited != at).sum()) == int(others.sum())
    assert (np.diff(printed_set.garment) >= 0).all()


def test_a_print_has_its_place_in_the_square_whatever_the_garment() -> None:
    square, mask = _garment()
    narrow = mask.copy()
    narrow[:, :24] = 0
    both = (mask > 0) & (narrow > 0)
    one, two = (printed(square, each, "dotted", "blue", Dice(0)) for each in (mask, narrow))
    changed = [np.abs(new.astype(int) - square.astype(int)).max(axis=2) > 60 for new in (one, two)]
    assert (changed[0] == changed[1])[both].mean() > 0.99
    assert 0.05 < changed[0][both].mean() < 0.6
