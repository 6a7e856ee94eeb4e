"""What a job is to do, frozen in its run folder before it starts, and what its end means.

A run folder holds `spec.json` (written once), `state.json` (replaced atomically), `events.jsonl`, `control`
(what is asked of the job), `log.txt`, and what the job itself reads and makes.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, Self

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CONTROL", "EVENTS", "LOG", "SPEC", "STATE", "JobExit", "JobSpec", "replace_text"]

SPEC: Final = "spec.json"
STATE: Final = "state.json"
EVENTS: Final = "events.jsonl"
CONTROL: Final = "control"
LOG: Final = "log.txt"

_VERSION: Final = 1


class JobExit(IntEnum):
    """Exit codes of jobs, the same as those of the commands that they are (`cli.exit_codes`)."""

    DONE = 0
    REFUSED = 1
    ENVIRONMENT = 6
    BUG = 70
    CANCELLED = 130


@dataclass(frozen=True, slots=True)
class JobSpec:
    """A command of the command line with everything it depends on.

    Attributes:
        kind: "predict", "train", …
        title: for people: "Reading 1,240 photos".
        arguments: what follows `fashion-studio`; "{run}" stands for the run folder.
        parameters: what the command reads from here instead of from its line.
    """

    kind: str
    title: str
    arguments: tuple[str, ...]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    created_utc: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    def command(self, run_dir: Path) -> tuple[str, ...]:
        """The arguments for this run folder."""
        return tuple(argument.replace("{run}", str(run_dir)) for argument in self.arguments)

    def write(self, run_dir: Path) -> None:
        """Freezes the specification; there must be none yet.

        Raises:
            UserError: the folder is a run already.
            OSError: it cannot be written.
        """
        run_dir.mkdir(parents=True, exist_ok=True)
        text = json.dumps({"version": _VERSION, **asdict(self)}, indent=2)
        try:
            with (run_dir / SPEC).open("x", encoding="utf-8") as stream:
                stream.write(text)
        except FileExistsError:
            msg = f"{run_dir.name} is a run already. Continue it, or choose another folder."
            raise UserError(msg) from None

    @classmethod
    def read(cls, run_dir: Path) -> Self:
        """The specification of a run.

        Raises:
            UserError: there is none, or a newer program wrote it.
        """
        try:
            data = json.loads((run_dir / SPEC).read_text(encoding="utf-8"))
            if data.pop("version") != _VERSION:
                msg = f"The run {run_dir.name} was made by a newer program. Update this one."
                raise UserError(msg)
            return cls(**{**data, "arguments": tuple(data["arguments"])})
        except (OSError, ValueError, KeyError, TypeError) as error:
            msg = f"{run_dir} is not a run folder: its {SPEC} is missing or damaged."
            raise UserError(msg) from error


def replace_text(path: Path, text: str) -> None:
    """Replaces a small file so that a reader sees the old or the new one, never half of either.

    Raises:
        OSError: the disk does not take it; the old file stays.
    """
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
