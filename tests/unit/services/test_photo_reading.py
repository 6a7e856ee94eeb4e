from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import PhotoError
from fashion_studio.services.photo_reading import PhotoReader, looks_complete

KINDS = {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}


def picture(path: Path, side: int = 120) -> Path:
    pixels = np.random.default_rng(1).integers(0, 255, (side, side // 2, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_a_whole_file_looks_complete_and_a_cut_one_does_not(tmp_path: Path, suffix: str):
    path = picture(tmp_path / f"a.{suffix}")
    assert looks_complete(path, KINDS[suffix])
    data = path.read_bytes()
    for kept in (len(data) - 20, len(data) // 2, 40):
        path.write_bytes(data[:kept])
        assert not looks_complete(path, KINDS[suffix])


@pytest.mark.parametrize("suffix", KINDS)
def test_what_some_programs_put_after_the_end_does_no_harm(tmp_path: Path, suffix: str):
    path = picture(tmp_path / f"a.{suffix}")
    path.write_bytes(path.read_bytes() + b"\0" * 1000)
    assert looks_complete(path, KINDS[suffix])
    assert PhotoReader().size_px(path) == (60, 120)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "bmp", "gif", "tif"])
def test_a_file_that_was_cut_short_is_found_before_it_is_taken_in(tmp_path: Path, suffix: str):
    path = picture(tmp_path / f"a.{suffix}")
    assert PhotoReader().size_px(path) == (60, 120)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    with pytest.raises(PhotoError):
        PhotoReader().size_px(path)


def test_equal_bytes_have_equal_hashes_and_others_not(tmp_path: Path):
    one, two = picture(tmp_path / "a.png"), picture(tmp_path / "b.png")
    other = picture(tmp_path / "c.png", 122)
    reader = PhotoReader()
    assert reader.content_hash(one) == reader.content_hash(two) != reader.content_hash(other)
