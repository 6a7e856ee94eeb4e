"""Several files that appear together when they are finished, or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Self

from fashion_studio.domain.errors import EnvironmentProblem

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["AtomicFiles"]


class AtomicFiles:
    """Writes to temporary files beside their targets and moves them into place on `commit`.

    Without a commit, leaving the block removes them. An OSError inside the block becomes an
    EnvironmentProblem.
    """

    def __init__(self) -> None:
        self._open: list[tuple[IO[str], Path, Path | None]] = []

    def __enter__(self) -> Self:
        return self

    def open(self, target: Path) -> IO[str]:
        """A UTF-8 text stream without newline translation that becomes `target`; its folder is made."""
        return self._opened(target.parent, target)

    def spool(self, folder: Path) -> IO[str]:
        """A stream to write and read back that never becomes a file of its own."""
        return self._opened(folder, None)

    def commit(self) -> tuple[Path, ...]:
        """Brings all files safely to the disk, then moves them into place; returns the targets."""
        targets = []
        for stream, _, target in self._open:
            if target is not None:
                stream.flush()
                os.fsync(stream.fileno())
            stream.close()
        for _, temporary, target in self._open:
            if target is not None:
                temporary.replace(target)
                targets.append(target)
        return tuple(targets)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for stream, temporary, _ in self._open:
            # A full disk refuses the last buffer too; the file goes anyway, the first error is reported.
            with contextlib.suppress(OSError):
                stream.close()
            temporary.unlink(missing_ok=True)
        if isinstance(error, OSError):
            where = error.filename or (self._open[0][1].parent if self._open else "the folder")
            msg = f"The export could not be written: {where}: {error.strerror or error}."
            raise EnvironmentProblem(
                msg, "Nothing was changed; choose another folder or free some space."
            ) from error

    def _opened(self, folder: Path, target: Path | None) -> IO[str]:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder, prefix=".export-", suffix=".part")
        stream = os.fdopen(handle, "w+", encoding="utf-8", newline="")
        self._open.append((stream, Path(name), target))
        return stream
