"""Ctrl+K: one field that finds photos by name, acts by title and values to filter by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QWidget

from fashion_studio.domain.queries import ItemFilter
from fashion_studio.gui.components.base import column, themed
from fashion_studio.gui.components.feedback import FloatingPanel
from fashion_studio.gui.components.inputs import SearchField
from fashion_studio.gui.components.painting import draw_key_cap, draw_text, key_cap_width, rounded
from fashion_studio.gui.library.filter_words import toggled_value
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtGui import QMouseEvent, QPaintEvent

    from fashion_studio.domain.queries import ItemRow
    from fashion_studio.gui.commands import Commands
    from fashion_studio.gui.session import Session

__all__ = ["Hit", "SearchPanel"]

_SHOWN = 12
_PHOTOS = 6


@dataclass(frozen=True, slots=True)
class Hit:
    """One line of the answer."""

    title: str
    kind: str
    icon: str
    run: Callable[[], object]
    key: str = ""


class _Hits(QWidget):
    """The lines, one of them current."""

    taken = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self.hits: list[Hit] = []
        self.current = 0
        self.hint = ""
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def sizeHint(self) -> QSize:
        """A line of 32 for each hit, or one for the hint."""
        return QSize(480, self.theme.px(32) * max(1, len(self.hits)))

    def show_hits(self, hits: list[Hit], hint: str) -> None:
        """Other lines."""
        self.hits, self.current, self.hint = hits, 0, hint
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def step(self, by: int) -> None:
        """Another current line."""
        if self.hits:
            self.current = (self.current + by) % len(self.hits)
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Icon, title, kind, key."""
        painter, theme, high = QPainter(self), self.theme, self.theme.px(32)
        if not self.hits:
            area = QRectF(12, 0, self.width() - 24, high)
            draw_text(painter, area, self.hint, theme.font("small"), theme.color("text3"))
        for place, hit in enumerate(self.hits):
            line = QRectF(0, place * high, self.width(), high)
            if place == self.current:
                rounded(painter, line, 6, theme.color("pressed"))
            draw_icon(
                painter, hit.icon, theme.color("text2"), line.topLeft() + QPointF(12, (high - 16) // 2), 16
            )
            right = self.width() - 12.0
            if hit.key:
                width, cap = key_cap_width(theme, hit.key), theme.px(18)
                right -= width
                draw_key_cap(painter, theme, QRectF(right, line.y() + (high - cap) // 2, width, cap), hit.key)
                right -= 8
            kind = theme.metrics("caption").horizontalAdvance(hit.kind) + 1
            area = QRectF(right - kind, line.y(), kind + 1, high)
            draw_text(painter, area, hit.kind, theme.font("caption"), theme.color("text3"))
            title = QRectF(38, line.y(), right - kind - 8 - 38, high)
            draw_text(painter, title, hit.title, theme.font("small", 500), theme.color("text"))
        painter.end()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line under the pointer is current."""
        place = int(event.position().y()) // self.theme.px(32)
        if 0 <= place < len(self.hits) and place != self.current:
            self.current = place
            self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Takes a line."""
        self.taken.emit(self.current)


class SearchPanel(FloatingPanel):
    """Floats under the top bar. `photo_asked` carries the id of a photo to go to."""

    photo_asked = Signal(int)

    def __init__(self, session: Session, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self._session, self._commands = session, commands
        self._photos: list[ItemRow] = []
        self.field = SearchField("Find a photo, action or value", surface="overlay")
        self.lines = _Hits()
        self.setLayout(column(self.field, self.lines, gap=8, margins=(8, 8, 8, 8)))
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(80)
        self._typing.timeout.connect(self._ask)
        self.field.edited.connect(self._on_text)
        self.field.moved.connect(self.lines.step)
        self.field.entered.connect(lambda: self._take(self.lines.current))
        self.field.left.connect(self.dismiss)
        self.lines.taken.connect(self._take)
        parent.installEventFilter(self)
        self.field.line.installEventFilter(self)
        self.hide()

    def appear(self) -> None:
        """Empty, in the middle of the window's top."""
        self.field.line.clear()
        self._photos = []
        self._refresh()
        self.show()
        self.raise_()
        self.field.line.setFocus()

    def dismiss(self) -> None:
        """Goes away."""
        self.hide()
        self._typing.stop()

    def _on_text(self, _text: str) -> None:
        self._photos = []
        self._refresh()
        self._typing.start()

    def _ask(self) -> None:
        project, text = self._session.project, self.field.text.strip()
        if project is None or len(text) < 2:
            return

        def look() -> list[ItemRow]:
            found = project.ids(ItemFilter(text=text))
            return project.rows(found[:_PHOTOS])

        self._session.bridge.submit(look, self._found, lane="search")

    def _found(self, rows: list[ItemRow]) -> None:
        self._photos = rows
        self._refresh()

    def _refresh(self) -> None:
        text = self.field.text.strip().casefold()
        hits = self._acts(text) + self._values(text)
        hits = hits[: _SHOWN - min(len(self._photos), _PHOTOS)] + [self._photo(row) for row in self._photos]
        hint = "Nothing is called that." if text else "Type the name of a photo, an action or a value."
        self.lines.show_hits(hits, hint)
        self._place()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        layout = self.layout()
        if layout is not None:
            layout.activate()
        width = min(560, parent.width() - 64)
        self.place((parent.width() - width) // 2, 52, width)

    def _acts(self, text: str) -> list[Hit]:
        hits = []
        for command in self._commands.all():
            words = f"{command.title} {command.group}".casefold()
            usable = command.listed and command.action.isEnabled()
            if usable and (text in words if text else command.name.startswith("window.")):
                run = command.action.trigger
                hits.append(Hit(command.title, command.group, "command", run, command.key))
        return hits

    def _values(self, text: str) -> list[Hit]:
        vocabulary = self._session.vocabulary
        if vocabulary is None or len(text) < 2:
            return []
        hits = []
        for attribute in vocabulary.attributes:
            for value in attribute.values:
                if value.title.casefold().startswith(text):
                    table = toggled_value({}, attribute.name, value.name)
                    title, show = f"{attribute.title}: {value.title}", self._session.set_filter
                    for who, wanted in (
                        ("Filter by person", ItemFilter(by_person=table)),
                        ("Filter by model", ItemFilter(by_model=table)),
                    ):
                        hits.append(Hit(title, who, "funnel", partial(show, wanted)))
        return hits

    def _photo(self, row: ItemRow) -> Hit:
        return Hit(row.name, "Photo", "image", lambda: self.photo_asked.emit(row.id))

    def _take(self, place: int) -> None:
        if 0 <= place < len(self.lines.hits):
            self.dismiss()
            self.lines.hits[place].run()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Leaves with Escape and with the focus, follows the window."""
        if (
            watched is self.field.line
            and event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() == Qt.Key.Key_Escape
        ):
            self.dismiss()
            return True
        if watched is self.field.line and event.type() == QEvent.Type.FocusOut and self.isVisible():
            QTimer.singleShot(0, self, self._leave_if_unfocused)
        elif watched is self.parentWidget() and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False

    def _leave_if_unfocused(self) -> None:
        if not self.field.line.hasFocus():
            self.dismiss()
