"""The sample sheets of an editor's training, one at a time: held-out pictures and their edits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Card, Label, column, row, themed

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from fashion_studio.gui.components.buttons import IconButton
    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_story import SampleSheet

__all__ = ["SampleSheetCard"]

_MOST_HIGH_PX: Final = 900


class SampleSheetCard(Card):
    """Title, step, picture. The file is read in a thread; the sheet before stays until it is there.

    The newest one is followed until a person goes back to an earlier one.
    """

    moved = Signal()

    def __init__(
        self, session: Session, earlier: IconButton, later: IconButton, parent: QWidget | None = None
    ) -> None:
        """`earlier` and `later` call `go` through their commands; `moved` says that `can_go` is another."""
        super().__init__(parent=parent)
        self._session = session
        self._run_dir: Path | None = None
        self._sheets: list[SampleSheet] = []
        self._at: int | None = None
        self._path: Path | None = None
        self.step = Label("", "small", role="text2")
        self.sheet = _Picture()
        head = row(Label("Sample sheet", "small", 600), None, self.step, earlier, later, gap=8)
        self.setLayout(column(head, self.sheet, gap=8, margins=(12, 12, 12, 12)))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Held-out photos and renderings; under each edit its mask, white where it changes.")
        self.hide()

    def show_sheets(self, run_dir: Path, sheets: Sequence[SampleSheet]) -> None:
        """Those of a run, the earliest first; none hides the card."""
        if run_dir != self._run_dir:
            self._run_dir, self._at = run_dir, None
        self._sheets = list(sheets)
        self._show()

    def go(self, by: int) -> None:
        """To an earlier sheet or a later one; from the newest on it is followed again."""
        last = len(self._sheets) - 1
        place = min(last, max(0, self._place + by))
        self._at = None if place == last else place
        self._show()
        self.moved.emit()

    def can_go(self, by: int) -> bool:
        """Whether there is an earlier sheet (or a later one) than the one that is shown."""
        return 0 <= self._place + by < len(self._sheets)

    @property
    def _place(self) -> int:
        last = len(self._sheets) - 1
        return last if self._at is None else min(self._at, last)

    def _show(self) -> None:
        sheet = self._sheets[self._place] if self._sheets else None
        self._show_sheet(sheet, f"{self._place + 1} of {len(self._sheets)}")

    def _show_sheet(self, sheet: SampleSheet | None, where: str) -> None:
        self.setVisible(sheet is not None)
        run_dir = self._run_dir
        if sheet is not None:
            self.step.setText(f"Step {sheet.step:,}, {where}")
        path = None if sheet is None or run_dir is None else run_dir / sheet.file
        if path == self._path:
            return
        if path is None or self._path is None or path.parent != self._path.parent:
            self.sheet.show_picture(None)
        self._path = path
        if path is None:
            return
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
