"""What a command shows: sentences and bars to a person, one JSON object to a machine."""

from __future__ import annotations

import json
import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fashion_studio.domain.errors import Cancelled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import FrameType

__all__ = ["Progress", "Terminal", "stoppable"]


class Progress:
    """A bar on a terminal, silence elsewhere. Safe to call from any thread."""

    def __init__(self, bar: Any = None, task: Any = None) -> None:
        self._bar = bar
        self._task = task

    def __call__(self, done: int, total: int | None = None, text: str = "") -> None:
        """Says how far the work is; `total` None while that is not known."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total, text=text[-40:])


class Terminal:
    """Standard output carries the result and nothing else; everything on the way goes to standard error."""

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json

    def say(self, text: str) -> None:
        """A line of the result for a person."""
        if not self.as_json:
            sys.stdout.write(f"{text}\n")

    def note(self, text: str) -> None:
        """A line beside the result: a warning, what happens next."""
        sys.stderr.write(f"{text}\n")

    def result(self, data: Mapping[str, Any]) -> None:
        """The whole result for a machine."""
        if self.as_json:
            sys.stdout.write(json.dumps(data, indent=2, ensure_ascii=False, default=str) + "\n")

    @contextmanager
    def progress(self, title: str) -> Iterator[Progress]:
        """A bar while the block runs, where a person watches."""
        if not sys.stderr.isatty():
            yield Progress()
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bars

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[text]}", markup=False, style="dim"),
        )
        with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
            yield Progress(bars, bars.add_task(title, total=None, text=""))


@contextmanager
def stoppable() -> Iterator[Callable[[], bool]]:
    """Turns the first Ctrl-C (or a polite kill) into a question that the work asks; a second one breaks off.

    Raises:
        Cancelled: at the end of the block, when it was asked for.
    """
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        del frame
        if stop.is_set() and number == signal.SIGINT:
            raise KeyboardInterrupt
        stop.set()

    signals = (signal.SIGINT, signal.SIGTERM) if threading.current_thread() is threading.main_thread() else ()
    before = [(number, signal.signal(number, asked)) for number in signals]
    try:
        yield stop.is_set
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    if stop.is_set():
        raise Cancelled
