"""Example photos at the right: a person's label, and what the model said of it after some epochs."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QImage, QImageReader, QPainter, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.gui.components.base import themed
from fashion_studio.gui.components.marks import per_cent
from fashion_studio.gui.components.painting import draw_dot, draw_text, rounded
from fashion_studio.gui.library.pictures import filled
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from PySide6.QtGui import QPaintEvent

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.gui.session import Session
    from fashion_studio.services.run_story import Example, ExampleSaying

__all__ = ["ExamplesPane", "load_picture", "shown_sayings"]

PICTURE_PX: Final = (84, 104)
_ROW_PX: Final = 124
_LINE_PX: Final = 24
_EDGE_PX: Final = 10


def shown_sayings(sayings: Sequence[ExampleSaying], attribute: str, limit: int = 3) -> list[ExampleSaying]:
    """The first, the last, and between them where the answer last became another."""
    told = [saying for saying in sayings if saying.top.get(attribute)]
    if len(told) <= limit:
        return told
    turns = [
        after
        for before, after in pairwise(told[:-1])
        if before.top[attribute][0][0] != after.top[attribute][0][0]
    ]
    middle = turns[-1] if turns else told[len(told) // 2]
    return [told[0], middle, told[-1]]


def load_picture(path: Path, size: QSize, ratio: float) -> QImage | None:
    """In a thread: a photo upright, scaled and cut to a frame; None where it cannot be read."""
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    whole = reader.size()
    if whole.isValid():
        factor = max(size.width(), size.height()) * 2 * ratio / max(1, min(whole.width(), whole.height()))
        if factor < 1:
            reader.setScaledSize(QSize(round(whole.width() * factor), round(whole.height() * factor)))
    image = reader.read()
    return None if image.isNull() else filled(image, size, ratio)


class ExamplesPane(QWidget):
    """One row a photo. Pictures are loaded in a thread as they are first needed."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = themed(self)
        self._session = session
        self._examples: list[Example] = []
        self._place: Callable[[str], Path] | None = None
        self._pictures: dict[str, QPixmap | None] = {}
        self._loading: set[str] = set()
        self._vocabulary: Vocabulary | None = None
        self._attribute = CATEGORY
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def lines(self) -> list[list[tuple[int, str, bool]]]:
        """For each photo (epoch, value, right?) as shown; for tests and readers."""
        found = []
        for example in self._examples:
            truth = example.truth.get(self._attribute, ())
            sayings = shown_sayings(example.sayings, self._attribute)
            tops = [(saying.epoch, saying.top[self._attribute][0][0]) for saying in sayings]
            found.append([(epoch, value, value in truth) for epoch, value in tops])
        return found

    def show_examples(
        self,
        examples: Sequence[Example],
        place: Callable[[str], Path] | None,
        vocabulary: Vocabulary,
        attribute: str = CATEGORY,
    ) -> None:
        """Other examples, or more said of the same. `place` finds a photo's file."""
        known = [example for example in examples if any(attribute in said.top for said in example.sayings)]
        if {example.file for example in known} - self._pictures.keys() and place is None:
            self._pictures.clear()
        self._examples, self._place = known, place
        self._vocabulary, self._attribute = vocabulary, attribute
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def clear_pictures(self) -> None:
        """Another run's photos."""
        self._pictures.clear()
        self._loading.clear()

    def sizeHint(self) -> QSize:
        """A row for each."""
        return QSize(260, max(1, len(self._examples)) * self.theme.px(_ROW_PX))

    def _title(self, value: str) -> str:
        vocabulary = self._vocabulary
        if vocabulary is None or not vocabulary.has(self._attribute):
            return value
        titles = {each.name: each.title for each in vocabulary.attribute(self._attribute).values}
        return titles.get(value, value)

    def _picture(self, file: str) -> QPixmap | None:
        if file in self._pictures or self._place is None:
            return self._pictures.get(file)
        if file not in self._loading:
            self._loading.add(file)
            place, ratio = self._place, self.devicePixelRatioF()
            self._session.bridge.submit(
                lambda: load_picture(place(file), QSize(*PICTURE_PX), ratio),
                lambda image: self._take(file, image),
                lambda _error: self._take(file, None),
            )
        return None

    def _take(self, file: str, image: QImage | None) -> None:
        if file in self._loading:
            self._loading.discard(file)
            self._pictures[file] = QPixmap.fromImage(image) if image is not None else None
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Picture, truth, what was said."""
        painter, theme = QPainter(self), self.theme
        line = theme.px(_ROW_PX)
        for place, example in enumerate(self._examples):
            top = place * line
            if top > event.rect().bottom() or top + line < event.rect().top():
                continue
            self._paint_row(painter, example, top)
            if place + 1 < len(self._examples):
                painter.fillRect(0, top + line - 1, self.width(), 1, theme.color("line"))
        painter.end()

    def _paint_row(self, painter: QPainter, example: Example, top: int) -> None:
        theme = self.theme
        wide, high = PICTURE_PX
        frame = QRectF(0, top + 10, wide, high)
        picture = self._picture(example.file)
        if picture is None:
            rounded(painter, frame, 6, theme.color("raised"))
            if example.file in self._pictures:
                draw_icon(painter, "image-off", theme.color("text3"), frame.center() - QPointF(10, 10), 20)
        else:
            painter.drawPixmap(frame.topLeft(), picture)
        left, line, y = wide + 12, theme.px(_LINE_PX), top + 10.0
        truth = example.truth.get(self._attribute, ())
        draw_dot(painter, QPointF(left + 4, y + line / 2), theme.color("humanfill"))
        draw_text(
            painter,
            QRectF(left + 14, y, self.width() - _EDGE_PX - left - 14, line),
            ", ".join(map(self._title, truth)) or "not set",
            theme.font("small", 600),
            theme.color("text" if truth else "text3"),
        )
        sayings = shown_sayings(example.sayings, self._attribute)
        for number, saying in enumerate(sayings):
            value, sure = saying.top[self._attribute][0]
            right, last = value in truth, number == len(sayings) - 1
            area = QRectF(left, y + line * (number + 1), self.width() - _EDGE_PX - left, line)
            self._paint_saying(
                painter, area, saying.epoch, value, sure, right=right, last=last, known=bool(truth)
            )

    def _paint_saying(
        self,
        painter: QPainter,
        area: QRectF,
        epoch: int,
        value: str,
        sure: float,
        *,
        right: bool,
        last: bool,
        known: bool,
    ) -> None:
        theme = self.theme
        role = "text" if last else "text2"
        weight = 500 if last else 400
        draw_text(
            painter,
            QRectF(area.left(), area.top(), 20, area.height()),
            str(epoch),
            theme.font("caption"),
            theme.color("text3"),
            Qt.AlignmentFlag.AlignRight,
        )
        draw_text(
            painter,
            QRectF(area.left() + 28, area.top(), area.width() - 28 - 50, area.height()),
            self._title(value),
            theme.font("small", weight),
            theme.color(role),
        )
        draw_text(
            painter,
            QRectF(area.right() - 50, area.top(), 28, area.height()),
            per_cent(sure),
            theme.font("small", weight),
            theme.color(role),
            Qt.AlignmentFlag.AlignRight,
        )
        if known:
            icon, color = ("check", "agree") if right else ("equal-not", "disagree")
            corner = QPointF(area.right() - 15, area.center().y() - 7)
            draw_icon(painter, icon, theme.color(color), corner, 14)
