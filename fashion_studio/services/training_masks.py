"""Masks of a run's photos, for recipes that show the garment without its background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PIL import Image

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, PhotoError
from fashion_studio.jobs.cutting_out import HOUSE, Cutter

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.learning.run_folder import FrozenRun

__all__ = ["MASKS", "ensure_masks"]

MASKS: Final = "masks"
_SIDE_PX: Final = 512
"""Long side of the kept masks; training scales them to its own size."""


def ensure_masks(
    frozen: FrozenRun,
    *,
    on_progress: Callable[[int, int, str], None] = lambda _done, _total, _text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> int:
    """Makes the masks that a run wants and does not have; they stay in its folder and travel with it.

    Args:
        frozen: the run; `parameters["matting"]` is "house" (the shipped model's mask) or a model of rembg.
        on_progress: photos done, photos in all, a few words.
        should_stop: asked often.

    Returns:
        How many were made; 0 for a recipe that keeps the background and does not cut the garment out.

    Raises:
        EnvironmentProblem: the disk does not take them, or rembg or its model is missing.
        UserError: there is no such model.
        Cancelled: on request; those made stay.
    """
    if not frozen.recipe.wants_masks:
        return 0
    folder = frozen.run_dir / MASKS
    missing = [photo for photo in frozen.photos() if not (folder / f"{photo.sha256}.png").exists()]
    if not missing:
        return 0
    from fashion_studio.inference.reader import Reader  # noqa: PLC0415 - torch, only where it is worked

    method = str(frozen.parameters.get("matting", HOUSE))
    cutter = Cutter(Reader.load(house_model_dir(), "auto"))
    made = 0
    for number, photo in enumerate(missing, start=1):
        if should_stop():
            raise Cancelled
        on_progress(number, len(missing), f"Cutting out: {number:,} of {len(missing):,}")
        try:
            mask = cutter.cut_out(frozen.root / photo.file, method, lambda *_: None)
        except PhotoError:  # it is named where the run checks its photos
            continue
        _write(folder / f"{photo.sha256}.png", mask)
        made += 1
    return made


def _write(path: Path, mask: NDArray[np.uint8]) -> None:
    image = Image.fromarray(mask)
    image.thumbnail((_SIDE_PX, _SIDE_PX))
    partial = path.with_suffix(".part")
    try:
        path.parent.mkdir(exist_ok=True)
        image.save(partial, "PNG")
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise EnvironmentProblem(
            f"The masks cannot be written: {error.strerror or error}.", "Make room and start again."
        ) from error
