"""Editing a garment through the whole window: a real project, a real engine process, a real generator."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engines import QUICK
from garments import shirt_photo, tiny_generator
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from fashion_studio.domain.edits import RegionKind, stack_from_json
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.gui.works import WorkState
from fashion_studio.imaging.edited_files import read_stack_json
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase
from fashion_studio.services.project import Project

TESTS = Path(__file__).parents[1]
WAIT_MS = 120_000
SHIRTS = replace(QUICK, reader="garments:ShirtReader")


@pytest.fixture
def place(tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of two shirts, `work.fstudio`, and a generator of random weights in `generator`."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    (tmp_path / "photos").mkdir()
    for number in range(2):
        Image.fromarray(shirt_photo(300, 400, weave=8 + number)).save(tmp_path / "photos" / f"{number}.png")
    (tmp_path / "model").mkdir()
    tiny_generator(tmp_path / "generator")
    with Project.create(tmp_path / "work.fstudio", [tmp_path / "photos"], studio, actor="Ada") as project:
        project.scan()
    return tmp_path


@pytest.fixture
def editing(window: MainWindow, place: Path, qtbot) -> Iterator[MainWindow]:
    """The window in the edit room on the first shirt, its engine under way."""
    client = EngineClient(place / "model", "cpu", on_state=window.session.engine_state, options=SHIRTS)
    client.editing.generator = place / "generator"
    window.session.set_engine(client)
    client.start()
    window.session.adopt(Project.open(place / "work.fstudio", actor="Ada"))
    window.show_room("edit")
    qtbot.waitUntil(lambda: window.edit.room.desk.facts is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: window.edit.room.stage.canvas.photo is not None, timeout=WAIT_MS)
    return window


def press(window, key, modifier=Qt.KeyboardModifier.NoModifier):
    QTest.keyClick(window.edit.room.stage.canvas, key, modifier)


def test_red_on_a_shirt_seen_kept_saved_and_found_again(editing, place, qtbot):
    room, project = editing.edit.room, editing.session.project
    grid, canvas = room.right.grid, room.stage.canvas
    qtbot.waitUntil(lambda: grid.filled == ("red", "blue", "green"), timeout=WAIT_MS)
    QTest.mouseClick(grid, Qt.MouseButton.LeftButton, pos=grid.tile_rect(0).center())
    qtbot.waitUntil(lambda: canvas.result is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: canvas.mask_outline is not None, timeout=WAIT_MS)
    assert "of the photo changes" in room.left.share_text
    shirt, wall = canvas.mask_outline.boundingRect(), (3, 3)
    assert not shirt.contains(*wall)
    before, after = (photo.levels[0].pixels[wall] for photo in (canvas.photo, canvas.result))
    assert tuple(before) == tuple(after)
    qtbot.waitUntil(lambda: bool(room.stage.strip.verdicts), timeout=WAIT_MS)

    press(editing, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    first = room.keeper.item.row.id
    qtbot.waitUntil(lambda: bool(project.derived_of(first)), timeout=WAIT_MS)
    (made,) = project.derived_of(first)
    path = project.path(made)
    assert "tiny-1" in read_stack_json(path)
    own, new = np.asarray(Image.open(project.path(first))), np.asarray(Image.open(path))
    assert new.shape == own.shape
    assert (new[:40] == own[:40]).all()
    assert (new != own).any()
    qtbot.waitUntil(lambda: not editing.session.works.active(), timeout=WAIT_MS)

    editing.close()
    with Project.open(place / "work.fstudio", actor="Bob") as later:
        assert [step.value for step in later.kept_stack(first).steps] == ["red"]
        assert later.origin_of(made).stack.model == "tiny-1"


@pytest.mark.slow
@pytest.mark.logs_warnings
def test_the_engine_is_killed_in_the_middle_of_an_edit_and_nothing_is_lost(editing, qtbot):
    room, engine = editing.edit.room, editing.session.engine
    os.kill(engine.pid, signal.SIGKILL)
    room.keeper.take_value("colors", "blue")
    press(editing, Qt.Key.Key_2)
    item_id = room.keeper.item.row.id
    (step,) = editing.session.project.kept_stack(item_id).steps
    assert (step.value, step.region.kind) == ("blue", RegionKind.SLEEVE)
    qtbot.waitUntil(lambda: engine.state.restarts == 1, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: engine.state.phase is EnginePhase.READY, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: room.presenter.last is not None and room.presenter.last.preview.stack.steps == (step,),
        timeout=WAIT_MS,
    )
    qtbot.waitUntil(lambda: not editing.edit.banner.isVisible(), timeout=WAIT_MS)


@pytest.mark.slow
@pytest.mark.logs_warnings
def test_the_engine_is_killed_while_it_computes_and_while_it_saves(editing, place, qtbot):
    """A picture that is under way comes all the same, and so does a file; both from the next engine."""
    room, project, engine = editing.edit.room, editing.session.project, editing.session.engine
    first = room.keeper.item.row.id
    room.keeper.take_value("colors", "red")
    qtbot.waitUntil(lambda: room.stage.canvas.result is not None, timeout=WAIT_MS)
    room.keeper.take_value("colors", "green")
    assert room.desk.is_waiting
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: engine.state.restarts == 1, timeout=WAIT_MS)
    qtbot.waitUntil(
        lambda: room.presenter.last.preview.stack.steps == room.keeper.stack.steps, timeout=WAIT_MS
    )
    assert [step.value for step in room.presenter.last.preview.stack.steps] == ["green"]
    qtbot.waitUntil(lambda: not room.desk.is_filling, timeout=WAIT_MS)

    press(editing, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    (work,) = editing.session.works.active()
    os.kill(engine.pid, signal.SIGKILL)
    qtbot.waitUntil(lambda: engine.state.restarts == 2, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not work.active, timeout=WAIT_MS)
    assert work.state is WorkState.DONE
    (made,) = project.derived_of(first)
    path = project.path(made)
    assert [step.value for step in stack_from_json(read_stack_json(path)).steps] == ["green"]
    assert np.asarray(Image.open(path)).shape == np.asarray(Image.open(project.path(first))).shape
    assert [each.name for each in (place / "work.fstudio" / "edits").iterdir()] == [path.name]  # no half file
    qtbot.waitUntil(lambda: not editing.edit.banner.isVisible(), timeout=WAIT_MS)
