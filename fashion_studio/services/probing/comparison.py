"""Two probes beside each other: the models of both, on what both were asked."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import UserError
from fashion_studio.probing.records import ConflictSource
from fashion_studio.services.probing.run_files import score_subjects

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from fashion_studio.probing.records import ConflictResult, ProbeSpec
    from fashion_studio.probing.scores import SubjectScores
    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = ["ProbeComparison", "compare_probes", "deciding_attribute"]


@dataclass(frozen=True, slots=True)
class ProbeComparison:
    """What two probes say together.

    Attributes:
        runs: the first and the second.
        scores: of the first's models, then the second's, on what both were asked; a name that both have gets
            "(2)" in the second.
        places: for each of these its run (0, 1) and its index in that run.
        photos: keys of the photos that the figures are of, for either run.
        pictures: files of the pictures with two cues that they are of, for either run.
        sentences: what has to be known to read the figures: what differs, what was left out.
    """

    runs: tuple[ProbeRun, ProbeRun]
    scores: tuple[SubjectScores, ...]
    places: tuple[tuple[int, int], ...]
    photos: tuple[frozenset[str], frozenset[str]]
    pictures: tuple[frozenset[str], frozenset[str]]
    sentences: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Of the models, in the order of their scores."""
        return tuple(score.name for score in self.scores)


def compare_probes(first: ProbeRun, second: ProbeRun) -> ProbeComparison:
    """Scores the models of two probes on the photos, pictures and classes that both were asked about.

    Where they share no photo, each keeps its own, and a sentence says so. Biases need two classes in common:
    pictures of others are left out, and where there are no two, the second probe has no bias.

    Raises:
        UserError: it is the same probe twice.
    """
    if first.run_dir.resolve() == second.run_dir.resolve():
        msg = "These are the same probe. Name two different ones."
        raise UserError(msg)
    runs = (first, second)
    sentences: list[str] = []
    photos = _photos(runs, sentences)
    pictures = _pictures(runs, sentences)
    _note_settings(runs, sentences)
    taken = {score.name for score in first.spec.subjects}
    scores: list[SubjectScores] = []
    places: list[tuple[int, int]] = []
    for place, run in enumerate(runs):
        results = [each for key, each in run.results.items() if key in photos[place]]
        conflicts = [each for file, each in run.conflicts.items() if file in pictures[place]]
        for index, score in enumerate(score_subjects(run, results, conflicts)):
            again = place == 1 and score.name in taken
            scores.append(replace(score, name=f"{score.name} (2)") if again else score)
            places.append((place, index))
    return ProbeComparison(runs, tuple(scores), tuple(places), photos, pictures, tuple(sentences))


def deciding_attribute(spec: ProbeSpec) -> str:
    """The attribute whose value is the decision on pictures with two cues."""
    return spec.conflict.attribute if spec.conflict is not None else spec.attribute


def _photos(runs: tuple[ProbeRun, ProbeRun], sentences: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    own = [frozenset(run.results) for run in runs]
    if not own[0] or not own[1]:
        return own[0], own[1]
    shared = own[0] & own[1]
    if not shared:
        sentences.append(
            "No photo is in both probes, so variants and backgrounds are of different photos: compare them "
            "with care."
        )
        return own[0], own[1]
    if shared != own[0] or shared != own[1]:
        sentences.append(
            f"{_counted(len(shared), 'photo')} of both probes ({len(own[0]):,} and {len(own[1]):,}) are the "
            "same; variants and backgrounds are compared on these."
        )
    return shared, shared


def _pictures(runs: tuple[ProbeRun, ProbeRun], sentences: list[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The pictures with two cues that the biases are of; none for the second where nothing is in common."""
    own = [frozenset(run.conflicts) for run in runs]
    if not own[0] or not own[1]:
        return own[0], own[1]
    decided = [deciding_attribute(run.spec) for run in runs]
    if decided[0] != decided[1]:
        sentences.append(
            f"The first probe decides on {decided[0]}, the second on {decided[1]}, so their shape biases "
            "cannot be compared; only the first's is shown."
        )
        return own[0], frozenset()
    classes = [_classes(run.conflicts) for run in runs]
    shared = classes[0] & classes[1]
    if len(shared) < 2:
        sentences.append(
            f"The probes have no two classes in common ({_listed(classes[0])}; {_listed(classes[1])}), so "
            "their shape biases cannot be compared; only the first's is shown."
        )
        return own[0], frozenset()
    if classes[0] != classes[1]:
        left = _listed((classes[0] | classes[1]) - shared)
        sentences.append(
            f"Only {_listed(shared)} are classes of both probes; the shape biases are of pictures with these "
            f"alone ({left} left out)."
        )
    fitting = [
        frozenset(f for f, each in run.conflicts.items() if {each.shape, each.texture} <= shared)
        for run in runs
    ]
    if _set_of(runs[0]) != _set_of(runs[1]):
        sentences.append(
            f"The pictures with two cues are not the same ones ({len(fitting[0]):,} and "
            f"{len(fitting[1]):,}), so part of a difference may be theirs."
        )
        return fitting[0], fitting[1]
    both = fitting[0] & fitting[1]
    if both != fitting[0] or both != fitting[1]:
        sentences.append(f"The shape biases are of the {len(both):,} pictures that both probes have read.")
    return both, both


def _classes(conflicts: Mapping[str, ConflictResult]) -> frozenset[str]:
    return frozenset(name for each in conflicts.values() for name in (each.shape, each.texture))


def _set_of(run: ProbeRun) -> object:
    """What two probes have in common if their pictures of the same name are the same."""
    conflict = run.spec.conflict
    if conflict is None or conflict.source is ConflictSource.FOLDER:
        return conflict and conflict.folder
    photos = () if conflict.source is ConflictSource.RENDERER else tuple(sorted(run.photos))
    return replace(conflict, limit=0, per_pair=0), run.spec.seed, run.spec.side_px, photos


def _note_settings(runs: tuple[ProbeRun, ProbeRun], sentences: list[str]) -> None:
    masks = [run.spec.matting for run in runs]
    if masks[0] != masks[1]:
        sentences.append(
            f"The first probe's masks are by {masks[0]}, the second's by {masks[1]}; silhouettes and "
            "backgrounds differ with them."
        )
    name = runs[0].spec.attribute
    values = [_values(run, name) for run in runs]
    if values[0] and values[1] and values[0] != values[1]:
        parts = [
            f"only the {place}'s know {_listed(own)}"
            for place, own in (("first", values[0] - values[1]), ("second", values[1] - values[0]))
            if own
        ]
        sentences.append(f"The models answer {name} with different words: {'; '.join(parts)}.")
    elif bool(values[0]) != bool(values[1]):
        place = "second" if values[0] else "first"
        sentences.append(f"No model of the {place} probe decides on {name}.")


def _values(run: ProbeRun, attribute: str) -> frozenset[str]:
    return frozenset(v for note in run.subjects.values() for v in note.attributes.get(attribute, ()))


def _listed(names: Collection[str], most: int = 6) -> str:
    shown = sorted(names)
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return f"{', '.join(shown[:most])}{rest}" or "none"


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"
