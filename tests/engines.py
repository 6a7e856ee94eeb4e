"""What tests of the engine share: bounds short enough for a test, and waiting for something."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from fashion_studio.jobs.engine_client import EngineClient, EngineOptions, EnginePhase

__all__ = ["QUICK", "WAIT_S", "MakeClient", "ready", "until"]

QUICK: Final = EngineOptions(reader="fake_reader:FakeReader", back_off_s=(0.0, 0.02, 0.02), stall_s=30.0)
WAIT_S: Final = 30.0

MakeClient = Callable[..., EngineClient]


def until(condition: Callable[[], object], wait_s: float = WAIT_S) -> None:
    """Waits for the condition; fails the test when it does not come."""
    end = time.monotonic() + wait_s
    while not condition():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.005)


def ready(client: EngineClient) -> EngineClient:
    """The client, once its model is loaded."""
    until(lambda: client.state.phase is EnginePhase.READY)
    return client
