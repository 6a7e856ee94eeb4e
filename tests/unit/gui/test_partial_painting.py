"""Only what has changed is painted: what then stands on the screen is what painting everything gives."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from fashion_studio.gui.components.kept_pictures import KeptPictures

pytestmark = pytest.mark.gui


def on_screen(window):
    return window.screen().grabWindow(window.winId()).toImage()


def test_after_steps_through_photos_the_screen_is_whole(window, read_project, qtbot, calm, qapp):
    window.resize(1024, 700)
    window.session.adopt(read_project)
    window.show_room("annotate")
    calm(window)
    annotate = window.annotate
    annotate.overlays.set_on("mask", on=True)
    annotate.overlays.set_on("box", on=True)
    shown = set()
    for key in (Qt.Key.Key_PageDown,) * 4 + (Qt.Key.Key_PageUp,) + (Qt.Key.Key_PageDown,) * 4:
        qtbot.keyClick(annotate.stage.canvas, key)
        calm(window)
        qtbot.waitUntil(lambda: annotate.stage.canvas.photo is not None)
        qapp.processEvents()
        seen = on_screen(window)
        assert seen == window.grab().toImage(), window.session.current
        shown.add(window.session.current)
    assert len(shown) > 4


class Unkept(KeptPictures):
    """Paints every piece in its place, as if there were no pictures."""

    def paint(self, painter, rect, says, ground, draw):
        draw(painter)


@pytest.mark.parametrize("narrow", [False, True])
def test_tiles_from_their_pictures_are_the_same_to_the_pixel(window, read_project, calm, qapp, narrow):
    window.session.adopt(read_project)
    window.show_room("annotate")
    calm(window)
    tiles = window.annotate.column.list
    tiles.set_narrow(narrow)
    for item_id in (*window.session.queue[:6], *window.session.queue[3:0:-1]):
        window.session.set_current(int(item_id))
        calm(window)
        kept = tiles.grab().toImage()
        assert len(tiles._painted) > 2
        tiles._painted, pictures = Unkept(0), tiles._painted
        assert tiles.grab().toImage() == kept
        tiles._painted = pictures


def test_marks_and_box_leave_no_trace_when_they_move(window, read_project, qtbot, calm, qapp):
    window.session.adopt(read_project)
    window.show_room("annotate")
    calm(window)
    canvas = window.annotate.stage.canvas
    qtbot.waitUntil(lambda: canvas.photo is not None and bool(canvas.marks))
    width, height = canvas.photo_px()
    for place, (x, y) in enumerate(((0, 0), (width, height), (width / 2, 0), (0, height))):
        mark = canvas.marks[place % len(canvas.marks)]
        canvas.select_mark(mark.name)
        canvas.preview_mark(mark.moved(x, y))
        qapp.processEvents()
        assert on_screen(window) == window.grab().toImage(), (x, y)
    canvas.select_mark(None)
    canvas.set_box(None, by_person=False)
    qapp.processEvents()
    assert on_screen(window) == window.grab().toImage()


def test_the_photo_behind_the_library_is_decoded_while_the_library_is_painted(window, read_project, calm):
    presenter = window.annotate.presenter
    window.show_room("library")
    window.session.adopt(read_project)
    assert presenter._unseen.isActive(), "the library comes first"
    asked = [wish.item_id for wish in presenter.flow._shelf._wishes]
    assert asked == [window.session.current]
    calm(window)
    assert window.annotate.stage.canvas.photo is not None
