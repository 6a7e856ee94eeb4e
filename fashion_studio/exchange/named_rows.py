"""DeepFashion's lists: a count, a header, then rows that begin with a photo's name.

Lists that belong together are read side by side. As long as they have the same order nothing is kept in
memory; at the first row out of order an index of name hashes and offsets is made, 16 bytes a row.
"""

from __future__ import annotations

import hashlib
import re
from array import array
from itertools import islice
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.text_lines import byte_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["NamedRows", "list_rows", "stated_count"]

_PHOTO_NAME: Final = re.compile(rb"\.(jpe?g|png|webp|tiff?|bmp|gif|avif|pgm)\Z", re.IGNORECASE)
_STOP_EVERY: Final = 5_000


def stated_count(path: Path) -> int:
    """The number in a list's first line.

    Raises:
        UserError: the file cannot be read or does not begin with a number.
    """
    for _, line in islice(byte_lines(path), 1):
        text = line.strip()
        if text.isdigit() and len(text) <= 12:
            return int(text)
    msg = f"{path.name} does not begin with the number of its rows. Is it a list of DeepFashion?"
    raise UserError(msg)


def list_rows(path: Path, *, start: int = 0) -> Iterator[tuple[int, bytes]]:
    """(offset, row) below the count and the header; empty lines left out. `start` is the offset of a row."""
    lines = byte_lines(path, start=start)
    for offset, line in lines if start else islice(lines, 2, None):
        if line.strip():
            yield offset, line


class NamedRows:
    """One list with a photo's name in each row.

    Attributes:
        stated: how many rows the first line promises.
    """

    def __init__(self, path: Path, report: IncomingReport, width: int | None) -> None:
        """Reads the first line only.

        Args:
            path: the list.
            report: told of rows that cannot be read.
            width: columns after the name; None for as many as follow the name of a picture.

        Raises:
            UserError: the file cannot be read or is no such list.
        """
        self.path, self._report, self._width = path, report, width
        self.stated = stated_count(path)
        self._rows = list_rows(path)
        self._next: tuple[str, list[bytes]] | None = None
        self._keys: np.ndarray | None = None
        self._offsets: np.ndarray | None = None
        self._read = self._taken = 0

    def __iter__(self) -> Iterator[tuple[str, list[bytes]]]:
        """(name, columns) in the order of the list; tells the report when the count is wrong."""
        seen = 0
        for _, line in list_rows(self.path):
            seen += 1
            if seen % _STOP_EVERY == 0:
                self._report.check_stop()
            row = self._parsed(line)
            if row is not None:
                yield row
        self._check_count(seen)

    def row(self, name: str) -> list[bytes] | None:
        """The columns of a photo; None if the list does not have it. Quick when asked in the list's order."""
        if self._next is None:
            self._advance()
        if self._next is None or self._next[0] != name:
            offset = self._offset(name)
            if offset is None:
                return None
            self._rows = list_rows(self.path, start=offset)
            self._advance()
        found = self._next
        self._next = None
        if found is None or found[0] != name:
            return None
        self._taken += 1
        return found[1]

    def finish(self) -> None:
        """Tells the report of rows that were never asked for, and of a wrong count."""
        if self._keys is not None:
            named = len(self._keys)
        else:
            named = self._read + sum(self._parsed(line) is not None for _, line in self._rows)
        self._check_count(named)
        self._report.add("spare_rows", self.path.name, count=named - self._taken)

    def _check_count(self, seen: int) -> None:
        if seen != self.stated:
            self._report.add("count_differs", f"{self.path.name}: {self.stated:,} stated, {seen:,} found")

    def _advance(self) -> None:
        self._next = None
        for _, line in self._rows:
            row = self._parsed(line)
            if row is not None:
                self._read += 1
                self._next = row
                return

    def _parsed(self, line: bytes) -> tuple[str, list[bytes]] | None:
        tokens = line.split()
        width = self._width
        if width is None:
            ends = (place for place, token in enumerate(tokens, 1) if _PHOTO_NAME.search(token))
            width = len(tokens) - next(ends, 0)
        name = tokens[: len(tokens) - width]
        if len(name) > 1 and name[0].isdigit():  # a column of row numbers before the name
            name = name[1:]
        try:
            text = b" ".join(name).decode("utf-8")
        except UnicodeDecodeError:
            text = ""
        if not text or (width and len(tokens) <= width):
            self._report.add("bad_rows", f"{self.path.name}: {line[:80]!r}")
            return None
        return text, tokens[len(tokens) - width :]

    def _offset(self, name: str) -> int | None:
        if self._keys is None or self._offsets is None:
            self._make_index()
        keys, offsets = self._keys, self._offsets
        assert keys is not None  # noqa: S101 - made just now
        assert offsets is not None  # noqa: S101 - made just now
        key = _key(name)
        place = int(np.searchsorted(keys, np.uint64(key)))
        while place < len(keys) and int(keys[place]) == key:
            offset = int(offsets[place])
            for _, line in islice(list_rows(self.path, start=offset), 1):
                row = self._parsed(line)
                if row is not None and row[0] == name:
                    return offset
            place += 1
        return None

    def _make_index(self) -> None:
        keys, offsets = array("Q"), array("Q")
        for number, (offset, line) in enumerate(list_rows(self.path)):
            if number % _STOP_EVERY == 0:
                self._report.check_stop()
            row = self._parsed(line)
            if row is not None:
                keys.append(_key(row[0]))
                offsets.append(offset)
        unsorted = np.frombuffer(keys, np.uint64) if keys else np.empty(0, np.uint64)
        order = np.argsort(unsorted, kind="stable")
        self._keys = unsorted[order]
        self._offsets = (np.frombuffer(offsets, np.uint64) if offsets else unsorted)[order]


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
