"""A real window on a real project, driven by key presses and timed to the paint event that shows the answer.

Run as a child process by `window_speed`; `python -m bench.window_probe SCENARIO ARGUMENTS` prints one JSON
object. Time passes in Qt's own event loop, so threads get their turns as with a person at the keyboard.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psutil
from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from fashion_studio.config.settings import Settings
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import Agreement, ItemFilter, Sort, SortKey
from fashion_studio.gui.app import make_window, start_engine
from fashion_studio.services.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.main_window import MainWindow

__all__ = ["Probe", "run_scenario"]

WINDOW_PX: Final = (1600, 1000)
STEPS: Final = 100
_PATIENCE_S: Final = 60.0
"""Shorter than the patience with the whole scenario, so that it can say what it waited for."""


class _PaintWatch(QObject):
    """Notes when a widget has painted for the first time with something there."""

    def __init__(self, is_there: Callable[[], object]) -> None:
        super().__init__()
        self._is_there = is_there
        self.loop = QEventLoop()
        self.ended_s: float | None = None

    def eventFilter(self, _: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        """Sees the event before the widget; the clock stops when the painting is over."""
        if event.type() == QEvent.Type.Paint and self.ended_s is None and self._is_there():
            QTimer.singleShot(0, self._finish)
        return False

    def _finish(self) -> None:
        if self.ended_s is None:
            self.ended_s = time.perf_counter()
            self.loop.quit()


class Probe:
    """The window and a stop-watch."""

    def __init__(self, *, engine: bool = False) -> None:
        self.app: QApplication = QApplication(sys.argv[:1])
        self.window: MainWindow = make_window(self.app, Settings())
        self.window.resize(*WINDOW_PX)
        self.window.show()
        self.session = self.window.session
        self.annotate = self.window.annotate
        self.grid = self.window.library.grid
        self.canvas = self.annotate.stage.canvas
        self.painted_id = -1
        self.pictures: set[int] = set()
        self.annotate.presenter.photo_painted.connect(self._on_photo)
        self.grid.pictures.arrived.connect(self.pictures.add)
        self.app.processEvents()
        if engine:
            start_engine(self.session, Settings())

    def _on_photo(self, item_id: int) -> None:
        self.painted_id = item_id

    def open(self, project: Path) -> None:
        """Opens a project as the command line does, and waits until its first scan is over."""
        self.window.opener.open_any(project)
        self.wait(lambda: self.session.project is not None)
        self.wait(lambda: not self.session.works.active())
        self.rest(0.5)

    def to_annotate(self) -> None:
        """Brings the annotate workspace to the front and waits for its photo."""
        self.window.show_room("annotate")
        self.wait(lambda: self.painted_id == self.session.current and self.session.current >= 0)
        self.rest(0.5)

    def time_to_paint(
        self, act: Callable[[], object], widget: QWidget, is_there: Callable[[], object]
    ) -> float:
        """Milliseconds from `act` until `widget` has painted with `is_there` true."""
        watch = _PaintWatch(is_there)
        widget.installEventFilter(watch)
        QTimer.singleShot(int(_PATIENCE_S * 1000), watch.loop, watch.loop.quit)
        began = time.perf_counter()
        act()
        if watch.ended_s is None:
            watch.loop.exec()
        widget.removeEventFilter(watch)
        if watch.ended_s is None:
            msg = f"nothing was painted in {_PATIENCE_S:.0f} s, photo {self.session.current}"
            raise TimeoutError(msg)
        return (watch.ended_s - began) * 1e3

    def press(self, key: Any) -> None:
        """A key press to whatever has the focus, as the system would send it."""
        QTest.keyClick(self.app.focusWidget() or self.window, key)

    def next_photo(self) -> float:
        """Milliseconds from the key to the next photo painted."""
        before = self.session.current
        return self.time_to_paint(
            lambda: self.press(Qt.Key.Key_PageDown),
            self.canvas,
            lambda: self.session.current != before and self.painted_id == self.session.current,
        )

    def rest(self, seconds: float) -> None:
        """Lets the window live for a while."""
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            self.app.processEvents()
            time.sleep(0.002)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Lets the window live until something is so."""
        end = time.perf_counter() + _PATIENCE_S
        while not condition():
            if time.perf_counter() > end:
                msg = f"waited more than {_PATIENCE_S:.0f} s"
                raise TimeoutError(msg)
            self.app.processEvents()
            time.sleep(0.001)

    def close(self) -> None:
        """Closes the window and all that belongs to it."""
        self.window.close()
        self.app.processEvents()


