"""The train room with real widgets, on runs as a real tiny training left them."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from recorded_runs import cut_after, put_run
from samples import sample_reading

from fashion_studio.domain.labels import Answer, Split
from fashion_studio.domain.prediction_codec import prediction_to_dict
from fashion_studio.domain.predictions import ScoredValue
from fashion_studio.gui.components.base import Label
from fashion_studio.gui.components.buttons import LinkButton
from fashion_studio.gui.train import texture_choice
from fashion_studio.gui.train.run_shelf import RenameDialog
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs import background
from fashion_studio.jobs.worker import Control, JobPhase, JobState, read_control, write_state
from fashion_studio.services.model_list import model_in_use
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_comparison import read_for_comparison
from fashion_studio.services.run_list import RunPhase, read_run
from fashion_studio.services.run_story import SampleSheet

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


@pytest.fixture
def train(window, project, qtbot):
    """Opens the room; runs put into the project before are there afterwards."""

    with qtbot.waitActive(window):
        window.activateWindow()

    def show():
        if window.session.project is None:
            window.session.adopt(project)
        window.show_room("train")
        keeper = window.train.keeper
        keeper.look()
        qtbot.waitUntil(lambda: keeper.known, timeout=WAIT_MS)
        if keeper.entries:
            qtbot.waitUntil(lambda: keeper.story.told > 0, timeout=WAIT_MS)
        return window.train.room

    yield show
    qtbot.waitUntil(lambda: not window.session.bridge.busy, timeout=WAIT_MS)


def press(qtbot, room, key, modifier=Qt.KeyboardModifier.NoModifier):
    room.runs.setFocus()
    qtbot.keyClick(room.runs, key, modifier)


def test_without_runs_it_says_what_to_do(train):
    room = train()
    assert room.empty.title == "Nothing trained yet"
    assert room.middle.currentWidget() is room.empty
    assert room.empty.button.isVisible()
    assert not room.side.isVisible()


def test_a_finished_run_shows_curves_figures_examples_and_values(train, project, qtbot):
    put_run(runs_dir(project))
    room = train()
    assert room.page.head.state.text() == "Finished"
    assert [curve.name for curve in room.page.loss.curves] == ["Training", "Validation"]
    assert [len(curve.xs) for curve in room.page.loss.curves] == [3, 3]
    names = [curve.name for curve in room.page.validation.curves]
    assert names[:2] == ["Top-1", "Macro recall"]
    assert names[2].startswith("Majority")
    assert room.page.figures.rows[0][0] == "Category top-1"
    assert len(room.page.figures.rows[0]) == 4
    assert room.side.examples.lines
    assert all(lines[0][0] == 1 and lines[-1][0] == 3 for lines in room.side.examples.lines)
    press(qtbot, room, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: bool(room.side.values.rows), timeout=WAIT_MS)
    assert room.side.attribute.text() == "Category"
    press(qtbot, room, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: "epoch" in room.side.log.toPlainText().lower(), timeout=WAIT_MS)
    press(qtbot, room, Qt.Key.Key_T)
    qtbot.waitUntil(lambda: "Tiny heads" in room.side.recipe.toPlainText(), timeout=WAIT_MS)


def test_a_running_one_grows_as_its_events_come(train, project, window, qtbot):
    whole = put_run(runs_dir(project).parent / "aside")
    run = cut_after(put_run(runs_dir(project)), 1, JobPhase.RUNNING, alive=True)
    room = train()
    assert room.page.head.state.text() == "Epoch 1 of 3"
    (work,) = window.session.works.active()
    assert (work.done, work.total, work.can_pause) == (4, 15, True)
    lines = (whole / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    told = (run / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    with (run / "events.jsonl").open("a", encoding="utf-8") as stream:
        stream.writelines(lines[len(told) :])
    qtbot.waitUntil(lambda: len(room.page.loss.curves[0].xs) == 3, timeout=WAIT_MS)
    assert room.side.examples.lines[0][-1][0] == 3
    write_state(run, JobState(JobPhase.DONE, 15, 15))
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Finished", timeout=WAIT_MS)
    assert work.state is WorkState.DONE


def test_pause_and_cancel_reach_the_run(train, project, qtbot):
    run = cut_after(put_run(runs_dir(project)), 1, JobPhase.RUNNING, alive=True)
    room = train()
    press(qtbot, room, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: read_control(run) is Control.PAUSE, timeout=WAIT_MS)
    state = read_run(run)
    assert state.phase is RunPhase.RUNNING
    room.cancel.click()
    qtbot.waitUntil(lambda: read_control(run) is Control.CANCEL, timeout=WAIT_MS)
    write_state(run, JobState(JobPhase.CANCELLED, 4, 15))
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Cancelled", timeout=WAIT_MS)


def test_a_failed_run_says_why_and_goes_on(train, project, spawned, qtbot):
    sentence = "The disk is full. Make room and let the run go on."
    run = cut_after(put_run(runs_dir(project)), 2, JobPhase.FAILED, text=sentence)
    room = train()
    strip = room.page.strip
    assert (strip.sentence.text(), strip.isVisible()) == (sentence, True)
    assert "after epoch 2" in strip.hint.text()
    assert strip.buttons[0].text() == "Show the log"
    strip.buttons[-1].click()
    qtbot.waitUntil(lambda: spawned == [(run, ("train", "--run", "{run}"))], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Preparing", timeout=WAIT_MS)


def test_an_interrupted_run_is_found_and_told_apart(train, project, qtbot):
    cut_after(put_run(runs_dir(project)), 1, JobPhase.RUNNING)
    room = train()
    assert room.page.strip.sentence.text() == "It stopped suddenly."
    assert room.pause.text() == "Go on"


def test_a_second_run_waits_for_the_first(train, project, spawned, qtbot):
    running = cut_after(put_run(runs_dir(project), name="now"), 1, JobPhase.RUNNING, alive=True)
    waiting = cut_after(put_run(runs_dir(project), name="next", title="Next one"), 0, JobPhase.CANCELLED)
    room = train()
    room.runs.pick(waiting)
    qtbot.waitUntil(lambda: room.page.head.title.text() == "Next one", timeout=WAIT_MS)
    press(qtbot, room, Qt.Key.Key_P)
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Queued", timeout=WAIT_MS)
    assert spawned == []
    assert [type(card.entry.phase).__name__ for card in room.runs.cards] == ["RunPhase"] * 2
    write_state(running, JobState(JobPhase.DONE))
    qtbot.waitUntil(lambda: [run for run, _ in spawned] == [waiting], timeout=WAIT_MS)


def test_a_model_is_used_and_taken_back(train, project, window, qtbot):
    run = put_run(runs_dir(project))
    room = train()
    asked = []
    window.models.reread.connect(lambda: asked.append(window.models.choice[0]))
    window.models.reread.disconnect(window.reading.start_anew)
    press(qtbot, room, Qt.Key.Key_U)
    qtbot.waitUntil(lambda: model_in_use(project) == run / "bundle", timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.use.text() == "In use", timeout=WAIT_MS)
    assert asked == [run / "bundle"]
    (toast,) = [toast for toast in window.toasts.shown if "own-1" in toast.sentence]
    assert toast.sentence == "own-1 is in use"
    press(qtbot, room, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: model_in_use(project) is None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.use.text() == "Use this model", timeout=WAIT_MS)


def test_the_best_epoch_of_a_running_one_is_used_at_once(train, project, window, spawned, qtbot):
    run = cut_after(put_run(runs_dir(project)), 2, JobPhase.RUNNING, alive=True)
    room = train()
    window.models.reread.disconnect(window.reading.start_anew)
    assert room.use.text().startswith("Use epoch")
    room.use.click()
    qtbot.waitUntil(lambda: read_control(run) is Control.CANCEL, timeout=WAIT_MS)
    write_state(run, JobState(JobPhase.CANCELLED))
    qtbot.waitUntil(lambda: [arguments[-1] for _, arguments in spawned] == ["--finish"], timeout=WAIT_MS)
    whole = put_run(runs_dir(project).parent / "aside")
    (whole / "bundle").rename(run / "bundle")
    write_state(run, JobState(JobPhase.DONE))
    qtbot.waitUntil(lambda: model_in_use(project) == run / "bundle", timeout=WAIT_MS)


def test_a_new_training_says_what_it_is_made_of_and_starts(train, project, session, spawned, qtbot):
    room = train()
    press(qtbot, room, Qt.Key.Key_N)
    qtbot.waitUntil(
        lambda: room.new.summary.text() == "0 photos to train on, 0 to validate, 0 to test", timeout=WAIT_MS
    )
    assert "No photo has a label of a person yet" in room.new.hint.text()
    assert not room.new.ready
    room._commands.run("train.close")
    ids = project.ids()
    for number, item_id in enumerate(ids):
        value = ("dress", "skirt")[number % 2]
        project.set_answers([int(item_id)], {"category": Answer.of(value)})
    for number, item_id in enumerate(ids):
        project.set_split([int(item_id)], Split.VALIDATION if number < 3 else Split.TRAIN)
    press(qtbot, room, Qt.Key.Key_N)
    qtbot.waitUntil(lambda: room.new.ready, timeout=WAIT_MS)
    assert room.new.summary.text() == "9 photos to train on, 3 to validate, 0 to test"
    assert room.new.recipe.text() == "Fine-tune"
    assert room.new.base.text().startswith("house")
    assert room.new.classes.isVisible()
    assert room.new.name.text == "own-1"
    room.new.epochs.line.setText("two")
    qtbot.waitUntil(lambda: not room.new.ready, timeout=WAIT_MS)
    room.new.epochs.line.setText("3")
    qtbot.waitUntil(lambda: room.new.ready, timeout=WAIT_MS)
    qtbot.keyClick(room.new.recipe, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(spawned) == 1, timeout=WAIT_MS)
    run, arguments = spawned[0]
    assert arguments == ("train", "--run", "{run}")
    entry = read_run(run)
    assert entry.parameters["photos"] == {"train": 9, "val": 3, "test": 0}
    assert entry.parameters["base_id"].startswith("house")
    qtbot.waitUntil(
        lambda: room.keeper.entry is not None and room.keeper.entry.run_dir == run, timeout=WAIT_MS
    )
    write_state(run, JobState(JobPhase.CANCELLED))


@pytest.fixture
def halves(project):
    """A project with dresses and skirts, some of them for validation."""
    for number, item_id in enumerate(project.ids()):
        value = ("dress", "skirt")[number % 2]
        project.set_answers([int(item_id)], {"category": Answer.of(value), "pattern": Answer.of("solid")})
        project.set_split([int(item_id)], Split.VALIDATION if number < 3 else Split.TRAIN)
    return project


def test_a_training_on_other_textures_says_what_it_costs_and_takes_its_styles_along(
    train, halves, spawned, qtbot, tmp_path, monkeypatch
):
    room = train()
    press(qtbot, room, Qt.Key.Key_N)
    form = room.new
    qtbot.waitUntil(lambda: form.ready, timeout=WAIT_MS)
    textures = form.textures
    assert textures.regime.text() == "As they are"
    assert not textures.source.isVisible()
    assert "copies" not in form.hint.text()

    def chosen(place, words):
        textures.regime.pick(place)
        qtbot.waitUntil(lambda: words in form.hint.text() and form.ready, timeout=WAIT_MS)

    def warned():
        return [label.text() for label in form.findChildren(Label) if label.text().startswith("Nothing is")]

    chosen(1, "painted in other styles (9 copies)")
    assert textures.source.isVisible()
    assert len(warned()) == 1
    assert "Pattern" in warned()[0]
    chosen(4, "dressed in rendered cloth (9 copies)")
    assert not textures.source.isVisible()
    chosen(3, "The last 2 epochs are added")
    assert warned() == []
    assert form.hint.text().startswith("12 epochs")
    (tmp_path / "styles").mkdir()
    assert QImage(20, 20, QImage.Format.Format_RGB32).save(str(tmp_path / "styles" / "paint.png"))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path / "styles"))
    textures.source.pick(1)
    assert textures.source.text() == "Styles of “styles”"
    qtbot.waitUntil(lambda: form.ready, timeout=WAIT_MS)
    qtbot.keyClick(form.recipe, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(spawned) == 1, timeout=WAIT_MS)
    run, _ = spawned[0]
    recipe = tomllib.loads((run / "recipe.toml").read_text(encoding="utf-8"))
    assert recipe["stylising"]["share"] == 0.5
    assert recipe["phases"][-1]["stylised"] == 0.0
    assert (run / "stylising" / "adain" / "model.safetensors").is_file()
    assert [path.name for path in (run / "stylising" / "styles").iterdir()] == ["0000.png"]
    write_state(run, JobState(JobPhase.CANCELLED))


def test_without_weights_for_styles_rendered_cloth_is_left(train, halves, qtbot, monkeypatch):
    monkeypatch.setattr(texture_choice, "adain_dir", lambda: None)
    room = train()
    press(qtbot, room, Qt.Key.Key_N)
    form = room.new
    qtbot.waitUntil(lambda: form.ready, timeout=WAIT_MS)
    qtbot.keyClick(form.textures.regime, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: "not installed" in form.hint.text(), timeout=WAIT_MS)
    assert not form.ready
    form.textures.regime.pick(4)
    qtbot.waitUntil(lambda: form.ready, timeout=WAIT_MS)
    assert "rendered cloth" in form.hint.text()


def test_two_runs_are_compared(train, project, qtbot):
    put_run(runs_dir(project), "first")
    put_run(runs_dir(project), "second")
    room = train()
    press(qtbot, room, Qt.Key.Key_C)
    compare = room.compare
    qtbot.waitUntil(lambda: bool(compare.recipes.rows), timeout=WAIT_MS)
    assert compare.recipes.rows == [("phases.all.optimiser.rate", "0.001", "0.003")]
    assert compare.figures.rows[0][0] == "Category top-1"
    assert {row[1] for row in compare.values.rows} & {"Dress", "Pants", "T-shirt"}
    assert [curve.name for curve in compare.curves.curves] == ["own-1", "own-2"]
    assert compare.read.isEnabled()
    qtbot.keyClick(compare.first, Qt.Key.Key_Up)  # now both are the same
    assert compare.pair is None
    assert not compare.read.isEnabled()
    room._commands.run("train.close")
    assert room.middle.currentWidget() is room.page


def test_a_run_trained_elsewhere_is_taken_in(train, project, tmp_path, qtbot, monkeypatch):
    far = put_run(tmp_path / "usb", name="far", title="From far")
    room = train()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(far))
    press(qtbot, room, Qt.Key.Key_I)
    qtbot.waitUntil(lambda: [card.text() for card in room.runs.cards] == ["From far"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.page.head.title.text() == "From far", timeout=WAIT_MS)


def test_arrows_go_through_the_runs(train, project, qtbot):
    for name in ("a", "b"):
        put_run(runs_dir(project), name=name, title=name)
    room = train()
    first = room.runs.current
    press(qtbot, room, Qt.Key.Key_Down)
    assert room.runs.current != first
    press(qtbot, room, Qt.Key.Key_Up)
    assert room.runs.current == first
    qtbot.waitUntil(lambda: room.keeper.story.told > 0, timeout=WAIT_MS)


def test_every_act_of_the_room_has_a_key_in_its_tooltip(train, window):
    room = train()
    for button in (room.pause, room.cancel, room.use, room.onnx):
        assert "(" in button.toolTip()
    sheet = {command.name for command in window.commands.groups()["Train"]}
    assert {"train.new", "train.start", "train.roll_back", "train.take_in"} <= sheet


def test_a_training_of_an_editor_shows_its_two_losses_and_its_newest_sheet(train, project, qtbot):
    run = put_run(runs_dir(project), "editor")
    picture = QImage(480, 300, QImage.Format.Format_RGB32)
    picture.fill(0xFF808080)
    (run / "samples").mkdir()
    for step in (0, 4, 8):
        assert picture.save(str(run / "samples" / f"step-{step:07d}.png"))
    room = train()
    assert [curve.name for curve in room.page.loss.curves] == ["Generator", "Discriminators"]
    names = [curve.name for curve in room.page.validation.curves]
    assert names[:2] == ["As wanted", "Others kept"]
    assert names[2].startswith("Untouched")
    sheet = room.page.sheet
    qtbot.waitUntil(lambda: sheet.sheet.is_shown, timeout=WAIT_MS)
    assert sheet.isVisible()
    assert sheet.step.text() == "Step 8, 3 of 3"
    assert sheet.sheet.height() == pytest.approx(min(480, sheet.sheet.width()) * 300 / 480, abs=1)
    assert room.page.figures.rows[0][0] == "Edits read as wanted"
    assert not room.use.isEnabled()  # it reads no photos: it edits them


def test_other_trainings_have_no_sheet(train, project):
    put_run(runs_dir(project))
    assert not train().page.sheet.isVisible()


def test_the_model_that_a_run_went_on_from_stands_beside_it_on_the_same_photos(train, project, qtbot):
    run = put_run(runs_dir(project))
    lines = (run / "events.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    place, tested = next(
        (place, event)
        for place, event in enumerate(map(json.loads, lines))
        if event["kind"] == "evaluation" and event["split"] == "test"
    )
    base = {
        "at": tested["at"],
        "kind": "base_evaluation",
        "split": "test",
        "model_id": "house-1",
        "figures": {**tested["figures"], "category.top1": 0.25},
    }
    lines.insert(place, json.dumps(base) + "\n")
    (run / "events.jsonl").write_text("".join(lines), encoding="utf-8")
    room = train()
    qtbot.waitUntil(lambda: len(room.page.figures.rows[0]) == 5, timeout=WAIT_MS)
    assert room.page.figures.heads[1:] == ("Majority", "house-1", "Epoch 1", "Gain")
    first = room.page.figures.rows[0]
    assert first[0] == "Category top-1"
    assert first[2] == "25.0"
    assert float(first[3]) - 25.0 == pytest.approx(float(first[4].replace("−", "-")), abs=0.05)


def test_a_run_is_renamed_and_the_name_taken_back(train, project, window, qtbot):
    run = put_run(runs_dir(project))
    room = train()
    before = room.page.head.title.text()
    press(qtbot, room, Qt.Key.Key_F2)
    dialog = window.findChild(RenameDialog)
    assert dialog.field.text == before
    dialog.field.line.setText("Spring dresses")
    dialog.primary.click()
    qtbot.waitUntil(lambda: room.page.head.title.text() == "Spring dresses", timeout=WAIT_MS)
    assert [card.text() for card in room.runs.cards] == ["Spring dresses"]
    assert read_run(run).title == "Spring dresses"
    (toast,) = [toast for toast in window.toasts.shown if "Spring dresses" in toast.sentence]
    toast.findChild(LinkButton).click()
    qtbot.waitUntil(lambda: room.page.head.title.text() == before, timeout=WAIT_MS)


def test_a_run_is_removed_and_brought_back_by_click_or_key(train, project, window, qtbot):
    run = put_run(runs_dir(project), name="a", title="Mine")
    room = train()
    press(qtbot, room, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: room.middle.currentWidget() is room.empty, timeout=WAIT_MS)
    assert not run.exists()
    assert room.runs.cards == []
    (toast,) = [toast for toast in window.toasts.shown if toast.sentence == "“Mine” is removed"]
    toast.findChild(LinkButton).click()
    qtbot.waitUntil(lambda: [card.text() for card in room.runs.cards] == ["Mine"], timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.page.head.title.text() == "Mine", timeout=WAIT_MS)
    press(qtbot, room, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not run.exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.middle.currentWidget() is room.empty, timeout=WAIT_MS)
    press(qtbot, room, Qt.Key.Key_Delete, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(run.exists, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: room.page.head.title.text() == "Mine", timeout=WAIT_MS)


def test_why_a_run_cannot_be_removed_is_said(train, project, window, qtbot):
    run = cut_after(put_run(runs_dir(project), title="Now"), 1, JobPhase.RUNNING, alive=True)
    room = train()
    said = []
    window.session.problem.connect(said.append)
    press(qtbot, room, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: bool(said), timeout=WAIT_MS)
    assert "“Now” is going on. Cancel it first" in said[0]
    assert run.exists()
    write_state(run, JobState(JobPhase.CANCELLED, 4, 15))
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Cancelled", timeout=WAIT_MS)


def test_earlier_sample_sheets_are_looked_through_and_the_newest_is_followed_again(train, project, qtbot):
    run = put_run(runs_dir(project), "editor")
    (run / "samples").mkdir()
    picture = QImage(48, 30, QImage.Format.Format_RGB32)
    for step in (0, 4, 8):
        assert picture.save(str(run / "samples" / f"step-{step:07d}.png"))
    room = train()
    sheet = room.page.sheet
    assert sheet.step.text() == "Step 8, 3 of 3"
    press(qtbot, room, Qt.Key.Key_Comma)
    assert sheet.step.text() == "Step 4, 2 of 3"
    press(qtbot, room, Qt.Key.Key_Comma)
    press(qtbot, room, Qt.Key.Key_Comma)
    assert sheet.step.text() == "Step 0, 1 of 3"
    story = room.keeper.story
    story.samples.append(SampleSheet(12, 4, "samples/step-0000008.png"))
    room._show_story()
    assert sheet.step.text() == "Step 0, 1 of 4"  # a new one does not take away what is looked at
    for _ in range(3):
        press(qtbot, room, Qt.Key.Key_Period)
    assert sheet.step.text() == "Step 12, 4 of 4"
    story.samples.append(SampleSheet(16, 5, "samples/step-0000008.png"))
    room._show_story()
    assert sheet.step.text() == "Step 16, 5 of 5"
    qtbot.waitUntil(lambda: sheet.sheet.is_shown, timeout=WAIT_MS)


def test_models_are_compared_on_every_attribute(train, project, studio, window, monkeypatch, qtbot):
    monkeypatch.setattr(background, "_spawn", lambda _spec, _run_dir: None)
    runs = [put_run(runs_dir(project), name) for name in ("first", "second")]
    said = sample_reading(studio, 1).prediction
    for job, color in zip(read_for_comparison(*runs), ("navy", "red"), strict=True):
        lines = [json.loads(line) for line in (job.run_dir / "snapshot.jsonl").read_text().splitlines()]
        mine = replace(said, colors_predicted=(ScoredValue(color, 0.8),))
        results = [{**line, "prediction": prediction_to_dict(mine)} for line in lines]
        (job.run_dir / "results.jsonl").write_text("\n".join(map(json.dumps, results)) + "\n")
        write_state(job.run_dir, JobState(JobPhase.DONE))
    room = train()
    press(qtbot, room, Qt.Key.Key_C)
    compare = room.compare
    qtbot.waitUntil(lambda: len(compare.attribute.entries) > 2, timeout=WAIT_MS)
    assert compare.attribute.text() == "Category, 0"
    assert "They agree about this" in compare.photos_hint.text()
    photos = len(lines)
    place = compare.attribute.entries.index(f"Colors, {photos}")
    while compare.attribute.index < place:
        qtbot.keyClick(compare.attribute, Qt.Key.Key_Down)
    assert {photo.attribute for photo in compare.photos.photos} == {"colors"}
    assert len(compare.photos.photos) == photos
    card = compare.photos.parentWidget()
    for width_px in (1024, 1440):  # with more photos it is higher, in one column and in two
        window.resize(width_px, 700)
        compare.attribute.pick(0)
        qtbot.waitUntil(lambda: card.height() < 200, timeout=WAIT_MS)
        compare.attribute.pick(place)
        qtbot.waitUntil(lambda: card.height() >= card.minimumSizeHint().height() > 200, timeout=WAIT_MS)
    room._commands.run("train.close")
