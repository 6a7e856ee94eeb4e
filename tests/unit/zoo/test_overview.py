from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, TwoStreamConfig, heads_of
from fashion_studio.zoo.overview import overview_of
from fashion_studio.zoo.preprocessing import Preprocessing

ROOT = Path(__file__).parents[3]


def test_the_sizes_are_those_of_the_saved_file(tmp_path: Path, studio) -> None:
    words = studio.restricted(("category",), landmarks=False)
    config = BackboneHeadsConfig("mobilenetv3_small_050", heads_of(words), input_px=64, frozen=True)
    found = overview_of(config, 64)
    network = BackboneHeads(config)
    assert found.parameters == sum(p.numel() for p in network.parameters())
    assert found.trained == network.head("category").weight.numel() + 17
    assert found.outputs["category"] == (17,)
    manifest = BundleManifest(
        "m-1",
        "backbone_heads",
        config,
        dict(words.source),
        Preprocessing(64),
        Calibration(),
        "Apache-2.0",
    )
    for storage, expected in (("float32", found.float32_bytes), ("float16", found.float16_bytes)):
        saved = save_bundle(tmp_path / storage, network, manifest, storage=storage)
        assert expected <= saved.weights_bytes <= expected + 40_000
        assert saved.weights_bytes == pytest.approx(expected, rel=0.03)


def test_a_two_stream_network_answers_maps(house_config: TwoStreamConfig) -> None:
    found = overview_of(house_config, 192)
    assert found.outputs["heatmaps"] == (8, 48, 48)
    assert found.outputs["mask"] == (1, 48, 48)
    assert found.outputs["visibility"] == (8, 3)


def test_the_documents_table_is_what_the_networks_are() -> None:
    path = ROOT / "bench" / "network_table.py"
    spec = importlib.util.spec_from_file_location("network_table", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    text = (ROOT / "docs" / "networks.md").read_text(encoding="utf-8")
    for line in module.table_lines():
        assert line in text
