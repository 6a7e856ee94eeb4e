"""How a cloth looks close by (texture) and from afar (folds, gloss, translucency)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.rendering.noise import seamless, slope, wrinkles

if TYPE_CHECKING:
    from fashion_studio.rendering.curves import Plane
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["FOLDS_PER_UNIT", "TEXELS_PER_UNIT", "TILE_PX", "Cloth", "make_cloth"]

TILE_PX: Final = 256
TEXELS_PER_UNIT: Final = 125.0
FOLDS_PER_UNIT: Final = 110.0


@dataclass(frozen=True)
class Cloth:
    """A fabric ready to paint.

    Attributes:
        texture: (256, 256) float32 factor around 1, seamless, 125 texels per garment unit.
        rib: the same for ribbed cuffs and bands.
        folds: (256, 256) float32 factor around 1, seamless, 110 texels per garment unit.
        gloss: 8-bit steps added where folds catch the light.
        opacity: 1 for opaque cloth.
        bulk: thickness, scales the rounding of edges.
        thread: colour of visible stitches; None for thread like the cloth.
    """

    texture: Plane
    rib: Plane
    folds: Plane
    gloss: float
    opacity: float
    bulk: float
    thread: tuple[int, int, int] | None = None


def _grid() -> tuple[Plane, Plane]:
    y, x = np.mgrid[0:TILE_PX, 0:TILE_PX].astype(np.float32)
    return x, y


def _fine(rng: np.random.Generator, cells: int) -> Plane:
    return seamless(rng, cells, cells, TILE_PX)


def _ribs(period: float, depth: float) -> Plane:
    x, _ = _grid()
    return np.asarray((1.0 + depth * np.sin(x * (2 * np.pi / period))), np.float32)


def _cotton(rng: np.random.Generator, _dice: Dice) -> Plane:
    return np.asarray(1.0 + 0.016 * _fine(rng, 128) + 0.006 * _fine(rng, 40), np.float32)


def _denim(rng: np.random.Generator, _dice: Dice) -> Plane:
    x, y = _grid()
    twill = np.sin((x + y) * (2 * np.pi / 5.12))
    worn = _fine(rng, 5)
    slub = seamless(rng, 128, 9, TILE_PX)
    return np.asarray((1.0 + 0.11 * twill + 0.07 * _fine(rng, 128) + 0.075 * slub + 0.10 * worn), np.float32)


def _knit(rng: np.random.Generator, dice: Dice) -> Plane:
    x, y = _grid()
    period = dice.pick("stitch", (6.4, 8.0, 10.667))
    across = np.abs(((x / period) % 1.0) - 0.5) * 2
    rows = ((y / period * 1.25 + across * 0.7) % 1.0) - 0.5
    stitch = np.cos(rows * 2 * np.pi) * (0.35 + 0.65 * across)
    texture = 1.0 + 0.17 * stitch - 0.16 * (across < 0.18) + 0.05 * _fine(rng, 64)
    kind = dice.pick("knit kind", ("plain", "rib", "cable"))
    if kind == "rib":
        texture *= _ribs(period * 3 if period < 10 else 32.0, 0.14)
    elif kind == "cable":
        phase = np.abs(((x / 64.0) % 1.0) - 0.5)
        strand = np.cos((y / 32.0) * 2 * np.pi + np.sign(((x / 64.0) % 1.0) - 0.5) * phase * 12)
        texture += np.where(phase < 0.24, 0.2 * strand, 0.0) - 0.24 * (np.abs(phase - 0.26) < 0.03)
    return np.asarray(texture, np.float32)


def _leather(rng: np.random.Generator, _dice: Dice) -> Plane:
    cells = np.abs(_fine(rng, 64)) + 0.6 * np.abs(_fine(rng, 40))
    return np.asarray((1.0 - 0.10 * np.exp(-cells * 5) + 0.02 * _fine(rng, 16)), np.float32)


def _chiffon(rng: np.random.Generator, _dice: Dice) -> Plane:
    x, y = _grid()
    mesh = np.sin(x * (2 * np.pi / 3.2)) * np.sin(y * (2 * np.pi / 3.2))
    crinkle = np.tanh(1.4 * seamless(rng, 42, 3, TILE_PX))
    return np.asarray(1.0 + 0.04 * mesh + 0.125 * crinkle + 0.05 * seamless(rng, 18, 2, TILE_PX), np.float32)


def _corduroy(rng: np.random.Generator, _dice: Dice) -> Plane:
    return np.asarray((_ribs(8.0, 0.22) + 0.05 * _fine(rng, 90)), np.float32)


def _sequins(rng: np.random.Generator, _dice: Dice) -> Plane:
    spangles = rng.gamma(1.1, 0.55, (32, 32)).astype(np.float32)
    big = cv2.resize(spangles, (TILE_PX, TILE_PX), interpolation=cv2.INTER_NEAREST)
    x, y = _grid()
    round_off = np.minimum(((x % 8) - 3.5) ** 2 + ((y % 8) - 3.5) ** 2, 16.0) / 16.0
    return np.asarray(np.clip(0.62 + 0.62 * big * (1 - round_off), 0.35, 2.6), np.float32)


def _fleece(rng: np.random.Generator, _dice: Dice) -> Plane:
    return np.asarray((1.0 + 0.13 * _fine(rng, 48) + 0.11 * _fine(rng, 80)), np.float32)


def _satin(rng: np.random.Generator, _dice: Dice) -> Plane:
    return np.asarray((1.0 + 0.012 * seamless(rng, 128, 20, TILE_PX)), np.float32)


_OTHERS = {"satin": _satin, "corduroy": _corduroy, "sequins": _sequins, "fleece": _fleece}
_TEXTURES = {"cotton": _cotton, "denim": _denim, "knit": _knit, "leather": _leather, "chiffon": _chiffon}
_FOLDS: Final = {  # strength of waves and of creases, creases, their uprightness, waves across and down
    "cotton": (0.075, 0.50, 46, 0.1, 4, 3),
    "denim": (0.07, 0.36, 34, 0.0, 4, 3),
    "knit": (0.065, 0.12, 12, 0.2, 3, 3),
    "leather": (0.19, 1.15, 60, 0.0, 5, 4),
    "chiffon": (0.07, 0.42, 40, 0.75, 8, 2),
    "satin": (0.22, 0.55, 26, 0.5, 4, 2),
    "corduroy": (0.07, 0.20, 16, 0.0, 4, 3),
    "sequins": (0.10, 0.15, 12, 0.0, 4, 3),
    "fleece": (0.085, 0.10, 10, 0.0, 3, 3),
}
_GLOSS: Final = {"leather": 190.0, "satin": 150.0, "sequins": 110.0, "cotton": 18.0, "chiffon": 30.0}


_THREADS: Final = ((206, 142, 66), (222, 170, 98), (232, 214, 180), (214, 128, 50))


def _fold_tile(rng: np.random.Generator, kind: str, contrast: float) -> Plane:
    """Shading by slow waves and short creases, lit from the upper left."""
    soft, crease, count, upright, across, down = _FOLDS[kind]
    waves = np.asarray(
        seamless(rng, across, down, TILE_PX) + 0.4 * seamless(rng, across * 2 + 1, down * 2, TILE_PX),
        np.float32,
    )
    ironed = rng.uniform(0.25, 1.0)
    if kind in {"leather", "satin"}:  # what tells them apart is how they shine
        ironed, contrast = 0.5 + 0.5 * ironed, max(contrast, 0.9)
    lines = wrinkles(rng, TILE_PX, round(count * (0.4 + ironed)), 95.0, upright=upright)
    shade = soft * np.tanh(slope(np.float32(5.0) * waves, 2) * 0.7) + crease * ironed * slope(lines)
    folds = 1.0 + contrast * shade + 0.018 * waves
    return np.asarray(np.clip(folds - (folds.mean() - 1.0), 0.4, 1.7), np.float32)


def make_cloth(spec: GarmentSpec, dice: Dice) -> Cloth:
    """Texture and folds of the specification's fabric, from its fabric seed."""
    kind = spec.fabric
    if kind == "other":
        kind = dice.weighted("other fabric", {"satin": 3.0, "corduroy": 2.0, "sequins": 1.6, "fleece": 2.0})
        if spec.category == "outwear":
            kind = dice.weighted("other coat", {"satin": 4.0, "fleece": 2.0, "corduroy": 1.0})
    rng = dice.generator("cloth")
    maker = _TEXTURES.get(kind) or _OTHERS[kind]
    texture = maker(rng, dice)
    texture = np.clip(texture / texture.mean(), 0.3, 2.6).astype(np.float32)
    return Cloth(
        texture=texture,
        rib=_ribs(6.4, 0.10) if kind != "knit" else _ribs(12.8, 0.15),
        folds=_fold_tile(rng, kind, spec.scene.contrast),
        gloss=_GLOSS.get(kind, 12.0),
        opacity=0.72 if kind == "chiffon" else 1.0,
        thread=dice.pick("visible thread", _THREADS) if kind == "denim" else None,
        bulk={"knit": 1.4, "fleece": 1.6, "leather": 1.2, "denim": 1.1, "chiffon": 0.6}.get(kind, 1.0),
    )
