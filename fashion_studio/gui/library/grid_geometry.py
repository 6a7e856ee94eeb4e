"""Where the tiles of a grid lie: plain arithmetic on places, so that 100,000 tiles cost what ten do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPoint, QRect, QSize

__all__ = ["MARGIN_TOP", "GridGeometry", "frame_size"]

MARGIN_TOP: Final = 14
_GAP_X, _GAP_Y = 12, 10
_MARGIN_LEFT, _MARGIN_RIGHT, _MARGIN_BOTTOM = 20, 8, 80
_WIDEST_GAP: Final = 3.0 * _GAP_X


def frame_size(tile_width: int) -> QSize:
    """Size of a tile's picture: 144 × 164 at the usual width."""
    return QSize(tile_width, round(tile_width * 164 / 144))


@dataclass(frozen=True, slots=True)
class GridGeometry:
    """A grid in a viewport, in logical px. Tops are of the whole content, rectangles of the viewport."""

    width: int
    height: int
    tile_width: int
    caption: int
    count: int
    scroll: int

    @property
    def row_height(self) -> int:
        """Picture, caption and gap."""
        return frame_size(self.tile_width).height() + self.caption + _GAP_Y

    @property
    def columns(self) -> int:
        """Tiles beside each other."""
        room = self.width - _MARGIN_LEFT - _MARGIN_RIGHT + _GAP_X
        return max(1, room // (self.tile_width + _GAP_X))

    @property
    def gap(self) -> float:
        """Room between two tiles, so that the columns fill the width evenly."""
        columns = self.columns
        if columns == 1:
            return float(_GAP_X)
        room = self.width - _MARGIN_LEFT - _MARGIN_RIGHT - columns * self.tile_width
        return min(_WIDEST_GAP, room / (columns - 1))

    @property
    def content_height(self) -> int:
        """Height of all rows and the margins."""
        return MARGIN_TOP + -(-self.count // self.columns) * self.row_height + _MARGIN_BOTTOM

    @property
    def first_place(self) -> int:
        """Place of the first tile of the uppermost row on the screen; -1 in an empty grid."""
        return min(self.count - 1, self.scroll // self.row_height * self.columns)

    def top_of(self, place: int) -> int:
        """Top of a tile in the content."""
        return MARGIN_TOP + place // self.columns * self.row_height

    def picture_rect(self, place: int) -> QRect:
        """Where a tile's picture is in the viewport."""
        x = _MARGIN_LEFT + round(place % self.columns * (self.tile_width + self.gap))
        return QRect(QPoint(x, self.top_of(place) - self.scroll), frame_size(self.tile_width))

    def tile_rect(self, place: int) -> QRect:
        """Picture and caption."""
        return self.picture_rect(place).adjusted(0, 0, 0, self.caption)

    def places_between(self, top: int, bottom: int) -> range:
        """Places of the tiles in the rows that a band of the viewport touches."""
        first = max(0, (top + self.scroll - MARGIN_TOP) // self.row_height)
        last = max(0, (bottom + self.scroll - MARGIN_TOP) // self.row_height)
        return range(min(self.count, first * self.columns), min(self.count, (last + 1) * self.columns))

    def place_at(self, point: QPoint) -> int:
        """Place of the tile under a point of the viewport; -1 between tiles."""
        if point.y() + self.scroll < MARGIN_TOP:
            return -1
        for place in self.places_between(point.y(), point.y()):
            if self.tile_rect(place).contains(point):
                return place
        return -1
