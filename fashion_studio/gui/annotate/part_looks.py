"""What decides the looks of a piece of the attributes pane: pieces that say the same are one picture."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fashion_studio.gui.components.marks import per_cent

if TYPE_CHECKING:
    from collections.abc import Hashable

    from fashion_studio.gui.annotate.attribute_layout import Columns, Part, PartKind
    from fashion_studio.gui.annotate.attribute_state import ValueState
    from fashion_studio.gui.theme.theme import Theme

__all__ = [
    "PaneLook",
    "answer_says",
    "cell_figure",
    "cell_says",
    "colors_row_says",
    "head_says",
    "is_hovered",
    "part_key",
    "row_says",
    "value_says",
]


@dataclass(frozen=True, slots=True)
class PaneLook:
    """What besides the state decides how the pane looks.

    Attributes:
        hovered: the piece under the pointer or the keyboard's cursor, by kind, attribute and value.
        open_name: the open attribute.
        engine_away: models' columns show a hatch, nothing can be expected of them now.
        waiting: the model has not answered for this photo yet.
    """

    theme: Theme
    columns: Columns
    hovered: tuple[PartKind, str, str] | None
    open_name: str | None
    engine_away: bool
    waiting: bool
    found_count: int = 0


def part_key(part: Part) -> tuple[PartKind, str, str]:
    """What a piece stands for, however it is laid out."""
    row = part.row.name if part.row is not None else ""
    return part.kind, row, part.value.name if part.value is not None else part.answer


def is_hovered(part: Part, look: PaneLook) -> bool:
    """Whether it is under the pointer or the keyboard's cursor."""
    return look.hovered is not None and look.hovered == part_key(part)


def head_says(_part: Part, _look: PaneLook) -> Hashable:
    """The head of the columns is always the same."""
    return ()


def row_says(part: Part, look: PaneLook) -> Hashable:
    """A row without the model's side; None for the open one, which lies over the edge of its card."""
    row = part.row
    if row is None or row.name == look.open_name:
        return None
    kind = row.answer.kind if row.answer is not None else None
    return row.attribute.key, row.attribute.title, kind, row.person_text, is_hovered(part, look)


def value_says(part: Part, look: PaneLook) -> Hashable:
    """A value of a short list, without its bar."""
    value = part.value
    if value is None:
        return None
    figure = None if value.probability is None else per_cent(value.probability)
    return value.title, value.key, value.by_person, value.by_model, figure, is_hovered(part, look)


def cell_figure(value: ValueState) -> str:
    """The per cent that stand in a cell; what the model hardly thinks of has none."""
    if value.probability is not None and (value.by_model or value.probability >= 0.005):
        return per_cent(value.probability)
    return ""


def cell_says(part: Part, look: PaneLook) -> Hashable:
    """A value in the two columns of a long list."""
    value = part.value
    if value is None:
        return None
    chosen = value.by_person, value.by_model, is_hovered(part, look)
    return value.title, value.key, value.rgb, cell_figure(value), chosen


def answer_says(part: Part, look: PaneLook) -> Hashable:
    """One of the answers that are no value."""
    answer = part.row.answer if part.row is not None else None
    is_on = answer is not None and answer.kind.value == part.answer
    return part.answer, is_on, is_hovered(part, look)


def colors_row_says(part: Part, look: PaneLook) -> Hashable:
    """The first line of the colours; None where a hatch is in it."""
    row = part.row
    return None if row is None or (look.engine_away and not row.proposals) else row_says(part, look)
