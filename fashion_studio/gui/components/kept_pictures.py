"""Pieces of a list or a pane as they were painted, copied where the next photo shows the same."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from PySide6.QtGui import QPainter, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QColor

__all__ = ["KeptPictures"]


class KeptPictures:
    """Opaque pictures by what they show: a text costs ten times a copy of its pixels.

    They are opaque because letters that are laid over a ground afterwards are not the same to the pixel.
    """

    def __init__(self, at_most: int) -> None:
        """`at_most` are kept, those that were painted last."""
        self._at_most = at_most
        self._kept: OrderedDict[Hashable, QPixmap] = OrderedDict()
        self._state: Hashable = None

    def __len__(self) -> int:
        return len(self._kept)

    def forget(self) -> None:
        """Other colours, or other fonts."""
        self._kept.clear()

    def begin(self, state: Hashable) -> None:
        """What all pieces depend on; the pictures made by another state are dropped."""
        if state != self._state:
            self._state = state
            self._kept.clear()

    def paint(
        self, painter: QPainter, rect: QRect, says: Hashable, ground: QColor, draw: Callable[[QPainter], None]
    ) -> None:
        """Paints a piece, from its picture where there is one.

        Args:
            painter: of the widget that the piece is in.
            rect: the piece; nothing is drawn outside it.
            says: everything that decides how the piece looks, its size and what `begin` was told apart.
            ground: what lies beneath the whole piece.
            draw: paints the piece onto that ground, at its own place.
        """
        ratio = painter.device().devicePixelRatioF()
        if ratio % 1:  # a piece may then begin within a device pixel
            draw(painter)
            return
        # Halves are rounded to the even pixel, so that odd and even places are two pictures.
        key = (says, ratio, rect.left(), rect.top() % 2, rect.width(), rect.height())
        picture = self._kept.get(key)
        if picture is None:
            picture = self._kept[key] = _painted(rect, ratio, ground, draw)
            if len(self._kept) > self._at_most:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        painter.drawPixmap(rect.left(), rect.top(), picture)


def _painted(rect: QRect, ratio: float, ground: QColor, draw: Callable[[QPainter], None]) -> QPixmap:
    picture = QPixmap(rect.size() * ratio)
    picture.setDevicePixelRatio(ratio)
    picture.fill(ground)
    inner = QPainter(picture)
    inner.translate(-rect.left(), -rect.top())
    draw(inner)
    inner.end()
    return picture
