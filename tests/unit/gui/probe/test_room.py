"""The probe room with real widgets, on probes as the job leaves them."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from recorded_probes import ATTRIBUTES, append_lines_of, conflict_results, photo_results, spec_of

from fashion_studio.gui.probe.drill_pane import BackgroundPoint, ClassPoint
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs.worker import Control, JobPhase, JobState, read_control, write_state
from fashion_studio.probing.records import SubjectNote

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


def press(qtbot, room, key, modifier=Qt.KeyboardModifier.NoModifier):
    room.grid.setFocus()
    qtbot.keyClick(room.grid, key, modifier)


def test_without_a_probe_it_says_what_to_do(probe):
    room = probe()
    assert room.empty.title == "Nothing probed yet"
    assert room.empty.button.isVisible()
    assert not room.side.isVisible()
    assert not room.bar.isVisible()


def test_a_finished_probe_shows_grid_chart_figures_and_flips(probe, record):
    record(spec_of("House", "Mixed"))
    room = probe()
    assert room.bar.models.names == ("House", "Mixed")
    assert room.grid.rows.count == 24
    assert [row.name for row in room.card.chart.rows] == ["dress", "pants", "shirt", "skirt"]
    (first, second) = room.side.figures.head.texts
    assert first[:2] == ("House", ".36")
    assert second[:2] == ("Mixed", ".64")
    facts = {fact[0]: fact[1:] for fact in room.side.figures.facts.facts}
    assert facts["Pictures with two cues"] == ("36", "36")
    assert facts["Decisions that hit a cue"] == ("91.7 %", "91.7 %")
    assert facts["Category top-1"] == ("100.0", "100.0")
    assert facts["On silhouettes"] == ("0.0", "100.0")
    assert facts["Flips with new background"] == ("8.3 %", "8.3 %")
    assert ("Category", "8.3 %", "8.3 %") in room.card.flips.facts
    assert room.side.figures.cues.text() == "Shape: Category. Texture: Fabric, Pattern."
    assert not room.bar.pause.isVisible()
    assert not room.strip.isVisible()


def test_a_point_leads_to_its_pictures(probe, record, qtbot):
    record(spec_of("House", "Mixed"))
    room = probe()
    assert room.side.drill.point == ClassPoint(0, "dress")  # something is there to look at from the start
    spot = room.card.chart.mark_at(1, "pants")
    qtbot.mouseClick(room.card.chart.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    drill = room.side.drill
    assert drill.heading.text() == "Pants, Mixed"
    assert drill.figures.text() == "3 texture, 3 shape"
    assert drill.cue.index == 0
    tiles = drill.tiles.tiles
    assert {tile.title for tile in tiles} == {"Dress", "Shirt", "Skirt"}
    assert [tile.confidence for tile in tiles] == sorted((tile.confidence for tile in tiles), reverse=True)
    press(qtbot, room, Qt.Key.Key_V)
    assert drill.saying.text() == "Decided by shape, surest first"
    assert {tile.title for tile in drill.tiles.tiles} == {"Pants"}
    press(qtbot, room, Qt.Key.Key_V)
    assert {tile.title for tile in drill.tiles.tiles} == {"Blouse"}
    qtbot.waitUntil(
        lambda: drill.tiles.pictures.get(drill.tiles.tiles[0].picture) is not None, timeout=WAIT_MS
    )


def test_a_line_of_the_background_check_leads_to_its_worst_examples(probe, record, qtbot, window):
    record()
    room = probe()
    flips = room.card.flips
    flips.setFocus()
    qtbot.keyClick(flips, Qt.Key.Key_Down)
    assert room.side.drill.point == BackgroundPoint(0, "category")
    drill = room.side.drill
    assert drill.saying.text() == "Flipped most surely"
    assert [tile.title for tile in drill.tiles.tiles] == ["Blouse"] * 4
    assert drill.tiles.tiles[0].caption.startswith("on black, was ")
    drill.tiles.setFocus()
    qtbot.keyClick(drill.tiles, Qt.Key.Key_Right)
    qtbot.keyClick(drill.tiles, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.rooms.currentWidget() is window._pages["annotate"], timeout=WAIT_MS)
    assert window.session.current == drill.tiles.tiles[0].item_id


def test_a_running_probe_grows_as_its_results_come(probe, record, window, qtbot):
    spec = spec_of("House")
    run = record(spec, done=3, phase=JobPhase.RUNNING, alive=True, conflicts=())
    room = probe()
    assert room.grid.rows.count == 3
    assert room.card.chart.rows == ()
    assert room.bar.bar.isVisible()
    (work,) = window.session.works.active()
    assert work.can_pause
    keys = [f"{n:08x}" for n in range(1, 13)]
    append_lines_of(run, photo=photo_results(spec, keys)[3:], conflict=conflict_results(spec))
    qtbot.waitUntil(lambda: room.grid.rows.count == 12, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: len(room.card.chart.rows) == 4, timeout=WAIT_MS)
    assert room.side.figures.head.texts[0][1] == ".36"
    write_state(run, JobState(JobPhase.DONE, 48, 48))
    qtbot.waitUntil(lambda: work.state is WorkState.DONE, timeout=WAIT_MS)
    assert not room.bar.bar.isVisible()


def test_pause_and_cancel_reach_the_probe_and_it_goes_on_where_it_was(probe, record, spawned, qtbot):
    run = record(done=3, phase=JobPhase.RUNNING, alive=True)
    room = probe()
    press(qtbot, room, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: read_control(run) is Control.PAUSE, timeout=WAIT_MS)
    press(qtbot, room, Qt.Key.Key_X)
    qtbot.waitUntil(lambda: read_control(run) is Control.CANCEL, timeout=WAIT_MS)
    write_state(run, JobState(JobPhase.CANCELLED, 3, 12))
    qtbot.waitUntil(lambda: room.strip.sentence.text() == "Cancelled.", timeout=WAIT_MS)
    assert room.strip.hint.text() == "Nothing is lost: it goes on where it was."
    assert room.bar.pause.text() == "Go on"
    room.bar.pause.click()
    qtbot.waitUntil(lambda: spawned == [(run, ("probe", "run", "--run", "{run}"))], timeout=WAIT_MS)


def test_a_probe_that_went_on_without_a_window_is_found_again(probe, record, window):
    run = record(done=3, phase=JobPhase.RUNNING)
    room = probe()
    assert window.probe.keeper.current == run
    assert room.strip.sentence.text() == "The probe stopped suddenly."
    assert room.grid.rows.count == 3


SENTENCES = {
    "failed": (
        {"phase": JobPhase.FAILED, "text": "The disk is full. Make room; it can be continued.", "done": 2},
        "The disk is full. Make room; it can be continued.",
    ),
    "no conflict": (
        {"conflicts": (), "sentences": ["All photos are of one class, so there are no two cues."]},
        "All photos are of one class, so there are no two cues.",
    ),
    "other vocabulary": (
        {"notes": [SubjectNote(0, "House", attributes={"emotion": ("calm",), "season": ("summer",)})]},
        "House has another vocabulary: it does not decide on category, but on emotion, season.",
    ),
    "cannot be asked": (
        {"notes": [SubjectNote(0, "House", problem="House has no second stream, so it cannot speak alone.")]},
        "House has no second stream, so it cannot speak alone.",
    ),
    "beginning": (
        {"phase": JobPhase.RUNNING, "alive": True, "done": 0, "conflicts": (), "text": "Loading the models"},
        "Loading the models",
    ),
}


@pytest.mark.parametrize("state", SENTENCES)
def test_every_state_is_one_clear_sentence(probe, record, state):
    more, sentence = SENTENCES[state]
    record(**more)
    room = probe()
    assert room.strip.isVisible()
    assert room.strip.sentence.text() == sentence


def test_photos_without_garment_are_counted_in_a_sentence(probe, record):
    run = record()
    lines = []
    for line in (run / "results.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        if entry.get("photo", {}).get("key") in {"00000001", "00000002"}:
            entry["photo"]["notes"] = ["No garment was found in this photo."]
        lines.append(json.dumps(entry))
    (run / "results.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    room = probe()
    assert room.strip.sentence.text().startswith("2 photos show no garment that could be found")


def test_the_attribute_the_maps_and_the_backgrounds_have_keys(probe, record, qtbot):
    record()
    room = probe()
    press(qtbot, room, Qt.Key.Key_A)
    assert room.attribute == "pattern"
    assert room.grid.rows.row(0).cells[0].title == "Solid"
    assert room.bar.attribute.text() == "Pattern"
    press(qtbot, room, Qt.Key.Key_H)
    assert (room.grid.heat, room.bar.heat.isChecked()) == (False, False)
    press(qtbot, room, Qt.Key.Key_B)
    assert room.bar.backgrounds.isChecked()
    assert room.grid.rows.columns[1] == "on-grey"
    room.bar.backgrounds.click()
    assert not room.bar.backgrounds.isChecked()
    assert room.grid.rows.columns[1] == "grey"


def test_earlier_probes_can_be_looked_at(probe, record, window, qtbot):
    older = record(spec_of("House"), name="20250101-000000-probe-older", title="Probe of House, 12 photos")
    newer = record(spec_of("Mixed"), name="20260101-000000-probe-newer")
    for run, day in ((older, "2025-01-01"), (newer, "2026-01-01")):
        spec = json.loads((run / "spec.json").read_text(encoding="utf-8"))
        text = json.dumps({**spec, "created_utc": f"{day}T12:00:00+00:00"})
        (run / "spec.json").write_text(text, encoding="utf-8")
    room = probe()
    assert window.probe.keeper.current == newer
    assert len(room.bar.probes.entries) == 2
    press(qtbot, room, Qt.Key.Key_E)
    qtbot.waitUntil(lambda: room.bar.models.names == ("House",), timeout=WAIT_MS)
    assert window.probe.keeper.current == older
    room.bar.probes.pick(0)
    qtbot.waitUntil(lambda: room.bar.models.names == ("Mixed",), timeout=WAIT_MS)


def test_the_report_and_the_tables_are_saved_where_they_are_wanted(
    probe, record, qtbot, monkeypatch, tmp_path, window
):
    record()
    room = probe()
    told = []
    window.session.toast.connect(lambda sentence, _undo: told.append(sentence))
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(tmp_path / "found"), ""))
    press(qtbot, room, Qt.Key.Key_R)
    qtbot.waitUntil(lambda: told == ["Saved found.html"], timeout=WAIT_MS)
    assert "data:image" in (tmp_path / "found.html").read_text(encoding="utf-8")
    press(qtbot, room, Qt.Key.Key_C)
    qtbot.waitUntil(lambda: len(told) == 2, timeout=WAIT_MS)
    names = sorted(path.name for path in tmp_path.glob("found-*.csv"))
    assert names == ["found-conflict.csv", "found-decisions.csv", "found-scores.csv"]


def test_the_log_can_be_read(probe, record, window, qtbot, monkeypatch):
    record(phase=JobPhase.FAILED, text="It failed.")
    room = probe()
    from fashion_studio.gui.probe import room as module

    seen = []

    def look(dialog):
        qtbot.waitUntil(lambda: bool(dialog.text.toPlainText()), timeout=WAIT_MS)
        seen.append(dialog.text.toPlainText())
        return 0

    monkeypatch.setattr(module.LogDialog, "exec", look)
    room.strip.buttons[0].click()
    assert seen == ["probing\n"]


def test_a_new_probe_is_started_from_the_form(probe, window, spawned, qtbot, monkeypatch):
    from fashion_studio.gui.probe import new_probe

    room = probe()

    def fill(dialog):
        qtbot.waitUntil(lambda: bool(dialog._choices), timeout=WAIT_MS)
        dialog.second.pick(2)
        dialog._accept()
        return dialog.result()

    monkeypatch.setattr(new_probe.NewProbe, "exec", fill)
    press(qtbot, room, Qt.Key.Key_N) if room.grid.isVisible() else room.empty.button.click()
    qtbot.waitUntil(lambda: len(spawned) == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.probe.keeper.view is not None, timeout=WAIT_MS)
    view = window.probe.keeper.view
    assert len(view.photos) == 12
    assert view.names[1] == f"{view.names[0]}, texture alone"
    assert room.middle.currentWidget() is room._page
    assert ATTRIBUTES  # what answers there would be is the job's to say


def test_every_act_of_the_room_is_in_the_cheat_sheet(window):
    group = window.commands.groups()["Probe"]
    assert {command.key for command in group} >= {*"NPXHBAEVRCLWOTD"}
    assert any(command.key == "Ctrl 6" for command in window.commands.groups()["Window"])
