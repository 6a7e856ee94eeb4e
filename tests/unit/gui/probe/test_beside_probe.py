"""Another probe's models beside the shown one's, with real widgets."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from recorded_probes import conflict_results, press, spec_of

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def dated(record):
    """A probe of a certain day."""

    def put(day, *names, **more):
        run = record(spec_of(*names), name=f"{day.replace('-', '')}-000000-probe-{names[0].lower()}", **more)
        spec = json.loads((run / "spec.json").read_text(encoding="utf-8"))
        text = json.dumps({**spec, "created_utc": f"{day}T12:00:00+00:00"})
        (run / "spec.json").write_text(text, encoding="utf-8")
        return run

    return put


def test_another_probe_s_models_stand_beside_in_chart_figures_and_flips(probe, dated, qtbot, window):
    older = dated("2025-01-01", "Steady", "Mixed")
    dated("2026-01-01", "House")
    room = probe()
    figures = room.side.figures
    assert figures.beside.isVisible()
    assert figures.beside.entries[0] == "No other probe"
    press(qtbot, room, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: len(room.card.chart.bands) == 3, timeout=WAIT_MS)
    assert window.probe.keeper.beside == older
    assert [band.name for band in room.card.chart.bands] == ["House", "Steady", "Mixed"]
    assert room.card.legend.names == ("House", "Steady", "Mixed")
    assert [text[:2] for text in figures.head.texts] == [
        ("House", ".36"),
        ("Steady", ".36"),
        ("Mixed", ".64"),
    ]
    facts = {fact[0]: fact[1:] for fact in figures.facts.facts}
    assert facts["On silhouettes"] == ("0.0", "0.0", "100.0")
    assert ("Category", "8.3 %", "8.3 %", "8.3 %") in room.card.flips.facts
    assert room.bar.models.names == ("House", "Steady", "Mixed")
    rows = room.grid.rows
    assert rows.count == 36
    first = [rows.row(number) for number in range(3)]
    assert [row.name for row in first] == ["House", "Steady", "Mixed"]
    assert [row.subject for row in first] == [0, 1, 2]  # the marks of the chart
    assert len({row.key for row in first}) == 1
    pictures = [room._pictures._places[row.cells[0].picture] for row in first]
    assert [older in picture.parents for picture in pictures] == [False, True, True]
    spot = room.card.chart.mark_at(2, "pants")
    qtbot.mouseClick(room.card.chart.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    drill = room.side.drill
    assert drill.heading.text() == "Pants, Mixed"
    assert drill.figures.text() == "3 texture, 3 shape"
    assert len(drill.tiles.tiles) == 3
    press(qtbot, room, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: len(room.card.chart.bands) == 1, timeout=WAIT_MS)
    assert figures.head.texts[0][0] == "House"


def test_the_grid_keeps_its_photo_when_another_probe_comes_and_goes(probe, dated, qtbot):
    dated("2025-01-01", "Steady", "Mixed")
    dated("2026-01-01", "House")
    room = probe()
    room.grid.set_current(7, 2)
    key = room.grid.current_row.key
    press(qtbot, room, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: room.grid.rows.count == 36, timeout=WAIT_MS)
    assert room.grid.current == (21, 2)
    assert (room.grid.current_row.key, room.grid.current_row.name) == (key, "House")
    qtbot.keyClick(room.grid, Qt.Key.Key_Down)
    assert (room.grid.current_row.key, room.grid.current_row.name) == (key, "Steady")
    press(qtbot, room, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: room.grid.rows.count == 12, timeout=WAIT_MS)
    assert room.grid.current == (7, 2)


def test_what_has_to_be_known_of_the_two_is_said(probe, dated, qtbot):
    spec = spec_of("Other")
    fewer = [each for each in conflict_results(spec) if "skirt" not in {each.shape, each.texture}]
    dated("2025-01-01", "Other", conflicts=fewer)
    dated("2026-01-01", "House")
    room = probe()
    assert not room.side.figures.notes.isVisible()
    room.side.figures.beside.pick(1)
    qtbot.waitUntil(lambda: len(room.card.chart.bands) == 2, timeout=WAIT_MS)
    assert room.side.figures.notes.isVisible()
    assert room.side.figures.notes.text().startswith("Only dress, pants, shirt are classes of both probes")
    assert [row.name for row in room.card.chart.rows] == ["dress", "pants", "shirt"]


def test_the_report_and_the_tables_are_of_both(probe, dated, qtbot, monkeypatch, tmp_path, window):
    dated("2025-01-01", "Steady")
    dated("2026-01-01", "House")
    room = probe()
    press(qtbot, room, Qt.Key.Key_D)
    qtbot.waitUntil(lambda: len(room.card.chart.bands) == 2, timeout=WAIT_MS)
    told = []
    window.session.toast.connect(lambda sentence, _undo: told.append(sentence))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "both"), ""))
    press(qtbot, room, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: told == ["Saved both.html"], timeout=WAIT_MS)
    page = (tmp_path / "both.html").read_text(encoding="utf-8")
    assert "<td>House</td>" in page
    assert "<td>Steady</td>" in page
    press(qtbot, room, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT_MS)
    names = sorted(path.name for path in tmp_path.glob("both-*.csv"))
    assert names == ["both-comparison-pictures.csv", "both-comparison-scores.csv"]
