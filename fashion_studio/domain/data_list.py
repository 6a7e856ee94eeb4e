"""Data lists: photos with their labels and split as JSON lines, what a training is given and keeps.

Line 1 is the header, every further line one photo:

    {"format": "fashion-studio-data-list", "version": 1, "root": "/photos", "vocabulary": {…}}
    {"file": "a/1.jpg", "sha256": "…", "width": 768, "height": 1024, "split": "train",
     "labels": {"category": "dress", "colors": ["black", "white"], "neckline": ["v", "crew"],
                "sleeve_length": null},
     "landmarks": {"left_collar": [301.5, 88.0, "visible"]}, "box": [10, 20, 700, 980]}

What a label means: a value of the vocabulary; null is "does not apply"; nothing is "unknown". Several values
of an attribute that takes one are "one of these" (a partial label). Of an attribute that takes several they
are all those that are there, the main one first, and the rest is not there, except for the values that
`unknown` names. Coordinates are upright image pixels, the origin in the corner of the first pixel.
"""

from __future__ import annotations

import os
from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from fashion_studio.domain.errors import LabelError, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import AnswerKind, Landmark, Split, Visibility
from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from fashion_studio.domain.labels import Answer
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "DATA_LIST_FORMAT",
    "DataListHeader",
    "DataListPhoto",
    "LabelValue",
    "ListSplit",
    "ListVisibility",
    "check_listed_photo",
    "labels_of_answers",
    "list_split",
    "photo_root",
    "points_of_landmarks",
    "read_data_list_header",
    "read_data_list_photos",
    "write_data_list",
]

DATA_LIST_FORMAT: Final = "fashion-studio-data-list"
DATA_LIST_VERSION: Final = 1

ListSplit = Literal["train", "val", "test"]
ListVisibility = Literal["visible", "occluded", "absent"]
LabelValue = str | tuple[str, ...] | None

