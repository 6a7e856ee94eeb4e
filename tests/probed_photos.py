"""Photos whose garment is known, a matting that finds it by colour, and a subject that decides by rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from fashion_studio.imaging.decode import content_hash
from fashion_studio.probing.mattes import Matte
from fashion_studio.probing.records import Decision, ProbePhoto, SubjectNote
from fashion_studio.probing.subjects import Asked

__all__ = ["BrightnessSubject", "RedMatting", "photo_of", "write_garment"]


def write_garment(path: Path, *, wide: bool, shade: int = 200, garment: bool = True) -> Path:
    """A red garment, wide or tall, with stripes, before green with noise of its own."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.zeros((96, 72, 3), np.uint8)
    rng = np.random.default_rng(len(path.name) + shade + 7 * wide)
    pixels[..., 1] = 120 + rng.integers(0, 60, (96, 72))
    if garment:
        rows, columns = (slice(30, 66), slice(8, 64)) if wide else (slice(8, 88), slice(24, 48))
        pixels[rows, columns] = (shade, 0, 0)
        pixels[rows, columns][::4] = (shade // 2, 0, 0)
    Image.fromarray(pixels).save(path)
    return path


def photo_of(path: Path, **truth: str) -> ProbePhoto:
    """The frozen record of a file."""
    return ProbePhoto(content_hash(path), str(path), truth=truth)


class RedMatting:
    """Finds what is red; is sure that wide garments are shirts and others are pants."""

    identity = "red-1"

    def __init__(self) -> None:
        self.asked = 0

    def matte(self, image: np.ndarray) -> Matte:
        self.asked += 1
        mask = ((image[..., 0] > 60) & (image[..., 1] < 60)).astype(np.float32)
        if not mask.any():
            return Matte(mask)
        rows, columns = np.nonzero(mask)
        wide = np.ptp(columns) > np.ptp(rows)
        return Matte(mask, {"category": "shirt" if wide else "pants"})


class BrightnessSubject:
    """Says “shirt” of pictures whose mean is over a bound, “pants” of others; its map is the picture."""

    def __init__(
        self, index: int = 0, bound: float = 60.0, values: tuple[str, ...] = ("shirt", "pants")
    ) -> None:
        self.note = SubjectNote(index, f"Bright {index}", f"bright-{index}", "CPU", {"category": values})
        self._bound = bound
        self.pictures: list[np.ndarray] = []

    def ask(self, images: Sequence[np.ndarray], *, with_maps: bool) -> list[Asked]:
        self.pictures += list(images)
        return [self._one(image, with_maps=with_maps) for image in images]

    def _one(self, image: np.ndarray, *, with_maps: bool) -> Asked:
        value = self.note.attributes["category"][0 if image.mean() > self._bound else 1]
        cams = {"category": np.ascontiguousarray(image[::8, ::8, 0])} if with_maps else {}
        return Asked({"category": Decision(value, 0.75)}, cams)
