"""Decisions in the layout of the published raw data: subj, session, trial, rt, object_response, category,
condition, imagename. Read from anybody's files, written for anybody's code.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.exchange.incoming import IncomingReport
from fashion_studio.exchange.table_rows import TableRows
from fashion_studio.exchange.text_lines import text_encoding
from fashion_studio.probing.cue_names import cue_file_name, parse_cue_name
from fashion_studio.probing.scores import CuedDecision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from fashion_studio.probing.records import ConflictResult

__all__ = ["COLUMNS", "PEOPLE", "RawDecisions", "read_raw_data", "write_raw_data"]

COLUMNS: Final = ("subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename")
PEOPLE: Final = "people"
"""All subjects pooled that the published files call `subject-…`."""

_PERSON: Final = "subject-"
_NO_ANSWER: Final = frozenset({"", "na", "nan", "none"})
_ENCODINGS: Final = ("utf-8", "latin-1")


@dataclass(slots=True)
class RawDecisions:
    """What was read.

    Attributes:
        by_subject: in the order they were met; `PEOPLE` first where there are any.
        unread: rows that could not be read, as "file, line: why"; at most a few are kept.
        unread_count: how many there were.
    """

    by_subject: dict[str, list[CuedDecision]] = field(default_factory=dict)
    unread: list[str] = field(default_factory=list)
    unread_count: int = 0

    def note(self, sentence: str, *, count: int = 1) -> None:
        """Counts rows that could not be read."""
        self.unread_count += count
        if len(self.unread) < 20:
            self.unread.append(sentence)


def read_raw_data(paths: Iterable[Path]) -> RawDecisions:
    """Reads files of decisions; several files of one subject are put together.

    Columns may stand in any order and case, beside others. "na" (and an empty cell) is no answer. The image's
    name ends in `<shape>N-<texture>M.png`, after a prefix or not.

    Raises:
        UserError: a file cannot be read, or lacks the columns; the sentence names it.
    """
    found = RawDecisions()
    for path in paths:
        _read_file(path, found)
    people = [each for name, own in found.by_subject.items() if name.startswith(_PERSON) for each in own]
    if people:
        found.by_subject = {PEOPLE: people, **found.by_subject}
    return found


def _read_file(path: Path, found: RawDecisions) -> None:
    report = IncomingReport()
    rows = TableRows(path, text_encoding(path, _ENCODINGS)[0], report)
    places = {name: rows.column(name) for name in COLUMNS}
    response, image = places["object_response"], places["imagename"]
    if response is None or image is None:
        msg = (
            f"{path.name} has no columns object_response and imagename. Name a table of decisions with the "
            f"columns {', '.join(COLUMNS)}."
        )
        raise UserError(msg)
    subject, category = places["subj"], places["category"]
    for number, cells in rows:
        shape = cells[category].strip() if category is not None else ""
        name = parse_cue_name(cells[image].strip().replace("\\", "/").rpartition("/")[2], shape=shape)
        if name is None:
            found.note(
                f"{path.name}, line {number}: “{cells[image]}” does not end in <shape>N-<texture>M.png"
            )
            continue
        answer = cells[response].strip()
        who = (cells[subject].strip() if subject is not None else "") or path.stem
        found.by_subject.setdefault(who, []).append(
            CuedDecision(
                name.shape,
                name.texture,
                None if answer.casefold() in _NO_ANSWER else answer,
                cue_file_name(name),  # without the prefix, which is another for each who decided
            )
        )
    for shortfall in report.shortfalls():
        found.note(shortfall.examples[0], count=shortfall.count)


def write_raw_data(subjects: Sequence[str], results: Iterable[ConflictResult]) -> str:
    """A probe's decisions in the published layout, so that others' code can score them.

    Args:
        subjects: names, in the order of the results' decisions.
        results: pictures; those a subject could not be asked about have no row of its.
    """
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for trial, result in enumerate(results, start=1):
        image = result.file.rpartition("/")[2]
        for subject, decision in zip(subjects, result.decisions, strict=True):
            if decision is not None:
                writer.writerow((subject, 1, trial, "NaN", decision.value, result.shape, 0, image))
    return text.getvalue()
