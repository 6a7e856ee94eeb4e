"""The newest sample sheet of an editor's training: held-out pictures and their edits, as large as fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Card, Label, column, row, themed

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_story import SampleSheet

__all__ = ["SampleSheetCard"]

_MOST_HIGH_PX: Final = 900


class SampleSheetCard(Card):
    """Title, step, picture. The file is read in a thread; the sheet before stays until it is there."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self._session = session
        self._path: Path | None = None
        self.step = Label("", "small", role="text2")
        self.sheet = _Picture()
        head = row(Label("Sample sheet", "small", 600), None, self.step, gap=12)
        self.setLayout(column(head, self.sheet, gap=8, margins=(12, 12, 12, 12)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Held-out photos and renderings; under each edit its mask, white where it changes.")
        self.hide()

    def show_sheet(self, run_dir: Path, sheet: SampleSheet | None) -> None:
        """Another sheet; None hides the card."""
        self.setVisible(sheet is not None)
        path = None if sheet is None else run_dir / sheet.file
        if path == self._path:
            return
        if path is None or self._path is None or path.parent != self._path.parent:
            self.sheet.show_picture(None)
        self._path = path
        if sheet is None or path is None:
            return
        self.step.setText(f"Step {sheet.step:,}")
        self._session.bridge.submit(
            lambda: QImage(str(path)),
            lambda image: self._take(path, image),
            self._session.report,
            lane="train.sheet",
        )

    def _take(self, path: Path, image: QImage) -> None:
        if path == self._path:
            self.sheet.show_picture(None if image.isNull() else QPixmap.fromImage(image))


class _Picture(QWidget):
    """A picture as wide as its place, at most at its own size."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._picture: QPixmap | None = None
        self.setAccessibleName("Sample sheet")
        self._fit()

    @property
    def is_shown(self) -> bool:
        """Whether there is a picture."""
        return self._picture is not None

    def show_picture(self, picture: QPixmap | None) -> None:
        """Another one; None for none."""
        self._picture = picture
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps the aspect."""
        self._fit()

    def _scaled(self) -> QSize:
        if self._picture is None:
            return QSize(0, self.theme.px(40))
        whole = self._picture.size()
        room = QSize(min(whole.width(), max(1, self.width())), min(whole.height(), _MOST_HIGH_PX))
        return whole.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)

    def _fit(self) -> None:
        self.setFixedHeight(self._scaled().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """In the middle."""
        if self._picture is None:
            return
        painter, size = QPainter(self), self._scaled()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        left = (self.width() - size.width()) / 2
        painter.drawPixmap(
            QRectF(left, 0, size.width(), size.height()), self._picture, QRectF(self._picture.rect())
        )
        painter.end()
