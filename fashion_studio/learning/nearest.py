"""The nearest photos by their pooled features: exact cosines, without reading every feature every time.

The features of 100,000 photos are a quarter of a gigabyte in half precision, and turning them into numbers
that can be multiplied takes longer than multiplying them. So of each photo's unit vector x its part in the
directions V in which photos differ most (the leading eigenvectors of a sample's second moments) is kept in
memory, and the length of the rest r. For a question q the Cauchy-Schwarz inequality gives

    x·q = (Vx)·(Vq) + r_x·r_q  ≤  (Vx)·(Vq) + |r_x| |r_q|,

one product with the kept parts, and features are read only of photos that can still be among the nearest.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.learning.features import feature_records

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Rows = NDArray[np.int64]
    Matrix = NDArray[np.float32]

__all__ = ["NearestFeatures"]

_DIRECTIONS: Final = 64
_SAMPLE: Final = 512
_ALL_READ_UP_TO: Final = 4_096
"""So few features are read as they are; finding the directions would take longer."""
_AT_ONCE: Final = 1_024
_ROUNDING: Final = 1e-4
"""More than the products of 32-bit numbers are off, so that no photo is missed for it."""


class NearestFeatures:
    """Answers from a file of `learning.features`, with what is added to it. Safe from several threads."""

    def __init__(self, path: Path, width: int) -> None:
        """Reads nothing yet.

        Args:
            path: the file of records.
            width: features per photo.
        """
        self._path, self._width = path, width
        self._lock = threading.Lock()
        self._basis: Matrix | None = None
        self._kept: Matrix = np.empty((0, 0), np.float32)
        self._hashes: NDArray[Any] = np.empty((0, 0), np.uint8)

    def nearest(self, features: NDArray[Any], count: int) -> tuple[list[str], Matrix]:
        """(content hashes, similarities) of the nearest photos, the nearest first.

        Args:
            features: (width,), of the same model; their length does not matter.
            count: how many; fewer where there are fewer. Ties in the order in which photos were read.

        Returns:
            Hashes as hexadecimal text, and (n,) float32 cosines, -1 to 1.

        Raises:
            OSError: the file cannot be read.
            ValueError: features of another width.
        """
        question = _unit(np.asarray(features, np.float32).reshape(1, self._width))[0]
        records = feature_records(self._path, self._width)
        count = min(count, len(records))
        if len(records) <= _ALL_READ_UP_TO:
            rows = np.arange(len(records))
            cosines = _cosines(records, rows, question)
        else:
            rows, cosines = self._candidates(records, question, count)
        best = np.lexsort((rows, -cosines))[:count]
        hashes = [bytes(records["hash"][row]).hex() for row in rows[best]]
        return hashes, cosines[best]

    def features_of(self, content_hash: str) -> NDArray[np.float16] | None:
        """(width,) features of a photo; None where they are not kept.

        Raises:
            OSError: the file cannot be read.
        """
        records = feature_records(self._path, self._width)
        wanted = np.frombuffer(bytes.fromhex(content_hash), np.uint8)
        with self._lock:
            known = len(self._hashes) if len(self._hashes) <= len(records) else 0
            if known < len(records):
                fresh = np.ascontiguousarray(records["hash"][known:])
                self._hashes = np.concatenate([self._hashes, fresh]) if known else fresh
            same = (self._hashes == wanted).all(axis=1) if len(records) else np.zeros(0, bool)
        rows = np.flatnonzero(same)
        return np.array(records["features"][rows[0]]) if rows.size else None

    def _candidates(self, records: NDArray[Any], question: Matrix, count: int) -> tuple[Rows, Matrix]:
        """Rows with their cosines, the nearest `count` of all among them."""
        basis, kept = self._sketch(records)
        inside = basis @ question
        rest = np.sqrt(max(0.0, 1.0 - float(inside @ inside)))
        bounds = kept @ np.append(inside, np.float32(rest))
        first = np.argpartition(-bounds, min(4 * count, len(bounds) - 1))[: 4 * count]
        rows, cosines = first, _cosines(records, first, question)
        while True:
            worst = np.partition(cosines, len(cosines) - count)[len(cosines) - count]
            able = np.flatnonzero(bounds >= worst - _ROUNDING)
            able = able[~np.isin(able, rows)]
            if not able.size:
                return rows, cosines
            able = able[np.argsort(-bounds[able], kind="stable")][:_AT_ONCE]
            rows = np.concatenate([rows, able])
            cosines = np.concatenate([cosines, _cosines(records, able, question)])

    def _sketch(self, records: NDArray[Any]) -> tuple[Matrix, Matrix]:
        """(directions, (n, directions + 1) of every photo), brought up to the last record."""
        with self._lock:
            if self._basis is None or len(records) < len(self._kept):  # the file may have been begun anew
                self._basis = _directions(records)
                self._kept = np.empty((0, len(self._basis) + 1), np.float32)
            done = len(self._kept)
            if done < len(records):
                grown = np.empty((len(records), len(self._basis) + 1), np.float32)
                grown[:done] = self._kept
                for start in range(done, len(records), _AT_ONCE):
                    part = _unit(records["features"][start : start + _AT_ONCE].astype(np.float32))
                    inside = part @ self._basis.T
                    outside = np.einsum("ij,ij->i", part, part) - np.einsum("ij,ij->i", inside, inside)
                    grown[start : start + len(part), :-1] = inside
                    grown[start : start + len(part), -1] = np.sqrt(np.maximum(outside, 0.0))
                self._kept = grown
            return self._basis, self._kept[: len(records)]


def _directions(records: NDArray[Any]) -> Matrix:
    """(d, width) orthonormal: the directions in which an even sample of photos has most of its length."""
    step = max(1, len(records) // _SAMPLE)
    sample = _unit(records["features"][::step][:_SAMPLE].astype(np.float32))
    # The sample's products with itself have the same eigenvalues as its moments, and are fewer.
    _, vectors = np.linalg.eigh(sample @ sample.T)
    found, _ = np.linalg.qr(sample.T @ vectors[:, ::-1][:, :_DIRECTIONS])
    return np.ascontiguousarray(found.T, np.float32)


def _cosines(records: NDArray[Any], rows: Rows, question: Matrix) -> Matrix:
    found = np.empty(len(rows), np.float32)
    for start in range(0, len(rows), _AT_ONCE):
        part = records["features"][rows[start : start + _AT_ONCE]].astype(np.float32)
        found[start : start + len(part)] = _unit(part) @ question
    return found


def _unit(vectors: Matrix) -> Matrix:
    """Rows of length 1; a row of zeros, which is like nothing, stays zero."""
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(vectors / np.where(lengths > 0, lengths, 1.0)[:, None], np.float32)
