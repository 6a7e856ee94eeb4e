"""What the garment lies on or hangs before: floors, carpets, sheets, spreads, tiles, walls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.rendering.noise import field, grain, seamless, slope, wrinkles
from fashion_studio.rendering.patterns import make_pattern

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.curves import Plane, Rgb
    from fashion_studio.rendering.dice import Dice

__all__ = ["BACKGROUNDS", "FLAT_WEIGHTS", "paint_background"]

_SHEETS: Final = (
    (196, 28, 36),
    (150, 24, 40),
    (196, 30, 120),
    (170, 40, 110),
    (226, 84, 40),
    (222, 205, 170),
    (235, 228, 212),
    (240, 240, 240),
    (150, 170, 60),
    (90, 150, 90),
    (60, 66, 80),
    (40, 42, 52),
    (120, 124, 130),
    (200, 160, 150),
    (150, 190, 215),
    (226, 190, 90),
    (110, 40, 60),
    (180, 178, 172),
)
_CARPETS: Final = (
    (170, 160, 150),
    (120, 100, 80),
    (150, 60, 50),
    (90, 92, 96),
    (196, 184, 164),
    (110, 120, 60),
    (70, 80, 110),
    (140, 110, 84),
)
_WOODS: Final = (
    (205, 160, 95),
    (226, 190, 135),
    (150, 98, 58),
    (104, 66, 44),
    (170, 160, 150),
    (120, 116, 112),
    (214, 196, 172),
    (232, 214, 186),
)


class _Place:
    """The size of the picture and the coordinates of its pixels, turned a little."""

    def __init__(self, width_px: int, height_px: int, dice: Dice) -> None:
        self.width, self.height = width_px, height_px
        self.unit = width_px / 384.0
        self.dice = dice
        self.rng = dice.generator("background")
        angle = np.deg2rad(
            dice.pick("ground turn", (0.0, 0.0, 90.0, 45.0)) + dice.uniform("ground tilt", -14, 14)
        )
        x = (np.arange(width_px, dtype=np.float32) - width_px / 2)[None, :] / self.unit
        y = (np.arange(height_px, dtype=np.float32) - height_px / 2)[:, None] / self.unit
        lean = dice.uniform("ground lean", -0.0006, 0.0006)
        depth = (1.0 + lean * y).astype(np.float32)
        self.u = ((x * np.float32(np.cos(angle)) + y * np.float32(np.sin(angle))) * depth).astype(np.float32)
        self.v = ((y * np.float32(np.cos(angle)) - x * np.float32(np.sin(angle))) * depth).astype(np.float32)

    def color(self, name: str, options: tuple[tuple[int, int, int], ...]) -> Rgb:
        jitter = self.dice.generator(f"{name} jitter").normal(0, 5, 3)
        return np.clip(np.array(self.dice.pick(name, options), np.float32) + jitter, 8, 250).astype(
            np.float32
        )

    def field(self, cells_x: int, cells_y: int) -> Plane:
        return field(self.rng, cells_x, cells_y, self.width, self.height)

    def grain(self) -> Plane:
        return grain(self.rng, self.width, self.height)

    def sample(self, tile: NDArray[np.uint8] | Plane, scale: float) -> NDArray[np.float32]:
        """A seamless tile laid over the ground."""
        out = cv2.remap(
            tile,
            self.u * np.float32(scale) + 4096,
            self.v * np.float32(scale) + 4096,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
        return out.astype(np.float32, copy=False)


def _tint(shade: Plane, rgb: Rgb) -> NDArray[np.float32]:
    return np.asarray(cv2.merge([shade * np.float32(value) for value in rgb]), np.float32)


def _planks(place: _Place) -> NDArray[np.float32]:
    """Laminate, parquet or boards."""
    dice, rng = place.dice, place.rng
    wide = dice.uniform("plank", 24, 80)
    base = place.color("wood", _WOODS)
    row = np.floor(place.v / wide).astype(np.int32)
    tones = rng.normal(1.0, dice.uniform("plank tones", 0.02, 0.09), 64).astype(np.float32)
    offsets = rng.uniform(0, 400, 64).astype(np.float32)
    long = dice.uniform("plank length", 150, 420)
    along = (place.u + offsets[row % 64]) / long
    board = (np.floor(along).astype(np.int32) * 7 + row) % 64
    veins = cv2.remap(
        seamless(rng, 5, 60, 256),
        place.u * 0.35 + offsets[board] + 4096,
        place.v * 1.3 + 4096,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_WRAP,
    )
    shade = tones[board] * (1.0 + dice.uniform("veins", 0.03, 0.11) * veins)
    gap = np.minimum(
        np.abs(place.v / wide - np.round(place.v / wide)) * wide, np.abs(along - np.round(along)) * long
    )
    shade *= 1.0 - dice.uniform("gaps", 0.2, 0.5) * np.clip(1.3 - gap, 0, 1)
    return _tint(shade.astype(np.float32), base)


def _tiles(place: _Place) -> NDArray[np.float32]:
    dice = place.dice
    side = dice.uniform("tile side", 90, 190)
    base = place.color(
        "tile", ((226, 214, 196), (205, 200, 194), (190, 176, 156), (236, 234, 230), (120, 116, 112))
    )
    gap = (
        np.minimum(
            np.abs(place.u / side - np.round(place.u / side)),
            np.abs(place.v / side - np.round(place.v / side)),
        )
        * side
    )
    line = np.clip(2.4 - gap, 0, 1)
    marble = 1.0 + 0.025 * place.field(9, 12) + 0.012 * place.grain() + 0.03 * place.field(3, 4)
    return _tint((marble * (1 - dice.uniform("grout", -0.15, 0.4) * line)).astype(np.float32), base)


def _crumple(place: _Place, strength: float) -> Plane:
    """Shading of a sheet: faint waves and some creases, lit from the upper left."""
    rng, dice = place.rng, place.dice
    waves = seamless(rng, 3, 4, 256) + 0.35 * seamless(rng, 9, 8, 256)
    wide = dice.uniform("crease width", 1.0, 2.6)
    count = int(dice.uniform("creases", 10, 70) / wide)
    lines = wide * wrinkles(rng, 256, count, dice.uniform("crease length", 90, 240), width=wide)
    shade = 0.35 * np.tanh(slope(waves * 5, 2) * 0.5) + dice.uniform("crease depth", 0.5, 1.9) * slope(lines)
    return np.asarray(
        1.0 + strength * place.sample(shade.astype(np.float32), dice.uniform("crumple", 0.4, 0.8)), np.float32
    )


def _sheet(place: _Place) -> NDArray[np.float32]:
    shade = _crumple(place, place.dice.uniform("crumple strength", 0.03, 0.24))
    weave = 0.012 * place.grain() + 0.02 * place.field(3, 4)
    return _tint(shade + weave, place.color("sheet", _SHEETS))


def _spread(place: _Place) -> NDArray[np.float32]:
    """A patterned bedspread or tablecloth."""
    kind = place.dice.pick(
        "spread", ("striped", "striped", "checked", "checked", "floral", "floral", "dotted", "graphic")
    )
    tile = make_pattern(kind, place.dice)
    inks = np.stack([place.color(f"spread {k}", _SHEETS) for k in range(3)])
    if tile is None:
        return _sheet(place)
    rgb = np.asarray(cv2.transform(tile.shares.astype(np.float32) / np.float32(255), inks.T), np.float32)
    cloth = place.sample(rgb, place.dice.uniform("spread scale", 0.7, 2.2))
    return np.asarray(
        cloth * _crumple(place, place.dice.uniform("crumple strength", 0.03, 0.15))[..., None], np.float32
    )


def _quilt(place: _Place) -> NDArray[np.float32]:
    """A quilted cover with a diamond seam."""
    side = place.dice.uniform("quilt", 40, 90)
    a, b = (place.u + place.v) / side, (place.u - place.v) / side
    pillow = np.abs(np.sin(a * np.pi) * np.sin(b * np.pi)) ** 0.45
    tilt = np.cos(a * np.pi) * np.sin(b * np.pi) * np.sign(np.sin(a * np.pi) * np.sin(b * np.pi))
    shade = 0.82 + 0.2 * pillow + 0.05 * tilt + 0.02 * place.field(6, 8)
    return _tint(shade.astype(np.float32), place.color("quilt", _SHEETS[5:8] + _SHEETS[10:15]))


def _carpet(place: _Place) -> NDArray[np.float32]:
    dice = place.dice
    strength = dice.uniform("pile", 0.05, 0.15)
    pile = (
        1.0
        + strength * (place.grain() + 0.7 * place.sample(seamless(place.rng, 96, 96, 256), 0.9))
        + 0.03 * place.field(6, 8)
    )
    base = place.color("carpet", _CARPETS)
    rgb = _tint(np.asarray(pile, np.float32), base)
    if dice.chance("ornament", 0.55):
        motif = seamless(place.rng, 7, 7, 256)
        motif = motif + motif[:, ::-1] + motif[::-1] + motif[::-1, ::-1]
        lines = np.abs(motif) < 0.35 if dice.chance("outlined", 0.5) else motif > 0.6
        cover = cv2.GaussianBlur(lines.astype(np.float32), (0, 0), 1.0)
        share = place.sample(np.asarray(cover, np.float32), dice.uniform("ornament scale", 0.6, 1.5))
        other = place.color("ornament", ((214, 190, 150), (60, 40, 34), (30, 44, 74), (190, 120, 70)))
        rgb += share[..., None] * (_tint(np.asarray(pile, np.float32), other) - rgb) * 0.85
    return rgb


def _fur(place: _Place) -> NDArray[np.float32]:
    """A shaggy rug or blanket."""
    hair = seamless(place.rng, 44, 22, 256)
    tuft = seamless(place.rng, 90, 60, 256)
    shade = 1.0 + 0.09 * place.sample(hair, 1.0) + 0.10 * place.sample(tuft, 0.8) + 0.07 * place.grain()
    return _tint(
        shade.astype(np.float32),
        place.color(
            "fur", ((224, 216, 202), (186, 178, 170), (120, 110, 104), (210, 190, 160), (90, 86, 90))
        ),
    )


def _wall(place: _Place) -> NDArray[np.float32]:
    base = place.color(
        "wall",
        (
            (190, 190, 190),
            (214, 212, 206),
            (226, 216, 196),
            (168, 170, 174),
            (236, 234, 232),
            (140, 138, 134),
        ),
    )
    shade = 1.0 + 0.012 * place.grain() + 0.02 * place.field(4, 5)
    if place.dice.chance("door", 0.3):
        edge = place.dice.uniform("door edge", 0.05, 0.95) * place.width
        x = np.arange(place.width, dtype=np.float32)[None, :]
        shade = shade * (
            1.0
            - 0.45 * np.clip(1 - np.abs(x - edge) / 5, 0, 1)
            - place.dice.uniform("door tone", 0.0, 0.3) * (x > edge)
        )
    return _tint(shade.astype(np.float32), base)


def _stone(place: _Place) -> NDArray[np.float32]:
    """Terrace, concrete or asphalt."""
    grit = place.sample(seamless(place.rng, 110, 110, 256), 0.8)
    shade = 1.0 + 0.05 * place.grain() + 0.06 * grit + 0.02 * place.field(24, 32) + 0.03 * place.field(5, 7)
    return _tint(
        shade.astype(np.float32),
        place.color("stone", ((150, 146, 140), (176, 168, 156), (110, 108, 108), (190, 186, 178))),
    )


_PAINTERS: Final = {
    "wood": _planks,
    "tiles": _tiles,
    "sheet": _sheet,
    "spread": _spread,
    "quilt": _quilt,
    "carpet": _carpet,
    "fur": _fur,
    "wall": _wall,
    "stone": _stone,
}
BACKGROUNDS: Final = tuple(_PAINTERS)
FLAT_WEIGHTS: Final = {
    "wood": 4.0,
    "tiles": 1.4,
    "sheet": 5.0,
    "spread": 1.6,
    "quilt": 1.0,
    "carpet": 1.6,
    "fur": 1.0,
    "wall": 0.7,
    "stone": 0.7,
}


def paint_background(name: str, dice: Dice, width_px: int, height_px: int) -> NDArray[np.float32]:
    """An empty scene.

    Returns:
        (H, W, 3) float32 RGB, 0 to 255.
    """
    return np.asarray(np.clip(_PAINTERS[name](_Place(width_px, height_px, dice)), 2, 253), np.float32)
