"""One small record per photo that holds everything a filter, an order or a tile asks for.

The record is kept in `item.summary` (derived, in the same transaction as the fact) and in memory as one
array, so that a project of 100,000 photos opens with one query and no filter ever touches the database.
Answers are codes: 0 not set, 1 unknown, 2 does not apply, 3 and up the vocabulary's values in their order.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.domain.labels import AnswerKind, Split, Status
from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN, UNSET, Agreement
from fashion_studio.domain.vocabulary import CATEGORY, COLORS, Cardinality

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.domain.vocabulary import Attribute, Vocabulary

__all__ = ["AGREEMENTS", "CODE_FIRST_VALUE", "SPLITS", "STATUSES", "Records", "SummaryLayout"]

Records = np.ndarray[Any, np.dtype[np.void]]
"""An array of summary records."""

STATUSES: Final = tuple(Status)
SPLITS: Final = tuple(Split)
AGREEMENTS: Final = (Agreement.OPEN, Agreement.AGREES, Agreement.DISAGREES)
CODE_FIRST_VALUE: Final = 3

_SPECIAL: Final = {UNSET: 0, UNKNOWN: 1, NOT_APPLICABLE: 2}
_KINDS: Final = {AnswerKind.UNKNOWN: 1, AnswerKind.NOT_APPLICABLE: 2}
_WORD_BITS: Final = 64


class SummaryLayout:
    """Which place of a record holds what, for one vocabulary.

    Attributes:
        dtype: of one record; packed, little-endian, so that its bytes mean the same on every machine.
        single: attributes in the order of the columns of `person` and `model` (all of them; for an attribute
            that takes several values the column holds the main one).
        several: attributes that take several values, in the order of the bit sets; bit i is value i.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        """Lays the record out for this vocabulary."""
        self.vocabulary = vocabulary
        self.single: tuple[Attribute, ...] = vocabulary.attributes
        self.several = tuple(a for a in self.single if a.cardinality is Cardinality.SEVERAL)
        self._column = {attribute.name: i for i, attribute in enumerate(self.single)}
        self._set_start: dict[str, int] = {}
        words = 0
        for attribute in self.several:
            self._set_start[attribute.name] = words
            words += _words(attribute)
        largest = max((len(a.values) for a in self.single), default=0) + CODE_FIRST_VALUE
        code = "<u1" if largest <= np.iinfo(np.uint8).max else "<u2"
        columns = len(self.single)
        self.dtype = np.dtype(
            [
                ("status", "<u1"),
                ("split", "<u1"),
                ("flagged", "?"),
                ("missing", "?"),
                ("failed", "?"),
                ("noted", "?"),
                ("landmarks", "<u1"),
                ("agreement", "<u1"),
                ("disagreements", "<u2"),
                ("confidence", "<f4"),
                ("changed_us", "<i8"),
                ("date_us", "<i8"),
                ("width_px", "<u4"),
                ("height_px", "<u4"),
                ("person", code, (columns,)),
                ("model", code, (columns,)),
                ("person_sets", "<u8", (words,)),
                ("model_sets", "<u8", (words,)),
            ]
        )

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever stored records would no longer be read right."""
        values = [(a.name, a.cardinality.value, a.value_names) for a in self.single]
        text = repr((self.dtype.descr, values))
        return blake2b(text.encode(), digest_size=8).hexdigest()

    def column(self, attribute: str) -> int:
        """Column of an attribute in `person` and `model`; KeyError for a name that does not exist."""
        return self._column[attribute]

    def has_set(self, attribute: str) -> bool:
        """Whether the attribute takes several values."""
        return attribute in self._set_start

    def bit(self, attribute: str, value: str) -> tuple[int, int]:
        """(word, mask) of a value in the bit sets."""
        index = self.single[self._column[attribute]].index(value)
        return self._set_start[attribute] + index // _WORD_BITS, 1 << (index % _WORD_BITS)

    @cached_property
    def _codes(self) -> dict[str, dict[str, int]]:
        return {
            a.name: {name: CODE_FIRST_VALUE + place for place, name in enumerate(a.value_names)} | _SPECIAL
            for a in self.single
        }

    def code(self, attribute: str, value: str) -> int:
        """Code of a value or of UNSET, UNKNOWN, NOT_APPLICABLE; of a value that is gone: not set."""
        return self._codes[attribute].get(value, 0)

    def value(self, attribute: str, code: int) -> str | None:
        """Name of the value behind a code, None for the three codes that are no value."""
        if code < CODE_FIRST_VALUE:
            return None
        return self.single[self._column[attribute]].values[code - CODE_FIRST_VALUE].name

    def blank(self, count: int) -> Records:
        """Records of photos of which nothing is known yet."""
        records: Records = np.zeros(count, dtype=self.dtype)
        records["confidence"] = np.nan
        return records

    def set_answer(self, records: Records, at: NDArray[np.intp], attribute: str, answer: Any) -> None:
        """Writes one answer (journal form, or None) into the records at these places."""
        column = self._column.get(attribute)
        if column is None:  # an attribute of an earlier vocabulary: kept in the database, not filtered by
            return
        code, values = 0, ()
        if answer is not None:
            kind, values = AnswerKind(answer["kind"]), answer["values"]
            code = self.code(attribute, values[0]) if values else _KINDS[kind]
        records["person"][at, column] = code
        self._set_bits(records["person_sets"], at, attribute, values)

    def set_prediction(self, record: np.void, prediction: Prediction | None) -> None:
        """Writes what the model says into one record."""
        record["model_sets"] = 0
        record["confidence"] = np.nan
        codes = [0] * len(self.single)
        record["model"] = codes
        if prediction is None:
            return
        for name, said in prediction.attributes.items():
            if name in self._column:
                codes[self._column[name]] = self.code(name, said.value)
        if CATEGORY in prediction.attributes:
            record["confidence"] = prediction.attributes[CATEGORY].confidence
        colors = tuple(color.name for color in prediction.colors_predicted)
        if COLORS in self._column and colors:
            codes[self._column[COLORS]] = self.code(COLORS, colors[0])
            sets = record["model_sets"].reshape(1, -1)
            self._set_bits(sets, np.zeros(1, dtype=np.intp), COLORS, colors)
            record["model_sets"] = sets[0]
        record["model"] = codes

    def compare(self, records: Records, at: NDArray[np.intp]) -> None:
        """Computes agreement and disagreements of the records at these places.

        An attribute disagrees where a person's known value and the model's differ, for colours the main one.
        A photo is open where there is nothing to compare.
        """
        person, model = records["person"][at], records["model"][at]
        comparable = (person >= CODE_FIRST_VALUE) & (model >= CODE_FIRST_VALUE)
        differing = np.count_nonzero(comparable & (person != model), axis=1)
        records["disagreements"][at] = differing
        records["agreement"][at] = np.where(differing > 0, 2, comparable.any(axis=1))

    def _set_bits(
        self, sets: NDArray[np.uint64], at: NDArray[np.intp], attribute: str, values: Mapping[str, Any] | Any
    ) -> None:
        start = self._set_start.get(attribute)
        if start is None:
            return
        words = [0] * _words(self.single[self._column[attribute]])
        for value in values:
            index = self._codes[attribute].get(value, 0) - CODE_FIRST_VALUE
            if index >= 0:
                words[index // _WORD_BITS] |= 1 << (index % _WORD_BITS)
        sets[at, start : start + len(words)] = np.array(words, dtype=np.uint64)


def _words(attribute: Attribute) -> int:
    return -(-len(attribute.values) // _WORD_BITS)
