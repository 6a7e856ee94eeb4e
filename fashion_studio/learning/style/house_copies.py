"""The stylised copies of a run by the house recipe: of its photos and renderings, before the first round."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.learning.phase_fit import device_kind
from fashion_studio.learning.style.copies import COPIES, Making
from fashion_studio.learning.style.run_copies import make_stylist, not_stylised
from fashion_studio.learning.style.square_copies import Squares, Within, copy_squares, pixel_hashes

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.context import RunContext
    from fashion_studio.learning.material import Material
    from fashion_studio.learning.style.square_copies import SquareCopies

__all__ = ["with_copies"]


def with_copies(
    material: Material,
    context: RunContext,
    adain: Path | None,
    styles: Path | None,
    on_progress: Callable[[int, int], None],
) -> Material:
    """The material with its stylised copies, made where they are missing; as it is without `[stylising]`.

    Cloth goes on garments whose mask is known before anything is learnt: of renderings, and of photos that a
    person has outlined. Pictures without a copy are seen as they are.

    Args:
        material: with what a person saw laid over it.
        context: of the run.
        adain: folder with a style transfer's weights.
        styles: folder of pictures; None takes rendered cloth.
        on_progress: copies done, copies in all.

    Raises:
        Cancelled: on request; what is made stays.
        UserError: the weights or a style cannot be used.
        EnvironmentProblem: the disk does not take the copies, or there is no such device.
    """
    if not context.recipe.stylises:
        return material
    copies = tuple(
        _copies(pictures, context, adain, styles, on_progress) for pictures in material.training_sets
    )
    return replace(material, copies=copies)


def _copies(
    pictures: PictureSet,
    context: RunContext,
    adain: Path | None,
    styles: Path | None,
    on_progress: Callable[[int, int], None],
) -> SquareCopies:
    plan = context.recipe.stylising

    def square(row: int) -> NDArray[np.uint8]:
        return np.asarray(pictures.squares[row])

    def mask(row: int) -> NDArray[np.uint8] | None:
        return np.asarray(pictures.masks[row]) if pictures.labels.mask_weight[row] > 0 else None

    squares = Squares(pixel_hashes(len(pictures), square), square, mask)
    stylist = make_stylist(plan, adain, styles, squares.mask_of, device_kind(context.device))
    side_px = pictures.squares.shape[1]
    if plan.source == "adain":

        def box_of(picture: DataListPhoto) -> tuple[int, int, int, int]:
            width, height = (round(float(each)) for each in pictures.labels.extent[squares.row_of(picture)])
            return (side_px - width) // 2, (side_px - height) // 2, width, height

        stylist = Within(stylist, box_of)
    copies, (made, left_out) = copy_squares(
        squares,
        context.run_dir / COPIES,
        Making(stylist, plan.copies, context.seed, side_px),
        on_progress=on_progress,
        should_stop=context.should_stop,
    )
    if made or left_out:
        words = not_stylised(left_out, len(pictures) * plan.copies) if left_out else ""
        context.emit({"event": "stylised", "made": made, "left_out": left_out, "words": words})
    return copies
