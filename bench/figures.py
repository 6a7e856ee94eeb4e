"""How a measurement says a figure: one JSON line on stdout, which `python -m bench` gathers."""

from __future__ import annotations

import contextlib
import json
import platform
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import psutil

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = ["AT_LEAST", "AT_MOST", "cache_dir", "end_with_children", "one_by_one", "output_of", "say"]

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


def output_of(
    step: str,
    command: Sequence[str | Path],
    *,
    patience_s: float,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> str:
    """What a process says on stdout. It never waits longer than `patience_s`, whoever holds its pipes.

    Args:
        step: names it in what is said when it fails or takes too long.
        command: nothing is typed into it.
        patience_s: then it is ended, with all that it has started.
        env: its environment; ours when None.
        cwd: its folder; ours when None.

    Raises:
        TimeoutError: it took longer.
        RuntimeError: it ended with another code than 0; says the end of its stderr.
    """
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:  # a file is never full
        process = subprocess.Popen(  # noqa: S603 - our own programs, and one we installed ourselves
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=complained, env=env, cwd=cwd
        )
        try:
            code = process.wait(patience_s)
        except subprocess.TimeoutExpired:
            msg = f"“{step}” took longer than {patience_s:.0f} s and was ended.{_end_of(complained)}"
            raise TimeoutError(msg) from None
        finally:
            end_with_children(process)
        if code:
            msg = f"“{step}” ended with {code}.{_end_of(complained)}"
            raise RuntimeError(msg)
        said.seek(0)
        return said.read().decode("utf-8", errors="replace")


def end_with_children(process: subprocess.Popen[Any]) -> None:
    """Ends a process that is still there, and everything it has started."""
    if process.poll() is not None:
        return
    family = []
    with contextlib.suppress(psutil.Error):
        own = psutil.Process(process.pid)
        family = [*own.children(recursive=True), own]
    for member in family:
        with contextlib.suppress(psutil.Error):
            member.kill()
    process.wait()
    psutil.wait_procs(family, timeout=3)  # a killed process has its last moments still to come


def _end_of(stream: IO[bytes]) -> str:
    stream.seek(0)
    lines = stream.read().decode("utf-8", errors="replace").splitlines()[-5:]
    return "".join(f"\n    {line}" for line in lines)


def cache_dir() -> Path:
    """Where made photos, projects and the other program's environment stay for the next time."""
    place = Path(tempfile.gettempdir()) / f"fashion-studio-bench-{platform.python_version()}"
    place.mkdir(exist_ok=True)
    return place
