"""A probe's results as CSV: every decision, the conflict set in the published layout, and the scores."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.probing.raw_data import write_raw_data

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from fashion_studio.probing.records import VariantResult
    from fashion_studio.probing.scores import BiasScore, SubjectScores
    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = ["conflict_csv", "decisions_csv", "scores_csv"]

_DECISIONS: Final = (
    "photo", "key", "picture", "subject",
    "attribute", "decision", "confidence", "original", "kept", "truth", "right",
)  # fmt: skip
_SCORES: Final = ("subject", "measure", "attribute", "of", "n", "value", "low", "high")


def decisions_csv(run: ProbeRun) -> str:
    """A row for every photo, variant or background, subject and attribute; `kept`, `right`: 1, 0 or empty."""
    return _csv(_DECISIONS, _decision_rows(run))


def conflict_csv(run: ProbeRun) -> str:
    """The decisions on pictures with two cues: subj, session, trial, rt, object_response, category, …"""
    return write_raw_data([subject.name for subject in run.spec.subjects], run.conflicts.values())


def scores_csv(scores: Sequence[SubjectScores]) -> str:
    """A row for every figure; `value` is empty where it is undefined."""
    return _csv(_SCORES, (row for score in scores for row in _score_rows(score)))


def _decision_rows(run: ProbeRun) -> Iterator[Sequence[Any]]:
    names = [subject.name for subject in run.spec.subjects]
    known = [run.subjects[index].attributes if index in run.subjects else {} for index in range(len(names))]
    for result in run.results.values():
        photo = run.photos[result.key]
        original = result.variants[0] if result.variants else None
        for picture in (*result.variants, *result.backgrounds):
            for index, name in enumerate(names):
                truth = {
                    attribute: value
                    for attribute, value in photo.truth.items()
                    if value in known[index].get(attribute, ())
                }
                for row in _rows_of(picture, original, index, truth):
                    yield (photo.path, result.key, picture.name, name, *row)


def _rows_of(
    picture: VariantResult, original: VariantResult | None, index: int, truth: Any
) -> Iterator[Sequence[Any]]:
    before = (original.decisions[index] if original else None) or {}
    for attribute, decision in (picture.decisions[index] or {}).items():
        first, said = before.get(attribute), truth.get(attribute)
        yield (
            attribute,
            decision.value,
            decision.confidence,
            "" if first is None else first.value,
            "" if first is None else int(first.value == decision.value),
            said or "",
            "" if said is None else int(said == decision.value),
        )


def _score_rows(score: SubjectScores) -> Iterator[Sequence[Any]]:
    if score.bias is not None:
        yield from _bias_rows(score.name, score.bias)
    for attribute, variants in score.variants.items():
        for name, own in variants.items():
            yield score.name, "kept", attribute, name, own.n, own.kept, None, None
            if own.labelled:
                yield score.name, "accuracy", attribute, name, own.labelled, own.accuracy, None, None
    for attribute, flips in score.flips.items():
        yield score.name, "flips", attribute, "all backgrounds", flips.n, flips.share, None, None
        for name, share in flips.by_backdrop.items():
            yield score.name, "flips", attribute, name, "", share, None, None


def _bias_rows(subject: str, bias: BiasScore) -> Iterator[Sequence[Any]]:
    yield subject, "shape bias", "", "all", bias.n, bias.bias, bias.low, bias.high
    yield subject, "share that hits a cue", "", "all", bias.n, bias.hit_share, None, None
    for own in bias.classes:
        yield subject, "shape bias", "", own.name, own.n, own.bias, None, None


def _csv(columns: Sequence[str], rows: Iterator[Sequence[Any]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(
        [f"{cell:.5g}" if isinstance(cell, float) else ("" if cell is None else cell) for cell in row]
        for row in rows
    )
    return text.getvalue()
