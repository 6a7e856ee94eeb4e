"""Entries of the long lists in a JSON file, one at a time, from files that anybody may have made.

The parser is ijson's; depth, size of an entry and size of a single value are bounded here.
"""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Any, Final

import ijson

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.text_lines import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from fashion_studio.exchange.incoming import IncomingReport

__all__ = ["list_entries"]

_MAX_DEPTH: Final = 24
_MAX_PARTS: Final = 2_000_000
_MAX_VALUE_BYTES: Final = 16 << 20
_STOP_EVERY: Final = 100_000


class _Guarded:
    """A stream for the parser that ends when one value does not end."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._stream, self._name = stream, name
        self._waiting = 0
        self.moved = False
        if self._stream.read(3) != codecs.BOM_UTF8:
            self._stream.seek(0)

    def read(self, size: int) -> bytes:
        """The next bytes."""
        self._waiting = 0 if self.moved else self._waiting + size
        self.moved = False
        if self._waiting > _MAX_VALUE_BYTES:
            msg = f"{self._name} holds a single value of more than {_MAX_VALUE_BYTES:,} bytes. It is refused."
            raise UserError(msg)
        return self._stream.read(size)


class _Entry:
    """One entry while it is read."""

    def __init__(self, skipped: frozenset[str]) -> None:
        self._skipped = skipped
        self._open: list[Any] = []
        self._keys: list[str | None] = []
        self._ignoring = 0
        self.value: Any = None

    def take(self, event: str, value: Any) -> bool:
        """Takes one event; whether the entry is whole now."""
        if event == "map_key":
            self._keys[-1] = value
            return False
        if event in {"start_map", "start_array"}:
            made: Any = {} if event == "start_map" else []
            if self._ignoring or self._is_skipped():
                self._ignoring += 1
            else:
                self._put(made)
            self._open.append(made)
            self._keys.append(None)
            return False
        if event in {"end_map", "end_array"}:
            self._open.pop()
            self._keys.pop()
            self._ignoring = max(0, self._ignoring - 1)
            return not self._open
        if not self._ignoring and not self._is_skipped():
            self._put(value)
        return not self._open

    @property
    def depth(self) -> int:
        """How many brackets are open."""
        return len(self._open)

    def _is_skipped(self) -> bool:
        return bool(self._keys) and self._keys[-1] in self._skipped and isinstance(self._open[-1], dict)

    def _put(self, value: Any) -> None:
        if not self._open:
            self.value = value
        elif isinstance(self._open[-1], dict):
            self._open[-1][self._keys[-1]] = value
        else:
            self._open[-1].append(value)


def list_entries(
    path: Path, names: frozenset[str], report: IncomingReport, *, skipped: frozenset[str] = frozenset()
) -> Iterator[tuple[str, Any]]:
    """(list's name, entry) of these lists at the top of a JSON object, in the file's order.

    Args:
        path: the file; a byte order mark is skipped.
        names: the lists.
        report: asked whether to stop.
        skipped: keys whose values are not wanted; they are read over and not kept.

    Raises:
        UserError: the file cannot be read, is no JSON object, or goes beyond the bounds.
        Cancelled: the person has asked for it.
    """
    with opened(path) as stream:
        guarded = _Guarded(stream, path.name)
        try:
            yield from _entries(ijson.basic_parse(guarded, use_float=True), guarded, names, report, skipped)
        except ijson.JSONError as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "it ends too early"
            msg = f"{path.name} is not valid JSON: {reason.removeprefix('b').strip(chr(39))}."
            raise UserError(msg) from error
        except _TooDeep as error:
            msg = f"{path.name} is nested deeper than any file of labels. It is refused."
            raise UserError(msg) from error
        except _NoObject as error:
            msg = f"{path.name} is no COCO file: it does not begin with an object."
            raise UserError(msg) from error


class _TooDeep(Exception):  # noqa: N818 - becomes a sentence above
    """More brackets than allowed, or an entry with too many parts."""


class _NoObject(Exception):  # noqa: N818 - becomes a sentence above
    """The file is a list or a single value."""


def _entries(
    parsed: Any, guarded: _Guarded, names: frozenset[str], report: IncomingReport, skipped: frozenset[str]
) -> Iterator[tuple[str, Any]]:
    events = _watched(parsed, guarded, report)
    if next(events, ("", None))[0] != "start_map":
        raise _NoObject
    key, depth = "", 0
    for event, value in events:
        if event == "map_key" and depth == 0:
            key = value
        elif event == "start_array" and depth == 0 and key in names:
            for entry in _list(events, skipped):
                yield key, entry
        elif event in {"start_map", "start_array"}:
            depth += 1
            if depth > _MAX_DEPTH:
                raise _TooDeep
        elif event in {"end_map", "end_array"}:
            depth -= 1


def _watched(parsed: Any, guarded: _Guarded, report: IncomingReport) -> Iterator[tuple[str, Any]]:
    """The parser's events, noting that they come."""
    for count, event in enumerate(parsed):
        guarded.moved = True
        if count % _STOP_EVERY == 0:
            report.check_stop()
        yield event


def _list(events: Iterator[tuple[str, Any]], skipped: frozenset[str]) -> Iterator[Any]:
    """The entries of a list that has just begun; ends with it."""
    entry, parts = _Entry(skipped), 0
    for event, value in events:
        if event == "end_array" and not entry.depth:
            return
        parts += 1
        whole = entry.take(event, value)
        if entry.depth > _MAX_DEPTH or parts > _MAX_PARTS:
            raise _TooDeep
        if whole:
            yield entry.value
            entry, parts = _Entry(skipped), 0
