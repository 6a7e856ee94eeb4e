"""What a test must not leave behind: threads, processes, running timers, windows, unexpected warnings."""

from __future__ import annotations

import gc
import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

__all__ = ["UnexpectedLogs", "leaves_nothing_behind"]

_GRACE_S = 3.0
_FOREIGN_THREADS = ("TMonitor", "pytest_timeout", "asyncio_")
_FOREIGN_COMMANDS = ("resource_tracker",)


class UnexpectedLogs(logging.Handler):
    """Collects what our own loggers say at WARNING and above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    @classmethod
    @contextmanager
    def caught(cls) -> Iterator[UnexpectedLogs]:
        """Listens to the loggers of the program."""
        handler, logger = cls(), logging.getLogger("fashion_studio")
        logger.addHandler(handler)
        try:
            yield handler
        finally:
            logger.removeHandler(handler)


@contextmanager
def leaves_nothing_behind() -> Iterator[None]:
    """Raises AssertionError when the body leaves something running, after a grace time to come to rest."""
    checks: list[Callable[[], set[Any]]] = [_threads, _processes, _qt_timers_and_threads, _windows]
    before = [check() for check in checks]
    yield
    left = _left(checks, before)
    deadline = time.monotonic() + _GRACE_S
    pause_s = 0.0
    while left and time.monotonic() < deadline:
        gc.collect()
        _let_qt_delete()
        time.sleep(pause_s)
        left = _left(checks, before)
        pause_s = 2 * pause_s or 0.01
    words = ", ".join(sorted(map(_in_words, left)))
    for thing in left:
        if isinstance(thing, psutil.Process):
            thing.kill()
    assert not left, f"left behind by the test: {words}"


def _left(checks: list[Callable[[], set[Any]]], before: list[set[Any]]) -> set[Any]:
    return {thing for check, known in zip(checks, before, strict=True) for thing in check() - known}


def _in_words(thing: object) -> str:
    if isinstance(thing, threading.Thread):
        return f"thread “{thing.name}”"
    if isinstance(thing, psutil.Process):
        try:
            return f"process {thing.pid} ({' '.join(thing.cmdline())[:120]})"
        except psutil.Error:
            return f"process {thing.pid}"
    return f"{type(thing).__name__} {thing!r}"


def _threads() -> set[Any]:
    return {
        thread
        for thread in threading.enumerate()
        if not isinstance(thread, threading._DummyThread) and not thread.name.startswith(_FOREIGN_THREADS)
    }


def _processes() -> set[Any]:
    if not _has_children():
        return set()
    return {child for child in psutil.Process().children() if not _is_foreign(child)}


def _has_children() -> bool:
    """Linux knows at once; psutil asks every process of the machine for its parent."""
    try:
        return any((task / "children").read_text() for task in Path("/proc/self/task").iterdir())
    except OSError:
        return True


def _is_foreign(child: psutil.Process) -> bool:
    try:
        if child.status() == psutil.STATUS_ZOMBIE:
            return True
        return any(word in " ".join(child.cmdline()) for word in _FOREIGN_COMMANDS)
    except psutil.Error:  # gone while we looked
        return True


def _qt_timers_and_threads() -> set[Any]:
    core = sys.modules.get("PySide6.QtCore")
    if core is None:
        return set()
    import shiboken6

    def is_busy(wrapper: Any) -> bool:
        if isinstance(wrapper, core.QTimer):
            return shiboken6.isValid(wrapper) and wrapper.isActive() and not wrapper.isSingleShot()
        if isinstance(wrapper, core.QThread) and app is not None:
            return shiboken6.isValid(wrapper) and wrapper is not app.thread() and wrapper.isRunning()
        return False

    app = core.QCoreApplication.instance()
    return {_Named(wrapper) for wrapper in shiboken6.getAllValidWrappers() if is_busy(wrapper)}


def _windows() -> set[Any]:
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return set()
    return {_Named(widget) for widget in widgets.QApplication.topLevelWidgets()}


def _let_qt_delete() -> None:
    core = sys.modules.get("PySide6.QtCore")
    if core is not None and core.QCoreApplication.instance() is not None:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)


class _Named:
    """A Qt object by address, so that comparing and keeping it does not keep it alive."""

    def __init__(self, thing: Any) -> None:
        import shiboken6

        self._key = (type(thing).__name__, shiboken6.getCppPointer(thing)[0])
        self._name = thing.objectName()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Named) and self._key == other._key

    def __hash__(self) -> int:
        return hash(self._key)

    def __repr__(self) -> str:
        return f"{self._key[0]}({self._name})"
