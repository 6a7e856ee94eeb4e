"""Tiny adversarial runs: pictures of 32 pixels, networks of a few channels, a small attribute network."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice, freeze_run
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.registry import build

RECIPE = """
name = "tiny-amgan"
title = "Tiny AMGAN"
heads = ["colors", "sleeve_length", "pattern"]
batch_size = 4
average_decay = 0.9
[base]
bundle = "house"
[gan]
size_px = 32
width = 4
blocks = 1
judge_width = 4
judge_layers = 3
critic_steps = 2
steps_per_epoch = 4
sample_every = 4
measured = 6
guide_px = 64
[gan.attributes]
colors = ["black", "white", "red", "blue", "green", "gray", "navy", "pink"]
sleeve_length = ["sleeveless", "short", "three_quarter", "long"]
pattern = ["solid", "striped", "checked", "dotted", "floral", "graphic"]
[gan.renderings]
count = 3
first_seed = 40
choosing_count = 1
choosing_first_seed = 90
[[phases]]
name = "adversarial"
epochs = 2
optimiser = { kind = "adam", rate = 1e-3, weight_decay = 0.0, betas = [0.5, 0.999] }
schedule = { kind = "linear_half" }
"""


def attribute_bundle(folder: Path, studio: Vocabulary) -> Path:
    """An untrained attribute network of 32 pixels as a bundle."""
    vocabulary = studio.restricted(("colors", "sleeve_length", "pattern"), landmarks=False)
    torch.manual_seed(3)
    config = BackboneHeadsConfig("resnet10t", heads_of(vocabulary), input_px=32)
    network = build("backbone_heads", config)
    manifest = BundleManifest(
        model_id="tiny-attributes",
        architecture="backbone_heads",
        config=config,
        vocabulary=dict(vocabulary.source),
        preprocessing=Preprocessing(32),
        calibration=Calibration(),
        licence="Apache-2.0",
    )
    save_bundle(folder, network, manifest)
    return folder


def frozen_gan(folder: Path, data: Path, base: Path, text: str = RECIPE, **choice: Any) -> FrozenRun:
    """A run folder of the tiny recipe (or another)."""
    recipe = parse_method_recipe(text)
    return freeze_run(folder, data, TrainingChoice(recipe, base=base, **{"device": "cpu", **choice}))
