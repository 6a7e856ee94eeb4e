"""Thumbnails are small, upright JPEGs."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging.thumbnails import make_thumbnail


def test_long_side_upright_and_small(tmp_path) -> None:
    stored = np.zeros((300, 600, 3), dtype=np.uint8)
    stored[:, :300] = (220, 20, 20)  # the left of what is stored is the top of the upright picture
    exif = Image.Exif()
    exif[0x0112] = 6
    path = tmp_path / "photo.jpg"
    Image.fromarray(stored).save(path, quality=92, exif=exif)
    thumbnail = make_thumbnail(path, side_px=128)
    with Image.open(io.BytesIO(thumbnail)) as image:
        assert image.format == "JPEG"
        assert image.size == (64, 128)
        assert image.getpixel((32, 20))[0] > 180
        assert max(image.getpixel((32, 110))) < 40
        assert 0x0112 not in image.getexif()
    assert len(thumbnail) < 6000


def test_a_small_photo_keeps_its_size_and_a_bad_one_its_reason(tmp_path) -> None:
    path = tmp_path / "small.png"
    Image.new("RGBA", (10, 7), (0, 0, 0, 0)).save(path)
    with Image.open(io.BytesIO(make_thumbnail(path))) as image:
        assert image.size == (10, 7)
        assert image.getpixel((5, 5)) == (255, 255, 255)
    path.write_bytes(b"no image")
    with pytest.raises(PhotoError):
        make_thumbnail(path)
