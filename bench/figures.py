"""How a measurement says a figure: one JSON line on stdout, which `python -m bench` gathers."""

from __future__ import annotations

import json
import platform
import sys
import tempfile
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["AT_LEAST", "AT_MOST", "cache_dir", "one_by_one", "say"]

AT_MOST: Final = "at most"
AT_LEAST: Final = "at least"


def say(name: str, value: float, unit: str, target: float | None = None, *, goal: str = AT_MOST) -> None:
    """Prints a figure.

    Args:
        name: what was measured; the table's first column.
        value: the figure.
        unit: ms, s, MB, x (a ratio), photos/s.
        target: what it must reach, None where it is only told.
        goal: on which side of the target it has to be.
    """
    line = {"name": name, "value": round(value, 3), "unit": unit, "target": target, "goal": goal}
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def one_by_one(*parts: Callable[[], object]) -> None:
    """Measures part by part; one that fails is told and the others go on.

    Raises:
        SystemExit: at the end, if any failed.
    """
    failed = 0
    for part in parts:
        try:
            part()
        except Exception:  # noqa: BLE001 - whatever it is, it is told, and the exit code says it too
            failed += 1
            traceback.print_exc()
    if failed:
        sys.exit(1)


def cache_dir() -> Path:
    """Where made photos, projects and the other program's environment stay for the next time."""
    place = Path(tempfile.gettempdir()) / f"fashion-studio-bench-{platform.python_version()}"
    place.mkdir(exist_ok=True)
    return place
