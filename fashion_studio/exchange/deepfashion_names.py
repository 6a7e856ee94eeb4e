"""What DeepFashion's files mean by their numbers: categories, attribute groups, landmark slots, visibility.

Liu et al., "DeepFashion: Powering Robust Clothes Recognition and Retrieval with Rich Annotations" (CVPR
2016), the read-me files of the "Category and Attribute Prediction" and "Fashion Landmark Detection" sets.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.exchange.named_rows import list_rows, stated_count

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fashion_studio.exchange.incoming import ForeignAttribute, IncomingReport

__all__ = [
    "ATTRIBUTE_GROUPS",
    "CATEGORY_NAMES",
    "CLOTHES_TYPES",
    "FINE_GROUPS",
    "LANDMARK_SLOTS",
    "box_of_corners",
    "points_of_pairs",
    "points_of_triples",
    "read_names",
    "vocabulary_data",
]

_SLOTS: Final = (
    "left_collar",
    "right_collar",
    "left_sleeve",
    "right_sleeve",
    "left_waistline",
    "right_waistline",
    "left_hem",
    "right_hem",
)
LANDMARK_SLOTS: Final = {1: _SLOTS[:4] + _SLOTS[6:], 2: _SLOTS[4:], 3: _SLOTS}
"""Clothes type → landmarks in a row's order: upper: 5th, 6th are hems; lower: 1st, 2nd waistlines."""

CLOTHES_TYPES: Final = {1: "upper", 2: "lower", 3: "full"}
ATTRIBUTE_GROUPS: Final = {1: "texture", 2: "fabric", 3: "shape", 4: "part", 5: "style"}

_UPPERS: Final = (
    "Anorak Blazer Blouse Bomber Button-Down Cardigan Flannel Halter Henley Hoodie Jacket Jersey Parka "
    "Peacoat Poncho Sweater Tank Tee Top Turtleneck"
)
_LOWERS: Final = (
    "Capris Chinos Culottes Cutoffs Gauchos Jeans Jeggings Jodhpurs Joggers Leggings Sarong Shorts Skirt "
    "Sweatpants Sweatshorts Trunks"
)
_WHOLE: Final = (
    "Caftan Cape Coat Coverup Dress Jumpsuit Kaftan Kimono Nightdress Onesie Robe Romper Shirtdress Sundress"
)
CATEGORY_NAMES: Final = tuple(
    (name, kind) for kind, names in ((1, _UPPERS), (2, _LOWERS), (3, _WHOLE)) for name in names.split()
)
"""(name, clothes type) of the 50 categories; the number in the lists is the place, from 1."""

FINE_GROUPS: Final = {
    1: ("texture", ("floral", "graphic", "striped", "embroidered", "pleated", "solid", "lattice")),
    2: ("sleeve", ("long_sleeve", "short_sleeve", "sleeveless")),
    3: ("length", ("maxi_length", "mini_length", "no_dress")),
    4: ("neckline", ("crew_neckline", "v_neckline", "square_neckline", "no_neckline")),
    5: ("fabric", ("denim", "chiffon", "cotton", "leather", "faux", "knit")),
    6: ("fit", ("tight", "loose", "conventional")),
}
"""Attribute type of the fine set → (group, values): 26 in all, in the order of the columns."""

_VISIBILITY: Final = {0: Visibility.VISIBLE, 1: Visibility.OCCLUDED, 2: Visibility.ABSENT}
_MAX_NAMES: Final = 20_000
_TYPE_GROUPS: Final = {
    "collar": ["upper", "full"],
    "sleeve": ["upper", "full"],
    "waistline": ["lower", "full"],
    "hem": ["upper", "lower", "full"],
}


def read_names(path: Path, report: IncomingReport) -> list[tuple[str, int]]:
    """(name, type) of `list_category_cloth` or `list_attr_cloth`; names may have spaces.

    A column of row numbers before the names is left out. The type is the last word of a row.

    Raises:
        UserError: the file cannot be read, is no such list, or is too long for one.
    """
    stated = stated_count(path)
    rows = []
    for _, line in list_rows(path):
        try:
            name, kind = line.decode("utf-8").rsplit(None, 1)
            rows.append((" ".join(name.split()), int(kind)))
        except ValueError as error:
            msg = f"{path.name}: “{line[:60].decode('utf-8', 'replace')}” is no name followed by a type."
            raise UserError(msg) from error
        if len(rows) > _MAX_NAMES:
            msg = f"{path.name} has more than {_MAX_NAMES:,} rows. This is no list of names."
            raise UserError(msg)
    if len(rows) != stated:
        report.add("count_differs", f"{path.name}: {stated:,} stated, {len(rows):,} found")
    return _unique(_without_numbers(rows))