_WORDS: Final[dict[Visibility, ListVisibility]] = {
    Visibility.VISIBLE: "visible",
    Visibility.OCCLUDED: "occluded",
    Visibility.ABSENT: "absent",
}
_STATES: Final = {word: state for state, word in _WORDS.items()}
_SPLITS: Final[dict[Split, ListSplit]] = {
    Split.TRAIN: "train",
    Split.VALIDATION: "val",
    Split.TEST: "test",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DataListHeader:
    """The first line.

    Attributes:
        root: folder that the photos' paths start from; "." (or any relative path) counts from the list's own
            folder, so that list and photos can be moved together.
        vocabulary: in the shape of its TOML file.
        title: for people: "project Summer, snapshot of 3 May".
    """

    root: str
    vocabulary: dict[str, Any]
    title: str = ""
    format: str = DATA_LIST_FORMAT
    version: int = DATA_LIST_VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class DataListPhoto:
    """One photo.

    Attributes:
        file: path below the root with forward slashes, neither absolute nor with "..".
        sha256: hexadecimal hash of the file's bytes; "" where nobody has read them yet. A run folder's frozen
            list always has it.
        width, height: of the upright image in pixels; 0 where not known yet.
        split: None for a photo that is listed without a part; a training divides those itself.
        labels: see the module's text.
        unknown: values of an attribute that takes several of which nobody knows whether they are there.
        landmarks: name to (x, y, visibility); x and y mean nothing where absent. Not named is not known.
        box: of the garment: left, top, width, height.
        content_hash: the project's own hash of the same bytes (`imaging.decode.content_hash`), to find the
            item again; "" outside a project.
    """

    file: str
    sha256: str = ""
    width: int = 0
    height: int = 0
    split: ListSplit | None = None
    labels: dict[str, LabelValue] = field(default_factory=dict)
    unknown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    landmarks: dict[str, tuple[float, float, ListVisibility]] = field(default_factory=dict)
    box: tuple[float, float, float, float] | None = None
    content_hash: str = ""

    def values(self, attribute: str) -> tuple[str, ...]:
        """The values given for an attribute, none where unknown or not applicable."""
        given = self.labels.get(attribute)
        if given is None:
            return ()
        return (given,) if isinstance(given, str) else given

    def points(self) -> tuple[Landmark, ...]:
        """The landmarks as records."""
        return tuple(Landmark(name, x, y, _STATES[word]) for name, (x, y, word) in self.landmarks.items())

    def garment_box(self) -> Box | None:
        """The box as a record."""
        return None if self.box is None else Box(*self.box)


def labels_of_answers(answers: Mapping[str, Answer], vocabulary: Vocabulary) -> dict[str, LabelValue]:
    """A person's answers as labels of a data list; "unknown" answers are left out."""
    labels: dict[str, LabelValue] = {}
    for name, answer in answers.items():
        if answer.kind is AnswerKind.NOT_APPLICABLE:
            labels[name] = None
        elif answer.kind is AnswerKind.KNOWN:
            several = vocabulary.attribute(name).cardinality is Cardinality.SEVERAL
            labels[name] = answer.values if several else answer.values[0]
    return labels


def points_of_landmarks(landmarks: Iterable[Landmark]) -> dict[str, tuple[float, float, ListVisibility]]:
    """Landmarks as a data list holds them."""
    return {point.name: (point.x, point.y, _WORDS[point.visibility]) for point in landmarks}


def list_split(split: Split) -> ListSplit | None:
    """The data list's word for a split; None for a photo in none."""
    return _SPLITS.get(split)


def photo_root(path: Path, header: DataListHeader) -> Path:
    """The folder that the photos' paths of the list at `path` start from, absolute."""
    return (path.parent / header.root).absolute()


def write_data_list(path: Path, header: DataListHeader, photos: Iterable[DataListPhoto]) -> int:
    """Writes a list, streaming; the file appears only once it is whole. Returns the number of photos.

    Raises:
        OSError: the disk does not take it; an older file of the name stays.
    """
    encoder = msgspec.json.Encoder()
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    count = 0
    try:
        with partial.open("wb") as stream:
            stream.write(encoder.encode(header) + b"\n")
            for photo in photos:
                stream.write(encoder.encode(photo) + b"\n")
                count += 1
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return count


def read_data_list_header(path: Path) -> DataListHeader:
    """The header of a list.

    Raises:
        UserError: the file cannot be read, is no data list, or one of a newer program.
    """
    try:
        with path.open("rb") as stream:
            found = msgspec.json.decode(stream.readline(), type=dict[str, Any])
        if found.get("format") != DATA_LIST_FORMAT:
            msg = f"{path.name} is no data list of Fashion Studio; its first line does not say so."
            raise UserError(msg)
        if found.get("version") != DATA_LIST_VERSION:
            msg = f"The data list {path.name} was written by a newer program. Update this one."
            raise UserError(msg)
        return msgspec.convert(found, DataListHeader)
    except OSError as error:
        msg = f"The data list {path.name} cannot be read: {error.strerror or error}."
        raise UserError(msg) from error
    except msgspec.MsgspecError as error:
        msg = f"{path.name} is no data list of Fashion Studio: {error}."
        raise UserError(msg) from error


def read_data_list_photos(path: Path) -> Iterator[DataListPhoto]:
    """The photos of a list, one at a time.

    Raises:
        UserError: the file cannot be read, or a line is damaged; the message names it.
    """
    decoder = msgspec.json.Decoder(DataListPhoto)
    try:
        with path.open("rb") as stream:
            stream.readline()
            for number, line in enumerate(stream, start=2):
                if line.strip():
                    yield _photo(decoder, line, f"{path.name}, line {number}")
    except OSError as error:
        msg = f"The data list {path.name} cannot be read: {error.strerror or error}."
        raise UserError(msg) from error


def check_listed_photo(photo: DataListPhoto, vocabulary: Vocabulary) -> None:
    """Refuses labels that the vocabulary does not have.

    Raises:
        LabelError: an attribute, value or landmark is not the vocabulary's; the message names the photo.
    """
    for attribute in (*photo.labels, *photo.unknown):
        if not vocabulary.has(attribute):
            msg = f"{photo.file}: the vocabulary has no attribute “{attribute}”."
            raise LabelError(msg)
        names = vocabulary.attribute(attribute).value_names
        for value in (*photo.values(attribute), *photo.unknown.get(attribute, ())):
            if value not in names:
                msg = f"{photo.file}: “{value}” is not a value of {vocabulary.attribute(attribute).title}."
                raise LabelError(msg)
    for name in photo.landmarks:
        if name not in vocabulary.landmark_names:
            msg = f"{photo.file}: the vocabulary has no landmark “{name}”."
            raise LabelError(msg)


def _photo(decoder: msgspec.json.Decoder[DataListPhoto], line: bytes, where: str) -> DataListPhoto:
    try:
        photo = decoder.decode(line)
    except msgspec.MsgspecError as error:
        msg = f"{where}: this is no photo of a data list: {error}."
        raise UserError(msg) from error
    place = PurePosixPath(photo.file)
    if not photo.file or place.is_absolute() or ".." in place.parts or Path(photo.file).is_absolute():
        msg = f"{where}: “{photo.file}” does not lie below the list's folder of photos."
        raise UserError(msg)
    return photo
