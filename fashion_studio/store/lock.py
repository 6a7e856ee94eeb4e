"""One writer per project: a lock held by the operating system, so that a killed process frees it at once.

The file beside it says in words who holds the lock, since when and where; it is only ever read for the
message.
"""

from __future__ import annotations

import getpass
import json
import os
import socket
import sys
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final

from fashion_studio.domain.errors import ProjectBusy

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["ProjectLock"]

_LOCK_NAME: Final = "write.lock"
_HOLDER_NAME: Final = "write.holder.json"


class ProjectLock:
    """Holds the right to write a project folder until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Takes the lock.

        Raises:
            ProjectBusy: another process holds it; the sentence says who.
            OSError: the folder cannot be written.
        """
        self._holder = folder / _HOLDER_NAME
        self._file: IO[bytes] | None = (folder / _LOCK_NAME).open("a+b")
        if not _take(self._file):
            self._file.close()
            self._file = None
            raise ProjectBusy(_sentence(folder, self._holder))
        self._holder.write_text(
            json.dumps(
                {
                    "process": os.getpid(),
                    "user": _user(),
                    "host": socket.gethostname(),
                    "since": datetime.now().astimezone().isoformat(timespec="seconds"),
                }
            ),
            encoding="utf-8",
        )

    def release(self) -> None:
        """Lets others write; may be called twice."""
        if self._file is not None:
            self._holder.unlink(missing_ok=True)
            self._file.close()  # the system's lock goes with the file
            self._file = None


if sys.platform == "win32":
    import msvcrt

    def _take(file: IO[bytes]) -> bool:
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _take(file: IO[bytes]) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "someone"


def _sentence(folder: Path, holder: Path) -> str:
    who = "another program"
    try:
        data = json.loads(holder.read_text(encoding="utf-8"))
        since = datetime.fromisoformat(data["since"]).strftime("%d %b %H:%M")
        here = " on this computer" if data["host"] == socket.gethostname() else f" on {data['host']}"
        who = f"{data['user']}{here} since {since} (process {data['process']})"
    except (OSError, ValueError, KeyError, TypeError):
        pass  # the holder has not written its name yet, or it is from another version
    return f"{folder.name} is open already: {who}. Close it there, or open it here for reading only."
