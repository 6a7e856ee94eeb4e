"""Starts the window and, behind it, the engine."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from fashion_studio.config.settings import load_settings
from fashion_studio.gui.bridge import Bridge
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.gui.session import Session
from fashion_studio.gui.shell.crash import CrashHooks
from fashion_studio.gui.theme.theme import Theme, ThemeMode
from fashion_studio.gui.train.model_switch import make_engine

if TYPE_CHECKING:
    from fashion_studio.config.settings import Settings

__all__ = ["make_window", "run", "start_engine"]

_TURN_S: Final = 0.0002
"""A thread gives the interpreter back after so long (5 ms by default, which is a third of a step)."""

_FRAME_PX: Final = 40
"""What a window manager's title bar may take."""

_log = logging.getLogger(__name__)


def run(project: Path | None = None, *, demo: bool = False) -> int:
    """Shows the window on a project (or a folder of photos), the demo, or the welcome screen.

    Returns:
        The exit code, when the window has been closed.
    """
    app = QApplication.instance() or QApplication(sys.argv[:1])
    if not isinstance(app, QApplication):
        msg = "Qt is running without a window system."
        raise TypeError(msg)
    app.setApplicationName("fashion-studio")
    app.setApplicationDisplayName("Fashion Studio")
    loaded = load_settings()
    window = make_window(app, loaded.settings)
    hooks = CrashHooks(window.session, window.session.bridge, window)
    hooks.install()
    _show_on_screen(window)
    for problem in loaded.problems:
        window.session.problem.emit(problem)
    QTimer.singleShot(0, window, lambda: _begin(window, project, demo=demo))
    return app.exec()


def make_window(app: QApplication, settings: Settings) -> MainWindow:
    """The window with its theme, session and bridge; not shown, no engine yet."""
    sys.setswitchinterval(_TURN_S)
    cv2.setNumThreads(1)  # it works beside the window's thread anyway; more of it only takes from that one
    app.setQuitOnLastWindowClosed(True)
    theme = Theme(ThemeMode(settings.theme), settings.text_scale)
    theme.reduced_motion = settings.reduced_motion
    theme.install(app)
    app.setWindowIcon(theme.icon("shirt", "accent", 28))
    session = Session(Bridge())
    window = MainWindow(session, settings)
    session.setParent(window)  # what listens to it holds the window: it must end with it, or neither does
    return window


def _show_on_screen(window: MainWindow) -> None:
    """As large as planned where the screen has room for it and its frame, else as large as the screen."""
    room = window.screen().availableSize()
    fits = window.width() <= room.width() and window.height() + _FRAME_PX <= room.height()
    least = window.minimumSize()
    if fits:
        window.show()
        return
    window.resize(room.boundedTo(window.size()))  # no smaller than its least size, which Qt holds up
    # A window manager does not maximise what may not become as small as the screen.
    if least.width() <= room.width() and least.height() + _FRAME_PX <= room.height():
        window.showMaximized()
    else:
        window.show()


def _begin(window: MainWindow, project: Path | None, *, demo: bool) -> None:
    if demo:
        window.opener.open_demo()
    elif project is not None:
        window.opener.open_any(project)
    QTimer.singleShot(50, window, window.models.start_engine)


def start_engine(session: Session, settings: Settings) -> None:
    """Starts the engine in the background; the window does not wait for it."""
    engine = make_engine(
        session, Path(settings.model).expanduser() if settings.model else None, settings.device
    )
    session.set_engine(engine)
    engine.start()
