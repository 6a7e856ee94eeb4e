"""Paints a cell of the variants grid and the names before a row; a picture on its way or missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt

from fashion_studio.gui.components.marks import draw_bar, per_cent
from fashion_studio.gui.components.painting import draw_text, hatch_brush, rounded
from fashion_studio.gui.probe.model_marks import draw_model_mark
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from fashion_studio.gui.library.pictures import Pictures
    from fashion_studio.gui.probe.variant_rows import GridCell, GridRow
    from fashion_studio.gui.theme.theme import Theme

__all__ = ["paint_cell", "paint_label", "paint_picture"]

_HEAT_OPACITY: Final = 0.72
_NARROW_TILE_PX: Final = 84
_MARK_ROLES: Final = {"check": "agree", "equal-not": "disagree"}


def paint_picture(painter: QPainter, theme: Theme, frame: QRectF, pictures: Pictures, number: int) -> bool:
    """A picture in its frame, or its place while it is loaded; False where there is none to see (yet)."""
    picture = pictures.get(number)
    if picture is not None:
        painter.drawPixmap(frame, picture, QRectF(picture.rect()))
        return True
    rounded(painter, frame, 6, theme.color("raised"))
    if pictures.has_failed(number):
        corner = QPointF(round(frame.center().x() - 10), round(frame.center().y() - 10))
        draw_icon(painter, "image-off", theme.color("text3"), corner, 20)
    return False


def paint_cell(
    painter: QPainter, theme: Theme, area: QRect, cell: GridCell, pictures: Pictures, *, heat: bool
) -> None:
    """Picture with its activation map, and below it decision, verdict and confidence."""
    frame = QRectF(area)
    if cell.picture < 0:
        ratio = painter.device().devicePixelRatioF()
        rounded(painter, frame, 6, hatch_brush(theme.color("border"), theme.color("unknownbg"), ratio))
    elif paint_picture(painter, theme, frame, pictures, cell.picture) and heat and cell.heat >= 0:
        field = pictures.get(cell.heat)
        if field is not None:
            painter.setOpacity(_HEAT_OPACITY)
            painter.drawPixmap(frame, field, QRectF(field.rect()))
            painter.setOpacity(1.0)
    _paint_caption(painter, theme, area, cell)


def _paint_caption(painter: QPainter, theme: Theme, area: QRect, cell: GridCell) -> None:
    line, top, wide = theme.line_px("small"), area.bottom() + 5, area.width()
    narrow = wide < theme.px(_NARROW_TILE_PX)
    if cell.confidence is None:
        words = QRectF(area.x(), top, wide, line)
        draw_text(painter, words, cell.note, theme.font("caption"), theme.color("text3"))
        return
    if cell.mark:
        _paint_mark(painter, theme, area, cell.mark, narrow=narrow)
    font = theme.font("caption" if narrow else "small", 500)
    words = QRectF(area.x(), top, wide - (16 if cell.mark and not narrow else 0), line)
    draw_text(painter, words, cell.title, font, theme.color("text"))
    number = theme.px(24)
    below = top + line + 1
    bar = QRectF(area.x(), round(below + theme.line_px("caption") / 2 - 2), wide - number - 2, 4)
    draw_bar(painter, theme, bar, cell.confidence)
    figure = QRectF(area.right() + 1 - number, below, number, theme.line_px("caption"))
    right = Qt.AlignmentFlag.AlignRight
    text = per_cent(cell.confidence)
    draw_text(painter, figure, text, theme.font("caption", 500), theme.color("text2"), right)


def _paint_mark(painter: QPainter, theme: Theme, area: QRect, mark: str, *, narrow: bool) -> None:
    role = _MARK_ROLES[mark]
    if narrow:  # the name needs the line
        plate = QRectF(area.right() - 20, area.y() + 4, 18, 18)
        rounded(painter, plate, 5, theme.photo_color("badge"))
        ink = theme.photo_color(f"badge_{role}")
        draw_icon(painter, mark, ink, plate.topLeft() + QPointF(3, 3), 12)
        return
    spot = QPointF(area.right() - 13, round(area.bottom() + 5 + theme.line_px("small") / 2 - 7))
    draw_icon(painter, mark, theme.color(role), spot, 14)


def paint_label(
    painter: QPainter, theme: Theme, area: QRectF, row: GridRow, *, several: bool, first: bool
) -> None:
    """The model (of `several`) or the photo, what was kept, and the photo's name in its `first` row."""
    line, left, y = theme.line_px("small"), area.x(), area.y() + 2
    if several:
        draw_model_mark(painter, theme, QPointF(left + 5, y + line / 2), row.subject)
    indent = 16 if several else 0
    for words in _two_lines(theme, row.name if several else row.photo, area.width() - indent):
        name = QRectF(left + indent, y, area.width() - indent, line)
        draw_text(painter, name, words, theme.font("small", 600), theme.color("text"))
        y += line
    if row.changed:
        kept = f"kept in {row.kept} of {row.changed}"
        below = QRectF(left, y + 1, area.width() + 4, line)
        draw_text(painter, below, kept, theme.font("caption"), theme.color("text2"))
    if several and first:
        foot = QRectF(left, y + line + 4, area.width(), line)
        draw_text(painter, foot, row.photo, theme.font("caption"), theme.color("text3"))


def _two_lines(theme: Theme, text: str, width: float) -> list[str]:
    """A name in a line, or broken at a space where it is longer."""
    metrics = theme.metrics("small", 600)
    if metrics.horizontalAdvance(text) <= width or " " not in text:
        return [text]
    words = text.split(" ")
    fitting = (n for n in range(1, len(words)) if metrics.horizontalAdvance(" ".join(words[:n])) <= width)
    count = max(fitting, default=1)
    return [" ".join(words[:count]), " ".join(words[count:])]
