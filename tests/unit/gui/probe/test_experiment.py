"""The table of an experiment beside the chart, with real widgets."""

from __future__ import annotations

import shutil

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFileDialog
from recorded_experiments import put_experiment
from recorded_probes import press, put_probe, spec_of

from fashion_studio.gui.probe.experiment_sheet import ExperimentSheet
from fashion_studio.services.experiment_results import read_experiment_results, shown_experiment

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def choosing(monkeypatch):
    """Answers the next question for a folder."""

    def choose(folder):
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_args: str(folder))

    return choose


def test_without_an_experiment_the_background_check_is_shown_and_the_other_page_says_what_to_do(
    probe, record, qtbot
):
    record()
    room = probe()
    assert room.card.page == 1
    assert room.card.flips.isVisible()
    press(qtbot, room, Qt.Key.Key_W)
    pane = room.card.regimes
    assert pane.saying.isVisible()
    assert pane.saying.text().startswith("Which way to train changes what decides? Open the folder")
    assert not pane.table.isVisible()
    assert not pane.whole.isVisible()
    assert not room.card.flips.isVisible()
    qtbot.mouseClick(room.card.tabs, Qt.MouseButton.LeftButton, pos=QPoint(room.card.tabs.width() - 8, 8))
    assert room.card.flips.isVisible()


def test_an_experiment_is_opened_and_shown_again_in_the_next_session(
    probe, record, qtbot, choosing, tmp_path, window, project
):
    record()
    room = probe()
    folder = put_experiment(tmp_path / "exp")
    choosing(folder)
    press(qtbot, room, Qt.Key.Key_O)
    table = room.card.regimes.table
    qtbot.waitUntil(lambda: len(table.rows) == 4, timeout=WAIT_MS)
    assert room.card.page == 0
    assert table.isVisible()
    assert table.rows[0] == ("Originals", "81.0", "30.0", "31.0", "25.0", ".061", ".44")
    assert table.rows[3][0] == "Mixed, then originals"
    assert table.bold == {
        ("mixed-then-original", "original"),
        ("mixed", "stylised"),
        ("stylised", "silhouette"),
        ("stylised", "edges"),
        ("mixed", "landmark NE"),
        ("stylised", "shape bias"),
    }
    assert {"original", "shape bias"} <= set(table.shown_columns)
    assert room.card.regimes.saying.text().startswith("3 not trained yet.")
    assert "normal 83.0" in table.tip_at(QPoint(4, table.height() - 4))
    assert shown_experiment(project) == folder
    window.show_room("library")
    room.beside.keeper._forget()
    assert table.rows == []
    window.show_room("probe")
    qtbot.waitUntil(lambda: len(table.rows) == 4, timeout=WAIT_MS)


@pytest.mark.parametrize(
    ("harm", "sentence"),
    [
        (shutil.rmtree, "is not there any more"),
        (lambda folder: (folder / "experiment.json").unlink(), "holds no experiment"),
        (lambda folder: (folder / "table.csv").write_text("variant\n1\n"), "is damaged"),
    ],
)
def test_a_broken_folder_is_one_sentence_and_another_can_be_opened(
    probe, record, qtbot, choosing, tmp_path, harm, sentence
):
    record()
    room = probe()
    folder = put_experiment(tmp_path / "exp")
    harm(folder)
    choosing(folder)
    press(qtbot, room, Qt.Key.Key_O)
    pane = room.card.regimes
    qtbot.waitUntil(lambda: sentence in pane.saying.text(), timeout=WAIT_MS)
    assert pane.saying.isVisible()
    assert not pane.table.isVisible()
    choosing(put_experiment(tmp_path / "whole"))
    qtbot.mouseClick(pane.open, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(pane.table.rows) == 4, timeout=WAIT_MS)


def test_the_sheet_has_all_figures_and_the_paper_s_figure(probe, record, qtbot, tmp_path, window, choosing):
    record()
    room = probe()
    folder = put_experiment(tmp_path / "exp")
    titles = [row.title for row in read_experiment_results(folder).rows]
    put_probe(folder, spec_of(*titles, "one more"), name="probe")
    choosing(folder)
    press(qtbot, room, Qt.Key.Key_O)
    qtbot.waitUntil(lambda: room.beside.keeper.results is not None, timeout=WAIT_MS)
    sheet = ExperimentSheet(window.session, room.beside.keeper.results, window)
    sheet.show()
    qtbot.waitUntil(lambda: len(sheet.chart.rows) == 4, timeout=WAIT_MS)
    assert [band.name for band in sheet.chart.bands] == [*titles, "one more"]
    assert sheet.table.rows[1][:2] == ("stylised only", "75.0")
    assert len(sheet.table.rows[0]) == 14
    assert not sheet.saying.isVisible()
    sheet.close()
    sheet.deleteLater()


def test_the_sheet_says_why_there_is_no_figure(qtbot, tmp_path, window):
    sheet = ExperimentSheet(window.session, read_experiment_results(put_experiment(tmp_path / "exp")), window)
    sheet.show()
    assert sheet.saying.text().startswith("The models were not asked about texture and shape yet")
    assert not sheet.chart.isVisible()
    sheet.close()
    sheet.deleteLater()
