"""Import: labels from somebody's files into a project, never over a person's own without asking.

In two steps, so that a person can decide in between: `plan_import` reads the files and compares,
`apply_import` writes, as one journalled operation with the source as the one who says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.labels import Split, Status, Visibility
from fashion_studio.exchange.incoming import ImportFormat, IncomingReport
from fashion_studio.exchange.incoming_sources import SourceOptions, open_source
from fashion_studio.exchange.translation import NameMapping, Translator, answers_of
from fashion_studio.services.photo_names import PhotoNames
from fashion_studio.services.wording import Wording, photos
from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.facts import answer_data, box_data, landmark_data

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Answer, Landmark
    from fashion_studio.domain.queries import Changes, ItemRow
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.exchange.incoming import IncomingRecord, IncomingSource, Shortfall
    from fashion_studio.services.project import Project

    Progress = Callable[[int, int | None], None]

__all__ = [
    "Conflict",
    "ImportFormat",
    "ImportOutcome",
    "ImportPlan",
    "ImportRequest",
    "OpenedSource",
    "apply_import",
    "open_incoming",
    "plan_import",
    "shortfall_data",
]

_BATCH: Final = 500
_LISTED: Final = 1_000
_EDGE_PX: Final = 1.0


@dataclass(frozen=True, slots=True)
class ImportRequest:
    """What to import.

    Attributes:
        kind: the format.
        place: file or folder.
        options: what the format has to be told.
        map_file: the user's mapping; its lines go before those of the shipped one.
    """

    kind: ImportFormat
    place: Path
    options: SourceOptions = field(default_factory=SourceOptions)
    map_file: Path | None = None


@dataclass(frozen=True, slots=True)
class OpenedSource:
    """An opened source with what translates its words, and the report of what cannot be taken."""

    source: IncomingSource
    mapping: NameMapping
    report: IncomingReport


@dataclass(frozen=True, slots=True)
class Conflict:
    """A label of a person's that the file contradicts, in words."""

    file: str
    field: str
    mine: str
    theirs: str


@dataclass(slots=True)
class ImportPlan:
    """What an import would do.

    Attributes:
        title: what the journal names as the one who says so.
        records: photos that the files name.
        found: photos of the project among them.
        open_facts: labels where the person has said nothing.
        other_facts: labels that contradict the person's.
        agreeing: labels that say what the person says.
        conflicts: the first thousand contradictions in words.
        shortfalls: what could not be taken.
        unmapped: (attribute, value, count) without a counterpart in the vocabulary.
    """

    title: str
    records: int = 0
    found: int = 0
    open_facts: dict[Fact, Any] = field(default_factory=dict, repr=False)
    other_facts: dict[Fact, Any] = field(default_factory=dict, repr=False)
    agreeing: int = 0
    conflicts: list[Conflict] = field(default_factory=list, repr=False)
    shortfalls: tuple[Shortfall, ...] = ()
    unmapped: list[tuple[str, str, int]] = field(default_factory=list, repr=False)


@dataclass(frozen=True, slots=True)
class ImportOutcome:
    """What an import did.

    Attributes:
        plan: what it was going to do.
        replaced: whether labels of the person's were replaced where the file said otherwise.
        changes: what the project says has changed.
        labels: how many labels were written.
    """

    plan: ImportPlan
    replaced: bool
    changes: Changes
    labels: int

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        plan = self.plan
        return {
            "source": plan.title,
            "records": plan.records,
            "photos_found": plan.found,
            "photos_changed": len(self.changes.item_ids),
            "labels_written": self.labels,
            "labels_agreeing": plan.agreeing,
            "conflicts": len(plan.other_facts),
            "conflicts_replaced": self.replaced,
            "conflict_list": [
                {"file": each.file, "field": each.field, "mine": each.mine, "theirs": each.theirs}
                for each in plan.conflicts
            ],
            **shortfall_data(plan.shortfalls, plan.unmapped),
        }


