"""The edit room with real widgets: values, regions, stack, brush, what is said, what is saved."""

from __future__ import annotations

from concurrent.futures import Future

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

from fashion_studio.domain.edits import Doubt, EditGrid, EditStack, EditStep, RegionKind
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.labels import Answer
from fashion_studio.gui.edit.compare_canvas import PaintTool, Showing
from fashion_studio.gui.edit.verdicts import VerdictKind
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs.engine_client import EnginePhase

pytestmark = pytest.mark.gui
WAIT_MS = 20_000


def press(room, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(room.stage.canvas, key, modifier)


def take(room, value):
    """A click on a tile of the grid."""
    grid = room.right.grid
    place = [each.name for each in grid.values].index(value)
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(place).center())


def settled(qtbot, room):
    def quiet():
        assert not room.desk.is_waiting
        assert not room.desk.is_filling
        assert not room._session.bridge.busy
        assert room.stage.canvas.result is not None or not room.keeper.stack.active

    qtbot.waitUntil(quiet, timeout=WAIT_MS)


def test_the_grid_fills_and_a_click_takes_a_value(room, engine, qtbot):
    shown = room()
    qtbot.waitUntil(lambda: len(shown.right.grid.filled) == 18, timeout=WAIT_MS)
    assert shown.right.count_text == "18 of 18"
    assert shown.stage.canvas.result is None
    assert "Choose a color" in shown.stage.strip.note
    take(shown, "red")
    settled(qtbot, shown)
    (step,) = shown.keeper.stack.steps
    assert (step.attribute, step.value, step.region.kind) == ("colors", "red", RegionKind.GARMENT)
    assert shown._session.project.kept_stack(shown.keeper.item.row.id).steps == (step,)
    assert shown.right.grid.current == "red"
    pixels = shown.stage.canvas.result.levels[0].pixels
    assert tuple(pixels[32, 24, 2::-1]) == engine.rgb("colors", "red")
    assert shown.left.share_text.startswith("Pixels outside the mask stay identical: 50.0 %")


@pytest.fixture
def slow_grid(engine, monkeypatch):
    """Grids whose values come one by one, as a test says: (future, on_value) of each."""
    asked = []

    def grid(path, stack, step, size_px=176, on_value=None):
        future = Future()
        asked.append((future, on_value))
        return future

    monkeypatch.setattr(engine.editing, "grid", grid)
    return asked


def test_how_far_the_grid_is_stands_in_the_status_bar(room, engine, window, slow_grid, qtbot):
    shown = room()
    qtbot.waitUntil(lambda: len(slow_grid) == 1, timeout=WAIT_MS)
    future, on_value = slow_grid[0]
    values = engine.editing.values["colors"]
    picture = np.zeros((16, 12, 3), np.uint8)
    for value in values[:6]:
        on_value(value, picture)
    line = window.status.work
    qtbot.waitUntil(lambda: line.words.text() == "Filling colors 6 of 18", timeout=WAIT_MS)
    qtbot.waitUntil(line.isVisible, timeout=WAIT_MS)
    assert shown.right.count_text == "6 of 18"
    assert window.session.works.all() == []  # it passes by: no list keeps it
    future.set_result(EditGrid(dict.fromkeys(values, picture), "", 1.0))
    qtbot.waitUntil(lambda: not line.isVisible(), timeout=WAIT_MS)
    assert shown.right.count_text == "18 of 18"
    assert window.session.works.passing is None
    settled(qtbot, shown)


def test_the_filling_of_the_grid_can_be_cancelled(room, engine, window, slow_grid, qtbot):
    shown = room()
    qtbot.waitUntil(lambda: len(slow_grid) == 1, timeout=WAIT_MS)
    future, on_value = slow_grid[0]
    on_value("red", np.zeros((16, 12, 3), np.uint8))
    line = window.status.work
    qtbot.waitUntil(lambda: shown.right.grid.filled == ("red",) and line.isVisible(), timeout=WAIT_MS)
    QTest.mouseClick(line.cancel, Qt.MouseButton.LeftButton)
    assert future.cancelled()
    assert not line.isVisible()
    assert shown.right.count_text == "1 of 18"
    press(shown, Qt.Key.Key_T)  # what is asked for next comes
    qtbot.waitUntil(lambda: len(slow_grid) == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: line.words.text() == "Filling sleeve lengths 0 of 4", timeout=WAIT_MS)
    window.show_room("library")
    assert window.session.works.passing is None
    slow_grid[1][0].cancel()


