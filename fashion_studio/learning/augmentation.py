"""Random views of a training picture. Whatever moves pixels moves landmarks and mask along.

Colours are labels here, so hue is left alone and brightness and contrast change mildly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["Augmentation", "View", "augment", "replace_background"]


@dataclass(frozen=True, slots=True)
class Augmentation:
    """Strengths; every `*_share` is a probability, 0 to 1.

    Attributes:
        rotation_deg: standard deviation of the rotation, cut at three of them.
        upside_share: share of views turned by any angle at all.
        scale_low, scale_high: size of the garment relative to the cached picture.
        shift: shift in fractions of the side, both axes.
        aspect: log-range of a change of aspect.
        shear: range of shear.
        brightness, contrast, gamma, warmth: ranges around no change.
        gray_share: share of views without colour (their colour labels are masked).
        blur_share, noise_share, jpeg_share: of blurred, noisy and compressed views.
        erase_share: share of views with one random rectangle covered.
        background_share: share of the views of pictures with a sure mask that get another background.
    """

    flip_share: float = 0.5
    rotation_deg: float = 12.0
    upside_share: float = 0.0
    scale_low: float = 0.75
    scale_high: float = 1.2
    shift: float = 0.08
    aspect: float = 0.12
    shear: float = 0.05
    brightness: float = 0.12
    contrast: float = 0.15
    gamma: float = 0.15
    warmth: float = 0.04
    gray_share: float = 0.0
    blur_share: float = 0.15
    noise_share: float = 0.2
    jpeg_share: float = 0.2
    erase_share: float = 0.25
    background_share: float = 0.3


@dataclass(slots=True)
class View:
    """One augmented picture.

    Attributes:
        square: (S, S, 3) uint8 RGB.
        mask: (S, S) uint8.
        points: (K, 2) float32 in the square's pixels.
        inside: (K,) bool, False for points that the view has pushed out of the picture.
        mirrored: whether left and right were exchanged; rows of per-landmark labels have to follow.
        gray: whether the colour is gone.
        erased: left, top, right, bottom of a covered rectangle; all 0 without one. Already out of the mask.
    """

    square: NDArray[np.uint8]
    mask: NDArray[np.uint8]
    points: NDArray[np.float32]
    inside: NDArray[np.bool_]
    mirrored: bool
    gray: bool
    erased: tuple[int, int, int, int]


def augment(
    square: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    points: NDArray[np.float32],
    *,
    side_px: int,
    mirror_order: Sequence[int],
    strength: Augmentation,
    rng: np.random.Generator,
) -> View:
    """One random view of `side_px`; the same generator state gives the same view."""
    matrix = _motion(square.shape[0], side_px, strength, rng)
    size = (side_px, side_px)
    warped = cv2.warpAffine(square, matrix, size, flags=cv2.INTER_AREA, borderValue=IMAGENET_MEAN_RGB)
    seen = np.asarray(warped, dtype=np.uint8)
    garment = np.asarray(cv2.warpAffine(mask, matrix, size, flags=cv2.INTER_LINEAR), dtype=np.uint8)
    # OpenCV puts pixel centres at whole numbers, the program at halves
    moved = (points - 0.5) @ matrix[:, :2].T + matrix[:, 2] + 0.5
    mirrored = bool(rng.random() < strength.flip_share)
    if mirrored:
        seen, garment = _mirrored(seen), _mirrored(garment)
        moved = np.stack((side_px - moved[:, 0], moved[:, 1]), axis=1)[list(mirror_order)]
    seen, gray = _tint(seen, strength, rng)
    seen = _degrade(seen, strength, rng)
    erased = (0, 0, 0, 0)
    if rng.random() < strength.erase_share:
        erased = _erase(seen, garment, rng)
    inside = np.asarray(((moved >= 0) & (moved < side_px)).all(1))
    return View(
        seen,
        garment,
        moved.astype(np.float32),
        inside,
        mirrored,
        gray,
        erased,
    )


def replace_background(
    square: NDArray[np.uint8],
    mask: NDArray[np.uint8],
    other: NDArray[np.uint8],
    rng: np.random.Generator,
) -> NDArray[np.uint8]:
    """The garment before a piece of another picture.

    The piece is cut from a corner of `other`, where garment photos show floor, wall or bed, and mirrored
    to fill the square, so that it brings a real surface and no second garment.
    """
    side = square.shape[0]
    height = round(side * rng.uniform(0.15, 0.3))
    width = round(side * rng.uniform(0.15, 0.22))
    # letterbox bars may lie along one pair of sides: cut inside the picture proper
    left_bar, top_bar = _bars(other)
    left = left_bar if rng.random() < 0.5 else side - left_bar - width
    top = top_bar if rng.random() < 0.5 else side - top_bar - height
    piece = other[top : top + height, left : left + width]
    tile = np.concatenate((piece, piece[:, ::-1]), axis=1)
    tile = np.concatenate((tile, tile[::-1]), axis=0)
    scale = rng.uniform(1.0, 3.0)
    grown = np.asarray(cv2.resize(tile, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR))
    repeats = (-(-side // grown.shape[0]), -(-side // grown.shape[1]), 1)
    floor = np.tile(grown, repeats)[:side, :side].astype(np.float32)
    share = mask[..., None].astype(np.float32) / 255.0
    return np.asarray(np.rint(square * share + floor * (1 - share)), dtype=np.uint8)


def _bars(square: NDArray[np.uint8]) -> tuple[int, int]:
    plain = (square == np.array(IMAGENET_MEAN_RGB, np.uint8)).all(2)
    limit = square.shape[0] // 3
    columns = plain.all(0)[:limit]
    rows = plain.all(1)[:limit]
    left = int(columns.argmin()) if not columns.all() else limit
    top = int(rows.argmin()) if not rows.all() else limit
    return left, top


def _motion(
    cached_px: int, side_px: int, strength: Augmentation, rng: np.random.Generator
) -> NDArray[np.float64]:
    scale = math.exp(rng.uniform(math.log(strength.scale_low), math.log(strength.scale_high)))
    spread = float(np.clip(rng.normal(), -3, 3)) * strength.rotation_deg
    turned = rng.random() < strength.upside_share
    angle = math.radians(rng.uniform(-180, 180) if turned else spread)
    aspect = math.exp(rng.uniform(-strength.aspect, strength.aspect) / 2)
    shear = rng.uniform(-strength.shear, strength.shear)
    zoom = scale * side_px / cached_px
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = zoom * turn @ np.array([[aspect, shear], [0.0, 1.0 / aspect]])
    shift = rng.uniform(-strength.shift, strength.shift, 2) * side_px
    # centre to centre, in OpenCV's frame of whole-number pixel centres
    offset = (side_px - 1) / 2 + shift - linear @ np.full(2, (cached_px - 1) / 2)
    return np.concatenate((linear, offset[:, None]), axis=1)


def _tint(
    square: NDArray[np.uint8], strength: Augmentation, rng: np.random.Generator
) -> tuple[NDArray[np.uint8], bool]:
    gray = bool(rng.random() < strength.gray_share)
    if gray:
        level_of = np.asarray(cv2.cvtColor(square, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
        square = np.repeat(level_of[..., None], 3, axis=2)
    gain = 1 + rng.uniform(-strength.brightness, strength.brightness)
    contrast = 1 + rng.uniform(-strength.contrast, strength.contrast)
    gamma = math.exp(rng.uniform(-strength.gamma, strength.gamma))
    warmth = rng.uniform(-strength.warmth, strength.warmth)
    level = np.linspace(0.0, 1.0, 256) ** gamma
    level = (level * gain - 0.45) * contrast + 0.45
    balance = np.array([1 + warmth, 1.0, 1 - warmth])
    table = np.clip(np.rint(level[:, None] * balance * 255), 0, 255).astype(np.uint8)
    return np.asarray(cv2.LUT(square, table[None]), dtype=np.uint8), gray


def _degrade(
    square: NDArray[np.uint8], strength: Augmentation, rng: np.random.Generator
) -> NDArray[np.uint8]:
    if rng.random() < strength.blur_share:
        square = np.asarray(cv2.GaussianBlur(square, (0, 0), rng.uniform(0.4, 1.4)), dtype=np.uint8)
    if rng.random() < strength.noise_share:
        noise = rng.normal(0, rng.uniform(2, 9), (*square.shape[:2], 1 if rng.random() < 0.5 else 3))
        square = np.clip(square + noise, 0, 255).astype(np.uint8)
    if rng.random() < strength.jpeg_share:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(35, 90))]
        _, data = cv2.imencode(".jpg", square, quality)
        square = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), dtype=np.uint8)
    return square


def _mirrored(pixels: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(pixels[:, ::-1], dtype=np.uint8)


def _erase(
    square: NDArray[np.uint8], mask: NDArray[np.uint8], rng: np.random.Generator
) -> tuple[int, int, int, int]:
    side = square.shape[0]
    height, width = (round(side * rng.uniform(0.08, 0.28)) for _ in range(2))
    top, left = int(rng.integers(0, side - height)), int(rng.integers(0, side - width))
    square[top : top + height, left : left + width] = rng.integers(0, 256, 3)
    mask[top : top + height, left : left + width] = 0
    return left, top, left + width, top + height
