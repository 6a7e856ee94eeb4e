from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_studio.learning.features import FeatureCache


def digest(number: int) -> str:
    return hashlib.blake2b(str(number).encode(), digest_size=20).hexdigest()


def vector(number: int, width: int = 6) -> np.ndarray:
    return np.random.default_rng(number).normal(size=width).astype(np.float16)


def test_features_are_found_again_by_content_also_after_reopening(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path / "f", 6)
    assert cache.add([(digest(n), vector(n)) for n in range(5)]) == 5
    assert cache.add([(digest(3), vector(99)), (digest(7), vector(7))]) == 1, "what is known is not replaced"
    again = FeatureCache.opened(tmp_path / "f")
    assert again is not None
    rows = again.rows([digest(7), digest(100), digest(3)])
    assert rows[1] == -1
    np.testing.assert_array_equal(again.matrix()[rows[[0, 2]]], [vector(7), vector(3)])
    assert FeatureCache.opened(tmp_path / "none") is None


@settings(max_examples=25, deadline=None)
@given(torn=st.integers(1, 31), count=st.integers(0, 6))
def test_a_record_torn_by_a_crash_costs_no_other(
    tmp_path_factory: pytest.TempPathFactory, torn: int, count: int
) -> None:
    folder = tmp_path_factory.mktemp("f")
    FeatureCache(folder, 6).add([(digest(n), vector(n)) for n in range(count)])
    with (folder / "features.bin").open("ab") as file:
        file.write(b"x" * torn)
    cache = FeatureCache(folder, 6)
    assert len(cache) == count
    cache.add([(digest(50), vector(50))])
    rows = cache.rows([digest(50), *(digest(n) for n in range(count))])
    np.testing.assert_array_equal(cache.matrix()[rows[0]], vector(50))
    assert (rows >= 0).all()


def test_infinite_features_are_not_kept_and_another_width_begins_anew(tmp_path: Path) -> None:
    cache = FeatureCache(tmp_path, 6)
    assert cache.add([(digest(1), np.full(6, np.inf, np.float16))]) == 0
    cache.add([(digest(1), vector(1))])
    with pytest.raises(ValueError, match="reshape"):
        cache.add([(digest(2), vector(2, 5))])
    assert len(FeatureCache(tmp_path, 5)) == 0
