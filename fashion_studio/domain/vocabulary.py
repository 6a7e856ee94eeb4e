"""Vocabularies: which attributes, values and landmarks exist. Read from TOML, checked on the way in."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["CATEGORY", "COLORS", "Attribute", "Cardinality", "LandmarkPoint", "Value", "Vocabulary"]

CATEGORY: Final = "category"
COLORS: Final = "colors"


class Cardinality(StrEnum):
    """How many values an attribute takes on one garment."""

    ONE = "one"
    SEVERAL = "several"


@dataclass(frozen=True, slots=True)
class Value:
    """One value of an attribute. `rgb` only for colours."""

    name: str
    title: str
    help: str = ""
    rgb: tuple[int, int, int] | None = None


@dataclass(frozen=True)
class Attribute:
    """One question about a garment.

    Attributes:
        applies_to: categories it is asked for; empty means all.
        otherwise: the value that holds by kind for every other category ("none"), or None.
    """

    name: str
    title: str
    key: str
    cardinality: Cardinality
    values: tuple[Value, ...]
    help: str = ""
    applies_to: tuple[str, ...] = ()
    otherwise: str | None = None

    @cached_property
    def value_names(self) -> tuple[str, ...]:
        """Names of the values in their fixed order."""
        return tuple(value.name for value in self.values)

    def index(self, value: str) -> int:
        """Position of a value.

        Raises:
            VocabularyError: no such value.
        """
        try:
            return self.value_names.index(value)
        except ValueError:
            msg = f"“{value}” is not a value of {self.name}."
            raise VocabularyError(msg) from None


@dataclass(frozen=True, slots=True)
class LandmarkPoint:
    """One named point. `side` is the picture's: left, right or middle; `mirror` the name after a flip."""

    name: str
    title: str
    side: str
    mirror: str
    help: str = ""
    applies_to: tuple[str, ...] = ()


