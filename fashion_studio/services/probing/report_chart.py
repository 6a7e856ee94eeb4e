"""The paper's figure as SVG: a line per class, a mark per subject, from only texture to only shape."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.probing.scores import SubjectScores

__all__ = ["bias_chart"]

_COLORS: Final = ("var(--one)", "var(--two)", "#c2832b", "#3f9c6d", "#b0528f", "#7d7f88")
_LEFT: Final = 150
_ICON_LEFT: Final = 14
_WIDE: Final = 620
_LINE: Final = 30
_TOP: Final = 44
_SPREAD: Final = 5.0


def bias_chart(
    scores: Sequence[SubjectScores],
    *,
    icons: Mapping[str, str] | None = None,
    people: float | None = None,
) -> str:
    """An SVG element; "" where no subject has a bias.

    A class whose decisions hit no cue has no mark. The vertical line of a subject is its bias over all
    classes, the band its 95 % interval; marks of several subjects stand a little above each other. `icons`:
    class to the lines of its icon on a grid of 24 units. `people`: their bias where it was measured.
    """
    asked = [
        (place, score) for place, score in enumerate(scores) if score.bias and score.bias.bias is not None
    ]
    if not asked:
        return ""
    classes = sorted({own.name for _, score in asked if score.bias for own in score.bias.classes})
    high = _TOP + _LINE * len(classes)
    parts = [_grid(classes, high), *_icons(classes, icons or {})]
    if people is not None:
        parts.append(_people(people, high))
    for number, (place, score) in enumerate(asked):
        shift = _SPREAD * (number - (len(asked) - 1) / 2)
        parts.append(_subject(place, score, classes, (high, shift)))
    marks = "".join(
        f'{_mark(place, _LEFT + 190 * number - 12, 12)}<text x="{_LEFT + 190 * number}" y="16" '
        f'fill="currentColor">{escape(score.name)}</text>'
        for number, (place, score) in enumerate(asked)
    )
    wide = max(_LEFT + _WIDE + 40, _LEFT + 190 * len(asked))
    return (
        f'<svg viewBox="0 0 {wide} {high + 40}" width="{wide}" role="img" '
        f'aria-label="Shape bias per class">{"".join(parts)}{marks}</svg>'
    )


def _grid(classes: Sequence[str], high: int) -> str:
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
            f'<line x1="{x}" x2="{x}" y1="{_TOP - 12}" y2="{high}" stroke="var(--line)"/>'
            f'<text x="{x}" y="{high + 20}" text-anchor="middle" fill="var(--soft)">{text}</text>'
        )
    for row, name in enumerate(classes):
        parts.append(
            f'<text x="{_LEFT - 14}" y="{_y(row) + 4}" text-anchor="end" fill="currentColor">'
            f"{escape(name)}</text>"
        )
    return "".join(parts)


def _icons(classes: Sequence[str], icons: Mapping[str, str]) -> list[str]:
    return [
        f'<g transform="translate({_ICON_LEFT} {_y(row) - 9}) scale(0.75)" fill="none" stroke="currentColor" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{icons[name]}</g>'
        for row, name in enumerate(classes)
        if name in icons
    ]


def _people(bias: float, high: int) -> str:
    x = _x(bias)
    return (
        f'<line x1="{x}" x2="{x}" y1="{_TOP - 12}" y2="{high}" stroke="currentColor" stroke-dasharray="3 3"/>'
        f'<text x="{x - 6}" y="{_TOP - 2}" text-anchor="end" fill="currentColor">people {bias:.2f}</text>'
    )


def _subject(place: int, score: SubjectScores, classes: Sequence[str], frame: tuple[int, float]) -> str:
    """`frame`: the grid's lower end, and how far down this subject's marks stand."""
    high, shift = frame
    bias = score.bias
    if bias is None or bias.bias is None:
        return ""
    color = _COLORS[place % len(_COLORS)]
    parts = []
    if bias.low is not None and bias.high is not None:
        parts.append(
            f'<rect x="{_x(bias.low)}" y="{_TOP - 12}" width="{max(1.0, _x(bias.high) - _x(bias.low)):.1f}" '
            f'height="{high - _TOP + 12}" fill="{color}" opacity="0.15"/>'
        )
    x = _x(bias.bias)
    parts.append(f'<line x1="{x}" x2="{x}" y1="{_TOP - 12}" y2="{high}" stroke="{color}" stroke-width="2"/>')
    parts += [
        _mark(place, _x(own.bias), _y(classes.index(own.name)) + shift)
        for own in bias.classes
        if own.bias is not None
    ]
    return "".join(parts)


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


def _y(row: int) -> float:
    return _TOP + _LINE * row + _LINE / 2
