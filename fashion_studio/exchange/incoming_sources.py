"""Opens any of the foreign formats by its name."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.exchange.class_folders import ClassFolders
from fashion_studio.exchange.coco_incoming import CocoKeypoints
from fashion_studio.exchange.csv_incoming import CsvTable
from fashion_studio.exchange.deepfashion import DeepFashionLists
from fashion_studio.exchange.deepfashion_fine import DeepFashionFine
from fashion_studio.exchange.fashion_how import FashionHow
from fashion_studio.exchange.incoming import ImportFormat

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.exchange.incoming import IncomingReport, IncomingSource

__all__ = ["SourceOptions", "open_source"]


@dataclass(frozen=True, slots=True)
class SourceOptions:
    """What a format may have to be told.

    Attributes:
        photos: the folder that the names in the files start from; None finds it.
        task: FASHION-HOW's sub-task where a folder holds both.
        class_names: the user's names of FASHION-HOW's classes.
        columns: for tables: what we call it → what the table calls it.
        encoding: for tables; empty for UTF-8.
        attribute: for a folder per class: what the folders' names are values of.
        further_attributes: for tables: names of columns that are attributes beside the vocabulary's.
    """

    photos: Path | None = None
    task: int | None = None
    class_names: Path | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    encoding: str = ""
    attribute: str = CATEGORY
    further_attributes: tuple[str, ...] = ()


def open_source(
    kind: ImportFormat,
    place: Path,
    report: IncomingReport,
    vocabulary: Vocabulary,
    options: SourceOptions | None = None,
) -> IncomingSource:
    """Opens a file or folder; the labels are read later.

    Args:
        kind: which format.
        place: the file or folder.
        report: told of what cannot be taken, now and while records are read.
        vocabulary: says which columns of a table are attributes and landmarks.
        options: what the format has to be told.

    Raises:
        UserError: the place is not there or does not hold the format.
        Cancelled: the report's `should_stop` said so.
    """
    options = options or SourceOptions()
    if not place.exists():
        msg = f"{place} is not there. Choose another file or folder."
        raise UserError(msg)
    if options.photos is not None and not options.photos.is_dir():
        msg = f"{options.photos} is not a folder. Choose the folder that the names of the photos start from."
        raise UserError(msg)
    photos = options.photos
    if kind is ImportFormat.CSV:
        return CsvTable(
            place,
            report,
            photos,
            attributes=(*(each.name for each in vocabulary.attributes), *options.further_attributes),
            landmarks=vocabulary.landmark_names,
            columns=options.columns,
            encoding=options.encoding,
        )
    if kind is ImportFormat.COCO:
        return CocoKeypoints(place, report, photos)
    if kind is ImportFormat.FASHION_HOW:
        return FashionHow(place, report, photos, task=options.task, class_names=options.class_names)
    if not place.is_dir():
        msg = f"{place.name} is a file. This format is a folder: choose it."
        raise UserError(msg)
    if kind is ImportFormat.DEEPFASHION:
        return DeepFashionLists(place, report, photos)
    if kind is ImportFormat.FINE26:
        return DeepFashionFine(place, report, photos)
    return ClassFolders(place, report, attribute=options.attribute)
