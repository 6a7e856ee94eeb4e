"""Masks for recipes that take the background away, made once per photo before training and kept in the run.

A mask lies in the run's `masks` folder as `SHA256.png`, 8 bit, 255 on the garment, 512 pixels long at most;
one that is there already (from renderings, or from an earlier start) is taken as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, PhotoError
from fashion_studio.imaging.decode import load_photo
from fashion_studio.imaging.matting import MATTED_SIDE_PX

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto

__all__ = ["MASKS", "make_masks", "mask_path"]

MASKS: Final = "masks"
"""The folder of a run."""


class Matting(Protocol):
    """What says which pixels are the garment (`imaging.matting.RembgMatting`)."""

    def mask(self, image: NDArray[np.uint8]) -> NDArray[np.float32]:
        """(H, W, 3) uint8 RGB to (H, W), 0 to 1."""
        ...


def mask_path(folder: Path, photo: DataListPhoto) -> Path:
    """Where a photo's mask lies."""
    return folder / f"{photo.sha256}.png"


def make_masks(
    photos: Sequence[DataListPhoto],
    root: Path,
    folder: Path,
    matting: Matting,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> int:
    """Makes the masks that are not there yet; a photo that cannot be decoded is left out.

    Args:
        photos: with their hashes.
        root: folder that their paths start from.
        folder: for the masks; is made.
        matting: asked once per photo.
        on_progress: photos done, photos in all.
        should_stop: asked before each photo; what is made stays.

    Returns:
        How many were made.

    Raises:
        Cancelled: on request.
        EnvironmentProblem: the matting's weights can be neither found nor fetched, or the disk does not take
            the masks.
        UserError: there is no such matting.
    """
    missing = [photo for photo in photos if not mask_path(folder, photo).is_file()]
    made = 0
    for done, photo in enumerate(missing):
        if should_stop():
            msg = "Cancelled while the backgrounds were taken away; what is done is kept."
            raise Cancelled(msg)
        on_progress(done, len(missing))
        try:
            image = load_photo(root / photo.file, max_side_px=MATTED_SIDE_PX).image
        except PhotoError:
            continue
        _write(mask_path(folder, photo), matting.mask(image))
        made += 1
    return made


def _write(path: Path, mask: NDArray[np.float32]) -> None:
    _, data = cv2.imencode(".png", np.rint(np.clip(mask, 0.0, 1.0) * 255).astype(np.uint8))
    partial = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data.tobytes())
        partial.replace(path)
    except OSError as error:
        raise EnvironmentProblem(
            f"The masks cannot be written: {error.strerror or error}.", "Make room and go on."
        ) from error
