"""Stylised copies in an adversarial training, for the edits that a style leaves possible.

A copy has its picture's shape and another surface. So an attribute of the surface (colour, pattern) is never
edited in a copy: nobody knows the value that is there. What is left (sleeves) is edited in copies as in
pictures: same value there, same value wanted, the same losses but the perceptual one, whose reference would
ask for another surface. Pairs stay as they are: the renderer draws their cloth at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.learning.style.copies import COPIES, Making
from fashion_studio.learning.style.run_copies import make_stylist, stylising_progress, tell_copies
from fashion_studio.learning.style.square_copies import Squares, copy_squares, pixel_hashes

if TYPE_CHECKING:
    import torch
    from numpy.typing import NDArray

    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice
    from fashion_studio.learning.style.square_copies import SquareCopies

__all__ = ["StylisedViews", "prepare_views"]


@dataclass(frozen=True, slots=True)
class StylisedViews:
    """The copies of a run's pictures.

    Attributes:
        copies: of the training pictures, row by row.
        shares: of copies among the views, per phase.
    """

    copies: SquareCopies
    shares: tuple[float, ...]

    def lay_over(
        self, squares: NDArray[np.uint8], rows: NDArray[np.int64], numbers: NDArray[np.int64]
    ) -> None:
        """Puts the drawn copies into a batch (B, S, S, 3) of these rows, in place; -1 leaves the picture."""
        for place, (row, number) in enumerate(zip(rows, numbers, strict=True)):
            copy = self.copies.read(int(row), int(number)) if number >= 0 else None
            if copy is not None:
                squares[place] = copy


def prepare_views(
    frozen: FrozenRun, pictures: Pictures, device: torch.device, voice: RunVoice
) -> StylisedViews | None:
    """Makes the copies that are missing; None for a recipe that does not stylise.

    Args:
        frozen: the run.
        pictures: trained on; their masks say where a garment may be filled with cloth.
        device: to stylise on.
        voice: is told how far it is.

    Raises:
        Cancelled: on request; what is made stays.
        UserError: the weights or a style cannot be used.
        EnvironmentProblem: the disk does not take the copies.
    """
    recipe = frozen.recipe
    if not recipe.stylises:
        return None
    plan = recipe.stylising

    def square(row: int) -> NDArray[np.uint8]:
        return np.asarray(pictures.squares(np.array([row]))[0], np.uint8)

    def mask(row: int) -> NDArray[np.uint8] | None:
        found = pictures.garment(np.array([row]))[0]
        return np.asarray(found, np.uint8) if found.any() else None

    squares = Squares(pixel_hashes(len(pictures), square), square, mask)
    stylist = make_stylist(plan, frozen.path("adain"), frozen.path("styles"), squares.mask_of, device)
    copies, counts = copy_squares(
        squares,
        frozen.run_dir / COPIES,
        Making(stylist, plan.copies, int(frozen.parameters["seed"]), pictures.parts[0].shape[1]),
        on_progress=stylising_progress(voice),
        should_stop=voice.should_stop,
    )
    tell_copies(plan, *counts, len(pictures), voice)
    return StylisedViews(copies, tuple(recipe.stylised_share(phase) for phase in recipe.phases))
