"""The window: puts rail, bars, workspaces and commands together. What they do is theirs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QHBoxLayout,
    QMainWindow,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from fashion_studio.config.settings import save_settings
from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.gui.annotate.workspace import AnnotateWorkspace
from fashion_studio.gui.commands import Commands
from fashion_studio.gui.components.base import Surface
from fashion_studio.gui.components.feedback import Banner, Toasts
from fashion_studio.gui.components.focus import FocusRing
from fashion_studio.gui.components.tips import Tips
from fashion_studio.gui.edit.workspace import EditWorkspace
from fashion_studio.gui.library.filter_bar import FilterBar
from fashion_studio.gui.library.workspace import LibraryWorkspace
from fashion_studio.gui.probe.workspace import ProbeWorkspace
from fashion_studio.gui.shell.cheat_sheet import CheatSheet
from fashion_studio.gui.shell.jobs_panel import JobsPanel
from fashion_studio.gui.shell.notices import Notices
from fashion_studio.gui.shell.opening import Opener
from fashion_studio.gui.shell.project_acts import ProjectActs
from fashion_studio.gui.shell.rail import Rail
from fashion_studio.gui.shell.reading_all import ReadingAll
from fashion_studio.gui.shell.search import SearchPanel
from fashion_studio.gui.shell.settings_dialog import SettingsDialog
from fashion_studio.gui.shell.status_bar import StatusBar
from fashion_studio.gui.shell.top_bar import TopBar
from fashion_studio.gui.shell.undo_notes import UndoNotes
from fashion_studio.gui.theme.metrics import SIZE
from fashion_studio.gui.theme.theme import Theme, ThemeMode, current_theme
from fashion_studio.gui.train.model_switch import ModelSwitch
from fashion_studio.gui.train.workspace import TrainWorkspace
from fashion_studio.gui.welcome.screen import WelcomeScreen

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QResizeEvent

    from fashion_studio.config.settings import Settings
    from fashion_studio.gui.session import Session

__all__ = ["MainWindow"]

_WITH_PROJECT: Final = (
    "add_folder",
    "rescan",
    "read_all",
    "import",
    "export",
    "free",
    "close_project",
    "library",
    "annotate",
    "train",
    "edit",
    "probe",
    "jobs",
)
"""Commands of the window that need an open project."""


class MainWindow(QMainWindow):
    """Shows the welcome screen, or the open project's workspaces."""

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.session, self.settings, self._room = session, settings, ""
        self.setMinimumSize(SIZE["window_min_width"], SIZE["window_min_height"])
        self.resize(1440, 900)
        self.setAcceptDrops(True)
        self.commands = Commands(settings.keys, self)
        self.opener = Opener(session, lambda: self.settings.actor_name, self)
        self.projects = ProjectActs(session, self.opener, self)
        self.models = ModelSwitch(session, self._engine_choice, self)
        self.reading = ReadingAll(session, lambda: self.models.choice, self)
        self._add_commands()
        self._build()
        self._connect()
        self._show_project()

    # ------------------------------------------------------------ parts

    def _add_commands(self) -> None:
        def add(
            name: str,
            title: str,
            run: Callable[[], object],
            shortcut: str | tuple[str, ...] = (),
            group: str = "Window",
        ) -> None:
            self.commands.add(
                f"window.{name}", title, run, widget=self, group=group, shortcut=shortcut, everywhere=True
            )

        add("search", "Find anything", self._search, "Ctrl+K")
        add("undo", "Undo", self.session.undo, "Ctrl+Z")
        add("redo", "Redo", self.session.redo, ("Ctrl+Shift+Z", "Ctrl+Y"))
        add("library", "Library", lambda: self.show_room("library"), "Ctrl+1")
        add("annotate", "Annotate", lambda: self._pick_room("annotate"), "Ctrl+2")
        add("train", "Train", lambda: self.show_room("train"), "Ctrl+4")
        add("probe", "Probe", lambda: self.show_room("probe"), "Ctrl+6")
        add("edit", "Edit", lambda: self.show_room("edit"), "Ctrl+5")
        add("jobs", "Jobs", lambda: self.show_room("jobs"), "Ctrl+J")
        add("settings", "Settings", self._settings, "Ctrl+,")
        add("open_folder", "Open a folder of photos", self.projects.choose_folder, "Ctrl+O", "Project")
        add("open_project", "Open a project", self.projects.choose_project, "Ctrl+P", "Project")
        add(
            "add_folder",
            "Add a folder to this project",
            self.projects.choose_more,
            "Ctrl+Shift+O",
            "Project",
        )
        add("rescan", "Look for new photos", self.opener.scan, "Ctrl+R", "Project")
        add("read_all", "Read all photos", self.reading.start, "Ctrl+Shift+R", "Project")
        add("import", "Import labels", self.projects.take_in_labels, "Ctrl+I", "Project")
        add("export", "Export", self.projects.export, "Ctrl+E", "Project")
        add("free", "Free space on the disk", self.projects.free, "Ctrl+Shift+D", "Project")
        add("demo", "Open the demo garments", self.opener.open_demo, (), "Project")
        add("close_project", "Close the project", self.projects.close, "Ctrl+W", "Project")
        add("theme", "Dark or light", self._toggle_theme, "Ctrl+Shift+L")
        add("shortcuts", "Shortcuts", self._shortcuts, ("?", "F1"))
        add("quit", "Quit", self.close, "Ctrl+Q")

    def _build(self) -> None:
        self.welcome = WelcomeScreen()
        self.commands.add(
            "welcome.demo",
            "Try the demo",
            self.opener.open_demo,
            widget=self.welcome,
            group="Welcome",
            shortcut="D",
            listed=False,
        )
        self.rail = Rail()
        self.library = LibraryWorkspace(self.session, self.commands)
        self.annotate = AnnotateWorkspace(self.session, self.commands)
        self.train = TrainWorkspace(self.session, self.commands, self.models)
        self.edit = EditWorkspace(self.session, self.commands, lambda: self.models.choice)
        self.top = TopBar(self.commands)
        self.probe = ProbeWorkspace(self.session, self.commands, lambda: self.models.choice)
        self.annotate_bar = FilterBar(self.session, short=True)
        self.annotate_banner = Banner()
        self.jobs = JobsPanel(self.session)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.annotate_bar, self.annotate_banner):
            column.addWidget(part)
        column.addWidget(self.annotate, 1)
        self.rooms = QStackedWidget()
        self._pages = {"library": self.library, "annotate": page, "train": self.train, "probe": self.probe}
        self._pages |= {"edit": self.edit, "jobs": self.jobs}
        for room in self._pages.values():
            self.rooms.addWidget(room)
        self.studio = self._build_studio()
        self.faces = QStackedWidget()
        self.faces.addWidget(self.welcome)
        self.faces.addWidget(self.studio)
        self.status = StatusBar(self.session)
        ground = Surface("window")
        whole = QVBoxLayout(ground)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.faces, 1)
        whole.addWidget(self.status)
        self.setCentralWidget(ground)
        self.toasts = Toasts(ground)
        self.search = SearchPanel(self.session, self.commands, ground)
        self.notices = Notices(
            self.session, [self.library.banner, self.annotate_banner, self.edit.banner], self.toasts, self
        )
        self.undo_notes = UndoNotes(
            self.session, self.commands, self.toasts, lambda: self._room, self._go_to, self
        )
        self.projects.attach(self.welcome, self.notices)
        self.ring = FocusRing(self)
        self.tips = Tips(self)

    def _build_studio(self) -> Surface:
        studio = Surface("window")
        inner = QVBoxLayout()
        inner.setSpacing(0)
        inner.addWidget(self.top)
        inner.addWidget(self.rooms, 1)
        across = QHBoxLayout(studio)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(0)
        across.addWidget(self.rail)
        across.addLayout(inner, 1)
        return studio

    def _connect(self) -> None:
        session, welcome = self.session, self.welcome
        self.opener.prepare = self.library.grid.pictures.prepare
        self.rail.picked.connect(self._pick_room)
        self.jobs.read_all.connect(self.reading.start)
        self.opener.demo_ready.connect(self.reading.start_when_ready)
        self.models.reread.connect(self.reading.start_anew)
        rolls_back = self.commands.get("train.roll_back").key
        self.models.used.connect(lambda said, back: self.notices.offer(said, back, rolls_back))
        self.train.shelf.told.connect(self.notices.offer)
        self.top.project.clicked.connect(lambda: self.projects.show_menu(self.commands, self.top.project))
        self.library.annotate.connect(lambda: self.show_room("annotate"))
        self.library.add_photos.connect(self.projects.choose_more)
        self.library.panel.counted.connect(self.annotate_bar.show_facets)
        self.probe.photo_asked.connect(self._go_to)
        self.annotate.grid_asked.connect(lambda: self.show_room("library"))
        self.edit.train_asked.connect(lambda: self.show_room("train"))
        self.search.photo_asked.connect(self._go_to)
        self.status.undo_asked.connect(session.undo)
        self.status.shortcuts_asked.connect(self._shortcuts)
        welcome.shortcuts_asked.connect(self._shortcuts)
        welcome.settings_asked.connect(self._settings)
        session.project_changed.connect(self._show_project)
        session.changed.connect(lambda _changes: self._show_undo())
        session.works.changed.connect(lambda: self.rail.set_jobs(len(session.works.active())))
        current_theme().changed.connect(self._narrow)

    # ------------------------------------------------------------ what is shown

    def _show_project(self) -> None:
        project = self.session.project
        self.faces.setCurrentWidget(self.studio if project is not None else self.welcome)
        self.top.project.setText(project.title if project is not None else "")
        self.setWindowTitle(f"{project.title} – Fashion Studio" if project is not None else "Fashion Studio")
        for name in _WITH_PROJECT:
            self.commands.get(f"window.{name}").action.setEnabled(project is not None)
        self._show_undo()
        if project is None:
            self.projects.show_recents()
        else:
            self.show_room("library")

    def _show_undo(self) -> None:
        project = self.session.project
        status = project.undo_status() if project is not None else None
        for name, title in (
            ("undo", status.undo_title if status else None),
            ("redo", status.redo_title if status else None),
        ):
            command = self.commands.get(f"window.{name}")
            command.action.setEnabled(title is not None)
            button = self.top.undo if name == "undo" else self.top.redo
            button.setToolTip(f"{command.title}: {title}  ({command.key})" if title else command.tooltip)

    def show_room(self, name: str) -> None:
        """Brings a workspace to the front."""
        if name in {"annotate", "edit"} and self.session.queue.size == 0:
            self.session.open_queue()
        self._room = name
        self.rooms.setCurrentWidget(self._pages[name])
        self.rail.show_room(name)
        self.top.show_room(name)
        target = {"library": self.library.grid, "annotate": self.annotate}.get(name)
        if target is not None:
            target.setFocus()
        if name == "library":
            self.library.grid.set_current_id(self.session.current)

    def _pick_room(self, name: str) -> None:
        if name == "settings":
            self._settings()
            return
        if name == "annotate" and self.rooms.currentWidget() is not self._pages["annotate"]:
            session = self.session
            if not session.queue_title:  # a pass over chosen photos goes on; any other begins anew
                at = self.library.grid.current_id()
                session.open_queue(current=at if at in session.listing else None)
        self.show_room(name)

    def _go_to(self, item_id: int, room: str = "annotate") -> None:
        if self.session.position(item_id) < 0:
            self.session.open_queue(current=item_id)
        self.session.set_current(item_id)
        self.show_room(room)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow under 1200 px at 100 % text."""
        super().resizeEvent(event)
        self._narrow()

    def _narrow(self) -> None:
        narrow = self.width() / current_theme().text_scale < SIZE["narrow_below"]
        self.rail.set_narrow(narrow=narrow)
        self.top.set_narrow(narrow=narrow)
        self.status.set_narrow(narrow=narrow)
        self.annotate.set_narrow(narrow)
        self.train.set_narrow(narrow=narrow)
        self.edit.set_narrow(narrow=narrow)
        self.probe.set_narrow(narrow=narrow)
        self.annotate_bar.refresh()
        self.library.panel.setFixedWidth(current_theme().px(232 if narrow else 256))

    # ------------------------------------------------------------ acts

    def _search(self) -> None:
        if self.session.project is not None:
            self.search.appear()

    def _shortcuts(self) -> None:
        CheatSheet(self.commands, self).exec()

    def _settings(self) -> None:
        dialog = SettingsDialog(self.settings, parent=self)
        dialog.changed.connect(self._take_settings)
        dialog.exec()

    def _take_settings(self, settings: Settings) -> None:
        self.settings = settings
        apply_settings(current_theme(), settings)
        self.models.follow_settings()
        self.annotate.teaching.set_every(settings.teach_every)
        try:
            save_settings(settings)
        except EnvironmentProblem as problem:
            self.session.problem.emit(str(problem))

    def _engine_choice(self) -> tuple[Path | None, str]:
        """Weights and device for work outside the window; None means the shipped weights."""
        model = self.settings.model
        return (Path(model).expanduser() if model else None), self.settings.device

    def _toggle_theme(self) -> None:
        mode = "light" if current_theme().dark else "dark"
        self._take_settings(replace(self.settings, theme=mode))

    # ------------------------------------------------------------ dropping and closing

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Photos, folders and projects may be dropped anywhere."""
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self.welcome.drop.light(lit=True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """Nothing hangs over the window any more."""
        self.welcome.drop.light(lit=False)

    def dropEvent(self, event: QDropEvent) -> None:
        """Opens or adds what was dropped."""
        self.welcome.drop.light(lit=False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        QTimer.singleShot(0, self, lambda: self.opener.open_dropped(paths))

    def closeEvent(self, event: QCloseEvent) -> None:
        """Remembers the project, ends threads and the engine; stays while something is not saved."""
        if not self.notices.may_leave():
            event.ignore()
            return
        self.opener.remember()
        self.annotate.close_photos()
        self.edit.close_photos()
        self.library.close_pictures()
        self.probe.close_pictures()
        self.session.close()
        self.session.bridge.close()
        super().closeEvent(event)


def apply_settings(theme: Theme, settings: Settings) -> None:
    """Look and size as the person wants them; unchanged ones cost nothing."""
    theme.reduced_motion = settings.reduced_motion
    if theme.mode is not ThemeMode(settings.theme):
        theme.set_mode(ThemeMode(settings.theme))
    if theme.text_scale != min(1.5, max(1.0, settings.text_scale)):
        theme.set_text_scale(settings.text_scale)
