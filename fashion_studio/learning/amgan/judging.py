"""The judge of edits: a classifier trained on rendered garments that no generator learns from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn import functional

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.amgan.losses import classification_loss
from fashion_studio.learning.amgan.pairs import EDITED
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import Bundle, BundleManifest, Calibration
from fashion_studio.zoo.configuration import BackboneHeadsConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.pretrained import load_backbone, read_state

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.learning.amgan.pairs import VariantSet

__all__ = ["JUDGE_BACKBONE", "judge_vocabulary", "train_judge"]

JUDGE_BACKBONE: Final = "mobilenetv2_100"
_RATE: Final = 1e-3
_BATCH: Final = 48
_SHIFT_PX: Final = 4


def judge_vocabulary() -> Vocabulary:
    """The edited attributes, each with one value: of several colours the main one."""
    return Vocabulary.from_mapping(
        {
            "name": "edits",
            "title": "Edits",
            "version": 1,
            "attributes": [
                {
                    "name": name,
                    "title": name,
                    "key": name[0].upper(),
                    "takes": "one",
                    "values": [{"name": value, "title": value} for value in values],
                }
                for name, values in EDITED.items()
            ],
        }
    )


def train_judge(
    variants: VariantSet,
    *,
    pretrained: Path | None,
    epochs: int = 4,
    seed: int = 0,
    on_progress: Callable[[int, int], None] = lambda _done, _count: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Bundle:
    """Trains a classifier of the edited attributes.

    Args:
        variants: of garments that no generator is trained or measured on.
        pretrained: ImageNet weights of the backbone (safetensors), None to begin at random.
        epochs: passes over the variants.
        seed: of the order, the views and the random weights.
        on_progress: steps done, steps in all.
        should_stop: asked before each step.

    Raises:
        Cancelled: on request.
        CheckpointError: the weights cannot be read or are another network's.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    vocabulary, side = judge_vocabulary(), variants.squares.shape[1]
    config = BackboneHeadsConfig(JUDGE_BACKBONE, heads_of(vocabulary), input_px=side, dropout=0.2)
    network = BackboneHeads(config)
    if pretrained is not None:
        load_backbone(network, read_state(pretrained))
    preprocessing = Preprocessing(side)
    steps = epochs * (len(variants) // _BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), lr=_RATE, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, _RATE, total_steps=max(2, steps), pct_start=0.1)
    network.train()
    order = np.concatenate([rng.permutation(len(variants)) for _ in range(epochs)])
    for step in range(steps):
        if should_stop():
            msg = "The judge's training was cancelled."
            raise Cancelled(msg)
        rows = order[step * _BATCH : (step + 1) * _BATCH]
        images = preprocessing.normalise(torch.from_numpy(_views(variants.squares[rows], rng)))
        values = torch.from_numpy(variants.values[rows].astype(np.int64))
        output = network(images)
        loss: Tensor = sum(
            (classification_loss(output.logits[name], values[:, k]) for k, name in enumerate(EDITED)),
            start=torch.zeros(()),
        )
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        schedule.step()
        on_progress(step + 1, steps)
    manifest = BundleManifest(
        model_id="edit-judge",
        architecture="backbone_heads",
        config=config,
        vocabulary=dict(vocabulary.source),
        preprocessing=preprocessing,
        calibration=Calibration(),
        licence="Apache-2.0",
        sources=(f"renderings of {int(variants.garment.max()) + 1} garments in their variants",),
    )
    return Bundle(network.eval(), manifest, vocabulary)


def _views(squares: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Mirrored or not, moved by a few pixels, a little brighter or darker, some a little blurred."""
    found = np.empty_like(squares)
    for k, square in enumerate(squares):
        view = square[:, :: -1 if rng.random() < 0.5 else 1]
        down, across = rng.integers(-_SHIFT_PX, _SHIFT_PX + 1, 2)
        padded = np.pad(view, ((_SHIFT_PX,) * 2, (_SHIFT_PX,) * 2, (0, 0)), mode="edge")
        top, left = _SHIFT_PX + down, _SHIFT_PX + across
        found[k] = padded[top : top + len(square), left : left + len(square)]
    gain = rng.uniform(0.93, 1.07, (len(squares), 1, 1, 1))
    found = np.clip(found * gain, 0, 255).astype(np.uint8)
    soft = rng.random(len(squares)) < 0.3
    if soft.any():
        planes = torch.from_numpy(found[soft]).permute(0, 3, 1, 2).float()
        small = functional.interpolate(planes, scale_factor=0.6, mode="bilinear", antialias=True)
        again = functional.interpolate(small, squares.shape[1:3], mode="bilinear")
        found[soft] = again.permute(0, 2, 3, 1).round().clamp(0, 255).byte().numpy()
    return found
