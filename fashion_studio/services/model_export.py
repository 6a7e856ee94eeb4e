"""A model for other programs: ONNX, its outputs checked against torch's, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.jobs.engine_process import environment_for_children

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["OnnxModel", "export_onnx"]

_LOOK_S: Final = 0.1
_TAIL: Final = 500


@dataclass(frozen=True, slots=True)
class OnnxModel:
    """What was written.

    Attributes:
        largest_difference: between its outputs and torch's on the same pictures, over all outputs.
    """

    path: Path
    bytes: int
    largest_difference: float


def export_onnx(bundle: Path, out: Path, *, should_stop: Callable[[], bool] = lambda: False) -> OnnxModel:
    """Writes a bundle as ONNX and checks that its outputs equal torch's; from a thread that may wait.

    Raises:
        UserError: the model cannot be exported, or its outputs are not the same; nothing is kept.
        EnvironmentProblem: the process cannot be started.
        Cancelled: on request; nothing is kept.
    """
    command = [sys.executable, "-P", "-m", "fashion_studio", "export-model", str(bundle)]
    with tempfile.TemporaryFile("w+", encoding="utf-8") as said, tempfile.TemporaryFile("w+") as errors:
        try:
            process = subprocess.Popen(  # noqa: S603 - this very program
                [*command, "--onnx", str(out), "--json"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=errors,
                env=environment_for_children(),
            )
        except OSError as error:
            raise EnvironmentProblem(f"The export cannot be started: {error.strerror or error}.") from error
        while process.poll() is None:
            if should_stop():
                process.kill()
                process.wait()
                out.unlink(missing_ok=True)
                raise Cancelled
            time.sleep(_LOOK_S)
        said.seek(0)
        errors.seek(0)
        return _result(process.returncode, said.read(), errors.read(), out)


def _result(code: int, said: str, errors: str, out: Path) -> OnnxModel:
    found = _last_object(said)
    if code or not found:
        reason = (errors.strip().splitlines() or ["it ended without a word"])[-1][-_TAIL:]
        msg = f"The model was not exported: {reason}"
        raise UserError(msg)
    return OnnxModel(out, int(found["bytes"]), max(map(float, found["differences"].values()), default=0.0))


def _last_object(said: str) -> dict[str, Any]:
    """The JSON object that a command's output ends with, whatever the libraries wrote before it."""
    starts = [0, *(place + 1 for place, letter in enumerate(said) if letter == "\n")]
    for start in reversed(starts):
        if said.startswith("{", start):
            try:
                found = json.loads(said[start:])
            except ValueError:
                continue
            return found if isinstance(found, dict) else {}
    return {}
