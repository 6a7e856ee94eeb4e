from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.amgan.pictures import Pictures, joined, listed_pictures
from fashion_studio.learning.amgan.plan import GanPlan


def test_rows_are_found_across_the_parts(pictures: Pictures) -> None:
    rows = np.array([23, 0, 9, 10, 0])
    whole = np.concatenate(pictures.parts)
    assert np.array_equal(pictures.squares(rows), whole[rows])
    both = joined([pictures, pictures])
    assert np.array_equal(both.squares(rows + 24), whole[rows])
    taken = pictures.taken(rows)
    assert np.array_equal(taken.squares(np.arange(5)), whole[rows])
    assert np.array_equal(taken.codes, pictures.codes[rows])


def test_images_are_from_minus_one_to_one_and_mirrored_where_wanted(pictures: Pictures) -> None:
    rows = np.array([1, 2])
    plain = pictures.images(rows)
    mirrored = pictures.images(rows, np.array([True, False]))
    assert plain.shape == (2, 3, 32, 32)
    assert float(plain.min()) >= -1
    assert float(plain.max()) <= 1
    assert np.array_equal(mirrored[0].flip(2).numpy(), plain[0].numpy())
    assert np.array_equal(mirrored[1].numpy(), plain[1].numpy())
    square = pictures.squares(rows)[1, 5, 6]
    assert plain[1, :, 5, 6].add(1).mul(127.5).round().tolist() == pytest.approx(square.tolist())


def test_a_photo_is_cut_by_its_mask_else_by_its_box(
    tmp_path: Path, plan: GanPlan, studio: Vocabulary
) -> None:
    """A red garment in the lower right of a grey photo fills its square up to the margin."""
    photo = np.full((200, 300, 3), 128, np.uint8)
    photo[100:180, 200:280] = (255, 0, 0)
    Image.fromarray(photo).save(tmp_path / "a.png")
    mask = np.zeros((100, 150), np.uint8)
    mask[50:90, 100:140] = 255
    (tmp_path / "masks").mkdir()
    cv2.imwrite(str(tmp_path / "masks" / "cut.png"), mask)
    photos = [
        DataListPhoto(file="a.png", sha256="cut", width=300, height=200, labels={"colors": ("red",)}),
        DataListPhoto(file="a.png", sha256="boxed", width=300, height=200, box=(200, 100, 80, 80)),
        DataListPhoto(file="a.png", sha256="plain", width=300, height=200),
        DataListPhoto(file="gone.png", sha256="gone", labels={"colors": ("red",)}),
    ]
    found = listed_pictures(
        photos, tmp_path, plan, studio, cache=tmp_path / "cache", masks=tmp_path / "masks"
    )
    squares = found.squares(np.arange(4)).astype(int)
    red = (squares[..., 0] > 200) & (squares[..., 1] < 60)
    share = 1 / (1 + 2 * plan.margin) ** 2
    assert red[0].mean() == pytest.approx(share, abs=0.06)
    assert np.abs(squares[0] - squares[1]).mean() < 3
    garments = found.garment(np.arange(4))
    assert (garments[0] > 127)[red[0]].mean() > 0.95
    assert not garments[1:].any()
    assert 0 < red[2].mean() < 0.1
    assert found.codes[:, 0].tolist() == [2, -1, -1, -1]  # what cannot be read teaches nothing
    assert found.is_photo.all()
