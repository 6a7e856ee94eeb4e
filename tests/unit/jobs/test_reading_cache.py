from __future__ import annotations

import os
from pathlib import Path

import pytest
from samples import sample_reading

from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.reading_cache import ReadingCache, file_stamp


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"{number}.jpg" for number in range(5)]
    for path in paths:
        path.write_bytes(b"photo")
    return paths


def put(cache: ReadingCache, path: Path, reading: Reading) -> None:
    stamp = file_stamp(path)
    assert stamp is not None
    cache.put(path, reading, stamp)


def test_a_reading_is_found_until_its_file_changes(studio: Vocabulary, photos: list[Path]) -> None:
    cache, reading = ReadingCache(1 << 30), sample_reading(studio)
    put(cache, photos[0], reading)
    assert cache.get(photos[0], with_maps=True) is reading
    assert cache.get(photos[1], with_maps=True) is None
    os.utime(photos[0], ns=(1, 1))
    assert cache.get(photos[0], with_maps=True) is None
    assert (len(cache), cache.size_bytes) == (0, 0)


def test_a_vanished_file_is_not_found(studio: Vocabulary, photos: list[Path]) -> None:
    cache = ReadingCache(1 << 30)
    put(cache, photos[0], sample_reading(studio))
    photos[0].unlink()
    assert cache.get(photos[0], with_maps=False) is None


def test_the_least_recently_used_goes_first(studio: Vocabulary, photos: list[Path]) -> None:
    reading = sample_reading(studio)
    probe = ReadingCache(1 << 30)
    put(probe, photos[0], reading)
    cache = ReadingCache(probe.size_bytes * 3)
    for path in photos[:3]:
        put(cache, path, reading)
    cache.get(photos[0], with_maps=True)
    put(cache, photos[3], reading)
    found = [cache.get(path, with_maps=True) is not None for path in photos]
    assert found == [True, False, True, True, False]
    assert cache.size_bytes == probe.size_bytes * 3


def test_maps_are_not_lost_to_a_reading_without(studio: Vocabulary, photos: list[Path]) -> None:
    cache, reading = ReadingCache(1 << 30), sample_reading(studio)
    put(cache, photos[0], reading)
    put(cache, photos[0], Reading(reading.prediction))
    assert cache.get(photos[0], with_maps=True) is reading
    put(cache, photos[1], Reading(reading.prediction))
    assert cache.get(photos[1], with_maps=True) is None
    assert cache.get(photos[1], with_maps=False) is not None
    put(cache, photos[1], reading)
    assert cache.get(photos[1], with_maps=True) is reading


def test_clear_forgets_everything(studio: Vocabulary, photos: list[Path]) -> None:
    cache = ReadingCache(1 << 30)
    put(cache, photos[0], sample_reading(studio))
    cache.clear()
    assert (len(cache), cache.size_bytes) == (0, 0)
