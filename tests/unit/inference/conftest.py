"""A small bundle with random weights, and photos to read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from PIL import Image

from fashion_studio.inference.reader import Reader
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import FusionLayer, StreamConfig, TwoStreamConfig
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary

SIDE_PX = 96


@pytest.fixture(scope="session", autouse=True)
def _mild() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def manifest(studio: Vocabulary) -> BundleManifest:
    config = replace(
        TwoStreamConfig.house(studio),
        texture=StreamConfig("mobilenetv2_050", (4,), pad_type=""),
        shape=StreamConfig("mobilenetv2_050", (1, 2, 3, 4), pad_type=""),
        fusion=(FusionLayer(1, 64),),
        decoder_width=16,
    )
    colors = len(studio.attribute("colors").values)
    return BundleManifest(
        model_id="tiny-1",
        architecture="two_stream",
        config=config,
        vocabulary=dict(studio.source),
        preprocessing=Preprocessing(SIDE_PX),
        calibration=Calibration(
            {"category": 1.7, "visibility": 0.8, "colors": 1.2},
            {"colors": tuple([0.6] * (colors - 1) + [0.2])},
        ),
        licence="Apache-2.0",
    )


@pytest.fixture(scope="session")
def network(manifest: BundleManifest) -> TwoStream:
    """Random weights, but with the running statistics of a few batches, as after training."""
    torch.manual_seed(3)
    network = TwoStream(manifest.config).train()
    with torch.no_grad():
        for _ in range(4):
            network(torch.randn(8, 3, SIDE_PX, SIDE_PX))
        for parameter in network.heads.parameters():
            parameter.mul_(8)
    return network.eval()


@pytest.fixture(scope="session")
def bundle_dir(
    tmp_path_factory: pytest.TempPathFactory, network: TwoStream, manifest: BundleManifest
) -> Path:
    folder = tmp_path_factory.mktemp("bundle") / "tiny"
    save_bundle(folder, network, manifest, storage="float32")
    return folder


@pytest.fixture(scope="session")
def reader(bundle_dir: Path) -> Reader:
    return Reader.load(bundle_dir, "cpu")


@pytest.fixture
def photos() -> list[np.ndarray]:
    """Coloured blocks of several sizes."""
    rng = np.random.default_rng(0)
    shapes = [(120, 90), (64, 200), (300, 220), (96, 96), (40, 33)]
    return [
        np.asarray(
            Image.fromarray(rng.integers(0, 256, (5, 4, 3), dtype=np.uint8)).resize((width, height)),
            dtype=np.uint8,
        )
        for height, width in shapes
    ]
