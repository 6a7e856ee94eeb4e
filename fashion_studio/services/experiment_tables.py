"""The table of an experiment: a row per variant, the most frequent answer below, the sources beside."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.services.experiment_plans import Column, Experiment, ExperimentChoice

__all__ = ["NO_FIGURE", "Row", "best_of", "csv_table", "markdown_table", "noise"]

NO_FIGURE: Final = "–"
"""Stands where a figure is not measured (yet)."""

_NORMAL = 1.96
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Row:
    """A variant that was trained.

    Attributes:
        figures, baseline: on the test photos, named as in `learning.scores`.
        photos: how many for training, validation and test.
        best_epoch: the one that was kept.
    """

    name: str
    title: str
    figures: Mapping[str, float]
    baseline: Mapping[str, float]
    photos: Mapping[str, int]
    best_epoch: int


def noise(photos: int) -> float:
    """Half the width of a 95 % interval for the difference of two shares near one half, each of n photos.

    1.96 · √(2 · 0.25 / n), the normal approximation for independent samples; the variants answer for the same
    photos, so the true one is smaller.
    """
    return _NORMAL * math.sqrt(0.5 / photos)


def markdown_table(experiment: Experiment, rows: Sequence[Row], choice: ExperimentChoice) -> str:
    """The whole page: question, table, what it was run with, what the sources say."""
    heads = ["variant", *(column.title for column in experiment.columns), "best epoch"]
    lines = [f"# {experiment.title}", "", experiment.question, ""]
    lines += [_line(heads), _line(["---", *["---:"] * (len(heads) - 1)])]
    for row in rows:
        shown = [_figure(row.figures, column) for column in experiment.columns]
        best = [_is_best(row, rows, column) for column in experiment.columns]
        marked = [f"**{text}**" if mark else text for text, mark in zip(shown, best, strict=True)]
        lines.append(_line([row.title, *marked, str(row.best_epoch)]))
    if rows:
        usual = [_figure(rows[0].baseline, column) for column in experiment.columns]
        lines.append(_line(["*always the most frequent answer*", *usual, "–"]))
    for entry in experiment.published:
        if entry.figures:
            own = [entry.figures.get(column.title) for column in experiment.columns]
            cells = ["–" if value is None else f"{value:.{_DIGITS}f}" for value in own]
            lines.append(_line([f"*published: {entry.what}*", *cells, "–"]))
    lines += ["", *_notes(experiment, rows, choice)]
    return "\n".join(lines) + "\n"


def best_of(figures: Sequence[float], *, less_is_better: bool = False) -> float | None:
    """The best figure of a column; None where there are no two to compare."""
    if len(figures) < 2:
        return None
    return min(figures) if less_is_better else max(figures)


def csv_table(experiment: Experiment, rows: Sequence[Row]) -> str:
    """The same figures for a machine, with the most frequent answer's beside each."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    titles = [column.title for column in experiment.columns]
    writer.writerow(
        ["variant", "best_epoch", "train", "val", "test", *titles, *(f"baseline {title}" for title in titles)]
    )
    for row in rows:
        parts = [row.photos.get(split, 0) for split in ("train", "val", "test")]
        own = [_figure(row.figures, column) for column in experiment.columns]
        usual = [_figure(row.baseline, column) for column in experiment.columns]
        writer.writerow([row.name, row.best_epoch, *parts, *own, *usual])
    return text.getvalue()


def _notes(experiment: Experiment, rows: Sequence[Row], choice: ExperimentChoice) -> list[str]:
    lines = []
    missing = len(experiment.variants) - len(rows)
    if missing:
        lines += [f"{missing} of {len(experiment.variants)} variants are not trained yet.", ""]
    if rows:
        parts, test = rows[0].photos, rows[0].photos.get("test") or rows[0].photos.get("val", 0)
        made = (
            f"Renderings: {parts.get('train', 0)} for training, {parts.get('val', 0)} for validation, "
            f"{parts.get('test', 0)} for the test; figures are of the test photos, at the epoch that was "
            f"best on validation. {_settings(choice)}"
        )
        doubt = (
            f"With {test} test photos, two shares have to differ by about {noise(max(1, test)):.2f} before "
            "the difference says anything; that every variant was trained once, from one seed, adds its own "
            "chance."
        )
        lines += [made, "", doubt]
    if experiment.published:
        lines += ["", "What the sources say (other data, so not comparable as numbers):", ""]
        lines += [f"- {entry.what} ({entry.source})" for entry in experiment.published]
    return lines


def _settings(choice: ExperimentChoice) -> str:
    changed = {
        "epochs": choice.epochs,
        "side": None if choice.side_px is None else f"{choice.side_px} px",
        "batch": choice.batch_size,
        "learning rate": choice.rate,
        "backbone": choice.backbone or ("the small pair" if choice.small else None),
    }
    named = [f"{name} {value}" for name, value in changed.items() if value is not None]
    start = (
        "backbones from random weights"
        if choice.random_weights
        else f"ImageNet weights from {choice.weights.name}"
        if choice.weights is not None
        else "weights as the recipe says"
    )
    other = f"Instead of the recipe's: {', '.join(named)}; " if named else ""
    return f"{other}{start}; seed {choice.seed}."


def _mean(figures: Mapping[str, float], column: Column) -> float | None:
    found = [figures[name] for name in column.figures if name in figures]
    return sum(found) / len(found) if len(found) == len(column.figures) else None


def _figure(figures: Mapping[str, float], column: Column) -> str:
    mean = _mean(figures, column)
    return NO_FIGURE if mean is None else f"{mean:.{_DIGITS}f}"


def _is_best(row: Row, rows: Sequence[Row], column: Column) -> bool:
    means = [mean for other in rows if (mean := _mean(other.figures, column)) is not None]
    own = _mean(row.figures, column)
    return own is not None and own == best_of(means, less_is_better=column.less_is_better)


def _line(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"
