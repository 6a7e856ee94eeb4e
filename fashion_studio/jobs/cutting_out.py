"""Cutting garments out, inside the engine: the house's own mask, or any model of rembg, one session kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.letterbox import map_to_image
from fashion_studio.imaging.matting import RembgMatting, refine_mask

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Reading

__all__ = ["FILE", "HOUSE", "Cutter"]

HOUSE: Final = "house"
FILE: Final = "file:"


class _Reads(Protocol):
    def read(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool = False) -> list[Reading]: ...


class Cutter:
    """Answers matting requests one after the other; keeps the last rembg session."""

    def __init__(self, reader: _Reads) -> None:
        self._reader = reader
        self._rembg: tuple[str, RembgMatting] = ("", RembgMatting())

    def cut_out(
        self, path: Path, method: str, on_progress: Callable[[str, int, int], None]
    ) -> NDArray[np.uint8]:
        """The garment's share of every pixel of the full upright photo: uint8 (H, W), 255 on the garment.

        Args:
            path: the photo.
            method: "house", the name of a rembg model, or "file:" and the path of an ONNX file for rembg.
            on_progress: called before something that takes long.

        Raises:
            PhotoError: the file cannot be read.
            UserError: there is no such model.
            EnvironmentProblem: a rembg model is not there and cannot be fetched.
        """
        image = decode(path)
        if method == HOUSE:
            return self._by_house(image)
        if self._rembg[0] != method:
            model_file = Path(method.removeprefix(FILE)) if method.startswith(FILE) else None
            on_progress(f"Loading the matting model {model_file.name if model_file else method}", 0, 0)
            self._rembg = (method, RembgMatting(method, model_file))
        return _as_bytes(self._rembg[1].mask(image))

    def _by_house(self, image: NDArray[np.uint8]) -> NDArray[np.uint8]:
        maps = self._reader.read([image], with_maps=True)[0].maps
        if maps is None:
            return np.zeros(image.shape[:2], np.uint8)
        height_px, width_px = image.shape[:2]
        coarse = map_to_image(maps.mask, maps.to_input, maps.input_px, width_px, height_px)
        return _as_bytes(refine_mask(image, coarse))


def _as_bytes(alpha: NDArray[np.float32]) -> NDArray[np.uint8]:
    return (np.clip(alpha, 0.0, 1.0) * 255.0 + 0.5).astype(np.uint8)
