"""Picks window or command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["main"]


def main() -> int:
    """Runs the command line of this process; without arguments the window. Returns the exit code."""
    if len(sys.argv) == 1:
        from fashion_studio.cli.display import find_display

        if find_display().usable:  # the window is to be up at once, so it does not wait for the command line
            return _open_window(None, demo=False)
    from fashion_studio.cli.app import run

    return run(sys.argv[1:], _open_window)


def _open_window(project: Path | None, *, demo: bool) -> int:
    from fashion_studio.gui.app import run

    return run(project, demo=demo)


if __name__ == "__main__":
    sys.exit(main())
