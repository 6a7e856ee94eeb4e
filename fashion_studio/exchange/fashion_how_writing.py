"""Writes data sets as FASHION-HOW's tables of season 5, with the file that names the classes."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING, Final

import tomli_w

from fashion_studio.exchange.fashion_how import HEADS
from fashion_studio.exchange.layouts import part_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fashion_studio.exchange.atomic import AtomicFiles
    from fashion_studio.exchange.incoming import IncomingRecord

__all__ = ["CLASS_NAMES", "FashionHowWriter"]

CLASS_NAMES: Final = "class_names.toml"

_BOX: Final = ("BBox_xmin", "BBox_ymin", "BBox_xmax", "BBox_ymax")


class FashionHowWriter:
    """The tables of both sub-tasks; photos lie in a folder for each part, names start from there."""

    def __init__(self, files: AtomicFiles, folder: Path, classes: Mapping[str, Sequence[str]]) -> None:
        """Begins the tables.

        Args:
            files: where they appear on commit.
            folder: the data set's.
            classes: head ("Daily") → names in the order of their numbers.
        """
        self._classes = {head: list(names) for head, names in classes.items()}
        self._tables = {}
        for task, heads in HEADS.items():
            for part in ("train", "val", "test"):
                table = csv.writer(files.open(folder / f"Fashion-How24_sub{task}_{part}.csv"))
                table.writerow(["image_name", *_BOX, *heads])
                self._tables[task, part] = table
        files.open(folder / CLASS_NAMES).write(tomli_w.dumps(self._classes))

    def add(self, record: IncomingRecord) -> None:
        """Adds a photo to the tables of its part; `record.file` begins with the part's folder."""
        part = part_name(record.split)
        box = record.box
        corners = [0, 0, 0, 0] if box is None else [box.x, box.y, box.right, box.bottom]
        for task, heads in HEADS.items():
            numbers = [
                self._classes[head].index(record.labels[head.lower()].values[0])
                if head.lower() in record.labels
                else ""
                for head in heads
            ]
            name = record.file.removeprefix(f"{part}/")
            self._tables[task, part].writerow([name, *map(round, corners), *numbers])

    def finish(self) -> None:
        """The tables are complete after every row; nothing is left to do but to commit them."""
