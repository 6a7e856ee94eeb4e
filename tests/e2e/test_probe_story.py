"""A person asks what the shipped model looks at: the form, the job, the pictures, and again the next day."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PIL import Image
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog

from fashion_studio.config.resources import house_model_dir
from fashion_studio.config.settings import Settings
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.app import make_window
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.gui.probe.new_probe import NewProbe
from fashion_studio.gui.probe.room import ProbeRoom
from fashion_studio.jobs.worker import read_state
from fashion_studio.probing.records import VariantKind
from fashion_studio.rendering.render import render_seed
from fashion_studio.services.project import Project

LONG_MS = 300_000
SOON_MS = 30_000

pytestmark = [
    pytest.mark.gui,
    pytest.mark.slow,
    pytest.mark.timeout(500),
    pytest.mark.skipif(
        not (house_model_dir() / "model.safetensors").exists(), reason="the house model is not there"
    ),
]


@pytest.fixture
def project_folder(tmp_path: Path, studio: Vocabulary) -> Path:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        picture = render_seed(number, width_px=192, height_px=256).image
        Image.fromarray(picture).save(photos / f"garment_{number}.png")
    with Project.create(tmp_path / "intake.fstudio", [photos], studio, actor="tester") as made:
        made.scan()
    return tmp_path / "intake.fstudio"


def fill_form(qtbot: object) -> None:
    """As a person does: the shape stream beside the whole model, few variants, few pictures."""
    dialog = QApplication.activeModalWidget()
    if not isinstance(dialog, NewProbe) or not dialog.primary.isEnabled():
        QTimer.singleShot(100, QApplication.instance(), lambda: fill_form(qtbot))
        return
    dialog.second.pick(3)
    for kind in (VariantKind.EDGES, VariantKind.SHUFFLED, VariantKind.BLURRED):
        qtbot.mouseClick(dialog.variants[kind], Qt.MouseButton.LeftButton)
    dialog.pictures.line.setText("8")
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)


def quiet(window: MainWindow, room: ProbeRoom) -> Callable[[], bool]:
    return lambda: (
        not window.session.bridge.busy
        and room.grid.pictures.idle
        and room.side.drill.tiles.pictures.idle
        and window.library.grid.pictures.idle
    )


def test_a_model_is_probed_on_a_person_s_own_photos(
    window, project_folder, qapp, qtbot, monkeypatch, tmp_path
):
    window.session.adopt(Project.open(project_folder, actor="tester"))
    qtbot.keyClick(window, Qt.Key.Key_6, Qt.KeyboardModifier.ControlModifier)
    room = window.probe.room
    qtbot.waitUntil(lambda: room.empty.title == "Nothing probed yet", timeout=SOON_MS)
    QTimer.singleShot(100, qapp, lambda: fill_form(qtbot))
    qtbot.keyClick(window.probe, Qt.Key.Key_N)
    keeper = window.probe.keeper
    qtbot.waitUntil(lambda: keeper.entry is not None, timeout=SOON_MS)
    qtbot.waitUntil(lambda: keeper.entry.phase.value == "finished", timeout=LONG_MS)
    qtbot.waitUntil(
        lambda: len(keeper.view.results) == 3 and len(keeper.view.conflicts) == 8, timeout=SOON_MS
    )
    assert room.bar.models.names[1].endswith(", shape alone")
    assert room.grid.rows.columns[:3] == ["original", "grey", "silhouette"]
    assert room.grid.rows.row(0).cells[0].confidence > 0
    assert all(band.value is None or 0 <= band.value <= 1 for band in room.card.chart.bands)
    room.card.flips.setFocus()
    qtbot.keyClick(room.card.flips, Qt.Key.Key_Down)
    assert room.side.drill.point is not None

    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "report.html"), ""))
    with qtbot.waitActive(window):
        window.activateWindow()  # the form had been
    room.grid.setFocus()
    qtbot.keyClick(room.grid, Qt.Key.Key_R)
    qtbot.waitUntil((tmp_path / "report.html").exists, timeout=SOON_MS)
    qtbot.waitUntil(quiet(window, room), timeout=SOON_MS)
    pid = read_state(keeper.entry.run_dir).pid
    qtbot.waitUntil(lambda: not psutil.pid_exists(pid), timeout=LONG_MS)
    window.close()

    again = make_window(qapp, Settings(theme="dark", actor="tester"))
    again.show()
    again.session.adopt(Project.open(project_folder, actor="tester"))
    again.show_room("probe")
    room = again.probe.room
    qtbot.waitUntil(lambda: again.probe.keeper.view is not None, timeout=SOON_MS)
    assert room.grid.rows.count == 6
    qtbot.waitUntil(quiet(again, room), timeout=SOON_MS)
    again.close()
    again.deleteLater()
