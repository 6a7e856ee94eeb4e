"""Knows the experiment whose table the probe room shows: opens it, remembers it, reads it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fashion_studio.domain.errors import StudioError

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.services.experiment_results import ExperimentResults
    from fashion_studio.services.project import Project

__all__ = ["ExperimentKeeper"]


class ExperimentKeeper(QObject):
    """The window's view of one experiment folder. `changed`: there is another table or another sentence.

    Attributes:
        results: None where none was opened, or it cannot be read.
        problem: why it cannot be read, as a sentence; else "".
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.results: ExperimentResults | None = None
        self.problem = ""
        session.project_changed.connect(self._forget)

    def look(self) -> None:
        """Reads the remembered folder (again), in a thread."""
        self._read(None)

    def open(self, folder: Path) -> None:
        """Shows another folder's table; one that can be read is remembered in the project."""
        self._read(folder)

    def _forget(self) -> None:
        self.results, self.problem = None, ""
        self.changed.emit()

    def _read(self, folder: Path | None) -> None:
        project = self._session.project
        if project is None:
            return

        def found(results: ExperimentResults | None) -> None:
            if project is self._session.project and (results, "") != (self.results, self.problem):
                self.results, self.problem = results, ""
                self.changed.emit()

        def failed(error: Exception) -> None:
            if not isinstance(error, StudioError):
                raise error
            if project is self._session.project:
                self.results, self.problem = None, str(error)
                self.changed.emit()

        self._session.bridge.submit(lambda: _results(project, folder), found, failed)


def _results(project: Project, folder: Path | None) -> ExperimentResults | None:
    """In a thread: the table of a folder, or of the remembered one."""
    from fashion_studio.services.experiment_results import (  # noqa: PLC0415 - not at start
        read_experiment_results,
        show_experiment,
        shown_experiment,
    )

    wanted = folder or shown_experiment(project)
    if wanted is None:
        return None
    results = read_experiment_results(wanted)
    if folder is not None:
        show_experiment(project, folder)
    return results
