"""What surrounds the workspaces: status bar, banners, search, settings, export, cheat sheet, opening."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QScrollArea

from fashion_studio.config.resources import house_model_dir
from fashion_studio.config.settings import Settings, load_settings
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.commands import Commands
from fashion_studio.gui.components.base import Label, Surface
from fashion_studio.gui.components.feedback import Banner, Toasts
from fashion_studio.gui.shell.cheat_sheet import CheatSheet
from fashion_studio.gui.shell.export_dialog import ExportDialog
from fashion_studio.gui.shell.notices import Notices
from fashion_studio.gui.shell.opening import Opener, photo_folders
from fashion_studio.gui.shell.search import SearchPanel
from fashion_studio.gui.shell.settings_dialog import SettingsDialog
from fashion_studio.gui.shell.status_bar import StatusBar
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs.engine_client import EnginePhase, EngineState

pytestmark = pytest.mark.gui


@pytest.fixture
def host(qtbot):
    widget = Surface("window")
    widget.resize(1200, 800)
    qtbot.addWidget(widget)
    widget.show()
    return widget


@pytest.fixture
def opened(session, project):
    session.adopt(project)
    return session


# ---------------------------------------------------------------- status bar


def test_the_status_bar_says_what_is_saved_and_what_the_engine_does(opened, qtbot):
    bar = StatusBar(opened)
    qtbot.addWidget(bar)
    assert bar.saved.text() == "All changes saved"
    ids = [int(item_id) for item_id in opened.queue[:2]]
    opened.perform(lambda: opened.project.set_answers(ids, {"fit": Answer.of("regular")}))
    assert bar.saved.text().startswith("Saved ")
    assert bar.last.text() == "Fit set to Regular on 2 photos."
    opened.engine_state_changed.emit(EngineState(EnginePhase.READY, model="house-1", device="cuda:0"))
    assert (bar.engine.word.text(), bar.engine.device.text()) == ("Engine ready", "CUDA 0")
    opened.engine_state_changed.emit(EngineState(EnginePhase.RESTARTING, reason="out of memory"))
    assert bar.engine.word.text() == "Engine restarting"


def test_background_work_appears_late_and_can_be_cancelled(opened, qtbot):
    bar = StatusBar(opened)
    qtbot.addWidget(bar)
    bar.show()
    work = opened.works.begin("Looking for photos")
    assert not bar.work.isVisible()
    qtbot.waitUntil(bar.work.isVisible)
    work.progress(1204, 3946)
    assert bar.work.words.text() == "Looking for photos 1,204 of 3,946"
    qtbot.mouseClick(bar.work.cancel, Qt.MouseButton.LeftButton)
    assert work.should_stop()
    work.end(WorkState.CANCELLED)
    assert not bar.work.isVisible()


# ---------------------------------------------------------------- banners and toasts


def test_a_dying_engine_is_said_and_its_return_too(opened, host):
    banner = Banner(host)
    Notices(opened, [banner], Toasts(host), host)
    opened.engine_state_changed.emit(EngineState(EnginePhase.STARTING))
    opened.engine_state_changed.emit(EngineState(EnginePhase.READY))
    assert not banner.isVisible()
    opened.engine_state_changed.emit(EngineState(EnginePhase.RESTARTING, reason="out of memory"))
    assert banner.isVisible()
    assert banner.tone == "disagree"
    assert "Nothing you did is lost" in banner.sentence
    opened.engine_state_changed.emit(EngineState(EnginePhase.READY))
    assert (banner.tone, banner.sentence) == ("agree", "Engine ready again.")


def test_what_cannot_be_saved_outranks_the_engine_and_can_be_tried_again(opened, host, monkeypatch):
    banner, toasts = Banner(host), Toasts(host)
    Notices(opened, [banner], toasts, host)
    opened.engine_state_changed.emit(EngineState(EnginePhase.RESTARTING, reason="out of memory"))
    waiting = [3]
    monkeypatch.setattr(type(opened.project), "unsaved_count", property(lambda _self: waiting[0]))
    opened.saved_changed.emit()
    assert banner.tone == "danger"
    assert "3 changes are kept in memory" in banner.sentence
    opened.problem.emit("The disk is full.")
    assert toasts.shown == []  # the banner says it already

    def saved(_self):
        waiting[0] = 0
        return 0

    monkeypatch.setattr(type(opened.project), "retry_unsaved", saved)
    next(button for button in banner._buttons if button.text() == "Try again").click()
    assert banner.tone == "disagree"
    assert [toast.sentence for toast in toasts.shown] == ["Everything is saved"]


def test_a_bulk_act_offers_undo(opened, host):
    toasts = Toasts(host)
    Notices(opened, [], toasts, host)
    ids = [int(item_id) for item_id in opened.queue[:3]]
    opened.perform(lambda: opened.project.set_status(ids, Status.DONE))
    (toast,) = toasts.shown
    next(child for child in toast.children() if getattr(child, "text", lambda: "")() == "Undo").click()
    assert {row.status for row in opened.project.rows(ids)} == {Status.NEW}


# ---------------------------------------------------------------- search


def test_search_finds_acts_values_and_photos(opened, host, qtbot):
    commands, calls, photos = Commands(), [], []
    commands.add(
        "window.export", "Export", lambda: calls.append(1), widget=host, group="Window", shortcut="Ctrl+E"
    )
    panel = SearchPanel(opened, commands, host)
    panel.photo_asked.connect(photos.append)
    panel.appear()
    assert [hit.title for hit in panel.lines.hits] == ["Export"]
    panel.field.set_text("garment_003")
    qtbot.waitUntil(lambda: [hit.kind for hit in panel.lines.hits] == ["Photo"])
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Return)
    assert opened.project.rows(photos)[0].name == "garment_003.png"
    assert not panel.isVisible()
    panel.appear()
    panel.field.set_text("stri")
    assert [(hit.title, hit.kind) for hit in panel.lines.hits] == [
        ("Pattern: Striped", "Filter by person"),
        ("Pattern: Striped", "Filter by model"),
    ]
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Return)
    assert opened.filter == ItemFilter(by_person={"pattern": frozenset({"striped"})})
    panel.appear()
    panel.field.set_text("expo")
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Return)
    assert calls == [1]
    panel.appear()
    panel.field.set_text("expo")
    qtbot.keyClick(panel.field.line, Qt.Key.Key_Escape)
    assert not panel.isVisible()


# ---------------------------------------------------------------- dialogs


def test_settings_hold_at_once(host, qtbot):
    dialog, told = SettingsDialog(Settings(theme="dark"), parent=host), []
    qtbot.addWidget(dialog)
    dialog.changed.connect(told.append)
    dialog.theme_segment._pick(2)
    dialog.scale_segment._pick(3)
    dialog.motion.click()
    dialog.name.line.setText("Ada")
    dialog.name.line.editingFinished.emit()
    assert (told[0].theme, told[-1].text_scale, told[-1].reduced_motion) == ("light", 1.5, True)
    assert dialog.settings.actor == "Ada"
    assert len(told) == 4


def test_the_model_of_all_projects_is_set_by_its_folder_and_what_is_none_is_said(
    host, qtbot, tmp_path, monkeypatch
):
    dialog, told = SettingsDialog(Settings(), parent=host), []
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.changed.connect(told.append)
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog.find_model.click()
    assert told == []
    assert "no model" in dialog.model.findChildren(Label)[0].text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(house_model_dir()))
    dialog.find_model.click()
    assert [settings.model for settings in told] == [str(house_model_dir())]
    dialog.model.line.clear()
    dialog.model.line.editingFinished.emit()
    assert dialog.settings.model == "", "empty is the shipped model again"


def test_how_often_the_model_is_taught_is_set_in_the_dialog_and_holds_at_once(window, read_project, calm):
    window.session.adopt(read_project)
    calm(window)
    dialog = SettingsDialog(window.settings, parent=window)
    assert dialog.every_segment.index == 2, "25 is the default"
    dialog.changed.connect(window._take_settings)
    dialog.every_segment._pick(0)
    assert window.settings.teach_every == 0
    assert window.annotate.teaching.view.every == 0
    assert load_settings().settings.teach_every == 0
    dialog.deleteLater()


@pytest.mark.parametrize(("place", "suffix"), [(0, ".json"), (1, ".csv")])
def test_an_export_is_written_and_reported(opened, host, qtbot, tmp_path, place, suffix):
    ids = [int(item_id) for item_id in opened.queue]
    opened.perform(lambda: opened.project.set_answers(ids, {"category": Answer.of("dress")}))
    dialog = ExportDialog(opened, host)
    qtbot.addWidget(dialog)
    dialog.show()
    dialog.format._pick(place)
    dialog.folder.line.setText(str(tmp_path / "out"))
    with qtbot.waitSignal(dialog.finished_writing) as done:
        dialog.primary.click()
    report = done.args[0]
    assert report.photos == len(ids)
    assert all(path.exists() and path.suffix == suffix for path in report.files)
    assert dialog.report.text().startswith(f"{len(ids)} photos exported")
    assert opened.works.all()[0].state is WorkState.DONE


def test_an_export_of_nothing_is_refused_in_words(opened, host, qtbot, tmp_path):
    opened.set_filter(ItemFilter(text="no such photo"))
    qtbot.waitUntil(lambda: opened.listing.size == 0)
    dialog = ExportDialog(opened, host)
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.question == opened.filter
    dialog.folder.line.setText(str(tmp_path / "out"))
    dialog.primary.click()
    qtbot.waitUntil(lambda: "No photo matches" in dialog.report.text())
    assert not (tmp_path / "out").exists()
    assert dialog.primary.isEnabled()


def test_the_cheat_sheet_shows_every_key(window, qtbot):
    sheet = CheatSheet(window.commands, window)
    qtbot.addWidget(sheet)
    words = {child.text() for child in sheet.findChildren(type(sheet.heading))}
    for command in window.commands.all():
        if command.shortcuts:
            assert command.title in words


def test_no_line_of_the_cheat_sheet_is_cut(window, qtbot):
    window.resize(1440, 900)
    sheet = CheatSheet(window.commands, window)
    qtbot.addWidget(sheet)
    sheet.show()
    qtbot.waitExposed(sheet)
    for area in sheet.findChildren(QScrollArea):
        for label in area.widget().findChildren(type(sheet.heading)):
            right = label.mapTo(area.viewport(), label.rect().topRight()).x()
            assert right <= area.viewport().width(), label.text()


# ---------------------------------------------------------------- opening


def test_a_folder_of_photos_becomes_a_project_and_photos_appear(session, photos, qtbot):
    opener = Opener(session, lambda: "tester")
    opener.open_photos(photos)
    qtbot.waitUntil(lambda: session.project is not None and session.listing.size == 12)
    assert session.project.folder.suffix == ".fstudio"
    qtbot.waitUntil(lambda: not session.works.active())
    assert session.works.all()[0].detail == "12 new"
    assert session.current > 0


def test_opening_nonsense_is_refused_in_words(session, tmp_path, qtbot):
    with qtbot.waitSignal(session.problem) as said:
        Opener(session, lambda: "tester").open_project(tmp_path / "nothing.fstudio")
    assert "is not a project" in said.args[0]
    assert session.project is None


def test_dropped_things_are_told_apart(session, photos, tmp_path, qtbot):
    (tmp_path / "notes.txt").write_text("x")
    some = sorted(photos.iterdir())[:3]
    assert photo_folders([*some, photos, tmp_path / "notes.txt"]) == [photos]
    opener = Opener(session, lambda: "tester")
    with qtbot.waitSignal(session.problem):
        opener.open_dropped([tmp_path / "notes.txt"])
    opener.open_dropped(some)
    qtbot.waitUntil(lambda: session.listing.size == 12)
    qtbot.waitUntil(lambda: not session.works.active())
    more = tmp_path / "more"
    more.mkdir()
    Image.fromarray(np.full((30, 30, 3), 7, dtype=np.uint8)).save(more / "new.png")
    opener.open_dropped([more])
    qtbot.waitUntil(lambda: session.listing.size == 13)
    qtbot.waitUntil(lambda: not session.works.active())


def test_the_demo_is_rendered_in_the_background(session, qtbot, monkeypatch):
    from fashion_studio.services import demo

    filled = []
    monkeypatch.setattr(demo, "is_demo_complete", lambda project: False)
    monkeypatch.setattr(
        demo, "fill_demo", lambda project, *, on_progress, should_stop: filled.append(on_progress(1, 2))
    )
    Opener(session, lambda: "tester").open_demo()
    qtbot.waitUntil(lambda: bool(session.works.all()) and not session.works.active())
    assert filled
    assert session.works.all()[0].state is WorkState.DONE
    assert session.project.title == "Demo garments"
