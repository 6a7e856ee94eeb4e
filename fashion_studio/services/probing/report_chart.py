"""The paper's figure as SVG: a line per class, a mark per subject, from only texture to only shape."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.probing.scores import SubjectScores

__all__ = ["bias_chart"]

_COLORS: Final = (
    "var(--one)",
    "var(--two)",
    "#c2832b",
    "#3f9c6d",
    "#b0528f",
    "#7d7f88",
    "#2f8f9d",
    "#8a6bc9",
)
_LEFT: Final = 150
_ICON_LEFT: Final = 14
_WIDE: Final = 620
_LINE: Final = 30
_SPREAD: Final = 5.0
_NAMES_A_ROW: Final = 4
_NAME_LINE: Final = 20
_MOST_BANDS: Final = 2
"""More intervals than these would lie over each other as bands; they are drawn as bars below the classes."""
_BAR_LINE: Final = 9


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things lie, in pixels: the first class's upper edge, a class's height, the grid's lower edge."""

    top: int
    line: int
    classes: tuple[str, ...]
    bars: int

    @property
    def classes_end(self) -> int:
        return self.top + self.line * len(self.classes)

    @property
    def high(self) -> int:
        return self.classes_end + _BAR_LINE * self.bars + (6 if self.bars else 0)

    def y(self, row: int) -> float:
        return self.top + self.line * row + self.line / 2


def bias_chart(
    scores: Sequence[SubjectScores],
    *,
    icons: Mapping[str, str] | None = None,
    people: float | None = None,
) -> str:
    """An SVG element; "" where no subject has a bias.

    A class whose decisions hit no cue has no mark. The vertical line of a subject is its bias over all
    classes, the band (of three and more, the bar below) its 95 % interval; marks of several subjects stand
    a little above each other. `icons`:
    class to the lines of its icon on a grid of 24 units. `people`: their bias where it was measured.
    """
    asked = [
        (place, score) for place, score in enumerate(scores) if score.bias and score.bias.bias is not None
    ]
    if not asked:
        return ""
    classes = tuple(sorted({own.name for _, score in asked if score.bias for own in score.bias.classes}))
    rows = -(-len(asked) // _NAMES_A_ROW)
    frame = _Frame(
        top=_NAME_LINE * rows + 24,
        line=max(_LINE, round(2 * _SPREAD * len(asked))),
        classes=classes,
        bars=len(asked) if len(asked) > _MOST_BANDS else 0,
    )
    parts = [_grid(frame), *_icons(frame, icons or {})]
    if people is not None:
        parts.append(_people(people, frame))
    spread = min(2 * _SPREAD, (frame.line - 10) / len(asked)) if frame.bars else _SPREAD
    for number, (place, score) in enumerate(asked):
        parts.append(_subject(place, score, frame, (number, spread * (number - (len(asked) - 1) / 2))))
    wide = _LEFT + _WIDE + 60
    return (
        f'<svg viewBox="0 0 {wide} {frame.high + 40}" width="{wide}" role="img" '
        f'aria-label="Shape bias per class">{"".join(parts)}{_names(asked)}</svg>'
    )


def _names(asked: Sequence[tuple[int, SubjectScores]]) -> str:
    parts = []
    for number, (place, score) in enumerate(asked):
        x = 26 + (_LEFT + _WIDE + 20) / _NAMES_A_ROW * (number % _NAMES_A_ROW)
        y = 12 + _NAME_LINE * (number // _NAMES_A_ROW)
        parts.append(
            f'{_mark(place, x - 12, y)}<text x="{x}" y="{y + 4}" fill="currentColor">'
            f"{escape(score.name)}</text>"
        )
    return "".join(parts)


def _grid(frame: _Frame) -> str:
    parts = []
    for share, text in (
        (0.0, "0 only texture"),
        (0.25, "0.25"),
        (0.5, "0.50"),
        (0.75, "0.75"),
        (1.0, "1 only shape"),
    ):
        x = _x(share)
        parts.append(
            f'<line x1="{x}" x2="{x}" y1="{frame.top - 12}" y2="{frame.high}" stroke="var(--line)"/>'
            f'<text x="{x}" y="{frame.high + 20}" text-anchor="middle" fill="var(--soft)">{text}</text>'
        )
    for row, name in enumerate(frame.classes):
        parts.append(
            f'<text x="{_LEFT - 14}" y="{frame.y(row) + 4}" text-anchor="end" fill="currentColor">'
            f"{escape(name)}</text>"
        )
    return "".join(parts)


def _icons(frame: _Frame, icons: Mapping[str, str]) -> list[str]:
    return [
        f'<g transform="translate({_ICON_LEFT} {frame.y(row) - 9}) scale(0.75)" fill="none" '
        f'stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">'
        f"{icons[name]}</g>"
        for row, name in enumerate(frame.classes)
        if name in icons
    ]


def _people(bias: float, frame: _Frame) -> str:
    x = _x(bias)
    return (
        f'<line x1="{x}" x2="{x}" y1="{frame.top - 12}" y2="{frame.high}" stroke="currentColor" '
        f'stroke-dasharray="3 3"/><text x="{x - 6}" y="{frame.top - 2}" text-anchor="end" '
        f'fill="currentColor">people {bias:.2f}</text>'
    )


def _subject(place: int, score: SubjectScores, frame: _Frame, stand: tuple[int, float]) -> str:
    """`stand`: the subject's number among those drawn, and how far down its marks stand."""
    number, shift = stand
    bias = score.bias
    if bias is None or bias.bias is None:
        return ""
    color = _COLORS[place % len(_COLORS)]
    parts = []
    if bias.low is not None and bias.high is not None:
        parts.append(_interval(bias.low, bias.high, color, frame, number))
    x = _x(bias.bias)
    parts.append(
        f'<line x1="{x}" x2="{x}" y1="{frame.top - 12}" y2="{frame.high}" stroke="{color}" stroke-width="2"/>'
    )
    parts += [
        _mark(place, _x(own.bias), frame.y(frame.classes.index(own.name)) + shift)
        for own in bias.classes
        if own.bias is not None
    ]
    return "".join(parts)


def _interval(low: float, high: float, color: str, frame: _Frame, number: int) -> str:
    span = f'x="{_x(low)}" width="{max(1.0, _x(high) - _x(low)):.1f}" fill="{color}"'
    if not frame.bars:
        return f'<rect {span} y="{frame.top - 12}" height="{frame.high - frame.top + 12}" opacity="0.15"/>'
    return f'<rect {span} y="{frame.classes_end + 6 + _BAR_LINE * number}" height="4" rx="2"/>'


def _mark(place: int, x: float, y: float) -> str:
    """A circle, triangle, square or diamond: told apart without colour."""
    color = _COLORS[place % len(_COLORS)]
    shape = place % 4
    if shape == 0:
        return f'<circle cx="{x}" cy="{y}" r="6" fill="{color}"/>'
    points = {
        1: ((0, -7), (7, 6), (-7, 6)),
        2: ((-6, -6), (6, -6), (6, 6), (-6, 6)),
        3: ((0, -8), (8, 0), (0, 8), (-8, 0)),
    }[shape]
    path = " ".join(f"{x + dx:.1f},{y + dy:.1f}" for dx, dy in points)
    return f'<polygon points="{path}" fill="{color}"/>'


def _x(share: float) -> float:
    return round(_LEFT + share * _WIDE, 1)
