"""A tiny list of rendered garments and runs of tiny networks on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PIL import Image

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    points_of_landmarks,
    write_data_list,
)
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.run_voice import RunVoice
from fashion_studio.rendering.render import render_seed

HEADS_RECIPE = """
name = "tiny-heads"
title = "Tiny heads"
heads = ["category", "sleeve_length"]
batch_size = 8
monitor = "category.top1"
monitor_mode = "max"
[backbone]
backbone = "mobilenetv3_small_050"
dropout = 0.2
[view]
side_px = 32
[augmenting]
flip_share = 0.5
[loss.labels]
kind = "cross_entropy"
[[phases]]
name = "all"
epochs = 3
optimiser = { rate = 1e-3 }
schedule = { kind = "cosine" }
[limits]
storage = "float32"
"""

STREAMS_RECIPE = """
name = "tiny-streams"
title = "Tiny streams"
batch_size = 8
monitor = "loss"
average_decay = 0.9
[two_stream]
fusion_widths = [16]
fusion_kernel = 1
fusion_norm = true
dropout = 0.1
texture = { backbone = "mobilenetv3_small_050", stages = [4] }
shape = { backbone = "mobilenetv3_small_050", stages = [4] }
[view]
side_px = 32
[augmenting]
flip_share = 0.5
[loss.labels]
kind = "cross_entropy"
[loss.colors]
kind = "binary_cross_entropy"
[loss.landmarks]
kind = "heatmap_squared"
reduction = "mean"
[loss.visibility]
kind = "visibility"
[[phases]]
name = "shape"
epochs = 1
parts = ["shape", "decoder"]
terms = ["landmarks", "visibility"]
optimiser = { rate = 1e-3 }
[[phases]]
name = "joint"
epochs = 2
optimiser = { rate = 1e-3 }
"""


@dataclass
class Told:
    """What a run told, with a voice that remembers it."""

    events: list[dict[str, Any]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    progress: list[tuple[int, int, str]] = field(default_factory=list)

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]

    def codes(self) -> list[str]:
        return [event["code"] for event in self.of("notice")]

    def voice(self, should_stop: Callable[[], bool] = lambda: False) -> RunVoice:
        def tell(kind: str, **data: Any) -> None:
            self.events.append({"kind": kind, **data})

        return RunVoice(tell, lambda *at: self.progress.append(at), self.lines.append, should_stop)


def rendered_list(
    folder: Path, vocabulary: Vocabulary, *, train: int = 24, val: int = 8, test: int = 8
) -> Path:
    """Renders garments of two kinds with their exact labels and writes their data list."""
    folder.mkdir(parents=True, exist_ok=True)
    photos = []
    splits = ["train"] * train + ["val"] * val + ["test"] * test
    for number, split in enumerate(splits):
        rendering = render_seed(number, category=("dress", "t-shirt")[number % 2], width_px=64, height_px=80)
        name = f"{number}.png"
        Image.fromarray(rendering.image).save(folder / name)
        labels: dict[str, Any] = {"category": rendering.category, **rendering.attributes}
        photos.append(
            DataListPhoto(
                file=name,
                width=64,
                height=80,
                split=split,  # type: ignore[arg-type]
                labels=labels | {"colors": tuple(rendering.colors)},
                landmarks=points_of_landmarks(rendering.landmarks),
            )
        )
    path = folder / "data.jsonl"
    write_data_list(path, DataListHeader(root=".", vocabulary=dict(vocabulary.source), title="tiny"), photos)
    return path