def shortfall_data(shortfalls: tuple[Shortfall, ...], unmapped: list[tuple[str, str, int]]) -> dict[str, Any]:
    """What could not be taken, for machines."""
    return {
        "not_taken": [
            {
                "code": each.code,
                "count": each.count,
                "message": each.sentence,
                "examples": list(each.examples),
            }
            for each in shortfalls
        ],
        "unmapped": [
            {"attribute": attribute, "value": value, "count": count} for attribute, value, count in unmapped
        ],
    }


def open_incoming(
    request: ImportRequest, vocabulary: Vocabulary, should_stop: Callable[[], bool] | None = None
) -> OpenedSource:
    """Opens the files of a request with the mapping that fits them.

    Raises:
        UserError: the place or the mapping cannot be used.
        Cancelled: `should_stop` said so.
    """
    report = IncomingReport(should_stop)
    shipped = NameMapping.from_file(resources_dir() / "mappings" / f"{request.kind.value}.toml")
    mapping = shipped
    if request.map_file is not None:
        mapping = NameMapping.from_file(request.map_file).over(shipped)
    options = request.options
    further = (*mapping.attributes, *mapping.values)
    named = SourceOptions(
        photos=options.photos,
        task=options.task,
        class_names=options.class_names,
        columns=options.columns,
        encoding=options.encoding,
        attribute=options.attribute,
        further_attributes=tuple(dict.fromkeys((*options.further_attributes, *further))),
    )
    source = open_source(request.kind, request.place, report, vocabulary, named)
    return OpenedSource(source, mapping, report)


