"""Readings that were made a moment ago, so that going back to a photo is instant. Bounded by bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.predictions import Reading

__all__ = ["ReadingCache", "file_stamp"]

_SMALL_PARTS_BYTES: Final = 16_384


def file_stamp(path: Path) -> tuple[int, int] | None:
    """(mtime in ns, size in bytes) of a file, None where it cannot be asked."""
    try:
        facts = path.stat()
    except OSError:
        return None
    return (facts.st_mtime_ns, facts.st_size)


@dataclass(frozen=True, slots=True)
class _Entry:
    reading: Reading
    stamp: tuple[int, int]
    size_bytes: int


class ReadingCache:
    """The most recently used readings by path; a file that changed is not found. Safe from any thread."""

    def __init__(self, capacity_bytes: int) -> None:
        self._capacity_bytes = capacity_bytes
        self._entries: OrderedDict[Path, _Entry] = OrderedDict()
        self._lock = threading.Lock()
        self.size_bytes = 0

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, path: Path, reading: Reading, stamp: tuple[int, int]) -> None:
        """Keeps a reading; one with maps is not replaced by one without."""
        with self._lock:
            old = self._entries.get(path)
            if old is not None and old.stamp == stamp and old.reading.maps and not reading.maps:
                return
            self._forget(path)
            entry = _Entry(reading, stamp, _size_bytes(reading))
            self._entries[path] = entry
            self.size_bytes += entry.size_bytes
            while self.size_bytes > self._capacity_bytes and len(self._entries) > 1:
                self._forget(next(iter(self._entries)))

    def get(self, path: Path, *, with_maps: bool) -> Reading | None:
        """The reading, if it is there, has maps where they are wanted, and the file is still the same."""
        with self._lock:
            entry = self._entries.get(path)
            if entry is None or (with_maps and entry.reading.maps is None):
                return None
            if file_stamp(path) != entry.stamp:
                self._forget(path)
                return None
            self._entries.move_to_end(path)
            return entry.reading

    def clear(self) -> None:
        """Forgets everything (another model answers from now on)."""
        with self._lock:
            self._entries.clear()
            self.size_bytes = 0

    def _forget(self, path: Path) -> None:
        entry = self._entries.pop(path, None)
        if entry is not None:
            self.size_bytes -= entry.size_bytes


def _size_bytes(reading: Reading) -> int:
    maps = reading.maps
    if maps is None:
        return _SMALL_PARTS_BYTES
    cams = sum(cams.nbytes for cams in maps.cams.values())
    return _SMALL_PARTS_BYTES + cams + maps.heatmaps.nbytes + maps.mask.nbytes
