"""Saving a probe's report under a name that is asked for: a page with its pictures, or the tables."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.domain.errors import EnvironmentProblem, StudioError
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.probing.comparison_report import ComparisonReport

__all__ = ["ReportSaving"]

_UNFIT: Final = re.compile(r"[^\w .,-]+")


class ReportSaving(QObject):
    """Asks where, writes in a thread, says that it is done."""

    def __init__(self, session: Session, parent: QWidget) -> None:
        super().__init__(parent)
        self._session = session
        self._window = parent

    def ask_page(self, run_dir: Path, title: str, beside: Path | None = None) -> None:
        """Asks for a file and writes one HTML page into it, pictures inside; of two probes with `beside`."""
        chosen = self._ask("Save the report", f"{title}.html", "Web page (*.html)")
        if chosen is not None:
            page = chosen if chosen.suffix else chosen.with_suffix(".html")
            self._begin("Writing the report", lambda: _write_page(run_dir, page, beside))

    def ask_tables(self, run_dir: Path, title: str, beside: Path | None = None) -> None:
        """Asks for a name and writes a table each of decisions, scores and pictures with two cues."""
        chosen = self._ask("Save the tables", f"{title}.csv", "Tables (*.csv)")
        if chosen is not None:
            self._begin("Writing the tables", lambda: _write_tables(run_dir, chosen, beside))

    def _ask(self, heading: str, name: str, kinds: str) -> Path | None:
        project = self._session.project
        if project is None:
            return None
        start = project.folder.parent / _UNFIT.sub("", name)
        found = QFileDialog.getSaveFileName(self._window, heading, str(start), kinds)[0]
        return Path(found) if found else None

    def _begin(self, title: str, write: Callable[[], list[str]]) -> None:
        work = self._session.works.begin(title)
        ticket = self._session.bridge.submit(
            write,
            lambda names: self._done(work, names),
            lambda error: self._failed(work, error),
            long=True,
        )
        work.thread_future = ticket.future

    def _done(self, work: Work, names: list[str]) -> None:
        work.end(WorkState.DONE, f"Wrote {', '.join(names)}")
        rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
        self._session.toast.emit(f"Saved {names[0]}{rest}", False)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        work.end(WorkState.FAILED, str(error))
        self._session.report(error)


def _write_page(run_dir: Path, page: Path, beside: Path | None) -> list[str]:
    if beside is not None:
        return _compared(run_dir, beside, lambda report: [(report.page, page)])
    from fashion_studio.services.probing.report import write_report  # noqa: PLC0415 - not at start

    return _copied([(write_report(run_dir).page, page)])


def _write_tables(run_dir: Path, chosen: Path, beside: Path | None) -> list[str]:
    if beside is not None:

        def named(report: ComparisonReport) -> list[tuple[Path, Path]]:
            tables = [table for table in (report.scores, report.pictures) if table is not None]
            return [(table, chosen.with_name(f"{chosen.stem}-{table.name}")) for table in tables]

        return _compared(run_dir, beside, named)
    from fashion_studio.services.probing.report import write_report  # noqa: PLC0415 - not at start

    report = write_report(run_dir)
    tables = [table for table in (report.decisions, report.scores, report.conflict) if table is not None]
    return _copied([(table, chosen.with_name(f"{chosen.stem}-{table.name}")) for table in tables])


def _compared(
    run_dir: Path, beside: Path, wanted: Callable[[ComparisonReport], list[tuple[Path, Path]]]
) -> list[str]:
    """Writes the report of two probes and copies what is wanted of it."""
    from fashion_studio.services.probing.comparison import compare_probes  # noqa: PLC0415 - not at start
    from fashion_studio.services.probing.comparison_report import (  # noqa: PLC0415 - not at start
        write_comparison,
    )
    from fashion_studio.services.probing.run_files import ProbeRun  # noqa: PLC0415 - not at start

    with TemporaryDirectory() as scratch:
        found = compare_probes(ProbeRun(run_dir), ProbeRun(beside))
        return _copied(wanted(write_comparison(found, Path(scratch))))


def _copied(pairs: list[tuple[Path, Path]]) -> list[str]:
    """Copies files; returns the names of the copies."""
    for made, wanted in pairs:
        try:
            shutil.copyfile(made, wanted)
        except OSError as error:
            raise EnvironmentProblem(
                f"{wanted.name} cannot be written: {error.strerror or error}.",
                "Make room or choose another place.",
            ) from error
    return [wanted.name for _, wanted in pairs]
