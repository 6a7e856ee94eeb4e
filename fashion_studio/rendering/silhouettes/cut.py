"""Measures of a garment for the upper body, from its attributes and its own dice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Point
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["UpperCut", "other_neckline", "upper_cut"]

_WIDTHS = {"tight": (0.385, 0.335, 0.38), "regular": (0.50, 0.475, 0.50), "loose": (0.655, 0.665, 0.68)}
_SHOULDERS = {"tight": 0.335, "regular": 0.425, "loose": 0.545}
_LENGTHS = {
    "t-shirt": (1.30, 1.45),
    "polo": (1.32, 1.46),
    "shirt": (1.38, 1.55),
    "blouse": (1.15, 1.34),
    "top": (0.74, 1.05),
    "undershirt": (1.42, 1.66),
    "longsleeve": (1.25, 1.42),
    "hoodie": (1.22, 1.36),
    "blazer": (1.40, 1.58),
    "outwear": (1.25, 1.85),
    "body": (1.12, 1.28),
    "dress": (0.78, 0.86),
}
_NECKS = {"square": (0.19, 0.25), "other": (0.19, 0.27), "v": (0.15, 0.2), "crew": (0.15, 0.23)}


@dataclass(frozen=True)
class UpperCut:
    """Half widths and heights in garment units.

    Attributes:
        neck, shoulder, chest, waist, hem: half widths.
        drop: how far the shoulder's end lies under the neck point.
        armpit, waist_y, length: heights below the neck points.
        sleeve_root: factor on the sleeve's width.
        strap: width of the straps, 0 for a garment with shoulders.
    """

    neck: float
    shoulder: float
    chest: float
    waist: float
    hem: float
    drop: float
    armpit: float
    waist_y: float
    length: float
    sleeve_root: float
    strap: float

    @property
    def shoulder_end(self) -> Point:
        """The picture's right one."""
        return (self.shoulder, self.drop)

    @property
    def armpit_point(self) -> Point:
        """The picture's right one."""
        return (self.chest, self.armpit)


def other_neckline(spec: GarmentSpec, dice: Dice) -> str:
    """Which of the necklines that are called other: straps, scoop, boat, henley, cowl or bow."""
    if spec.sleeve_length == "sleeveless" and dice.chance("straps", 0.6):
        return "straps"
    if spec.category in {"undershirt", "body"}:
        return dice.pick("other neckline", ("scoop", "henley", "scoop"))
    if spec.category == "blouse":
        return dice.pick("other neckline", ("bow", "cowl", "boat", "bow"))
    return dice.pick("other neckline", ("scoop", "boat", "henley", "cowl", "bow"))


def upper_cut(spec: GarmentSpec, dice: Dice) -> UpperCut:
    """Cuts the body of an upper garment or of a dress down to its waist."""
    chest, waist, hem = _WIDTHS[spec.fit]
    shoulder = _SHOULDERS[spec.fit]
    wider = dice.uniform("wider", 0.965, 1.035)
    shaping = dice.uniform("shaping", -0.02, 0.02)
    low, high = _LENGTHS[spec.category]
    length = dice.uniform("body length", low, high)
    neck = dice.uniform("neck", *_NECKS.get(spec.neckline, (0.145, 0.175)))
    if spec.neckline == "other" and other_neckline(spec, dice) == "boat":
        neck = dice.uniform("boat", 0.29, 0.33)
    armpit = dice.uniform("armpit", 0.40, 0.46) + {"tight": -0.05, "regular": 0.0, "loose": 0.06}[spec.fit]
    if spec.category == "undershirt":
        shoulder = shoulder * 0.78
        neck = min(neck, shoulder - dice.uniform("strap of undershirt", 0.07, 0.12))
    elif spec.category == "top" and spec.sleeve_length == "sleeveless":
        shoulder -= 0.06
        neck = min(neck, shoulder - 0.1)
    elif spec.sleeve_length == "sleeveless":
        shoulder -= 0.03
    if spec.category in {"outwear", "blazer", "hoodie"}:
        chest, waist, hem, shoulder = chest * 1.06, waist * 1.08, hem * 1.06, shoulder * 1.06
    if spec.category == "blouse":
        hem *= dice.uniform("blouse flare", 1.08, 1.24)
    straps = spec.neckline == "other" and other_neckline(spec, dice) == "straps"
    if straps:
        neck = min(neck, 0.25)
    return UpperCut(
        neck=neck,
        shoulder=shoulder * wider,
        chest=chest * wider,
        waist=(waist + shaping) * wider,
        hem=hem * wider,
        drop=dice.uniform("drop", 0.06, 0.13),
        armpit=armpit,
        waist_y=min(0.75, length * 0.62),
        length=length,
        sleeve_root={"tight": 0.8, "regular": 1.0, "loose": 1.3}[spec.fit],
        strap=dice.weighted("strap width", {0.026: 2, 0.05: 1, 0.10: 1}) if straps else 0.0,
    )
