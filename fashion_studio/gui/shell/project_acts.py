"""What is done with whole projects from menus, keys and the welcome screen."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QMenu

from fashion_studio.gui.shell.export_dialog import ExportDialog
from fashion_studio.gui.shell.freeing_dialog import FreeingDialog
from fashion_studio.gui.shell.import_dialog import ImportDialog

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.shell.notices import Notices
    from fashion_studio.gui.shell.opening import Opener
    from fashion_studio.gui.welcome.screen import WelcomeScreen
    from fashion_studio.services.recent import RecentProject

__all__ = ["ProjectActs"]

_MENU: Final = (
    ("open_folder", "open_project", "demo"),
    ("add_folder", "rescan", "read_all", "import", "export", "free"),
    ("close_project",),
)


class ProjectActs(QObject):
    """Asks for folders, opens the dialogs, and keeps the welcome screen's recent projects."""

    def __init__(self, session: Session, opener: Opener, window: QWidget) -> None:
        super().__init__(window)
        self._session, self._opener, self._window = session, opener, window
        self._welcome: WelcomeScreen | None = None
        self._notices: Notices | None = None

    def attach(self, welcome: WelcomeScreen, notices: Notices) -> None:
        """Serves the welcome screen, and asks before something unsaved is closed."""
        opener = self._opener
        self._welcome, self._notices = welcome, notices
        opener.may_leave = notices.may_leave
        opener.busy.connect(self._offer_reading)
        welcome.folder_asked.connect(self.choose_folder)
        welcome.demo_asked.connect(opener.open_demo)
        welcome.project_file_asked.connect(self.choose_project)
        welcome.project_asked.connect(opener.open_project)
        welcome.forget_asked.connect(self._forget)

    def choose_folder(self) -> None:
        """Opens a folder of photos, or a project, that the person points at."""
        folder = self._ask("Open a folder of photos")
        if folder is not None:
            self._opener.open_any(folder)

    def choose_project(self) -> None:
        """Opens a project that the person points at."""
        folder = self._ask("Open a project (a folder that ends in .fstudio)")
        if folder is not None:
            self._opener.open_project(folder)

    def choose_more(self) -> None:
        """Adds a folder of photos to the open project."""
        folder = self._ask("Add a folder of photos to this project")
        if folder is not None:
            self._opener.add_folders([folder])

    def _ask(self, title: str) -> Path | None:
        chosen = QFileDialog.getExistingDirectory(self._window, title, str(Path.home()))
        return Path(chosen) if chosen else None

    def export(self) -> None:
        """Shows the export dialog."""
        if self._session.project is not None:
            ExportDialog(self._session, self._window).exec()

    def take_in_labels(self) -> None:
        """Shows the import dialog."""
        if self._session.project is not None:
            ImportDialog(self._session, self._window).exec()

    def free(self) -> None:
        """Shows what only undo still needs, and deletes it if the person wants."""
        if self._session.project is not None:
            FreeingDialog(self._session, self._window).exec()

    def close(self) -> None:
        """Back to the welcome screen, unless something is not saved and the person stays."""
        if self._opener.may_leave():
            self._opener.remember()
            self._session.adopt(None)

    def show_recents(self) -> None:
        """Reads the recent projects for the welcome screen, in the background."""

        def read() -> list[RecentProject]:
            from fashion_studio.services.recent import recent_projects  # noqa: PLC0415 - not at start

            return recent_projects()

        if self._welcome is not None:
            self._session.bridge.submit(read, self._welcome.set_recents, lane="recents")

    def show_menu(self, commands: Commands, beneath: QWidget) -> None:
        """The menu of the project's name."""
        menu = QMenu(self._window)
        for place, group in enumerate(_MENU):
            if place:
                menu.addSeparator()
            for name in group:
                menu.addAction(commands.get(f"window.{name}").action)
        menu.exec(beneath.mapToGlobal(QPoint(0, beneath.height() + 4)))
        menu.deleteLater()

    def _offer_reading(self, sentence: str, folder: Path) -> None:
        if self._notices is not None:
            self._notices.offer_reading(sentence, lambda: self._opener.open_project(folder, read_only=True))

    def _forget(self, folder: Path) -> None:
        from fashion_studio.services.recent import forget  # noqa: PLC0415 - not at start

        menu = QMenu(self._window)
        action = QAction("Take off this list", menu)
        menu.addAction(action)
        if menu.exec(self._window.cursor().pos()) is action:
            forget(folder)
            self.show_recents()
        menu.deleteLater()