def opening(project: str) -> dict[str, Any]:
    """Milliseconds from asking for a project or a folder to its first picture, in grid and on canvas."""
    probe = Probe()
    began = time.perf_counter()
    photo: list[float] = []
    probe.annotate.presenter.photo_painted.connect(
        lambda _: photo.append((time.perf_counter() - began) * 1e3)
    )
    picture = probe.time_to_paint(
        lambda: probe.window.opener.open_any(Path(project)),
        probe.grid.viewport(),
        lambda: bool(probe.pictures),
    )
    probe.wait(lambda: bool(photo))
    probe.close()
    return {"picture_ms": picture, "photo_ms": photo[0]}


def stepping(project: str, dwell_ms: str) -> dict[str, Any]:
    """Steps through photos with overlays on, then everything else one does in the annotate workspace."""
    probe = Probe()
    probe.open(Path(project))
    probe.to_annotate()
    probe.annotate.overlays.set_on("mask", True)
    for _ in range(3):
        probe.next_photo()
    times = []
    for _ in range(STEPS if dwell_ms == "0" else 20):
        times.append(probe.next_photo())
        if dwell_ms != "0":
            probe.rest(int(dwell_ms) / 1000)
    result = {"next_ms": _middle(times), "next_p95_ms": _late(times)}
    if dwell_ms == "0":
        result["key_ms"] = _middle(_keys(probe))
        result["memory_mb"] = psutil.Process().memory_info().rss / 2**20
    probe.close()
    return result


def readings(project: str) -> dict[str, Any]:
    """Steps through photos that the engine has read: marks, heat map and mask at every step."""
    probe = Probe(engine=True)
    probe.open(Path(project))
    probe.to_annotate()
    probe.annotate.overlays.set_on("mask", True)
    desk, presenter = probe.annotate.desk, probe.annotate.presenter
    places = probe.session.queue[:24]
    for item_id in places:
        probe.session.set_current(int(item_id))
        probe.wait(lambda: presenter.item is not None and desk.reading(presenter.item) is not None)
    times, with_heat, with_mask = [], 0, 0
    for _ in range(4):
        probe.session.set_current(int(places[0]))
        probe.rest(0.3)
        for _ in places[1:]:
            times.append(probe.next_photo())
            with_heat += probe.canvas.heat is not None
            with_mask += probe.canvas.mask_outline is not None
    probe.close()
    return {
        "next_ms": _middle(times),
        "next_p95_ms": _late(times),
        "with_heat": with_heat / len(times),
        "with_mask": with_mask / len(times),
    }


def editing(project: str) -> dict[str, Any]:
    """Milliseconds from a click on a value to its picture, the first time and again; and of a threshold."""
    probe = Probe(engine=True)
    probe.open(Path(project))
    probe.window.show_room("edit")
    room = probe.window.edit.room
    grid, canvas = room.right.grid, room.stage.canvas
    probe.wait(lambda: room.desk.facts is not None and canvas.photo is not None)

    def settle() -> None:
        probe.wait(lambda: not (room.desk.is_waiting or room.desk.is_filling or probe.session.bridge.busy))
        probe.rest(0.4)

    def is_shown() -> bool:
        shown = room.presenter.last
        return shown is not None and shown.preview.stack.steps == room.keeper.stack.steps

    def click(place: int) -> float:
        def act() -> None:
            QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(place).center())

        return probe.time_to_paint(act, canvas, is_shown)

    settle()
    click(0)
    settle()
    first = []
    for place in range(1, len(grid.values)):
        first.append(click(place))
        settle()
    again = [click(place) for _ in range(2) for place in range(len(grid.values))]
    settle()
    slide = partial(room.left.masking.threshold.set_value, tell=True)
    moved = [probe.time_to_paint(partial(slide, at), canvas, lambda: True) for at in range(40, 70)]
    settle()
    probe.close()
    return {
        "click_ms": _middle(first),
        "again_ms": _middle(again),
        "threshold_ms": _middle(moved),
    }


