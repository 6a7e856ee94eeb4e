"""When the program breaks its own promises: a file with everything, a dialog, and it lives on."""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import platformdirs
from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QPlainTextEdit

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.components.base import Label
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.dialogs import Dialog

if TYPE_CHECKING:
    from types import TracebackType

    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.bridge import Bridge
    from fashion_studio.gui.session import Session

__all__ = ["CrashDialog", "CrashHooks", "log_dir"]

_log = logging.getLogger(__name__)
_kept: list[TextIO] = []


def log_dir() -> Path:
    """Folder of logs and crash reports; may not exist yet."""
    return Path(platformdirs.user_log_dir("fashion-studio", appauthor=False))


def _report(error: BaseException) -> str:
    from importlib import metadata  # noqa: PLC0415 - slow to import, and rarely needed

    lines = [
        f"Fashion Studio {metadata.version('fashion-studio')}, {time.strftime('%Y-%m-%d %H:%M:%S')}",
        f"Python {platform.python_version()}, {platform.platform()}",
        "",
        *traceback.format_exception(error),
    ]
    return "\n".join(lines)


class CrashDialog(Dialog):
    """Says that something went wrong, that nothing saved is lost, and gives the report to copy."""

    def __init__(self, report: str, path: Path | None, parent: QWidget | None = None) -> None:
        super().__init__("Something went wrong", primary="Go on", secondary="", wide=True, parent=parent)
        self._report = report
        said = "This was our mistake. Everything that was saved is safe; you can go on working."
        self.body.addWidget(Label(said, "small", role="text2", wrap=True))
        self.text = QPlainTextEdit(report)
        self.text.setReadOnly(True)
        self.text.setFont(self.theme.fixed_font())
        self.text.setMinimumHeight(220)
        self.body.addWidget(self.text)
        if path is not None:
            self.body.addWidget(Label(f"The report lies in {path}.", "caption", role="text3", wrap=True))
        self.copy = Button("Copy the report", icon="copy", large=True)
        self.copy.clicked.connect(self._copy)
        self.extra.addWidget(self.copy)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._report)
        self.copy.setText("Copied")


class CrashHooks:
    """Catches what nobody caught, in every thread, and what Qt complains of. Call `install` once."""

    def __init__(self, session: Session, bridge: Bridge, window: QWidget) -> None:
        self._session, self._bridge, self._window = session, bridge, window
        self._shown = False

    def install(self) -> None:
        """From now on."""
        sys.excepthook = self.on_error
        threading.excepthook = lambda caught: self._from_thread(caught.exc_value)
        qInstallMessageHandler(_on_qt_message)
        try:
            log_dir().mkdir(parents=True, exist_ok=True)
            stream = (log_dir() / "faults.log").open("a", encoding="utf-8")
        except OSError:
            _log.info("no place for the log of faults")
            return
        _kept.append(stream)
        faulthandler.enable(stream)

    def _from_thread(self, error: BaseException | None) -> None:
        if error is not None:
            self._bridge.post(lambda: self.on_error(type(error), error, error.__traceback__))

    def on_error(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        """One sentence for what is not our fault, a report for what is."""
        if issubclass(kind, KeyboardInterrupt):
            self._window.close()
            return
        if isinstance(error, StudioError):
            self._session.problem.emit(str(error))
            return
        report = _report(error)
        _log.error("%s", report)
        path = _write(report)
        if self._shown:
            return
        self._shown = True
        CrashDialog(report, path, self._window).exec()
        self._shown = False


def _write(report: str) -> Path | None:
    path = log_dir() / f"crash-{time.strftime('%Y%m%d-%H%M%S')}.txt"
    try:
        log_dir().mkdir(parents=True, exist_ok=True)
        path.write_text(report, encoding="utf-8")
    except OSError:
        return None
    return path


def _on_qt_message(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    level = {
        QtMsgType.QtDebugMsg: logging.DEBUG,
        QtMsgType.QtInfoMsg: logging.INFO,
        QtMsgType.QtWarningMsg: logging.WARNING,
    }.get(kind, logging.ERROR)
    logging.getLogger("qt").log(level, message)
