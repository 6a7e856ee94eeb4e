from __future__ import annotations

import threading
from pathlib import Path

from fashion_studio.jobs.tickets import Ticket, TicketBook
from fashion_studio.jobs.wire import Ping, Read

A = Path("a.jpg")


def book() -> tuple[TicketBook, list[int]]:
    withdrawn: list[int] = []
    return TicketBook(threading.RLock(), withdrawn.append), withdrawn


def test_a_request_is_withdrawn_when_the_last_who_waits_goes_away() -> None:
    tickets, withdrawn = book()
    ticket = Ticket(Read(1, b"a.jpg", True, 0), A)
    first = tickets.add(ticket)
    second = tickets.wait_for(ticket)
    assert tickets.reading(A, with_maps=True) is ticket
    first.cancel()
    assert withdrawn == []
    second.cancel()
    assert withdrawn == [1]
    assert tickets.all() == []
    assert tickets.reading(A, with_maps=True) is None


def test_a_ticket_is_taken_once_and_completes_all_who_wait() -> None:
    tickets, withdrawn = book()
    future = tickets.add(Ticket(Ping(3), A))
    ticket = tickets.take(3)
    assert ticket is not None
    assert tickets.take(3) is None
    ticket.complete("here")
    assert future.result(0) == "here"
    failing = tickets.add(Ticket(Ping(4), A))
    ticket = tickets.take(4)
    assert ticket is not None
    ticket.fail(ValueError("no"))
    assert isinstance(failing.exception(0), ValueError)
    assert withdrawn == []


def test_work_that_began_has_a_time_and_cancelling_takes_only_what_is_meant() -> None:
    tickets, withdrawn = book()
    for number in (1, 2):
        tickets.add(Ticket(Ping(number), A))
    tickets.mark_started([2, 99])
    assert [ticket.request.id for ticket in tickets.all() if ticket.started_s is not None] == [2]
    tickets.cancel(lambda ticket: ticket.started_s is None)
    assert withdrawn == [1]
