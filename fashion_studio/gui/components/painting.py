"""Primitives that every control paints with: crisp rectangles, rings, hatches, dashes and shadows."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QLineF, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPixmap

from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QFont

    from fashion_studio.gui.theme.theme import Theme

__all__ = [
    "SHADOW_MARGIN_PX",
    "draw_check_box",
    "draw_dashed_ring",
    "draw_dot",
    "draw_focus_ring",
    "draw_key_cap",
    "draw_radio",
    "draw_ring",
    "draw_shadow",
    "draw_text",
    "elided",
    "hatch_brush",
    "key_cap_width",
    "rounded",
]

SHADOW_MARGIN_PX: Final = 16
_KEY_CAPS: Final = 256
_cap_widths: dict[tuple[str, float], int] = {}
_SHORTENED_TEXTS: Final = 4096
_shortened_texts: dict[tuple[int, str, float], tuple[QFont, str]] = {}
_key_caps: dict[tuple[object, ...], QPixmap] = {}


def rounded(
    painter: QPainter,
    rect: QRect | QRectF,
    radius: float,
    fill: QColor | QBrush | None,
    border: QColor | None = None,
) -> None:
    """A filled rectangle with round corners and an optional 1 px border inside its edge."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QBrush(fill) if fill is not None else Qt.BrushStyle.NoBrush)
    area = QRectF(rect)
    if border is None:
        painter.setPen(Qt.PenStyle.NoPen)
    else:
        painter.setPen(QPen(border, 1))
        area = area.adjusted(0.5, 0.5, -0.5, -0.5)
        radius = max(0.0, radius - 0.5)
    painter.drawRoundedRect(area, radius, radius)


def draw_focus_ring(
    painter: QPainter, rect: QRect | QRectF, radius: float, accent: QColor, gap: QColor | None
) -> None:
    """The keyboard's ring around a control: 2 px accent at 2 px distance; it reaches 4 px beyond `rect`."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    area = QRectF(rect)
    if gap is not None:
        painter.setPen(QPen(gap, 2))
        painter.drawRoundedRect(area.adjusted(-1, -1, 1, 1), radius + 1, radius + 1)
    painter.setPen(QPen(accent, 2))
    painter.drawRoundedRect(area.adjusted(-3, -3, 3, 3), radius + 3, radius + 3)


@cache
def _hatch_tile(line: int, ground: int, ratio: float) -> QPixmap:
    side = round(5 * ratio)
    tile = QPixmap(side, side)
    tile.fill(QColor.fromRgba(ground))
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor.fromRgba(line), max(1.0, ratio)))
    for shift in (-side, 0, side):
        painter.drawLine(QLineF(shift, side, shift + side, 0))
    painter.end()
    tile.setDevicePixelRatio(ratio)
    return tile


def hatch_brush(line: QColor, ground: QColor, ratio: float = 1.0) -> QBrush:
    """45 degree lines 1 px wide, 5 px apart: the mark of what is not known."""
    return QBrush(_hatch_tile(line.rgba(), ground.rgba(), ratio))


def draw_dot(painter: QPainter, center: QPointF, color: QColor, diameter: float = 8) -> None:
    """A person's mark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(center, diameter / 2, diameter / 2)


def draw_ring(
    painter: QPainter, center: QPointF, color: QColor, diameter: float = 8, width: float = 2
) -> None:
    """A model's mark."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, width))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    radius = (diameter - width) / 2
    painter.drawEllipse(center, radius, radius)


def draw_dashed_ring(painter: QPainter, center: QPointF, color: QColor, diameter: float = 8) -> None:
    """The mark of what is not set."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    pen = QPen(color, 1)
    radius = (diameter - 1) / 2
    pen.setDashPattern([radius * 0.5236, radius * 0.5236])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(center, radius, radius)


def draw_text(
    painter: QPainter,
    rect: QRect | QRectF,
    text: str,
    font: QFont,
    color: QColor,
    align: Qt.AlignmentFlag = Qt.AlignmentFlag.AlignLeft,
) -> None:
    """One line, centred vertically, elided where it does not fit."""
    painter.setFont(font)
    painter.setPen(color)
    area = QRectF(rect)
    painter.drawText(area, _one_line(align), _shortened(painter, font, text, area.width()))


def _shortened(painter: QPainter, font: QFont, text: str, width: float) -> str:
    # Measuring takes as long as drawing, and a screen says the same words again and again. The entry keeps
    # the font alive, so that no other one can get its id.
    key = (id(font), text, width)
    known = _shortened_texts.get(key)
    if known is None:
        if len(_shortened_texts) >= _SHORTENED_TEXTS:
            _shortened_texts.clear()
        known = _shortened_texts[key] = (font, elided(painter, text, width))
    return known[1]


@cache
def _one_line(align: Qt.AlignmentFlag) -> int:
    return int(align | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)


def elided(painter: QPainter, text: str, width: float) -> str:
    """The text, with an ellipsis at its end where it is wider than `width` in the painter's font."""
    metrics = painter.fontMetrics()
    if metrics.horizontalAdvance(text) <= width + 0.5:
        return text
    return metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(width))


def key_cap_width(theme: Theme, text: str) -> int:
    """Width of a key cap, at least as wide as high."""
    look = (text, theme.text_scale)
    width = _cap_widths.get(look)
    if width is None:
        width = max(theme.px(18), theme.text_width(text, "caption", 500) + theme.px(10))
        _cap_widths[look] = width
    return width


