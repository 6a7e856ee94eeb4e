"""What a job tells of itself: JSON lines that anyone may read while they are written."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["Event", "EventReader", "EventWriter", "append_lines", "whole_lines"]

_PER_SECOND: Final = 10


@dataclass(frozen=True, slots=True)
class Event:
    """One line: when (seconds since 1970), of what kind, with what."""

    at: float
    kind: str
    data: Mapping[str, Any]


class EventWriter:
    """Appends events; those marked frequent at most ten times a second, the last of them never lost."""

    def __init__(self, path: Path, *, per_second: float = _PER_SECOND) -> None:
        self._path = path
        self._gap_s = 1.0 / per_second
        self._last_s: dict[str, float] = {}
        self._held: dict[str, Mapping[str, Any]] = {}
        self._lock = threading.Lock()

    def write(self, kind: str, *, frequent: bool = False, **data: Any) -> None:
        """Appends an event now, or, if it is frequent and one of its kind was just written, holds it back.

        Raises:
            OSError: the disk does not take it.
        """
        with self._lock:
            now = time.monotonic()
            if frequent and now - self._last_s.get(kind, float("-inf")) < self._gap_s:
                self._held[kind] = data
                return
            self._held.pop(kind, None)
            self._last_s[kind] = now
            self._append([(kind, data)])

    def flush(self) -> None:
        """Writes what is held back."""
        with self._lock:
            held, self._held = list(self._held.items()), {}
            if held:
                self._append(held)

    def _append(self, events: list[tuple[str, Mapping[str, Any]]]) -> None:
        at = round(time.time(), 3)
        append_lines(self._path, [json.dumps({"at": at, "kind": kind, **data}) for kind, data in events])


class EventReader:
    """Reads on from where it stopped; a line that is still being written waits for the next time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.offset = 0

    def read(self) -> list[Event]:
        """The events since the last call; none while there is no file."""
        lines, self.offset = whole_lines(self._path, self.offset)
        events = []
        for line in lines:
            try:
                data = json.loads(line)
                events.append(Event(data.pop("at"), data.pop("kind"), data))
            except (
                ValueError,
                KeyError,
                AttributeError,
            ):  # a line torn by a crash, continued by the next run
                continue
        return events


def append_lines(path: Path, lines: list[str]) -> None:
    """Appends whole lines in one write; a torn line before them is closed first.

    Raises:
        OSError: the disk does not take it.
    """
    with path.open("a+b") as stream:
        size = stream.seek(0, 2)
        torn = False
        if size:
            stream.seek(size - 1)
            torn = stream.read(1) != b"\n"
        stream.write((("\n" if torn else "") + "".join(f"{line}\n" for line in lines)).encode("utf-8"))


def whole_lines(path: Path, offset: int = 0) -> tuple[list[str], int]:
    """The complete lines from `offset` on, and the offset after them; none while there is no file."""
    try:
        with path.open("rb") as stream:
            stream.seek(offset)
            data = stream.read()
    except FileNotFoundError:
        return [], offset
    end = data.rfind(b"\n") + 1
    return data[:end].decode("utf-8", "replace").split("\n")[:-1], offset + end
