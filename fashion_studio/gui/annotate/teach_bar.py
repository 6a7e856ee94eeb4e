"""The line above the inspector's foot: how many labels are new to the model, and what teaching gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QVBoxLayout

from fashion_studio.gui.annotate.teach_desk import figures_text
from fashion_studio.gui.components.base import Label, Surface, row
from fashion_studio.gui.components.buttons import Button, IconButton, LinkButton, bind
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.marks import KeyCap, ProgressBar

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.annotate.teach_desk import TeachDesk, TeachView
    from fashion_studio.gui.commands import Commands
    from fashion_studio.services.teaching_record import TeachRecord

__all__ = ["TeachBar", "add_teach_commands"]

_GROUP: Final = "Teach"


def add_teach_commands(desk: TeachDesk, commands: Commands, widget: QWidget) -> None:
    """Registers what a person can do about teaching."""
    for name, title, run, shortcut in (
        ("now", "Teach the model with my labels", desk.teach, "Ctrl+T"),
        ("undo", "Undo the last teaching", desk.undo, "Ctrl+Shift+T"),
        ("redo", "Redo the undone teaching", desk.redo, "Ctrl+Alt+T"),
        ("keep", "Keep a worse teaching anyway", desk.keep_offered, "Alt+K"),
        ("reject", "Reject a worse teaching", desk.reject_offered, "Alt+R"),
    ):
        commands.add(f"teach.{name}", title, run, widget=widget, group=_GROUP, shortcut=shortcut)


class TeachBar(Surface):
    """One line; two while a worse result waits for an answer."""

    def __init__(self, desk: TeachDesk, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__("panel", "t", parent)
        self._desk = desk
        self._narrow = False
        self.icon = IconMark("graduation-cap", "text2", 16)
        self.words = Label("", "caption", role="text2")
        self.bar = ProgressBar(40)
        self.teach = LinkButton("Teach", step="caption")
        self.undo = LinkButton("Undo", step="caption", role="text2")
        self.redo = LinkButton("Redo", step="caption", role="text2")
        self.cancel = IconButton("x", "Stop teaching; nothing changes", size_px=22)
        self.keep = Button("Keep anyway", "ghost")
        self.reject = Button("Reject", key="Alt R")
        self._key = KeyCap("Ctrl T")
        for control, name in (
            (self.teach, "teach.now"),
            (self.undo, "teach.undo"),
            (self.redo, "teach.redo"),
            (self.keep, "teach.keep"),
            (self.reject, "teach.reject"),
        ):
            bind(control, commands.get(name))
        self.cancel.clicked.connect(lambda _checked=False: desk.cancel())
        line = row(self.icon, self.words, gap=8)
        line.addStretch(1)
        for part in (self.bar, self.undo, self.redo, self.teach, self._key, self.cancel):
            line.addWidget(part)
        self._answers = Surface("panel")
        answers = row(None, self.keep, self.reject, gap=8)
        self._answers.setLayout(answers)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 7, 12, 6)
        layout.setSpacing(6)
        layout.addLayout(line)
        layout.addWidget(self._answers)
        desk.changed.connect(self.refresh)
        self.refresh()

    @property
    def sentence(self) -> str:
        """What it says."""
        return self.words.text()

    def refresh(self) -> None:
        """What the desk knows now."""
        view = self._desk.view
        self.setVisible(view.usable)
        offered = view.offered if not view.running else None
        self._answers.setVisible(offered is not None)
        self.cancel.setVisible(bool(view.running))
        self.teach.setVisible(not view.running and offered is None)
        self._key.setVisible(not view.running and offered is None and not self._narrow)
        self.undo.setVisible(not view.running and offered is None and view.current is not None)
        redoable = view.undone is not None and view.current is None  # beside "Undo" only the key does it
        self.redo.setVisible(not view.running and offered is None and redoable)
        counting = bool(view.every) and offered is None
        self.bar.setVisible(bool(view.running) or counting)
        self.icon.show_icon("graduation-cap", "disagree" if offered is not None else "text2")
        if view.running:
            figure = f" {view.done:,} of {view.total:,}" if view.total else ""
            self.words.setText(f"{view.running.split()[0]}{figure}" if figure else view.running)
            self.bar.set_share(view.done / view.total if view.total else None)
        else:
            self.bar.set_share(min(1.0, view.waiting / view.every) if view.every else 0.0)
            self.words.setText(_offer(offered) if offered is not None else _standing(view))
        self.bar.setToolTip(_waiting(view))
        tooltip = self._details(view)
        self.words.setToolTip(tooltip)
        self.icon.setToolTip(tooltip)

    def set_narrow(self, narrow: bool) -> None:
        """Without the key cap; the tooltip has the key, too."""
        self._narrow = narrow
        self.refresh()

    def _details(self, view: TeachView) -> str:
        record = view.offered or view.current
        if record is None:
            rule = (
                f"The model learns from your labels after every {view.every}, or on demand."
                if view.every
                else "The model learns from your labels on demand."
            )
            return f"{rule}\nA fifth of the photos only measures what it learnt."
        lines = [f"Held-out labels that are right, before → after teaching {record.number}:"]
        figures = figures_text(record, self._desk.titles) or "none"
        return "\n".join([*lines, figures, *record.skipped, f"{_waiting(view)} since."])


def _standing(view: TeachView) -> str:
    return _waiting(view) if view.current is None else f"{_figures(view.current)} held out"


def _waiting(view: TeachView) -> str:
    if view.every:
        return f"{view.waiting:,} of {view.every:,} new labels"
    return f"{view.waiting:,} new label{'' if view.waiting == 1 else 's'}"


def _offer(record: TeachRecord) -> str:
    if record.verdict == "unmeasured":
        return "Nothing measures this teaching yet"
    return f"Worse: {_figures(record)} held out"


def _figures(record: TeachRecord) -> str:
    if not record.held_out:
        return "Not measured, none"
    return f"{100 * record.before:.0f} → {100 * record.after:.0f} % of {record.held_out}"
