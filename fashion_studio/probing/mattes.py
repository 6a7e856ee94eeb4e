"""Garment masks of photos, found once and kept by content: the same for every subject of a probe."""

from __future__ import annotations

import json
import os
import re
import threading
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.imaging.matting import matting_named
from fashion_studio.inference.garment import garment_mask
from fashion_studio.inference.reader import Reader
from fashion_studio.probing.records import HOUSE_MATTING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["Matte", "Mattes", "Matting", "crisp", "open_matting"]

_SURE: Final = 0.8
_VERSION: Final = 1  # raised whenever the same photo gives another mask than before
_EDGE: Final = 0.55
_STEEPNESS: Final = 5.0


@dataclass(frozen=True, slots=True)
class Matte:
    """A mask, and what the matting model says of the photo.

    Attributes:
        mask: (H, W) float32, 0 to 1, of the image as given.
        sure: attribute to value where the model is at least 80 % sure; empty for mattings that name nothing.
    """

    mask: NDArray[np.float32]
    sure: Mapping[str, str] = field(default_factory=dict)


class Matting(Protocol):
    """Finds masks. Safe from several threads."""

    identity: str

    def matte(self, image: NDArray[np.uint8]) -> Matte:
        """The matte of an (H, W, 3) uint8 RGB image."""


class _HouseMatting:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self.identity = reader.model_id

    def matte(self, image: NDArray[np.uint8]) -> Matte:
        reading = self._reader.read([image], with_maps=True, measure_colors=False)[0]
        maps = reading.maps
        if maps is None or not maps.mask.any():
            return Matte(np.zeros(image.shape[:2], np.float32))
        sure = {
            name: attribute.value
            for name, attribute in reading.prediction.attributes.items()
            if attribute.confidence >= _SURE
        }
        return Matte(garment_mask(image, maps.mask, maps.to_input, maps.input_px), sure)


class _RembgMatting:
    def __init__(self, name: str) -> None:
        self._matting = matting_named(name)
        self._matting.prepare()
        self.identity = name

    def matte(self, image: NDArray[np.uint8]) -> Matte:
        return Matte(self._matting.mask(image))


def crisp(mask: NDArray[np.float32]) -> NDArray[np.float32]:
    """A soft mask with a hard edge a pixel or two wide, just inside the garment.

    What is half background would show through wherever a garment is put before something else, and a fuzzy
    silhouette is none.

    Args:
        mask: (H, W), 0 to 1.
    """
    return np.asarray(np.clip((mask - _EDGE) * _STEEPNESS + 0.5, 0.0, 1.0), np.float32)


def open_matting(name: str, house_model: Path, device: str) -> Matting:
    """The matting that a specification names.

    Args:
        name: "house", one of rembg's models, or "file:" and an ONNX file.
        house_model: bundle whose mask head is the house matting.
        device: of the house matting.

    Raises:
        CheckpointError: the house model cannot be used, or has no mask.
        UserError: rembg has no such model.
        EnvironmentProblem: rembg or its weights are not there, or the device is not.
    """
    if name != HOUSE_MATTING:
        return _RembgMatting(name)
    reader = Reader.load(house_model, device)
    if not reader.vocabulary.landmarks:
        msg = f"The model {reader.model_id} finds no garments; choose another matting."
        raise CheckpointError(msg)
    return _HouseMatting(reader)


class Mattes:
    """Masks with hard edges, kept in a folder: `<content hash>-<matting>-<size>.png` with a JSON file."""

    def __init__(self, folder: Path, matting: Matting) -> None:
        self._folder = folder
        self._matting = matting
        plain = re.sub(r"[^A-Za-z0-9.]+", "-", matting.identity)[-40:]
        self._suffix = f"{plain}-{zlib.crc32(f'{matting.identity} {_VERSION}'.encode()):08x}"

    def of(self, key: str, image: NDArray[np.uint8]) -> Matte:
        """The matte of a photo, from the folder or new.

        Args:
            key: content hash of the photo.
            image: (H, W, 3) uint8 RGB, the photo at the size at which it is probed.

        Raises:
            OSError: the folder does not take it.
        """
        height, width = image.shape[:2]
        path = self._folder / f"{key}-{self._suffix}-{width}x{height}.png"
        return _kept(path, image.shape[:2]) or self._new(path, image)

    def _new(self, path: Path, image: NDArray[np.uint8]) -> Matte:
        matte = self._matting.matte(image)
        self._folder.mkdir(parents=True, exist_ok=True)
        # Two threads may want the same photo at once: one asks about it, the other borrows its background.
        partial = path.with_name(f".{path.stem}.{os.getpid()}-{threading.get_ident()}.part.png")
        plane = np.rint(255.0 * crisp(matte.mask)).astype(np.uint8)
        cv2.imencode(".png", plane)[1].tofile(partial)
        path.with_suffix(".json").write_text(json.dumps({"sure": dict(matte.sure)}), encoding="utf-8")
        partial.replace(path)
        # What is read back is what was used: 8 bits, whether it was kept before or not.
        return Matte(plane.astype(np.float32) / np.float32(255.0), matte.sure)


def _kept(path: Path, shape: tuple[int, ...]) -> Matte | None:
    try:
        plane = cv2.imdecode(np.fromfile(path, np.uint8), cv2.IMREAD_GRAYSCALE)
        sure = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))["sure"]
    except (OSError, ValueError, KeyError, cv2.error):
        return None
    if plane is None or plane.shape != shape:
        return None
    return Matte(plane.astype(np.float32) / np.float32(255.0), sure)
