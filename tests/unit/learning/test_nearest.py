from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fashion_studio.learning import nearest
from fashion_studio.learning.features import FeatureCache
from fashion_studio.learning.nearest import NearestFeatures

WIDTH = 48


def garments(count: int, seed: int = 0) -> np.ndarray:
    """Features as networks make them: never negative, a few kinds, and much that differs within a kind."""
    rng = np.random.default_rng(seed)
    kinds = rng.gamma(1.0, 1.0, (9, WIDTH))
    return np.maximum(kinds[rng.integers(0, 9, count)] + rng.normal(0, 0.6, (count, WIDTH)), 0).astype(
        np.float16
    )


def digest(number: int) -> str:
    return f"{number:040x}"


def cache_of(folder: Path, features: np.ndarray) -> FeatureCache:
    cache = FeatureCache(folder, features.shape[1])
    cache.add((digest(number), row) for number, row in enumerate(features))
    return cache


def by_hand(features: np.ndarray, question: np.ndarray, count: int) -> tuple[list[str], np.ndarray]:
    rows = features.astype(np.float64)
    cosines = rows @ question / (np.linalg.norm(rows, axis=1) * np.linalg.norm(question))
    order = np.argsort(-cosines, kind="stable")[:count]
    return [digest(int(row)) for row in order], cosines[order]


@pytest.fixture(params=["all read", "by bounds"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    if request.param == "by bounds":
        monkeypatch.setattr(nearest, "_ALL_READ_UP_TO", 10)
        monkeypatch.setattr(nearest, "_DIRECTIONS", 6)  # so that much is left to the bound
    return str(request.param)


@pytest.mark.parametrize("count", [1, 7, 40])
def test_they_are_exactly_the_nearest(tmp_path: Path, way: str, count: int):
    features = garments(700)
    found = NearestFeatures(cache_of(tmp_path, features).path, WIDTH)
    for seed in range(4):
        question = np.abs(np.random.default_rng(100 + seed).normal(0.5, 0.5, WIDTH))
        hashes, cosines = found.nearest(question, count)
        wanted, exact = by_hand(features, question, count)
        assert np.allclose(cosines, exact, atol=2e-6)
        assert hashes == wanted


def test_a_photo_is_nearest_to_itself(tmp_path: Path, way: str):
    features = garments(300)
    found = NearestFeatures(cache_of(tmp_path, features).path, WIDTH)
    hashes, cosines = found.nearest(3.0 * features[123].astype(np.float32), 2)
    assert hashes[0] == digest(123)
    assert cosines[0] == pytest.approx(1.0, abs=1e-6)
    assert cosines[1] < 1.0
    assert np.array_equal(found.features_of(digest(123)), features[123])
    assert found.features_of(digest(9999)) is None


def test_photos_that_are_read_later_are_found(tmp_path: Path, way: str):
    cache = cache_of(tmp_path, garments(200))
    found = NearestFeatures(cache.path, WIDTH)
    question = np.linspace(0, 1, WIDTH)
    assert digest(5000) not in found.nearest(question, 3)[0]
    cache.add([(digest(5000), question)])
    assert found.nearest(question, 3)[0][0] == digest(5000)
    assert np.array_equal(found.features_of(digest(5000)), question.astype(np.float16))


def test_few_photos_and_nothing_at_all(tmp_path: Path, way: str):
    cache = cache_of(tmp_path, garments(12))
    found = NearestFeatures(cache.path, WIDTH)
    hashes, cosines = found.nearest(np.ones(WIDTH), 50)
    assert len(set(hashes)) == 12
    assert (np.diff(cosines) <= 0).all()
    hashes, cosines = found.nearest(np.zeros(WIDTH), 3)  # like nothing
    assert (len(hashes), cosines.tolist()) == (3, [0.0, 0.0, 0.0])
    empty = NearestFeatures(cache_of(tmp_path / "empty", np.empty((0, WIDTH), np.float16)).path, WIDTH)
    assert empty.nearest(np.ones(WIDTH), 3)[0] == []
    assert empty.features_of(digest(1)) is None
    with pytest.raises(FileNotFoundError):
        NearestFeatures(tmp_path / "nowhere", WIDTH).nearest(np.ones(WIDTH), 3)
    with pytest.raises(ValueError, match="reshape"):
        found.nearest(np.ones(WIDTH + 1), 3)


def test_a_file_that_was_begun_anew_is_read_anew(tmp_path: Path, way: str):
    cache = cache_of(tmp_path / "a", garments(300, seed=1))
    found = NearestFeatures(cache.path, WIDTH)
    found.nearest(np.ones(WIDTH), 3)
    other = garments(100, seed=2)
    cache_of(tmp_path / "b", other).path.replace(cache.path)
    assert found.nearest(np.ones(WIDTH), 3)[0] == by_hand(other, np.ones(WIDTH), 3)[0]


def test_few_features_are_read_to_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    features = garments(6000)
    found = NearestFeatures(cache_of(tmp_path, features).path, WIDTH)
    found.nearest(features[1].astype(np.float32), 12)
    read = []
    cosines = nearest._cosines
    monkeypatch.setattr(
        nearest, "_cosines", lambda records, rows, q: read.append(len(rows)) or cosines(records, rows, q)
    )
    hashes, _ = found.nearest(features[7].astype(np.float32), 12)
    assert hashes == by_hand(features, features[7].astype(np.float64), 12)[0]
    assert sum(read) < 600
