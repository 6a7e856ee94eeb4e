"""The frame of every dialog: title, content, buttons lower right with the primary one last, over a scrim."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QDialog, QLayout, QSizePolicy, QSpacerItem, QWidget

from fashion_studio.gui.components.base import Label, column, row, themed
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.focus import FocusRing
from fashion_studio.gui.components.painting import rounded
from fashion_studio.gui.components.tips import Tips

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QShowEvent

__all__ = ["Dialog", "Scrim"]


class Scrim(QWidget):
    """Dims the window behind a dialog."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.theme = themed(self)
        self.setGeometry(window.rect())
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follows the window's size."""
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            self.setGeometry(watched.rect())
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Half-transparent."""
        painter = QPainter(self)
        color = QColor(self.theme.color("scrim"))
        color.setAlphaF(0.5)
        painter.fillRect(self.rect(), color)
        painter.end()


class Dialog(QDialog):
    """480 or 640 wide, radius 8, title 15/600. Escape closes; Enter is the primary button.

    Fill `body`; the primary button is `primary`.
    """

    def __init__(
        self,
        title: str,
        *,
        primary: str = "",
        secondary: str = "Cancel",
        wide: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._scrim: Scrim | None = None
        self.setWindowTitle(title)
        self.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
        self.setModal(True)
        self.heading = Label(title, "lead", 600)
        self.body = column(gap=12)
        self.primary = Button(primary, "primary", large=True)
        self.primary.setVisible(bool(primary))
        self.primary.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.primary.clicked.connect(self.accept)
        self.secondary = Button(secondary, large=True)
        self.secondary.setVisible(bool(secondary))
        self.secondary.clicked.connect(self.reject)
        self.extra = row(gap=8)
        feet = row(gap=8)
        feet.addLayout(self.extra)
        feet.addStretch(1)
        feet.addWidget(self.secondary)
        feet.addWidget(self.primary)
        layout = column(self.heading, self.body, 4, feet, gap=12, margins=(20, 16, 20, 20))
        layout.setSizeConstraint(QLayout.SizeConstraint.SetMinimumSize)
        # the layout's constraint replaces the widget's own least width, so the width stands in the layout
        self._strut = QSpacerItem(0, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        layout.addItem(self._strut)
        self._layout = layout
        self.setLayout(layout)
        self.set_width(self.theme.px(640 if wide else 480))
        self.ring = FocusRing(self)
        self.tips = Tips(self)

    def set_width(self, width_px: int) -> None:
        """Another width, margins included."""
        self._strut.changeSize(width_px - 40, 0, QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        self.setMaximumWidth(width_px)
        self._layout.invalidate()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Panel and border."""
        painter = QPainter(self)
        rounded(painter, self.rect(), 8, self.theme.color("panel"), self.theme.color("border"))
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        """Dims the window behind and stands in its middle."""
        super().showEvent(event)
        parent = self.parentWidget()
        if parent is not None:
            window = parent.window()
            self._scrim = Scrim(window)
            self._scrim.show()
            center = window.mapToGlobal(window.rect().center())
            self.move(center.x() - self.width() // 2, max(0, center.y() - self.height() // 2))

    def done(self, result: int) -> None:
        """Takes the scrim away with itself."""
        if self._scrim is not None:
            self._scrim.hide()
            self._scrim.deleteLater()
            self._scrim = None
        super().done(result)
