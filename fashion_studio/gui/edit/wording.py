"""How edits are called: attributes and values by the vocabulary, regions, glyphs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.edits import RegionKind
from fashion_studio.domain.vocabulary import COLORS

if TYPE_CHECKING:
    from fashion_studio.domain.edits import EditRegion, EditStack, EditStep
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "REGIONS",
    "attribute_title",
    "count_title",
    "filling_title",
    "glyph_of",
    "in_all_title",
    "region_title",
    "rgb_of",
    "step_title",
    "value_title",
]

REGIONS: Final[tuple[tuple[RegionKind, str, str, str], ...]] = (
    (RegionKind.GARMENT, "Whole", "1", "The whole garment, as the reading model sees it"),
    (RegionKind.SLEEVE, "Sleeves", "2", "Where the edit “sleeveless” looks"),
    (RegionKind.TORSO, "Torso", "3", "The garment without its sleeves"),
    (RegionKind.COLLAR, "Collar", "4", "A band along the collar's landmarks"),
    (RegionKind.HEM, "Hem", "5", "A band along the hem's landmarks"),
    (RegionKind.MATTING, "Matte", "6", "The garment cut out at the photo's own size"),
    (RegionKind.EDIT, "Auto", "7", "Where the edit itself wants to change something"),
    (RegionKind.PAINTED, "Painted", "8", "Only what you paint"),
)
"""Kind, title, key, what it is: in the order of the keys."""

_PLURALS: Final = {"colors": "colors", "sleeve_length": "sleeve lengths", "pattern": "patterns"}
_TITLES: Final = {"colors": "Color"}


def attribute_title(vocabulary: Vocabulary | None, attribute: str) -> str:
    """Color, Sleeve, Pattern: one of them is meant."""
    if attribute in _TITLES:
        return _TITLES[attribute]
    if vocabulary is not None and vocabulary.has(attribute):
        return vocabulary.attribute(attribute).title
    return attribute.replace("_", " ").capitalize()


def value_title(vocabulary: Vocabulary | None, attribute: str, value: str) -> str:
    """A value as a person says it."""
    if vocabulary is not None and vocabulary.has(attribute):
        for each in vocabulary.attribute(attribute).values:
            if each.name == value:
                return each.title
    return value.replace("_", " ").capitalize()


def rgb_of(vocabulary: Vocabulary | None, attribute: str, value: str) -> tuple[int, int, int] | None:
    """The colour of a value that is one."""
    if attribute != COLORS or vocabulary is None or not vocabulary.has(attribute):
        return None
    return next((each.rgb for each in vocabulary.attribute(attribute).values if each.name == value), None)


def glyph_of(attribute: str, value: str) -> str:
    """The little picture of a value that is no colour; the wand where nobody has drawn one."""
    stem = attribute.removesuffix("_length")
    name = f"{stem}-{value}"
    return name if (resources_dir() / "icons" / f"{name}.svg").is_file() else "wand-sparkles"


def in_all_title(attribute: str, count: int) -> str:
    """Heads the grid: "In all 18 colors"."""
    return f"In all {count} {_plural(attribute)}"


def filling_title(attribute: str) -> str:
    """While the grid fills: "Filling colors"."""
    return f"Filling {_plural(attribute)}"


def _plural(attribute: str) -> str:
    return _PLURALS.get(attribute, attribute.replace("_", " ") + "s")


def region_title(region: EditRegion) -> str:
    """The region in words, and whether a hand has changed it."""
    title = next(title for kind, title, _, _ in REGIONS if kind is region.kind)
    by_hand = region.kind is not RegionKind.PAINTED and (region.painted or region.erased)
    return f"{title}, by hand" if by_hand else title


def step_title(vocabulary: Vocabulary | None, step: EditStep) -> str:
    """One edit: "Color: Red"."""
    attribute = attribute_title(vocabulary, step.attribute)
    return f"{attribute}: {value_title(vocabulary, step.attribute, step.value)}"


def count_title(stack: EditStack) -> str:
    """How many edits there are and how many of them are on: "3 edits, 1 on"."""
    total, on = len(stack.steps), len(stack.active)
    if not total:
        return "No edits"
    noun = "edit" if total == 1 else "edits"
    return f"{total} {noun}" if on == total else f"{total} {noun}, {on} on"
