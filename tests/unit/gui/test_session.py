"""The session: listing, fixed queue, writes that everybody hears of, undo."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import ItemFilter, Sort, SortKey

pytestmark = pytest.mark.gui


@pytest.fixture
def opened(session, project):
    session.adopt(project)
    return session


def test_opening_stands_at_the_first_photo(opened, project):
    assert np.array_equal(opened.queue, project.ids())
    assert opened.current == int(opened.queue[0])


def test_steps_stay_inside_the_queue(opened):
    assert not opened.previous()
    assert opened.next()
    assert opened.position(opened.current) == 1
    opened.set_current(int(opened.queue[-1]))
    assert not opened.next()


def test_a_write_is_heard_once_with_what_it_changed(opened, qtbot):
    heard = []
    opened.changed.connect(heard.append)
    ids = [int(item_id) for item_id in opened.queue[:3]]
    with qtbot.waitSignal(opened.toast) as toast:
        changes = opened.perform(lambda: opened.project.set_answers(ids, {"fit": Answer.of("regular")}))
    assert heard == [changes]
    assert set(changes.item_ids) == set(ids)
    assert toast.args == [changes.title, True]
    assert opened.saved_at is not None


def test_undo_and_redo_are_told_like_any_write(opened):
    item_id = int(opened.queue[0])
    opened.perform(lambda: opened.project.set_status([item_id], Status.DONE))
    opened.undo()
    assert opened.project.rows([item_id])[0].status is Status.NEW
    opened.redo()
    assert opened.project.rows([item_id])[0].status is Status.DONE
    opened.undo()
    opened.undo()
    assert opened.undo() is None


def test_the_queue_stays_while_the_listing_follows(opened, qtbot):
    opened.set_filter(ItemFilter(statuses=frozenset({Status.NEW})))
    qtbot.waitUntil(lambda: not opened.bridge.busy)
    opened.open_queue()
    queue = opened.queue.copy()
    done = int(queue[0])
    with qtbot.waitSignal(opened.listing_changed):
        opened.perform(lambda: opened.project.set_status([done], Status.DONE))
    assert done not in opened.listing
    assert np.array_equal(opened.queue, queue)


def test_another_order_reaches_the_listing(opened, qtbot):
    before = opened.listing.copy()
    with qtbot.waitSignal(opened.listing_changed):
        opened.set_sort(Sort(SortKey.NAME, descending=True))
    assert np.array_equal(opened.listing, before[::-1])


def test_a_refused_write_says_why_and_changes_nothing(opened, qtbot):
    def refuse():
        raise EnvironmentProblem("The disk is full.", "Make room.")

    with qtbot.waitSignal(opened.problem) as said:
        assert opened.perform(refuse) is None
    assert said.args == ["The disk is full. Make room."]


def test_a_write_in_a_thread_is_heard_on_the_windows_thread(opened, qtbot):
    ids = [int(item_id) for item_id in opened.queue]
    results = []
    with qtbot.waitSignal(opened.changed) as heard:
        opened.perform_later(lambda: opened.project.set_flag(ids, True), done=results.append)
    assert len(heard.args[0].item_ids) == len(ids)
    qtbot.waitUntil(lambda: bool(results))


def test_photos_that_a_scan_brings_join_the_end_of_the_pass(opened, photos, qtbot):

    first = opened.queue.copy()
    for number in range(3):
        pixels = np.full((40, 40, 3), 60 + number, dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"more_{number}.png")
    opened.project.scan()
    qtbot.waitUntil(lambda: opened.listing.size == first.size + 3)
    opened.extend_queue()
    assert np.array_equal(opened.queue[: first.size], first)
    assert opened.queue.size == first.size + 3


def test_another_filter_begins_another_pass(opened, qtbot):
    chosen = [int(item_id) for item_id in opened.queue[4:7]]
    opened.perform(lambda: opened.project.set_status(chosen, Status.DONE))
    opened.set_filter(ItemFilter(statuses=frozenset({Status.DONE})))
    qtbot.waitUntil(lambda: opened.queue.tolist() == chosen)
    assert opened.current == chosen[0]
    opened.set_current(chosen[1])
    opened.set_filter(ItemFilter())
    qtbot.waitUntil(lambda: opened.queue.size == 12)
    assert opened.current == chosen[1], "the photo at hand stays as long as it is in the pass"
