"""Photos on which two models disagree, as tiles."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.marks import per_cent
from fashion_studio.gui.components.painting import draw_dot, draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon
from fashion_studio.gui.train.examples_pane import load_picture

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_comparison import Disagreement

__all__ = ["DisagreementTiles"]

_TILE: Final = QSize(112, 112)


class DisagreementTiles(QWidget):
    """Tiles: the photo, what a person said, what each model says."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self.theme = themed(self)
        self._session = session
        self._photos: list[Disagreement] = []
        self._titles: dict[str, str] = {}
        self._pictures: dict[Path, QPixmap | None] = {}
        self._loading: set[Path] = set()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def photos(self) -> list[Disagreement]:
        """What is shown."""
        return list(self._photos)

    def show_photos(self, photos: list[Disagreement], vocabulary: Vocabulary) -> None:
        """Other photos, all of them about one attribute."""
        self._photos = photos
        name = photos[0].attribute if photos else ""
        known = vocabulary.attribute(name).values if vocabulary.has(name) else ()
        self._titles = {value.name: value.title for value in known}
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width, another number in a row."""
        self._fit()

    def _fit(self) -> None:
        rows = -(-len(self._photos) // self._across)
        self.setFixedHeight(rows * self._step().height())

    @property
    def _across(self) -> int:
        return max(1, (self.width() + 12) // self._step().width())

    def _step(self) -> QSize:
        return QSize(_TILE.width() + 12, _TILE.height() + 3 * self.theme.px(18) + 16)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture and three lines each."""
        painter, step = QPainter(self), self._step()
        for place, photo in enumerate(self._photos):
            left, top = (place % self._across) * step.width(), (place // self._across) * step.height()
            self._paint_tile(painter, photo, left, top)
        painter.end()

    def _paint_tile(self, painter: QPainter, photo: Disagreement, left: int, top: int) -> None:
        theme, line = self.theme, self.theme.px(18)
        frame = QRectF(left, top, _TILE.width(), _TILE.height())
        picture = self._picture(photo.file)
        if picture is None:
            rounded(painter, frame, 6, theme.color("raised"))
        else:
            painter.drawPixmap(frame.topLeft(), picture)
        y = top + _TILE.height() + 4.0
        draw_dot(painter, QPointF(left + 4, y + line / 2), theme.color("humanfill"))
        truth = ", ".join(self._titles.get(value, value) for value in photo.truth) or "not set"
        area = QRectF(left + 12, y, _TILE.width() - 12, line)
        draw_text(painter, area, truth, theme.font("caption", 600), theme.color("text"))
        for number, (value, sure) in enumerate((photo.first, photo.second), start=1):
            right = value in photo.truth
            below = y + number * line
            words = f"{self._titles.get(value, value)} {per_cent(sure)}"
            area = QRectF(left, below, _TILE.width() - 18, line)
            draw_text(painter, area, words, theme.font("caption"), theme.color("text2"))
            if photo.truth:
                corner = QPointF(left + _TILE.width() - 14, below + line / 2 - 7)
                icon, role = ("check", "agree") if right else ("equal-not", "disagree")
                draw_icon(painter, icon, theme.color(role), corner, 14)

    def _picture(self, file: Path) -> QPixmap | None:
        if file not in self._pictures and file not in self._loading:
            self._loading.add(file)
            ratio = self.devicePixelRatioF()
            self._session.bridge.submit(
                lambda: load_picture(file, _TILE, ratio),
                lambda image: self._take(file, image),
                lambda _error: self._take(file, None),
            )
        return self._pictures.get(file)

    def _take(self, file: Path, image: QImage | None) -> None:
        self._loading.discard(file)
        self._pictures[file] = QPixmap.fromImage(image) if image is not None else None
        self.update()
