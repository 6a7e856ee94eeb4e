"""From a foreign file's words into a vocabulary's, by mapping files; what has no counterpart is counted.

A mapping file is TOML:

    title = "DeepFashion's names in the studio vocabulary"
    [attributes]                      # another name for an attribute whose values are called the same
    color = "colors"
    [values.category]                 # foreign attribute; each of its values may say several things
    Jeans = { category = "pants", fabric = "denim" }
    "Not sure" = {}                   # known, and left out on purpose
    [landmarks]
    "left collar" = "left_collar"

A value that no line names is taken if it is called exactly as a value of the vocabulary (letter case, spaces,
hyphens and underscores aside). Everything else is reported with its count: nothing is guessed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import msgspec

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Answer, AnswerKind
from fashion_studio.domain.vocabulary import Cardinality, Vocabulary
from fashion_studio.exchange.text_lines import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from fashion_studio.domain.labels import Landmark
    from fashion_studio.exchange.incoming import IncomingLabel, IncomingRecord, IncomingReport

__all__ = ["NameMapping", "TranslatedLabel", "Translator", "answers_of", "plain_name"]

_MAX_BYTES: Final = 4 << 20


@lru_cache(maxsize=10_000)
def plain_name(name: str) -> str:
    """A name without letter case, spaces, hyphens and underscores."""
    return "".join(letter for letter in name.casefold() if letter not in " -_\t\xa0")


@dataclass(frozen=True, slots=True)
class NameMapping:
    """A mapping file.

    Attributes:
        attributes: foreign attribute → ours.
        values: foreign attribute → foreign value → {our attribute: our value}.
        landmarks: foreign landmark → ours.
    """

    title: str = ""
    attributes: dict[str, str] = field(default_factory=dict)
    values: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)
    landmarks: dict[str, str] = field(default_factory=dict)

    @classmethod
    def from_file(cls, path: Path) -> NameMapping:
        """Reads a mapping file.

        Raises:
            UserError: it is missing, too large, not TOML, or no mapping.
        """
        with opened(path) as stream:
            data = stream.read(_MAX_BYTES + 1)
        if len(data) > _MAX_BYTES:
            msg = f"{path.name} is too large for a mapping."
            raise UserError(msg)
        try:
            return msgspec.convert(tomllib.loads(data.decode("utf-8-sig")), cls)
        except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.MsgspecError, RecursionError) as error:
            msg = f"{path.name} is no mapping: {error}."
            raise UserError(msg) from error

    def over(self, other: NameMapping) -> NameMapping:
        """This mapping's lines, and those of another where this one says nothing."""
        values = {name: dict(lines) for name, lines in other.values.items()}
        for name, lines in self.values.items():
            values[name] = values.get(name, {}) | lines
        return NameMapping(
            self.title or other.title,
            other.attributes | self.attributes,
            values,
            other.landmarks | self.landmarks,
        )


@dataclass(frozen=True, slots=True)
class TranslatedLabel:
    """What a record says of one of our attributes.

    Attributes:
        values: our values; of an attribute that takes one, several mean "one of these".
    """

    values: tuple[str, ...]
    kind: AnswerKind = AnswerKind.KNOWN


