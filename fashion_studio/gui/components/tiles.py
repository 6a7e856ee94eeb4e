"""The thumbnail tile: picture, badges, caption. Painted by the delegates of the grid and the neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath

from fashion_studio.domain.labels import Status
from fashion_studio.gui.components.marks import draw_bar, per_cent
from fashion_studio.gui.components.painting import draw_focus_ring, draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPixmap

    from fashion_studio.gui.theme.theme import Theme

__all__ = ["CAPTION_PX", "STATUS_ICONS", "Tile", "caption_height", "draw_status_badge", "paint_tile"]

CAPTION_PX: Final = 20

# status: (icon, colour role in panels, colour role on a photo)
STATUS_ICONS: Final[dict[Status, tuple[str, str, str]]] = {
    Status.NEW: ("circle-dashed", "text3", "badge_text2"),
    Status.IN_WORK: ("pencil", "accent", "badge_accent"),
    Status.DONE: ("check", "agree", "badge_agree"),
    Status.REVIEWED: ("check-check", "agree", "badge_agree"),
    Status.REJECTED: ("circle-slash", "danger", "badge_danger"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """What a tile shows.

    Attributes:
        title: caption, usually the category's title.
        edited: whether an edit made it.
        failure: why there is no picture; shown in place of it.
        checked: whether the check badge of a selection is shown.
        current: whether it is the photo at hand.
    """

    title: str
    status: Status
    confidence: float | None = None
    disagreements: int = 0
    flagged: bool = False
    edited: bool = False
    failure: str | None = None
    selected: bool = False
    checked: bool = False
    current: bool = False
    focused: bool = False
    caption: bool = True


def caption_height(theme: Theme) -> int:
    """Height of the line under the picture."""
    return theme.px(CAPTION_PX)


def draw_status_badge(painter: QPainter, theme: Theme, corner: QPointF, status: Status) -> None:
    """A 20 px badge with the status' mark, its upper left corner at `corner`."""
    icon, _, role = STATUS_ICONS[status]
    rounded(painter, QRectF(corner.x(), corner.y(), 20, 20), 5, theme.photo_color("badge"))
    draw_icon(painter, icon, theme.photo_color(role), corner + QPointF(3, 3), 14)


def paint_tile(
    painter: QPainter,
    theme: Theme,
    picture_rect: QRect,
    tile: Tile,
    picture: QPixmap | None,
    surface: str = "window",
) -> None:
    """Paints a tile: the picture fills `picture_rect`, the caption follows below it.

    Args:
        painter: on the view's viewport.
        theme: colours and fonts.
        picture_rect: where the picture goes.
        tile: what to show.
        picture: any size, or of the frame's size with its corners cut; None while it is being loaded.
        surface: role of the ground around the tile.
    """
    frame = QRectF(picture_rect)
    if tile.failure is not None:
        _paint_failure(painter, theme, frame, tile.failure)
    elif picture is None or picture.isNull():
        rounded(painter, frame, 6, theme.color("raised"))
    else:
        _paint_picture(painter, frame, picture)
    if tile.failure is None:
        _paint_badges(painter, theme, frame, tile)
    if tile.selected or tile.focused:
        draw_focus_ring(painter, frame, 6, theme.color("accent"), theme.color(surface))
    if tile.checked:
        spot = QRectF(frame.x() + 6, frame.y() + 6, 20, 20)
        rounded(painter, spot, 5, theme.color("accentfill"))
        draw_icon(painter, "check", theme.color("onaccent"), spot.topLeft() + QPointF(3, 3), 14, stroke=3)
    if tile.caption:
        _paint_caption(painter, theme, picture_rect, tile)


def _paint_picture(painter: QPainter, frame: QRectF, picture: QPixmap) -> None:
    """Fills the frame with the middle of the picture; one of the frame's own size is ready as it is."""
    ratio = picture.devicePixelRatio()
    width, height = picture.width() / ratio, picture.height() / ratio
    if (width, height) == (frame.width(), frame.height()):
        painter.drawPixmap(frame.topLeft(), picture)
        return
    scale = max(frame.width() / width, frame.height() / height)
    wide, high = frame.width() / scale * ratio, frame.height() / scale * ratio
    part = QRectF((picture.width() - wide) / 2, (picture.height() - high) / 2, wide, high)
    clip = QPainterPath()
    clip.addRoundedRect(frame, 6, 6)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setClipPath(clip)
    painter.drawPixmap(frame, picture, part)
    painter.restore()


def _paint_failure(painter: QPainter, theme: Theme, frame: QRectF, reason: str) -> None:
    rounded(painter, frame, 6, theme.color("raised"))
    middle = frame.center()
    tall = frame.height() >= 100
    top = middle.y() - (32 if tall else 10)
    draw_icon(
        painter, "triangle-alert", theme.color("danger"), QPointF(round(middle.x() - 10), round(top)), 20
    )
    if tall:
        line = theme.line_px("caption")
        words = QRectF(frame.x() + 8, top + 26, frame.width() - 16, 2 * line + 2)
        painter.setFont(theme.font("caption"))
        painter.setPen(theme.color("text2"))
        align = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        painter.drawText(words, int(align), reason[:1].upper() + reason[1:])


def _paint_badges(painter: QPainter, theme: Theme, frame: QRectF, tile: Tile) -> None:
    corner = QPointF(frame.x() + 4, frame.bottom() - 24)
    draw_status_badge(painter, theme, corner, tile.status)
    marks = (
        ("flag", "badge_model", tile.flagged),
        ("wand-sparkles", "badge_accent", tile.edited),
    )
    for icon, role, _ in filter(lambda mark: mark[2], marks):
        corner += QPointF(24, 0)
        if corner.x() + 20 > frame.right():  # a small tile has its marks in two rows
            corner = QPointF(frame.x() + 4, corner.y() - 24)
        rounded(painter, QRectF(corner.x(), corner.y(), 20, 20), 5, theme.photo_color("badge"))
        draw_icon(painter, icon, theme.photo_color(role), corner + QPointF(4, 4), 12)
    if tile.disagreements:
        text = str(tile.disagreements)
        width = 4 + 12 + 2 + theme.text_width(text, "caption", 600) + 5
        plate = QRectF(frame.right() - 4 - width, frame.y() + 4, width, 20)
        ink = theme.photo_color("badge_disagree")
        rounded(painter, plate, 5, theme.photo_color("badge"))
        draw_icon(painter, "equal-not", ink, plate.topLeft() + QPointF(4, 4), 12)
        draw_text(painter, plate.adjusted(18, 0, 0, 0), text, theme.font("caption", 600), ink)


def _paint_caption(painter: QPainter, theme: Theme, picture_rect: QRect, tile: Tile) -> None:
    height = caption_height(theme)
    line = QRectF(picture_rect.x(), picture_rect.bottom() + 1, picture_rect.width(), height)
    strong = tile.selected or tile.current
    right = line.right()
    if tile.confidence is not None:
        figure = per_cent(tile.confidence)
        width = theme.text_width(figure, "caption")
        place = QRectF(right - width, line.y(), width + 1, height)
        draw_text(painter, place, figure, theme.font("caption"), theme.color("text2"))
        bar = QRectF(round(right - width - 6 - 28), round(line.center().y() - 2), 28, 4)
        draw_bar(painter, theme, bar, tile.confidence)
        right = bar.x() - 6
    words = QRectF(line.x(), line.y(), right - line.x(), height)
    font = theme.font("caption", 600 if strong else 400)
    draw_text(painter, words, tile.title, font, theme.color("text" if strong else "text2"))
