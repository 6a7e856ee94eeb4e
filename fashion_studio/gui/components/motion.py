"""Movement: a share from 0 to 1 in the time and on the curve that the design sheet gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEasingCurve, QVariantAnimation

from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QObject

__all__ = ["Motion"]


class Motion(QVariantAnimation):
    """Calls `step` with 0 to 1 after each `run`; with reduced motion it is at 1 at once."""

    def __init__(self, kind: str, step: Callable[[float], object], parent: QObject) -> None:
        """`kind` is an entry of `DURATION_MS`; hovering ends linearly, all else slows down at its end."""
        super().__init__(parent)
        self._step = step
        self.setStartValue(0.0)
        self.setEndValue(1.0)
        self.setDuration(DURATION_MS[kind])
        linear = kind == "hover_out"
        self.setEasingCurve(QEasingCurve.Type.Linear if linear else QEasingCurve.Type.OutCubic)
        self.valueChanged.connect(lambda value: self._step(float(value)))

    @property
    def share(self) -> float:
        """How far it is; 1 at rest."""
        moving = self.state() is QVariantAnimation.State.Running
        return float(self.currentValue()) if moving else 1.0

    def run(self) -> None:
        """From the beginning."""
        self.stop()
        if current_theme().reduced_motion:
            self._step(1.0)
            self.finished.emit()
        else:
            self.start()
