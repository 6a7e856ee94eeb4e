"""Labels that a person made by eye for photos that the project does not carry, by hash of the photo's bytes.

One JSON object per line: `sha256`, `width`, `height` (upright), `category`, and any of `labels` (attribute →
value), `colors` (main one first), `landmarks` (name → [x, y, visibility], pixels of the upright photo) and
`outline` (polygon of the garment, likewise).
"""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import cv2
import msgspec
import numpy as np

from fashion_studio.domain.errors import LabelError
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.imaging.letterbox import letterbox_frame
from fashion_studio.learning.labels import value_slices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.labels import Labels

__all__ = ["EyeLabel", "file_hashes", "lay_over", "read_eye_labels"]

MIN_OUTLINE_POINTS: Final = 3
GARMENT: Final = 255
OUTLINE_WEIGHT: Final = 0.9
"""A polygon of some twenty points is nearly a mask: not sure enough to cut the garment out by."""


class EyeLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was seen on one photo; what is absent could not be told."""

    sha256: str
    width: int
    height: int
    category: str
    labels: dict[str, str] = {}
    colors: tuple[str, ...] = ()
    landmarks: dict[str, tuple[float, float, str]] = {}
    outline: tuple[tuple[float, float], ...] = ()


def read_eye_labels(paths: Iterable[Path], vocabulary: Vocabulary) -> dict[str, EyeLabel]:
    """Reads files of eye labels; what several say of one photo is joined, the later file wins.

    Raises:
        LabelError: a line is no such object, or says what the vocabulary does not have; names file and line.
    """
    found: dict[str, EyeLabel] = {}
    for path in paths:
        for number, line in enumerate(path.read_bytes().splitlines(), start=1):
            try:
                label = msgspec.json.decode(line, type=EyeLabel)
                _check(label, vocabulary)
            except (msgspec.MsgspecError, LabelError) as error:
                msg = f"{path.name}, line {number}: {error}"
                raise LabelError(msg) from error
            known = found.get(label.sha256)
            found[label.sha256] = label if known is None else _joined(known, label)
    return found


def _joined(known: EyeLabel, new: EyeLabel) -> EyeLabel:
    return msgspec.structs.replace(
        known,
        labels=known.labels | new.labels,
        colors=new.colors or known.colors,
        landmarks=known.landmarks | new.landmarks,
        outline=new.outline or known.outline,
    )


def _check(label: EyeLabel, vocabulary: Vocabulary) -> None:
    named = [(CATEGORY, label.category), *label.labels.items(), *((COLORS, color) for color in label.colors)]
    attributes = {attribute.name: attribute for attribute in vocabulary.attributes}
    for name, value in named:
        if name not in attributes or value not in attributes[name].value_names:
            msg = f"the vocabulary has no {name} “{value}”"
            raise LabelError(msg)
    names = {point.name for point in vocabulary.landmarks}
    for name, (x, y, visibility) in label.landmarks.items():
        if name not in names or visibility.upper() not in Visibility.__members__:
            msg = f"the vocabulary has no landmark “{name}” that is “{visibility}”"
            raise LabelError(msg)
        if not (0 <= x <= label.width and 0 <= y <= label.height):
            msg = f"{name} lies outside the photo"
            raise LabelError(msg)


def file_hashes(paths: Sequence[Path]) -> tuple[str, ...]:
    """SHA-256 of each file's bytes, in hexadecimal."""
    hashes = []
    for path in paths:
        with path.open("rb") as file:
            hashes.append(hashlib.file_digest(file, "sha256").hexdigest())
    return tuple(hashes)


def lay_over(
    pictures: PictureSet,
    hashes: Sequence[str],
    eye: Mapping[str, EyeLabel],
    vocabulary: Vocabulary,
) -> tuple[PictureSet, NDArray[np.int64]]:
    """The same pictures with what a person saw in place of anything else that was thought of them.

    Args:
        pictures: N pictures.
        hashes: N, of the photos' bytes.
        eye: by hash.
        vocabulary: of the labels.

    Returns:
        The pictures, and the rows that a person has looked at, (M,) int64.
    """
    labels = pictures.labels.take(np.arange(len(pictures)))
    masks = np.array(pictures.masks)
    side_px = pictures.squares.shape[1]
    seen = [row for row, digest in enumerate(hashes) if digest in eye]
    for row in seen:
        label = eye[hashes[row]]
        _lay_values(labels, row, label, vocabulary)
        _lay_places(labels, masks, row, label, vocabulary, side_px)
    return replace(pictures, labels=labels, masks=masks), np.array(seen, np.int64)


def _lay_values(labels: Labels, row: int, label: EyeLabel, vocabulary: Vocabulary) -> None:
    parts = value_slices(vocabulary)
    for name, value in label.labels.items():
        attribute = vocabulary.attribute(name)
        labels.allowed[row, parts[name]] = np.arange(len(attribute.values)) == attribute.index(value)
    if label.colors:
        colors = vocabulary.attribute(COLORS)
        labels.colors_known[row] = True
        labels.colors[row] = 0.0
        for color in label.colors:
            labels.colors[row, colors.index(color)] = 1.0
        labels.main_color[row] = colors.index(label.colors[0])


def _lay_places(
    labels: Labels,
    masks: NDArray[np.uint8],
    row: int,
    label: EyeLabel,
    vocabulary: Vocabulary,
    side_px: int,
) -> None:
    _, _, to_square = letterbox_frame(label.width, label.height, side_px)
    for name, (x, y, visibility) in label.landmarks.items():
        index = vocabulary.landmark_index(name)
        state = Visibility[visibility.upper()]
        labels.visibility[row, index] = np.arange(len(Visibility)) == state
        there = state is not Visibility.ABSENT
        labels.point_weights[row, index] = 1.0 if there else 0.0
        labels.points[row, index] = to_square.apply(np.array([x, y])) if there else 0.0
    if len(label.outline) >= MIN_OUTLINE_POINTS:
        polygon = to_square.apply(np.array(label.outline, np.float64))
        masks[row] = 0
        cv2.fillPoly(masks[row], [np.rint(polygon - 0.5).astype(np.int32)], GARMENT)
        labels.mask_weight[row] = OUTLINE_WEIGHT