def test_the_next_value_changes_the_open_edit_and_a_new_one_is_added_when_asked(room, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_Period)
    assert [step.value for step in shown.keeper.stack.steps] == ["burgundy"]
    press(shown, Qt.Key.Key_N)
    take(shown, "green")
    assert [step.value for step in shown.keeper.stack.steps] == ["burgundy", "green"]
    press(shown, Qt.Key.Key_T)
    assert shown.grid.attribute == "sleeve_length"
    take(shown, "short")
    assert [step.value for step in shown.keeper.stack.steps] == ["burgundy", "green", "short"]
    press(shown, Qt.Key.Key_Down)
    assert shown.keeper.current == 1
    assert shown.grid.attribute == "colors"
    settled(qtbot, shown)


def test_red_sleeves_on_a_blue_shirt_by_keys(room, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_2)
    settled(qtbot, shown)
    step = shown.keeper.step
    assert (step.region.kind, step.threshold) == (RegionKind.SLEEVE, 0.9)
    assert shown.left.regions.buttons[RegionKind.SLEEVE].isChecked()
    outline = shown.stage.canvas.mask_outline
    assert outline.contains(QPoint(12, 30).toPointF())
    assert not outline.contains(QPoint(24, 30).toPointF())
    pixels = shown.stage.canvas.result.levels[0].pixels
    assert tuple(pixels[30, 24, :3]) == (90, 90, 90)
    assert tuple(pixels[30, 12, 2::-1]) != (90, 90, 90)


def test_the_threshold_draws_its_mask_at_once_and_is_one_undo(room, engine, window, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_2)
    settled(qtbot, shown)
    engine.editing.at_once = False
    canvas, inside = shown.stage.canvas, QPoint(12, 30).toPointF()
    for percent in (93, 94, 96):
        shown.left.masking.threshold.set_value(percent, tell=True)
    assert not canvas.mask_outline.contains(inside)  # the mask is .95 there; nobody was waited for
    shown.left.masking.threshold.set_value(60, tell=True)
    assert canvas.mask_outline.contains(inside)
    project, item_id = window.session.project, shown.keeper.item.row.id
    assert project.kept_stack(item_id).steps[0].threshold == 0.9
    qtbot.waitUntil(lambda: project.kept_stack(item_id).steps[0].threshold == 0.6, timeout=WAIT_MS)
    assert project.undo_status().undo_title == "Threshold 0.60"
    window.commands.run("window.undo")
    assert shown.keeper.step.threshold == 0.9
    engine.editing.at_once = True
    engine.editing.answer()
    settled(qtbot, shown)


def test_the_region_of_an_edit_that_does_nothing_is_outlined_too(room, engine, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_2)
    settled(qtbot, shown)
    canvas, side, middle = shown.stage.canvas, QPoint(12, 30).toPointF(), QPoint(24, 30).toPointF()
    press(shown, Qt.Key.Key_X)
    settled(qtbot, shown)
    assert canvas.result is None
    assert canvas.mask_outline.contains(side)
    press(shown, Qt.Key.Key_3)  # set up while it is off: another region, another threshold
    qtbot.waitUntil(lambda: canvas.mask_outline.contains(middle), timeout=WAIT_MS)
    assert not canvas.mask_outline.contains(side)
    assert canvas.result is None
    assert shown.left.share_text == ""
    settled(qtbot, shown)
    assert not shown.stage.strip.verdicts
    press(shown, Qt.Key.Key_X)
    settled(qtbot, shown)
    shown.left.stack.strength.set_value(0, tell=True)
    press(shown, Qt.Key.Key_2)
    qtbot.waitUntil(lambda: canvas.mask_outline.contains(side), timeout=WAIT_MS)
    settled(qtbot, shown)


def test_an_edit_that_is_off_is_outlined_when_it_is_opened(room, engine, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_2)
    press(shown, Qt.Key.Key_X)
    press(shown, Qt.Key.Key_N)
    take(shown, "green")
    settled(qtbot, shown)
    canvas = shown.stage.canvas
    assert canvas.mask_outline.contains(QPoint(24, 30).toPointF())
    press(shown, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: not canvas.mask_outline.contains(QPoint(24, 30).toPointF()), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: canvas.mask_outline.contains(QPoint(12, 30).toPointF()), timeout=WAIT_MS)
    settled(qtbot, shown)
    assert canvas.result is not None


