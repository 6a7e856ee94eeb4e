"""The stylised copies of a run: made before its first epoch, from what its folder holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.imaging.decode import decode
from fashion_studio.learning.background_masks import MASKS, mask_path
from fashion_studio.learning.style.copies import COPIES, AdaInStylist, ClothStylist, Making, make_copies
from fashion_studio.learning.style.run_files import style_pictures
from fashion_studio.zoo.adain import load_adain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import torch
    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice
    from fashion_studio.learning.style.copies import Stylist
    from fashion_studio.learning.style.plan import Stylising

__all__ = ["make_stylist", "not_stylised", "prepare_copies", "stylising_progress", "tell_copies"]

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

    def mask_of(photo: DataListPhoto) -> NDArray[np.uint8] | None:
        mask = cv2.imread(str(mask_path(frozen.run_dir / MASKS, photo)), cv2.IMREAD_GRAYSCALE)
        return None if mask is None else np.asarray(mask, np.uint8)

    making = Making(
        make_stylist(plan, frozen.path("adain"), frozen.path("styles"), mask_of, device),
        plan.copies,
        int(frozen.parameters["seed"]),
        plan.side_px or round(recipe.view.side_px * _SPARE),
    )
    counts = make_copies(
        photos,
        lambda photo: decode(frozen.root / photo.file, max_side_px=making.side_px),
        frozen.run_dir / COPIES,
        making,
        on_progress=stylising_progress(voice),
        should_stop=voice.should_stop,
    )
    tell_copies(plan, *counts, len(photos), voice)


def make_stylist(
    plan: Stylising,
    adain: Path | None,
    styles: Path | None,
    mask_of: Callable[[DataListPhoto], NDArray[np.uint8] | None],
    device: torch.device | str,
) -> Stylist:
    """What a recipe wants: style transfer, or cloth on the garment.

    Args:
        plan: of the recipe.
        adain: folder with a style transfer's weights; without any the garment is filled with cloth.
        styles: folder of pictures; without any rendered cloth is taken.
        mask_of: gives a picture's garment, 255 inside; None where it is not known.
        device: to stylise on.

    Raises:
        UserError: the weights cannot be used, or there are no pictures.
    """
    if plan.source == "adain" and adain is not None:
        pictures = [] if styles is None else style_pictures(styles)
        return AdaInStylist(load_adain(adain), pictures, plan.alpha, device)
    return ClothStylist(mask_of)


def stylising_progress(voice: RunVoice) -> Callable[[int, int], None]:
    """Tells how far it is."""
    return lambda done, total: voice.progress(0, 0, f"Stylising: {done:,} of {total:,}")


def tell_copies(plan: Stylising, made: int, left_out: int, pictures: int, voice: RunVoice) -> None:
    """What was made of so many pictures, and what could not be."""
    if made:
        voice.log(f"Made {made:,} stylised copies by {plan.source}.")
    if left_out:
        voice.notice("warning", "not_stylised", not_stylised(left_out, pictures * plan.copies))


def not_stylised(left_out: int, wanted: int) -> str:
    """A sentence for people."""
    return (
        f"{left_out:,} of {wanted:,} stylised copies could not be made (no garment found, or not readable); "
        "those pictures are seen as they are."
    )
