"""Importing labels in the window: checked first, written on a second press, taken back by one undo."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt

from fashion_studio.domain.labels import Answer
from fashion_studio.gui.components.base import Surface
from fashion_studio.gui.shell import import_dialog
from fashion_studio.gui.shell.import_dialog import ImportDialog
from fashion_studio.gui.works import WorkState

pytestmark = pytest.mark.gui

FORMATS = [entry.name for entry in import_dialog._FORMATS]


@pytest.fixture
def opened(session, project):
    session.adopt(project)
    return session


@pytest.fixture
def dialog(opened, qtbot):
    host = Surface("window")
    host.resize(1024, 700)
    qtbot.addWidget(host)
    host.show()
    made = ImportDialog(opened, host)
    made.show()
    made.format._pick(FORMATS.index("csv"))
    yield made
    made.reject()


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "labels.csv"
    rows = [f"garment_{number:03d}.png,{'dress' if number else 'Poncho'}\n" for number in range(12)]
    path.write_text("file,category\n" + "".join(rows) + "lost.png,dress\n")
    return path


def check(dialog: ImportDialog, place: Path, qtbot) -> None:
    dialog.place.line.clear()
    qtbot.keyClicks(dialog.place.line, str(place))
    with qtbot.waitSignal(dialog.finished_reading):
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)


def test_labels_are_checked_then_written_and_one_key_takes_them_back(dialog, opened, table, qtbot):
    toasts: list[tuple[str, bool]] = []
    opened.toast.connect(lambda words, undo: toasts.append((words, undo)))
    check(dialog, table, qtbot)
    assert dialog.report.text().startswith("12 of 13 named photos are in this project. 11 labels fill gaps")
    assert "Named photos that are not there: 1, such as lost.png" in dialog.report.text()
    assert "1 × category: Poncho" in dialog.report.text()
    assert dialog.primary.text() == "Import 11 labels"
    assert not dialog.choice.isVisible()
    assert opened.project.undo_status().undo_title is None
    with qtbot.waitSignal(dialog.finished_writing):
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    assert toasts == [("Labels imported on 11 photos", True)]
    assert [work.state for work in opened.works.all()] == [WorkState.DONE, WorkState.DONE]
    last = opened.project.item(int(opened.project.ids()[-1]))
    assert last.answers["category"] == Answer.of("dress")
    opened.undo()
    assert opened.project.item(last.row.id).answers == {}
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    assert not dialog.isVisible()


def test_nobodys_labels_are_overwritten_unasked(dialog, opened, table, qtbot):
    ids = [int(item_id) for item_id in opened.project.ids()]
    opened.project.set_answers(ids[:3], {"category": Answer.of("hat")})
    check(dialog, table, qtbot)
    assert dialog.choice.isVisible()
    assert dialog.choice.index == 0
    assert dialog.differing.text() == "2 labels differ from yours"
    assert "garment_001.png: Category is Hat, the file says Dress" in dialog.report.text()
    assert dialog.primary.text() == "Import 9 labels"
    dialog.choice._pick(1)
    assert dialog.primary.text() == "Import 11 labels"
    with qtbot.waitSignal(dialog.finished_writing):
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    assert opened.project.item(ids[1]).answers["category"] == Answer.of("dress")
    assert opened.project.item(ids[0]).answers["category"] == Answer.of("hat")


def test_another_file_has_to_be_checked_anew(dialog, table, qtbot):
    check(dialog, table, qtbot)
    dialog.place.line.setText(str(table.parent))
    assert dialog.primary.text() == "Check"
    assert not dialog.area.isVisible()


def test_what_cannot_be_read_is_said_in_the_dialog(dialog, opened, tmp_path, qtbot):
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    assert dialog.place._error.text() == "Name the file or folder with the labels."
    dialog.place.line.setText(str(tmp_path / "nothing.csv"))
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "is not there" in dialog.report.text())
    assert dialog.primary.isEnabled()
    assert dialog.primary.text() == "Check"
    assert opened.works.all()[0].state is WorkState.FAILED


def test_closing_while_it_reads_cancels(dialog, opened, tmp_path, qtbot):
    path = tmp_path / "long.csv"
    path.write_text("file,category\n" + "".join(f"{n}.png,dress\n" for n in range(60_000)))
    dialog.place.line.setText(str(path))
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    (work,) = opened.works.all()
    assert not dialog.format.isEnabled()
    dialog.reject()
    qtbot.waitUntil(lambda: work.state is WorkState.CANCELLED)
    assert opened.project.undo_status().undo_title is None


@pytest.mark.parametrize("place", range(len(FORMATS)))
def test_every_format_fits_the_smallest_window(dialog, place, qtbot):
    dialog.format._pick(place)
    dialog.report.setText("line\n" * 40)
    dialog._say("line\n" * 40)
    for part in dialog._asking:
        part.show()
    dialog._settle()
    assert dialog.height() <= 660
    assert dialog.more.isVisible() == bool(import_dialog._FORMATS[place].extra)


def test_the_act_is_in_menu_search_and_cheat_sheet(window, project, calm):
    window.session.adopt(project)
    calm(window)
    command = window.commands.get("window.import")
    assert command.action.isEnabled()
    assert command.tooltip == "Import labels  (Ctrl I)"
    assert command in window.commands.groups()["Project"]
