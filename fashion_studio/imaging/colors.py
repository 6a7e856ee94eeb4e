"""Colour as it is seen: CIELAB, CIEDE2000, and the palette of a garment in named colours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.predictions import PaletteColor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

__all__ = ["ciede2000", "lab_to_srgb", "measure_palette", "srgb_to_lab"]

# sRGB to XYZ, IEC 61966-2-1; white is D65, 2° observer, so that (255, 255, 255) is exactly L = 100.
_TO_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE: Final = _TO_XYZ.sum(axis=1)
_FROM_XYZ: Final = np.linalg.inv(_TO_XYZ)
_EPSILON: Final = 216 / 24389
_KAPPA: Final = 24389 / 27

_SAMPLED_PIXELS: Final = 2048
_GRID_PIXELS: Final = 250_000
_CLUSTERS: Final = 6
_ROUNDS: Final = 12
_LEAST_SHARE: Final = 0.03
_INSIDE: Final = 0.5
# Folds and shadows change lightness, not colour: in the clustering (not in the naming) it counts less.
_LIGHTNESS_WEIGHT: Final = 0.6


def _linear(srgb: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


_LINEAR_OF_BYTE: Final = _linear(np.arange(256) / 255.0)


def srgb_to_lab(rgb: ArrayLike) -> NDArray[np.float64]:
    """From sRGB (..., 3), 0 to 255 of any type, to CIELAB (D65) (..., 3) float64: L 0 to 100.

    Source: IEC 61966-2-1 (transfer curve), CIE 15:2004 §8.2.1 (CIELAB).
    """
    values = np.asarray(rgb)
    is_bytes = values.dtype == np.uint8
    linear = _LINEAR_OF_BYTE[values] if is_bytes else _linear(np.clip(values / 255.0, 0.0, 1.0))
    relative = linear @ (_TO_XYZ / _WHITE[:, None]).T
    f = np.where(relative > _EPSILON, np.cbrt(relative), (_KAPPA * relative + 16.0) / 116.0)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)], axis=-1)


def lab_to_srgb(lab: ArrayLike) -> NDArray[np.uint8]:
    """From CIELAB (D65) (..., 3) to sRGB (..., 3) uint8; colours outside sRGB are clipped."""
    values = np.asarray(lab, dtype=np.float64)
    y = (values[..., 0] + 16.0) / 116.0
    f = np.stack([y + values[..., 1] / 500.0, y, y - values[..., 2] / 200.0], axis=-1)
    relative = np.where(f**3 > _EPSILON, f**3, (116.0 * f - 16.0) / _KAPPA)
    linear = np.clip((relative * _WHITE) @ _FROM_XYZ.T, 0.0, 1.0)
    srgb = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(np.rint(srgb * 255.0), dtype=np.uint8)


def ciede2000(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Colour difference ΔE00 between CIELAB colours (..., 3), broadcast; k_L = k_C = k_H = 1.

    Source: Sharma, Wu, Dalal 2005, "The CIEDE2000 color-difference formula: implementation notes,
    supplementary test data, and mathematical observations", eq. 2-22.
    """
    l_1, a_1, b_1 = np.moveaxis(np.asarray(first, dtype=np.float64), -1, 0)
    l_2, a_2, b_2 = np.moveaxis(np.asarray(second, dtype=np.float64), -1, 0)
    g = 0.5 * (1.0 - _chroma_weight((np.hypot(a_1, b_1) + np.hypot(a_2, b_2)) / 2.0))
    a_1, a_2 = (1.0 + g) * a_1, (1.0 + g) * a_2
    c_1, c_2 = np.hypot(a_1, b_1), np.hypot(a_2, b_2)
    h_1, h_2 = np.degrees(np.arctan2(b_1, a_1)) % 360.0, np.degrees(np.arctan2(b_2, a_2)) % 360.0

    coloured = (c_1 * c_2) != 0
    turn = h_2 - h_1
    turn = np.where(turn > 180.0, turn - 360.0, np.where(turn < -180.0, turn + 360.0, turn))
    d_l, d_c = l_2 - l_1, c_2 - c_1
    d_h = 2.0 * np.sqrt(c_1 * c_2) * np.sin(np.radians(np.where(coloured, turn, 0.0)) / 2.0)

    l_mean, c_mean = (l_1 + l_2) / 2.0, (c_1 + c_2) / 2.0
    h_sum = h_1 + h_2
    across = np.where(h_sum < 360.0, h_sum + 360.0, h_sum - 360.0)
    h_mean = np.where(coloured, np.where(np.abs(h_1 - h_2) <= 180.0, h_sum, across) / 2.0, h_sum)
    t = (
        1.0
        - 0.17 * np.cos(np.radians(h_mean - 30.0))
        + 0.24 * np.cos(np.radians(2.0 * h_mean))
        + 0.32 * np.cos(np.radians(3.0 * h_mean + 6.0))
        - 0.20 * np.cos(np.radians(4.0 * h_mean - 63.0))
    )
    s_l = 1.0 + 0.015 * (l_mean - 50.0) ** 2 / np.sqrt(20.0 + (l_mean - 50.0) ** 2)
    s_c, s_h = 1.0 + 0.045 * c_mean, 1.0 + 0.015 * c_mean * t
    d_theta = 30.0 * np.exp(-(((h_mean - 275.0) / 25.0) ** 2))
    r_t = -np.sin(np.radians(2.0 * d_theta)) * 2.0 * _chroma_weight(c_mean)
    l_term, c_term, h_term = d_l / s_l, d_c / s_c, d_h / s_h
    return np.asarray(np.sqrt(l_term**2 + c_term**2 + h_term**2 + r_t * c_term * h_term))


