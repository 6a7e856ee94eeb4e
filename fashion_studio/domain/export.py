"""What leaves a project: one record per photo, complete enough for every exchange format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Answer, Landmark, Split, Status
    from fashion_studio.domain.predictions import Prediction

__all__ = ["ExportRecord"]


@dataclass(frozen=True, slots=True)
class ExportRecord:
    """One photo with everything a person and the model said of it.

    Attributes:
        file_name: path relative to its declared folder, with forward slashes; unique inside one root only.
        path: where the file is now (or was last seen, if `missing`).
        width_px, height_px: of the upright image; all coordinates are in its pixels.
        answers: a person's, by attribute; no entry means not set.
        landmarks: a person's, by name; no entry means not set.
        box: a person's.
        prediction: the current model's, if it has been made.
        other_paths: further places of the same photo.
        edited_from: file name of the photo that an edit made this one of; None for a photo.
        part_hash: content from which its part of the data set follows where no split is given.
    """

    item_id: int
    file_name: str
    path: Path
    content_hash: str
    width_px: int
    height_px: int
    split: Split
    status: Status
    answers: Mapping[str, Answer]
    landmarks: Mapping[str, Landmark]
    box: Box | None
    prediction: Prediction | None
    flagged: bool
    note: str
    missing: bool = False
    other_paths: tuple[Path, ...] = ()
    edited_from: str | None = None
    part_hash: str = ""
