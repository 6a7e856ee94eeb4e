"""Labels read ahead: there when the photo comes, never older than the last write."""

from __future__ import annotations

import pytest

from fashion_studio.domain.labels import Status
from fashion_studio.gui.annotate.items_ahead import ItemsAhead

pytestmark = pytest.mark.gui


@pytest.fixture
def items(session, project):
    session.adopt(project)
    return ItemsAhead(session)


def test_what_is_wanted_is_read_before_it_is_taken(items, session, qtbot, monkeypatch):
    first, second = (int(item_id) for item_id in session.listing[:2])
    ready = []
    items.want([first, second], lambda: ready.append(sorted(items._items)))
    qtbot.waitUntil(lambda: ready == [[first, second]])
    assert items.answers(first) == session.project.item(first).answers
    assert items.answers(987_654) == {}
    for name in ("item", "items"):
        monkeypatch.setattr(session.project, name, lambda asked: pytest.fail(f"{asked} was read again"))
    assert items.take(first).row.id == first
    items.want([second], lambda: ready.append([]))
    assert ready[1:] == [[]], "what is here already is ready at once"
    assert items.take(second).row.id == second


def test_a_write_drops_what_was_read(items, session, qtbot):
    first = int(session.listing[0])
    items.want([first], lambda: None)
    qtbot.waitUntil(lambda: bool(items._items))
    session.perform(lambda: session.project.set_status([first], Status.DONE))
    assert items.take(first).row.status is Status.DONE


def test_a_write_drops_what_is_under_way(items, session, qtbot):
    first = int(session.listing[0])
    ready = []
    items.want([first], lambda: ready.append(first))
    session.perform(lambda: session.project.set_status([first], Status.DONE))
    qtbot.waitUntil(lambda: not session.bridge.busy)
    assert not items._items
    assert not ready
    assert items.take(first).row.status is Status.DONE


def test_a_photo_that_is_not_in_the_project_is_none(items, session, qtbot):
    items.want([987_654], lambda: None)
    qtbot.waitUntil(lambda: not session.bridge.busy)
    assert items.take(987_654) is None
    assert items.take(-1) is None
    session.adopt(None)
    assert items.take(1) is None


def test_whoever_does_not_rest_reads_the_next_ones_along(items, session, monkeypatch):
    first, second, third = (int(item_id) for item_id in session.listing[:3])
    alone = session.project.item(second)
    assert items.take(first, [second, 987_654]).row.id == first
    monkeypatch.setattr(session.project, "items", lambda asked: pytest.fail(f"{asked} was read again"))
    assert items.take(second, [third]) == alone
    monkeypatch.undo()
    assert items.take(third).row.id == third


def test_what_was_read_along_is_dropped_by_a_write(items, session):
    first, second = (int(item_id) for item_id in session.listing[:2])
    items.take(first, [second])
    session.perform(lambda: session.project.set_status([second], Status.DONE))
    assert items.take(second).row.status is Status.DONE