def draw_key_cap(
    painter: QPainter,
    theme: Theme,
    rect: QRect | QRectF,
    text: str,
    *,
    on_accent: bool = False,
    enabled: bool = True,
) -> None:
    """A key cap filling `rect`."""
    if on_accent:
        fill, border = QColor(theme.color("onaccent")), QColor(theme.color("onaccent"))
        fill.setAlphaF(0.16)
        border.setAlphaF(0.28)
        ink = theme.color("onaccent")
    else:
        fill, border = theme.color("raised"), theme.color("border")
        ink = theme.color("text2" if enabled else "disabled")
    font, area = theme.font("caption", 500), QRectF(rect)
    ratio = painter.device().devicePixelRatioF()
    if (area.x() * ratio) % 1 or (area.y() * ratio) % 1:
        _paint_key_cap(painter, area, text, font, (fill, border, ink))
        return
    # A screen has dozens of caps, the same few again and again: most of them are a copy of pixels.
    look = (text, font.toString(), area.width(), area.height(), ratio, fill.rgba(), border.rgba(), ink.rgba())
    cap = _key_caps.get(look)
    if cap is None:
        cap = QPixmap(math.ceil(area.width() * ratio), math.ceil(area.height() * ratio))
        cap.setDevicePixelRatio(ratio)
        cap.fill(Qt.GlobalColor.transparent)
        inner = QPainter(cap)
        _paint_key_cap(inner, QRectF(QPointF(0, 0), area.size()), text, font, (fill, border, ink))
        inner.end()
        if len(_key_caps) >= _KEY_CAPS:
            _key_caps.clear()
        _key_caps[look] = cap
    painter.drawPixmap(area.topLeft(), cap)


def _paint_key_cap(
    painter: QPainter, area: QRectF, text: str, font: QFont, colors: tuple[QColor, QColor, QColor]
) -> None:
    fill, border, ink = colors
    rounded(painter, area, 4, fill, border)
    draw_text(painter, area, text, font, ink, Qt.AlignmentFlag.AlignHCenter)


def draw_check_box(painter: QPainter, theme: Theme, rect: QRectF, *, on: bool, enabled: bool = True) -> None:
    """A 16 px check box filling `rect`."""
    if on and enabled:
        rounded(painter, rect, 4, theme.color("accentfill"))
        draw_icon(painter, "check", theme.color("onaccent"), rect.topLeft() + QPointF(2, 2), 12, stroke=3)
        return
    rounded(painter, rect, 4, None, theme.color("strong" if enabled else "border"))
    if on:
        draw_icon(painter, "check", theme.color("disabled"), rect.topLeft() + QPointF(2, 2), 12, stroke=3)


def draw_radio(painter: QPainter, theme: Theme, rect: QRectF, *, on: bool, enabled: bool = True) -> None:
    """A radio filling `rect`; on is a person's choice."""
    center = rect.center()
    side = rect.width()
    if on:
        draw_ring(painter, center, theme.color("humanfill" if enabled else "disabled"), side, 4)
    else:
        draw_ring(painter, center, theme.color("strong" if enabled else "border"), side, 1)


@cache
def _shadow_tile(color: int, radius: int, ratio: float) -> QPixmap:
    """A 9-patch: soft edge of SHADOW_MARGIN_PX around a rounded box, 8 px lower than the box."""
    margin, core = SHADOW_MARGIN_PX, 2 * radius + 2
    side = core + 2 * margin
    tile = QPixmap(round(side * ratio), round(side * ratio))
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    base = QColor.fromRgba(color)
    for step in range(margin):
        layer = QColor(base)
        share = (step + 1) / margin
        layer.setAlphaF(base.alphaF() * 0.6 * share * share * 3 / (margin + 1.5))
        painter.setBrush(layer)
        inset = step + 1
        corner = radius + margin - inset
        painter.drawRoundedRect(QRectF(inset, inset, side - 2 * inset, side - 2 * inset), corner, corner)
    painter.end()
    return tile


def draw_shadow(painter: QPainter, theme: Theme, box: QRect, radius: int = 8) -> None:
    """The shadow of a floating panel around and below `box`; paint it before the panel."""
    ratio = painter.device().devicePixelRatioF()
    tile = _shadow_tile(theme.color("shadow").rgba(), radius, ratio)
    margin, corner = SHADOW_MARGIN_PX, SHADOW_MARGIN_PX + radius
    side = 2 * corner + 2
    target = box.adjusted(-margin, -margin + 4, margin, margin + 4)
    xs = (target.left(), target.left() + corner, target.right() + 1 - corner, target.right() + 1)
    ys = (target.top(), target.top() + corner, target.bottom() + 1 - corner, target.bottom() + 1)
    cuts = (0, corner, side - corner, side)
    for row in range(3):
        for column in range(3):
            part = QRectF(xs[column], ys[row], xs[column + 1] - xs[column], ys[row + 1] - ys[row])
            source = QRectF(
                cuts[column] * ratio,
                cuts[row] * ratio,
                (cuts[column + 1] - cuts[column]) * ratio,
                (cuts[row + 1] - cuts[row]) * ratio,
            )
            if part.width() > 0 and part.height() > 0:
                painter.drawPixmap(part, tile, source)
