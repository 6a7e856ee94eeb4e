from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.imaging.change_fields import ChangeKind, change_fields, luma_of

SIDE = 48
ONES = np.ones((SIDE, SIDE), np.float32)


def flat(rgb: tuple[float, float, float], side: int = SIDE) -> np.ndarray:
    return np.broadcast_to(np.array(rgb, np.float32), (side, side, 3)).copy()


@pytest.mark.parametrize("kind", list(ChangeKind))
def test_no_change_leaves_every_pixel_as_it_is(kind: ChangeKind) -> None:
    rng = np.random.default_rng(0)
    before = rng.random((SIDE, SIDE, 3), np.float32)
    fields = change_fields(kind, before, before, ONES)
    pixels = rng.random((SIDE, SIDE, 3), np.float32)
    np.testing.assert_allclose(fields.apply(pixels, fields.planes), pixels, atol=2e-3)


def test_tone_multiplies_so_that_relative_contrast_stays() -> None:
    before, after = flat((0.2, 0.3, 0.6)), flat((0.45, 0.2, 0.2))
    fields = change_fields(ChangeKind.TONE, before, after, ONES)
    for light in (0.8, 1.0, 1.3):
        np.testing.assert_allclose(fields.apply(before * light, fields.planes), after * light, atol=1e-3)


def test_blacks_noise_does_not_become_whites_and_whites_folds_do_not_vanish_in_black() -> None:
    black, white = flat((0.06, 0.06, 0.06)), flat((0.95, 0.95, 0.95))
    to_white = change_fields(ChangeKind.TONE, black, white, ONES)
    step = to_white.apply(black + 0.02, to_white.planes) - to_white.apply(black, to_white.planes)
    assert step.mean() == pytest.approx(1.6 * 0.02, rel=0.05)  # by a ratio it would be 0.32
    to_black = change_fields(ChangeKind.TONE, white, black, ONES)
    step = to_black.apply(white, to_black.planes) - to_black.apply(white - 0.1, to_black.planes)
    assert step.mean() == pytest.approx(0.35 * 0.1, rel=0.05)


def test_another_colours_stripes_lose_their_chroma_and_keep_their_lightness() -> None:
    before = flat((0.2, 0.25, 0.6))
    fields = change_fields(ChangeKind.TONE, before, flat((0.2, 0.6, 0.25)), ONES)
    reddish = before + np.array([0.1, 0.0, -0.1], np.float32)
    out = fields.apply(reddish, fields.planes)[0, 0]
    assert out[1] > 2 * max(out[0], out[2])
    brighter = luma_of(fields.apply(before * 1.2, fields.planes))[0, 0]
    assert brighter > luma_of(fields.apply(before, fields.planes))[0, 0]


def test_shades_of_one_colour_are_averaged_over_and_other_colours_are_not() -> None:
    folds = 1 + 0.3 * np.sign(np.sin(np.arange(SIDE) / 3))[None, :, None]
    before = (flat((0.2, 0.3, 0.6)) * folds).astype(np.float32)
    before[:, 30:] = (0.8, 0.75, 0.2)
    after = before.copy()
    after[:, :30] = (0.5, 0.2, 0.2)  # the generator has lost the folds
    fields = change_fields(ChangeKind.TONE, before, after, ONES)
    out = fields.apply(before, fields.planes)
    luma = luma_of(out)[:, 3:24]
    assert luma.std() / luma.mean() > 0.2
    np.testing.assert_allclose(out[:, 36:], before[:, 36:], atol=0.03)


def test_what_lies_outside_the_mask_has_no_say() -> None:
    before, after = flat((0.3, 0.3, 0.3)), flat((0.6, 0.1, 0.1))
    mask = np.zeros((SIDE, SIDE), np.float32)
    mask[:, :24] = 1
    after[:, 24:] = (0.0, 1.0, 0.0)
    fields = change_fields(ChangeKind.TONE, before, after, mask)
    np.testing.assert_allclose(fields.apply(before, fields.planes)[:, :22], after[:, :22], atol=0.02)


def test_a_new_pattern_keeps_what_is_as_faint_as_fabric_and_an_old_ones_edges_go() -> None:
    before = flat((0.5, 0.5, 0.5))
    fields = change_fields(ChangeKind.PATTERN, before, before + 0.2, ONES)
    weave = fields.apply(before + 0.04, fields.planes)
    np.testing.assert_allclose(weave, 0.74, atol=1e-5)
    edge = fields.apply(before + 0.4, fields.planes)
    np.testing.assert_allclose(edge, 0.7 + 0.06, atol=1e-5)


def test_a_picture_takes_the_place_of_the_photo_only_where_it_differs() -> None:
    before = flat((0.5, 0.5, 0.5))
    after = before.copy()
    after[:, :24] = 0.9
    fields = change_fields(ChangeKind.PICTURE, before, after, ONES)
    out = fields.apply(before + 0.1, fields.planes)
    np.testing.assert_allclose(out[:, :22], 0.9, atol=1e-5)
    np.testing.assert_allclose(out[:, 26:], 0.6, atol=1e-5)
