"""Settings that a person changes in the window: look, text size, motion, device, name."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.choices import Segment, Switch
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field

if TYPE_CHECKING:
    from PySide6.QtWidgets import QVBoxLayout, QWidget

    from fashion_studio.config.settings import Settings

__all__ = ["SettingsDialog"]

_THEMES = (("auto", "As the system"), ("dark", "Dark"), ("light", "Light"))
_SCALES = ((1.0, "100 %"), (1.15, "115 %"), (1.3, "130 %"), (1.5, "150 %"))
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
        self.name = Field("", settings.actor, hint=settings.actor_name)
        self.name.line.setAccessibleName("Your name")
        self.name.line.editingFinished.connect(lambda: self._set(actor=self.name.text.strip()))
        lines: tuple[tuple[str, str, QWidget], ...] = (
            ("Theme", "Dark is easier on the eyes beside photos.", self.theme_segment),
            ("Text size", "Controls grow with it.", self.scale_segment),
            ("Reduced motion", "No fades and slides.", self.motion),
            (
                "Device",
                devices or "Where the model runs. The engine starts again on it at once.",
                self.device_segment,
            ),
            ("Your name", "Written beside every change you make.", self.name),
        )
        for title, hint, control in lines:
            self.body.addLayout(_line(title, hint, control))

    @property
    def settings(self) -> Settings:
        """As they are set now."""
        return self._settings

    def _set(self, **changes: object) -> None:
        changed = replace(self._settings, **changes)  # type: ignore[arg-type]
        if changed != self._settings:
            self._settings = changed
            self.changed.emit(changed)


def _place(keys: list[str] | list[float], value: str | float) -> int:
    return keys.index(value) if value in keys else -1  # type: ignore[arg-type]


def _line(title: str, hint: str, control: QWidget) -> QVBoxLayout:
    words = column(Label(title, "small", 600), Label(hint, "caption", role="text3", wrap=True), gap=2)
    line = row(gap=24, margins=(0, 6, 0, 6))
    line.addLayout(words, 1)
    line.addWidget(control)
    outer = column(gap=0)
    outer.addLayout(line)
    return outer
