"""The engine is killed in the middle of work: the window lives, says so, starts another; no edit is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from engines import QUICK, WAIT_S
from fake_reader import Act, make_photo
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from fashion_studio.config.settings import Settings
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.app import make_window
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase, EngineState
from fashion_studio.services.project import Project

pytestmark = [pytest.mark.gui, pytest.mark.skipif(sys.platform == "win32", reason="signals")]

TESTS = Path(__file__).parents[1]
PHOTOS = 8


class Studio:
    """A window on a project with a real engine process behind it, and what a person does with them."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.session, self.annotate = window.session, window.annotate
        self.states: list[EngineState] = []
        self.session.engine_state_changed.connect(self.states.append)

    def until(self, condition: Callable[[], object]) -> None:
        self.qtbot.waitUntil(lambda: bool(condition()), timeout=int(WAIT_S * 1000))

    def press(self, key: Qt.Key) -> None:
        self.qtbot.keyClick(QApplication.focusWidget() or self.window, key)

    @property
    def engine(self) -> EngineClient:
        assert self.session.engine is not None
        return self.session.engine

    @property
    def project(self) -> Project:
        assert self.session.project is not None
        return self.session.project

    def kill_engine(self) -> int:
        pid = self.engine.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def is_ready(self) -> bool:
        return self.engine.state.phase is EnginePhase.READY

    def fit(self, item_id: int) -> str | None:
        answer = self.project.item(item_id).answers.get("fit")
        return None if answer is None else answer.value


@pytest.fixture
def studio_window(
    tmp_path: Path, studio: Vocabulary, qapp: QApplication, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Studio]:
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    model = tmp_path / "model"
    model.mkdir()
    (model / "model.txt").write_text("ok", encoding="utf-8")
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(PHOTOS):
        act = Act.BE_SLOW if number == 3 else Act.READ
        make_photo(photos / f"{number}.png", act, number, size=(48, 64))
    Project.create(tmp_path / "a.fstudio", [photos], studio, actor="tester").close()
    window = make_window(qapp, Settings(theme="dark", actor="tester"))
    window.show()
    qtbot.waitExposed(window)
    made = Studio(window, qtbot)
    engine = EngineClient(model, on_state=window.session.engine_state, options=QUICK)
    window.session.set_engine(engine)
    engine.start()
    window.opener.open_project(tmp_path / "a.fstudio")
    made.until(lambda: window.session.project is not None and window.session.listing.size == PHOTOS)
    made.until(lambda: not window.session.works.active())
    window.show_room("annotate")
    yield made
    window.close()
    window.deleteLater()


@pytest.mark.logs_warnings
def test_a_killed_engine_costs_nothing_that_was_done(studio_window: Studio, tmp_path: Path) -> None:
    studio = studio_window
    first = studio.session.current
    studio.until(lambda: studio.project.item(first).prediction is not None)
    studio.press(Qt.Key.Key_F)
    studio.press(Qt.Key.Key_1)
    studio.until(lambda: studio.fit(first) == "tight")
    dead = studio.kill_engine()
    studio.press(Qt.Key.Key_2)  # in the very moment
    studio.until(lambda: studio.fit(first) == "regular")
    studio.until(lambda: EnginePhase.RESTARTING in [state.phase for state in studio.states])
    said = next(state for state in studio.states if state.phase is EnginePhase.RESTARTING)
    assert "SIGKILL" in said.reason
    studio.until(studio.is_ready)
    assert studio.engine.pid != dead
    studio.press(Qt.Key.Key_PageDown)
    second = studio.session.current
    assert second != first
    studio.until(lambda: studio.project.item(second).prediction is not None)
    studio.window.close()
    with Project.open(tmp_path / "a.fstudio", actor="tester", read_only=True) as project:
        answer = project.item(first).answers["fit"]
        assert answer.value == "regular"
        assert project.undo_status().undo_title is not None


@pytest.mark.logs_warnings
def test_the_photo_being_read_when_the_engine_died_is_read_by_the_next(studio_window: Studio) -> None:
    studio = studio_window
    slow = int(studio.session.queue[3])
    studio.until(studio.is_ready)
    studio.session.set_current(slow)
    studio.until(lambda: any(ticket.started_s for ticket in studio.engine._tickets.all()))
    studio.kill_engine()
    studio.until(lambda: studio.project.item(slow).prediction is not None)
    assert studio.engine.state.restarts == 1


@pytest.mark.logs_warnings
def test_the_banner_says_what_happened_and_goes_away_again(studio_window: Studio) -> None:
    studio = studio_window
    studio.until(studio.is_ready)
    banner = studio.window.annotate_banner
    assert not banner.isVisible()
    studio.kill_engine()
    studio.until(banner.isVisible)
    studio.until(studio.is_ready)
    studio.until(lambda: not banner.isVisible())
