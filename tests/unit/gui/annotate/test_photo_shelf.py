"""Decoding ahead: urgent first, bounded, and failures remembered."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import PhotoError
from fashion_studio.gui.annotate import photo_shelf
from fashion_studio.gui.annotate.photo_shelf import PhotoShelf, Wish

WAIT_S = 20.0


@pytest.fixture
def folder(tmp_path):
    for number in range(8):
        pixels = np.full((80, 60, 3), 10 * number, np.uint8)
        Image.fromarray(pixels).save(tmp_path / f"{number}.png")
    return tmp_path


class Arrivals:
    def __init__(self):
        self.order, self.outcomes = [], {}
        self._changed = threading.Condition()

    def __call__(self, item_id, outcome):
        with self._changed:
            self.order.append(item_id)
            self.outcomes[item_id] = outcome
            self._changed.notify_all()

    def wait_for(self, count):
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.order) >= count, WAIT_S)

    def wait_until(self, is_so):
        with self._changed:
            assert self._changed.wait_for(is_so, WAIT_S)


@pytest.fixture
def arrivals():
    return Arrivals()


def wish(number, *, full=False, photo_px=(60, 80)):
    return Wish(number, photo_px, (30, 40), full)


def test_the_most_urgent_comes_first(folder, arrivals):
    shelf = PhotoShelf(lambda number: folder / f"{number}.png", arrivals, workers=1)
    shelf.want([wish(3), wish(1), wish(5)])
    arrivals.wait_for(3)
    assert arrivals.order == [3, 1, 5]
    assert shelf.get(1).width_px == 60
    shelf.close()


def test_what_is_no_longer_wanted_is_not_begun(folder, arrivals, monkeypatch):
    entered, go = threading.Event(), threading.Event()
    real = photo_shelf.load_photo

    def slow(path, **options):
        entered.set()
        assert go.wait(WAIT_S)
        return real(path, **options)

    monkeypatch.setattr(photo_shelf, "load_photo", slow)
    shelf = PhotoShelf(lambda number: folder / f"{number}.png", arrivals, workers=1)
    shelf.want([wish(0), wish(1), wish(2)])
    assert entered.wait(WAIT_S)
    shelf.want([wish(7)])
    go.set()
    arrivals.wait_for(2)
    assert arrivals.order == [0, 7]
    shelf.close()


def test_memory_stays_within_the_budget_and_the_shown_photo_stays(folder, arrivals):
    one = 60 * 80 * 4 + 30 * 40 * 4
    shelf = PhotoShelf(lambda number: folder / f"{number}.png", arrivals, budget_bytes=3 * one, workers=1)
    for number in range(8):
        shelf.want([wish(number)])
        arrivals.wait_for(number + 1)
    assert shelf.bytes_held <= 3 * one
    assert shelf.get(7) is not None
    assert shelf.get(0) is None
    shelf.close()


def test_more_wanted_than_there_is_room_for_comes_to_rest(folder, arrivals):
    one = 60 * 80 * 4 + 30 * 40 * 4
    shelf = PhotoShelf(lambda number: folder / f"{number}.png", arrivals, budget_bytes=3 * one, workers=2)
    shelf.want([wish(number) for number in range(8)])
    arrivals.wait_for(8)
    time.sleep(0.2)
    assert sorted(arrivals.order) == list(range(8))  # nothing was made twice
    assert shelf.get(0) is not None
    shelf.want([wish(number) for number in range(7, -1, -1)])
    arrivals.wait_until(lambda: shelf.get(7) is not None)  # of two workers the other's may be there before it
    shelf.close()


def test_a_bad_file_arrives_as_its_reason_and_is_not_tried_again(folder, arrivals):
    (folder / "bad.png").write_bytes(b"\x89PNG not really")
    shelf = PhotoShelf(lambda _number: folder / "bad.png", arrivals, workers=1)
    shelf.want([wish(0)])
    arrivals.wait_for(1)
    assert isinstance(arrivals.outcomes[0], PhotoError)
    assert isinstance(shelf.failure(0), PhotoError)
    shelf.want([wish(0)])
    assert shelf.get(0) is None
    shelf.close()
    assert arrivals.order == [0]


def test_large_photos_are_reduced_until_somebody_looks_closely(folder, arrivals):
    Image.fromarray(np.zeros((2000, 1600, 3), np.uint8)).save(folder / "large.jpg")
    shelf = PhotoShelf(lambda _number: folder / "large.jpg", arrivals, workers=1)
    shelf.want([wish(0, photo_px=(1600, 2000))])
    arrivals.wait_for(1)
    photo = shelf.get(0)
    assert not photo.is_full
    assert (photo.width_px, photo.height_px) == (1600, 2000)
    shelf.want([wish(0, photo_px=(1600, 2000)), wish(0, full=True, photo_px=(1600, 2000))])
    arrivals.wait_for(2)
    assert shelf.get(0).is_full
    shelf.close()


def test_changed_files_are_decoded_again(folder, arrivals):
    shelf = PhotoShelf(lambda number: folder / f"{number}.png", arrivals, workers=1)
    shelf.want([wish(2)])
    arrivals.wait_for(1)
    first = shelf.get(2)
    shelf.forget([2])
    arrivals.wait_for(2)
    assert shelf.get(2) is not first
    shelf.close()
