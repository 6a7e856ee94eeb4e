"""Export: what, as what, where; then how it goes, and what the format cannot carry."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.choices import Segment, Switch
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.library.filter_words import conditions
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.queries import ItemFilter
    from fashion_studio.exchange.report import ExportReport
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work

__all__ = ["ExportDialog"]

_FORMATS = (("coco", "COCO keypoints"), ("csv", "CSV table"))


class ExportDialog(Dialog):
    """Writes in the background; the window stays usable when the dialog is closed meanwhile."""

    finished_writing = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Export", primary="Export", secondary="Cancel", wide=True, parent=parent)
        self._session = session
        self._work: Work | None = None
        project = session.project
        total = project.count if project is not None else 0
        shown = int(session.listing.size)
        self._filtered = bool(session.vocabulary and conditions(session.filter, session.vocabulary))
        scope = (
            [f"These {shown:,} photos", f"All {total:,} photos"]
            if self._filtered
            else [f"All {total:,} photos"]
        )
        self.scope = Segment(scope)
        self.format = Segment([title for _, title in _FORMATS])
        self.proposals = Switch()
        self.proposals.setAccessibleName("With the model's proposals")
        self.edited = Switch()
        self.edited.setAccessibleName("With edited photos")
        folder = project.folder.parent / f"{project.title} export" if project is not None else Path.home()
        self.folder = Field("", str(folder))
        self.folder.line.setAccessibleName("Folder")
        choose = Button("Choose", icon="folder-open")
        choose.setToolTip("Choose another folder")
        choose.clicked.connect(self._choose)
        where = row(self.folder, choose, gap=8)
        where.setStretch(0, 1)
        for title, hint, control in (
            ("Photos", "The present filter, or the whole project.", self.scope),
            ("Format", "COCO carries landmarks and boxes; CSV is one line a photo.", self.format),
            (
                "With proposals",
                "Where nobody has answered, what the model says, marked as such.",
                self.proposals,
            ),
            ("With edited photos", "Photos that an edit made, each with the photo it is of.", self.edited),
        ):
            words = column(Label(title, "small", 600), Label(hint, "caption", role="text3", wrap=True), gap=2)
            line = row(gap=24, margins=(0, 4, 0, 4))
            line.addLayout(words, 1)
            line.addWidget(control)
            self.body.addLayout(line)
        self.body.addWidget(Label("Folder", "small", 600))
        self.body.addLayout(where)
        self.bar = ProgressBar()
        self.bar.hide()
        self.report = Label("", "small", role="text2", wrap=True)
        self.report.hide()
        self.body.addWidget(self.bar)
        self.body.addWidget(self.report)
        self.primary.clicked.disconnect(self.accept)
        self.primary.clicked.connect(self._start)

    @property
    def question(self) -> ItemFilter | None:
        """The filter to export; None for all photos."""
        return self._session.filter if self._filtered and self.scope.index == 0 else None

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Export into a folder", self.folder.text)
        if folder:
            self.folder.line.setText(folder)

    def _start(self) -> None:
        from fashion_studio.services.exporting import ExportFormat, export_project  # noqa: PLC0415 - SQL

        if self._work is not None:
            self.accept()
            return
        project = self._session.project
        if project is None or not self.folder.text.strip():
            self.folder.set_error("Name a folder to write into.")
            return
        self.folder.set_error("")
        kind, title = _FORMATS[self.format.index]
        out, question = Path(self.folder.text).expanduser(), self.question
        proposals, edited = self.proposals.isChecked(), self.edited.isChecked()
        work = self._session.works.begin(f"Export to {title}")
        self._work = work
        self.primary.setEnabled(False)
        self.bar.show()
        self.report.show()
        self.report.set_role("text2")
        self.report.setText("Writing…")
        bridge = self._session.bridge

        def told(done: int, whole: int) -> None:
            bridge.post(lambda: self._progress(work, done, whole))

        ticket = bridge.submit(
            lambda: export_project(
                project,
                question,
                ExportFormat(kind),
                out,
                include_proposals=proposals,
                include_derived=edited,
                on_progress=told,
                should_stop=work.should_stop,
            ),
            lambda report: self._done(work, report, out),
            lambda error: self._failed(work, error),
            long=True,
        )
        work.thread_future = ticket.future

    def _progress(self, work: Work, done: int, total: int) -> None:
        work.progress(done, total)
        self.bar.set_share(done / total if total else None)

    def _done(self, work: Work, report: ExportReport, out: Path) -> None:
        words = report_text(report)
        work.end(WorkState.DONE, words)
        self.bar.set_share(1.0)
        self.report.setText(f"{words}\nWritten to {out}.")
        self.primary.setText("Done")
        self.primary.setEnabled(True)
        self.secondary.hide()
        self.finished_writing.emit(report)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        work.end(WorkState.CANCELLED if isinstance(error, Cancelled) else WorkState.FAILED, str(error))
        self._work = None
        self.bar.hide()
        self.report.set_role("danger")
        self.report.setText(str(error))
        self.primary.setEnabled(True)

    def reject(self) -> None:
        """Cancels what is being written."""
        if self._work is not None and self._work.active:
            self._work.cancel()
        super().reject()


def report_text(report: ExportReport) -> str:
    """The report in sentences: how many, and what the format cannot carry."""
    photos = "1 photo" if report.photos == 1 else f"{report.photos:,} photos"
    lines = [f"{photos} exported, {report.labelled:,} of them labelled."]
    if report.losses:
        lines.append("What this format cannot carry:")
        lines += [f"•  {loss.sentence}" for loss in report.losses]
    else:
        lines.append("Nothing was left out.")
    return "\n".join(lines)
