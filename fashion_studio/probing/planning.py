"""What a probe is going to do: classes, pictures with two cues, and an even order of work."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.probing.conflict_making import found_pictures
from fashion_studio.probing.conflicts import ConflictPicture, photo_pictures, renderer_pictures
from fashion_studio.probing.records import ConflictSource, CueClass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from fashion_studio.probing.records import ConflictSpec, ProbePhoto

__all__ = ["ConflictPlan", "evenly_mixed", "plan_conflict", "read_cloths"]

_One = TypeVar("_One")
_Other = TypeVar("_Other")
_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class ConflictPlan:
    """The pictures of a conflict set.

    Attributes:
        made: those that are to be made.
        found: those of a folder: path below it to (shape, texture).
        classes: by name.
        notes: sentences for the person.
    """

    made: tuple[ConflictPicture, ...]
    found: Mapping[str, tuple[str, str]]
    classes: Mapping[str, CueClass]
    notes: tuple[str, ...] = ()


def read_cloths(path: Path) -> tuple[CueClass, ...]:
    """The shipped table of cloths that tell categories apart.

    Raises:
        UserError: the file is damaged.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))["classes"]
        return tuple(msgspec.convert({"shape": {CATEGORY: row["name"]}, **row}, CueClass) for row in rows)
    except (OSError, KeyError, TypeError, ValueError) as error:
        msg = f"The table {path.name} is damaged."
        raise UserError(msg) from error


def plan_conflict(
    spec: ConflictSpec,
    photos: Sequence[ProbePhoto],
    sure: Mapping[str, Mapping[str, str]],
    cloths: Sequence[CueClass],
    seed: int,
) -> ConflictPlan:
    """Says which pictures there are to be.

    Args:
        spec: of the set.
        photos: of the probe, for sets made from photos.
        sure: key to attribute to value: what a model is sure of, for photos that nobody labelled.
        cloths: the renderer's classes where the specification names none.
        seed: of who goes with whom.

    Raises:
        UserError: there is no pair of different classes, or no picture in the folder.
    """
    if spec.source is ConflictSource.FOLDER:
        return _of_folder(spec)
    if spec.source is ConflictSource.RENDERER:
        classes = _of_renderer(spec, cloths)
        named = {each.name: each for each in classes}
        return ConflictPlan(tuple(renderer_pictures(spec, classes, seed)), {}, named)
    groups, guessed = _groups(spec, photos, sure)
    classes = tuple(CueClass(name) for name in groups)
    notes = []
    if guessed:
        notes.append(
            f"{guessed:,} of {sum(map(len, groups.values())):,} photos have no label for {spec.attribute}; "
            "what the matting model is at least 80 % sure of stands for it."
        )
    pictures = photo_pictures(spec, classes, groups, seed)
    return ConflictPlan(tuple(pictures), {}, {each.name: each for each in classes}, tuple(notes))


def evenly_mixed(ones: Sequence[_One], others: Sequence[_Other]) -> Iterator[_One | _Other]:
    """Both sequences in their order, mixed so that both come to their end together."""
    taken = 0
    for number, one in enumerate(ones, start=1):
        yield one
        due = number * len(others) // len(ones)
        yield from others[taken:due]
        taken = due
    yield from others[taken:]


def _of_folder(spec: ConflictSpec) -> ConflictPlan:
    found = found_pictures(Path(spec.folder), {each.name for each in spec.classes})
    names = sorted({name for cues in found.files.values() for name in cues})
    notes = []
    if found.equal:
        notes.append(f"{_pictures(found.equal)} left out: both cues are of one class.")
    if found.strange:
        notes.append(
            f"{_pictures(len(found.strange))} left out: the name says no cues ({_some(found.strange)})."
        )
    limited = dict(list(found.files.items())[: spec.limit or None])
    if len(limited) < len(found.files):
        notes.append(
            f"{_pictures(len(found.files) - len(limited))} left out: over the limit of {spec.limit:,}."
        )
    return ConflictPlan((), limited, {name: CueClass(name) for name in names}, tuple(notes))


def _of_renderer(spec: ConflictSpec, cloths: Sequence[CueClass]) -> tuple[CueClass, ...]:
    own = {each.name: each for each in cloths} if spec.attribute == CATEGORY else {}
    if not spec.classes:
        if not own:
            msg = (
                f"For {spec.attribute}, name the classes: which shape and which cloth each of its values "
                "goes with."
            )
            raise UserError(msg)
        return tuple(own.values())
    return tuple(
        own[each.name] if each.name in own and not each.shape and not each.texture else each
        for each in spec.classes
    )


def _groups(
    spec: ConflictSpec, photos: Sequence[ProbePhoto], sure: Mapping[str, Mapping[str, str]]
) -> tuple[dict[str, list[str]], int]:
    """Class to keys of its photos, and how many of these nobody labelled."""
    wanted = {each.name for each in spec.classes}
    groups: dict[str, list[str]] = {}
    guessed = 0
    for photo in photos:
        said = photo.truth.get(spec.attribute)
        value = said or sure.get(photo.key, {}).get(spec.attribute)
        if value and (not wanted or value in wanted):
            groups.setdefault(value, []).append(photo.key)
            guessed += said is None
    return dict(sorted(groups.items())), guessed


def _pictures(count: int) -> str:
    return f"{count:,} picture{'' if count == 1 else 's'}"


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    return ", ".join(listed[:_NAMED]) + (" …" if len(listed) > _NAMED else "")
