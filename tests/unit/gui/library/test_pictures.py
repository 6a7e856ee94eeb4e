"""Pictures for views: what is prepared while a project opens, and what is asked for by painting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize

from fashion_studio.gui.library import pictures as module
from fashion_studio.gui.library.pictures import Pictures

pytestmark = pytest.mark.gui


@pytest.fixture
def pictures(qapp, monkeypatch):
    monkeypatch.setattr(module, "_FIRST_S", 60.0)
    made = Pictures(QSize(96, 104))
    yield made
    made.close()


@pytest.fixture
def opened(read_project):
    yield read_project
    read_project.close()


def test_prepared_pictures_are_there_at_once(pictures, opened):
    told: list[int] = []
    pictures.arrived.connect(told.append)
    pictures.prepare(opened)
    assert not told
    pictures.open(opened)
    first = [int(item_id) for item_id in opened.ids()]
    assert told == first
    assert {pictures.get(item_id).size() for item_id in first} == {QSize(96, 104)}
    assert pictures.idle
    pictures.open(opened)
    assert pictures.get(first[0]) is None  # what was prepared serves one opening


def test_what_takes_too_long_is_left_to_later(pictures, opened, monkeypatch, qtbot):
    monkeypatch.setattr(module, "_FIRST_S", 0.0)
    pictures.prepare(opened)
    pictures.open(opened)
    item_id = int(opened.ids()[0])
    assert pictures.get(item_id) is None
    qtbot.waitUntil(lambda: pictures.get(item_id) is not None)


def test_what_was_prepared_of_another_project_is_not_shown(pictures, opened):
    pictures.prepare(opened)
    pictures.open(None)
    pictures.open(opened)
    assert pictures.get(int(opened.ids()[0])) is None


def test_a_frame_of_another_size_makes_them_again(pictures, opened, qtbot):
    pictures.prepare(opened)
    pictures.set_size(QSize(48, 52), 1.0)
    pictures.open(opened)
    item_id = int(opened.ids()[0])
    assert pictures.get(item_id) is None
    qtbot.waitUntil(lambda: pictures.get(item_id) is not None)
    assert pictures.get(item_id).size() == QSize(48, 52)


def test_pictures_asked_for_together_all_arrive(pictures, opened, qtbot):
    told: set[int] = set()
    pictures.arrived.connect(told.add)
    pictures.open(opened)
    wanted = {int(item_id) for item_id in opened.ids()}
    assert {pictures.get(item_id) for item_id in wanted} == {None}
    qtbot.waitUntil(lambda: told == wanted)
    assert pictures.idle
    assert all(pictures.get(item_id) is not None for item_id in wanted)
