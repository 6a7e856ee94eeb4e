"""A probe as it stands at one moment: what the window shows. Made in a thread, then never changed."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from fashion_studio.gui.probe.bias_chart import ChartRow, ModelBand
from fashion_studio.gui.probe.variant_words import garment_icon
from fashion_studio.probing.sixteen import OBJECT, PEOPLE_ON_SIXTEEN

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fashion_studio.probing.records import (
        ConflictResult,
        PhotoResult,
        ProbePhoto,
        ProbeSpec,
        Skipped,
        SubjectNote,
    )
    from fashion_studio.probing.scores import FlipScore, SubjectScores
    from fashion_studio.services.probing.comparison import ProbeComparison
    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = ["JointView", "ProbeView", "chart_of", "joint_view", "read_view"]


@dataclass(frozen=True, slots=True)
class ProbeView:
    """All results so far.

    Attributes:
        run: for the paths of pictures and for maps; nothing else of it is asked on the window's thread.
        subjects: by index, those that were loaded.
        results: photos in the order they came; `places` key to place.
        notes: sentences about the whole probe.
    """

    run: ProbeRun
    spec: ProbeSpec
    photos: Mapping[str, ProbePhoto]
    subjects: Mapping[int, SubjectNote] = field(default_factory=dict)
    results: tuple[PhotoResult, ...] = ()
    conflicts: tuple[ConflictResult, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    scores: tuple[SubjectScores, ...] = ()
    notes: tuple[str, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def names(self) -> tuple[str, ...]:
        """The subjects' names in their order."""
        return tuple(subject.name for subject in self.spec.subjects)

    @property
    def attributes(self) -> tuple[str, ...]:
        """Attributes that any subject answers, the probe's own first."""
        found = dict.fromkeys([self.spec.attribute])
        for note in self.subjects.values():
            found.update(dict.fromkeys(note.attributes))
        return tuple(found)

    @property
    def deciding(self) -> str:
        """The attribute whose value is the decision on pictures with two cues."""
        return self.spec.conflict.attribute if self.spec.conflict is not None else self.spec.attribute

    @property
    def people(self) -> float | None:
        """Shape bias of people, where it was measured: on the published 16 classes (Geirhos et al. 2019)."""
        return PEOPLE_ON_SIXTEEN if self.deciding == OBJECT else None

    def place_of(self, key: str) -> int:
        """A photo's place among the results; -1 when it has none yet."""
        return self.places.get(key, -1)

    def flips(self, subject: int, attribute: str) -> FlipScore | None:
        """The background check of an attribute; None where nothing is known."""
        if subject >= len(self.scores):
            return None
        return self.scores[subject].flips.get(attribute)


def read_view(run: ProbeRun) -> ProbeView:
    """The run as it stands; called in the thread that refreshes it, so that nothing changes meanwhile."""
    results = tuple(run.results.values())
    return ProbeView(
        run,
        run.spec,
        dict(run.photos),
        dict(run.subjects),
        results,
        tuple(run.conflicts.values()),
        tuple(run.skipped),
        tuple(run.scores()),
        tuple(run.notes),
        places={result.key: place for place, result in enumerate(results)},
    )


@dataclass(frozen=True, slots=True)
class JointView:
    """Two probes beside each other.

    Attributes:
        view: the models of both, with their scores on what both were asked; its photos are the first's.
        other: the second, whole.
        comparison: where each model comes from, and what has to be known.
    """

    view: ProbeView
    other: ProbeView
    comparison: ProbeComparison


def joint_view(view: ProbeView, other: ProbeView) -> JointView:
    """Both as they stand; in the same thread as `read_view`.

    Raises:
        UserError: it is the same probe twice.
    """
    from fashion_studio.services.probing.comparison import compare_probes  # noqa: PLC0415 - seldom

    comparison = compare_probes(view.run, other.run)
    sides = (view, other)
    subjects, notes = [], {}
    for at, (name, (place, index)) in enumerate(zip(comparison.names, comparison.places, strict=True)):
        subjects.append(replace(sides[place].spec.subjects[index], name=name))
        if index in sides[place].subjects:
            notes[at] = sides[place].subjects[index]
    spec = replace(view.spec, subjects=tuple(subjects))
    return JointView(replace(view, spec=spec, subjects=notes, scores=comparison.scores), other, comparison)


def chart_of(view: ProbeView, title_of: Callable[[str], str]) -> tuple[list[ChartRow], list[ModelBand]]:
    """The chart's rows, in the order of the models' own classes, and the models' averages."""
    biases = [scores.bias for scores in view.scores]
    bands = [
        ModelBand(name, bias.bias, bias.low, bias.high) if bias is not None else ModelBand(name, None)
        for name, bias in zip(view.names, biases, strict=False)
    ]
    classes: dict[str, list[tuple[int, int, int]]] = {}
    for place, bias in enumerate(biases):
        for each in bias.classes if bias is not None else ():
            hits = classes.setdefault(each.name, [(0, 0, 0)] * len(biases))
            hits[place] = (each.shape_hits, each.texture_hits, each.n)
    decided = view.deciding
    known = [value for note in view.subjects.values() for value in note.attributes.get(decided, ())]
    names = dict.fromkeys([*known, *sorted(classes)])
    rows = [
        ChartRow(name, title_of(name), garment_icon(name), tuple(classes[name]))
        for name in names
        if name in classes
    ]
    return rows, bands
