"""No text is cut: every screen at the smallest and the usual size, in both themes.

Labels and buttons are held against the room they have; what is painted is caught where it would be elided.
Elided may be only what has no bound: names of files and folders.
"""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QLabel, QWidget
from recorded_experiments import put_experiment
from recorded_probes import put_probe, spec_of

from fashion_studio.domain.edits import RegionKind
from fashion_studio.gui.components import painting
from fashion_studio.gui.probe.new_probe import NewProbe
from fashion_studio.gui.shell.cheat_sheet import CheatSheet
from fashion_studio.gui.shell.export_dialog import ExportDialog
from fashion_studio.gui.shell.freeing_dialog import FreeingDialog
from fashion_studio.gui.shell.settings_dialog import SettingsDialog
from fashion_studio.gui.theme.theme import ThemeMode, current_theme
from fashion_studio.services.experiment_results import show_experiment
from fashion_studio.services.project_training import runs_dir

pytestmark = pytest.mark.gui

UNBOUND = (".png", ".jpg", "/")


@pytest.fixture
def cut(monkeypatch):
    """Texts that were painted with an ellipsis, with the room they had."""
    found: list[tuple[str, float]] = []
    whole = painting.elided

    def watched(painter, text, width):
        shown = whole(painter, text, width)
        if shown != text and not any(mark in text for mark in UNBOUND):
            found.append((text, width))
        return shown

    monkeypatch.setattr(painting, "elided", watched)
    return found


def seen_part(widget: QWidget) -> QRect | None:
    """The widget's rectangle as its ancestors leave it; None where it can be scrolled to."""
    rect, child = widget.rect(), widget
    while (parent := child.parentWidget()) is not None and not child.isWindow():
        rect = rect.translated(child.pos())
        if isinstance(parent.parentWidget(), QAbstractScrollArea):
            return None
        rect = rect.intersected(parent.rect())
        child = parent
    return rect


def clipped(root: QWidget) -> list[str]:
    """Labels and buttons of a screen with less room than their text needs."""
    found = []
    for label in root.findChildren(QLabel):
        text = label.text()
        if not label.isVisible() or not text or any(mark in text for mark in UNBOUND):
            continue
        if label.wordWrap():
            short = label.heightForWidth(label.width()) > label.height() + 1
        else:
            metrics, lines = label.fontMetrics(), text.split("\n")
            needed = max(metrics.horizontalAdvance(line) for line in lines)
            short = needed > label.width() + 1 or metrics.height() * len(lines) > label.height() + 2
        part = seen_part(label)
        if short or (part is not None and part.size() != label.size()):
            found.append(f"“{text}” has {label.width()} × {label.height()}")
    for button in root.findChildren(QAbstractButton):
        if not button.isVisible() or button.visibleRegion().isEmpty():
            continue
        part = seen_part(button)
        if part is not None and part.size() != button.size():
            found.append(f"button “{button.text() or button.accessibleName()}” is cut off")
    return found


@pytest.fixture
def at_rest(qapp, calm):
    """Waits until nothing is under way and nothing moves: rows that wrap ask for a second layout."""

    def wait(window):
        calm(window)
        before = None
        while (now := [(part, part.geometry()) for part in window.findChildren(QWidget)]) != before:
            before = now
            qapp.processEvents()

    return wait


def edit_screens(window):
    """The edit room, before and after two edits."""
    window.show_room("edit")
    room = window.edit.room
    yield "edit, nothing done"
    for value, kind in (("skyblue", RegionKind.SLEEVE), ("burgundy", RegionKind.GARMENT)):
        room.keeper.pick(-1)
        room.keeper.take_value("colors", value)
        room.keeper.set_region(kind)
    room.left.say_share(0.4567)
    yield "edit, two edits"
    if room.is_folded:
        room.turn_page()
        yield "edit, the other page"
        room.turn_page()


def probe_screens(window, until=None):
    """The probe room: variants, the other page, backgrounds; then the oldest probe beside."""
    window.show_room("probe")
    yield "probe"
    window.probe.room.beside.toggle_page()
    yield "probe, the other page"
    window.probe.room.beside.toggle_page()
    window.probe.room.toggle_backgrounds()
    yield "probe, backgrounds"
    window.probe.room.toggle_backgrounds()
    if until is None:
        return
    window.probe.keeper.lay_beside(window.probe.keeper.entries[-1].run_dir)
    until(lambda: window.probe.keeper.joint is not None)
    yield "probe, another beside"


def screens(window):
    """Every screen in turn, by name."""
    window.show_room("library")
    yield "library"
    window.library.grid.selectAll()
    yield "library, all selected"
    window.library.panel.side._pick(1)
    yield "library, by model"
    window.library.grid.clearSelection()
    window.show_room("annotate")
    for place in range(4):
        window.annotate.inspector.show_tab(place)
        yield f"annotate, tab {place}"
    window.annotate.inspector.show_tab(0)
    for attribute in window.session.vocabulary.attributes:
        window.annotate.inspector.attributes.open_attribute(attribute.name)
        yield f"annotate, {attribute.name} open"
    yield from edit_screens(window)
    yield from probe_screens(window)
    window.show_room("jobs")
    yield "jobs"
    window.search.appear()
    yield "search"
    window.search.dismiss()


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_screen_has_room_for_its_words(window, read_project, calm, at_rest, qtbot, cut, size):
    places = [(item_id, path) for item_id, path, _ in read_project.places(read_project.ids())]
    put_probe(runs_dir(read_project), spec_of("House", "Mixed styles"), photos=places)
    window.session.adopt(read_project)
    window.resize(*size)
    calm(window)
    window.probe.keeper.look()
    qtbot.waitUntil(lambda: window.probe.room.keeper.view is not None)
    problems = []
    for mode in (ThemeMode.DARK, ThemeMode.LIGHT):
        current_theme().set_mode(mode)
        for name in screens(window):
            at_rest(window)
            cut.clear()
            window.grab()
            problems += [f"{name}: {what}" for what in clipped(window)]
            problems += [f"{name}: “{text}” painted into {width:.0f} px" for text, width in cut]
    current_theme().set_mode(ThemeMode.DARK)
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.fixture
def large_text():
    current_theme().set_text_scale(1.5)
    yield
    current_theme().set_text_scale(1.0)


