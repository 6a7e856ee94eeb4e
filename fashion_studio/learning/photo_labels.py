"""From a data list's labels to the arrays that losses and figures are computed from. Unknown stays unknown.

Per photo, with `h` for an attribute of V values and K landmarks of the vocabulary:

    allowed.h     (V,) bool: the possible values of a one-valued attribute; all True is unknown, several True
                  a partial label
    present.h     (V,) float32: 1 where a value of a several-valued attribute is there
    known.h       (V,) bool: where present.h says something
    main.h        () int64: index of the first value given, -1 for none
    points        (K, 2) float32 x, y, first in upright image pixels, later in input pixels
    point_weight  (K,) float32: how far the position is to be believed, 0 where absent or unknown
    visibility    (K, 3) bool: the possible states of each landmark; all True is unknown
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, Cardinality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Attribute, Vocabulary

__all__ = ["LabelEncoder"]


class LabelEncoder:
    """Encodes photos of one vocabulary; see the module's text."""

    def __init__(self, vocabulary: Vocabulary, heads: Sequence[str]) -> None:
        self.vocabulary = vocabulary
        self.attributes = tuple(vocabulary.attribute(name) for name in heads)
        self._places = {
            attribute.name: {value: place for place, value in enumerate(attribute.value_names)}
            for attribute in self.attributes
        }
        self._has_category = vocabulary.has(CATEGORY)

    def encode(self, photo: DataListPhoto) -> dict[str, NDArray[np.generic]]:
        """A photo's labels as arrays.

        Attributes that the photo's category does not have take their value by kind (pants have no sleeves),
        and landmarks that it does not have are absent, where nothing else was said.
        """
        arrays = self.nothing_known()
        kinds = photo.values(CATEGORY) if self._has_category else ()
        category = kinds[0] if len(kinds) == 1 else None
        for attribute in self.attributes:
            name = attribute.name
            if attribute.cardinality is Cardinality.ONE:
                applies = self.vocabulary.applies(name, category)
                if chosen := _possible(photo, attribute, applies=applies):
                    arrays[f"allowed.{name}"] = self._flags(attribute, chosen)
            elif photo.labels.get(name) is not None:
                values = photo.values(name)
                arrays[f"present.{name}"] = self._flags(attribute, values).astype(np.float32)
                arrays[f"known.{name}"] = ~self._flags(attribute, photo.unknown.get(name, ()))
                if values:
                    arrays[f"main.{name}"] = np.array(self._places[name][values[0]], np.int64)
        _place_points(photo, self.vocabulary, category, arrays)
        return arrays

    def nothing_known(self) -> dict[str, NDArray[np.generic]]:
        """The arrays of a photo without any label."""
        arrays: dict[str, NDArray[np.generic]] = {}
        for attribute in self.attributes:
            count = len(attribute.values)
            if attribute.cardinality is Cardinality.ONE:
                arrays[f"allowed.{attribute.name}"] = np.ones(count, bool)
            else:
                arrays[f"present.{attribute.name}"] = np.zeros(count, np.float32)
                arrays[f"known.{attribute.name}"] = np.zeros(count, bool)
                arrays[f"main.{attribute.name}"] = np.array(-1, np.int64)
        landmarks = len(self.vocabulary.landmarks)
        arrays["points"] = np.zeros((landmarks, 2), np.float32)
        arrays["point_weight"] = np.zeros(landmarks, np.float32)
        arrays["visibility"] = np.ones((landmarks, len(Visibility)), bool)
        return arrays

    def _flags(self, attribute: Attribute, values: Sequence[str]) -> NDArray[np.bool_]:
        flags = np.zeros(len(attribute.values), bool)
        places = self._places[attribute.name]
        flags[[places[value] for value in values]] = True
        return flags


def _possible(photo: DataListPhoto, attribute: Attribute, *, applies: bool) -> tuple[str, ...]:
    given = photo.values(attribute.name)
    if given:
        return given
    by_kind = attribute.otherwise
    if by_kind is None:
        return ()
    if attribute.name in photo.labels or not applies:
        return (by_kind,)
    return ()


def _place_points(
    photo: DataListPhoto,
    vocabulary: Vocabulary,
    category: str | None,
    arrays: dict[str, NDArray[np.generic]],
) -> None:
    points, weights = np.zeros_like(arrays["points"]), np.zeros_like(arrays["point_weight"])
    states = np.ones_like(arrays["visibility"])
    for index, point in enumerate(vocabulary.landmarks):
        if category is not None and not vocabulary.landmark_applies(point.name, category):
            states[index] = [state is Visibility.ABSENT for state in Visibility]
    for landmark in photo.points():
        index = vocabulary.landmark_index(landmark.name)
        states[index] = [state is landmark.visibility for state in Visibility]
        if landmark.visibility is not Visibility.ABSENT:
            points[index] = (landmark.x, landmark.y)
            weights[index] = 1.0
    arrays |= {"points": points, "point_weight": weights, "visibility": states}
