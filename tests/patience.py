"""Waiting for widgets longer than any machine is busy: a bound costs time only where a test fails."""

# ruff: noqa: N815 - the names are those of pytest-qt

from __future__ import annotations

from functools import partialmethod
from typing import Final

from pytestqt.qtbot import QtBot

__all__ = ["PatientBot"]

_PATIENCE_MS: Final = 30_000


class PatientBot(QtBot):
    """pytest-qt's own gives up after five seconds where a test does not say how long; here it is thirty."""

    waitUntil = partialmethod(QtBot.waitUntil, timeout=_PATIENCE_MS)
    waitSignal = partialmethod(QtBot.waitSignal, timeout=_PATIENCE_MS)
    waitSignals = partialmethod(QtBot.waitSignals, timeout=_PATIENCE_MS)
    waitActive = partialmethod(QtBot.waitActive, timeout=_PATIENCE_MS)
    waitExposed = partialmethod(QtBot.waitExposed, timeout=_PATIENCE_MS)
