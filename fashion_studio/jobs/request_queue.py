"""What the engine does next: the photo on the screen before everything else, the rest in batches."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec

from fashion_studio.jobs.edit_wire import EditRequest
from fashion_studio.jobs.wire import Matte, Read

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Priority", "Queued", "RequestQueue"]

Queued = Read | Matte | EditRequest
"""What waits for the one worker."""


class Priority(IntEnum):
    """How soon an answer is wanted; the lower the sooner."""

    SHOWN = 0
    AHEAD = 1
    LATER = 2


@dataclass(frozen=True, slots=True)
class _Waiting:
    request: Queued
    number: int

    @property
    def order(self) -> tuple[int, int]:
        """Of the shown photos the newest first: the person has moved on from the others. Else in turn."""
        shown = self.request.priority <= Priority.SHOWN
        return (self.request.priority, -self.number if shown else self.number)


class RequestQueue:
    """Requests waiting for the one worker. `put`, `cancel`, `prioritise` and `close` from any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: dict[int, _Waiting] = {}
        self._count = 0
        self._closed = False

    def __len__(self) -> int:
        with self._condition:
            return len(self._waiting)

    def put(self, request: Queued) -> None:
        """Adds a request."""
        with self._condition:
            self._count += 1
            self._waiting[request.id] = _Waiting(request, self._count)
            self._condition.notify()

    def cancel(self, ids: Iterable[int]) -> None:
        """Forgets requests; those not waiting here are left alone."""
        with self._condition:
            for request_id in ids:
                self._waiting.pop(request_id, None)

    def prioritise(self, request_id: int, priority: int) -> None:
        """Makes a waiting request more or less urgent, as if it had just come."""
        with self._condition:
            entry = self._waiting.get(request_id)
            if entry is not None:
                self._count += 1
                request = msgspec.structs.replace(entry.request, priority=priority)
                self._waiting[request_id] = replace(entry, request=request, number=self._count)

    def close(self) -> None:
        """Lets `take` return an empty list from now on."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()

    def take(self, limit: int) -> list[Queued]:
        """Waits for work and takes it: one urgent or lone request, or up to `limit` of one kind.

        Returns:
            Requests in the order of their urgency; empty once the queue is closed.
        """
        with self._condition:
            self._condition.wait_for(lambda: self._closed or bool(self._waiting))
            if self._closed:
                return []
            ordered = sorted(self._waiting.values(), key=lambda entry: entry.order)
            first = ordered[0].request
            batch = [first]
            if _may_be_batched(first):
                batch += [entry.request for entry in ordered[1:] if _goes_with(entry.request, first)][
                    : max(limit, 1) - 1
                ]
            for request in batch:
                del self._waiting[request.id]
            return batch


def _may_be_batched(request: Queued) -> bool:
    return isinstance(request, Read) and not request.alone and request.priority > Priority.SHOWN


def _goes_with(request: Queued, first: Queued) -> bool:
    return (
        isinstance(request, Read)
        and isinstance(first, Read)
        and _may_be_batched(request)
        and request.with_maps == first.with_maps
    )
