"""Which pictures with two cues there are to be: pairs of classes, drawn evenly; and those of the renderer."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.probing.cue_names import CueName, cue_file_name
from fashion_studio.rendering.render import render
from fashion_studio.rendering.sampling import sample_spec
from fashion_studio.rendering.spec import CATEGORIES

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.probing.records import ConflictSpec, CueClass
    from fashion_studio.rendering.spec import GarmentSpec, Rendering

__all__ = [
    "ConflictPicture",
    "conflict_spec",
    "conflicting_pairs",
    "photo_pictures",
    "render_conflict",
    "renderer_pictures",
]

_TRIES: Final = 201
_COLORS: Final = "colors"
_FIELDS: Final = ("category", "sleeve_length", "neckline", "pattern", "fit", "length", "fabric", _COLORS)


@dataclass(frozen=True, slots=True)
class ConflictPicture:
    """One picture that is to be made.

    Attributes:
        name: classes and numbers, and so the file's name.
        shape_key, texture_key: photos it is made from; "" for the renderer.
        seed: of what is drawn.
    """

    name: CueName
    shape_key: str = ""
    texture_key: str = ""
    seed: int = 0

    @property
    def file(self) -> str:
        """Its file's name."""
        return cue_file_name(self.name)


@dataclass(slots=True)
class _Numbers:
    """Numbers of the pictures that give a cue: the same source, the same number."""

    known: dict[tuple[str, str], int] = field(default_factory=dict)
    last: dict[str, int] = field(default_factory=dict)

    def of(self, name: str, source: str) -> int:
        if (name, source) not in self.known:
            self.last[name] = self.last.get(name, 0) + 1
            self.known[name, source] = self.last[name]
        return self.known[name, source]


def conflicting_pairs(classes: Sequence[CueClass]) -> list[tuple[CueClass, CueClass]]:
    """Ordered pairs of different classes that do not go with the same cloth.

    In an order in which any beginning of the list uses every class about equally often, as shape and as
    texture.

    Raises:
        UserError: there is no such pair; the sentence says what to do.
    """
    count = len(classes)
    pairs = [
        (classes[first], classes[(first + step) % count])
        for step in range(1, count)
        for first in range(count)
    ]
    pairs = [(one, other) for one, other in pairs if one.name != other.name]
    found = [(one, other) for one, other in pairs if not one.texture or one.texture != other.texture]
    if not found:
        names = ", ".join(each.name for each in classes) or "none"
        msg = (
            f"There are no two classes with different cues to set against each other (found: {names}). "
            "Label photos of at least two, or name classes."
        )
        raise UserError(msg)
    return found


def renderer_pictures(spec: ConflictSpec, classes: Sequence[CueClass], seed: int) -> list[ConflictPicture]:
    """The pictures that the renderer is to draw: `per_pair` of every pair, at most `limit`."""
    pairs, numbers = conflicting_pairs(classes), _Numbers()
    pictures: list[ConflictPicture] = []
    for turn in range(spec.per_pair):
        for one, other in pairs:
            own = seed * 1_000_003 + len(pictures)
            name = CueName(
                one.name,
                numbers.of(one.name, f"{own}"),
                other.name,
                numbers.of(other.name, f"texture {turn} of {one.name}"),
            )
            pictures.append(ConflictPicture(name, seed=own))
    return pictures[: spec.limit or None]


def photo_pictures(
    spec: ConflictSpec,
    classes: Sequence[CueClass],
    photos: Mapping[str, Sequence[str]],
    seed: int,
) -> list[ConflictPicture]:
    """The pictures that are to be made from photos.

    Args:
        spec: how many.
        classes: which.
        photos: class to the keys of its photos.
        seed: of who goes with whom.
    """
    generator, numbers = np.random.default_rng(seed), _Numbers()
    orders = {name: [keys[i] for i in generator.permutation(len(keys))] for name, keys in photos.items()}
    pictures: list[ConflictPicture] = []
    seen: set[tuple[str, str]] = set()
    for turn in range(spec.per_pair):
        for position, (one, other) in enumerate(conflicting_pairs(classes)):
            shapes, textures = orders[one.name], orders[other.name]
            shape, texture = shapes[turn % len(shapes)], textures[(turn + position) % len(textures)]
            if (shape, texture) in seen:
                continue
            seen.add((shape, texture))
            name = CueName(one.name, numbers.of(one.name, shape), other.name, numbers.of(other.name, texture))
            pictures.append(ConflictPicture(name, shape, texture, seed * 1_000_003 + len(pictures)))
    return pictures[: spec.limit or None]


def render_conflict(
    picture: ConflictPicture,
    spec: ConflictSpec,
    classes: Mapping[str, CueClass],
    *,
    width_px: int,
    height_px: int,
) -> Rendering:
    """Draws one picture: all of class A but the attributes that are declared texture, which are of B's.

    Raises:
        UserError: the renderer has no such attribute, or cannot draw such a garment.
    """
    cues = classes[picture.name.shape], classes[picture.name.texture]
    return render(conflict_spec(*cues, spec, picture.seed), width_px=width_px, height_px=height_px)


def conflict_spec(shape: CueClass, cloth: CueClass, spec: ConflictSpec, seed: int) -> GarmentSpec:
    """The garment of one class in the cloth of another, or of the same; the same seed gives the same.

    Raises:
        UserError: the renderer has no such attribute, or cannot draw such a garment.
    """
    drawn = [
        _drawn(cue, spec, np.random.default_rng((seed, part))) for part, cue in enumerate((shape, cloth))
    ]
    return mixed(drawn[0], drawn[1], spec.texture_attributes)


def mixed(shape: GarmentSpec, cloth: GarmentSpec, texture_attributes: Sequence[str]) -> GarmentSpec:
    """The one's garment with the other's values of these attributes; a cloth's colours and weave go with it.

    Raises:
        UserError: the renderer has no such attribute.
    """
    strange = [name for name in texture_attributes if name not in _FIELDS]
    if strange:
        msg = f"The renderer does not draw the attribute “{strange[0]}”; it draws {', '.join(_FIELDS)}."
        raise UserError(msg)
    taken: dict[str, Any] = {name: getattr(cloth, name) for name in texture_attributes}
    if {"fabric", "pattern"} & set(texture_attributes):
        taken |= {"fabric_seed": cloth.fabric_seed, _COLORS: cloth.colors}
    return replace(shape, **taken)


def _drawn(cue: CueClass, spec: ConflictSpec, generator: np.random.Generator) -> GarmentSpec:
    wanted = {**cue.shape, **cue.texture}
    category = wanted.get(CATEGORY, cue.name if spec.attribute == CATEGORY else None)
    if category is not None and category not in CATEGORIES:
        msg = f"The renderer does not draw “{category}”; it draws {', '.join(CATEGORIES)}."
        raise UserError(msg)

    def fits(drawn: GarmentSpec) -> bool:
        return all(_has(drawn, name, value) for name, value in wanted.items())

    drawn = sample_spec(generator, category, fits=fits, tries=_TRIES)
    if fits(drawn):
        return drawn
    # Too rare to be met by chance: what is missing is set.
    forced: dict[str, Any] = {
        name: (value,) if name == _COLORS else value for name, value in wanted.items() if name in _FIELDS
    }
    return replace(drawn, **forced)


def _has(drawn: GarmentSpec, name: str, value: str) -> bool:
    if name not in _FIELDS:
        msg = f"The renderer does not draw the attribute “{name}”; it draws {', '.join(_FIELDS)}."
        raise UserError(msg)
    return value in drawn.colors[:1] if name == _COLORS else getattr(drawn, name) == value
