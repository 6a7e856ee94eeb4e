"""Labelling through the whole window: a real project, and a real engine process that is killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from engines import QUICK
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from fashion_studio.config.settings import Settings
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.app import make_window
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase
from fashion_studio.services.project import Project

TESTS = Path(__file__).parents[1]
WAIT_MS = 60_000
PHOTOS = 5


def write_photos(folder: Path) -> None:
    """Photos that `fake_reader` reads: no red, the number in green and blue; larger than a thumbnail."""
    folder.mkdir()
    for number in range(PHOTOS):
        pixels = np.zeros((400, 300, 3), np.uint8)
        pixels[:] = (0, 0, number)
        Image.fromarray(pixels).save(folder / f"garment {number}.png")


@pytest.fixture
def place(tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A scanned project `work.fstudio` and a model folder for the fake reader."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    write_photos(tmp_path / "photos")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "model.txt").write_text("ok", encoding="utf-8")
    with Project.create(tmp_path / "work.fstudio", [tmp_path / "photos"], studio, actor="Ada") as project:
        project.scan()
    return tmp_path


@pytest.fixture
def window(qapp: object, qtbot: object, place: Path) -> Iterator[MainWindow]:
    """The window in the annotate room, its engine ready."""
    made = make_window(qapp, Settings(theme="dark", actor="Ada"))
    made.resize(1440, 900)
    made.show()
    client = EngineClient(place / "model", "cpu", on_state=made.session.engine_state, options=QUICK)
    made.session.set_engine(client)
    client.start()
    made.session.adopt(Project.open(place / "work.fstudio", actor="Ada"))
    made.show_room("annotate")
    made.activateWindow()
    canvas = made.annotate.stage.canvas
    qtbot.waitUntil(lambda: canvas.photo is not None and canvas.heat is not None, timeout=WAIT_MS)
    yield made
    made.close()
    made.deleteLater()


def press(window: MainWindow, *keys: Qt.Key) -> None:
    for key in keys:
        QTest.keyClick(window.annotate.stage.canvas, key)


def open_again(place: Path) -> Project:
    return Project.open(place / "work.fstudio", actor="Bob")


def test_label_hover_accept_next_and_find_it_all_again(window, place, qtbot):
    session, workspace = window.session, window.annotate
    pane, stage = workspace.inspector.attributes, workspace.stage
    first, second = (int(item_id) for item_id in session.queue[:2])

    press(window, Qt.Key.Key_P)
    QTest.mouseMove(pane, pane.part_rect("pattern", "striped").center())
    qtbot.waitUntil(lambda: "Striped" in stage.caption.text, timeout=WAIT_MS)
    press(window, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: session.project.item(first).prediction is not None, timeout=WAIT_MS)
    press(window, Qt.Key.Key_A)
    mark = next(mark for mark in stage.canvas.marks if mark.is_drawn)
    start = stage.canvas.frame.to_view(mark.x, mark.y).toPoint()
    QTest.mousePress(stage.canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(stage.canvas, start + QPoint(12, 0))
    QTest.mouseMove(stage.canvas, start + QPoint(24, 0))
    QTest.mouseRelease(stage.canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(24, 0))
    moved = stage.canvas.selected_mark.name
    press(window, Qt.Key.Key_Escape, Qt.Key.Key_Space)
    assert session.current == second

    window.close()
    with open_again(place) as project:
        item = project.item(first)
        assert item.row.status is Status.DONE
        assert item.answers["pattern"] == Answer.of("striped")
        assert "category" in item.answers
        assert moved in item.landmarks
        project.undo()
        project.undo()
        assert moved not in project.item(first).landmarks  # undo reaches across the restart
        assert {entry.actor for entry in project.history(first)} == {"Ada", "Bob"}


@pytest.mark.logs_warnings
def test_the_engine_is_killed_and_nothing_is_lost(window, place, qtbot):
    session, workspace = window.session, window.annotate
    engine, pane = session.engine, workspace.inspector.attributes
    session.next()
    qtbot.waitUntil(lambda: workspace.stage.canvas.heat is not None, timeout=WAIT_MS)
    seen = []
    session.engine_state_changed.connect(lambda state: seen.append((state.phase, pane._engine_away)))

    os.kill(engine.pid, signal.SIGKILL)
    press(window, Qt.Key.Key_F, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: any(phase is EnginePhase.RESTARTING for phase, _ in seen), timeout=WAIT_MS)
    press(window, Qt.Key.Key_S, Qt.Key.Key_4)
    answers = session.project.item(session.current).answers
    assert answers["fit"] == Answer.of("regular")
    assert answers["sleeve_length"] == Answer.of("long")

    qtbot.waitUntil(lambda: engine.state.phase is EnginePhase.READY, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not pane._engine_away, timeout=WAIT_MS)
    session.set_current(int(session.queue[-1]))
    qtbot.waitUntil(lambda: workspace.stage.canvas.heat is not None, timeout=WAIT_MS)
    assert any(row.proposals for row in pane.rows)


def test_the_model_columns_are_hatched_while_the_engine_is_away(window, qtbot):
    session, pane = window.session, window.annotate.inspector.attributes
    bar = pane._plan.columns.model_rect(pane.part_rect("fabric"))
    middle = QPoint(bar.center().x(), bar.center().y())

    def colors() -> set[int]:
        image = pane.grab(bar).toImage()
        return {image.pixel(x, middle.y() - bar.top()) for x in range(image.width())}

    session.engine.close()
    window.annotate.presenter._on_engine()
    qtbot.waitUntil(lambda: pane._engine_away, timeout=WAIT_MS)
    assert all(not row.proposals for row in pane.rows)
    assert len(colors()) >= 3  # stripes, ground and what lies between
