"""Pooled features of photos on disk, by content: what quick teaching fits to instead of reading photos again.

One folder per model in the project (its name holds the hash of the weights), with one file of records of
fixed size, hash and float16 features, which is mapped, not read. A record that a crash tore is cut off at the
next opening, so that no other is lost. Only the process that holds the project writes; anybody may read.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING, Any, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["FeatureCache", "feature_matrix", "feature_records"]

RECORDS: Final = "features.bin"
_ABOUT: Final = "features.json"
_HASH_BYTES: Final = 20


def _record(width: int) -> np.dtype[Any]:
    return np.dtype([("hash", "u1", (_HASH_BYTES,)), ("features", "<f2", (width,))])


def feature_matrix(path: Path, width: int) -> NDArray[np.float16]:
    """(N, width) of a file of records, mapped for reading.

    Raises:
        OSError: the file is not there.
    """
    return np.asarray(feature_records(path, width)["features"])


def feature_records(path: Path, width: int) -> NDArray[Any]:
    """(N,) records of "hash" and "features", mapped for reading; one that is being written is left out.

    Raises:
        OSError: the file is not there.
    """
    kind = _record(width)
    count = path.stat().st_size // kind.itemsize
    if not count:
        return np.empty(0, kind)
    return np.memmap(path, kind, "r", shape=(count,))


class FeatureCache:
    """The features that one model made of a project's photos. Safe from several threads.

    Attributes:
        path: the file of records; new ones are added at its end, none is ever changed.
        width: features per photo.
    """

    def __init__(self, folder: Path, width: int) -> None:
        """Opens the cache, made where it is not there; one of another width is begun anew.

        Raises:
            OSError: the folder cannot be written.
        """
        self.path, self.width = folder / RECORDS, width
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)
        about = folder / _ABOUT
        if _width_of(about) != width:
            self.path.unlink(missing_ok=True)
            about.write_text(json.dumps({"width": width, "dtype": "float16"}), encoding="ascii")
        self.path.touch()
        size, each = self.path.stat().st_size, _record(width).itemsize
        if size % each:
            with self.path.open("r+b") as file:
                file.truncate(size - size % each)
        hashes = np.ascontiguousarray(feature_records(self.path, width)["hash"])
        self._rows = {bytes(digest): row for row, digest in enumerate(hashes)}
        self._count = len(hashes)

    @classmethod
    def opened(cls, folder: Path) -> Self | None:
        """The cache of a folder that holds one; None where there is none."""
        width = _width_of(folder / _ABOUT)
        return cls(folder, width) if width else None

    def __len__(self) -> int:
        return self._count

    def has(self, content_hash: str) -> bool:
        """Whether a photo's features are here."""
        return bytes.fromhex(content_hash) in self._rows

    def add(self, found: Iterable[tuple[str, NDArray[Any]]]) -> int:
        """Adds features by content hash; photos that are here already are left as they are.

        Returns:
            How many were new.

        Raises:
            OSError: the disk does not take them; nothing was added.
            ValueError: features of another width.
        """
        with self._lock:
            fresh = {
                bytes.fromhex(digest): values
                for digest, values in found
                if bytes.fromhex(digest) not in self._rows and np.isfinite(values).all()
            }
            if not fresh:
                return 0
            records = np.zeros(len(fresh), _record(self.width))
            for place, (digest, values) in enumerate(fresh.items()):
                records[place]["hash"] = np.frombuffer(digest, np.uint8)
                records[place]["features"] = np.asarray(values).reshape(self.width)
            with self.path.open("r+b") as file:
                file.seek(self._count * records.itemsize)
                file.write(records.tobytes())
            for digest in fresh:
                self._rows[digest] = self._count
                self._count += 1
            return len(fresh)

    def rows(self, hashes: Sequence[str]) -> NDArray[np.int64]:
        """(n,) row of each photo in `matrix`, -1 where its features are not here."""
        found = [self._rows.get(bytes.fromhex(digest), -1) for digest in hashes]
        return np.array(found, np.int64)

    def matrix(self) -> NDArray[np.float16]:
        """(N, width), mapped; rows that are added later are in the next one."""
        return feature_matrix(self.path, self.width)


def _width_of(about: Path) -> int:
    try:
        return int(json.loads(about.read_text(encoding="ascii"))["width"])
    except (OSError, ValueError, KeyError, TypeError):
        return 0
