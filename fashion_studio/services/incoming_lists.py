"""Foreign data sets as data lists for training, in their own vocabulary or in one of ours."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    list_split,
    points_of_landmarks,
    write_data_list,
)
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.labels import AnswerKind
from fashion_studio.domain.vocabulary import Cardinality, Vocabulary
from fashion_studio.exchange.deepfashion_names import FINE_GROUPS
from fashion_studio.exchange.incoming import ImportFormat
from fashion_studio.exchange.translation import TranslatedLabel, Translator
from fashion_studio.services.importing import open_incoming, shortfall_data

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from fashion_studio.domain.data_list import LabelValue
    from fashion_studio.exchange.incoming import IncomingRecord, Shortfall
    from fashion_studio.services.importing import ImportRequest, OpenedSource

__all__ = ["ListOutcome", "write_incoming_list"]

_STEP: Final = 500


@dataclass(frozen=True, slots=True)
class ListOutcome:
    """What was written.

    Attributes:
        photos: photos in the list.
        records: photos that the files name.
        splits: photos by part.
        vocabulary: the list's vocabulary.
    """

    path: Path
    source: str
    photos: int
    records: int
    splits: dict[str, int]
    vocabulary: Vocabulary
    shortfalls: tuple[Shortfall, ...]
    unmapped: list[tuple[str, str, int]]

    def to_dict(self) -> dict[str, Any]:
        """For machines."""
        return {
            "data_list": str(self.path),
            "source": self.source,
            "records": self.records,
            "photos": self.photos,
            "splits": self.splits,
            "vocabulary": self.vocabulary.name,
            "attributes": {each.name: len(each.values) for each in self.vocabulary.attributes},
            **shortfall_data(self.shortfalls, self.unmapped),
        }


def write_incoming_list(
    request: ImportRequest,
    out: Path,
    ours: Vocabulary,
    *,
    translate: bool = False,
    attributes: Collection[str] | None = None,
    on_progress: Callable[[int, int | None], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> ListOutcome:
    """Writes a data list of the photos that are there; streams, and appears when it is whole.

    Args:
        request: what to read.
        out: the list, a file.
        ours: the vocabulary to translate into; also says which columns of a table are attributes.
        translate: put labels into our vocabulary, also where the format has its own.
        attributes: only these, in the vocabulary's order, and only photos with a label of one of them; None
            is all, for the fine set its six groups.
        on_progress: called with (photos read, photos in all or None).
        should_stop: true ends it and leaves what was there before.

    Raises:
        UserError: a file cannot be read, an attribute is not there, or no photo is.
        Cancelled: `should_stop` said so.
        EnvironmentProblem: the disk does not take it.
    """
    opened = open_incoming(request, ours, should_stop)
    own = None if translate else opened.source.vocabulary_data()
    chosen = attributes
    if chosen is None and own is not None and request.kind is ImportFormat.FINE26:
        chosen = [group for group, _ in FINE_GROUPS.values()]
    data = _restricted(dict(ours.source) if own is None else own, chosen)
    vocabulary = Vocabulary.from_mapping(data)
    writing = _Writing(opened, vocabulary, foreign=own is not None, filtered=attributes is not None)
    header = DataListHeader(
        root=_root(opened.source.photo_root, out), vocabulary=data, title=opened.source.title
    )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        found = writing.photos(on_progress or (lambda _done, _total: None))
        first = next(found, None)
        count = 0 if first is None else write_data_list(out, header, chain([first], found))
    except OSError as error:
        msg = f"The list {out.name} could not be written: {error.strerror or error}."
        raise EnvironmentProblem(msg, "Choose another folder or free some space.") from error
    if not count:
        reasons = "; ".join(each.sentence for each in opened.report.shortfalls()[:3])
        msg = f"No photo of {opened.source.title} could be taken: {reasons or 'there is none'}."
        raise UserError(msg)
    return ListOutcome(
        out,
        opened.source.title,
        count,
        writing.records,
        writing.splits,
        vocabulary,
        opened.report.shortfalls(),
        opened.report.unmapped(),
    )


class _Writing:
    """Turns records into photos of a data list."""

    def __init__(
        self, opened: OpenedSource, vocabulary: Vocabulary, *, foreign: bool, filtered: bool
    ) -> None:
        self._opened, self._vocabulary = opened, vocabulary
        self._filtered = filtered
        self._translator = None if foreign else Translator(opened.mapping, vocabulary, opened.report)
        self._seen: set[int] = set()
        self.records = 0
        self.splits: dict[str, int] = {}

    def photos(self, progress: Callable[[int, int | None], None]) -> Iterator[DataListPhoto]:
        """The photos that are there, each once."""
        report, source = self._opened.report, self._opened.source
        for record in source.records():
            self.records += 1
            if self.records % _STEP == 0:
                report.check_stop()
                progress(self.records, source.total)
            key = hash(record.file)
            if key in self._seen:
                report.add("twice", record.file)
                continue
            self._seen.add(key)
            if not (source.photo_root / record.file).is_file():
                report.add("absent", record.file)
                continue
            photo = self._photo(record)
            if self._filtered and not photo.labels:
                report.add("no_labels", record.file)
                continue
            part = photo.split or "none"
            self.splits[part] = self.splits.get(part, 0) + 1
            yield photo
        progress(self.records, source.total)

    def _photo(self, record: IncomingRecord) -> DataListPhoto:
        if self._translator is None:
            labels = {
                name: TranslatedLabel(label.values, label.kind)
                for name, label in record.labels.items()
                if self._vocabulary.has(name)
            }
            points = record.landmarks
        else:
            labels = self._translator.labels(record)
            points = self._translator.landmarks(record)
        named = self._vocabulary.landmark_names
        return DataListPhoto(
            file=record.file,
            width=record.width_px,
            height=record.height_px,
            split=None if record.split is None else list_split(record.split),
            labels={
                name: self._value(name, label)
                for name, label in labels.items()
                if label.kind is not AnswerKind.UNKNOWN
            },
            unknown={
                name: label.unknown
                for name, label in record.labels.items()
                if self._translator is None and label.unknown and self._vocabulary.has(name)
            },
            landmarks=points_of_landmarks(point for point in points if point.name in named),
            box=None if record.box is None else record.box.as_tuple(),
        )

    def _value(self, name: str, label: TranslatedLabel) -> LabelValue:
        if label.kind is AnswerKind.NOT_APPLICABLE:
            return None
        one = self._vocabulary.attribute(name).cardinality is Cardinality.ONE
        return label.values[0] if one and len(label.values) == 1 else label.values


def _restricted(data: dict[str, Any], attributes: Collection[str] | None) -> dict[str, Any]:
    """The vocabulary with these attributes only."""
    if attributes is None:
        return data
    names = [entry["name"] for entry in data["attributes"]]
    strangers = [name for name in attributes if name not in names]
    if strangers:
        msg = f"There is no attribute “{strangers[0]}”. There are {', '.join(names)}."
        raise UserError(msg)
    kept = [entry for entry in data["attributes"] if entry["name"] in attributes]
    return data | {"attributes": kept}


def _root(photo_root: Path, out: Path) -> str:
    """Relative where the photos lie beside or below the list, so that both can be moved together."""
    place, beside = photo_root.absolute(), out.absolute().parent
    if place == beside:
        return "."
    return place.relative_to(beside).as_posix() if place.is_relative_to(beside) else str(place)
