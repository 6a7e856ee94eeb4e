"""Scores decisions that others wrote down, in the layout of the published raw data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import UserError
from fashion_studio.probing.raw_data import read_raw_data
from fashion_studio.probing.scores import BiasScore, bias_score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

__all__ = ["RawScores", "decision_files", "score_raw_data"]


@dataclass(frozen=True, slots=True)
class RawScores:
    """What came out.

    Attributes:
        by_subject: in the order of the files; "people" (all of `subject-…` pooled) first.
        unread: sentences about rows that could not be read; the first few.
        unread_count: how many there were.
    """

    by_subject: Mapping[str, BiasScore]
    unread: tuple[str, ...]
    unread_count: int


def decision_files(paths: Sequence[Path]) -> list[Path]:
    """CSV files among the paths and in the folders among them, in order of names.

    Raises:
        UserError: a path is not there, or nothing is a CSV file.
    """
    found: list[Path] = []
    for path in paths:
        if not path.exists():
            msg = f"There is no {path}."
            raise UserError(msg)
        found += sorted(path.rglob("*.csv")) if path.is_dir() else [path]
    if not found:
        msg = (
            "There is no CSV file with decisions. For a folder of pictures, name the models with --model and "
            "the place of the results with --out."
        )
        raise UserError(msg)
    return found


def score_raw_data(paths: Sequence[Path], *, seed: int = 0) -> RawScores:
    """Shape bias of every subject in these files.

    Raises:
        UserError: a file cannot be read, or lacks the columns.
    """
    found = read_raw_data(decision_files(paths))
    return RawScores(
        {name: bias_score(decisions, seed=seed) for name, decisions in found.by_subject.items()},
        tuple(found.unread),
        found.unread_count,
    )