@pytest.mark.parametrize(
    ("room", "size"),
    [(room, size) for room in ("edit", "probe") for size in ((1440, 900), (1024, 700))],
    ids=lambda part: part if isinstance(part, str) else f"{part[0]}x{part[1]}",
)
def test_edit_and_probe_have_room_for_large_text(
    window, read_project, calm, at_rest, qtbot, cut, size, room, tmp_path, large_text
):
    """Cut off may be only what can be scrolled to, or has its words in a tooltip."""
    places = [(item_id, path) for item_id, path, _ in read_project.places(read_project.ids())]
    for name, models in (
        ("20260101-000000-probe-b", ("House", "Mixed")),
        ("20250101-000000-probe-a", ("Old",)),
    ):
        put_probe(runs_dir(read_project), spec_of(*models), photos=places, name=name)
    show_experiment(read_project, put_experiment(tmp_path / "experiment"))
    window.session.adopt(read_project)
    window.resize(*size)
    calm(window)
    if room == "probe":
        window.probe.keeper.look()
        qtbot.waitUntil(lambda: window.probe.room.keeper.view is not None)
        window.probe.room.beside.keeper.look()
        qtbot.waitUntil(lambda: window.probe.room.beside.has_rows)
    problems = []
    for name in edit_screens(window) if room == "edit" else probe_screens(window, qtbot.waitUntil):
        at_rest(window)
        cut.clear()
        window.grab()
        problems += [f"{name}: {what}" for what in clipped(window)]
        problems += [f"{name}: “{text}” painted into {width:.0f} px" for text, width in cut]
    assert not problems, "\n".join(dict.fromkeys(problems))


def test_the_edit_room_has_room_for_text_that_grows_while_it_is_shown(
    window, read_project, calm, qapp, qtbot, cut
):
    window.session.adopt(read_project)
    window.resize(1024, 700)
    calm(window)
    window.show_room("edit")
    room = window.edit.room
    room.keeper.take_value("colors", "red")
    assert not room.is_folded
    try:
        current_theme().set_text_scale(1.5)
        qapp.processEvents()
        assert room.is_folded
        assert room.stage.canvas.width() >= current_theme().px(320)
        seen = {room.right.save: False, room.left.masking.threshold: False}
        for _ in range(2):
            room.turn_page()
            qapp.processEvents()
            window.grab()
            assert not clipped(room)
            assert room.right.save.isVisible()
            for part in seen:
                seen[part] |= part.isVisible()
        assert all(seen.values())
    finally:
        current_theme().set_text_scale(1.0)
    qapp.processEvents()
    assert not room.is_folded
    assert not clipped(room)
    assert room.left.isVisible()
    assert room.right.isVisible()


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_the_first_screen_has_room_for_large_text(window, qapp, cut, size):
    window.resize(*size)
    current_theme().set_text_scale(1.5)
    try:
        qapp.processEvents()
        window.grab()
        problems = [what for what in clipped(window) if "is cut off" not in what]  # may be scrolled to
        problems += [f"“{text}” painted into {width:.0f} px" for text, width in cut]
        left = window.welcome.left
        for part in left.findChildren(QAbstractButton):
            assert part.mapTo(left, part.rect().topRight()).x() <= left.width(), part.text()
    finally:
        current_theme().set_text_scale(1.0)
    assert not problems, "\n".join(dict.fromkeys(problems))


@pytest.mark.parametrize("size", [(1024, 700), (1440, 900)], ids=lambda size: f"{size[0]}x{size[1]}")
def test_every_dialog_has_room_for_its_words(window, read_project, calm, qapp, cut, size):
    problems = []
    window.resize(*size)
    qapp.processEvents()
    window.grab()
    problems += [f"welcome: {what}" for what in clipped(window)]
    window.session.adopt(read_project)
    calm(window)
    for make in (
        lambda: SettingsDialog(window.settings, parent=window),
        lambda: ExportDialog(window.session, window),
        lambda: CheatSheet(window.commands, window),
        lambda: NewProbe(window.session, None, "auto", window),
        lambda: FreeingDialog(window.session, window),
    ):
        dialog = make()
        dialog.show()
        qapp.processEvents()
        dialog.grab()
        name = dialog.windowTitle()
        problems += [f"{name}: {what}" for what in clipped(dialog)]
        if dialog.width() > window.width() or dialog.height() > window.height():
            problems.append(f"{name} is larger than the window: {dialog.width()} × {dialog.height()}")
        dialog.reject()
        dialog.deleteLater()
    problems += [f"“{text}” painted into {width:.0f} px" for text, width in cut]
    assert not problems, "\n".join(dict.fromkeys(problems))