def _chroma_weight(chroma: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.sqrt(chroma**7 / (chroma**7 + 25.0**7)))


def measure_palette(
    image: NDArray[np.uint8],
    mask: NDArray[Any],
    names: Sequence[tuple[str, tuple[int, int, int]]],
    *,
    seed: int = 0,
) -> tuple[PaletteColor, ...]:
    """Colours of a garment: k-means in CIELAB inside its mask, each cluster named by CIEDE2000.

    Clusters of one name are joined, shares under 3 % are left out (the main colour never is), and the rest
    sums to 1. The same input and seed give the same palette.

    Args:
        image: (H, W, 3) uint8 sRGB.
        mask: (H, W), the garment's share of each pixel, 0 to 1, or bool.
        names: colour names with their sRGB reference.
        seed: of the pixels that are sampled and of the clusters' first centres.

    Returns:
        Largest share first; empty when no pixel is inside the mask.

    Raises:
        ValueError: image and mask differ in size, or no names are given.
    """
    if image.shape[:2] != mask.shape or not names:
        msg = f"a mask of {image.shape[:2]}, not {mask.shape}, and at least one colour name are needed"
        raise ValueError(msg)
    rng = np.random.default_rng(seed)
    pixels = _sample(image, mask, rng)
    if not len(pixels):
        return ()
    lab = srgb_to_lab(pixels)
    centres, counts = _cluster(lab, rng)
    references = srgb_to_lab(np.array([rgb for _, rgb in names], dtype=np.uint8))
    nearest = ciede2000(centres[:, None], references[None]).argmin(axis=1)
    totals = np.bincount(nearest, weights=counts, minlength=len(names))
    kept = [i for i in np.argsort(-totals, kind="stable") if totals[i] > 0]
    kept = [i for i in kept if totals[i] >= _LEAST_SHARE * len(lab)] or kept[:1]
    whole = float(totals[kept].sum())
    palette = []
    for index in kept:
        mine = nearest == index
        mean = np.average(centres[mine], axis=0, weights=counts[mine])
        red, green, blue = (int(v) for v in lab_to_srgb(mean))
        palette.append(PaletteColor(names[index][0], float(totals[index]) / whole, (red, green, blue)))
    return tuple(palette)


def _sample(image: NDArray[np.uint8], mask: NDArray[Any], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Up to 2,048 pixels spread over the inside of the mask, away from its rim where there is room."""
    step = max(1, int(np.sqrt(mask.size / _GRID_PIXELS)))
    inside = (mask[::step, ::step] >= _INSIDE).astype(np.uint8)
    rim_px = max(1, round(0.015 * float(np.sqrt(inside.sum()))))
    core = cv2.erode(inside, np.ones((2 * rim_px + 1, 2 * rim_px + 1), np.uint8), borderValue=1)
    places = np.flatnonzero(core if core.sum() * 2 >= inside.sum() else inside)
    if len(places) > _SAMPLED_PIXELS:
        spread = (np.arange(_SAMPLED_PIXELS) + rng.random(_SAMPLED_PIXELS)) / _SAMPLED_PIXELS
        places = places[(spread * len(places)).astype(np.intp)]
    rows, columns = np.unravel_index(places, inside.shape)
    return np.asarray(image[rows * step, columns * step])


def _cluster(
    lab: NDArray[np.float64], rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """k-means with k-means++ seeding (Arthur, Vassilvitskii 2007): centres in CIELAB, and their counts."""
    points = (lab * (_LIGHTNESS_WEIGHT, 1.0, 1.0)).astype(np.float32)
    centres = points[[int(rng.integers(len(points)))]]
    distance = ((points - centres[0]) ** 2).sum(axis=1)
    while len(centres) < _CLUSTERS and float(distance.max()) > 1.0:
        chance = np.cumsum(distance, dtype=np.float64)
        chosen = min(int(np.searchsorted(chance, rng.random() * chance[-1])), len(points) - 1)
        centres = np.concatenate([centres, points[[chosen]]])
        distance = np.minimum(distance, ((points - points[chosen]) ** 2).sum(axis=1))
    member = np.zeros(len(points), dtype=np.intp)
    for _ in range(_ROUNDS):
        before = member
        member = ((centres**2).sum(axis=1) - 2.0 * points @ centres.T).argmin(axis=1)
        counts = np.bincount(member, minlength=len(centres))
        for axis in range(3):
            sums = np.bincount(member, weights=points[:, axis], minlength=len(centres))
            centres[:, axis] = np.where(counts > 0, sums / np.maximum(counts, 1), centres[:, axis])
        if (member == before).all():
            break
    counts = np.bincount(member, minlength=len(centres))
    used = counts > 0
    means = [np.bincount(member, weights=lab[:, axis], minlength=len(centres)) for axis in range(3)]
    return np.stack(means, axis=1)[used] / counts[used, None], counts[used].astype(np.float64)
