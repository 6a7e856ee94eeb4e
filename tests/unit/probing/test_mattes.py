from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest
from probed_photos import RedMatting, write_garment

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.imaging.decode import decode
from fashion_studio.probing.mattes import Matte, Mattes, crisp, open_matting


@pytest.fixture
def image(tmp_path: Path) -> np.ndarray:
    return decode(write_garment(tmp_path / "a.png", wide=True))


def test_a_matte_is_found_once_and_the_same_when_it_is_kept(tmp_path: Path, image: np.ndarray) -> None:
    matting = RedMatting()
    first = Mattes(tmp_path / "mattes", matting).of("abc", image)
    again = Mattes(tmp_path / "mattes", matting).of("abc", image)
    assert matting.asked == 1
    assert np.array_equal(first.mask, again.mask)
    assert first.sure == again.sure == {"category": "shirt"}
    assert first.mask[48, 36] == 1.0
    assert first.mask[2, 2] == 0.0


def test_another_photo_size_or_matting_is_another_matte(tmp_path: Path, image: np.ndarray) -> None:
    matting, other = RedMatting(), RedMatting()
    other.identity = "red 2"
    mattes = Mattes(tmp_path, matting)
    mattes.of("abc", image)
    mattes.of("abd", image)
    mattes.of("abc", image[:50])
    Mattes(tmp_path, other).of("abc", image)
    assert (matting.asked, other.asked) == (3, 1)


def test_two_threads_may_want_the_same_matte_at_once(tmp_path: Path, image: np.ndarray) -> None:
    together = Barrier(4, timeout=20)

    class Slow(RedMatting):
        def matte(self, image: np.ndarray) -> Matte:
            together.wait()
            return super().matte(image)

    mattes = Mattes(tmp_path, Slow())
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: mattes.of("abc", image), range(4)))
    assert all(np.array_equal(each.mask, found[0].mask) for each in found)
    assert not [path for path in tmp_path.iterdir() if ".part" in path.name]


def test_a_damaged_file_is_made_again(tmp_path: Path, image: np.ndarray) -> None:
    matting = RedMatting()
    mattes = Mattes(tmp_path, matting)
    whole = mattes.of("abc", image)
    for path in tmp_path.iterdir():
        path.write_bytes(b"torn")
    assert np.array_equal(mattes.of("abc", image).mask, whole.mask)
    assert matting.asked == 2


def test_edges_are_hard_and_just_inside() -> None:
    soft = np.linspace(0, 1, 101, dtype=np.float32)[None]
    hard = crisp(soft)[0]
    assert hard[40] == 0.0
    assert hard[70] == 1.0
    assert hard[50] < 0.5 < hard[60]


def test_house_matting_needs_a_model_that_finds_garments(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        open_matting("house", tmp_path, "cpu")


def test_rembg_is_asked_by_name(monkeypatch: pytest.MonkeyPatch, image: np.ndarray) -> None:
    monkeypatch.setattr(
        "fashion_studio.imaging.matting.RembgMatting.mask",
        lambda _self, image: image[..., 0] / np.float32(255),
    )
    monkeypatch.setattr("fashion_studio.imaging.matting.RembgMatting.prepare", lambda _self: None)
    matting = open_matting("isnet-general-use", Path(), "cpu")
    found = matting.matte(image)
    assert isinstance(found, Matte)
    assert not found.sure
    assert matting.identity == "isnet-general-use"

    def refuse(_self: object) -> None:
        raise UserError("rembg has no model “nonsense”.")

    monkeypatch.setattr("fashion_studio.imaging.matting.RembgMatting.prepare", refuse)
    with pytest.raises(UserError, match="nonsense"):
        open_matting("nonsense", Path(), "cpu")
