"""The engine as an operating-system process: how it is started, logged, ended, and why it died, in words."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import fashion_studio
from fashion_studio.domain.errors import BugError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.jobs.arena import Arena

__all__ = [
    "EngineProcess",
    "death_reason",
    "environment_for_children",
    "last_line",
    "oom_kill_count",
    "rotate_log",
]

_LOG_BYTES: Final = 1_000_000
_LOGS_KEPT: Final = 3
_GOODBYE_S: Final = 1.0
_STATUS_ACCESS_VIOLATION: Final = 0xC0000005
_STATUS_NO_MEMORY: Final = 0xC0000017


def rotate_log(log: Path, *, limit_bytes: int = _LOG_BYTES, kept: int = _LOGS_KEPT) -> None:
    """Moves a log that has grown large to `name.1`, and so on; the oldest goes."""
    try:
        if log.stat().st_size < limit_bytes:
            return
    except OSError:
        return
    for number in range(kept, 0, -1):
        source = log if number == 1 else log.with_name(f"{log.name}.{number - 1}")
        with contextlib.suppress(FileNotFoundError):
            source.replace(log.with_name(f"{log.name}.{number}"))


def oom_kill_count(vmstat: Path = Path("/proc/vmstat")) -> int | None:
    """How many processes this system has killed for want of memory; None where it does not say."""
    try:
        lines = vmstat.read_text(encoding="ascii").splitlines()
    except (OSError, UnicodeDecodeError):
        return None
    for line in lines:
        name, _, count = line.partition(" ")
        if name == "oom_kill":
            return int(count)
    return None


def death_reason(code: int, last_words: str = "", *, killed_for_memory: bool = False) -> str:
    """Why a process ended, as a clause: "it was killed (SIGKILL)"."""
    if killed_for_memory:
        return "the system ran out of memory and ended it"
    if code < 0:
        try:
            name = signal.Signals(-code).name
        except ValueError:
            name = f"signal {-code}"
        if name in {"SIGSEGV", "SIGBUS", "SIGILL", "SIGABRT"}:
            return f"it crashed ({name})"
        return f"it was killed ({name})"
    status = code & 0xFFFFFFFF
    if status == _STATUS_NO_MEMORY:
        return "the system ran out of memory"
    if status >= _STATUS_ACCESS_VIOLATION & 0xC0000000:
        return f"it crashed (0x{status:08X})"
    return f"it stopped (code {code}: {last_words})" if last_words else f"it stopped (code {code})"


@dataclass(frozen=True, slots=True)
class EngineProcess:
    """A started engine. Made by `start`."""

    process: subprocess.Popen[bytes]
    stdin: IO[bytes]
    stdout: IO[bytes]
    log: Path | None
    oom_kills_before: int | None

    @classmethod
    def start(cls, arguments: Sequence[str], arena: Arena, log: Path | None) -> EngineProcess:
        """Starts the engine; returns before it has imported anything.

        NumPy's matrix products keep to one core there (torch has its own threads): teaching fits two heads
        side by side, and OpenBLAS threads that wait for each other on a busy machine cost ten times that.

        Raises:
            OSError: the process cannot be started.
        """
        stderr: IO[bytes] | int = subprocess.DEVNULL
        if log is not None:
            log.parent.mkdir(parents=True, exist_ok=True)
            rotate_log(log)
            stderr = log.open("ab")
        try:
            process = subprocess.Popen(  # noqa: S603 - our own module, our own arguments
                [
                    *(sys.executable, "-P", "-X", "faulthandler", "-m", "fashion_studio.jobs.engine_server"),
                    *("--arena", arena.handle, "--arena-bytes", str(arena.size), *arguments),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={"OPENBLAS_NUM_THREADS": "1", **environment_for_children()},
                pass_fds=arena.inherited,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        finally:
            if not isinstance(stderr, int):
                stderr.close()
        if process.stdin is None or process.stdout is None:
            msg = "The engine was started without its pipes."
            raise BugError(msg)
        return cls(process, process.stdin, process.stdout, log, oom_kill_count())

    def end(self, *, grace_s: float = _GOODBYE_S) -> None:
        """Waits for its end, and kills it when it stays. Returns when it is gone."""
        try:
            self.process.wait(grace_s)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def close(self) -> None:
        """Closes what is left of the pipes after its end."""
        for stream in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                stream.close()

    def reason(self) -> str:
        """Why it ended; call it after its end."""
        code = self.process.wait()
        now = oom_kill_count()
        for_memory = (
            code == -getattr(signal, "SIGKILL", 9)
            and self.oom_kills_before is not None
            and now is not None
            and now > self.oom_kills_before
        )
        return death_reason(code, last_line(self.log) if self.log else "", killed_for_memory=for_memory)


def last_line(log: Path) -> str:
    """The last line of a log that says something, cut to 200 characters; empty where there is none."""
    try:
        with log.open("rb") as stream:
            stream.seek(max(0, stream.seek(0, os.SEEK_END) - 2000))
            lines = stream.read().decode("utf-8", "replace").split("\n")
    except OSError:
        return ""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:200]


def environment_for_children() -> dict[str, str]:
    """Ours, with this very package first, wherever the program was started from."""
    package_parent = str(Path(fashion_studio.__file__).parents[1])
    environment = dict(os.environ)
    inherited = environment.get("PYTHONPATH")
    environment["PYTHONPATH"] = os.pathsep.join([package_parent, *([inherited] if inherited else [])])
    environment["PYTHONUNBUFFERED"] = "1"
    environment["PYTHONUTF8"] = "1"
    return environment
