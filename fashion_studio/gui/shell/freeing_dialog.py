"""What is kept only so that it can be brought back: how much room it takes, and deleting it for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QWidget

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.components.base import Label, Line, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from fashion_studio.gui.session import Session
    from fashion_studio.services.freeing import Freed

__all__ = ["FreeingDialog"]

# kind as services call it: title, hint, one of it, several
_KINDS: Final = {
    "edits": (
        "Edited photos whose saving was undone",
        "Afterwards redo shows them as photos whose file is missing.",
        "picture",
        "pictures",
    ),
    "runs": ("Removed trainings", "Afterwards they cannot be brought back.", "run", "runs"),
}


class FreeingDialog(Dialog):
    """A line for each kind with its own button; what is deleted is work in the status bar."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Free space on the disk", primary="Done", secondary="", parent=parent)
        self._session = session
        self._open = True
        words = "Both are kept so that undo can bring them back. Deleting them is for good."
        self.body.addWidget(Label(words, "small", role="text2", wrap=True))
        self.lines = {kind: _Kind(kind) for kind in _KINDS}
        for kind, line in self.lines.items():
            self.body.addWidget(Line(lying=True))
            self.body.addWidget(line)
            line.delete.clicked.connect(lambda _checked=False, kind=kind: self._free(kind))
            self._count(kind)

    def _count(self, kind: str) -> None:
        project, line = self._session.project, self.lines[kind]
        if project is None:
            return

        def look() -> tuple[Freed, str]:
            from fashion_studio.services.freeing import Keepsake, held, size_words  # noqa: PLC0415 - SQL

            found = held(project, Keepsake(kind))
            return found, size_words(found.size_bytes)

        def show(answer: tuple[Freed, str]) -> None:
            found, size = answer
            line.show_found(found.count, size, may=not project.read_only)

        line.show_busy("Counting …")
        self._session.bridge.submit(look, show, self._failed, lane=f"freeing.{kind}")

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        self._session.report(error)

    def _free(self, kind: str) -> None:
        project, session = self._session.project, self._session
        if project is None:
            return
        work = session.works.begin(f"Deleting {_KINDS[kind][3]}")
        self.lines[kind].show_busy("Deleting …")

        def delete() -> str:
            from fashion_studio.services.freeing import Keepsake, free, size_words  # noqa: PLC0415 - SQL

            try:
                freed = free(project, Keepsake(kind), work.should_stop)
            except Cancelled:
                return ""
            return f"{size_words(freed.size_bytes)} freed"

        def done(sentence: str) -> None:
            work.end(WorkState.DONE if sentence else WorkState.CANCELLED, sentence)
            if sentence:
                session.toast.emit(sentence, False)
            self._again(kind)

        def failed(error: Exception) -> None:
            work.end(WorkState.FAILED, str(error))
            self._failed(error)
            self._again(kind)

        ticket = session.bridge.submit(delete, done, failed, long=True)
        work.thread_future = ticket.future

    def _again(self, kind: str) -> None:
        if self._open:
            self._count(kind)

    def done(self, result: int) -> None:
        """Nobody waits for a count any more; what is being deleted goes on."""
        self._open = False
        for kind in self.lines:
            self._session.bridge.forget(f"freeing.{kind}")
        super().done(result)


class _Kind(QWidget):
    """Title and hint at the left, how much it is and the button at the right."""

    def __init__(self, kind: str) -> None:
        super().__init__()
        title, hint, self._one, self._several = _KINDS[kind]
        self._figure = Label("", "small", 500)
        self.bar = ProgressBar(72)
        self.bar.set_share(None)
        self.delete = Button("Delete for good")
        self.delete.setToolTip(f"{title}: delete them for good")
        words = column(Label(title, "small", 600), Label(hint, "caption", role="text3", wrap=True), gap=2)
        below = row(self._figure, self.bar, None, self.delete, gap=8)
        self._layout = column(words, below, gap=6)
        self.setLayout(self._layout)

    @property
    def sentence(self) -> str:
        """How much it is, or what is under way."""
        return self._figure.text()

    def show_busy(self, words: str) -> None:
        """Something is under way."""
        self._figure.setText(words)
        self.bar.show()
        self.delete.setEnabled(False)
        self._layout.activate()

    def show_found(self, count: int, size: str, *, may: bool) -> None:
        """So much there is; `may`: whether it can be deleted."""
        noun = self._one if count == 1 else self._several
        self._figure.setText(f"{count:,} {noun}, {size}" if count else "Nothing to delete")
        self.bar.hide()
        self.delete.setEnabled(may and count > 0)
        self._layout.activate()