class Translator:
    """Puts records into a vocabulary's words."""

    def __init__(self, mapping: NameMapping, vocabulary: Vocabulary, report: IncomingReport) -> None:
        """Lines of the mapping about values that the vocabulary lacks make what they name unmapped."""
        self._vocabulary, self._report = vocabulary, report
        self._attributes = {plain_name(name): ours for name, ours in mapping.attributes.items()}
        self._values = {
            plain_name(name): {plain_name(value): dict(said) for value, said in lines.items()}
            for name, lines in mapping.values.items()
        }
        self._landmarks = {plain_name(name): ours for name, ours in mapping.landmarks.items()}
        self._landmarks |= {plain_name(name): name for name in vocabulary.landmark_names}
        self._own = {plain_name(attribute.name): attribute.name for attribute in vocabulary.attributes}
        self._known: dict[tuple[str, str], dict[str, str] | None] = {}

    def labels(self, record: IncomingRecord) -> dict[str, TranslatedLabel]:
        """Our labels of a record. Values that contradict each other are left out and counted."""
        said: dict[str, list[str]] = {}
        partial: dict[str, list[str]] = {}
        found: dict[str, TranslatedLabel] = {}
        for name, label in record.labels.items():
            if label.kind is not AnswerKind.KNOWN:
                ours = self._attribute(name)
                if ours is None:
                    self._report.add_unmapped(name, label.kind.value)
                else:
                    found[ours] = TranslatedLabel((), label.kind)
                continue
            for ours, values in self._said(name, label).items():
                one = self._vocabulary.attribute(ours).cardinality is Cardinality.ONE
                (partial if one and len(label.values) > 1 else said).setdefault(ours, []).extend(values)
        for ours, values in {**partial, **said}.items():
            different = tuple(dict.fromkeys(values))
            one = self._vocabulary.attribute(ours).cardinality is Cardinality.ONE
            if one and len(different) > 1 and ours in said:
                self._report.add("contradicting", f"{record.file}: {ours} {' / '.join(different)}")
            else:
                found.setdefault(ours, TranslatedLabel(different))
        return found

    def landmarks(self, record: IncomingRecord) -> tuple[Landmark, ...]:
        """Our landmarks of a record; those that the vocabulary does not have are counted."""
        points = []
        for point in record.landmarks:
            name = self._landmarks.get(plain_name(point.name))
            if name is None or name not in self._vocabulary.landmark_names:
                self._report.add_unmapped("landmark", point.name)
            else:
                points.append(point if point.name == name else replace(point, name=name))
        return tuple(points)

    def _said(self, attribute: str, label: IncomingLabel) -> dict[str, list[str]]:
        said: dict[str, list[str]] = {}
        for value in label.values:
            key = (attribute, value)
            if key not in self._known:
                self._remember(key)
            pairs = self._known[key]
            if pairs is None:
                self._report.add_unmapped(attribute, value)
            elif not pairs:
                self._report.add("left_out", f"{attribute}: {value}")
            for ours, our_value in (pairs or {}).items():
                said.setdefault(ours, []).append(our_value)
        return said

    def _remember(self, key: tuple[str, str]) -> None:
        if len(self._known) > 50_000:  # free text in a label column
            self._known.clear()
        self._known[key] = self._pairs(*key)

    def _pairs(self, attribute: str, value: str) -> dict[str, str] | None:
        line = self._values.get(plain_name(attribute), {}).get(plain_name(value))
        if line is not None:
            fits = all(
                self._vocabulary.has(ours) and our_value in self._vocabulary.attribute(ours).value_names
                for ours, our_value in line.items()
            )
            return line if fits else None
        ours = self._attribute(attribute)
        if ours is None:
            return None
        for candidate in self._vocabulary.attribute(ours).values:
            if plain_name(value) in {plain_name(candidate.name), plain_name(candidate.title)}:
                return {ours: candidate.name}
        return None

    def _attribute(self, name: str) -> str | None:
        ours = self._attributes.get(plain_name(name)) or self._own.get(plain_name(name))
        return ours if ours is not None and self._vocabulary.has(ours) else None


def answers_of(
    labels: Mapping[str, TranslatedLabel], file: str, vocabulary: Vocabulary, report: IncomingReport
) -> dict[str, Answer]:
    """Labels as answers of a person; "one of these" has no place there and is counted."""
    answers: dict[str, Answer] = {}
    for name, label in labels.items():
        one = vocabulary.attribute(name).cardinality is Cardinality.ONE
        if label.kind is not AnswerKind.KNOWN:
            answers[name] = Answer(label.kind)
        elif one and len(label.values) > 1:
            report.add("several", f"{file}: {name} {_joined(label.values)}")
        elif label.values:
            answers[name] = Answer.of(*label.values)
    return answers


def _joined(values: Iterable[Any]) -> str:
    return " / ".join(str(value) for value in values)
