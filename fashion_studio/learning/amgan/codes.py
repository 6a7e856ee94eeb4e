"""Labels of pictures as numbers: which value an edited attribute has, or that it is not to be edited."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.amgan.pairs import EDITED

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["OTHER", "UNKNOWN", "codes_of_photo", "codes_of_variants"]

UNKNOWN: Final = -1
"""Nobody has said it: never edited, never judged, matches any reference."""

OTHER: Final = -2
"""Known, and none of the editor's values, such as the sleeves of trousers: never edited, matches its like."""


def codes_of_photo(
    photo: DataListPhoto, attributes: Mapping[str, tuple[str, ...]], vocabulary: Vocabulary
) -> NDArray[np.int64]:
    """(M,) codes of what a data list says; of an attribute that takes several the main value."""
    return np.array(
        [_listed_code(photo, name, values, vocabulary) for name, values in attributes.items()], np.int64
    )


def codes_of_variants(
    values: NDArray[np.int8], attributes: Mapping[str, tuple[str, ...]]
) -> NDArray[np.int64]:
    """(V, M) codes of rendered variants, whose `VariantSet.values` count in `pairs.EDITED`.

    An attribute that is not rendered in variants is unknown throughout.
    """
    found = np.full((len(values), len(attributes)), UNKNOWN, np.int64)
    rendered = list(EDITED)
    for at, (name, wanted) in enumerate(attributes.items()):
        if name in EDITED:
            codes = np.array([*(_code(value, wanted) for value in EDITED[name]), OTHER], np.int64)
            found[:, at] = codes[values[:, rendered.index(name)]]  # -1, none of them, is the last
    return found


def _listed_code(photo: DataListPhoto, name: str, values: Sequence[str], vocabulary: Vocabulary) -> int:
    if name not in photo.labels:
        return UNKNOWN
    given = photo.values(name)
    if not given:
        return OTHER
    if len(given) > 1 and vocabulary.attribute(name).cardinality is Cardinality.ONE:
        return UNKNOWN  # "one of these"
    return _code(given[0], values)


def _code(value: str | None, values: Sequence[str]) -> int:
    if value is None:
        return UNKNOWN
    return values.index(value) if value in values else OTHER
