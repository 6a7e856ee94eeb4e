"""User stories of the annotate workspace, through its real widgets."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from fashion_studio.domain.errors import PhotoError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, AnswerKind, Status, Visibility
from fashion_studio.gui.annotate.attribute_state import Verdict
from fashion_studio.gui.annotate.inspector import HISTORY, LANDMARKS, NOTES
from fashion_studio.gui.annotate.photo_shelf import PhotoShelf
from fashion_studio.gui.canvas import layers
from fashion_studio.gui.canvas.gestures import Tool
from fashion_studio.jobs.engine_client import EnginePhase

Key = Qt.Key


def press(workspace, *keys, modifier=Qt.KeyboardModifier.NoModifier):
    for key in keys:
        QTest.keyClick(workspace.stage.canvas, key, modifier)


def row(workspace, name):
    return next(row for row in workspace.inspector.attributes.rows if row.name == name)


def test_letter_and_digit_set_a_value_and_the_row_says_they_differ(workspace, stored):
    press(workspace, Key.Key_S, Key.Key_3)
    assert stored().answers["sleeve_length"] == Answer.of("three_quarter")
    assert row(workspace, "sleeve_length").verdict is Verdict.DISAGREES
    assert stored().row.status is Status.IN_WORK


def test_shifted_digits_reach_the_values_after_the_ninth(workspace, stored):
    press(workspace, Key.Key_K)
    press(workspace, Key.Key_2, modifier=Qt.KeyboardModifier.ShiftModifier)
    press(workspace, Key.Key_1)
    assert stored().answers["colors"] == Answer.of("green", "black")


def test_unknown_does_not_apply_and_not_set(workspace, stored):
    press(workspace, Key.Key_F, Key.Key_U)
    assert stored().answers["fit"].kind is AnswerKind.UNKNOWN
    press(workspace, Key.Key_N)
    assert stored().answers["fit"].kind is AnswerKind.NOT_APPLICABLE
    press(workspace, Key.Key_Backspace)
    assert "fit" not in stored().answers


def test_hovering_a_value_shows_where_the_model_looks(workspace, qtbot):
    pane, stage = workspace.inspector.attributes, workspace.stage
    pane.open_attribute("pattern")
    QTest.mouseMove(pane, pane.part_rect("pattern", "dotted").center())
    qtbot.waitUntil(lambda: "Dotted" in stage.caption.text)
    assert stage.caption.text.startswith("Where the model looks for")
    dotted = [value.name for value in row(workspace, "pattern").values].index("dotted")
    assert float(stage.canvas.heat.field[0, 0]) == 1.0 + dotted
    QTest.mouseMove(pane, QPoint(3, pane.height() - 2))
    qtbot.waitUntil(lambda: "Dotted" not in stage.caption.text)


def test_the_next_photo_never_fades(workspace, session, qtbot):
    second = int(session.queue[1])
    item = session.project.item(second)
    qtbot.waitUntil(lambda: workspace.desk.reading(item) is not None)
    qtbot.waitUntil(lambda: workspace.presenter.flow.photo(second) is not None)
    session.next()
    layer = workspace.stage.canvas._heat_layer
    assert layer.source is not None
    assert layer.source.key[0] == session.current
    assert (layer.fade, layer._previous) == (1.0, None)


def test_a_photo_that_is_decoded_in_the_moment_of_the_step_is_shown(workspace, session, qtbot, monkeypatch):
    second, flow = int(session.queue[1]), workspace.presenter.flow
    gate, told = threading.Event(), threading.Event()
    decode, arrived = PhotoShelf._decode, flow._shelf._arrived

    def decode_late(shelf, wish):
        assert gate.wait(20)
        return decode(shelf, wish)

    def tell(item_id, outcome):
        arrived(item_id, outcome)
        if item_id == second:
            told.set()

    def come_now():  # between the question for the photo and the flow's word that it is the one on the screen
        gate.set()
        assert told.wait(20)

    monkeypatch.setattr(PhotoShelf, "_decode", decode_late)
    monkeypatch.setattr(flow._shelf, "_arrived", tell)
    monkeypatch.setattr(workspace.stage, "show_waiting", come_now)
    flow.forget([second])
    session.next()
    assert told.is_set()
    assert workspace.stage.canvas.photo is flow.photo(second) is not None


def test_accept_takes_everything_proposed_and_leaves_what_is_answered(workspace, stored):
    press(workspace, Key.Key_F, Key.Key_3)
    assert workspace.inspector.accept.text() == "Accept 7 open"
    press(workspace, Key.Key_A)
    answers = stored().answers
    assert answers["fit"] == Answer.of("loose")
    assert answers["category"] == Answer.of("dress")
    assert answers["colors"] == Answer.of("black")
    assert not workspace.inspector.accept.isEnabled()


def test_space_is_done_and_on_to_the_next_open_photo(workspace, session):
    ids = [int(item_id) for item_id in session.queue]
    session.project.set_status([ids[1]], Status.REVIEWED)
    press(workspace, Key.Key_Space)
    assert session.current == ids[2]
    assert session.project.item(ids[0]).row.status is Status.DONE
    assert [int(item_id) for item_id in session.queue] == ids  # going back always works
    press(workspace, Key.Key_Left)
    assert session.current == ids[1]


def test_space_held_pans_and_leaves_everything_else_alone(workspace, session):
    canvas = workspace.stage.canvas
    canvas.zoom_to(4.0, canvas.rect().center().toPointF())
    before, current = canvas.frame, session.current
    start = canvas.frame.to_view(24, 32).toPoint()
    QTest.keyPress(canvas, Key.Key_Space)
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(canvas, start + QPoint(12, -7))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(12, -7))
    QTest.keyRelease(canvas, Key.Key_Space)
    assert (canvas.frame.shift_x - before.shift_x, canvas.frame.shift_y - before.shift_y) == (12, -7)
    assert session.current == current
    assert session.project.undo_status().undo_title is None
    press(workspace, Key.Key_Space)
    assert session.current != current


def test_undo_brings_the_row_back(workspace, session, stored):
    press(workspace, Key.Key_S, Key.Key_3)
    session.undo()
    assert "sleeve_length" not in stored().answers
    assert row(workspace, "sleeve_length").verdict is Verdict.OPEN
    session.redo()
    assert row(workspace, "sleeve_length").verdict is Verdict.DISAGREES


def test_arrows_step_through_photos_unless_a_landmark_is_selected(workspace, session, stored):
    first = session.current
    workspace.stage.canvas.select_mark("left_hem")
    press(workspace, Key.Key_Right)
    assert session.current == first
    assert stored().landmarks["left_hem"].x == pytest.approx(4.0 + 5 * 6 + 1)
    press(workspace, Key.Key_Escape, Key.Key_Right)
    assert session.current == int(session.queue[1])
    assert workspace.stage.canvas.selected_mark is None


def test_dragging_the_models_landmark_makes_it_the_persons_in_one_operation(workspace, session, stored):
    canvas = workspace.stage.canvas
    mark = next(mark for mark in canvas.marks if mark.name == "right_collar")
    start = canvas.frame.to_view(mark.x, mark.y).toPoint()
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    for step in (10, 20, 30):
        QTest.mouseMove(canvas, start + QPoint(step, 0))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=start + QPoint(30, 0))
    assert stored().landmarks["right_collar"].x == pytest.approx(mark.x + 30 / canvas.frame.scale)
    assert next(m for m in canvas.marks if m.name == "right_collar").by_person
    session.undo()
    assert stored().landmarks == {}
    assert not next(m for m in canvas.marks if m.name == "right_collar").by_person


def test_visibility_take_swap_and_delete(workspace, session, stored):
    canvas = workspace.stage.canvas
    canvas.select_mark("left_hem")
    press(workspace, Key.Key_V)
    assert stored().landmarks["left_hem"].visibility is Visibility.OCCLUDED
    press(workspace, Key.Key_M)
    assert stored().landmarks["left_hem"].visibility is Visibility.VISIBLE
    press(workspace, Key.Key_M, modifier=Qt.KeyboardModifier.ControlModifier)
    before = stored().landmarks
    assert len(before) == 8
    press(workspace, Key.Key_W)
    assert stored().landmarks["left_hem"].x == before["right_hem"].x
    press(workspace, Key.Key_Delete)
    assert "left_hem" not in stored().landmarks
    assert len(stored().landmarks) == 7


def test_the_models_box_can_be_taken_shaped_and_dropped(workspace, stored):
    canvas = workspace.stage.canvas
    assert not canvas.box_by_person
    assert canvas.box == Box(5.0, 6.0, 30.0, 40.0)
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    press(workspace, Key.Key_M, modifier=both)
    assert stored().box == Box(5.0, 6.0, 30.0, 40.0)
    assert canvas.box_by_person
    press(workspace, Key.Key_R, Key.Key_Delete)
    assert stored().box is None
    assert canvas.tool is Tool.BOX


def test_the_landmarks_tab_selects_and_takes(workspace, stored):
    workspace.inspector.show_tab(LANDMARKS)
    pane = workspace.inspector.landmarks
    center = pane.row_rect(2).center()
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=center)
    assert workspace.stage.canvas.selected_mark.name == "left_sleeve"
    _, _, _, take, _ = pane._columns(pane.row_rect(2))
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=take.center())
    assert set(stored().landmarks) == {"left_sleeve"}


def test_the_heatmap_follows_the_selected_landmark(workspace):
    stage = workspace.stage
    press(workspace, Key.Key_H, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert stage.caption.text == "Where the model expects all landmarks"
    assert not stage.overlays.toggles["cam"].isChecked()
    stage.canvas.select_mark("left_collar")
    assert "L collar" in stage.caption.text
    assert stage.canvas.heat.field.sum() == 1.0


def test_overlays_switch_by_key_and_button(workspace):
    stage = workspace.stage
    press(workspace, Key.Key_B, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert not stage.canvas.shown.box
    QTest.mouseClick(stage.overlays.toggles["box"], Qt.MouseButton.LeftButton)
    assert stage.canvas.shown.box
    press(workspace, Key.Key_C, modifier=Qt.KeyboardModifier.ShiftModifier)
    assert not stage.canvas.shown.heat
    assert not stage.caption.isVisible()


def test_the_mask_is_outlined(workspace, qtbot):
    press(workspace, Key.Key_M, modifier=Qt.KeyboardModifier.ShiftModifier)
    layer = workspace.stage.canvas._mask_layer
    qtbot.waitUntil(lambda: layer.outline is not None)
    bounds = layer.outline.boundingRect()
    assert 5 <= bounds.left() < bounds.right() <= 43
    assert 10 <= bounds.top() < bounds.bottom() <= 54


def test_what_lies_over_the_next_photo_is_made_before_it_comes(workspace, session, qtbot, monkeypatch):
    canvas, overlays = workspace.stage.canvas, workspace.overlays
    overlays.set_on("mask", True)
    following = int(session.queue[1])
    qtbot.waitUntil(lambda: workspace.desk.reading_ahead(following) is not None)
    qtbot.waitUntil(lambda: workspace.presenter.flow.photo(following) is not None)
    workspace.presenter._prepare_next()
    maps = workspace.desk.reading_ahead(following).maps
    qtbot.waitUntil(lambda: overlays._outlines.get(following, maps) is not None)
    qtbot.waitUntil(lambda: any(key[0][0] == following for key in canvas._heat_layer._images))
    qtbot.waitUntil(lambda: not session.bridge.busy)

    def refuse(*_arguments: object) -> None:
        msg = "made again"
        raise AssertionError(msg)

    monkeypatch.setattr(layers, "heat_image", refuse)
    session.next()
    assert session.current == following
    assert canvas.mask_outline is not None
    assert canvas.heat is not None
    canvas.grab()
    monkeypatch.undo()
    session.adopt(None)  # the numbers of another project's photos are the same
    assert not canvas._heat_layer._images
    assert overlays._outlines.get(following, maps) is None


def test_the_heat_map_made_ahead_is_that_of_the_persons_value(workspace, session, qtbot):
    canvas, following = workspace.stage.canvas, int(session.queue[1])
    opened = workspace.inspector.attributes.open_row
    said = next(value.name for value in opened.values if not value.by_model)
    session.perform(lambda: session.project.set_answers([following], {opened.name: Answer.of(said)}))
    qtbot.waitUntil(lambda: workspace.desk.reading_ahead(following) is not None)
    qtbot.waitUntil(lambda: workspace.presenter.flow.photo(following) is not None)
    workspace.presenter._prepare_next()

    def made() -> set[str]:
        return {key[0][3] for key in canvas._heat_layer._images if key[0][0] == following}

    qtbot.waitUntil(lambda: said in made())


def test_a_note_is_saved_when_one_goes_on(workspace, session, qtbot):
    first = session.current
    press(workspace, Key.Key_T)
    assert workspace.inspector.tab == NOTES
    editor = workspace.inspector.notes.editor
    QTest.keyClicks(editor, "Aa spot, 1 button")
    session.next()
    assert session.project.item(first).note == "Aa spot, 1 button"
    assert editor.toPlainText() == ""
    session.previous()
    assert editor.toPlainText() == "Aa spot, 1 button"


def test_letters_in_a_text_field_stay_text(workspace, stored):
    press(workspace, Key.Key_T)
    QTest.keyClicks(workspace.inspector.notes.editor, "a u n 3")
    assert stored().answers == {}


def test_history_shows_old_and_new_and_goes_back(workspace, stored, qtbot):
    press(workspace, Key.Key_F, Key.Key_3, Key.Key_1)
    workspace.inspector.show_tab(HISTORY)
    pane = workspace.inspector.history
    qtbot.waitUntil(lambda: len(pane.entries) >= 3)
    newest = pane.entries[0]
    assert (newest.before, newest.after) == ("Loose", "Tight")
    QTest.mouseMove(pane, pane.row_rect(0).center())
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=pane.button_rect(0).center())
    assert stored().answers["fit"] == Answer.of("loose")


def test_flag_and_status(workspace, stored):
    press(workspace, Key.Key_G)
    assert stored().row.flagged
    assert workspace.inspector.flag.isChecked()
    QTest.mouseClick(workspace.inspector.flag, Qt.MouseButton.LeftButton)
    assert not stored().row.flagged
    picker = workspace.inspector.status
    QTest.mouseClick(picker, Qt.MouseButton.LeftButton, pos=picker._parts()[3].center())
    assert stored().row.status is Status.REVIEWED
    press(workspace, Key.Key_X)
    assert stored().row.status is Status.REJECTED


def test_the_category_decides_which_rows_there_are(workspace):
    assert row(workspace, "sleeve_length")
    press(workspace, Key.Key_C)
    press(workspace, Key.Key_3, modifier=Qt.KeyboardModifier.ShiftModifier)  # skirt
    assert row(workspace, "category").answer == Answer.of("skirt")
    assert "sleeve_length" not in {row.name for row in workspace.inspector.attributes.rows}
    assert {mark.name for mark in workspace.stage.canvas.marks} == {
        "left_waistline",
        "right_waistline",
        "left_hem",
        "right_hem",
    }


def test_without_the_engine_labels_can_still_be_set(workspace, session, engine, stored):
    engine.state.phase = EnginePhase.RESTARTING
    session.engine_state_changed.emit(engine.state)
    pane = workspace.inspector.attributes
    assert pane._engine_away
    assert workspace.stage.canvas.heat is None
    press(workspace, Key.Key_S, Key.Key_3)
    assert stored().answers["sleeve_length"] == Answer.of("three_quarter")
    assert row(workspace, "sleeve_length").verdict is Verdict.NO_MODEL
    engine.state.phase = EnginePhase.READY
    session.engine_state_changed.emit(engine.state)
    assert row(workspace, "sleeve_length").verdict is Verdict.DISAGREES
    assert workspace.stage.canvas.heat is not None


def test_neighbours_are_read_ahead_and_what_is_said_is_stored(workspace, session, engine, said, qtbot):
    second = session.project.path(int(session.queue[1]))
    qtbot.waitUntil(lambda: second in engine.asked)
    item_id = session.current
    qtbot.waitUntil(lambda: session.project.item(item_id).prediction == said)


def test_a_photo_the_model_cannot_read_is_still_shown(workspace, session, engine, qtbot):
    engine.at_once = False
    last = int(session.queue[-1])
    path = session.project.path(last)
    session.set_current(last)
    qtbot.waitUntil(lambda: path in engine.waiting)
    engine.fail(path, PhotoError(path, "the model stopped on it"))
    qtbot.waitUntil(lambda: bool(workspace.desk.reason(last)))
    qtbot.waitUntil(lambda: workspace.stage.canvas.photo is not None)
    assert workspace.stage.canvas.heat is None


def test_a_file_that_went_bad_says_why(workspace, session, qtbot):
    last = int(session.queue[-1])
    session.project.path(last).write_bytes(b"not a photo any more")
    session.set_current(last)
    qtbot.waitUntil(workspace.stage.note.isVisible)
    assert workspace.stage.note.title == "This photo cannot be shown"
    press(workspace, Key.Key_PageUp)
    qtbot.waitUntil(lambda: workspace.stage.canvas.photo is not None)
    assert not workspace.stage.note.isVisible()


def test_without_a_photo_there_is_a_sentence_and_no_key_fails(workspace, session):
    session.open_queue([])
    assert workspace.stage.note.isVisible()
    assert workspace.stage.note.title == "No photo in this pass"
    press(workspace, Key.Key_A, Key.Key_Space, Key.Key_3, Key.Key_V, Key.Key_G, Key.Key_Delete, Key.Key_Right)
    assert workspace.item is None


def test_the_column_keeps_the_order_and_shows_the_place(workspace, session):
    column = workspace.column
    rect = column.list._tile_rect(2)
    QTest.mouseClick(column.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert session.current == int(session.queue[2])
    assert (column._head.place, column._head.count) == (2, 12)


def test_narrow_and_wide(workspace, qtbot):
    workspace.set_narrow(True)
    assert workspace.column.width() == 80
    assert workspace.inspector.width() == 312
    assert workspace.inspector.size_label.text() == "1 of 12"
    workspace.set_narrow(False)
    assert workspace.inspector.size_label.text() == "48 × 64 px"


def test_every_act_has_a_key_of_its_own_and_says_it(workspace):
    seen = {}
    for command in workspace._commands.all():
        if command.action.parent() is workspace:
            assert command.shortcuts, command.name
            for key in command.shortcuts:
                assert key not in seen, (key, seen.get(key), command.name)
                seen[key] = command.name
    letters = {attribute.key for attribute in workspace.session.vocabulary.attributes}
    assert not letters & set(seen)
    assert "(A)" in workspace.inspector.accept.toolTip()
    for toggle in workspace.stage.overlays.toggles.values():
        assert "Shift" in toggle.toolTip()


def test_another_prediction_of_the_same_photo_is_shown(workspace, session, engine, said, stored):
    path = stored().path
    other = replace(said, box=Box(1.0, 2.0, 3.0, 4.0))
    engine.known[path] = replace(engine.known[path], prediction=other)
    session.project.put_predictions([(session.current, other)])
    assert workspace.stage.canvas.box == Box(1.0, 2.0, 3.0, 4.0)
