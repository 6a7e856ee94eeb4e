"""Export: what a project says of its photos, to a file format, for a filter or for all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.exchange import coco, csv_table
from fashion_studio.exchange.report import ExportFormat, ExportOptions, Loss

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from fashion_studio.domain.export import ExportRecord
    from fashion_studio.exchange.report import ExportReport
    from fashion_studio.services.project import Project

__all__ = ["ExportFormat", "NothingToExport", "export_project", "root_names"]


class NothingToExport(UserError):  # noqa: N818 - reads as a state
    """No photo is in the project, or none matches the filter; nothing was written."""


_WRITERS: Final = {ExportFormat.COCO: coco.write, ExportFormat.CSV: csv_table.write}


def export_project(
    project: Project,
    question: ItemFilter | None,
    kind: ExportFormat,
    out: Path,
    *,
    include_proposals: bool = False,
    include_derived: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ExportReport:
    """Writes the matching photos' labels; reads and writes in a stream, from any thread.

    File names are relative to the project's folder of photos; where a project has several such folders, each
    name begins with its folder's, so that names stay unique.

    `question` None means all photos; `out` is a folder, or for CSV a file that ends in ".csv". With
    `include_proposals` the model's proposal, marked as such, stands where the person has said nothing.
    Photos made by edits are left out, and the report says how many, unless `include_derived` asks for them;
    each then names the photo it was made of, and its own name begins with that of the folder of edits.
    `on_progress` is called with (photos written, photos in all), some hundred times at most.

    Raises:
        NothingToExport: no photo matches.
        Cancelled: `should_stop` said so; nothing was written.
        EnvironmentProblem: the folder cannot be written; nothing was written.
    """
    left_out = 0
    if not include_derived:
        question, left_out = _without_derived(project, question or ItemFilter())
    total = len(project.ids(question))
    if not total:
        msg = "No photo matches, so nothing was exported. Widen the filter, or scan the folder first."
        raise NothingToExport(msg)
    every = max(1, total // 100)

    def progressed(done: int) -> None:
        if on_progress is not None and (done % every == 0 or done == total):
            on_progress(done, total)

    options = ExportOptions(
        include_proposals=include_proposals,
        include_derived=include_derived,
        title=project.title,
        on_progress=progressed,
        should_stop=should_stop or (lambda: False),
    )
    records = _with_unique_names(project.export_records(question), [root.folder for root in project.roots])
    report = _WRITERS[kind](records, project.vocabulary, out, options)
    return report.with_loss(Loss("edited", left_out)) if left_out else report


def _without_derived(project: Project, question: ItemFilter) -> tuple[ItemFilter, int]:
    """(the question for photos alone, how many edits that leaves out)."""
    if question.derived is False:
        return question, 0
    edits = len(project.ids(replace(question, derived=True)))
    if question.derived:
        msg = (
            f"{edits:,} photos match, all made by edits, and edits are left out. Ask for them to be included."
        )
        raise NothingToExport(msg)
    return replace(question, derived=False), edits


def root_names(roots: Sequence[Path]) -> dict[Path, str]:
    """A short name for each folder of photos, its own if no other has it."""
    names: dict[Path, str] = {}
    for root in roots:
        name, number = root.name, 2
        while name in names.values():
            name, number = f"{root.name}-{number}", number + 1
        names[root] = name
    return names


def _with_unique_names(records: Iterable[ExportRecord], roots: list[Path]) -> Iterator[ExportRecord]:
    prefixes = root_names(roots)
    for record in records:
        root = record.path.parents[record.file_name.count("/")]
        if len(roots) < 2 and record.edited_from is None:
            yield record
        else:
            yield replace(record, file_name=f"{prefixes.get(root, root.name)}/{record.file_name}")