def plan_import(
    project: Project,
    request: ImportRequest,
    *,
    on_progress: Progress | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ImportPlan:
    """Reads the files and compares them with what the project says; writes nothing. Safe from any thread.

    `on_progress` is called with (photos read, photos in all or None) after every few hundred.

    Raises:
        UserError: a file cannot be read at all.
        Cancelled: `should_stop` said so.
    """
    opened = open_incoming(request, project.vocabulary, should_stop)
    planner = _Planner(project, opened)
    progress = on_progress or (lambda _done, _total: None)
    records = opened.source.records()
    while batch := list(islice(records, _BATCH)):
        opened.report.check_stop()
        planner.take(batch)
        progress(planner.plan.records, opened.source.total)
    planner.plan.shortfalls = opened.report.shortfalls()
    planner.plan.unmapped = opened.report.unmapped()
    return planner.plan


def apply_import(project: Project, plan: ImportPlan, *, replace: bool = False) -> ImportOutcome:
    """Writes what was planned as one operation; one undo takes it back.

    Only what is still open is filled; with `replace` the person's labels give way to the file's.

    Raises:
        ProjectError: the project is open for reading only.
        NotSaved: the disk does not take it; the labels are kept in memory.
    """
    facts = plan.open_facts | plan.other_facts if replace else plan.open_facts
    written = 0

    def may_replace(fact: Fact, now: Any) -> bool:
        nonlocal written
        allowed = replace or _is_open(fact, now)
        written += allowed
        return allowed

    changes = project.take_over(
        lambda count: f"Labels imported on {photos(count)}", facts, actor=plan.title, may_replace=may_replace
    )
    return ImportOutcome(plan, replace, changes, written)


def _is_open(fact: Fact, now: Any) -> bool:
    """Whether nobody has said anything yet."""
    if fact.subject is Subject.ITEM and fact.field == "split":
        return now in {None, Split.NONE.value}
    if fact.subject is Subject.ITEM and fact.field == "status":
        return now in {None, Status.NEW.value}
    return now is None


class _Planner:
    """Compares batches of records with the project."""

    def __init__(self, project: Project, opened: OpenedSource) -> None:
        self._project, self._report = project, opened.report
        self._vocabulary = project.vocabulary
        self._translator = Translator(opened.mapping, project.vocabulary, opened.report)
        self._names = PhotoNames(project, opened.source.photo_root)
        self._photo_root = opened.source.photo_root
        self._words = Wording(project.vocabulary)
        self._seen: set[int] = set()
        self._answers: dict[Answer, Any] = {}
        self.plan = ImportPlan(opened.source.title)

    def take(self, batch: list[IncomingRecord]) -> None:
        """Adds a batch to the plan."""
        self.plan.records += len(batch)
        found = list(self._found(batch))
        rows = self._project.rows([item_id for item_id, _ in found])
        wanted: dict[Fact, Any] = {}
        files: dict[int, str] = {}
        for (item_id, record), row in zip(found, rows, strict=True):
            files[item_id] = record.file
            facts = dict(self._facts(item_id, record, row))
            self._report.add("no_labels", record.file, count=int(not facts))
            wanted |= facts
        self.plan.found += len(found)
        self._compare(wanted, files)

    def _found(self, batch: list[IncomingRecord]) -> Iterator[tuple[int, IncomingRecord]]:
        for record in batch:
            item_id = self._names.find(record.file)
            if item_id is None:
                there = (self._photo_root / record.file).is_file()
                self._report.add("not_in_project" if there else "absent", record.file)
            elif item_id in self._seen:
                self._report.add("twice", record.file)
            else:
                self._seen.add(item_id)
                yield item_id, record

    def _facts(self, item_id: int, record: IncomingRecord, row: ItemRow) -> Iterator[tuple[Fact, Any]]:
        labels = self._translator.labels(record)
        for name, answer in answers_of(labels, record.file, self._vocabulary, self._report).items():
            # The same object for the same answer: a hundred thousand photos share a few hundred answers.
            data = self._answers.setdefault(answer, answer_data(answer))
            yield Fact(Subject.ANSWER, item_id, name), data
        if (record.width_px or record.height_px) and (record.width_px, record.height_px) != (
            row.width_px,
            row.height_px,
        ):
            if record.landmarks or record.box:
                self._report.add("other_size", record.file)
        else:
            yield from self._places(item_id, record, row)
        if record.split is not None:
            yield Fact(Subject.ITEM, item_id, "split"), record.split.value
        if record.status is not None and record.status is not Status.NEW:
            yield Fact(Subject.ITEM, item_id, "status"), record.status.value

    def _places(self, item_id: int, record: IncomingRecord, row: ItemRow) -> Iterator[tuple[Fact, Any]]:
        # A file that says the photo's size speaks of this photo: a point beside the edge is meant so.
        edge = float(max(row.width_px, row.height_px)) if record.width_px else _EDGE_PX
        for point in self._translator.landmarks(record):
            if _is_near(point, row, edge):
                yield Fact(Subject.LANDMARK, item_id, point.name), landmark_data(point)
            else:
                self._report.add("outside_photo", f"{record.file}: {point.name}")
        if record.box is not None:
            if _box_is_near(record.box, row, edge):
                yield Fact(Subject.ITEM, item_id, "box"), box_data(record.box)
            else:
                self._report.add("outside_photo", f"{record.file}: box")

    def _compare(self, wanted: dict[Fact, Any], files: dict[int, str]) -> None:
        now = self._project.facts(wanted)
        for fact, data in wanted.items():
            present = now[fact]
            if present == data:
                self.plan.agreeing += 1
            elif _is_open(fact, present):
                self.plan.open_facts[fact] = data
            else:
                self.plan.other_facts[fact] = data
                if len(self.plan.conflicts) < _LISTED:
                    self.plan.conflicts.append(self._conflict(files[fact.item_id], fact, present, data))

    def _conflict(self, file: str, fact: Fact, mine: Any, theirs: Any) -> Conflict:
        words, subject = self._words, fact.subject.value
        return Conflict(
            file,
            words.field(subject, fact.field),
            words.value(subject, fact.field, mine),
            words.value(subject, fact.field, theirs),
        )


def _is_near(point: Landmark, row: ItemRow, edge: float) -> bool:
    if point.visibility is Visibility.ABSENT:
        return True
    return -edge <= point.x <= row.width_px + edge and -edge <= point.y <= row.height_px + edge


def _box_is_near(box: Box, row: ItemRow, edge: float) -> bool:
    inside = -edge <= box.x and -edge <= box.y
    return inside and box.right <= row.width_px + edge and box.bottom <= row.height_px + edge
