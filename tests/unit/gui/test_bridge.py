"""The bridge brings answers to the window's thread, drops stale ones, and ends cleanly."""

from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.gui.bridge import Bridge

pytestmark = pytest.mark.gui


def test_results_arrive_on_the_windows_thread(qtbot, bridge):
    seen = []
    bridge.submit(threading.get_ident, lambda worker: seen.append((worker, threading.get_ident())))
    qtbot.waitUntil(lambda: bool(seen))
    worker, receiver = seen[0]
    assert worker != receiver == threading.get_ident()


def test_a_newer_question_in_a_lane_silences_the_older(qtbot, bridge):
    gate, answers = threading.Event(), []

    def slow():
        gate.wait(5)
        return "old"

    bridge.submit(slow, answers.append, lane="facets")
    bridge.submit(lambda: "new", answers.append, lane="facets")
    qtbot.waitUntil(lambda: answers == ["new"])
    gate.set()
    qtbot.waitUntil(lambda: not bridge.busy)
    assert answers == ["new"]


def test_errors_go_where_they_were_asked_to_and_cancels_nowhere(qtbot, bridge):
    errors, done = [], []

    def refuse():
        raise UserError("No.")

    def cancel():
        raise Cancelled

    bridge.submit(refuse, done.append, errors.append)
    bridge.submit(cancel, done.append, errors.append)
    qtbot.waitUntil(lambda: not bridge.busy)
    assert [str(error) for error in errors] == ["No."]
    assert not done


def test_a_cancelled_ticket_is_never_answered(qtbot, bridge):
    future: Future[int] = Future()
    answers = []
    ticket = bridge.follow(future, answers.append)
    ticket.cancel()
    assert ticket.cancelled
    assert future.cancelled()
    qtbot.waitUntil(lambda: not bridge.busy)
    assert not answers


def test_nothing_is_called_after_closing(qtbot, qapp):
    bridge, calls = Bridge(), []
    future: Future[int] = Future()
    bridge.follow(future, calls.append)
    bridge.close()
    future.set_result(1)
    bridge.post(lambda: calls.append(2))
    qtbot.wait(30)
    assert not calls
