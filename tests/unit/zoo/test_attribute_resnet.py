from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.zoo.attribute_resnet import AttributeResnet, min_max
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, TwoStreamConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.registry import architecture_of, build

ATTRIBUTES = {"pattern": ("dotted", "solid"), "colors": ("red", "blue", "mint")}


def bundle_of(folder: Path, studio: Vocabulary, kind: str) -> Path:
    """The light two-stream network, or a small ResNet with heads: the same interface for both."""
    torch.manual_seed(0)
    vocabulary = studio
    config: TwoStreamConfig | BackboneHeadsConfig = TwoStreamConfig.house(studio)
    if kind == "resnet":
        vocabulary = studio.restricted(("pattern", "colors"), landmarks=False)
        config = BackboneHeadsConfig("resnet10t", heads_of(vocabulary), input_px=64)
    network = build(architecture_of(config), config)
    manifest = BundleManifest(
        kind,
        architecture_of(config),
        config,
        dict(vocabulary.source),
        Preprocessing(64),
        Calibration(),
        "MIT",
    )
    save_bundle(folder, network, manifest)
    return folder


@pytest.fixture(scope="module", params=["resnet", "two_stream"])
def reader(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary
) -> AttributeResnet:
    folder = bundle_of(tmp_path_factory.mktemp("bundles") / request.param, studio, request.param)
    return AttributeResnet.load(folder, ATTRIBUTES)


def test_maps_average_to_the_values_own_logits(reader: AttributeResnet, studio: Vocabulary) -> None:
    images = torch.rand(2, 3, 48, 48) * 2 - 1
    reading = reader(images)
    assert torch.allclose(reading.pooled, reading.features.mean((2, 3)))
    assert {name: logits.shape for name, logits in reading.logits.items()} == {
        "pattern": (2, 2),
        "colors": (2, 3),
    }
    head = reader.network.head("colors")
    index = studio.attribute("colors").index("mint")
    weight, bias = head.weight[index].float(), head.bias[index].float()
    plain = torch.einsum("bchw,c->bhw", reading.features, weight)
    assert torch.allclose(plain.mean((1, 2)) + bias, reading.logits["colors"][:, 2], atol=1e-3)
    cam = reader.cam(reading, "colors", torch.tensor([2, 2]))
    assert cam.shape == (2, 1, *plain.shape[1:])
    assert torch.allclose(cam, min_max(plain[:, None]), atol=1e-4)
    assert not cam.requires_grad


def test_each_picture_has_its_own_values_map(reader: AttributeResnet) -> None:
    reading = reader(torch.rand(1, 3, 48, 48).repeat(2, 1, 1, 1))
    cam = reader.cam(reading, "pattern", torch.tensor([0, 1]))
    same = reader.cam(reading, "pattern", torch.tensor([1, 1]))
    assert not torch.allclose(cam[0], cam[1])
    assert torch.equal(cam[1], same[0])


def test_gradients_flow_to_the_pictures_and_never_to_the_weights(reader: AttributeResnet) -> None:
    images = torch.rand(1, 3, 48, 48, requires_grad=True)
    reader.train()
    reader(images).pooled.sum().backward()
    assert images.grad is not None
    assert float(images.grad.abs().sum()) > 0
    assert not any(p.requires_grad for p in reader.parameters())
    assert not any(module.training for module in reader.modules())


def test_min_max_of_a_flat_map_says_nothing() -> None:
    maps = torch.tensor([[[[2.0, 2.0]]], [[[-1.0, 3.0]]]])
    assert min_max(maps).tolist() == [[[[0.0, 0.0]]], [[[0.0, 1.0]]]]


def test_a_model_that_does_not_know_a_value_is_refused(tmp_path: Path, studio: Vocabulary) -> None:
    folder = bundle_of(tmp_path, studio, "resnet")
    with pytest.raises(CheckpointError, match="plaid"):
        AttributeResnet.load(folder, {"pattern": ("plaid", "solid")})
    with pytest.raises(CheckpointError, match="sleeve_length"):
        AttributeResnet.load(folder, {"sleeve_length": ("short", "long")})
