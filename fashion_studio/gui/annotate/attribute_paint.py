"""Paints the pieces of the attributes pane: rows, values, chips, palettes."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRect, QRectF, Qt

from fashion_studio.domain.labels import AnswerKind
from fashion_studio.gui.annotate.attribute_layout import ANSWERS, ATMOST_CELLS, PartKind
from fashion_studio.gui.annotate.attribute_state import Verdict
from fashion_studio.gui.annotate.part_looks import (
    answer_says,
    cell_figure,
    cell_says,
    colors_row_says,
    head_says,
    is_hovered,
    row_says,
    value_says,
)
from fashion_studio.gui.components.marks import PaletteShare, draw_bar, draw_palette, draw_swatch, per_cent
from fashion_studio.gui.components.painting import (
    draw_dashed_ring,
    draw_dot,
    draw_key_cap,
    draw_radio,
    draw_ring,
    draw_text,
    key_cap_width,
    rounded,
)
from fashion_studio.gui.theme.icons import draw_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from fashion_studio.gui.annotate.attribute_layout import Columns, Part
    from fashion_studio.gui.annotate.attribute_state import RowState, ValueState
    from fashion_studio.gui.annotate.part_looks import PaneLook
    from fashion_studio.gui.components.kept_pictures import KeptPictures
    from fashion_studio.gui.theme.theme import Theme

__all__ = ["paint_part"]

_MARKS: Final[dict[Verdict, tuple[str, str]]] = {
    Verdict.AGREES: ("check", "agree"),
    Verdict.DISAGREES: ("equal-not", "disagree"),
    Verdict.OPEN: ("circle-dashed", "unknown"),
    Verdict.UNKNOWN: ("circle-question-mark", "unknown"),
    Verdict.NOT_APPLICABLE: ("minus", "unknown"),
}
_RIGHT: Final = Qt.AlignmentFlag.AlignRight


def paint_part(painter: QPainter, part: Part, look: PaneLook, pictures: KeptPictures | None = None) -> None:
    """Paints one piece; what of it stands still from photo to photo comes from `pictures`, if given."""
    still = _STILL.get(part.kind)
    says = still[0](part, look) if still is not None and pictures is not None else None
    if still is None or pictures is None or says is None:
        _PAINTERS[part.kind](painter, part, look)
        return
    _, ground, draw = still
    pictures.paint(
        painter, part.rect, (part.kind, says), look.theme.color(ground), partial(draw, part=part, look=look)
    )
    moving = _MOVING.get(part.kind)
    if moving is not None:
        moving(painter, part, look)


def _paint_head(painter: QPainter, part: Part, look: PaneLook) -> None:
    theme, columns = look.theme, look.columns
    font, rect = theme.font("caption"), part.rect
    draw_text(painter, columns.name_rect(rect), "Attribute", font, theme.color("text3"))
    middle = rect.top() + rect.height() / 2
    for area, title in ((columns.person_rect(rect), "You"), (columns.model_rect(rect), "Model")):
        center = QPointF(area.left() + 4, middle)
        if title == "You":
            draw_dot(painter, center, theme.color("humanfill"))
        else:
            draw_ring(painter, center, theme.color("modelfill"))
        draw_text(painter, area.adjusted(theme.px(14), 0, 0, 0), title, font, theme.color("text2"))


def _paint_row(painter: QPainter, part: Part, look: PaneLook) -> None:
    _paint_row_person(painter, part, look)
    _paint_row_model(painter, part, look)


def _paint_row_person(painter: QPainter, part: Part, look: PaneLook) -> None:
    row, rect, theme = part.row, part.rect, look.theme
    if row is None:
        return
    is_open = row.name == look.open_name
    if is_hovered(part, look) and not is_open:
        painter.fillRect(rect, theme.color("hover"))
    _paint_row_name(painter, row, rect, look, is_open=is_open)
    _paint_person(painter, row, look.columns.person_rect(rect), theme)


def _paint_row_model(painter: QPainter, part: Part, look: PaneLook) -> None:
    row, rect = part.row, part.rect
    if row is not None:
        _paint_model(painter, row, look.columns.model_rect(rect), look)
        _paint_verdict(painter, row, look.columns.mark_rect(rect), look)


def _paint_row_name(painter: QPainter, row: RowState, rect: QRect, look: PaneLook, *, is_open: bool) -> None:
    theme, columns = look.theme, look.columns
    key = row.attribute.key
    if key:
        cap = columns.cap_rect(rect, key_cap_width(theme, key), theme.px(18))
        draw_key_cap(painter, theme, cap, key)
    font = theme.font("small", 600 if is_open else 400)
    role = "text" if is_open else "text2"
    draw_text(painter, columns.name_rect(rect), row.attribute.title, font, theme.color(role))


def _paint_person(painter: QPainter, row: RowState, area: QRect, theme: Theme) -> None:
    center = QPointF(area.left() + 4, area.top() + area.height() / 2)
    text = area.adjusted(theme.px(14), 0, 0, 0)
    kind = row.answer.kind if row.answer is not None else None
    if kind is None:
        draw_dashed_ring(painter, center, theme.color("unknown"))
        draw_text(painter, text, row.person_text, theme.font("small", 500), theme.color("text3"))
        return
    if kind is AnswerKind.KNOWN:
        draw_dot(painter, center, theme.color("humanfill"))
        draw_text(painter, text, row.person_text, theme.font("small", 500), theme.color("text"))
        return
    icon = "circle-question-mark" if kind is AnswerKind.UNKNOWN else "minus"
    spot = QPointF(area.left() - 2, area.top() + (area.height() - 12) // 2)
    draw_icon(painter, icon, theme.color("unknown"), spot, 12)
    draw_text(painter, text, row.person_text, theme.font("small", 500), theme.color("text2"))


def _paint_model(painter: QPainter, row: RowState, area: QRect, look: PaneLook) -> None:
    theme = look.theme
    line = theme.px(14)
    top = area.top() + (area.height() - line - 7) // 2
    if not row.proposals:
        if look.engine_away or look.waiting:
            bar = QRectF(area.left(), area.top() + area.height() // 2 - 2, area.width(), 4)
            share = None if look.engine_away else 0.0
            draw_bar(painter, theme, bar, share)
        return
    confidence = row.confidence or 0.0
    number = theme.text_width(per_cent(confidence), "small", 500) + 1
    bar = QRectF(area.left(), top + line + 3, area.width(), 4)
    words = QRect(area.left(), top, area.width() - number - 2, line)
    fits = theme.text_width(row.model_text, "small") <= words.width()
    if not fits:  # the figure then stands beside the bar, so that the value keeps its letters
        words.setWidth(area.width() + look.columns.gap)
        bar.setWidth(area.width() - number - 4)
    draw_text(painter, words, row.model_text, theme.font("small"), theme.color("text"))
    spot = QRect(area.right() + 1 - number, top if fits else top + line - 3, number, line)
    ink = theme.color("text2")
    draw_text(painter, spot, per_cent(confidence), theme.font("small", 500), ink, align=_RIGHT)
    draw_bar(painter, theme, bar, confidence)


def _paint_verdict(painter: QPainter, row: RowState, area: QRect, look: PaneLook) -> None:
    if row.verdict is Verdict.NO_MODEL:
        if not look.engine_away:
            return
        icon, role = "refresh-cw", "unknown"
    else:
        icon, role = _MARKS[row.verdict]
    size = area.width()
    draw_icon(painter, icon, look.theme.color(role), QPointF(area.topLeft()), size, stroke=2.25)


def _paint_card(painter: QPainter, part: Part, look: PaneLook) -> None:
    rounded(painter, part.rect, 8, look.theme.color("raised"), look.theme.color("border"))


def _paint_value(painter: QPainter, part: Part, look: PaneLook) -> None:
    _paint_value_words(painter, part, look)
    _paint_value_bar(painter, part, look)


def _number_rect(part: Part, columns: Columns) -> QRect:
    rect = part.rect
    right = rect.right() + 1 - (columns.padding - rect.left())
    return QRect(right - columns.percent, rect.top(), columns.percent, rect.height())


def _bar_left(number: QRect, columns: Columns) -> int:
    return number.left() - columns.gap - columns.bar + 2


def _paint_value_words(painter: QPainter, part: Part, look: PaneLook) -> None:
    row, value, rect, theme, columns = part.row, part.value, part.rect, look.theme, look.columns
    if row is None or value is None:
        return
    if is_hovered(part, look):
        painter.fillRect(rect, theme.color("pressed"))
    gap, left = columns.gap, columns.padding
    if value.key:
        cap = columns.cap_rect(
            QRect(0, rect.top(), 1, rect.height()), key_cap_width(theme, value.key), theme.px(18)
        )
        draw_key_cap(painter, theme, cap, value.key)
    left += columns.cap + gap
    side = theme.px(14)
    radio = QRectF(left, rect.top() + (rect.height() - side) // 2, side, side)
    draw_radio(painter, theme, radio, on=value.by_person)
    left += side + gap
    number = _number_rect(part, columns)
    font = theme.font("small", 600 if value.by_person else 400)
    width = theme.text_width(value.title, "small", 600 if value.by_person else 400) + 1
    tags = _tags(value)
    room = _bar_left(number, columns) - gap - left - sum(_tag_width(theme, tag) + gap for tag, _, _ in tags)
    width = min(width, max(room, 0))
    draw_text(painter, QRect(left, rect.top(), width, rect.height()), value.title, font, theme.color("text"))
    left += width + gap
    for tag, ink, ground in tags:
        box = QRect(
            left, rect.top() + (rect.height() - theme.px(16)) // 2, _tag_width(theme, tag), theme.px(16)
        )
        rounded(painter, box, 4, theme.color(ground))
        align = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, box, tag, theme.font("caption"), theme.color(ink), align)
        left += box.width() + gap // 2
    if value.probability is not None:
        figure = per_cent(value.probability)
        draw_text(painter, number, figure, theme.font("small", 500), theme.color("text2"), _RIGHT)


def _tags(value: ValueState) -> list[tuple[str, str, str]]:
    tags = []
    if value.by_person:
        tags.append(("you", "human", "humanbg"))
    if value.by_model and not value.by_person:
        tags.append(("model", "model", "modelbg"))
    return tags


def _tag_width(theme: Theme, tag: str) -> int:
    return theme.text_width(tag, "caption") + theme.px(10)


def _paint_value_bar(painter: QPainter, part: Part, look: PaneLook) -> None:
    value, rect, columns = part.value, part.rect, look.columns
    if value is None or (value.probability is None and not (look.engine_away or look.waiting)):
        return
    left = _bar_left(_number_rect(part, columns), columns)
    area = QRectF(left, rect.top() + rect.height() // 2 - 2, columns.bar, 4)
    expected = None if look.engine_away else 0.0
    draw_bar(painter, look.theme, area, expected if value.probability is None else value.probability)


def _paint_cell(painter: QPainter, part: Part, look: PaneLook) -> None:
    """A value in the two-column list of an attribute with many: cap, radio or swatch, name, per cent."""
    row, value, rect, theme = part.row, part.value, part.rect, look.theme
    if row is None or value is None:
        return
    inner = rect.adjusted(theme.px(2), 1, -theme.px(2), -1)
    if is_hovered(part, look):
        rounded(painter, inner, 4, theme.color("pressed"))
    elif value.by_person:
        rounded(painter, inner, 4, theme.color("humanbg"))
    left, middle = rect.left() + theme.px(7), rect.top() + rect.height() / 2
    cap_width = key_cap_width(theme, value.key) if value.key else theme.px(18)
    if value.key:
        width, height = key_cap_width(theme, value.key), theme.px(18)
        cap = QRectF(left, rect.top() + (rect.height() - height) // 2, width, height)
        draw_key_cap(painter, theme, cap, value.key)
    left += cap_width + theme.px(6)
    side = theme.px(14)
    spot = QRectF(left, round(middle - side / 2), side, side)
    if value.rgb is None:
        draw_radio(painter, theme, spot, on=value.by_person)
    else:
        draw_swatch(painter, theme, spot, value.rgb)
    left += side + theme.px(6)
    figure = cell_figure(value)
    weight = 600 if value.by_model else 400
    wide = theme.text_width(figure, "small", weight) + 1 if figure else 0
    number = QRect(rect.right() - theme.px(8) - wide, rect.top(), wide, rect.height())
    words = QRect(left, rect.top(), number.left() - left - 2, rect.height())
    font = theme.font("small", 600 if value.by_person else 400)
    draw_text(painter, words, value.title, font, theme.color("text"))
    if figure:
        ink = theme.color("model" if value.by_model else "text3")
        draw_text(painter, number, figure, theme.font("small", weight), ink, _RIGHT)


def _paint_search(painter: QPainter, part: Part, look: PaneLook) -> None:
    """The field itself is a child widget; nothing lies beneath it."""


def _paint_note(painter: QPainter, part: Part, look: PaneLook) -> None:
    more = look.found_count - ATMOST_CELLS
    text = "No value has this name." if look.found_count == 0 else f"{more} more: type to find them."
    draw_text(painter, part.rect, text, look.theme.font("caption"), look.theme.color("text3"))


def _paint_answer(painter: QPainter, part: Part, look: PaneLook) -> None:
    row, theme, rect = part.row, look.theme, part.rect
    if row is None:
        return
    kind = row.answer.kind if row.answer is not None else None
    is_on = kind is not None and kind.value == part.answer
    if is_on:
        rounded(painter, rect, 6, theme.color("humanbg"), theme.color("human"))
    else:
        fill = "pressed" if is_hovered(part, look) else "raised"
        rounded(painter, rect, 6, theme.color(fill), theme.color("border"))
    title, key = ANSWERS[part.answer]
    height = theme.px(18)
    cap = QRect(rect.left() + theme.px(8), rect.top() + (rect.height() - height) // 2, height, height)
    draw_key_cap(painter, theme, cap, key)
    words = rect.adjusted(theme.px(32), 0, 0, 0)
    draw_text(painter, words, title, theme.font("small"), theme.color("text"))


def _paint_rule(painter: QPainter, part: Part, look: PaneLook) -> None:
    painter.fillRect(part.rect, look.theme.color("line"))


def _first_line(part: Part, look: PaneLook) -> QRect:
    return QRect(0, part.rect.top(), part.rect.width(), look.theme.px(32))


def _paint_colors_row(painter: QPainter, part: Part, look: PaneLook) -> None:
    row = part.row
    if row is None:
        return
    line = _first_line(part, look)
    if is_hovered(part, look):
        painter.fillRect(part.rect, look.theme.color("hover"))
    _paint_row_name(painter, row, line, look, is_open=False)
    if row.answer is None or row.answer.kind is not AnswerKind.KNOWN:
        area = look.columns.person_rect(line)
        wide = area.adjusted(0, 0, look.columns.model // 2, 0)
        _paint_person(painter, row, wide, look.theme)
    if not row.proposals and look.engine_away:
        area = look.columns.model_rect(line)
        draw_bar(painter, look.theme, QRectF(area.left(), area.center().y() - 1, area.width() - 24, 4), None)


def _paint_color_chip(painter: QPainter, part: Part, look: PaneLook) -> None:
    value, rect, theme = part.value, part.rect, look.theme
    if value is None:
        return
    rounded(painter, rect, 6, theme.color("humanbg"), theme.color("human"))
    left = rect.left() + theme.px(8)
    if value.rgb is not None:
        side = theme.px(16)
        swatch = QRectF(left, rect.top() + (rect.height() - side) // 2, side, side)
        draw_swatch(painter, theme, swatch, value.rgb)
        left += side + theme.px(6)
    words = QRect(left, rect.top(), rect.right() + 1 - left - theme.px(6), rect.height())
    draw_text(painter, words, value.title, theme.font("small"), theme.color("text"))


def _paint_add_color(painter: QPainter, part: Part, look: PaneLook) -> None:
    hovered = is_hovered(part, look)
    if hovered:
        rounded(painter, part.rect, 6, look.theme.color("hover"))
    spot = QPointF(
        part.rect.left() + (part.rect.width() - 16) // 2, part.rect.top() + (part.rect.height() - 16) // 2
    )
    draw_icon(painter, "plus", look.theme.color("text" if hovered else "text2"), spot)


def _paint_colors_model(painter: QPainter, part: Part, look: PaneLook) -> None:
    """Swatches with per cents: the predicted ones in text, the best of the others fainter."""
    row, theme, rect, columns = part.row, look.theme, part.rect, look.columns
    if row is None:
        return
    label = columns.name_rect(rect)
    draw_text(painter, label, "Model", theme.font("small"), theme.color("text3"))
    left = columns.person_rect(rect).left()
    mark = columns.mark_rect(rect)
    ranked = sorted(row.values, key=lambda value: (not value.by_model, -(value.probability or 0.0)))
    side = theme.px(16)
    for value in ranked[:5]:
        if value.rgb is None or (not value.by_model and (value.probability or 0.0) < 0.2):
            continue
        text = per_cent(value.probability or 0.0)
        width = side + theme.px(6) + theme.text_width(text, "small")
        if left + width > mark.left() - columns.gap:
            break
        swatch = QRectF(left, rect.top() + (rect.height() - side) // 2, side, side)
        draw_swatch(painter, theme, swatch, value.rgb)
        words = QRect(left + side + theme.px(6), rect.top(), width, rect.height())
        role = "text" if value.by_model else "text3"
        draw_text(painter, words, text, theme.font("small"), theme.color(role))
        left += width + theme.px(8)
    _paint_verdict(painter, row, mark, look)


def _paint_colors_measured(painter: QPainter, part: Part, look: PaneLook) -> None:
    row, theme, columns, rect = part.row, look.theme, look.columns, part.rect
    if row is None:
        return
    line = QRect(rect.left(), rect.top(), rect.width(), theme.px(16))
    left = columns.person_rect(line).left()
    label = columns.name_rect(line)
    label.setRight(left - theme.px(2))
    draw_text(painter, label, "Measured", theme.font("small"), theme.color("text3"))
    titles = {value.name: value.title for value in row.values}
    shares = [PaletteShare(titles.get(c.name, c.name), c.share, c.rgb) for c in row.measured]
    area = QRectF(left, rect.top() + theme.px(2), rect.right() + 1 - columns.padding - left, rect.height())
    draw_palette(painter, theme, area, shares)


_PAINTERS: Final = {
    PartKind.HEAD: _paint_head,
    PartKind.ROW: _paint_row,
    PartKind.CARD: _paint_card,
    PartKind.VALUE: _paint_value,
    PartKind.CELL: _paint_cell,
    PartKind.SEARCH: _paint_search,
    PartKind.ANSWER: _paint_answer,
    PartKind.RULE: _paint_rule,
    PartKind.COLORS_ROW: _paint_colors_row,
    PartKind.COLOR_CHIP: _paint_color_chip,
    PartKind.ADD_COLOR: _paint_add_color,
    PartKind.COLORS_MODEL: _paint_colors_model,
    PartKind.COLORS_MEASURED: _paint_colors_measured,
    PartKind.NOTE: _paint_note,
}

_STILL: Final = {
    PartKind.HEAD: (head_says, "panel", _paint_head),
    PartKind.ROW: (row_says, "panel", _paint_row_person),
    PartKind.VALUE: (value_says, "raised", _paint_value_words),
    PartKind.CELL: (cell_says, "raised", _paint_cell),
    PartKind.ANSWER: (answer_says, "raised", _paint_answer),
    PartKind.COLORS_ROW: (colors_row_says, "panel", _paint_colors_row),
}
"""What it says of a piece (everything in the state that decides its looks), its ground, its painter."""

_MOVING: Final = {PartKind.ROW: _paint_row_model, PartKind.VALUE: _paint_value_bar}
"""What is different on nearly every photo, over what stands still."""
