"""Settings that a person changes in the window: look, text size, motion, model, device, teaching, name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from fashion_studio.domain.errors import UserError
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import IconButton
from fashion_studio.gui.components.choices import Segment, Switch
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field

if TYPE_CHECKING:
    from PySide6.QtWidgets import QVBoxLayout

    from fashion_studio.config.settings import Settings

__all__ = ["SettingsDialog"]

_THEMES = (("auto", "As the system"), ("dark", "Dark"), ("light", "Light"))
_SCALES = ((1.0, "100 %"), (1.15, "115 %"), (1.3, "130 %"), (1.5, "150 %"))
_EVERY = ((0, "On demand"), (10, "10"), (25, "25"), (50, "50"), (100, "100"))
_DEVICES = (("auto", "Automatic"), ("cuda", "CUDA"), ("mps", "Apple MPS"), ("cpu", "CPU"))


class SettingsDialog(Dialog):
    """Look and size hold at once; `changed` carries the settings, also on every later change."""

    changed = Signal(object)

    def __init__(self, settings: Settings, devices: str = "", parent: QWidget | None = None) -> None:
        super().__init__("Settings", primary="Done", secondary="", wide=True, parent=parent)
        self._settings = settings
        self.theme_segment = Segment([title for _, title in _THEMES])
        self.theme_segment.set_index(_place([key for key, _ in _THEMES], settings.theme))
        self.theme_segment.picked.connect(lambda at: self._set(theme=_THEMES[at][0]))
        self.scale_segment = Segment([title for _, title in _SCALES])
        self.scale_segment.set_index(_place([key for key, _ in _SCALES], settings.text_scale))
        self.scale_segment.picked.connect(lambda at: self._set(text_scale=_SCALES[at][0]))
        self.motion = Switch()
        self.motion.setAccessibleName("Reduced motion")
        self.motion.setChecked(settings.reduced_motion)
        self.motion.toggled.connect(lambda on: self._set(reduced_motion=on))
        self.device_segment = Segment([title for _, title in _DEVICES])
        self.device_segment.set_index(_place([key for key, _ in _DEVICES], settings.device))
        self.device_segment.picked.connect(lambda at: self._set(device=_DEVICES[at][0]))
        self.model = Field("", settings.model, hint="The shipped house model")
        self.model.line.setAccessibleName("Model")
        self.model.line.editingFinished.connect(self._take_model)
        self.find_model = IconButton("folder-open", "Choose the model's folder")
        self.find_model.clicked.connect(lambda _checked=False: self._find_model())
        self.every_segment = Segment([title for _, title in _EVERY])
        self.every_segment.set_index(_place([count for count, _ in _EVERY], settings.teach_every))
        self.every_segment.picked.connect(lambda at: self._set(teach_every=_EVERY[at][0]))
        self.name = Field("", settings.actor, hint=settings.actor_name)
        self.name.line.setAccessibleName("Your name")
        self.name.line.editingFinished.connect(lambda: self._set(actor=self.name.text.strip()))
        lines: tuple[tuple[str, str, QWidget], ...] = (
            ("Theme", "Dark is easier on the eyes beside photos.", self.theme_segment),
            ("Text size", "Controls grow with it.", self.scale_segment),
            ("Reduced motion", "No fades and slides.", self.motion),
            ("Model", "For projects that have not chosen one in Train.", self._model_line()),
            (
                "Device",
                devices or "Where the model runs. The engine starts again on it at once.",
                self.device_segment,
            ),
            ("Quick teach", "The model learns after so many new labels.", self.every_segment),
            ("Your name", "Written beside every change you make.", self.name),
        )
        for title, hint, control in lines:
            self.body.addLayout(_line(title, hint, control))

    @property
    def settings(self) -> Settings:
        """As they are set now."""
        return self._settings

    def _model_line(self) -> QWidget:
        holder = QWidget()
        holder.setLayout(row(self.model, self.find_model, gap=4))
        holder.setFixedWidth(self.theme.px(260))
        return holder

    def _find_model(self) -> None:
        start = self.model.text.strip() or str(Path.home())
        chosen = QFileDialog.getExistingDirectory(self, "The model's folder", start)
        if chosen:
            self.model.line.setText(chosen)
            self._take_model()

    def _take_model(self) -> None:
        """Holds at once where the folder is a model; what is none is said and changes nothing."""
        from fashion_studio.services.model_list import read_model  # noqa: PLC0415 - after the window is up

        text = self.model.text.strip()
        try:
            if text:
                read_model(Path(text).expanduser())
        except UserError as error:
            self.model.set_error(str(error))
            return
        self.model.set_error("")
        self._set(model=text)

    def _set(self, **changes: object) -> None:
        changed = replace(self._settings, **changes)  # type: ignore[arg-type]
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)


def _place(keys: list[str] | list[float] | list[int], value: str | float) -> int:
    return keys.index(value) if value in keys else -1  # type: ignore[arg-type]


def _line(title: str, hint: str, control: QWidget) -> QVBoxLayout:
    words = column(Label(title, "small", 600), Label(hint, "caption", role="text3", wrap=True), gap=2)
    line = row(gap=24, margins=(0, 6, 0, 6))
    line.addLayout(words, 1)
    line.addWidget(control)
    outer = column(gap=0)
    outer.addLayout(line)
    return outer
