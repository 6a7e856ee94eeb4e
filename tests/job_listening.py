"""When a job in this process has heard what is asked of it: it looks at its control file now and then."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from engines import until

from fashion_studio.jobs import worker
from fashion_studio.jobs.worker import Control

__all__ = ["HasHeard", "has_heard"]

HasHeard = Callable[[Control], None]
"""Waits until every later look of the job at its control finds this; fails when that does not come."""


def has_heard(monkeypatch: pytest.MonkeyPatch) -> HasHeard:
    """Listens along with the jobs of this process."""
    found: list[Control] = []
    plain = worker.read_control

    def read(run_dir: Path) -> Control:
        found.append(plain(run_dir))
        return found[-1]

    monkeypatch.setattr(worker, "read_control", read)

    # What was found is noted only after reading, so the second time says that the first was noted.
    return lambda wanted: until(lambda: found[-2:] == [wanted, wanted])
