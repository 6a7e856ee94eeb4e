"""What is trained on, drawn: photos per class, and how the labels of each attribute are shared out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Card, Label, column, row, themed
from fashion_studio.gui.components.feedback import IconMark
from fashion_studio.gui.components.painting import draw_text, hatch_brush, rounded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QPaintEvent

__all__ = ["FEW", "AttributeBars", "ClassBars", "ClassCard", "LabelShare", "LabelsCard"]

FEW: Final = 40
"""A class with fewer training photos is marked: its figure will hardly mean anything."""
_ROW_PX: Final = 24
_NAME_PX: Final = 76
_COUNT_PX: Final = 38
_SHADES: Final = (0.92, 0.7, 0.52, 0.4, 0.32)


class ClassBars(QWidget):
    """A bar for each class, the most frequent first, in one to three columns."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._counts: list[tuple[str, int]] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_counts(self, counts: Sequence[tuple[str, int]]) -> None:
        """Titles with numbers of training photos."""
        self._counts = sorted(counts, key=lambda pair: -pair[1])
        self.setAccessibleName("Photos per class")
        self.setAccessibleDescription(", ".join(f"{title} {count}" for title, count in self._counts))
        self.updateGeometry()
        self.update()

    @property
    def columns(self) -> int:
        """As many as have room for name, bar and number."""
        return max(1, min(3, self.width() // self.theme.px(160), len(self._counts)))

    def sizeHint(self) -> QSize:
        """As high as the longest column."""
        rows = -(-len(self._counts) // self.columns)
        return QSize(320, self.theme.px(_ROW_PX) * max(1, rows))

    def minimumSizeHint(self) -> QSize:
        """Never lower than its rows."""
        return QSize(180, self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Another width may take another number of columns."""
        self.setFixedHeight(self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, bar, number; few photos in another colour."""
        if not self._counts:
            return
        painter, theme = QPainter(self), self.theme
        columns = self.columns
        rows = -(-len(self._counts) // columns)
        gap, line = 16, theme.px(_ROW_PX)
        wide = (self.width() - gap * (columns - 1)) / columns
        name, number = theme.px(_NAME_PX), theme.px(_COUNT_PX)
        most = max(1, self._counts[0][1])
        for place, (title, count) in enumerate(self._counts):
            left = (place // rows) * (wide + gap)
            top = (place % rows) * line
            draw_text(
                painter, QRectF(left, top, name - 6, line), title, theme.font("small"), theme.color("text2")
            )
            room = max(8.0, wide - name - number)
            length = max(2.0 if count else 0.0, room * count / most)
            bar = QRectF(left + name, top + line / 2 - 4, length, 8)
            rounded(painter, bar, min(2.0, length / 2), theme.color("disagree" if count < FEW else "strong"))
            draw_text(
                painter,
                QRectF(left + wide - number, top, number, line),
                f"{count:,}",
                theme.font("caption", 500),
                theme.color("text"),
                Qt.AlignmentFlag.AlignRight,
            )
        painter.end()


@dataclass(frozen=True, slots=True)
class LabelShare:
    """How an attribute's labels are shared out among training photos.

    Attributes:
        values: (title, photos), the most frequent first.
        known: photos with a label.
        photos: all training photos.
    """

    title: str
    values: tuple[tuple[str, int], ...]
    known: int
    photos: int

    @property
    def words(self) -> str:
        """The most frequent value and its share of all photos."""
        if not self.known or not self.values:
            return "no labels"
        title, count = self.values[0]
        return f"{title} {round(100 * count / max(1, self.photos))} %"


class AttributeBars(QWidget):
    """A bar for each attribute: its values side by side, the unknown rest hatched."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._shares: list[LabelShare] = []
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_shares(self, shares: Sequence[LabelShare]) -> None:
        """Other attributes."""
        self._shares = list(shares)
        self.setAccessibleName("Labels per attribute")
        self.setAccessibleDescription(", ".join(f"{share.title}: {share.words}" for share in self._shares))
        self.updateGeometry()
        self.update()

    @property
    def columns(self) -> int:
        """Two where there is room."""
        return 2 if self.width() >= self.theme.px(560) else 1

    def sizeHint(self) -> QSize:
        """As high as the longer column."""
        return QSize(480, self.theme.px(28) * max(1, -(-len(self._shares) // self.columns)))

    def minimumSizeHint(self) -> QSize:
        """Never lower than its rows."""
        return QSize(240, self.sizeHint().height())

    def resizeEvent(self, event: object) -> None:
        """Another width may take another number of columns."""
        self.setFixedHeight(self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """Name, stacked bar, words."""
        painter, theme = QPainter(self), self.theme
        columns, gap, line = self.columns, 32, theme.px(28)
        wide = (self.width() - gap * (columns - 1)) / columns
        name, words = theme.px(92), theme.px(118)
        for place, share in enumerate(self._shares):
            left = (place % columns) * (wide + gap)
            top = (place // columns) * line
            draw_text(
                painter,
                QRectF(left, top, name - 8, line),
                share.title,
                theme.font("small"),
                theme.color("text2"),
            )
            self._paint_bar(painter, share, QRectF(left + name, top + line / 2 - 6, wide - name - words, 12))
            draw_text(
                painter,
                QRectF(left + wide - words + 8, top, words - 8, line),
                share.words,
                theme.font("caption", 500),
                theme.color("text"),
                Qt.AlignmentFlag.AlignRight,
            )
        painter.end()

    def _paint_bar(self, painter: QPainter, share: LabelShare, area: QRectF) -> None:
        theme = self.theme
        ratio = self.devicePixelRatioF()
        rounded(painter, area, 3, hatch_brush(theme.color("track"), theme.color("raised"), ratio))
        labels = max(1, sum(count for _, count in share.values))
        known = area.width() * min(1.0, share.known / max(1, share.photos))
        x = area.left()
        for place, (_, count) in enumerate(share.values):
            length = known * count / labels
            if length < 0.5:
                continue
            color = QColor(theme.color("text2"))
            color.setAlphaF(_SHADES[min(place, len(_SHADES) - 1)])
            rounded(painter, QRectF(x, area.top(), max(1.0, length - 1), 12), 2, theme.color("panel"))
            rounded(painter, QRectF(x, area.top(), max(1.0, length - 1), 12), 2, color)
            x += length


class ClassCard(Card):
    """Photos per class with a note of how many are few."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.bars = ClassBars()
        self.heading = Label("Photos per class", "small", 600)
        self._mark = IconMark("triangle-alert", "disagree", 14)
        self.note = Label("", "caption", role="text2")
        head = row(self.heading, None, self._mark, self.note, gap=6)
        self.setLayout(column(head, self.bars, None, gap=8, margins=(12, 12, 12, 8)))

    def show_counts(self, counts: Sequence[tuple[str, int]], title: str = "Photos per class") -> None:
        """Titles with numbers of training photos."""
        self.heading.setText(title)
        few = sum(count < FEW for _, count in counts)
        self._mark.setVisible(few > 0)
        self.note.setText(f"{few} under {FEW}" if few else "")
        self.bars.show_counts(counts)
        self.bars.setFixedHeight(self.bars.sizeHint().height())


class LabelsCard(Card):
    """Labels per attribute with the key to its shades."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.bars = AttributeBars()
        self._first = (_Key(hatched=False), Label("Most common value first", "caption", role="text2"))
        head = row(
            Label("Labels per attribute", "small", 600),
            None,
            *self._first,
            8,
            _Key(hatched=True),
            Label("Not known, left out of the loss", "caption", role="text2"),
            gap=6,
        )
        self.setLayout(column(head, self.bars, gap=8, margins=(12, 12, 12, 8)))

    def set_narrow(self, *, narrow: bool) -> None:
        """Half of the key is left out where room is short."""
        for part in self._first:
            part.setVisible(not narrow)

    def show_shares(self, shares: Sequence[LabelShare]) -> None:
        """Other attributes."""
        self.bars.show_shares(shares)
        self.bars.setFixedHeight(self.bars.sizeHint().height())


class _Key(QWidget):
    """The little square of a legend."""

    def __init__(self, *, hatched: bool) -> None:
        super().__init__()
        self.theme = themed(self)
        self._hatched = hatched
        self.setFixedSize(12, 8)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Filled or hatched."""
        painter, theme = QPainter(self), self.theme
        fill = (
            hatch_brush(theme.color("track"), theme.color("raised"), self.devicePixelRatioF())
            if self._hatched
            else theme.color("text2")
        )
        rounded(painter, self.rect(), 2, fill)
        painter.end()
