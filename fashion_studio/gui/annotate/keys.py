"""The keys of the workspace, entered in the registry that tooltips and the cheat sheet are made from.

Letters that open attributes and digits that set values come from the vocabulary; the workspace handles them
itself after every command has had its turn, so that a text field never loses a letter to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt

from fashion_studio.domain.labels import Answer, Status
from fashion_studio.gui.annotate.inspector import ATTRIBUTES, HISTORY, LANDMARKS, NOTES
from fashion_studio.gui.canvas.gestures import Tool

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QKeyEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.annotate.workspace import AnnotateWorkspace
    from fashion_studio.gui.commands import Commands

    _Entry = tuple[str, str, Callable[[], object], str, str | tuple[str, ...]]

__all__ = ["add_commands", "note_vocabulary", "value_place"]

_LABEL, _MOVE, _POINTS, _SHOW = "Label", "Go through photos", "Landmarks and box", "Look"
_SHIFTED: Final = "!@#$%^&*("
_FIRST_DIGIT_CODE: Final = {10: "xcb", 2: "windows"}


def add_commands(workspace: AnnotateWorkspace, commands: Commands) -> None:
    """Registers every act of the workspace."""
    for entries in (_label_entries(workspace), _point_entries(workspace), _look_entries(workspace)):
        for name, title, run, group, shortcut in entries:
            commands.add(f"annotate.{name}", title, run, widget=workspace, group=group, shortcut=shortcut)
    commands.note(
        "annotate.nudge", "Move the landmark by 1 px (Shift 10, Alt 0.1)", group=_POINTS, key="Left"
    )
    _tell_keys(workspace, commands)


def _label_entries(workspace: AnnotateWorkspace) -> list[_Entry]:
    acts, pane = workspace.acts, workspace.inspector.attributes

    def answer(value: Answer | None) -> Callable[[], object]:
        return lambda: pane.answer_open(value)

    return [
        ("next", "Next photo", workspace.session.next, _MOVE, ("Right", "PgDown")),
        ("previous", "Previous photo", workspace.session.previous, _MOVE, ("Left", "PgUp")),
        ("done_next", "Done, and on to the next open photo", workspace.done_and_next, _MOVE, "Space"),
        ("accept", "Accept everything the model proposes", acts.accept, _LABEL, "A"),
        ("unknown", "Unknown", answer(Answer.unknown()), _LABEL, "U"),
        ("not_applicable", "Does not apply", answer(Answer.not_applicable()), _LABEL, "N"),
        ("clear", "Not set", answer(None), _LABEL, "Backspace"),
        ("next_open_attribute", "Next attribute without an answer", workspace.open_unanswered, _LABEL, "O"),
        ("value_down", "Next value, with its heat map", lambda: workspace.move_cursor(1), _LABEL, "Down"),
        ("value_up", "Value before", lambda: workspace.move_cursor(-1), _LABEL, "Up"),
        ("take_value", "Take the value at the cursor", pane.take_cursor, _LABEL, ("Return", "Enter")),
        ("find_value", "Find a value by name", pane.focus_search, _LABEL, "/"),
        ("flag", "Flag", workspace.toggle_flag, _LABEL, "G"),
        ("reject", "Reject the photo", lambda: acts.set_status(Status.REJECTED), _LABEL, "X"),
        ("note", "Write a note", workspace.write_note, _LABEL, "T"),
    ]


def _point_entries(workspace: AnnotateWorkspace) -> list[_Entry]:
    acts, canvas = workspace.acts, workspace.stage.canvas
    return [
        ("tool_select", "Select tool", lambda: canvas.set_tool(Tool.SELECT), _POINTS, "Q"),
        ("tool_landmark", "Landmark tool", lambda: canvas.set_tool(Tool.LANDMARK), _POINTS, "D"),
        ("tool_box", "Box tool", lambda: canvas.set_tool(Tool.BOX), _POINTS, "R"),
        ("tool_hand", "Hand tool", lambda: canvas.set_tool(Tool.HAND), _POINTS, "H"),
        ("next_mark", "Next landmark", lambda: canvas.select_next_mark(1), _POINTS, "J"),
        ("previous_mark", "Landmark before", lambda: canvas.select_next_mark(-1), _POINTS, "Shift+J"),
        ("visibility", "Visible, occluded, absent", canvas.cycle_visibility, _POINTS, "V"),
        ("delete", "Take the landmark, or the box, away", workspace.delete_selected, _POINTS, "Del"),
        ("take_mark", "Take the model's landmark", workspace.take_selected_mark, _POINTS, "M"),
        ("take_marks", "Take all the model's landmarks", acts.take_landmarks, _POINTS, "Ctrl+M"),
        ("take_box", "Take the model's box", workspace.take_box, _POINTS, "Ctrl+Shift+M"),
        ("swap", "Swap left and right", acts.swap_left_right, _POINTS, "W"),
    ]


def _look_entries(workspace: AnnotateWorkspace) -> list[_Entry]:
    canvas, overlays = workspace.stage.canvas, workspace.overlays
    show_tab = workspace.inspector.show_tab
    return [
        ("fit_or_pixels", "Fit, or 1:1", workspace.fit_or_pixels, _SHOW, "Z"),
        ("fit", "Fit", canvas.fit, _SHOW, "Ctrl+0"),
        ("pixels", "One to one", canvas.zoom_one_to_one, _SHOW, "Ctrl+9"),
        ("zoom_in", "Closer", lambda: canvas.zoom_by(1), _SHOW, ("+", "=", "Ctrl++")),
        ("zoom_out", "Further away", lambda: canvas.zoom_by(-1), _SHOW, ("-", "Ctrl+-")),
        ("show_landmarks", "Landmarks", lambda: overlays.toggle("landmarks"), _SHOW, "Shift+L"),
        ("show_heatmap", "Landmark heatmaps", lambda: overlays.toggle("heatmap"), _SHOW, "Shift+H"),
        ("show_cam", "Where the model looks (CAM)", lambda: overlays.toggle("cam"), _SHOW, "Shift+C"),
        ("show_mask", "Garment mask", lambda: overlays.toggle("mask"), _SHOW, "Shift+M"),
        ("show_box", "Box", lambda: overlays.toggle("box"), _SHOW, "Shift+B"),
        ("less_opacity", "Heat map fainter", lambda: overlays.step_opacity(-10), _SHOW, "["),
        ("more_opacity", "Heat map stronger", lambda: overlays.step_opacity(10), _SHOW, "]"),
        ("color_map", "Colours of the heat map", workspace.stage.ask_table, _SHOW, "Shift+P"),
        ("viewing", "Brightness and contrast", workspace.stage.ask_viewing, _SHOW, "Shift+V"),
        ("tab_attributes", "Attributes", lambda: show_tab(ATTRIBUTES), _SHOW, "Alt+1"),
        ("tab_landmarks", "Landmarks", lambda: show_tab(LANDMARKS), _SHOW, "Alt+2"),
        ("tab_history", "History", lambda: show_tab(HISTORY), _SHOW, "Alt+3"),
        ("tab_notes", "Notes", lambda: show_tab(NOTES), _SHOW, "Alt+4"),
    ]


def _tell_keys(workspace: AnnotateWorkspace, commands: Commands) -> None:
    """Titles and keys into the tooltips of what stands for a command."""
    stage, inspector = workspace.stage, workspace.inspector
    for name, button in stage.tools.buttons.items():
        button.setToolTip(commands.tooltip(f"annotate.tool_{name}"))
    for name, toggle in stage.overlays.toggles.items():
        toggle.setToolTip(commands.tooltip(f"annotate.show_{name}"))
    stage.overlays.viewing.setToolTip(commands.tooltip("annotate.viewing"))
    stage.overlays.legend.setToolTip(commands.tooltip("annotate.color_map"))
    stage.zoom.fit.setToolTip(commands.tooltip("annotate.fit_or_pixels"))
    inspector.flag.setToolTip(commands.tooltip("annotate.flag"))
    inspector.accept.setToolTip(commands.tooltip("annotate.accept"))
    inspector.done.setToolTip(commands.tooltip("annotate.done_next"))
    inspector.take_all.setToolTip(commands.tooltip("annotate.take_marks"))
    inspector.swap.setToolTip(commands.tooltip("annotate.swap"))


def note_vocabulary(commands: Commands, vocabulary: Vocabulary | None) -> None:
    """Lists the vocabulary's letters and the digits in the cheat sheet."""
    if vocabulary is None:
        return
    for attribute in vocabulary.attributes:
        if attribute.key:
            name = f"annotate.open_{attribute.name}"
            commands.note(name, f"Open {attribute.title.lower()}", group=_LABEL, key=attribute.key)
    commands.note("annotate.values", "Value of the open attribute, 1 to 9", group=_LABEL, key="1")
    commands.note("annotate.more_values", "Value 10 to 18 of the open attribute", group=_LABEL, key="Shift+1")


def value_place(event: QKeyEvent) -> int | None:
    """Which value a digit key stands for: 0 to 8, with Shift 9 to 17; None for any other key.

    With Shift the key's own name depends on the layout, so its position on the keyboard decides where it is
    known, and the American names where it is not.
    """
    if event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier):
        return None
    shifted = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    key = event.key()
    if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
        return int(key) - int(Qt.Key.Key_1) + (9 if shifted else 0)
    if not shifted:
        return None
    code = event.nativeScanCode()
    for first in _FIRST_DIGIT_CODE:
        if code and first <= code < first + 9 and event.text() and not event.text().isalpha():
            return code - first + 9
    text = event.text()
    return _SHIFTED.index(text) + 9 if len(text) == 1 and text in _SHIFTED else None
