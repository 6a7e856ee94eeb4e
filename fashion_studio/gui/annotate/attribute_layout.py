"""Where everything in the attributes pane lies; painting and hit tests share one plan per state and width."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QRect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.gui.annotate.attribute_state import RowState, ValueState
    from fashion_studio.gui.theme.theme import Theme

__all__ = ["ANSWERS", "ATMOST_CELLS", "Columns", "Part", "PartKind", "Plan", "lay_out"]

ATMOST_CELLS: Final = 18
ANSWERS: Final = {"unknown": ("Unknown", "U"), "not_applicable": ("Does not apply", "N")}
"""The answers that are no value: title and key."""
_LIST_UP_TO: Final = 9
_LEAST_PERSON_PX: Final = 64


class PartKind(StrEnum):
    """What a piece of the pane is."""

    HEAD = "head"
    ROW = "row"
    CARD = "card"
    VALUE = "value"
    CELL = "cell"
    SEARCH = "search"
    ANSWER = "answer"
    RULE = "rule"
    COLORS_ROW = "colors_row"
    COLOR_CHIP = "color_chip"
    ADD_COLOR = "add_color"
    COLORS_MODEL = "colors_model"
    COLORS_MEASURED = "colors_measured"
    NOTE = "note"


class Part(NamedTuple):
    """A piece: where, what, of which attribute, and which value or answer."""

    kind: PartKind
    rect: QRect
    row: RowState | None = None
    value: ValueState | None = None
    answer: str = ""

    @property
    def help(self) -> str:
        """What the vocabulary says of it."""
        if self.value is not None:
            key = f"  ({self.value.key})" if self.value.key and self.kind is not PartKind.COLOR_CHIP else ""
            return f"{self.value.title}{key}\n{self.value.help}".strip()
        if self.row is None:
            return ""
        if self.answer:
            title, key = ANSWERS[self.answer]
            return f"{title}  ({key})"
        said = self.row.model_text
        sure = self.row.confidence
        model = f"The model says {said}, {round(100 * sure)} %." if said and sure is not None else ""
        attribute = self.row.attribute
        title = f"{attribute.title}  ({attribute.key})" if attribute.key else attribute.title
        return "\n".join(line for line in (title, attribute.help, model) if line)


@dataclass(frozen=True, slots=True)
class Columns:
    """The grid of the design sheet, wide or narrow, at the text setting."""

    padding: int
    gap: int
    cap: int
    name: int
    model: int
    mark: int
    row_height: int
    value_height: int
    bar: int
    percent: int

    @classmethod
    def of(cls, theme: Theme, *, narrow: bool) -> Columns:
        """Sizes for a window narrower than 1200 px, or a wider one."""
        wide = (12, 8, 20, 72, 92, 16, 36, 28, 88, 22)
        small = (12, 6, 20, 54, 66, 16, 32, 26, 48, 22)
        return cls(*(theme.px(size) for size in (small if narrow else wide)))

    def with_names(self, theme: Theme, titles: Sequence[str], width: int) -> Columns:
        """As wide as the longest name needs, as far as the person's value keeps its least room."""
        needed = max((theme.text_width(title, "small", 600) for title in titles), default=0) + 2
        others = 2 * self.padding + self.cap + self.model + self.mark + 4 * self.gap
        room = width - others - theme.px(_LEAST_PERSON_PX)
        return replace(self, name=max(self.name, min(needed, room)))

    def name_rect(self, row: QRect) -> QRect:
        """Where the attribute's name stands in a row."""
        return QRect(row.left() + self.padding + self.cap + self.gap, row.top(), self.name, row.height())

    def cap_rect(self, row: QRect, width: int, height: int) -> QRect:
        """Where the key cap stands in a row."""
        top = row.top() + (row.height() - height) // 2
        return QRect(row.left() + self.padding + (self.cap - width) // 2, top, width, height)

    def mark_rect(self, row: QRect) -> QRect:
        """Where the verdict stands in a row."""
        top = row.top() + (row.height() - self.mark) // 2
        return QRect(row.right() + 1 - self.padding - self.mark, top, self.mark, self.mark)

    def model_rect(self, row: QRect) -> QRect:
        """Where the model's value stands in a row."""
        left = self.mark_rect(row).left() - self.gap - self.model
        return QRect(left, row.top(), self.model, row.height())

    def person_rect(self, row: QRect) -> QRect:
        """Where the person's value stands in a row."""
        left = self.name_rect(row).right() + 1 + self.gap
        return QRect(left, row.top(), self.model_rect(row).left() - self.gap - left, row.height())


@dataclass(frozen=True, slots=True)
class Plan:
    """All pieces from top to bottom, and the height they take."""

    parts: tuple[Part, ...]
    columns: Columns
    height: int

    def at(self, x: int, y: int) -> Part | None:
        """The topmost piece that can be pressed at a point."""
        for part in reversed(self.parts):
            if part.kind not in {PartKind.CARD, PartKind.RULE, PartKind.NOTE} and part.rect.contains(x, y):
                return part
        return None

    def value_part(self, value: str) -> Part | None:
        """The piece of the open attribute that stands for a value."""
        for part in self.parts:
            if part.kind in {PartKind.VALUE, PartKind.CELL} and part.value and part.value.name == value:
                return part
        return None


class _Stack:
    """Puts pieces one below the other."""

    def __init__(self, width: int, columns: Columns, theme: Theme, search: str) -> None:
        self.width, self.columns, self.theme, self.search = width, columns, theme, search.casefold().strip()
        self.parts: list[Part] = []
        self.y = theme.px(4)

    def add(self, kind: PartKind, height: int, row: RowState | None = None) -> QRect:
        rect = QRect(0, self.y, self.width, height)
        self.parts.append(Part(kind, rect, row))
        self.y += height
        return rect

    def open_row(self, row: RowState) -> None:
        px = self.theme.px
        self.y += px(2)
        place, top = len(self.parts), self.y
        self.y += 1
        self.add(PartKind.ROW, self.columns.row_height, row)
        if len(row.values) > _LIST_UP_TO:
            self._cells(row)
        else:
            for value in row.values:
                rect = QRect(px(5), self.y, self.width - 2 * px(5), self.columns.value_height)
                self.parts.append(Part(PartKind.VALUE, rect, row, value))
                self.y += self.columns.value_height
        self._answers(row)
        card = QRect(px(4), top, self.width - 2 * px(4), self.y - top)
        self.parts.insert(place, Part(PartKind.CARD, card, row))
        self.y += px(2)

    def _cells(self, row: RowState) -> None:
        px = self.theme.px
        left, width = px(5), self.width - 2 * px(5)
        field = QRect(px(12), self.y + px(2), self.width - 2 * px(12), px(28))
        self.parts.append(Part(PartKind.SEARCH, field, row))
        self.y += px(36)
        found = [value for value in row.values if self.search in value.title.casefold()]
        shown = found[:ATMOST_CELLS]
        rows = max((len(shown) + 1) // 2, 1) if self.search else (min(len(shown), ATMOST_CELLS) + 1) // 2
        height = self.columns.value_height
        for place, value in enumerate(shown):
            column, line = divmod(place, rows)
            cell_left = left + column * (width // 2)
            self.parts.append(
                Part(PartKind.CELL, QRect(cell_left, self.y + line * height, width // 2, height), row, value)
            )
        self.y += rows * height
        if len(found) > len(shown) or not found:
            self.parts.append(Part(PartKind.NOTE, QRect(px(12), self.y, width, px(20)), row))
            self.y += px(20)

    def _answers(self, row: RowState) -> None:
        px = self.theme.px
        x = px(12)
        for answer, (title, _) in ANSWERS.items():
            width = px(8 + 18 + 6 + 8) + self.theme.text_width(title, "small") + 2
            self.parts.append(
                Part(PartKind.ANSWER, QRect(x, self.y + px(4), width, px(24)), row, None, answer)
            )
            x += width + px(8)
        self.y += px(36)

    def colors(self, row: RowState, *, is_open: bool) -> None:
        px = self.theme.px
        self.y += px(8)
        self.parts.append(Part(PartKind.RULE, QRect(px(12), self.y, self.width - 2 * px(12), 1)))
        self.y += px(6) + 1
        if is_open:
            self.open_row(row)
        else:
            self._color_chips(row)
        if row.proposals:
            self.add(PartKind.COLORS_MODEL, px(24), row)
        if row.measured:
            self.y += px(2)
            self.add(PartKind.COLORS_MEASURED, px(34), row)
        self.y += px(8)

    def _color_chips(self, row: RowState) -> None:
        px = self.theme.px
        place, top = len(self.parts), self.y
        bounds = QRect(0, top, self.width, px(32))
        left = self.columns.person_rect(bounds).left()
        right = self.width - self.columns.padding - px(24) - self.columns.gap
        x, y = left, top + px(4)
        for value in _chosen(row):
            width = px(8 + 16 + 6 + 8) + self.theme.text_width(value.title, "small") + 2
            if x > left and x + width > right:
                x, y = left, y + px(28)
            width = min(width, right - left)
            self.parts.append(Part(PartKind.COLOR_CHIP, QRect(x, y, width, px(24)), row, value))
            x += width + px(6)
        height = y + px(28) - top
        plus = QRect(self.width - self.columns.padding - px(24), top + px(4), px(24), px(24))
        self.parts.append(Part(PartKind.ADD_COLOR, plus, row))
        self.parts.insert(place, Part(PartKind.COLORS_ROW, QRect(0, top, self.width, height), row))
        self.y = top + height


def _chosen(row: RowState) -> list[ValueState]:
    by_name = {value.name: value for value in row.values}
    names = row.answer.values if row.answer is not None else ()
    return [by_name[name] for name in names if name in by_name]


def lay_out(
    rows: Sequence[RowState], open_name: str | None, width: int, theme: Theme, *, narrow: bool, search: str
) -> Plan:
    """Places every row; attributes that take several values come last, with what was measured.

    `open_name` is the attribute whose values are listed, `search` what is typed in its search field.
    """
    columns = Columns.of(theme, narrow=narrow).with_names(theme, [row.attribute.title for row in rows], width)
    stack = _Stack(width, columns, theme, search)
    stack.add(PartKind.HEAD, theme.px(24))
    for row in rows:
        if row.is_several:
            continue
        if row.name == open_name:
            stack.open_row(row)
        else:
            stack.add(PartKind.ROW, columns.row_height, row)
    for row in rows:
        if row.is_several:
            stack.colors(row, is_open=row.name == open_name)
    return Plan(tuple(stack.parts), columns, stack.y + theme.px(4))
