"""Many files: order, bad ones, stopping, full coordinates."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch
from PIL import Image

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError
from fashion_studio.inference.folder import READ_SIDE_PX, read_paths
from fashion_studio.jobs import engine_server


@pytest.fixture
def folder(tmp_path, photos):
    for index in range(11):
        path = tmp_path / f"{index:02}.jpg"
        if index in {3, 8}:
            path.write_bytes(b"no photo at all")
        else:
            Image.fromarray(photos[index % len(photos)]).save(path, quality=95)
    return tmp_path


@pytest.mark.parametrize(("batch_size", "workers"), [(1, 1), (4, 2), (32, 3)])
def test_every_path_is_answered_in_order(reader, folder, batch_size, workers) -> None:
    paths = sorted(folder.iterdir())
    found = list(read_paths(reader, paths, batch_size=batch_size, workers=workers))
    assert [path for path, _ in found] == paths
    for index, (path, outcome) in enumerate(found):
        if index in {3, 8}:
            assert isinstance(outcome, PhotoError)
            assert outcome.path == path
        else:
            with Image.open(path) as image:
                assert (outcome.prediction.width_px, outcome.prediction.height_px) == image.size
            assert outcome.maps is None


def test_a_folder_reads_as_its_photos_do(reader, folder) -> None:
    path = folder / "00.jpg"
    with Image.open(path) as image:
        direct = reader.read([np.asarray(image)], with_maps=True)[0]
    (_, found), *_ = read_paths(reader, [path], with_maps=True)
    assert found.prediction.category.value == direct.prediction.category.value
    assert found.prediction.category.confidence == pytest.approx(
        direct.prediction.category.confidence, abs=1e-4
    )
    assert np.allclose(found.maps.mask, direct.maps.mask, atol=1e-3)


def test_answers_are_in_pixels_of_the_full_photo(reader, tmp_path, photos) -> None:
    """A photo larger than what is decoded: the same picture at a quarter of the size reads alike."""
    large = np.asarray(Image.fromarray(photos[2]).resize((2200, 3000), Image.Resampling.BICUBIC))
    Image.fromarray(large).save(tmp_path / "large.png")
    ((_, found),) = read_paths(reader, [tmp_path / "large.png"], with_maps=True)
    assert (found.prediction.width_px, found.prediction.height_px) == (2200, 3000)
    small = reader.read([photos[2]], with_maps=True)[0]
    factor = 10.0
    for big, little in zip(found.prediction.landmarks, small.prediction.landmarks, strict=True):
        assert big.x == pytest.approx(little.x * factor, abs=60)
        assert big.y == pytest.approx(little.y * factor, abs=60)
    corner = found.maps.to_input.apply(np.array([2200.0, 3000.0]))
    assert np.allclose(corner, small.maps.to_input.apply(np.array([220.0, 300.0])), atol=0.2)


def test_paths_are_taken_as_they_are_needed_and_stopping_ends_it(reader, folder) -> None:
    taken = []
    stop = threading.Event()

    def endless():
        while True:
            taken.append(1)
            yield folder / "00.jpg"

    answers = read_paths(reader, endless(), batch_size=2, workers=2, should_stop=stop.is_set)
    next(answers)
    assert len(taken) <= 8
    stop.set()
    rest = list(answers)
    assert len(rest) < 8


def test_a_consumer_may_leave_early(reader, folder) -> None:
    answers = read_paths(reader, [folder / "00.jpg"] * 50, batch_size=1)
    next(answers)
    answers.close()
    assert not any(thread.name.startswith("read") for thread in threading.enumerate())


def test_nothing_and_nonsense(reader) -> None:
    assert list(read_paths(reader, [])) == []
    with pytest.raises(ValueError, match="at least one"):
        list(read_paths(reader, [], batch_size=0))


def test_a_full_device_is_said_plainly(reader, folder, monkeypatch) -> None:
    def full(*_args: object, **_options: object) -> None:
        raise torch.OutOfMemoryError("out of memory")

    monkeypatch.setattr(reader, "read", full)
    with pytest.raises(EnvironmentProblem, match="memory of CPU is full"):
        list(read_paths(reader, [folder / "00.jpg"]))


def test_the_engine_decodes_photos_at_the_same_size() -> None:
    """Otherwise a photo would read differently alone and in bulk."""
    assert engine_server.READ_SIDE_PX == READ_SIDE_PX