def points_of_triples(
    numbers: Sequence[bytes], clothes_type: int | None = None
) -> tuple[Landmark, ...] | None:
    """Landmarks of (visibility, x, y) triples: 0 visible, 1 occluded, 2 truncated, that is absent.

    Returns:
        None where the numbers are none, or do not fit the kind of garment. A kind that is not known follows
        from the number of landmarks: six are an upper's, four a lower's, eight a whole garment's.
    """
    if clothes_type is None:
        clothes_type = {18: 1, 12: 2, 24: 3}.get(len(numbers), 0)
    slots = LANDMARK_SLOTS.get(clothes_type, ())
    if not slots or len(numbers) != 3 * len(slots):
        return None
    points = []
    try:
        for place, name in enumerate(slots):
            visibility = _VISIBILITY[int(numbers[3 * place])]
            x, y = float(numbers[3 * place + 1]), float(numbers[3 * place + 2])
            if visibility is Visibility.ABSENT:
                x = y = 0.0
            elif not (math.isfinite(x) and math.isfinite(y)):
                return None
            points.append(Landmark(name, x, y, visibility))
    except (ValueError, KeyError):
        return None
    return tuple(points)


def points_of_pairs(numbers: Sequence[bytes]) -> tuple[Landmark, ...] | None:
    """Landmarks of eight (x, y) pairs without visibility, (0, 0) not known; None where they are no such."""
    if len(numbers) != 2 * len(_SLOTS):
        return None
    try:
        values = [float(number) for number in numbers]
    except ValueError:
        return None
    if not all(map(math.isfinite, values)):
        return None
    return tuple(
        Landmark(name, x, y)
        for name, x, y in zip(_SLOTS, values[0::2], values[1::2], strict=True)
        if (x, y) != (0, 0)
    )


def box_of_corners(numbers: Sequence[bytes | str]) -> Box | None:
    """The box of x1 y1 x2 y2; None where they are no numbers or the box has no area."""
    try:
        left, top, right, bottom = (float(number) for number in numbers)
    except ValueError:
        return None
    box = Box(left, top, right - left, bottom - top)
    inside = all(map(math.isfinite, box.as_tuple())) and box.width > 0 < box.height
    return box if inside else None


def vocabulary_data(
    name: str,
    title: str,
    attributes: Sequence[ForeignAttribute],
    *,
    kinds: dict[str, list[str]] | None = None,
    landmarks: bool = True,
) -> dict[str, Any]:
    """A foreign vocabulary in the shape of a TOML file, with DeepFashion's eight landmarks where wanted.

    `kinds` are the categories of "upper", "lower" and "full"; with them landmarks say what they apply to.
    """
    data: dict[str, Any] = {
        "name": name,
        "title": title,
        "version": 1,
        "attributes": [
            {
                "name": attribute.name,
                "title": attribute.title,
                "key": str(place),
                "takes": attribute.cardinality.value,
                "values": [{"name": value} for value in attribute.values],
            }
            for place, attribute in enumerate(attributes, start=1)
        ],
    }
    if kinds:
        data["groups"] = kinds
    if landmarks:
        data["landmarks"] = [_landmark_data(slot, with_kinds=bool(kinds)) for slot in _SLOTS]
        pairs = [(left, left.replace("left_", "right_")) for left in _SLOTS[::2] if left != "left_sleeve"]
        sides = [
            (f"{side}_{a}", f"{side}_{b}")
            for side in ("left", "right")
            for a, b in [("collar", "sleeve"), *pairwise(("collar", "waistline", "hem"))]
        ]
        data["skeleton"] = [list(edge) for edge in (*pairs, *sides)]
    return data


def _landmark_data(slot: str, *, with_kinds: bool) -> dict[str, Any]:
    side, part = slot.split("_")
    other = "right" if side == "left" else "left"
    data: dict[str, Any] = {
        "name": slot,
        "title": slot.replace("_", " "),
        "side": side,
        "mirror": f"{other}_{part}",
    }
    return data | ({"applies_to": _TYPE_GROUPS[part]} if with_kinds else {})


def _without_numbers(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """Takes a column of consecutive numbers off the names."""
    firsts = [name.split(" ", 1) for name, _ in rows]
    if len(rows) < 2 or not all(len(parts) == 2 and parts[0].isdecimal() for parts in firsts):
        return rows
    numbers = [int(parts[0]) for parts in firsts]
    if any(after - before != 1 for before, after in pairwise(numbers)):
        return rows
    return [(parts[1], kind) for parts, (_, kind) in zip(firsts, rows, strict=True)]


def _unique(rows: list[tuple[str, int]]) -> list[tuple[str, int]]:
    """The same name twice in one type gets its place behind it."""
    seen: set[tuple[str, int]] = set()
    names = []
    for place, (name, kind) in enumerate(rows, start=1):
        row = (name, kind) if (name, kind) not in seen else (f"{name} ({place})", kind)
        seen.add(row)
        names.append(row)
    return names
