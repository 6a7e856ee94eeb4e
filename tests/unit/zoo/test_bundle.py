from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import (
    BundleManifest,
    Calibration,
    load_bundle,
    note_figures,
    read_manifest,
    save_bundle,
)
from fashion_studio.zoo.configuration import BackboneHeadsConfig, Head, TwoStreamConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream


def manifest_of(studio: Vocabulary, config: TwoStreamConfig) -> BundleManifest:
    return BundleManifest(
        model_id="trial-1",
        architecture="two_stream",
        config=config,
        vocabulary=dict(studio.source),
        preprocessing=Preprocessing(96),
        calibration=Calibration({"category": 1.5}, {"colors": (0.4,) * 18}),
        licence="Apache-2.0",
        parents={"imagenet": "0" * 64},
        figures={"top1": 0.5},
    )


@pytest.fixture
def saved(
    tmp_path: Path, studio: Vocabulary, house_config: TwoStreamConfig, house_network: TwoStream
) -> Path:
    folder = tmp_path / "trial"
    save_bundle(folder, house_network, manifest_of(studio, house_config))
    return folder


def rewrite(folder: Path, **changes: object) -> None:
    path = folder / "bundle.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def test_what_was_saved_is_loaded(saved: Path, studio: Vocabulary, house_network: TwoStream) -> None:
    bundle = load_bundle(saved)
    assert bundle.vocabulary == studio
    assert bundle.manifest.calibration.temperature("category") == 1.5
    assert bundle.manifest.calibration.temperature("fit") == 1.0
    assert bundle.manifest.calibration.thresholds["colors"] == (0.4,) * 18
    assert bundle.manifest.preprocessing == Preprocessing(96)
    assert not bundle.network.training
    images = torch.randn(1, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        ours, theirs = house_network(images), bundle.network(images)
    assert theirs.logits["category"].dtype == torch.float32
    torch.testing.assert_close(ours.logits["category"], theirs.logits["category"], atol=2e-2, rtol=2e-2)


def test_float16_halves_the_file(tmp_path: Path, studio: Vocabulary, house_config: TwoStreamConfig) -> None:
    network = TwoStream(house_config)
    manifest = manifest_of(studio, house_config)
    half = save_bundle(tmp_path / "half", network, manifest)
    full = save_bundle(tmp_path / "full", network, manifest, storage="float32")
    assert half.weights_bytes == (tmp_path / "half" / "model.safetensors").stat().st_size < 10_000_000
    assert full.weights_bytes / half.weights_bytes == pytest.approx(2.0, abs=0.05)


def test_one_flipped_byte_is_refused(saved: Path) -> None:
    weights = saved / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(CheckpointError, match="hash"):
        load_bundle(saved)


def test_a_short_file_is_refused(saved: Path) -> None:
    weights = saved / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:1000])
    with pytest.raises(CheckpointError, match="1000 bytes"):
        load_bundle(saved)


def test_a_pickle_in_place_of_the_weights_is_refused_and_never_run(saved: Path) -> None:
    weights = saved / "model.safetensors"
    torch.save({"a": torch.zeros(1)}, weights)
    data = weights.read_bytes()
    rewrite(saved, weights_sha256=hashlib.sha256(data).hexdigest(), weights_bytes=len(data))
    with pytest.raises(CheckpointError, match="no safetensors file"):
        load_bundle(saved)


def test_an_empty_folder_is_no_bundle(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no weights bundle"):
        read_manifest(tmp_path)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"format": 2}, "format 2"),
        ({"architecture": "resnet"}, "resnet"),
        ({"preprocessing": {"side_px": "big"}}, "damaged"),
        ({"vocabulary": {"name": "x"}}, "vocabulary"),
    ],
)
def test_a_foreign_manifest_is_refused_with_its_reason(
    saved: Path, changes: dict[str, object], reason: str
) -> None:
    rewrite(saved, **changes)
    with pytest.raises(CheckpointError, match=reason):
        load_bundle(saved)


def test_other_heads_than_the_vocabulary_are_refused(
    tmp_path: Path, studio: Vocabulary, house_config: TwoStreamConfig
) -> None:
    config = replace(house_config, heads=(Head("category", 3),))
    with pytest.raises(CheckpointError, match="other heads"):
        save_bundle(tmp_path / "x", TwoStream(config), manifest_of(studio, config))


def test_other_widths_than_the_weights_are_refused(saved: Path, house_config: TwoStreamConfig) -> None:
    path = saved / "bundle.json"
    found = json.loads(path.read_text())
    found["config"]["decoder_width"] = 24
    path.write_text(json.dumps(found))
    with pytest.raises(CheckpointError, match="another architecture"):
        load_bundle(saved)


def test_weights_that_are_not_finite_are_never_saved(
    tmp_path: Path, studio: Vocabulary, house_config: TwoStreamConfig, house_network: TwoStream
) -> None:
    with torch.no_grad():
        house_network.head("fit").bias[0] = float("nan")
    with pytest.raises(CheckpointError, match="not finite"):
        save_bundle(tmp_path / "x", house_network, manifest_of(studio, house_config))


