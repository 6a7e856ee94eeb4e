"""The stylised copies of a run: made before its first epoch, from what its folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.learning.background_masks import MASKS, mask_path
from fashion_studio.learning.style.copies import COPIES, AdaInStylist, ClothStylist, Making, make_copies
from fashion_studio.learning.style.run_files import style_pictures
from fashion_studio.zoo.adain import load_adain

if TYPE_CHECKING:
    from collections.abc import Sequence

    import torch
    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice
    from fashion_studio.learning.style.copies import Stylist

__all__ = ["prepare_copies"]

_SPARE: float = 1.25
"""How much larger than the input a copy is, so that crops have something to cut."""


def prepare_copies(
    frozen: FrozenRun,
    recipe: MethodRecipe,
    photos: Sequence[DataListPhoto],
    device: torch.device,
    voice: RunVoice,
) -> None:
    """Makes what is missing; nothing for a recipe that does not stylise.

    Args:
        frozen: the run, with the style transfer's weights and the styles in its folder.
        recipe: as it is trained.
        photos: those for training.
        device: to stylise on.
        voice: is told how far it is.

    Raises:
        Cancelled: on request; what is made stays.
        UserError: the weights or a style cannot be used.
        EnvironmentProblem: the disk does not take the copies.
    """
    if not recipe.stylises:
        return
    plan = recipe.stylising
    made, left_out = make_copies(
        photos,
        frozen.root,
        frozen.run_dir / COPIES,
        Making(
            _stylist(frozen, recipe, device),
            plan.copies,
            int(frozen.parameters["seed"]),
            plan.side_px or round(recipe.view.side_px * _SPARE),
        ),
        on_progress=lambda done, total: voice.progress(0, 0, f"Stylising: {done:,} of {total:,}"),
        should_stop=voice.should_stop,
    )
    if made:
        voice.log(f"Made {made:,} stylised copies by {plan.source}.")
    if left_out:
        text = (
            f"{left_out:,} of {len(photos) * plan.copies:,} stylised copies could not be made (no garment "
            "found, or not readable); those photos are seen as they are."
        )
        voice.notice("warning", "not_stylised", text)


def _stylist(frozen: FrozenRun, recipe: MethodRecipe, device: torch.device) -> Stylist:
    adain = frozen.path("adain")
    if recipe.stylising.source == "adain" and adain is not None:
        styles = frozen.path("styles")
        pictures = [] if styles is None else style_pictures(styles)
        return AdaInStylist(load_adain(adain), pictures, recipe.stylising.alpha, device)

    def mask_of(photo: DataListPhoto) -> NDArray[np.uint8] | None:
        mask = cv2.imread(str(mask_path(frozen.run_dir / MASKS, photo)), cv2.IMREAD_GRAYSCALE)
        return None if mask is None else np.asarray(mask, np.uint8)

    return ClothStylist(mask_of)
