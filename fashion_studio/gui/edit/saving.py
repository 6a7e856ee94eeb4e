"""What is done with a result: a new photo of the project, a file elsewhere. Both at the photo's own size."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.edits import EditedFile
    from fashion_studio.domain.queries import Changes
    from fashion_studio.gui.edit.stack_keeper import StackKeeper
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work

__all__ = ["EditSaving"]


class EditSaving(QObject):
    """Each is long work in the status bar that can be cancelled; what fails leaves everything as it was."""

    def __init__(self, session: Session, keeper: StackKeeper, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._keeper, self._window = session, keeper, window

    def save_as_new(self) -> None:
        """Adds the result to the project as a photo that knows what it was made of."""
        project, item = self._session.project, self._keeper.item
        if project is None or item is None:
            return
        self._keeper.flush()
        item_id = item.row.id

        def written(work: Work, made: EditedFile) -> None:
            def add() -> Changes:
                from fashion_studio.services.editing.project_edits import EditedPicture  # noqa: PLC0415 - SQL

                return project.save_edits([EditedPicture(item_id, made.stack, made.path)])

            def added(changes: Changes) -> None:
                work.end(WorkState.DONE, changes.title)
                self._session.toast.emit(changes.title, True)

            self._session.bridge.submit(add, added, lambda error: self._failed(work, error))

        self._write(project.edit_place(), f"Saving an edit of {item.row.name}", written)

    def export(self) -> None:
        """Asks for a PNG or TIFF file and writes the result there, its stack in the file's metadata."""
        item = self._keeper.item
        if item is None:
            return
        start = Path.home() / f"{Path(item.row.name).stem} edited.png"
        name, _ = QFileDialog.getSaveFileName(
            self._window, "Export the result", str(start), "PNG (*.png);;TIFF (*.tif *.tiff)"
        )
        if name:
            path = Path(name)
            self.export_to(path if path.suffix else path.with_suffix(".png"))

    def export_to(self, path: Path) -> None:
        """Writes the result to a file."""
        self._keeper.flush()

        def written(work: Work, made: EditedFile) -> None:
            work.end(WorkState.DONE, f"{made.width_px} × {made.height_px}")
            self._session.toast.emit(f"{made.path.name} written, {made.width_px} × {made.height_px}", False)

        self._write(path, f"Exporting {path.name}", written)

    def _write(self, path: Path, title: str, written: Callable[[Work, EditedFile], None]) -> None:
        engine, item = self._session.engine, self._keeper.item
        if engine is None or item is None:
            return
        work = self._session.works.begin(title)
        future = engine.editing.write(item.path, self._keeper.stack, path)

        def cancel() -> None:
            if future.cancel():
                work.end(WorkState.CANCELLED)

        work.cancel_asked.connect(cancel)
        self._session.bridge.follow(
            future, lambda made: written(work, made), lambda error: self._failed(work, error)
        )

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            work.end(WorkState.FAILED)
            raise error
        work.end(WorkState.FAILED, str(error))
        self._session.report(error)
