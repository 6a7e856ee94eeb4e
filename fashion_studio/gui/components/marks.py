"""Small painted things: key caps, swatches, bars, palettes, progress."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.components.base import Tipped, themed
from fashion_studio.gui.components.painting import (
    draw_key_cap,
    draw_text,
    hatch_brush,
    key_cap_width,
    rounded,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtCore import QRect
    from PySide6.QtGui import QPaintEvent

    from fashion_studio.gui.theme.theme import Theme

__all__ = [
    "KeyCap",
    "PaletteBar",
    "PaletteShare",
    "ProbabilityBar",
    "ProgressBar",
    "StateDot",
    "Swatch",
    "draw_bar",
    "draw_palette",
    "draw_swatch",
    "per_cent",
]


def per_cent(probability: float) -> str:
    """Whole per cent without the sign, as the column head says."""
    return str(round(100 * probability))


def draw_bar(
    painter: QPainter,
    theme: Theme,
    rect: QRectF,
    share: float | None,
    role: str = "modelfill",
    *,
    track: bool = True,
) -> None:
    """A bar of `share` (0 to 1) of its track; None paints the hatch of what is not known."""
    radius = min(2.0, rect.height() / 2)
    if share is None:
        rounded(painter, rect, radius, hatch_brush(theme.color("strong"), theme.color("track")))
        return
    if track:
        rounded(painter, rect, radius, theme.color("track"))
    width = rect.width() * min(1.0, max(0.0, share))
    if width > 0:
        fill = QRectF(rect.x(), rect.y(), max(width, 1.0), rect.height())
        rounded(painter, fill, min(radius, fill.width() / 2), theme.color(role))


def draw_swatch(painter: QPainter, theme: Theme, rect: QRectF, rgb: tuple[int, int, int]) -> None:
    """A garment colour with the border that keeps white and black visible."""
    rounded(painter, rect, 4, QColor(*rgb), theme.color("strong"))


class KeyCap(QWidget):
    """A key, shown."""

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._text = text
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)

    def set_text(self, text: str) -> None:
        """Another key."""
        self._text = text
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """18 high, at least 18 wide."""
        return QSize(key_cap_width(self.theme, self._text), self.theme.px(18))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The cap."""
        painter = QPainter(self)
        draw_key_cap(painter, self.theme, self.rect(), self._text)
        painter.end()


class Swatch(QWidget):
    """A garment colour; always beside its name."""

    def __init__(self, rgb: tuple[int, int, int], size_px: int = 16, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._rgb = rgb
        self.setFixedSize(size_px, size_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        """The swatch."""
        painter = QPainter(self)
        draw_swatch(painter, self.theme, QRectF(self.rect()), self._rgb)
        painter.end()


class ProbabilityBar(QWidget):
    """A model's probability with its number; None is hatched and has none."""

    def __init__(self, probability: float | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._probability = probability
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_probability(self, probability: float | None) -> None:
        """Another probability, 0 to 1."""
        self._probability = probability
        self.update()

    def sizeHint(self) -> QSize:
        """88 px of bar and 20 of number."""
        return QSize(116, self.theme.line_px("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bar and number."""
        painter, theme = QPainter(self), self.theme
        number = theme.px(20)
        middle = self.height() / 2
        bar = QRectF(0, round(middle - 2), self.width() - number - 8, 4)
        draw_bar(painter, theme, bar, self._probability)
        if self._probability is not None:
            area = QRectF(self.width() - number, 0, number, self.height())
            text = per_cent(self._probability)
            font = theme.font("small", 500)
            draw_text(painter, area, text, font, theme.color("text2"), Qt.AlignmentFlag.AlignRight)
        painter.end()


class ProgressBar(QWidget):
    """4 px of progress in the accent; a share of None is work of unknown length, full at half strength."""

    def __init__(
        self, width_px: int | None = None, role: str = "accent", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._share: float | None = 0.0
        self._role = role
        self.setFixedHeight(4)
        if width_px is not None:
            self.setFixedWidth(width_px)

    @property
    def share(self) -> float | None:
        """What is shown."""
        return self._share

    def set_share(self, share: float | None) -> None:
        """0 to 1, or None."""
        self._share = share
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Track and fill."""
        painter = QPainter(self)
        draw_bar(painter, self.theme, QRectF(self.rect()), self._share or 0.0, self._role)
        if self._share is None:
            painter.setOpacity(0.5)
            draw_bar(painter, self.theme, QRectF(self.rect()), 1.0, self._role)
        painter.end()


class StateDot(QWidget):
    """An 8 px dot in a role; a word always stands beside it."""

    def __init__(self, role: str = "unknown", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._role = role
        self.setFixedSize(8, 8)

    def set_role(self, role: str) -> None:
        """Another state."""
        self._role = role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """The dot."""
        painter = QPainter(self)
        rounded(painter, self.rect(), 4, self.theme.color(self._role))
        painter.end()


class PaletteShare(NamedTuple):
    """One measured colour: its name, its share (0 to 1), its sRGB value."""

    title: str
    share: float
    rgb: tuple[int, int, int]


def draw_palette(
    painter: QPainter, theme: Theme, rect: QRect | QRectF, shares: Sequence[PaletteShare], bar_px: int = 12
) -> None:
    """A bar of shares to scale; names and per cent below segments of at least 8 %."""
    area = QRectF(rect)
    bar = QRectF(area.x(), area.y(), area.width(), bar_px)
    clip = QPainterPath()
    clip.addRoundedRect(bar.adjusted(0.5, 0.5, -0.5, -0.5), 3, 3)
    total = sum(entry.share for entry in shares) or 1.0
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setClipPath(clip)
    spans = []
    x = bar.x()
    for entry in shares:
        width = bar.width() * entry.share / total
        painter.fillRect(QRectF(x, bar.y(), width + 0.5, bar.height()), QColor(*entry.rgb))
        spans.append((entry, x, width))
        x += width
    painter.restore()
    painter.setPen(QPen(theme.color("strong"), 1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(clip)
    for entry, left, width in spans:
        if entry.share / total < 0.08:
            continue
        number = per_cent(entry.share)
        first = f"{entry.title} {number} %" if left == bar.x() else f"{entry.title} {number}"
        metrics = theme.metrics("caption")
        text = first if metrics.horizontalAdvance(first) <= width else number
        below = QRectF(left, bar.bottom() + 2, width, theme.line_px("caption"))
        draw_text(painter, below, text, theme.font("caption"), theme.color("text2"))


class PaletteBar(Tipped, QWidget):
    """The measured colours of a garment."""

    def __init__(self, shares: Sequence[PaletteShare] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._shares = tuple(shares)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_shares(self, shares: Sequence[PaletteShare]) -> None:
        """Another garment."""
        self._shares = tuple(shares)
        self.setToolTip(", ".join(f"{entry.title} {per_cent(entry.share)} %" for entry in self._shares))
        self.update()

    def sizeHint(self) -> QSize:
        """Bar and one line of names."""
        return QSize(200, 14 + self.theme.line_px("caption"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Bar and names."""
        if self._shares:
            painter = QPainter(self)
            draw_palette(painter, self.theme, self.rect(), self._shares)
            painter.end()
