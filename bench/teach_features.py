"""Pooled features of photos and renderings for the curve of quick teaching, made once and kept.

Two networks: MobileNetV2 with ImageNet weights alone, which has never seen a label of these photos, and the
shipped house model, which was trained on the class labels of the training photos.
"""

from __future__ import annotations

import csv
import hashlib
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import timm
import torch

from fashion_studio.config.resources import house_model_dir
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.inference.fusing import fused
from fashion_studio.learning.cache import rendering_category
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.bundle import load_bundle
from fashion_studio.zoo.pretrained import read_state

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["FeatureSet", "house_features", "imagenet_features"]

SIDE_PX: Final = 192
BACKBONE: Final = "mobilenetv2_100"
_BATCH: Final = 32
_RENDER_PX: Final = 384
_FIRST_SEED: Final = 5_000_000


@dataclass(frozen=True, slots=True)
class FeatureSet:
    """Features with their classes.

    Attributes:
        features: (N, width) float32.
        classes: (N,) int64, place among the category's values.
        names: file names or seeds.
        splits: "train", "validation" or "rendering".
    """

    features: NDArray[np.float32]
    classes: NDArray[np.int64]
    names: tuple[str, ...]
    splits: tuple[str, ...]

    def part(self, split: str) -> FeatureSet:
        """Those of one split."""
        rows = [row for row, name in enumerate(self.splits) if name == split]
        return FeatureSet(
            self.features[rows],
            self.classes[rows],
            tuple(self.names[row] for row in rows),
            tuple(self.splits[row] for row in rows),
        )


def imagenet_features(
    photos: Path, weights: Path, vocabulary: Vocabulary, cache: Path, *, renderings: int
) -> FeatureSet:
    """ImageNet features of the labelled photos and of renderings, (N, 1280)."""
    network = timm.create_model(BACKBONE, pretrained=False, num_classes=0, pad_type="same")
    network.load_state_dict(
        {key: value for key, value in read_state(weights).items() if not key.startswith("classifier")}
    )
    network = network.eval().to(memory_format=torch.channels_last)
    key = hashlib.sha256(f"{BACKBONE} {SIDE_PX} {renderings}".encode()).hexdigest()[:12]
    whole = _photos(photos, vocabulary) + _renderings(vocabulary, renderings)
    return _kept(cache / f"imagenet-{key}.npz", whole, network)


def house_features(photos: Path, vocabulary: Vocabulary, cache: Path) -> FeatureSet:
    """The house model's features of the labelled photos."""
    bundle = load_bundle(house_model_dir())
    side_px = bundle.manifest.preprocessing.side_px
    network: Any = fused(bundle.network, side_px).to(memory_format=torch.channels_last)
    place = cache / f"{bundle.manifest.model_id}-{bundle.manifest.weights_sha256[:12]}.npz"
    return _kept(
        place, _photos(photos, vocabulary), lambda inputs: network(inputs).features.mean((2, 3)), side_px
    )


_Entry = tuple[str, str, int, "Callable[[], NDArray[np.uint8]]"]


def _photos(folder: Path, vocabulary: Vocabulary) -> list[_Entry]:
    values = vocabulary.attribute("category").value_names
    entries: list[_Entry] = []
    with (folder / "photos.csv").open(encoding="utf-8-sig", newline="") as file:
        for line in csv.DictReader(file):
            if line["label"].lower() in values:
                path = folder / "images" / line["image"]
                entries.append(
                    (
                        line["image"],
                        line["split"],
                        values.index(line["label"].lower()),
                        lambda path=path: decode(path, max_side_px=1024),  # type: ignore[misc]
                    )
                )
    return entries


def _renderings(vocabulary: Vocabulary, count: int) -> list[_Entry]:
    values = vocabulary.attribute("category").value_names
    entries: list[_Entry] = []
    for seed in range(_FIRST_SEED, _FIRST_SEED + count):
        category = rendering_category(seed, vocabulary)
        entries.append(
            (
                str(seed),
                "rendering",
                values.index(category),
                lambda seed=seed, category=category: (
                    render_seed(  # type: ignore[misc]
                        seed, category=category, width_px=_RENDER_PX * 3 // 4, height_px=_RENDER_PX
                    ).image
                ),
            )
        )
    return entries


def _kept(
    place: Path,
    entries: Sequence[_Entry],
    network: Callable[[torch.Tensor], torch.Tensor],
    side_px: int = SIDE_PX,
) -> FeatureSet:
    if not place.exists():
        found = np.concatenate(list(_features(entries, network, side_px)))
        place.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            place,
            features=found,
            classes=np.array([entry[2] for entry in entries], np.int64),
            names=np.array([entry[0] for entry in entries]),
            splits=np.array([entry[1] for entry in entries]),
        )
    with np.load(place) as kept:
        return FeatureSet(
            kept["features"], kept["classes"], tuple(map(str, kept["names"])), tuple(map(str, kept["splits"]))
        )


def _features(
    entries: Sequence[_Entry], network: Callable[[torch.Tensor], torch.Tensor], side_px: int
) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(entries), _BATCH):
        squares = np.stack(
            [letterbox(load(), side_px)[0] for _, _, _, load in entries[start : start + _BATCH]]
        )
        inputs = (torch.from_numpy(squares).float() / 127.5 - 1.0).permute(0, 3, 1, 2)
        with torch.inference_mode():
            pooled = network(inputs.contiguous(memory_format=torch.channels_last))
        yield pooled.float().numpy()
        if start % (_BATCH * 20) == 0:
            sys.stderr.write(f"  {start + len(squares):,} of {len(entries):,}\n")
