"""Where the names of the landmarks go: beside their marks, off each other, inside the widget."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSizeF

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["MARK_REACH_PX", "place_plates"]

MARK_REACH_PX: Final = 8.0
_GAP_PX: Final = 6.0


def _candidates(center: QPointF, size: QSizeF, side: str) -> Iterator[QRectF]:
    width, height = size.width(), size.height()
    reach = MARK_REACH_PX + _GAP_PX
    outside_left = center.x() - reach - width
    outside_right = center.x() + reach
    level = center.y() - height / 2
    first, second = (outside_left, outside_right) if side == "left" else (outside_right, outside_left)
    above, below = center.y() - reach - height, center.y() + reach
    yield QRectF(first, level, width, height)
    yield QRectF(center.x() - width / 2, below, width, height)
    yield QRectF(center.x() - width / 2, above, width, height)
    yield QRectF(first, below - _GAP_PX, width, height)
    yield QRectF(first, above + _GAP_PX, width, height)
    yield QRectF(second, level, width, height)
    yield QRectF(second, below - _GAP_PX, width, height)
    yield QRectF(second, above + _GAP_PX, width, height)


def _overlap(rect: QRectF, others: Sequence[QRectF]) -> float:
    total = 0.0
    for other in others:
        shared = rect.intersected(other)
        total += shared.width() * shared.height()
    return total


def place_plates(
    marks: Sequence[tuple[QPointF, QSizeF, str]],
    inside: QRectF,
) -> list[QRectF]:
    """One rectangle a mark, each at the first place that is free, else at the least crowded one.

    Args:
        marks: centre in view_px, size of the plate, side (left, right, middle).
        inside: where plates should stay, view_px.
    """
    blocked = [
        QRectF(c.x() - MARK_REACH_PX, c.y() - MARK_REACH_PX, 2 * MARK_REACH_PX, 2 * MARK_REACH_PX)
        for c, _, _ in marks
    ]
    placed: list[QRectF] = []
    for center, size, side in marks:
        best, best_cost = QRectF(), float("inf")
        for order, rect in enumerate(_candidates(center, size, side)):
            kept = rect.intersected(inside)
            outside = rect.width() * rect.height() - kept.width() * kept.height()
            cost = _overlap(rect, blocked) + _overlap(rect, placed) + outside + order * 1e-3
            if cost < best_cost:
                best, best_cost = rect, cost
            if cost < 1.0:
                break
        placed.append(QRectF(round(best.x()), round(best.y()), best.width(), best.height()))
    return placed
