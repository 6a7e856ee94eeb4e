"""How long "more like this" takes among 100,000 photos, and whether its answer is the exact one.

python -m bench.similar_photos

Features are those of 192 renderings by the house model, mixed in pairs and disturbed until there are enough;
the questions are features of other renderings. The file lies in the bench's folder for the next time.
"""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.figures import cache_dir, one_by_one, say
from fashion_studio.config.resources import house_model_dir
from fashion_studio.inference.reader import Reader
from fashion_studio.learning.features import RECORDS, FeatureCache, feature_matrix
from fashion_studio.learning.nearest import NearestFeatures
from fashion_studio.rendering.render import render_seed

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["main"]

PHOTOS: Final = 100_000
COUNT: Final = 12
_TARGET_MS: Final = 100.0
_SEEDS: Final = range(7_100_000, 7_100_192)
_QUESTIONS: Final = range(7_200_000, 7_200_016)
_AT_ONCE: Final = 5_000


def main() -> None:
    """Measures and prints."""
    one_by_one(_measure)


def _measure() -> None:
    reader = Reader.load(house_model_dir())
    questions = _features(reader, _QUESTIONS)
    folder = cache_dir() / f"features-{PHOTOS}-{reader.model_id}"
    path = folder / RECORDS
    if not path.exists():
        _fill(folder, _features(reader, _SEEDS))
    search = NearestFeatures(path, questions.shape[1])
    started_s = time.perf_counter()
    search.nearest(questions[0], COUNT)
    say("More like this, 100,000 photos, first question", time.perf_counter() - started_s, "s")
    took_ms = []
    for question in questions:
        started_s = time.perf_counter()
        _, cosines = search.nearest(question, COUNT)
        took_ms.append(1000.0 * (time.perf_counter() - started_s))
        if not np.allclose(cosines, _by_hand(path, question), atol=1e-5):
            sys.exit("The nearest photos are not the nearest.")
    say("More like this, 100,000 photos, later ones", float(np.median(took_ms)), "ms", _TARGET_MS)


def _features(reader: Reader, seeds: range) -> NDArray[np.float32]:
    images = [render_seed(seed, width_px=288, height_px=384).image for seed in seeds]
    found = [
        reading.features
        for start in range(0, len(images), 8)
        for reading in reader.read(images[start : start + 8])
    ]
    return np.stack([each for each in found if each is not None]).astype(np.float32)


def _fill(folder: Path, real: NDArray[np.float32]) -> None:
    rng = np.random.default_rng(0)
    cache = FeatureCache(folder, real.shape[1])
    for start in range(0, PHOTOS, _AT_ONCE):
        one, other = rng.integers(0, len(real), (2, _AT_ONCE))
        share = rng.uniform(0, 0.4, (_AT_ONCE, 1)).astype(np.float32)
        mixed = (1 - share) * real[one] + share * real[other]
        mixed *= rng.normal(1, 0.1, mixed.shape).astype(np.float32)
        cache.add((f"{start + row:040x}", features) for row, features in enumerate(mixed))


def _by_hand(path: Path, question: NDArray[np.float32]) -> NDArray[np.float32]:
    matrix = feature_matrix(path, len(question))
    found = []
    for start in range(0, len(matrix), _AT_ONCE):
        part = matrix[start : start + _AT_ONCE].astype(np.float32)
        found.append(part @ question / np.linalg.norm(part, axis=1) / np.linalg.norm(question))
    return np.sort(np.concatenate(found))[::-1][:COUNT]


if __name__ == "__main__":
    main()
