"""What is known of each training picture, as arrays: full, partial and missing labels in one form.

A softmax head's label is the set of values that are possible. One value is a full label, all values are no
label, anything between is what follows weakly from the photo's class ("a polo has a collar").
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

import numpy as np

from fashion_studio.domain.errors import LabelError
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS, Cardinality

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Affine
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.rendering.spec import Rendering

__all__ = ["Labels", "PartialLabels", "label_photo", "label_rendering", "value_slices"]

PartialLabels = dict[str, dict[str, list[str]]]
"""Category → attribute → the values that a photo of this category can have."""

STATES = len(Visibility)


def value_slices(vocabulary: Vocabulary) -> dict[str, slice]:
    """Where each single-valued attribute's values lie in `Labels.allowed`, in the vocabulary's order."""
    slices: dict[str, slice] = {}
    start = 0
    for attribute in vocabulary.attributes:
        if attribute.cardinality is Cardinality.ONE:
            slices[attribute.name] = slice(start, start + len(attribute.values))
            start += len(attribute.values)
    return slices


@dataclass(slots=True)
class Labels:
    """Labels of N pictures, K landmarks.

    Attributes:
        allowed: (N, values) bool, the possible values of all single-valued attributes side by side.
        colors: (N, C) float32, 1 where the colour is there; `colors_known` (N, C) bool says where to look.
        main_color: (N,) int64, index of the main colour or -1.
        points: (N, K, 2) float32 in the cached square's pixels, 0 where unknown.
        point_weights: (N, K) float32, how far the position is to be believed, 0 to 1.
        visibility: (N, K, 3) bool, the possible states of each landmark.
        mask_weight: (N,) float32, how far the cached mask is to be believed, 0 for no mask.
        extent: (N, 2) float32, width and height of the picture inside the cached square.
    """

    allowed: NDArray[np.bool_]
    colors: NDArray[np.float32]
    colors_known: NDArray[np.bool_]
    main_color: NDArray[np.int64]
    points: NDArray[np.float32]
    point_weights: NDArray[np.float32]
    visibility: NDArray[np.bool_]
    mask_weight: NDArray[np.float32]
    extent: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.allowed)

    @classmethod
    def unknown(cls, vocabulary: Vocabulary, count: int) -> Self:
        """Labels that say nothing: every value possible, no point, no mask."""
        values = max(part.stop for part in value_slices(vocabulary).values())
        colors = len(vocabulary.attribute(COLORS).values)
        points = len(vocabulary.landmarks)
        return cls(
            allowed=np.ones((count, values), bool),
            colors=np.zeros((count, colors), np.float32),
            colors_known=np.zeros((count, colors), bool),
            main_color=np.full(count, -1, np.int64),
            points=np.zeros((count, points, 2), np.float32),
            point_weights=np.zeros((count, points), np.float32),
            visibility=np.ones((count, points, STATES), bool),
            mask_weight=np.zeros(count, np.float32),
            extent=np.ones((count, 2), np.float32),
        )

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """All arrays by name."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def take(self, index: NDArray[np.int64] | Sequence[int]) -> Labels:
        """The labels of some pictures."""
        return Labels(**{name: array[index] for name, array in self.arrays().items()})  # type: ignore[arg-type]

    @classmethod
    def joined(cls, parts: Sequence[Labels]) -> Labels:
        """The labels of several sets, one after the other."""
        names = [field.name for field in fields(cls)]
        return cls(**{name: np.concatenate([getattr(part, name) for part in parts]) for name in names})

    def save(self, path: Path) -> None:
        """Writes an npz file."""
        np.savez(path, **self.arrays())  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: Path) -> Labels:
        """Reads an npz file (no pickles)."""
        with np.load(path, allow_pickle=False) as data:
            return cls(**{field.name: data[field.name] for field in fields(cls)})


def label_photo(
    vocabulary: Vocabulary, category: str | None, partial: Mapping[str, Mapping[str, Sequence[str]]]
) -> Labels:
    """What follows from a photo's class alone.

    The class itself; attributes that do not apply to it take their value "by kind" (pants have no sleeves);
    the recipe's table of possible values; landmarks the garment does not have are absent, those it has are
    there, seen or covered.

    Raises:
        LabelError: the table names a value that the vocabulary does not have.
    """
    labels = Labels.unknown(vocabulary, 1)
    if category is None:
        return labels
    parts = value_slices(vocabulary)
    possible: dict[str, tuple[str, ...]] = {CATEGORY: (category,)}
    for attribute in vocabulary.attributes:
        if attribute.otherwise is not None:
            applies = vocabulary.applies(attribute.name, category)
            rest = tuple(name for name in attribute.value_names if name != attribute.otherwise)
            possible[attribute.name] = rest if applies else (attribute.otherwise,)
    possible |= {name: tuple(values) for name, values in partial.get(category, {}).items()}
    for name, values in possible.items():
        _allow(labels, 0, vocabulary, parts, name, values)
    for index, point in enumerate(vocabulary.landmarks):
        here = vocabulary.landmark_applies(point.name, category)
        labels.visibility[0, index] = [here, here, not here]
    return labels


def label_rendering(vocabulary: Vocabulary, rendering: Rendering, to_square: Affine) -> Labels:
    """The exact truth of a rendering; `to_square` maps its pixels to the cached square."""
    labels = Labels.unknown(vocabulary, 1)
    parts = value_slices(vocabulary)
    for name, value in ({CATEGORY: rendering.category} | rendering.attributes).items():
        _allow(labels, 0, vocabulary, parts, name, (value,))
    colors = vocabulary.attribute(COLORS)
    labels.colors_known[:] = True
    for color in rendering.colors:
        labels.colors[0, colors.index(color)] = 1.0
    if rendering.colors:
        labels.main_color[0] = colors.index(rendering.colors[0])
    for landmark in rendering.landmarks:
        index = vocabulary.landmark_index(landmark.name)
        labels.visibility[0, index] = np.arange(STATES) == int(landmark.visibility)
        if landmark.visibility is not Visibility.ABSENT:
            labels.points[0, index] = to_square.apply(np.array([landmark.x, landmark.y]))
            labels.point_weights[0, index] = 1.0
    labels.mask_weight[:] = 1.0
    height, width = rendering.image.shape[:2]
    labels.extent[0] = (width * to_square.scale_x, height * to_square.scale_y)
    return labels


def _allow(
    labels: Labels,
    row: int,
    vocabulary: Vocabulary,
    parts: Mapping[str, slice],
    attribute: str,
    values: Sequence[str],
) -> None:
    if attribute not in parts or not values:
        msg = f"The partial labels for “{attribute}” name no values, or it is no single-valued attribute."
        raise LabelError(msg)
    chosen = np.zeros(parts[attribute].stop - parts[attribute].start, bool)
    for value in values:
        chosen[vocabulary.attribute(attribute).index(value)] = True
    labels.allowed[row, parts[attribute]] = chosen
