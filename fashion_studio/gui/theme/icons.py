"""Lucide icons, rendered from SVG at device pixels in a role's colour, cached."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import BugError

if TYPE_CHECKING:
    from pathlib import Path

    from PySide6.QtCore import QPoint, QPointF

__all__ = ["draw_icon", "icon_pixmap"]


@cache
def _folder() -> Path:
    return resources_dir() / "icons"


@cache
def _source(name: str) -> str:
    path = _folder() / f"{name}.svg"
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        msg = f"The icon “{name}” is not among the resources."
        raise BugError(msg) from error


def _stroke(size_px: int) -> float:
    if size_px >= 20:
        return 1.75
    return 2.5 if size_px <= 12 else 2.0


@cache
def _rendered(name: str, rgb: str, size_px: int, stroke: float, ratio: float) -> QPixmap:
    svg = _source(name).replace("currentColor", rgb).replace('stroke-width="2"', f'stroke-width="{stroke}"')
    renderer = QSvgRenderer(QByteArray(svg.encode()))
    side = round(size_px * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def icon_pixmap(
    name: str, color: QColor, size_px: int = 16, *, ratio: float | None = None, stroke: float | None = None
) -> QPixmap:
    """An icon in a colour at a logical size.

    Args:
        name: file name without suffix, as Lucide calls it.
        color: taken from the theme by role.
        size_px: logical side.
        ratio: device pixels per logical pixel; the screen's when None.
        stroke: line width on the 24-unit grid; by size when None.

    Raises:
        BugError: no such icon is shipped.
    """
    if ratio is None:
        app = QGuiApplication.instance()
        ratio = app.devicePixelRatio() if isinstance(app, QGuiApplication) else 1.0
    return _rendered(name, color.name(), size_px, _stroke(size_px) if stroke is None else stroke, ratio)


def draw_icon(
    painter: QPainter,
    name: str,
    color: QColor,
    top_left: QPoint | QPointF,
    size_px: int = 16,
    *,
    stroke: float | None = None,
) -> None:
    """Paints an icon at the painter device's own ratio."""
    ratio = painter.device().devicePixelRatioF()
    painter.drawPixmap(top_left, icon_pixmap(name, color, size_px, ratio=ratio, stroke=stroke))