def test_the_newest_of_many_wishes_wins_and_one_is_under_way_at_a_time(room, engine, qtbot):
    shown = room()
    take(shown, "red")
    settled(qtbot, shown)
    engine.editing.at_once = False
    engine.editing.asked.clear()
    for percent in range(99, 60, -1):
        shown.left.stack.strength.set_value(percent, tell=True)
    assert engine.editing.count("preview") == 1
    engine.editing.at_once = True
    engine.editing.answer()
    settled(qtbot, shown)
    assert engine.editing.count("preview") == 2
    assert [stack.steps[0].strength for kind, stack in engine.editing.asked if kind == "preview"] == [
        0.99,
        0.61,
    ]


def test_a_stroke_changes_the_region_and_every_stroke_is_one_undo(room, window, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_2)
    press(shown, Qt.Key.Key_G)  # no snapping
    settled(qtbot, shown)
    canvas = shown.stage.canvas

    def stroke(x, y):
        spot = canvas.frame.to_view(x, y).toPoint()
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=spot)
        QTest.mouseMove(canvas, spot + QPoint(6, 0))
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=spot + QPoint(6, 0))

    press(shown, Qt.Key.Key_B)
    stroke(24, 20)
    stroke(24, 45)
    region = shown.keeper.step.region
    assert region.kind is RegionKind.SLEEVE
    assert canvas.mask_outline.contains(QPoint(24, 45).toPointF())
    press(shown, Qt.Key.Key_E)
    stroke(12, 30)
    assert shown.keeper.step.region.erased is not None
    assert not canvas.mask_outline.contains(QPoint(12, 30).toPointF())
    window.commands.run("window.undo")
    assert shown.keeper.step.region == region
    window.commands.run("window.undo")
    assert not canvas.mask_outline.contains(QPoint(24, 45).toPointF())
    assert canvas.mask_outline.contains(QPoint(24, 20).toPointF())
    window.commands.run("window.redo")
    assert shown.keeper.step.region == region
    press(shown, Qt.Key.Key_Escape)
    assert canvas.tool is PaintTool.NONE
    settled(qtbot, shown)


def test_without_an_edit_the_brush_says_what_to_do_first(room, qtbot):
    shown = room()
    press(shown, Qt.Key.Key_B)
    canvas = shown.stage.canvas
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert "Choose a value" in shown.stage.doubt.sentence
    assert not shown.keeper.stack.steps


