"""Landmarks as the canvas draws them: the person's where given, else the model's."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fashion_studio.domain.labels import Landmark, Visibility

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.domain.predictions import LandmarkPrediction
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["Bone", "Mark", "bones", "merged_marks"]


@dataclass(frozen=True, slots=True)
class Mark:
    """One landmark to show.

    Attributes:
        x, y: image_px; mean nothing when neither drawn nor `can_be_placed` from the model.
        is_set: whether anybody gave it: a person, or the model.
        by_person: whether it is the person's (drawn filled) or the model's (drawn hollow).
        confidence: the model's, when it is the model's.
    """

    name: str
    title: str
    side: str
    x: float = 0.0
    y: float = 0.0
    visibility: Visibility = Visibility.ABSENT
    is_set: bool = False
    by_person: bool = False
    confidence: float | None = None

    @property
    def is_drawn(self) -> bool:
        """Absent landmarks are only listed."""
        return self.is_set and self.visibility is not Visibility.ABSENT

    @property
    def label(self) -> str:
        """What stands on its plate."""
        return f"{self.title} · occluded" if self.visibility is Visibility.OCCLUDED else self.title

    def moved(self, x_px: float, y_px: float) -> Mark:
        """The person's mark at another place; an absent one becomes visible."""
        seen = Visibility.VISIBLE if not self.is_drawn else self.visibility
        return replace(self, x=x_px, y=y_px, visibility=seen, is_set=True, by_person=True, confidence=None)

    def as_landmark(self) -> Landmark:
        """The record for the project."""
        return Landmark(self.name, self.x, self.y, self.visibility)


@dataclass(frozen=True, slots=True)
class Bone:
    """A line between two drawn marks; `side` is left, right, or "across" between the two sides."""

    start: Mark
    end: Mark
    side: str


def merged_marks(
    vocabulary: Vocabulary,
    category: str | None,
    person: Mapping[str, Landmark],
    model: Sequence[LandmarkPrediction],
) -> tuple[Mark, ...]:
    """All landmarks that a garment of this category has, in the vocabulary's order.

    A landmark that a person set is listed even where the category has none of its kind, so that it can be
    taken away.
    """
    proposed = {landmark.name: landmark for landmark in model}
    marks = []
    for point in vocabulary.landmarks:
        own, theirs = person.get(point.name), proposed.get(point.name)
        if own is None and not vocabulary.landmark_applies(point.name, category):
            continue
        known = (point.name, point.title, point.side)
        if own is not None:
            marks.append(Mark(*known, own.x, own.y, own.visibility, is_set=True, by_person=True))
        elif theirs is not None:
            seen, sure = theirs.visibility, theirs.confidence
            marks.append(Mark(*known, theirs.x, theirs.y, seen, is_set=True, confidence=sure))
        else:
            marks.append(Mark(*known))
    return tuple(marks)


def bones(marks: Sequence[Mark], skeleton: Sequence[tuple[str, str]]) -> tuple[Bone, ...]:
    """The skeleton between drawn marks.

    An edge that only bridges a third mark of the same side (collar to hem past a drawn waist) is left out.
    """
    drawn = {mark.name: mark for mark in marks if mark.is_drawn}
    order = {name: place for place, name in enumerate(drawn)}
    edges = [(start, end) for start, end in skeleton if start in drawn and end in drawn]
    neighbours: dict[str, set[str]] = {name: set() for name in drawn}
    for start, end in edges:
        neighbours[start].add(end)
        neighbours[end].add(start)
    lines = []
    for start, end in edges:
        first, last = drawn[start], drawn[end]
        if first.side != last.side:
            lines.append(Bone(first, last, "across"))
            continue
        low, high = sorted((order[start], order[end]))
        common = neighbours[start] & neighbours[end]
        if not any(drawn[name].side == first.side and low < order[name] < high for name in common):
            lines.append(Bone(first, last, first.side))
    return tuple(lines)
