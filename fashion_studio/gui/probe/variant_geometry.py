"""Where the cells of the variants grid lie: plain arithmetic, so that any number of photos costs the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize

__all__ = ["VariantGeometry"]

_LEFT, _RIGHT, _TOP, _BOTTOM = 16, 16, 8, 16
_GAP_X, _GAP_Y, _BETWEEN_PHOTOS = 8, 10, 10
_LEAST, _MOST = 64, 132
_ASPECT: Final = 145 / 109


@dataclass(frozen=True, slots=True)
class VariantGeometry:
    """A grid in a viewport, in logical px.

    Attributes:
        label: width of the column of names; `head` height of the column heads; `caption` below a picture.
        rows: all rows; `together` rows of one photo.
        across, down: how far it is scrolled.
        least: width of a column that its head needs.
    """

    width: int
    height: int
    columns: int
    rows: int
    together: int
    label: int
    head: int
    caption: int
    across: int = 0
    down: int = 0
    least: int = 0

    @property
    def frame(self) -> QSize:
        """Size of a picture: as wide as the columns allow."""
        columns = max(1, self.columns)
        room = self.width - _LEFT - self.label - _RIGHT - columns * _GAP_X
        wide = max(self.least, min(_MOST, max(_LEAST, room // columns)))
        return QSize(wide, round(wide * _ASPECT))

    @property
    def row_height(self) -> int:
        """Picture, caption and gap."""
        return self.frame.height() + self.caption + _GAP_Y

    @property
    def _photo_height(self) -> int:
        return self.together * self.row_height + (_BETWEEN_PHOTOS if self.together > 1 else 0)

    @property
    def content(self) -> QSize:
        """Of everything, heads included."""
        wide = _LEFT + self.label + self.columns * (self.frame.width() + _GAP_X) - _GAP_X + _RIGHT
        photos = -(-self.rows // max(1, self.together))
        return QSize(wide, self.head + _TOP + photos * self._photo_height + _BOTTOM)

    def top_of(self, row: int) -> int:
        """Top of a row in the content, below the heads."""
        photo, at = divmod(row, max(1, self.together))
        return _TOP + photo * self._photo_height + at * self.row_height

    def column_x(self, column: int) -> int:
        """Left edge of a column in the viewport."""
        return _LEFT + self.label + column * (self.frame.width() + _GAP_X) - self.across

    def picture_rect(self, row: int, column: int) -> QRect:
        """Where a picture is in the viewport."""
        top = self.head + self.top_of(row) - self.down
        return QRect(QPoint(self.column_x(column), top), self.frame)

    def label_rect(self, row: int) -> QRect:
        """Where a row's names are; they do not scroll sideways."""
        top = self.head + self.top_of(row) - self.down
        return QRect(_LEFT, top, self.label - 4, self.frame.height() + self.caption)

    def rows_between(self, top: int, bottom: int) -> range:
        """Rows that a band of the viewport touches."""
        first = self._row_at(top)
        last = self._row_at(bottom) + 1
        return range(min(self.rows, first), min(self.rows, last))

    def _row_at(self, y: int) -> int:
        inside = max(0, y - self.head + self.down - _TOP)
        photo, rest = divmod(inside, self._photo_height)
        return photo * self.together + min(self.together - 1, rest // self.row_height)

    def cell_at(self, point: QPoint) -> tuple[int, int] | None:
        """Row and column under a point of the viewport; None between cells."""
        if point.y() < self.head or point.x() < _LEFT + self.label:
            return None
        for row in self.rows_between(point.y(), point.y()):
            for column in range(self.columns):
                area = self.picture_rect(row, column).adjusted(0, 0, 0, self.caption)
                if area.contains(point):
                    return row, column
        return None
