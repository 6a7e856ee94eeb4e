from __future__ import annotations

import signal
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from fashion_studio.learning.outside_ending import OwnEnding


@pytest.fixture
def heard() -> Iterator[list[str]]:
    """What a listener and Lightning, which comes after it, were told."""
    told: list[str] = []
    before = signal.signal(signal.SIGTERM, lambda *_: told.append("ours"))
    yield told
    signal.signal(signal.SIGTERM, before)


def begin(ending: OwnEnding, processes: int) -> None:
    trainer: Any = SimpleNamespace(world_size=processes)
    network: Any = None
    ending.on_train_start(trainer, network)


@pytest.mark.parametrize(("processes", "who"), [(1, "ours"), (2, "Lightning")])
def test_who_listened_before_listens_alone_unless_several_train_together(
    heard: list[str], processes: int, who: str
) -> None:
    ending = OwnEnding()
    signal.signal(signal.SIGTERM, lambda *_: heard.append("Lightning"))
    begin(ending, processes)
    signal.raise_signal(signal.SIGTERM)
    assert heard == [who]


def test_where_nobody_listened_lightning_does(heard: list[str]) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    ending = OwnEnding()
    signal.signal(signal.SIGTERM, lambda *_: heard.append("Lightning"))
    begin(ending, 1)
    signal.raise_signal(signal.SIGTERM)
    assert heard == ["Lightning"]
