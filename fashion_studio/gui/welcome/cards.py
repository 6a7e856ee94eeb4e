"""Cards of the welcome screen: ways to begin, and recent projects with their pictures."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Control, themed
from fashion_studio.gui.components.marks import draw_bar
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QPaintEvent

    from fashion_studio.services.recent import RecentProject

__all__ = ["DropArea", "NewProjectCard", "ProjectCard", "StartCard", "when"]

_PICTURES_PX = 184


def when(opened_at: datetime, now: datetime | None = None) -> str:
    """The last opening as a person says it: "Today 14:32", "Yesterday", "Mon 4 Nov", "28 Oct"."""
    local = opened_at.astimezone()
    today = (now or datetime.now().astimezone()).date()
    days = (today - local.date()).days
    if days <= 0:
        return f"Today {local:%H:%M}"
    if days == 1:
        return "Yesterday"
    if days < 7:
        return f"{local:%a} {local.day} {local:%b}"
    if local.year == today.year:
        return f"{local.day} {local:%b}"
    return f"{local.day} {local:%b %Y}"


class StartCard(Control):
    """A way to begin: icon in a square, title, what happens, key."""

    radius_px = 8

    def __init__(
        self,
        title: str,
        hint: str,
        icon: str,
        key: str,
        *,
        primary: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._hint, self._icon, self._key, self._primary = hint, icon, key, primary
        self.setAccessibleName(f"{title}. {hint}")
        self.setToolTip(f"{title}  ({key})")

    def sizeHint(self) -> QSize:
        """400 × 64 at 100 % text."""
        return QSize(self.theme.px(400), self.theme.px(64))

    def paint(self, painter: QPainter) -> None:
        """Card, square, words, key."""
        theme, area = self.theme, QRectF(self.rect())
        if self._primary:
            role = "accentpress" if self.held else "accenthover" if self.hovered else "accentfill"
            rounded(painter, area, 8, theme.color(role), theme.color(role))
            square, ink, sub = theme.color("accentpress"), theme.color("onaccent"), theme.color("onaccent")
        else:
            role = "pressed" if self.held else "hover" if self.hovered else "raised"
            rounded(painter, area, 8, theme.color(role), theme.color("border"))
            square, ink, sub = theme.color("pressed"), theme.color("text"), theme.color("text2")
        middle = area.height() / 2
        rounded(painter, QRectF(13, middle - 20, 40, 40), 6, square)
        draw_icon(painter, self._icon, ink, QPointF(23, round(middle - 10)), 20)
        cap = key_cap_width(theme, self._key)
        width = area.width() - 65 - cap - 32
        line = theme.line_px("body")
        title = QRectF(65, middle - line + 2, width, line)
        draw_text(painter, title, self.text(), theme.font("body", 600), ink)
        below = QRectF(65, middle + 2, width, theme.line_px("small"))
        draw_text(painter, below, self._hint, theme.font("small"), sub)
        height = theme.px(18)
        spot = QRectF(area.width() - 17 - cap, round(middle - height / 2), cap, height)
        draw_key_cap(painter, theme, spot, self._key, on_accent=self._primary)


class DropArea(QWidget):
    """Says that photos may be dropped; lights up while some hang over the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._lit = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def light(self, *, lit: bool) -> None:
        """Whether something hangs over the window."""
        self._lit = lit
        self.update()

    def sizeHint(self) -> QSize:
        """400 × 72 at 100 % text."""
        return QSize(self.theme.px(400), self.theme.px(72))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Dashed frame, icon, two lines."""
        painter, theme = QPainter(self), self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._lit:
            painter.setBrush(theme.color("selected"))
        pen = QPen(theme.color("accent" if self._lit else "strong"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, 8, 8)
        middle = area.height() / 2
        draw_icon(painter, "import", theme.color("text3"), QPointF(23, round(middle - 10)), 20)
        line = theme.line_px("body")
        first = QRectF(55, middle - line + 2, area.width() - 70, line)
        draw_text(
            painter, first, "Or drop photos or a folder here", theme.font("body", 500), theme.color("text")
        )
        second = QRectF(55, middle + 2, area.width() - 70, theme.line_px("small"))
        formats = "JPEG, PNG, WebP, TIFF, BMP, GIF, AVIF, PGM"
        draw_text(painter, second, formats, theme.font("small"), theme.color("text3"))
        painter.end()


class ProjectCard(Control):
    """A recent project: four pictures, name, where its photos are, how far it is."""

    radius_px = 8
    forget_asked = Signal()

    def __init__(self, recent: RecentProject, parent: QWidget | None = None) -> None:
        super().__init__(recent.title, parent)
        self.recent = recent
        self._pictures: list[QPixmap] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(f"{recent.title}, {recent.done} of {recent.photos} done")
        self.setToolTip(str(recent.folder))
        for cover in recent.covers:
            picture = QPixmap(str(cover))
            if not picture.isNull():
                self._pictures.append(picture)

    def sizeHint(self) -> QSize:
        """Pictures and 84 px of words."""
        theme = self.theme
        words = theme.line_px("body") + theme.line_px("small") + theme.line_px("caption") + 32
        return QSize(250, _PICTURES_PX + words)

    def minimumSizeHint(self) -> QSize:
        """Narrow cards still work."""
        return QSize(180, self.sizeHint().height())

    def paint(self, painter: QPainter) -> None:
        """Card, pictures, words, bar."""
        theme, area = self.theme, QRectF(self.rect())
        border = "strong" if self.hovered else "line"
        rounded(painter, area, 8, theme.color("panel"), theme.color(border))
        self._paint_pictures(painter, area)
        left, right, y = 13.0, area.width() - 13, area.y() + _PICTURES_PX + 10
        date = when(self.recent.opened_at)
        width = theme.metrics("caption").horizontalAdvance(date) + 1
        line = theme.line_px("body")
        font = theme.font("body", 600)
        draw_text(
            painter, QRectF(left, y, right - left - width - 8, line), self.text(), font, theme.color("text")
        )
        place = QRectF(right - width, y, width + 1, line)
        draw_text(painter, place, date, theme.font("caption"), theme.color("text3"))
        y += line + 1
        small = theme.line_px("small")
        draw_text(
            painter,
            QRectF(left, y, right - left, small),
            self._where(),
            theme.font("small"),
            theme.color("text2"),
        )
        y += small + 7
        recent = self.recent
        figure = f"{recent.done:,} of {recent.photos:,} done" if recent.exists else "not found"
        width = theme.metrics("caption").horizontalAdvance(figure) + 1
        caption = theme.line_px("caption")
        spot = QRectF(right - width, y, width + 1, caption)
        draw_text(painter, spot, figure, theme.font("caption"), theme.color("text2"))
        share = recent.done / recent.photos if recent.photos else 0.0
        draw_bar(
            painter,
            theme,
            QRectF(left, round(y + caption / 2 - 2), right - left - width - 8, 4),
            share,
            "accent",
        )

    def _where(self) -> str:
        photos = self.recent.photos_from
        return "No folder" if photos is None else f"{photos.parent.name} / {photos.name}"

    def _paint_pictures(self, painter: QPainter, area: QRectF) -> None:
        clip = QPainterPath()
        clip.addRoundedRect(area.adjusted(1, 1, -1, -1), 7, 7)
        painter.save()
        painter.setClipPath(clip)
        frame = QRect(1, 1, self.width() - 2, _PICTURES_PX)
        painter.fillRect(frame, self.theme.color("raised"))
        if not self._pictures:
            spot = QPointF(frame.center().x() - 14, frame.center().y() - 14)
            draw_icon(painter, "image", self.theme.color("text3"), spot, 28)
        for picture, part in zip(self._pictures, _mosaic(frame, len(self._pictures)), strict=False):
            _draw_filled(painter, part, picture)
        painter.restore()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        """Takes the project off the list."""
        self.forget_asked.emit()


class NewProjectCard(Control):
    """An empty place with a plus."""

    radius_px = 8

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("New project", parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("Open a folder of photos  (Ctrl O)")

    def sizeHint(self) -> QSize:
        """As a project's card."""
        theme = self.theme
        words = theme.line_px("body") + theme.line_px("small") + theme.line_px("caption") + 32
        return QSize(250, _PICTURES_PX + words)

    def minimumSizeHint(self) -> QSize:
        """Narrow cards still work."""
        return QSize(180, self.sizeHint().height())

    def paint(self, painter: QPainter) -> None:
        """Dashed frame, plus, word."""
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(theme.color("strong" if self.hovered else "border"), 1)
        pen.setDashPattern([4, 3])
        painter.setPen(pen)
        area = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.drawRoundedRect(area, 8, 8)
        middle = area.center()
        ink = theme.color("text" if self.hovered else "text2")
        draw_icon(painter, "plus", ink, QPointF(round(middle.x() - 10), round(middle.y() - 24)), 20)
        words = QRectF(area.x(), middle.y() + 4, area.width(), theme.line_px("body"))
        draw_text(painter, words, self.text(), theme.font("body"), ink, Qt.AlignmentFlag.AlignHCenter)


def _mosaic(frame: QRect, count: int) -> list[QRect]:
    """One large picture at the left, up to three small ones at the right, 2 px apart."""
    if count == 1:
        return [frame]
    large = round((frame.width() - 2) * 2 / 3)
    parts = [QRect(frame.x(), frame.y(), large, frame.height())]
    small = count - 1
    height = (frame.height() - 2 * (small - 1)) / small
    for place in range(small):
        top = round(place * (height + 2))
        bottom = round(place * (height + 2) + height)
        parts.append(QRect(frame.x() + large + 2, frame.y() + top, frame.width() - large - 2, bottom - top))
    return parts


def _draw_filled(painter: QPainter, part: QRect, picture: QPixmap) -> None:
    scale = max(part.width() / picture.width(), part.height() / picture.height())
    wide, high = part.width() / scale, part.height() / scale
    source = QRectF((picture.width() - wide) / 2, (picture.height() - high) / 2, wide, high)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setBrush(QColor(Qt.GlobalColor.transparent))
    painter.drawPixmap(QRectF(part), picture, source)