def test_edits_are_reordered_switched_off_and_deleted_by_mouse_and_keys(room, window, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_N)
    take(shown, "green")
    stack = shown.left.stack

    def values():
        return [step.value for step in shown.keeper.stack.steps]

    press(shown, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert values() == ["green", "red"]
    assert shown.keeper.step.value == "green"
    start = stack.layer_rect(0).center().toPoint() - QPoint(60, 0)
    QTest.mousePress(stack, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(stack, start - QPoint(0, 30))
    QTest.mouseMove(stack, start - QPoint(0, 70))
    QTest.mouseRelease(stack, Qt.MouseButton.LeftButton, pos=start - QPoint(0, 70))
    assert values() == ["red", "green"]
    QTest.mouseClick(stack, Qt.MouseButton.LeftButton, pos=stack.eye_rect(0).center().toPoint())
    assert [step.enabled for step in shown.keeper.stack.steps] == [False, True]
    assert shown.stage.count.text() == "2 edits, 1 on"
    press(shown, Qt.Key.Key_Delete)
    assert values() == ["red"]
    window.commands.run("window.undo")
    assert values() == ["red", "green"]
    settled(qtbot, shown)


def test_the_stack_is_there_again_after_another_photo(room, window, qtbot):
    shown = room()
    take(shown, "red")
    first = shown.keeper.item.row.id
    press(shown, Qt.Key.Key_PageDown)
    qtbot.waitUntil(lambda: shown.stage.canvas.photo is not None, timeout=WAIT_MS)
    assert shown.keeper.item.row.id != first
    assert shown.keeper.stack == EditStack()
    assert shown.stage.canvas.result is None
    press(shown, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: shown.stage.canvas.result is not None, timeout=WAIT_MS)
    assert [step.value for step in shown.keeper.stack.steps] == ["red"]
    settled(qtbot, shown)


def test_what_the_reader_says_stands_beside_what_it_said_before(room, qtbot):
    shown = room()
    take(shown, "red")
    qtbot.waitUntil(lambda: bool(shown.stage.strip.verdicts), timeout=WAIT_MS)
    kinds = {each.attribute: (each.kind, each.before, each.after) for each in shown.stage.strip.verdicts}
    assert kinds["colors"] == (VerdictKind.NEW, "Blue", "Red")
    assert kinds["category"][0] is VerdictKind.KEPT
    press(shown, Qt.Key.Key_C)
    assert shown.stage.canvas.heat is not None
    assert shown.result.cam == "colors"
    press(shown, Qt.Key.Key_C)
    assert shown.stage.canvas.heat is None
    strip = shown.stage.strip
    spot = strip.column_rect("category").center().toPoint()
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=spot)
    assert shown.result.cam == "category"
    settled(qtbot, shown)


def test_the_line_is_dragged_and_moved_by_keys_and_a_key_shows_the_photo_as_it_was(room, qtbot):
    shown = room()
    take(shown, "red")
    settled(qtbot, shown)
    canvas = shown.stage.canvas
    rect = canvas.view.photo_rect
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=rect.center().toPoint())
    quarter = QPoint(round(rect.left() + rect.width() / 4), round(rect.center().y()))
    QTest.mouseMove(canvas, quarter)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=quarter)
    assert canvas.split == pytest.approx(0.25, abs=0.01)
    press(shown, Qt.Key.Key_Right)
    assert canvas.split == pytest.approx(0.26, abs=0.01)
    press(shown, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert canvas.split == pytest.approx(0.36, abs=0.01)

    def center():
        image = canvas.grab().toImage()
        return image.pixelColor(round(rect.left() + 0.6 * rect.width()), round(rect.center().y())).getRgb()[
            :3
        ]

    after = center()
    QTest.keyPress(canvas, Qt.Key.Key_Backslash)
    assert canvas.before_held
    assert center() != after
    QTest.keyRelease(canvas, Qt.Key.Key_Backslash)
    assert center() == after
    press(shown, Qt.Key.Key_S)
    assert canvas.showing is Showing.SIDE
    press(shown, Qt.Key.Key_S)
    assert canvas.showing is Showing.RESULT


def test_a_result_becomes_a_photo_of_the_project_that_knows_where_it_is_from(room, window, qtbot):
    shown = room()
    project, before = window.session.project, len(window.session.project.ids())
    assert not window.commands.get("edit.save").action.isEnabled()
    take(shown, "red")
    settled(qtbot, shown)
    press(shown, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(project.ids()) == before + 1, timeout=WAIT_MS)
    (made,) = project.derived_of(shown.keeper.item.row.id)
    origin = project.origin_of(made)
    assert (origin.stack.model, origin.stack.steps) == ("amgan-1", shown.keeper.stack.steps)
    assert project.rows([made])[0].is_derived
    qtbot.waitUntil(lambda: not window.session.works.active(), timeout=WAIT_MS)
    window.commands.run("window.undo")
    assert len(project.ids()) == before
    settled(qtbot, shown)


def test_a_result_is_exported_and_a_target_that_cannot_be_written_loses_nothing(
    room, engine, window, qtbot, tmp_path, monkeypatch
):
    shown = room()
    take(shown, "red")
    settled(qtbot, shown)
    target = tmp_path / "out.tif"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args: (str(target), ""))
    window.commands.run("edit.export")
    qtbot.waitUntil(target.is_file, timeout=WAIT_MS)
    assert np.asarray(Image.open(target)).shape == (64, 48, 3)
    engine.editing.refusal = EnvironmentProblem(
        "The picture cannot be written there.", "Choose another folder."
    )
    with qtbot.waitSignal(window.session.problem) as told:
        shown.saving.export_to(tmp_path / "none" / "out.png")
    assert "Choose another folder" in told.args[0]
    qtbot.waitUntil(lambda: not window.session.works.active(), timeout=WAIT_MS)
    assert window.session.works.all()[0].state is WorkState.FAILED
    engine.editing.refusal = None
    assert [step.value for step in shown.keeper.stack.steps] == ["red"]


def test_without_a_generator_it_says_what_to_do(room, engine, window, qtbot):
    engine.editing.refusal = UserError(
        "No model that edits was found. Train one: fashion-studio train amgan."
    )
    shown = room()
    qtbot.waitUntil(shown.right.missing.isVisible, timeout=WAIT_MS)
    assert "train amgan" in shown.right.missing.words.text()
    assert not window.commands.get("edit.brush").action.isEnabled()
    QTest.mouseClick(shown.right.missing.act, Qt.MouseButton.LeftButton)
    assert window.rooms.currentWidget() is window.train


