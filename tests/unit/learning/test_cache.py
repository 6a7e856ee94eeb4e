from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.cache import (
    PhotoRow,
    PictureSet,
    cache_photos,
    cache_renderings,
    hold_out_senders,
    mask_square,
    read_photo_table,
    rendering_category,
)
from fashion_studio.learning.labels import value_slices


@pytest.fixture
def photo_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    (folder / "images").mkdir(parents=True)
    lines = ["image,sender_id,label,kids,split"]
    for k, label in enumerate(["T-Shirt", "Pants", "Not sure", "Hat"]):
        picture = np.full((40, 30, 3), 40 * k + 20, np.uint8)
        Image.fromarray(picture).save(folder / "images" / f"{k}.png")
        lines.append(f"{k}.png,{k % 2},{label},False,train")
    (folder / "photos.csv").write_text("\n".join(lines))
    return folder


def test_a_table_of_photos_is_read_and_strange_classes_have_none(
    photo_folder: Path, studio: Vocabulary
) -> None:
    rows = read_photo_table(photo_folder, studio)
    assert [row.category for row in rows] == ["t-shirt", "pants", None, "hat"]


def test_a_table_without_its_columns_is_refused(photo_folder: Path, studio: Vocabulary) -> None:
    (photo_folder / "photos.csv").write_text("image,label\na.png,Hat\n")
    with pytest.raises(UserError, match=r"photos\.csv"):
        read_photo_table(photo_folder, studio)


def test_photos_are_decoded_once(photo_folder: Path, studio: Vocabulary, tmp_path: Path) -> None:
    rows = read_photo_table(photo_folder, studio)
    first = cache_photos(photo_folder, rows, studio, {}, cache=tmp_path / "c", side_px=32)
    for path in (photo_folder / "images").iterdir():
        path.unlink()
    second = cache_photos(photo_folder, rows, studio, {}, cache=tmp_path / "c", side_px=32)
    np.testing.assert_array_equal(first.squares, second.squares)
    assert (first.squares[3, 16, 16] == 140).all()
    np.testing.assert_allclose(first.labels.extent, [[24, 32]] * 4)
    part = value_slices(studio)["category"]
    assert first.labels.allowed[:, part].sum(1).tolist() == [1, 1, 17, 1]


def test_senders_are_held_out_whole_and_large_ones_never() -> None:
    rows = [PhotoRow(f"{k}", "big" if k < 500 else f"s{k % 100}", "hat", "train") for k in range(1000)]
    held = hold_out_senders(rows, 0.1)
    out = {row.sender for row, away in zip(rows, held, strict=True) if away}
    stay = {row.sender for row, away in zip(rows, held, strict=True) if not away}
    assert not out & stay
    assert "big" in stay
    assert 0.05 < held.mean() < 0.16
    shuffled = rows[::-1]
    assert {
        r.sender for r, away in zip(shuffled, hold_out_senders(shuffled, 0.1), strict=True) if away
    } == out


def test_every_category_is_rendered_equally_often(rendered: PictureSet, studio: Vocabulary) -> None:
    part = value_slices(studio)["category"]
    assert rendered.labels.allowed[:, part].sum(0).tolist() == [1] * 17
    assert rendering_category(1_000_000, studio) in studio.attribute("category").value_names


def test_renderings_in_the_cache_are_those_rendered_afresh(
    rendered: PictureSet, studio: Vocabulary, tmp_path: Path
) -> None:
    again = cache_renderings(range(17), studio, cache=tmp_path, side_px=96, render_px=128)
    np.testing.assert_array_equal(rendered.squares, again.squares)
    np.testing.assert_array_equal(rendered.masks, again.masks)
    for name, array in rendered.labels.arrays().items():
        np.testing.assert_array_equal(array, getattr(again.labels, name))


def test_masks_and_points_lie_on_the_garment(rendered: PictureSet) -> None:
    share = (np.asarray(rendered.masks) > 127).mean((1, 2))
    assert (share > 0.02).all()
    visible = rendered.labels.point_weights.astype(bool) & rendered.labels.visibility[:, :, 0]
    near = 0
    for row, k in np.argwhere(visible):
        x, y = rendered.labels.points[row, k]
        window = rendered.masks[row, max(0, int(y) - 6) : int(y) + 7, max(0, int(x) - 6) : int(x) + 7]
        near += bool((window > 127).any())
    assert near >= 0.95 * visible.sum()


def test_a_mask_is_fitted_like_its_picture() -> None:
    mask = np.zeros((40, 30), np.float32)
    mask[:20] = 1
    fitted = mask_square(mask, 40)
    assert (fitted[:20, 5:35] == 255).all()
    assert not fitted[:, :5].any()
    assert not fitted[20:].any()


def test_preparing_can_be_cancelled_and_is_begun_anew(studio: Vocabulary, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        cache_renderings(range(3), studio, cache=tmp_path, side_px=32, render_px=64, should_stop=lambda: True)
    pictures = cache_renderings(range(3), studio, cache=tmp_path, side_px=32, render_px=64)
    assert np.asarray(pictures.squares).any(axis=(1, 2, 3)).all()
