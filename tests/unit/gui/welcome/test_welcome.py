"""The first screen: three ways to begin, recent projects, finding among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from fashion_studio.gui.welcome.cards import when
from fashion_studio.gui.welcome.screen import WelcomeScreen
from fashion_studio.services.recent import RecentProject

pytestmark = pytest.mark.gui


@pytest.fixture
def recents(tmp_path):
    now = datetime.now(UTC)
    return [
        RecentProject(tmp_path, "Spring intake", Path("/photos/spring"), now, 3946, 793),
        RecentProject(tmp_path / "gone", "Denim returns", None, now - timedelta(days=1), 0, 0),
    ]


@pytest.fixture
def screen(qtbot):
    made = WelcomeScreen()
    qtbot.addWidget(made)
    made.resize(1440, 872)
    made.show()
    return made


def test_three_ways_to_begin(screen, qtbot):
    for card, signal in (
        (screen.open_card, screen.folder_asked),
        (screen.demo_card, screen.demo_asked),
        (screen.project_card, screen.project_file_asked),
        (screen.new_card, screen.folder_asked),
    ):
        with qtbot.waitSignal(signal):
            qtbot.mouseClick(card, Qt.MouseButton.LeftButton)


def test_recent_projects_open_and_can_be_found(screen, recents, qtbot):
    screen.set_recents(recents)
    assert [card.text() for card in screen.cards] == ["Spring intake", "Denim returns"]
    screen.search.set_text("denim")
    assert [card.text() for card in screen.cards] == ["Denim returns"]
    with qtbot.waitSignal(screen.project_asked) as asked:
        qtbot.mouseClick(screen.cards[0], Qt.MouseButton.LeftButton)
    assert asked.args == [recents[1].folder]
    assert not screen.grab().isNull()


def test_fewer_columns_in_a_narrow_window(screen, recents):
    screen.set_recents(recents)
    screen.resize(1024, 672)
    last = screen.new_card
    assert last.mapTo(screen, last.rect().topRight()).x() < screen.width()


def test_dates_read_as_people_say_them():
    now = datetime(2025, 11, 6, 12, 0).astimezone()
    assert when(now - timedelta(hours=2), now) == "Today 10:00"
    assert when(now - timedelta(days=1), now) == "Yesterday"
    assert when(now - timedelta(days=2), now) == "Tue 4 Nov"
    assert when(now - timedelta(days=9), now) == "28 Oct"
    assert when(now - timedelta(days=400), now) == "2 Oct 2024"