def test_a_photo_without_a_garment_is_left_alone_and_says_so(room, engine, qtbot):
    engine.editing.problem = "no garment was found."
    shown = room()
    take(shown, "red")
    qtbot.waitUntil(shown.stage.doubt.isVisible, timeout=WAIT_MS)
    assert shown.stage.doubt.sentence == "Nothing was changed: no garment was found."
    assert shown.left.stack.layers[0].problem == "no garment was found."
    assert shown.left.share_text == "No pixel of the photo changes."
    settled(qtbot, shown)


def test_a_photo_unlike_what_was_learned_is_doubted(room, engine, qtbot):
    engine.editing.doubt = Doubt(0.9, ("It is unlike the photos the model was trained on.",))
    shown = room()
    take(shown, "red")
    qtbot.waitUntil(shown.stage.doubt.isVisible, timeout=WAIT_MS)
    assert shown.stage.doubt.sentence == "The result may be off."
    settled(qtbot, shown)


def test_sleeves_of_trousers_are_doubted(room, read_project, qtbot):
    read_project.set_answers([int(read_project.ids()[0])], {"category": Answer.of("pants")})
    shown = room()
    take(shown, "red")
    settled(qtbot, shown)
    assert not shown.stage.doubt.isVisible()
    press(shown, Qt.Key.Key_T)
    take(shown, "long")
    qtbot.waitUntil(shown.stage.doubt.isVisible, timeout=WAIT_MS)
    assert shown.stage.doubt.sentence == "The result may be off."
    settled(qtbot, shown)


def test_where_room_is_short_a_key_turns_from_values_to_edits_and_a_new_edit_turns_back(room, window, qtbot):
    shown = room()
    take(shown, "red")
    press(shown, Qt.Key.Key_P)  # both are there
    assert shown.left.isVisible()
    assert shown.right.isVisible()
    current_theme().set_text_scale(1.5)
    try:
        window.resize(1024, 700)
        qtbot.waitUntil(lambda: shown.is_folded, timeout=WAIT_MS)
        assert shown.right.isVisible()
        press(shown, Qt.Key.Key_P)
        assert shown.left.isVisible()
        assert not shown.right.isVisible()
        assert shown.right.save.isVisible()
        assert "P" in shown.folded.switch.toolTip()
        press(shown, Qt.Key.Key_N)
        assert shown.right.isVisible()
        QTest.mouseClick(shown.folded.switch, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
        assert shown.left.isVisible()
        press(shown, Qt.Key.Key_T)
        assert shown.grid.attribute == "sleeve_length"
        take(shown, "short")
    finally:
        current_theme().set_text_scale(1.0)
    assert [step.value for step in shown.keeper.stack.steps] == ["red", "short"]
    settled(qtbot, shown)


def test_while_the_engine_is_away_edits_are_kept_and_computed_when_it_is_back(room, engine, window, qtbot):
    shown = room()
    take(shown, "red")
    settled(qtbot, shown)
    engine.editing.at_once = False
    engine.state.phase = EnginePhase.RESTARTING
    window.session.engine_state_changed.emit(engine.state)
    assert "away" in shown.right.words
    assert "starting again" in window.edit.banner.sentence
    take(shown, "green")
    project = window.session.project
    assert project.kept_stack(shown.keeper.item.row.id).steps[0].value == "green"
    engine.state.phase = EnginePhase.READY
    window.session.engine_state_changed.emit(engine.state)
    engine.editing.at_once = True
    engine.editing.answer()
    settled(qtbot, shown)
    pixels = shown.stage.canvas.result.levels[0].pixels
    assert tuple(pixels[32, 24, 2::-1]) == engine.rgb("colors", "green")


def test_a_stack_written_elsewhere_is_taken_over(room, window, qtbot):
    shown = room()
    take(shown, "red")
    project, item_id = window.session.project, shown.keeper.item.row.id
    step = EditStep.of("pattern", "striped")
    window.session.perform(lambda: project.keep_stack(item_id, EditStack((step, shown.keeper.step))))
    assert [each.value for each in shown.keeper.stack.steps] == ["striped", "red"]
    settled(qtbot, shown)


def test_every_key_of_the_room_is_in_the_cheat_sheet_and_in_a_tooltip(room, window):
    shown = room()
    groups = window.commands.groups()
    names = {command.name for group in groups.values() for command in group}
    assert {"edit.brush", "edit.region_sleeve", "edit.save", "edit.before", "edit.split"} <= names
    for kind, button in shown.left.regions.buttons.items():
        assert window.commands.get(f"edit.region_{kind.value}").key in button.toolTip()
    assert "Ctrl S" in shown.right.save.toolTip()
