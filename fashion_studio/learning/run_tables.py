"""A run's figures in plain types: rows per epoch, example photos, the final report."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.checkpoints import written_whole

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.scores import AnswerBook, Scores

__all__ = [
    "all_short",
    "append_row",
    "drop_later_rows",
    "figures_of",
    "fixed_examples",
    "short",
    "shown_examples",
]

_EXAMPLES: Final = 12
_TOP: Final = 3


def fixed_examples(photos: Sequence[DataListPhoto]) -> list[int]:
    """Places of a handful of photos, the same for the same photos, of as many first labels as there are."""
    order = sorted(range(len(photos)), key=lambda place: _lot(photos[place]))
    by_label: dict[object, list[int]] = {}
    for place in order:
        by_label.setdefault(next(iter(photos[place].labels.values()), None), []).append(place)
    chosen: list[int] = []
    while len(chosen) < min(_EXAMPLES, len(photos)):
        for places in by_label.values():
            if places and len(chosen) < _EXAMPLES:
                chosen.append(places.pop(0))
    return chosen


def shown_examples(
    book: AnswerBook, vocabulary: Vocabulary, photos: Sequence[DataListPhoto], places: Sequence[int]
) -> list[dict[str, Any]]:
    """Example photos with truth and the likeliest values, from the last validation's answers."""
    shown: list[dict[str, Any]] = []
    chances = {
        attribute.name: _chances(book, attribute.name, several=attribute.cardinality is Cardinality.SEVERAL)
        for attribute in vocabulary.attributes
    }
    for place in places:
        photo = photos[place]
        top: dict[str, list[list[Any]]] = {}
        truth: dict[str, list[str] | None] = {}
        for attribute in vocabulary.attributes:
            row = chances[attribute.name][place]
            best = row.topk(min(_TOP, len(row)))
            top[attribute.name] = [
                [attribute.value_names[int(index)], round(float(value), 4)]
                for value, index in zip(best.values, best.indices, strict=True)
            ]
            truth[attribute.name] = list(photo.values(attribute.name)) or None
        shown.append({"file": photo.file, "truth": truth, "top": top})
    return shown


def drop_later_rows(path: Path, epoch: int) -> None:
    """Forgets rows of epochs after the checkpoint that a run goes on from; they will be written again."""
    if not path.exists():
        return
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    kept = [row for row in rows if int(row["epoch"]) <= epoch]
    if len(kept) < len(rows):
        _write_rows(path, kept)


def append_row(path: Path, event: Mapping[str, Any]) -> None:
    """Adds an epoch's event to `metrics.csv`; new figures become new columns."""
    row = {name: event[name] for name in ("epoch", "step", "phase", "seconds")}
    for part in ("train", "val"):
        row |= {f"{part}.{name}": value for name, value in event[part].items()}
    rows: list[Mapping[str, Any]] = []
    if path.exists():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    _write_rows(path, [*rows, row])


def _write_rows(path: Path, rows: Sequence[Mapping[str, Any]]) -> None:
    names = list(dict.fromkeys(name for row in rows for name in row))

    def write(partial: Path) -> None:
        with partial.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, names or ["epoch"])
            writer.writeheader()
            writer.writerows(rows)

    written_whole(path, write, "The table of figures")


def _chances(book: AnswerBook, head: str, *, several: bool) -> Tensor:
    logits = book.logits(head)
    return logits.sigmoid() if several else logits.softmax(1)


def _lot(photo: DataListPhoto) -> str:
    return hashlib.blake2b(f"{photo.file}:{photo.sha256}".encode(), digest_size=8).hexdigest()


def short(value: float) -> float:
    """Five significant digits."""
    return float(f"{value:.5g}")


def all_short(figures: Mapping[str, float]) -> dict[str, float]:
    """Each with five significant digits."""
    return {name: short(value) for name, value in figures.items()}


def figures_of(scores: Scores) -> dict[str, Any]:
    """A set's scores in plain types, for `report.json`."""
    return {
        "photos": scores.photos,
        "figures": all_short(scores.figures),
        "baseline": all_short(scores.baseline),
        "tables": {
            name: [
                {
                    "value": row.value,
                    "count": row.count,
                    "recall": None if row.recall is None else short(row.recall),
                    "precision": None if row.precision is None else short(row.precision),
                }
                for row in rows
            ]
            for name, rows in scores.tables.items()
        },
        "confusion": {name: counts.int().tolist() for name, counts in scores.confusion.items()},
    }
