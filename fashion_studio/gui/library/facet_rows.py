"""Rows and sections of the facet panel: a check box, a name, a bar and a count each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from fashion_studio.gui.components.base import Control, Line, themed
from fashion_studio.gui.components.marks import draw_swatch
from fashion_studio.gui.components.motion import Motion
from fashion_studio.gui.components.painting import draw_check_box, draw_text, rounded
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from PySide6.QtGui import QPainter

__all__ = ["FacetRow", "FacetSection", "SectionHead"]

_ROOMY_PX: Final = 225
_ANY_HEIGHT: Final = 16_777_215
"""Qt's own bound of a size, which means none."""


class FacetRow(Control):
    """One condition that can be switched on: how many photos would remain stands beside it."""

    radius_px = 4

    def __init__(
        self,
        title: str,
        *,
        icon: str = "",
        icon_role: str = "text3",
        rgb: tuple[int, int, int] | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(title, parent)
        self._icon, self._icon_role, self._rgb = icon, icon_role, rgb
        self._count: int | None = None
        self._share = 0.0
        self.setCheckable(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def count(self) -> int | None:
        """How many would remain."""
        return self._count

    def set_count(self, count: int | None, largest: int) -> None:
        """Another count, and the section's largest for the bar. 0 disables a row that is off."""
        self._count = count
        self._share = (count or 0) / largest if largest else 0.0
        self.setEnabled(self.isChecked() or count != 0)
        self.update()

    def nextCheckState(self) -> None:
        """A click asks; the filter that follows decides whether it is on."""

    def sizeHint(self) -> QSize:
        """24 high."""
        return QSize(180, self.theme.px(24))

    def paint(self, painter: QPainter) -> None:
        """Box, icon, name, bar, count."""
        theme, middle, enabled = self.theme, self.height() / 2, self.isEnabled()
        fill = self.fill("")
        if fill is not None:
            rounded(painter, self.rect(), 4, fill)
        draw_check_box(
            painter, theme, QRectF(0, round(middle - 8), 16, 16), on=self.isChecked(), enabled=enabled
        )
        x = 24.0
        if self._rgb is not None:
            draw_swatch(painter, theme, QRectF(x, round(middle - 5), 10, 10), self._rgb)
            x += 18
        elif self._icon:
            draw_icon(painter, self._icon, self.ink(self._icon_role), QPointF(x, round(middle - 7)), 14)
            x += 21
        figure = "" if self._count is None else f"{self._count:,}"
        number = max(theme.px(34), theme.metrics("caption").horizontalAdvance(figure) + 2)
        right = self.width() - number
        ink = self.ink("text" if self.isChecked() or self.hovered else "text2")
        area = QRectF(right, 0, number, self.height())
        draw_text(
            painter, area, figure, theme.font("caption"), self.ink("text2"), Qt.AlignmentFlag.AlignRight
        )
        longest = 48 if self.width() >= theme.px(_ROOMY_PX) else 28
        width = max(2.0, longest * self._share) if self._share > 0 else 0.0
        if width:
            bar = QRectF(right - 6 - width, round(middle - 2), width, 4)
            painter.setOpacity(0.6)
            rounded(painter, bar, min(2.0, width / 2), theme.color("strong"))
            painter.setOpacity(1.0)
        name = QRectF(x, 0, right - 6 - width - 8 - x, self.height())
        draw_text(painter, name, self.text(), theme.font("small"), ink)


class SectionHead(Control):
    """Title of a section; a click folds it. At the right a remark, such as how many values there are."""

    radius_px = 4

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent)
        self._remark = ""
        self.setCheckable(True)
        self.setChecked(True)
        self.setAccessibleName(title)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_remark(self, remark: str) -> None:
        """What stands at the right."""
        self._remark = remark
        self.update()

    def sizeHint(self) -> QSize:
        """24 high."""
        return QSize(180, self.theme.px(24))

    def paint(self, painter: QPainter) -> None:
        """Arrow, title, remark."""
        theme, middle = self.theme, self.height() // 2
        arrow = "chevron-down" if self.isChecked() else "chevron-right"
        draw_icon(painter, arrow, self.ink("text" if self.hovered else "text2"), QPointF(0, middle - 7), 14)
        draw_text(
            painter,
            self.rect().adjusted(22, 0, -60, 0),
            self.text(),
            theme.font("small", 600),
            self.ink("text"),
        )
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, self.rect(), self._remark, theme.font("caption"), self.ink("text3"), right)


class FacetSection(QWidget):
    """A titled group of rows that can be folded; long groups show their largest six until asked for all."""

    asked = Signal(object)

    def __init__(self, title: str, *, folded: bool = False, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self.head = SectionHead(title)
        self.head.setChecked(not folded)
        self.head.toggled.connect(self._fold)
        self._body = QWidget(self)
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(0)
        self._body.setVisible(not folded)
        self._folding = Motion("fold", self._on_folding, self)
        self._folding.finished.connect(self._on_folded)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 8, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.head)
        layout.addWidget(self._body)
        layout.addSpacing(8)
        layout.addWidget(Line(lying=True))
        self.entries: dict[object, FacetRow] = {}

    def add(self, key: object, entry: FacetRow) -> FacetRow:
        """One more row; a click emits `asked` with its key."""
        self.entries[key] = entry
        self._rows.addWidget(entry)
        entry.clicked.connect(lambda _checked=False: self.asked.emit(key))
        return entry

    def add_widget(self, widget: QWidget) -> None:
        """Something else than a row."""
        self._rows.addWidget(widget)

    def show_counts(self, counts: Mapping[Any, int], chosen: Collection[object]) -> None:
        """Counts and check marks of all rows."""
        largest = max(counts.values(), default=0)
        for key, entry in self.entries.items():
            entry.setChecked(key in chosen)
            entry.set_count(counts.get(key, 0), largest)

    def _fold(self, unfolded: bool) -> None:
        if not self.isVisible():
            self._body.setVisible(unfolded)
            return
        self._body.setVisible(True)
        self._folding.run()

    def _on_folding(self, share: float) -> None:
        open_share = share if self.head.isChecked() else 1.0 - share
        self._body.setMaximumHeight(round(open_share * self._body.sizeHint().height()))

    def _on_folded(self) -> None:
        self._body.setVisible(self.head.isChecked())
        self._body.setMaximumHeight(_ANY_HEIGHT)
