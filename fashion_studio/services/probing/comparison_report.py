"""The report of two probes beside each other: one HTML page with pictures, and CSV."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Final

from fashion_studio.jobs.specification import JobSpec
from fashion_studio.probing.scores import cue_of
from fashion_studio.probing.sixteen import OBJECT, PEOPLE_ON_SIXTEEN
from fashion_studio.services.probing.comparison import deciding_attribute
from fashion_studio.services.probing.report import write_files
from fashion_studio.services.probing.report_page import (
    background_table,
    bias_table,
    conflict_figure,
    row_of_figures,
    variant_table,
    whole_page,
)
from fashion_studio.services.probing.tables import scores_csv

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fashion_studio.probing.records import ConflictResult
    from fashion_studio.services.probing.comparison import ProbeComparison

__all__ = ["ComparisonReport", "write_comparison"]

_PICTURES: Final = 24
_COLUMNS: Final = ("picture", "shape", "texture", "subject", "decision", "confidence", "cue")


@dataclass(frozen=True, slots=True)
class ComparisonReport:
    """The files that were written; `pictures` is None where no picture with two cues is in both."""

    page: Path
    scores: Path
    pictures: Path | None


def write_comparison(comparison: ProbeComparison, folder: Path) -> ComparisonReport:
    """Writes comparison.html, comparison-scores.csv and, of shared pictures, comparison-pictures.csv.

    Raises:
        EnvironmentProblem: the folder cannot be written.
    """
    texts = {
        "comparison.html": _page(comparison),
        "comparison-scores.csv": scores_csv(comparison.scores),
    }
    shared = _shared(comparison)
    if shared:
        texts["comparison-pictures.csv"] = _pictures_csv(comparison, shared)
    write_files(folder, texts, "The comparison")
    return ComparisonReport(
        folder / "comparison.html",
        folder / "comparison-scores.csv",
        folder / "comparison-pictures.csv" if shared else None,
    )


def _shared(comparison: ProbeComparison) -> list[str]:
    """Files of the pictures that both have read, in the first's order; none where the sets are others."""
    first, second = comparison.pictures
    return [file for file in comparison.runs[0].conflicts if file in first] if first == second else []


def _page(comparison: ProbeComparison) -> str:
    titles = [JobSpec.read(run.run_dir).title for run in comparison.runs]
    title = f"{titles[0]} / {titles[1]}"
    spec = comparison.runs[0].spec
    asked = any(score.bias is not None for score in comparison.scores)
    people = PEOPLE_ON_SIXTEEN if deciding_attribute(spec) == OBJECT else None
    names = [kind.value for kind in spec.variants]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f'<p class="soft">{escape(", ".join(comparison.names))}</p>',
        *(f"<p>{escape(sentence)}</p>" for sentence in comparison.sentences),
        *(bias_table(comparison.scores, people=people) if asked else []),
        *_disagreements(comparison),
        *(
            variant_table(comparison.scores, names, spec.attribute)
            if names and any(comparison.photos)
            else []
        ),
        *background_table(comparison.scores),
    ]
    return whole_page(title, parts)


def _disagreements(comparison: ProbeComparison) -> list[str]:
    """Pictures with two cues on which the first models of the two probes decide by different cues."""
    found: list[tuple[float, ConflictResult, ConflictResult]] = []
    for file in _shared(comparison):
        one, other = (run.conflicts[file] for run in comparison.runs)
        said = one.decisions[0], other.decisions[0]
        if said[0] is None or said[1] is None or said[0].value == said[1].value:
            continue
        found.append((said[0].confidence * said[1].confidence, one, other))
    if not found:
        return []
    found.sort(key=lambda each: -each[0])
    first, second = comparison.names[0], comparison.names[len(comparison.runs[0].spec.subjects)]
    figures = []
    for _, one, other in found[:_PICTURES]:
        figures.append(conflict_figure(comparison.runs[0], one, 0))
        figures.append(conflict_figure(comparison.runs[1], other, 0))
    text = (
        f"{len(found):,} of {len(_shared(comparison)):,} pictures are decided differently by {first} and "
        f"{second}; the surest first, in pairs"
    )
    return [f'<p class="name">{escape(text)}</p>', row_of_figures(figures)]


def _pictures_csv(comparison: ProbeComparison, files: Sequence[str]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for file in files:
        for name, (place, index) in zip(comparison.names, comparison.places, strict=True):
            result = comparison.runs[place].conflicts[file]
            decision = result.decisions[index]
            if decision is not None:
                cue = cue_of(result.shape, result.texture, decision.value).value
                sure = f"{decision.confidence:.5g}"
                writer.writerow((file, result.shape, result.texture, name, decision.value, sure, cue))
    return text.getvalue()
