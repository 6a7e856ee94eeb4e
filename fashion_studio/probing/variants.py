"""Variants of one photo: pure functions from an image, and a garment mask, to an image of its size.

After Geirhos et al., ICLR 2019, section 2.1 (original, greyscale, silhouette, edges, texture); shuffled and
blurred are the usual controls: the first keeps texture and breaks the outline, the second the reverse.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import cv2
import numpy as np

from fashion_studio.imaging.matting import mask_box
from fashion_studio.probing.records import VariantKind

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "GRID_CELLS",
    "blurred",
    "edges",
    "grey",
    "has_garment",
    "make_variant",
    "shuffled",
    "silhouette",
    "texture_patches",
]

GRID_CELLS: Final = 4
"""Cells along the short side of a shuffled photo."""

_BLUR_SHARE: Final = 0.02
_EDGE_SIGMA: Final = 2.0**0.5
_NOT_EDGES: Final = (
    0.7  # share of pixels below the upper threshold, and lower to upper: those of MATLAB's edge()
)
_LOWER_TO_UPPER: Final = 0.4
_PATCH_SHARES: Final = (0.34, 0.25, 0.18, 0.13, 0.09, 0.06)
_SMALLEST_PATCH_PX: Final = 8
_FILLED: Final = 0.995
_ENOUGH_PLACES: Final = 24
_SMALLEST_SHARE: Final = 0.002


def has_garment(mask: NDArray[np.float32]) -> bool:
    """Whether a mask (H, W), 0 to 1, holds more than a speck."""
    return mask_box(mask) is not None and float((mask >= 0.5).mean()) >= _SMALLEST_SHARE


def grey(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Luma (BT.601) in all three channels. (H, W, 3) uint8 RGB, as everywhere here."""
    return cv2.cvtColor(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB).astype(
        np.uint8, copy=False
    )


def silhouette(mask: NDArray[np.float32]) -> NDArray[np.uint8]:
    """The garment black on white, its edge as soft as the mask's.

    Args:
        mask: (H, W), 0 to 1.
    """
    plane = np.rint(255.0 * (1.0 - np.clip(mask, 0.0, 1.0))).astype(np.uint8)
    return np.repeat(plane[:, :, None], 3, axis=2)


def edges(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Black lines on white: Canny with the blur and thresholds of MATLAB's `edge(image, 'canny')`.

    Blur of √2 px; the upper threshold leaves 70 % of the pixels below it, the lower is 0.4 of the upper. A
    picture without any gradient has no line.
    """
    plane = cv2.GaussianBlur(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), (0, 0), _EDGE_SIGMA)
    across = cv2.Sobel(plane, cv2.CV_16S, 1, 0)
    down = cv2.Sobel(plane, cv2.CV_16S, 0, 1)
    strength = np.hypot(across.astype(np.float32), down.astype(np.float32))
    upper = max(1.0, float(np.quantile(strength[::2, ::2], _NOT_EDGES)))
    lines = cv2.Canny(across, down, _LOWER_TO_UPPER * upper, upper, L2gradient=True)
    return np.repeat((255 - lines)[:, :, None], 3, axis=2).astype(np.uint8, copy=False)


def blurred(image: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """A Gaussian blur of 2 % of the long side: folds and prints go, the outline stays."""
    sigma = _BLUR_SHARE * max(image.shape[:2])
    return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.uint8)


def shuffled(
    image: NDArray[np.uint8], generator: np.random.Generator, *, cells: int = GRID_CELLS
) -> NDArray[np.uint8]:
    """Square cells of the photo in another order; what is left over at the right and the bottom stays.

    Args:
        image: (H, W, 3).
        generator: of the order.
        cells: along the short side.
    """
    height, width = image.shape[:2]
    side = max(1, min(height, width) // cells)
    rows, columns = height // side, width // side
    inner = image[: rows * side, : columns * side].reshape(rows, side, columns, side, 3).swapaxes(1, 2)
    order = generator.permutation(rows * columns)
    mixed = inner.reshape(rows * columns, side, side, 3)[order].reshape(rows, columns, side, side, 3)
    result = image.copy()
    result[: rows * side, : columns * side] = mixed.swapaxes(1, 2).reshape(rows * side, columns * side, 3)
    return result


def texture_patches(
    image: NDArray[np.uint8],
    mask: NDArray[np.float32],
    generator: np.random.Generator,
    *,
    size_px: tuple[int, int] | None = None,
) -> NDArray[np.uint8] | None:
    """Square patches from inside the garment, tiled over the whole picture: all texture, no outline.

    Args:
        image: (H, W, 3).
        mask: (H, W), 0 to 1.
        generator: of the places.
        size_px: width and height of the result; the photo's own by default.

    Returns:
        The picture, or None where the garment has no room for a patch of 8 px.
    """
    height, width = image.shape[:2]
    side, places = _patch_places(mask)
    if not side:
        return None
    wide, high = size_px or (width, height)
    result = np.empty((high, wide, 3), np.uint8)
    for top in range(0, high, side):
        for left in range(0, wide, side):
            y, x = places[int(generator.integers(len(places)))]
            patch = image[y : y + min(side, high - top), x : x + min(side, wide - left)]
            result[top : top + side, left : left + side] = patch
    return result


def make_variant(
    kind: VariantKind, image: NDArray[np.uint8], mask: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.uint8] | None:
    """Any variant but `STYLISED`, which needs a network (`fashion_studio.probing.styles`).

    Args:
        kind: which.
        image: (H, W, 3) uint8 RGB.
        mask: (H, W), 0 to 1; not looked at unless `kind.needs_mask`.
        generator: of what is drawn by chance.

    Returns:
        None where the garment is too small for it.
    """
    if kind.needs_mask and not has_garment(mask):
        return None
    if kind is VariantKind.ORIGINAL:
        return image
    if kind is VariantKind.SILHOUETTE:
        return silhouette(mask)
    if kind is VariantKind.TEXTURE:
        return texture_patches(image, mask, generator)
    if kind is VariantKind.SHUFFLED:
        return shuffled(image, generator)
    return {VariantKind.GREY: grey, VariantKind.EDGES: edges, VariantKind.BLURRED: blurred}[kind](image)


def _patch_places(mask: NDArray[np.float32]) -> tuple[int, NDArray[np.intp]]:
    """The largest patch that fits in two dozen places, and these places' corners (y, x); side 0 for none."""
    inside = (mask >= 0.5).astype(np.float32)
    filled = cv2.integral(inside)
    short = min(mask.shape)
    best: tuple[int, NDArray[np.intp]] = (0, np.empty((0, 2), np.intp))
    for share in _PATCH_SHARES:
        side = round(share * short)
        if side < _SMALLEST_PATCH_PX:
            break
        sums = filled[side:, side:] - filled[:-side, side:] - filled[side:, :-side] + filled[:-side, :-side]
        places = np.argwhere(sums >= _FILLED * side * side)
        if len(places) >= _ENOUGH_PLACES:
            return side, places
        if len(places) and not best[0]:
            best = side, places
    return best
