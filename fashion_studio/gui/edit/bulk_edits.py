"""The stack done to every photo of a filter: asks how many, starts the job, says what came of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fashion_studio.domain.edits import RegionKind
from fashion_studio.domain.errors import StudioError
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.components.base import Card, Label, column, row
from fashion_studio.gui.components.choices import Segment, Switch
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.marks import Swatch
from fashion_studio.gui.edit.wording import glyph_of, region_title, rgb_of, step_title
from fashion_studio.gui.library.filter_words import conditions
from fashion_studio.gui.photo_jobs import PhotoJobs

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QHBoxLayout, QWidget

    from fashion_studio.domain.edits import EditStack, EditStep
    from fashion_studio.gui.photo_jobs import TakenIn
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.jobs.background import Job
    from fashion_studio.services.editing.bulk import BulkEdit
    from fashion_studio.services.project import Project

__all__ = ["BulkDialog", "BulkEdits", "painted_step"]


def painted_step(stack: EditStack) -> EditStep | None:
    """The first active step that a hand has painted at: it fits its own photo only."""
    for step in stack.active:
        region = step.region
        if region.kind is RegionKind.PAINTED or region.painted is not None or region.erased is not None:
            return step
    return None


class BulkEdits(PhotoJobs):
    """Bulk edits of the open project; the pictures come into it when a job has ended, as one undo."""

    left_out_words = "left out"

    def __init__(
        self,
        session: Session,
        engine_choice: Callable[[], tuple[Path | None, str]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(session, parent)
        self._choice = engine_choice

    def start(self, question: ItemFilter, stack: EditStack) -> None:
        """Starts a job on the photos of a filter."""
        project = self._session.project
        if project is None:
            return
        model_dir, device = self._choice()

        def begin() -> Job:
            from fashion_studio.services.editing.bulk import edit_photos  # noqa: PLC0415 - not at start

            return edit_photos(project, project.ids(question), stack, model_dir=model_dir, device=device)

        def begun(job: Job) -> None:
            if project is self._session.project:
                self._follow(project, job)

        self._session.bridge.submit(begin, begun, self._session.report)

    def _open_jobs(self, project: Project) -> list[Job]:
        from fashion_studio.services.editing.bulk import edit_jobs  # noqa: PLC0415 - not at start

        return edit_jobs(project)

    def _take_in(self, project: Project, run_dir: Path) -> BulkEdit:
        from fashion_studio.services.editing.bulk import take_in_edits  # noqa: PLC0415 - not at start

        return take_in_edits(project, run_dir)

    def _on_ended(self, work: Work, taken: TakenIn) -> None:
        sentence = getattr(taken, "sentence", "")
        added = bool(getattr(taken, "added", ()))
        if sentence:
            work.detail = sentence
            work.changed.emit()
            self._session.toast.emit(sentence, added)


class BulkDialog(Dialog):
    """How many photos, which edits; `question` and `accept` say the rest."""

    def __init__(self, session: Session, stack: EditStack, parent: QWidget | None = None) -> None:
        super().__init__("Edit a whole filter", primary="Edit", parent=parent)
        self._session = session
        self._counts: dict[tuple[int, bool], int] = {}
        words = conditions(session.filter, session.vocabulary) if session.vocabulary is not None else []
        self._filtered = bool(words)
        self.scope = Segment(["The present filter", "All photos"] if self._filtered else ["All photos"])
        self.scope.picked.connect(lambda _place: self._count())
        self.derived = Switch()
        self.derived.setAccessibleName("Edited photos too")
        self.derived.toggled.connect(lambda _on: self._count())
        self._figure = Label("", "small", 600)
        self._problem = Label("", "small", role="danger", wrap=True)
        steps = Card("raised", "line", 6)
        steps.setLayout(column(*[self._line(step) for step in stack.active], gap=6, margins=(10, 8, 10, 8)))
        hint = "Results of earlier edits are left out unless you want them edited once more."
        self.body.addLayout(self._setting("Photos", "Each gets an edited photo beside it.", self.scope))
        self.body.addLayout(self._setting("Edited photos too", hint, self.derived))
        self.body.addWidget(Label("What is done to each", "small", 600))
        self.body.addWidget(steps)
        self.body.addWidget(self._problem)
        self.body.addWidget(self._figure)
        painted = painted_step(stack)
        self._blocked = painted is not None
        if painted is not None:
            title = step_title(session.vocabulary, painted)
            self._problem.setText(
                f"“{title}” was painted by hand, which fits this photo only. Choose another region for it."
            )
        self._problem.setVisible(painted is not None)
        self._count()

    def _line(self, step: EditStep) -> QWidget:
        vocabulary = self._session.vocabulary
        rgb = rgb_of(vocabulary, step.attribute, step.value)
        glyph = glyph_of(step.attribute, step.value)
        mark: QWidget = Swatch(rgb) if rgb is not None else IconMark(glyph, "text2", 16)
        line = Card("raised", "raised", 0)
        title = Label(step_title(vocabulary, step), "small", 500)
        about = f"{region_title(step.region)}, strength {step.strength:.2f}"
        line.setLayout(row(mark, title, None, Label(about, "caption", role="text2"), gap=8))
        return line

    @staticmethod
    def _setting(title: str, hint: str, control: QWidget) -> QHBoxLayout:
        words = column(Label(title, "small", 600), Label(hint, "caption", role="text3", wrap=True), gap=2)
        line = row(gap=24, margins=(0, 4, 0, 4))
        line.addLayout(words, 1)
        line.addWidget(control)
        return line

    @property
    def question(self) -> ItemFilter:
        """Which photos."""
        base = self._session.filter if self._filtered and self.scope.index == 0 else ItemFilter()
        return base if self.derived.isChecked() else replace(base, derived=False)

    @property
    def sentence(self) -> str:
        """How many photos it will be."""
        return self._figure.text()

    def _count(self) -> None:
        project, question = self._session.project, self.question
        if project is None:
            return
        self.primary.setEnabled(False)
        self._figure.setText("Counting …")

        def show(count: int) -> None:
            noun = "photo" if count == 1 else "photos"
            self._figure.setText(
                f"{count:,} {noun}. It goes on in the background; you can pause or cancel it below."
                if count
                else "No photo matches."
            )
            self.primary.setText(f"Edit {count:,} {noun}" if count else "Edit")
            self.primary.setEnabled(count > 0 and not self._blocked)

        self._session.bridge.submit(lambda: len(project.ids(question)), show, self._ignore, lane="edit.count")

    def _ignore(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._figure.setText(str(error))

    def done(self, result: int) -> None:
        """Nobody waits for a count any more."""
        self._session.bridge.forget("edit.count")
        super().done(result)
