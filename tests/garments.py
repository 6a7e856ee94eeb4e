"""A made-up photo of a shirt, a reader that knows where it is, and generators that paint by rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import torch
from samples import sample_prediction
from torch import Tensor, nn

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import LandmarkPrediction, Maps, Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.editing.generator import EditGenerator
from fashion_studio.zoo.amgan import AmganConfig, Generator
from fashion_studio.zoo.editor_bundle import EditorManifest, save_generator

ATTRIBUTES = {
    "colors": ("red", "blue", "green"),
    "sleeve_length": ("sleeveless", "long"),
    "pattern": ("solid", "striped"),
}
PAINTS = {"red": (0.8, 0.1, 0.1), "blue": (0.1, 0.1, 0.8), "green": (0.1, 0.7, 0.2)}
SHIRT_RGB = (40, 70, 160)
SIDE_PX = 64


def shirt_mask(width_px: int, height_px: int) -> np.ndarray:
    """A body in the middle and two sleeves beside it."""
    mask = np.zeros((height_px, width_px), np.uint8)
    for left, right, top, bottom in ((0.35, 0.65, 0.2, 0.8), (0.2, 0.35, 0.2, 0.5), (0.65, 0.8, 0.2, 0.5)):
        mask[
            round(top * height_px) : round(bottom * height_px),
            round(left * width_px) : round(right * width_px),
        ] = 1
    return mask


def shirt_photo(width_px: int = 300, height_px: int = 400, *, weave: int = 8) -> np.ndarray:
    """The shirt with folds (wide) and weave (every pixel another) before a light wall."""
    mask = shirt_mask(width_px, height_px)
    photo = np.full((height_px, width_px, 3), (215, 210, 200), np.float32)
    folds = 1.0 + 0.2 * np.sin(np.linspace(0, 18, width_px, dtype=np.float32))
    photo[mask > 0] = (np.array(SHIRT_RGB, np.float32) * folds[None, :, None]).repeat(height_px, 0)[mask > 0]
    rng = np.random.default_rng(0)
    photo += rng.integers(-weave, weave + 1, photo.shape[:2])[..., None]
    return np.clip(photo, 0, 255).astype(np.uint8)


class ShirtReader:
    """Reads photos made by `shirt_photo`; a photo of the wall alone has no garment."""

    model_id = "shirt-1"
    device_name = "CPU"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.asked = 0

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> ShirtReader:
        """As the engine loads its reader; the folder does not matter."""
        return cls(load_vocabulary())

    def read(
        self, images: Sequence[np.ndarray], *, with_maps: bool = False, measure_colors: bool = True
    ) -> list[Reading]:
        return [self._one(image) for image in images]

    def _one(self, image: np.ndarray) -> Reading:
        self.asked += 1
        height, width = image.shape[:2]
        there = bool((image.min(axis=2) < 120).any())
        mask = cv2.resize(shirt_mask(96, 128) * np.float32(there), (32, 32), interpolation=cv2.INTER_AREA)
        points = {
            "left_collar": (0.42, 0.2),
            "right_collar": (0.58, 0.2),
            "left_hem": (0.35, 0.8),
            "right_hem": (0.65, 0.8),
        }
        prediction = replace(
            sample_prediction(self.vocabulary, 3, width_px=width, height_px=height, model=self.model_id),
            box=Box(0.2 * width, 0.2 * height, 0.6 * width, 0.6 * height) if there else None,
            landmarks=tuple(
                LandmarkPrediction(name, x * width, y * height, Visibility.VISIBLE, 0.9)
                for name, (x, y) in points.items()
            ),
            garment_confidence=0.95 * there,
        )
        return Reading(
            prediction,
            Maps({}, np.zeros((8, 2, 2), np.float32), mask, Affine(32 / width, 32 / height, 0, 0), 32),
        )


class PaintingNetwork(nn.Module):
    """Sees the shirt by its being dark and paints it by rule; counts its passes, or runs out of memory."""

    def __init__(self, config: AmganConfig, most: int = 99) -> None:
        super().__init__()
        self.config = config
        self.batches: list[int] = []
        self.most = most

    def forward(self, images: Tensor, target: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
        if len(images) > self.most:
            raise torch.OutOfMemoryError("no room")
        self.batches.append(len(images))
        pictures, masks = [], []
        for image, values, which in zip(images, target, edited, strict=True):
            name = list(self.config.attributes)[int(which.argmax())]
            value = self.config.attributes[name][int(values[self.config.slice_of(name)].argmax())]
            picture, mask = self._paint((image + 1) / 2, name, value)
            pictures.append(picture * 2 - 1)
            masks.append(mask[None])
        return torch.stack(pictures), torch.stack(masks)

    def _paint(self, image: Tensor, name: str, value: str) -> tuple[Tensor, Tensor]:
        shirt = (image.amin(dim=0) < 0.45).float()
        side = image.shape[-1]
        columns = torch.arange(side)[None].expand(side, side) / side
        painted = image.clone()
        if name == "sleeve_length":
            sleeves = shirt * ((columns - 0.5).abs() > 0.145)  # in the square, which is 1.04 photos wide
            wall = torch.tensor([0.84, 0.82, 0.78])[:, None, None].expand_as(image)
            return torch.where(sleeves > 0, wall, image), sleeves * 0.97 + 0.05 * shirt * (1 - sleeves)
        if name == "colors":
            color = torch.tensor(PAINTS[value])[:, None, None].expand_as(image)
            painted = torch.where(shirt > 0, color, image)
        elif value == "striped":
            painted = torch.where((shirt > 0) & ((torch.arange(side)[:, None] // 4) % 2 == 0), 0.9, image)
        return painted, shirt * 0.98 + 0.01


def painting_generator(
    attributes: Mapping[str, tuple[str, ...]] = ATTRIBUTES, *, most: int = 99, device_name: str = "CPU"
) -> EditGenerator:
    """A generator with `PaintingNetwork` in place of a trained one."""
    config = AmganConfig(attributes, SIDE_PX, width=4, blocks=1)
    manifest = EditorManifest("painter-1", config, "Apache-2.0", weights_sha256="ab" * 32)
    return EditGenerator(PaintingNetwork(config, most), manifest, torch.device("cpu"), device_name)


def tiny_generator(folder: Path) -> Path:
    """A bundle of a generator with random weights; returns the folder."""
    torch.manual_seed(0)
    config = AmganConfig(ATTRIBUTES, 32, width=4, blocks=1)
    save_generator(folder, Generator(config), EditorManifest("tiny-1", config, "Apache-2.0"))
    return folder