def listing(project: str) -> dict[str, Any]:
    """Milliseconds from a filter or an order to the grid painted with its answer; the slowest of several."""
    probe = Probe()
    probe.session.adopt(Project.open(Path(project), actor="bench"))
    probe.rest(1.0)
    filters = {
        "text": ItemFilter(text="img_12"),
        "status": ItemFilter(statuses=frozenset({Status.NEW})),
        "category": ItemFilter(by_person={"category": frozenset({"dress", "shirt"})}),
        "disagreement": ItemFilter(agreements=frozenset({Agreement.DISAGREES})),
    }
    found: dict[str, list[float]] = {}
    for _ in range(5):
        for name, question in filters.items():
            found.setdefault(f"filter by {name}", []).append(
                _answered(probe, partial(probe.session.set_filter, question))
            )
        probe.session.set_filter(ItemFilter())
        probe.rest(0.3)
        for key in SortKey:
            found.setdefault(f"sort by {key.value}", []).append(
                _answered(probe, partial(probe.session.set_sort, Sort(key, descending=True)))
            )
    probe.close()
    return {name: _middle(times) for name, times in found.items()}


def undoing(project: str) -> dict[str, Any]:
    """One answer on all photos of a copy is taken back by a key: how long the key and all of it take.

    `silence_ms` is the longest time in which the window did nothing else meanwhile.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / Path(project).name
        copy.mkdir()
        for file in filter(Path.is_file, Path(project).iterdir()):
            shutil.copy2(file, copy)
        opened = Project.open(copy, actor="bench")
        opened.set_answers(opened.ids(), {"fit": Answer.unknown()})
        probe = Probe()
        probe.session.adopt(opened)
        probe.rest(1.0)
        labels = opened.undo_size()
        turns = [time.perf_counter()]
        ticking = QTimer()
        ticking.timeout.connect(lambda: turns.append(time.perf_counter()))
        ticking.start(0)
        probe.session.undo()
        key_ms = (time.perf_counter() - turns[0]) * 1e3
        probe.wait(lambda: not probe.session.works.active())
        seconds = time.perf_counter() - turns[0]
        probe.rest(0.5)
        ticking.stop()
        probe.close()
    silence_ms = max(after - before for before, after in pairwise(turns)) * 1e3
    return {"labels": labels, "key_ms": key_ms, "seconds": seconds, "silence_ms": silence_ms}


def _answered(probe: Probe, act: Callable[[], object]) -> float:
    arrived: list[bool] = []

    def note() -> None:
        arrived.append(True)

    probe.session.listing_changed.connect(note)
    taken = probe.time_to_paint(act, probe.grid.viewport(), lambda: bool(arrived))
    probe.session.listing_changed.disconnect(note)
    probe.rest(0.25)
    return taken


def _keys(probe: Probe) -> list[float]:
    """Milliseconds from a digit to the answer in the database and painted in the inspector."""
    session, times = probe.session, []
    project = session.project
    if project is None:
        return []
    for number in range(30):
        probe.press(Qt.Key.Key_F)  # opens Fit
        probe.rest(0.02)
        before = project.item(session.current).answers.get("fit")
        key = Qt.Key.Key_1 if before is None or before.value != "tight" else Qt.Key.Key_2
        saved: list[bool] = []

        def note(_: object, saved: list[bool] = saved) -> None:
            saved.append(True)

        session.changed.connect(note)
        times.append(
            probe.time_to_paint(
                partial(probe.press, key),
                probe.annotate.inspector.attributes,
                saved.__len__,
            )
        )
        session.changed.disconnect(note)
        if project.item(session.current).answers.get("fit") == before:
            msg = f"key press {number} was not saved"
            raise AssertionError(msg)
        probe.next_photo()
    return times


def _middle(times: Sequence[float]) -> float:
    return statistics.median(times)


def _late(times: Sequence[float]) -> float:
    return sorted(times)[int(0.95 * (len(times) - 1))]


def run_scenario(argv: Sequence[str]) -> int:
    """Runs one scenario in a home of its own."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA"):
            os.environ[name] = home
        scenarios = {act.__name__: act for act in (opening, stepping, readings, editing, listing, undoing)}
        sys.stdout.write(json.dumps(scenarios[argv[0]](*argv[1:])) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(run_scenario(sys.argv[1:]))
