"""The pictures that style transfer learns from: photos, rendered garments, patches of their cloth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch

from fashion_studio.domain.errors import Cancelled, PhotoError, UserError
from fashion_studio.imaging.decode import decode
from fashion_studio.rendering.cloth_patches import cloth_patch
from fashion_studio.rendering.render import render_seed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.learning.style.adain_recipe import AdaInRecipe

__all__ = ["Pictures", "centre_square", "load_pictures"]

_HELD: Final = 10
"""Of so many photos one is held back for measuring."""
_MOST_HELD: Final = 64
_LEAST: Final = 2


@dataclass(frozen=True, slots=True)
class Pictures:
    """Squares of uint8 RGB, each (N, S, S, 3).

    Attributes:
        contents, styles: to learn from.
        held: photos that nothing is learnt from.
    """

    contents: NDArray[np.uint8]
    styles: NDArray[np.uint8]
    held: NDArray[np.uint8]

    def batch(self, seed: int, recipe: AdaInRecipe) -> tuple[Tensor, Tensor, Tensor]:
        """Contents and styles (B, 3, side, side) in 0 to 1, cut and mirrored at random, and α (B,).

        The same seed gives the same batch.
        """
        rng = np.random.default_rng(seed)
        drawn = [_cut(pool, recipe, rng) for pool in (self.contents, self.styles)]
        alpha = rng.uniform(recipe.least_alpha, 1.0, recipe.batch_size).astype(np.float32)
        return drawn[0], drawn[1], torch.from_numpy(alpha)


def centre_square(image: NDArray[np.uint8], side_px: int) -> NDArray[np.uint8]:
    """The middle of a picture as a square of `side_px`: (H, W, 3) to (side_px, side_px, 3)."""
    height, width = image.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    cut = np.ascontiguousarray(image[top : top + side, left : left + side])
    how = cv2.INTER_AREA if side >= side_px else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(cut, (side_px, side_px), interpolation=how), np.uint8)


def load_pictures(
    photos: Sequence[Path],
    styles: Sequence[Path],
    recipe: AdaInRecipe,
    seed: int,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Pictures:
    """Reads and renders what a training needs; what cannot be decoded is left out.

    Args:
        photos: contents.
        styles: pictures that are styles only.
        recipe: says how many renderings, and how large.
        seed: of the renderings and of which photos are held back.
        on_progress: pictures read, pictures in all.
        should_stop: asked before each.

    Raises:
        Cancelled: on request.
        UserError: too few pictures are left.
    """
    side = recipe.loaded_px
    total, done = len(photos) + len(styles) + 2 * recipe.renderings, 0

    def step() -> None:
        nonlocal done
        if should_stop():
            raise Cancelled
        on_progress(done, total)
        done += 1

    def read(paths: Sequence[Path]) -> list[NDArray[np.uint8]]:
        found = []
        for path in paths:
            step()
            try:
                found.append(centre_square(decode(path, max_side_px=2 * side), side))
            except PhotoError:
                continue
        return found

    own = read(photos)
    order = np.random.default_rng(seed).permutation(len(own))
    held = set(order[: min(_MOST_HELD, len(own) // _HELD)].tolist())
    contents = [square for number, square in enumerate(own) if number not in held]
    style_squares = read(styles) + (list(contents) if recipe.styles_from_photos else [])
    for number in range(recipe.renderings):
        step()
        contents.append(centre_square(render_seed(seed + number, width_px=192, height_px=256).image, side))
        step()
        style_squares.append(cloth_patch(seed + number, side))
    if min(len(contents), len(style_squares)) < _LEAST:
        msg = (
            f"Style transfer learns from pictures: there are {len(contents)} contents and "
            f"{len(style_squares)} styles. Name a folder of photos (--photos) and one of styles (--styles)."
        )
        raise UserError(msg)
    kept = [own[number] for number in sorted(held)] or contents[:1]
    return Pictures(np.stack(contents), np.stack(style_squares), np.stack(kept))


def _cut(pool: NDArray[np.uint8], recipe: AdaInRecipe, rng: np.random.Generator) -> Tensor:
    made = []
    for place in rng.integers(0, len(pool), recipe.batch_size):
        top, left = rng.integers(0, recipe.loaded_px - recipe.side_px + 1, 2)
        square = pool[place, top : top + recipe.side_px, left : left + recipe.side_px]
        made.append(square[:, ::-1] if rng.random() < 0.5 else square)
    return torch.from_numpy(np.stack(made)).permute(0, 3, 1, 2).float() / 255.0
