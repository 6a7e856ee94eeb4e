"""What the reading model says of an edited photo, beside what it said of the photo itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.gui.edit.wording import value_title

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["Verdict", "VerdictKind", "verdicts_of"]

_SHOWN: Final = (COLORS, CATEGORY, "sleeve_length", "pattern")


class VerdictKind(StrEnum):
    """How an attribute came through."""

    NEW = "new"
    KEPT = "kept"
    CHANGED = "changed"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One attribute after the edits.

    Attributes:
        value: name of the value with the highest probability; what a CAM would be asked for.
        after, before: in words.
        confidence: of `value`, 0 to 1.
        kind: NEW as was asked for; KEPT as it was; CHANGED without being asked; MISSED was asked for and is
            not seen.
        wanted: what was asked for, in words; empty when nothing was.
    """

    attribute: str
    title: str
    value: str
    after: str
    before: str
    confidence: float
    kind: VerdictKind
    wanted: str = ""


def verdicts_of(
    vocabulary: Vocabulary, stack: EditStack, before: Prediction | None, after: Prediction
) -> list[Verdict]:
    """The colours, the category, and what can be edited, in the order in which they are shown.

    Args:
        vocabulary: for names.
        stack: what was asked for; of several active edits of an attribute all are wanted colours, and the
            last one is the wanted value of anything else.
        before: None while the photo itself has not been read.
        after: of the result.
    """
    names = [name for name in _SHOWN if vocabulary.has(name)]
    return [
        _of_colors(vocabulary, stack, before, after)
        if name == COLORS
        else _of_one(vocabulary, name, stack, before, after)
        for name in names
        if name == COLORS or name in after.attributes
    ]


def _wanted(stack: EditStack, attribute: str) -> list[str]:
    return list(dict.fromkeys(step.value for step in stack.active if step.attribute == attribute))


def _titles(vocabulary: Vocabulary, attribute: str, values: Iterable[str]) -> str:
    return ", ".join(value_title(vocabulary, attribute, value) for value in values)


def _of_one(
    vocabulary: Vocabulary, name: str, stack: EditStack, before: Prediction | None, after: Prediction
) -> Verdict:
    said = after.attributes[name]
    earlier = before.attributes.get(name) if before is not None else None
    wanted = _wanted(stack, name)[-1:]
    if wanted:
        kind = VerdictKind.NEW if said.value == wanted[0] else VerdictKind.MISSED
    else:
        same = earlier is None or earlier.value == said.value
        kind = VerdictKind.KEPT if same else VerdictKind.CHANGED
    return Verdict(
        name,
        vocabulary.attribute(name).title,
        said.value,
        value_title(vocabulary, name, said.value),
        value_title(vocabulary, name, earlier.value) if earlier is not None else "",
        said.confidence,
        kind,
        _titles(vocabulary, name, wanted),
    )


def _of_colors(
    vocabulary: Vocabulary, stack: EditStack, before: Prediction | None, after: Prediction
) -> Verdict:
    seen = [color.name for color in after.colors_predicted]
    earlier = [color.name for color in before.colors_predicted] if before is not None else []
    wanted = _wanted(stack, COLORS)
    found = [value for value in wanted if value in seen]
    if wanted:
        kind = VerdictKind.NEW if found else VerdictKind.MISSED
    else:
        kind = VerdictKind.KEPT if not earlier or set(seen) == set(earlier) else VerdictKind.CHANGED
    value = found[-1] if found else seen[0]
    confidence = next(color.confidence for color in after.colors_predicted if color.name == value)
    return Verdict(
        COLORS,
        vocabulary.attribute(COLORS).title,
        value,
        _titles(vocabulary, COLORS, seen),
        _titles(vocabulary, COLORS, earlier),
        confidence,
        kind,
        _titles(vocabulary, COLORS, wanted),
    )