def test_measured_figures_are_noted_and_the_weights_stay(saved: Path) -> None:
    before = (saved / "model.safetensors").read_bytes()
    note_figures(saved, {"photos.category.top1": 0.8512345, "top1": 0.6})
    assert read_manifest(saved).figures == {"top1": 0.6, "photos.category.top1": 0.85123}
    assert (saved / "model.safetensors").read_bytes() == before
    load_bundle(saved)


def heads_manifest(vocabulary: Vocabulary, config: BackboneHeadsConfig) -> BundleManifest:
    return BundleManifest(
        model_id="heads-1",
        architecture="backbone_heads",
        config=config,
        vocabulary=dict(vocabulary.source),
        preprocessing=Preprocessing(64, fit="stretch", interpolation="bicubic", fill=(0, 0, 0)),
        calibration=Calibration(),
        licence="Apache-2.0",
    )


def heads_bundle(folder: Path, studio: Vocabulary, **more: object) -> BackboneHeads:
    words = studio.restricted(("neckline", "category"), landmarks=False)
    config = BackboneHeadsConfig("mobilenetv3_small_050", heads_of(words), input_px=64)
    network = BackboneHeads(config).eval()
    save_bundle(folder, network, heads_manifest(words, config), **more)
    return network


def test_a_bundle_of_heads_on_a_backbone_is_loaded_too(tmp_path: Path, studio: Vocabulary) -> None:
    network = heads_bundle(tmp_path / "heads", studio, storage="float32")
    bundle = load_bundle(tmp_path / "heads")
    assert bundle.manifest.architecture == "backbone_heads"
    assert isinstance(bundle.manifest.config, BackboneHeadsConfig)
    assert [a.name for a in bundle.vocabulary.attributes] == ["category", "neckline"]
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(bundle.network(images).logits, network(images).logits)
    with pytest.raises(CheckpointError, match="neither landmarks nor masks"):
        _ = bundle.two_stream


def test_trap_10_the_limit_is_that_of_the_saved_file_and_float16_halves_it(
    tmp_path: Path, studio: Vocabulary
) -> None:
    heads_bundle(tmp_path / "a", studio, storage="float32")
    full = (tmp_path / "a" / "model.safetensors").stat().st_size / (1 << 20)
    limit = full * 0.6
    with pytest.raises(CheckpointError, match=rf"has {full:.1f} MB, but at most .*float16"):
        heads_bundle(tmp_path / "b", studio, storage="float32", max_file_mb=limit)
    assert not (tmp_path / "b" / "model.safetensors").exists()
    assert not (tmp_path / "b" / "bundle.json").exists()
    heads_bundle(tmp_path / "b", studio, storage="float16", max_file_mb=limit)
    assert (tmp_path / "b" / "model.safetensors").stat().st_size / (1 << 20) < limit
    load_bundle(tmp_path / "b")


@pytest.mark.parametrize("backbone", ["eva02_tiny_patch14_224", "convnextv2_femto", "mobilenetv4_conv_small"])
def test_trap_10_the_colour_networks_files_are_under_25_mb_even_as_float32(
    tmp_path: Path, backbone: str
) -> None:
    names = [{"name": f"c{i}"} for i in range(19)]
    words = Vocabulary.from_mapping(
        {
            "name": "how",
            "title": "How",
            "version": 1,
            "attributes": [{"name": "color", "title": "Colour", "key": "C", "values": names}],
        }
    )
    config = BackboneHeadsConfig(backbone, heads_of(words))
    saved = save_bundle(
        tmp_path / "m",
        BackboneHeads(config),
        heads_manifest(words, config),
        storage="float32",
        max_file_mb=25,
    )
    assert (tmp_path / "m" / "model.safetensors").stat().st_size == saved.weights_bytes < 25 << 20


def test_a_configuration_of_another_architecture_is_refused(tmp_path: Path, studio: Vocabulary) -> None:
    heads_bundle(tmp_path / "heads", studio)
    rewrite(tmp_path / "heads", architecture="two_stream")
    with pytest.raises(CheckpointError, match="configuration of the architecture “two_stream” is damaged"):
        load_bundle(tmp_path / "heads")


def test_a_bundle_from_before_there_were_fits_reads_as_it_was(saved: Path) -> None:
    """House bundles name neither fit nor interpolation nor streams."""
    path = saved / "bundle.json"
    found = json.loads(path.read_text())
    del found["preprocessing"]["fit"], found["preprocessing"]["interpolation"], found["config"]["streams"]
    path.write_text(json.dumps(found))
    manifest = load_bundle(saved).manifest
    assert (manifest.preprocessing.fit, manifest.preprocessing.interpolation) == ("letterbox", "area")
    assert isinstance(manifest.config, TwoStreamConfig)
    assert manifest.config.streams == "both"
