"""What the command line's exit codes mean; README lists them too."""

from __future__ import annotations

from enum import IntEnum

__all__ = ["ExitCode"]


class ExitCode(IntEnum):
    """Codes below 64 are about what was asked, the others are the customary ones of Unix."""

    OK = 0
    """Done; single photos may have been skipped, and were named."""
    FAILED = 1
    """What was asked cannot be done; the message says why."""
    USAGE = 2
    """The command line itself is wrong."""
    INCOMPLETE = 3
    """With --strict: done, but photos had to be skipped."""
    NOTHING = 4
    """There was nothing to do: no photo found, none readable, or none matches."""
    BUSY = 5
    """Another process has the project open for writing."""
    ENVIRONMENT = 6
    """The machine cannot do it: full disk, no display, missing package, weights or device."""
    BUG = 70
    """Our fault; a crash report was written."""
    CANCELLED = 130
    """Stopped on request (Ctrl-C)."""
