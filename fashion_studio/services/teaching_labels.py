"""Which labels teach and which measure.

A label is what a person said of an attribute: set by hand, accepted from the model's proposal (whoever
accepts answers for it), or taken over from a file. "Unknown", "does not apply" and what nobody answered teach
nothing; nor do rejected photos, nor photos that an edit made, unless they are asked for. A fifth of the
photos, chosen by their content alone, is only measured by: the same photos that fine-tuning keeps for
validation and test, so that no way of teaching ever learns from them, in no project and at no time. Photos
that a person put into validation or test are measured by, too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.domain.labels import AnswerKind, Split, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.jobs.wire import HeadTask
from fashion_studio.services.project_training import split_by_content

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.services.project import Project

__all__ = ["LabelledPhoto", "Material", "fold_by_content", "gather", "is_held_out", "label_count", "tasks"]


@dataclass(frozen=True, slots=True)
class LabelledPhoto:
    """A photo with labels that the model's heads know: attribute to places of its values.

    Attributes:
        part_hash: content from which follows what it is used for; of an edit that of its photo.
    """

    item_id: int
    content_hash: str
    held_out: bool
    labels: Mapping[str, tuple[int, ...]]
    part_hash: str


@dataclass(frozen=True, slots=True)
class Material:
    """What a project can teach now.

    Attributes:
        skipped: per attribute that teaches nothing a sentence that says why.
    """

    photos: tuple[LabelledPhoto, ...]
    attributes: tuple[str, ...]
    skipped: tuple[str, ...] = field(default=())

    @property
    def taught(self) -> int:
        """Photos that are fitted to."""
        return sum(not photo.held_out for photo in self.photos)


def is_held_out(content_hash: str, split: Split = Split.NONE) -> bool:
    """Whether a photo only measures."""
    return split in {Split.VALIDATION, Split.TEST} or split_by_content(content_hash) != "train"


def fold_by_content(content_hash: str) -> int:
    """0 to 3, independent of what `is_held_out` looks at."""
    return int(content_hash[8:16], 16) % 4


def label_count(project: Project) -> int:
    """Answers with a value on photos, not on edits, from the columns in memory: to see how many are new."""
    person = project.facets(ItemFilter(derived=False)).person
    return sum(count for values in person.values() for name, count in values.items() if name[:1] != "?")


def gather(project: Project, heads: Mapping[str, LinearHead], *, include_derived: bool = False) -> Material:
    """The labels of a project that these heads can learn; safe from a thread.

    Args:
        project: whose photos.
        heads: the model's.
        include_derived: whether what people said of photos made by edits teaches, too.
    """
    known, skipped = _shared_attributes(project, heads)
    ids: NDArray[np.int64] = np.empty(0, np.int64)
    for name in known:
        values = frozenset(project.vocabulary.attribute(name).value_names)
        question = ItemFilter(by_person={name: values}, derived=None if include_derived else False)
        ids = np.union1d(ids, project.ids(question))
    photos = []
    for details in project.answered(ids):
        if details.status == Status.REJECTED.value:
            continue
        labels = {
            name: tuple(heads[name].values.index(value) for value in answer.values)
            for name, answer in details.answers.items()
            if name in known and answer.kind is AnswerKind.KNOWN
        }
        if labels:
            digest = details.content_hash
            part_hash, split = project.part_of(details.item_id, digest, Split(details.split))
            held = is_held_out(part_hash, split)
            photos.append(LabelledPhoto(details.item_id, digest, held, labels, part_hash))
    return Material(tuple(photos), known, skipped)


def tasks(
    material: Material, rows: Mapping[str, int], heads: Mapping[str, LinearHead]
) -> tuple[HeadTask, ...]:
    """The labels of each head as the engine takes them.

    Args:
        material: of the project.
        rows: content hash to row of the kept features; photos that are not in it are left out.
        heads: the model's.
    """
    found = []
    for name in material.attributes:
        parts = []
        for held_out in (False, True):
            mine = [
                (rows[photo.content_hash], photo.labels[name])
                for photo in material.photos
                if photo.held_out is held_out and name in photo.labels and photo.content_hash in rows
            ]
            targets = np.zeros((len(mine), len(heads[name].values)), np.uint8)
            for place, (_, values) in enumerate(mine):
                targets[place, list(values)] = 1
            parts += [np.array([row for row, _ in mine], "<i8").tobytes(), targets.tobytes()]
        found.append(HeadTask(name, *parts))
    return tuple(found)


def _shared_attributes(
    project: Project, heads: Mapping[str, LinearHead]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    known, skipped = [], []
    for attribute in project.vocabulary.attributes:
        head = heads.get(attribute.name)
        if head is None:
            skipped.append(f"{attribute.title}: the model does not predict it.")
            continue
        strange = [value for value in attribute.value_names if value not in head.values]
        if strange:
            more = f" and {len(strange) - 1} more" if len(strange) > 1 else ""
            skipped.append(f"{attribute.title}: the model does not know “{strange[0]}”{more}.")
        else:
            known.append(attribute.name)
    return tuple(known), tuple(skipped)
