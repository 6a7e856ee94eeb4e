"""A file about an error that is ours, for the person to send on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import platformdirs

__all__ = ["program_version", "write_crash_report"]


def program_version() -> str:
    """The installed version, of the whole program or of the training alone."""
    from importlib import metadata

    try:
        return metadata.version("fashion-studio")
    except metadata.PackageNotFoundError:
        return metadata.version("fashion-studio-train")


def write_crash_report(error: BaseException) -> Path | None:
    """Writes versions and the traceback to the person's log folder; None where that cannot be written."""
    import platform
    import traceback

    folder = Path(platformdirs.user_log_dir("fashion-studio", appauthor=False))
    path = folder / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    lines = [
        f"Fashion Studio {program_version()}, Python {platform.python_version()}, {platform.platform()}",
        f"Arguments: {sys.argv[1:]}",
        "",
        *traceback.format_exception(error),
    ]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join(lines), encoding="utf-8")
    except OSError:
        return None
    return path
