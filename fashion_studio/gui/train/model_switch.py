"""Puts a model into use: written down in the project, engine started with it, photos read anew; and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.config.resources import house_model_dir
from fashion_studio.gui.shell.crash import log_dir

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.gui.session import Session
    from fashion_studio.jobs.engine_client import EngineClient
    from fashion_studio.services.model_list import ModelUse
    from fashion_studio.services.project import Project

__all__ = ["ModelSwitch", "make_engine"]

_LOOK_MS: Final = 300


def make_engine(session: Session, model: Path | None, device: str) -> EngineClient:
    """An engine that tells the session how it stands; not started. None is the shipped model."""
    from fashion_studio.jobs.engine_client import EngineClient  # noqa: PLC0415 - after the window is up

    return EngineClient(
        model or house_model_dir(), device, on_state=session.engine_state, log_file=log_dir() / "engine.log"
    )


class ModelSwitch(QObject):
    """The one place that changes the model of an open project.

    `used` carries a sentence for a toast and what takes the change back; `reread` asks for all photos to be
    read again; `changed` says that the project's model is another.
    """

    used = Signal(str, object)
    changed = Signal()
    reread = Signal()

    def __init__(
        self,
        session: Session,
        program_choice: Callable[[], tuple[Path | None, str]],
        parent: QObject | None = None,
    ) -> None:
        """`program_choice` gives model (None: the shipped one) and device of the settings."""
        super().__init__(parent)
        self._session = session
        self._program_choice = program_choice
        self._project_model: Path | None = None
        self._engine_choice = program_choice()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._look)
        session.project_changed.connect(self._on_project)

    @property
    def choice(self) -> tuple[Path | None, str]:
        """Model and device for everything that reads photos of the open project."""
        model, device = self._program_choice()
        return self._project_model or model, device

    def start_engine(self) -> None:
        """Starts the engine in the background; the window does not wait for it."""
        self._engine_choice = self.choice
        engine = make_engine(self._session, *self.choice)
        self._session.set_engine(engine)
        engine.start()

    def follow_settings(self) -> None:
        """Starts the engine again where the settings name another model or device, and says so."""
        before = self._engine_choice
        self._restart()
        model, device = self.choice
        if self._session.engine is None or (model, device) == before:
            return
        if device != before[1]:
            where = "where it finds room" if device == "auto" else f"on {device.upper()}"
            self._session.toast.emit(f"The engine starts again {where}", False)
        else:
            self._session.toast.emit("The engine starts again with the other model", False)

    def use(self, folder: Path | None, *, told: bool = True) -> None:
        """Puts a bundle into use; None goes back to the program's own model."""
        project = self._session.project
        if project is None:
            return

        def write() -> tuple[ModelUse | None, ModelUse]:
            from fashion_studio.services.model_list import model_uses, use_model  # noqa: PLC0415 - not at start

            before = model_uses(project)
            return (before[-1] if before else None), use_model(project, folder)

        def done(uses: tuple[ModelUse | None, ModelUse]) -> None:
            before, now = uses
            self._adopt(project, now.folder)
            self.changed.emit()
            self.reread.emit()
            name = now.model_id or "The program's own model"
            back = before.folder if before is not None else None
            self.used.emit(f"{name} is in use", (lambda: self.use(back)) if told and back != folder else None)

        self._session.bridge.submit(write, done, self._session.report)

    def roll_back(self) -> None:
        """Goes back to the model that was in use before the present one."""
        project = self._session.project
        if project is None:
            return

        def find() -> ModelUse | None:
            from fashion_studio.services.model_list import earlier_model  # noqa: PLC0415 - not at start

            return earlier_model(project)

        def found(use: ModelUse | None) -> None:
            if use is None:
                self._session.toast.emit("No other model was in use before", False)
            else:
                self.use(use.folder)

        self._session.bridge.submit(find, found, self._session.report)

    def _on_project(self) -> None:
        self._soon.stop()
        if self._session.project is not None:
            self._soon.start(_LOOK_MS)  # photos come first

    def _look(self) -> None:
        project = self._session.project
        if project is None:
            return

        def find() -> Path | None:
            from fashion_studio.services.model_list import model_in_use  # noqa: PLC0415 - not at start

            return model_in_use(project)

        self._session.bridge.submit(
            find, lambda folder: self._adopt(project, folder), self._session.report, lane="train.model"
        )

    def _adopt(self, project: Project, folder: Path | None) -> None:
        if project is not self._session.project:
            return
        self._project_model = folder
        self._restart()

    def _restart(self) -> None:
        choice, old = self.choice, self._session.engine
        if choice == self._engine_choice or old is None:
            return
        self._engine_choice = choice

        def change() -> EngineClient:
            old.close()
            return make_engine(self._session, *choice)

        def changed(engine: EngineClient) -> None:
            self._session.set_engine(engine)
            engine.start()

        self._session.bridge.submit(change, changed, self._session.report, long=True)
