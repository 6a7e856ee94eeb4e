"""Very much is taken back by a key: beside the window, with progress, cancelled, never twice at once."""

from __future__ import annotations

from contextlib import contextmanager

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt

from fashion_studio.domain.labels import Answer, Status
from fashion_studio.gui.reverting import MANY
from fashion_studio.gui.works import WorkState

pytestmark = pytest.mark.gui
COUNT = 300
CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def labelled(window, qtbot, calm, tmp_path):
    """The window with 300 photos, all of them just labelled in one operation."""
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(COUNT):
        pixels = np.full((8, 8, 3), (number % 256, number // 256, 90), np.uint8)
        Image.fromarray(pixels).save(photos / f"{number:03d}.png")
    window.opener.open_any(photos)
    session = window.session
    qtbot.waitUntil(lambda: session.listing.size == COUNT, timeout=60_000)
    calm(window)
    answers = {each.name: Answer.unknown() for each in session.project.vocabulary.attributes}
    session.perform(lambda: session.project.set_answers(session.listing, answers))
    assert session.project.undo_size() > MANY
    calm(window)
    return window


@contextmanager
def somebody_writes(project):
    """Keeps what writes from its first step; the window goes on meanwhile, or this test would stand still."""
    with project._dataset.writer.lock:
        yield


def answered(session):
    return sum(bool(session.project.item(int(item_id)).answers) for item_id in session.listing[:: COUNT // 5])


def test_a_big_undo_and_its_redo_run_beside_the_window(labelled, qtbot, calm):
    window, session = labelled, labelled.session
    heard, told = [], []
    session.reverted.connect(heard.append)
    with somebody_writes(session.project):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        (work,) = session.works.active()
        work.changed.connect(lambda: told.append((work.done, work.total)))
        assert work.title.startswith("Undoing “")
        assert answered(session) > 0
    calm(window)
    assert work.state is WorkState.DONE
    assert work.detail == f"{COUNT} photos changed."
    assert sorted(set(told)) == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    assert answered(session) == 0
    assert [len(changes.item_ids) for changes in heard] == [COUNT]
    qtbot.keyClick(window, Qt.Key.Key_Y, CONTROL)
    calm(window)
    assert session.works.all()[0].title.startswith("Redoing “")
    assert answered(session) > 0
    assert len(heard) == 2


def test_nothing_is_written_in_the_middle_of_it(labelled, qtbot, calm):
    window, session = labelled, labelled.session
    first = int(session.listing[0])
    problems = []
    session.problem.connect(problems.append)
    with somebody_writes(session.project):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        assert session.perform(lambda: session.project.set_status([first], Status.DONE)) is None
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert len(problems) == 2
    assert all("under way" in sentence for sentence in problems)
    calm(window)
    assert len(session.works.all()) == len({work.title for work in session.works.all()})
    assert session.project.rows([first])[0].status is Status.NEW
    assert session.perform(lambda: session.project.set_status([first], Status.DONE)) is not None


def test_it_is_cancelled_and_nothing_has_changed(labelled, qtbot, calm):
    window, session = labelled, labelled.session
    before = session.project.undo_status()
    with somebody_writes(session.project):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        (work,) = session.works.active()
        work.cancel()
    calm(window)
    assert work.state is WorkState.CANCELLED
    assert answered(session) > 0
    assert session.project.undo_status() == before
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    calm(window)
    assert answered(session) == 0


def test_closing_the_project_ends_it(labelled, qtbot, calm):
    window, session = labelled, labelled.session
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    (work,) = session.works.active()
    session.adopt(None)
    assert not work.active
    calm(window)
    assert session.undo() is None


def test_a_small_undo_is_done_at_once(labelled):
    session = labelled.session
    first = int(session.listing[0])
    session.perform(lambda: session.project.set_status([first], Status.DONE))
    assert session.undo() is not None
    assert not session.works.active()
    session.redo()
    assert session.project.rows([first])[0].status is Status.DONE
