"""The train room put together: list of runs, the run that is shown, a new one, two compared, the side."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog, QSizePolicy, QStackedWidget, QWidget

from fashion_studio.gui.components.base import row
from fashion_studio.gui.components.buttons import Button, IconButton, bind
from fashion_studio.gui.components.feedback import EmptyState
from fashion_studio.gui.components.focus import keyboard_focus
from fashion_studio.gui.theme.theme import current_theme
from fashion_studio.gui.train.compare_page import ComparePage
from fashion_studio.gui.train.new_training import NewTraining
from fashion_studio.gui.train.onnx_export import OnnxExport
from fashion_studio.gui.train.run_list_panel import RunListPanel
from fashion_studio.gui.train.run_page import RunPage
from fashion_studio.gui.train.side_panel import TABS, SidePanel

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.train.model_switch import ModelSwitch
    from fashion_studio.gui.train.run_keeper import RunKeeper
    from fashion_studio.services.run_list import RunEntry
    from fashion_studio.services.run_story import Notice

__all__ = ["TrainRoom"]

_LIST_PX, _LIST_NARROW_PX = 256, 208
_SIDE_PX, _SIDE_NARROW_PX = 304, 264


def _is_shown(notice: Notice) -> bool:
    """Warnings about the data stand on its own cards."""
    return notice.level == "warning" and notice.code != "rare_class"


class TrainRoom(QWidget):
    """Everything of the room but its keys; made when it is first shown."""

    def __init__(
        self,
        session: Session,
        commands: Commands,
        keeper: RunKeeper,
        models: ModelSwitch,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self.keeper, self.models = keeper, models
        self._narrow = False
        self._shown_once: Path | None = None
        self.pause = self._button("train.pause", "Pause", "pause", large=True)
        self.cancel = self._button("train.cancel", "Cancel, keep checkpoint", "x", large=True)
        self.use = self._button("train.use", "Use this model", "", kind="primary", large=True)
        self.onnx = self._button("train.onnx", "ONNX", "download", large=True)
        new = self._button("train.new", "New training", "plus", kind="primary", large=True)
        compare = self._button("train.compare", "Compare runs", "arrow-left-right")
        self.runs = RunListPanel(new, compare)
        acts = (self._icon("train.rename", "pencil"), self._icon("train.remove", "trash-2"))
        sheets = (
            self._icon("train.earlier_sheet", "chevron-left"),
            self._icon("train.later_sheet", "chevron-right"),
        )
        self.page = RunPage(acts, sheets, self.pause, self.cancel, session)
        self.new = NewTraining(
            session,
            self._button("train.start", "Start", "play", kind="primary", large=True),
            self._button("train.close", "Back", "", large=True),
        )
        self.compare = ComparePage(session, self._button("train.close", "Back", "", large=True))
        self.side = SidePanel(session, self.onnx, self.use)
        self.export = OnnxExport(session, self)
        self.empty = EmptyState(
            "graduation-cap", "Nothing trained yet", "", action="New training", primary=True, key="N"
        )
        self.empty.acted.connect(lambda: commands.run("train.new"))
        self.middle = QStackedWidget()
        self.middle.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        for page in (self.empty, self.page, self.new, self.compare):
            self.middle.addWidget(page)
        layout = row(self.runs, self.middle, self.side, gap=0)
        layout.setStretch(1, 1)
        self.setLayout(layout)
        self._connect()
        self.set_narrow(narrow=False)
        self._show_runs()

    def _button(self, name: str, text: str, icon: str, *, kind: str = "plain", large: bool = False) -> Button:
        button = Button(text, kind, icon=icon, large=large)
        bind(button, self._commands.get(name))
        return button

    def _icon(self, name: str, icon: str) -> IconButton:
        button = IconButton(icon, self._commands.tooltip(name))
        bind(button, self._commands.get(name))
        return button

    def _connect(self) -> None:
        self.runs.picked.connect(self._on_picked)
        self.keeper.runs_changed.connect(self._show_runs)
        self.keeper.story_changed.connect(self._show_story)
        self.page.sheet.moved.connect(self._enable)
        self.new.prepared.connect(self._on_prepared)
        self.new.ready_changed.connect(self._enable)
        self._session.project_changed.connect(self._on_project)

    # ------------------------------------------------------------ what is shown

    def set_narrow(self, *, narrow: bool) -> None:
        """Under 1200 px: slimmer columns; the page in the middle finds its own order."""
        self._narrow = narrow
        theme = current_theme()
        self.runs.setFixedWidth(theme.px(_LIST_NARROW_PX if narrow else _LIST_PX))
        self.side.setFixedWidth(theme.px(_SIDE_NARROW_PX if narrow else _SIDE_PX))
        self._enable()

    def _on_project(self) -> None:
        self.middle.setCurrentWidget(self.empty)
        self._shown_once = None

    def _show_runs(self) -> None:
        entries = self.keeper.entries
        self.runs.show_runs(entries, self.keeper.in_use)
        if self.keeper.entry is None and entries and self.keeper.current is None:
            first = self.keeper.running or entries[0]
            self.keeper.show(first.run_dir)
        self.runs.set_current(self.keeper.current)
        if self.middle.currentWidget() in {self.empty, self.page}:
            self.middle.setCurrentWidget(self.page if self.keeper.entry is not None else self.empty)
        self._say_empty()
        self._show_story()

    def _say_empty(self) -> None:
        project = self._session.project
        if project is None:
            self.empty.say("folder-open", "No project is open", "Open photos first.")
        elif not self.keeper.known:
            self.empty.say("graduation-cap", "Looking for trainings", "")
        elif project.read_only:
            hint = "Close it where it is open for writing to train here."
            self.empty.say("lock", "Open for reading only", hint)
        else:
            hint = "Label or correct photos in Annotate, then let a model learn from them."
            self.empty.say("graduation-cap", "Nothing trained yet", hint, "New training")

    def _show_story(self) -> None:
        entry, vocabulary = self.keeper.entry, self._session.vocabulary
        on_page = self.middle.currentWidget() is self.page
        self.side.setVisible(entry is not None and on_page)
        if entry is not None and vocabulary is not None:
            self.page.show_run(entry, self.keeper.story, vocabulary)
            self._say_state(entry)
            self.side.show_run(entry, self.keeper.story, vocabulary)
        self._enable()

    def _say_state(self, entry: RunEntry) -> None:
        strip, story, phase = self.page.strip, self.keeper.story, entry.phase.value
        go_on = self._act("train.pause", "Go on")
        log = ("Show the log", "What it wrote", lambda: self.side.show_tab(TABS.index("Log")))
        best = entry.best.get("epoch")
        finish = [self._act("train.use", f"Use epoch {best}")] if best else []
        since = f"Nothing is lost: it goes on after epoch {max(story.epochs)}." if story.epochs else ""
        if phase == "failed":
            hint = since or "When the reason is gone, let it go on."
            strip.say("danger", "triangle-alert", entry.text or "It failed.", hint, [log, *finish, go_on])
        elif phase == "interrupted":
            strip.say("disagree", "triangle-alert", "It stopped suddenly.", since, [log, *finish, go_on])
        elif phase == "cancelled":
            strip.say("text2", "circle-slash", "Cancelled.", since or "It can go on.", [*finish, go_on])
        elif phase == "queued":
            running = self.keeper.running
            ahead = f"“{running.title}”" if running is not None else "the one before it"
            strip.say("text2", "clock", f"Waits until {ahead} has ended.", "", [])
        elif phase == "prepared":
            strip.say("text2", "circle-dashed", "Ready to start.", "", [self._act("train.pause", "Start")])
        elif phase == "starting" or (phase == "running" and not story.run):
            strip.say("text2", "circle-play", entry.text or "Preparing: photos and network.", "", [])
        elif notes := [notice.text for notice in story.notices if _is_shown(notice)]:
            more = f"And {len(notes) - 1} more, in the log." if len(notes) > 1 else ""
            strip.say("disagree", "info", notes[-1], more, [log])
        else:
            strip.hide()

    def _act(self, command: str, title: str) -> tuple[str, str, Callable[[], object]]:
        return title, self._commands.tooltip(command), lambda: self._commands.run(command)

    def _enable(self) -> None:
        """Which acts make sense now."""
        entry, project = self.keeper.entry, self._session.project
        may = project is not None and not project.read_only
        on_page = self.middle.currentWidget() is self.page
        phase = entry.phase if entry is not None else None
        active = phase is not None and phase.is_active
        queued = phase is not None and phase.value == "queued"
        goes_on = phase is not None and phase.can_go_on
        used = entry is not None and entry.bundle is not None and entry.bundle == self.keeper.in_use
        usable = entry is not None and (entry.bundle is not None or bool(entry.best))
        wanted = {
            "new": may,
            "pause": may and on_page and (active or goes_on),
            "cancel": may and on_page and (active or queued),
            "use": may and on_page and usable and not used,
            "onnx": on_page and entry is not None and entry.bundle is not None,
            "rename": may and on_page and entry is not None,
            "remove": may and on_page and entry is not None,
            "bring_back": may,
            "earlier_sheet": on_page and self.page.sheet.can_go(-1),
            "later_sheet": on_page and self.page.sheet.can_go(1),
            "compare": len(self.keeper.entries) > 1,
            "start": may and self.new.ready,
            "take_in": may,
            "roll_back": may and self.keeper.in_use is not None,
            "close": not on_page,
        }
        for name, on in wanted.items():
            self._commands.get(f"train.{name}").action.setEnabled(on)
        resting = phase is not None and (phase.value == "paused" or goes_on)
        self.pause.setText(
            "Start" if phase is not None and phase.value == "prepared" else "Go on" if resting else "Pause"
        )
        self.pause.set_icon("play" if resting else "pause")
        self.pause.setVisible(active or goes_on)
        cancel = "Cancel" if self._narrow else "Cancel, keep checkpoint"
        self.cancel.setText("Leave the queue" if queued else cancel)
        self.cancel.setVisible(active or queued)
        best = entry.best.get("epoch") if entry is not None and entry.bundle is None else None
        self.use.setText("In use" if used else f"Use epoch {best} now" if best else "Use this model")
        start = self.keeper.running is not None
        for button in self.new.findChildren(Button):
            if button.text() in {"Start", "Start after the running one"}:
                button.setText("Start after the running one" if start else "Start")

    # ------------------------------------------------------------ acts

    def _on_picked(self, run_dir: Path) -> None:
        self.middle.setCurrentWidget(self.page)
        self.keeper.show(run_dir)
        self._show_story()

    def show_new(self) -> None:
        """The form for a new training."""
        self.middle.setCurrentWidget(self.new)
        self.new.open(self.keeper.entries, self.keeper.in_use)
        self._show_story()
        self.new.recipe.setFocus()

    def show_compare(self) -> None:
        """Two runs side by side."""
        self.middle.setCurrentWidget(self.compare)
        self.compare.open(self.keeper.entries, self.keeper.current)
        self._show_story()
        self.compare.first.setFocus()

    def close_page(self) -> None:
        """Back to the run that is shown."""
        self.middle.setCurrentWidget(self.page if self.keeper.entry is not None else self.empty)
        self._show_story()
        self.runs.setFocus()

    def start(self) -> None:
        """Freezes what is chosen and starts it, or lets it wait its turn."""
        if self.middle.currentWidget() is self.new:
            self.new.prepare()

    def _on_prepared(self, run_dir: Path) -> None:
        self.keeper.go_on(run_dir)
        self.middle.setCurrentWidget(self.page)
        self.keeper.show(run_dir)
        self._show_story()

    def toggle_pause(self) -> None:
        """Lets the shown run rest, go on, or start."""
        self.keeper.toggle_pause()

    def cancel_run(self) -> None:
        """Ends the shown run; a checkpoint stays."""
        entry = self.keeper.entry
        if entry is not None:
            self.keeper.cancel(entry.run_dir)

    def use_model(self) -> None:
        """Reads with the shown run's model from now on; makes it first where the run goes on."""
        entry = self.keeper.entry
        if entry is None:
            return
        if entry.bundle is not None:
            self.models.use(entry.bundle)
        elif entry.best:
            self.keeper.use_best(entry.run_dir)

    def export_onnx(self) -> None:
        """Writes the shown run's model for other programs."""
        entry = self.keeper.entry
        if entry is not None and entry.bundle is not None:
            self.export.ask(entry.bundle, entry.model_id)

    def take_in(self) -> None:
        """Asks for a run folder and copies it into the project."""
        folder = QFileDialog.getExistingDirectory(self, "Take in a run that was trained elsewhere")
        if folder:
            self.keeper.take_in(Path(folder), self._on_taken_in)

    def _on_taken_in(self, run_dir: Path) -> None:
        self._session.toast.emit("The run is in the project now", False)
        self.middle.setCurrentWidget(self.page)
        self.keeper.show(run_dir)

    def next_tab(self) -> None:
        """Examples, values, log, recipe, and from the start."""
        self.side.show_tab((self.side.tabs.index + 1) % len(TABS))

    def step(self, by: int) -> None:
        """To the neighbouring run."""
        if not keyboard_focus(self.new):
            self.runs.step(by)
