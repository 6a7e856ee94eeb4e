"""Exporting a model: asks where to, writes in the background, says how near its outputs are to torch's."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.model_export import OnnxModel

__all__ = ["OnnxExport"]


class OnnxExport(QObject):
    """One export at a time per call; each is long work that can be cancelled."""

    def __init__(self, session: Session, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._window = session, window

    def ask(self, bundle: Path, model_id: str) -> None:
        """Asks for the file and begins."""
        start = str(Path.home() / f"{model_id}.onnx")
        name, _ = QFileDialog.getSaveFileName(self._window, "Export as ONNX", start, "ONNX (*.onnx)")
        if name:
            self.write(bundle, Path(name).with_suffix(".onnx"))

    def write(self, bundle: Path, out: Path) -> None:
        """Writes the file in the background."""
        work = self._session.works.begin(f"Exporting {out.name}")

        def run() -> OnnxModel | None:
            from fashion_studio.services.model_export import export_onnx  # noqa: PLC0415 - not at start

            try:
                return export_onnx(bundle, out, should_stop=work.should_stop)
            except Cancelled:
                return None

        ticket = self._session.bridge.submit(
            run, lambda made: self._done(work, made), lambda error: self._failed(work, error), long=True
        )
        work.thread_future = ticket.future

    def _done(self, work: Work, made: OnnxModel | None) -> None:
        if made is None:
            work.end(WorkState.CANCELLED)
            return
        near = f"outputs equal torch's within {made.largest_difference:.1g}"
        work.end(WorkState.DONE, f"{made.bytes / 1e6:.1f} MB, {near}")
        self._session.toast.emit(f"{made.path.name} written: {near}", False)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        work.end(WorkState.FAILED, str(error))
        self._session.report(error)
