"""File names of pictures with two cues: `<shape>N-<texture>M.png`, as the published set's."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection

__all__ = ["CueName", "cue_file_name", "parse_cue_name"]

_NAME: Final = re.compile(
    r"(?P<shape>\D.*?)(?P<n>\d+)-(?P<texture>\D.*?)(?P<m>\d+)\.(?:png|jpe?g|webp)", re.I
)


@dataclass(frozen=True, slots=True)
class CueName:
    """What a name says: classes and the numbers of the pictures that gave them."""

    shape: str
    shape_number: int
    texture: str
    texture_number: int


def cue_file_name(name: CueName) -> str:
    """`dress3-pants1.png`."""
    return f"{name.shape}{name.shape_number}-{name.texture}{name.texture_number}.png"


def parse_cue_name(name: str, *, classes: Collection[str] = (), shape: str = "") -> CueName | None:
    """Reads a file name, with or without a prefix that ends in "_".

    Args:
        name: without folders. Published raw data put `0001_s5n_dnn_0_airplane_00_` before it.
        classes: if given, both classes must be among them; they also tell where a prefix ends.
        shape: the shape class where it is known from elsewhere (a column); it tells the same.

    Returns:
        None if it is no such name.
    """
    starts = [0, *(match.end() for match in re.finditer("_", name))]
    known = set(classes) | ({shape} if shape else set())
    found = [_parsed(name[start:]) for start in starts]
    fitting = [each for each in found if each is not None]
    for each in fitting:
        if each.shape in known and (not classes or each.texture in classes):
            return each
    if not fitting or classes:
        return None
    # Nothing is known: a name of its own starts with its class, a prefixed one with the number of a trial.
    return fitting[0] if not name[0].isdigit() else fitting[-1]


def _parsed(text: str) -> CueName | None:
    match = _NAME.fullmatch(text)
    if match is None:
        return None
    return CueName(match["shape"], int(match["n"]), match["texture"], int(match["m"]))