@dataclass(frozen=True)
class Vocabulary:
    """Attributes (category first), landmarks in their fixed order, and the skeleton's edges by name."""

    name: str
    title: str
    version: int
    attributes: tuple[Attribute, ...]
    landmarks: tuple[LandmarkPoint, ...]
    skeleton: tuple[tuple[str, str], ...]
    source: Mapping[str, Any] = field(repr=False, compare=False, default_factory=dict)

    @cached_property
    def _by_name(self) -> dict[str, Attribute]:
        return {attribute.name: attribute for attribute in self.attributes}

    @cached_property
    def landmark_names(self) -> tuple[str, ...]:
        """Names in their fixed order."""
        return tuple(point.name for point in self.landmarks)

    def has(self, name: str) -> bool:
        """Whether an attribute of this name exists."""
        return name in self._by_name

    def attribute(self, name: str) -> Attribute:
        """The attribute of this name.

        Raises:
            VocabularyError: no such attribute.
        """
        try:
            return self._by_name[name]
        except KeyError:
            msg = f"The vocabulary “{self.title}” has no attribute “{name}”."
            raise VocabularyError(msg) from None

    def landmark_index(self, name: str) -> int:
        """Position of a landmark.

        Raises:
            VocabularyError: no such landmark.
        """
        try:
            return self.landmark_names.index(name)
        except ValueError:
            msg = f"The vocabulary “{self.title}” has no landmark “{name}”."
            raise VocabularyError(msg) from None

    def mirror_order(self) -> tuple[int, ...]:
        """Index of each landmark's partner, for a horizontal flip."""
        return tuple(self.landmark_index(point.mirror) for point in self.landmarks)

    def applies(self, attribute: str, category: str | None) -> bool:
        """Whether the attribute is asked for this category; an unknown category hides nothing."""
        kinds = self.attribute(attribute).applies_to
        return not kinds or category is None or category in kinds

    def landmark_applies(self, landmark: str, category: str | None) -> bool:
        """Whether a garment of this category has the landmark; an unknown category has all."""
        kinds = self.landmarks[self.landmark_index(landmark)].applies_to
        return not kinds or category is None or category in kinds

    def restricted(self, attributes: tuple[str, ...], *, landmarks: bool) -> Vocabulary:
        """The part with these attributes only, in the vocabulary's order; without landmarks if not wanted.

        Raises:
            VocabularyError: no such attribute.
        """
        for name in attributes:
            self.attribute(name)
        kept = [entry for entry in self.source["attributes"] if entry["name"] in attributes]
        source = dict(self.source) | {"attributes": kept}
        if not landmarks:
            source |= {"landmarks": [], "skeleton": []}
        return Vocabulary.from_mapping(source)

    @classmethod
    def from_mapping(cls, data: Mapping[str, Any]) -> Vocabulary:
        """Builds and checks a vocabulary.

        Raises:
            VocabularyError: a field is missing, a name is used twice, or a reference leads nowhere.
        """
        try:
            groups: Mapping[str, list[str]] = data.get("groups", {})
            vocabulary = cls(
                name=data["name"],
                title=data["title"],
                version=int(data["version"]),
                attributes=tuple(_attribute(entry, groups) for entry in data["attributes"]),
                landmarks=tuple(_landmark(entry, groups) for entry in data.get("landmarks", [])),
                skeleton=tuple((edge[0], edge[1]) for edge in data.get("skeleton", [])),
                source=data,
            )
        except (KeyError, TypeError, ValueError, IndexError) as error:
            msg = f"The vocabulary cannot be read: {error!r}."
            raise VocabularyError(msg) from error
        _check(vocabulary)
        return vocabulary

    @classmethod
    def from_toml(cls, text: str) -> Vocabulary:
        """Parses TOML text.

        Raises:
            VocabularyError: not TOML, or not a vocabulary.
        """
        try:
            return cls.from_mapping(tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            msg = f"The vocabulary is not valid TOML: {error}."
            raise VocabularyError(msg) from error

    @classmethod
    def from_file(cls, path: Path) -> Vocabulary:
        """Reads a TOML file.

        Raises:
            VocabularyError: the file is missing, not TOML, or not a vocabulary.
        """
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"The vocabulary {path.name} cannot be read: {error}."
            raise VocabularyError(msg) from error
        return cls.from_toml(text)


def _kinds(entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> tuple[str, ...]:
    kinds: list[str] = []
    for name in entry.get("applies_to", []):
        kinds.extend(groups.get(name, [name]))
    return tuple(kinds)


def _value(entry: Mapping[str, Any]) -> Value:
    rgb = None
    if "hex" in entry:
        code = entry["hex"].removeprefix("#")
        rgb = (int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16))
    return Value(entry["name"], entry.get("title", entry["name"]), entry.get("help", ""), rgb)


def _attribute(entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> Attribute:
    return Attribute(
        name=entry["name"],
        title=entry["title"],
        key=entry["key"],
        cardinality=Cardinality(entry.get("takes", "one")),
        values=tuple(_value(value) for value in entry["values"]),
        help=entry.get("help", ""),
        applies_to=_kinds(entry, groups),
        otherwise=entry.get("otherwise"),
    )


def _landmark(entry: Mapping[str, Any], groups: Mapping[str, list[str]]) -> LandmarkPoint:
    return LandmarkPoint(
        name=entry["name"],
        title=entry["title"],
        side=entry["side"],
        mirror=entry.get("mirror", entry["name"]),
        help=entry.get("help", ""),
        applies_to=_kinds(entry, groups),
    )


def _unique(what: str, names: tuple[str, ...]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        msg = f"The vocabulary names {what} more than once: {', '.join(twice)}."
        raise VocabularyError(msg)


def _check(vocabulary: Vocabulary) -> None:
    _unique("attributes", tuple(a.name for a in vocabulary.attributes))
    _unique("attribute keys", tuple(a.key for a in vocabulary.attributes))
    _unique("landmarks", vocabulary.landmark_names)
    for attribute in vocabulary.attributes:
        _unique(f"values of {attribute.name}", attribute.value_names)
        if attribute.otherwise is not None:
            attribute.index(attribute.otherwise)
        if vocabulary.has(CATEGORY):
            for kind in attribute.applies_to:
                vocabulary.attribute(CATEGORY).index(kind)
    vocabulary.mirror_order()
    for start, end in vocabulary.skeleton:
        vocabulary.landmark_index(start)
        vocabulary.landmark_index(end)
