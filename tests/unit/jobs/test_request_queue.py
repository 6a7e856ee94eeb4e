from __future__ import annotations

import threading

from fashion_studio.jobs.request_queue import Priority, RequestQueue
from fashion_studio.jobs.wire import Matte, Read


def read(number: int, priority: Priority = Priority.AHEAD, *, maps: bool = True, alone: bool = False) -> Read:
    return Read(number, b"x", maps, priority, alone)


def filled(*requests: Read | Matte) -> RequestQueue:
    queue = RequestQueue()
    for request in requests:
        queue.put(request)
    return queue


def taken(queue: RequestQueue, limit: int) -> list[int]:
    return [request.id for request in queue.take(limit)]


def test_the_shown_photo_comes_first_and_by_itself() -> None:
    queue = filled(read(1), read(2), read(3, Priority.SHOWN))
    assert taken(queue, 8) == [3]
    assert taken(queue, 8) == [1, 2]


def test_of_two_shown_photos_the_newer_comes_first() -> None:
    queue = filled(read(1, Priority.SHOWN), read(2, Priority.SHOWN))
    assert taken(queue, 8) == [2]
    assert taken(queue, 8) == [1]


def test_read_ahead_comes_in_turn_and_in_batches_no_larger_than_the_limit() -> None:
    queue = filled(*[read(number) for number in range(5)])
    assert [taken(queue, 2) for _ in range(3)] == [[0, 1], [2, 3], [4]]


def test_bulk_work_comes_after_read_ahead_but_may_share_its_batch() -> None:
    queue = filled(read(1, Priority.LATER), read(2))
    assert taken(queue, 4) == [2, 1]


def test_requests_with_and_without_maps_do_not_share_a_batch() -> None:
    queue = filled(read(1), read(2, maps=False), read(3))
    assert taken(queue, 8) == [1, 3]
    assert taken(queue, 8) == [2]


def test_a_suspect_and_a_matte_stay_by_themselves() -> None:
    queue = filled(read(1, alone=True), read(2), Matte(3, b"x", "house", Priority.AHEAD), read(4))
    assert [taken(queue, 8) for _ in range(3)] == [[1], [2, 4], [3]]


def test_cancelled_requests_are_forgotten() -> None:
    queue = filled(read(1), read(2), read(3))
    queue.cancel((1, 3, 99))
    assert len(queue) == 1
    assert taken(queue, 8) == [2]


def test_a_waiting_request_can_become_urgent() -> None:
    queue = filled(read(1, Priority.SHOWN), read(2), read(3))
    queue.prioritise(3, Priority.SHOWN)
    queue.prioritise(99, Priority.SHOWN)
    assert [taken(queue, 8) for _ in range(3)] == [[3], [1], [2]]


def test_a_waiting_matte_can_become_urgent() -> None:
    queue = filled(Matte(1, b"x", "house", Priority.LATER), read(2))
    queue.prioritise(1, Priority.SHOWN)
    assert taken(queue, 8) == [1]


def test_take_waits_for_work_and_close_wakes_it() -> None:
    queue, results = RequestQueue(), []
    worker = threading.Thread(target=lambda: results.extend([taken(queue, 1), taken(queue, 1)]))
    worker.start()
    queue.put(read(7))
    while len(queue):
        pass
    queue.close()
    worker.join(5)
    assert results == [[7], []]
