from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.zoo.configuration import FusionLayer, Head, StreamConfig, TwoStreamConfig
from fashion_studio.zoo.two_stream import TwoStream


def pair(texture: str, shape: str, *, decoder: str, states: int = 3, mask: bool = True) -> TwoStreamConfig:
    return TwoStreamConfig(
        texture=StreamConfig(texture, (4,)),
        shape=StreamConfig(shape, (1, 2, 3, 4) if decoder == "pyramid" else (4,)),
        heads=(Head("category", 5), Head("colors", 18, several=True)),
        fusion=(FusionLayer(1, 64),),
        landmarks=8,
        visibility_states=states,
        decoder=decoder,
        decoder_width=16,
        mask=mask,
    )


def parameters(network: torch.nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


def test_the_papers_network_has_the_papers_sizes() -> None:
    config = TwoStreamConfig.paper()
    with torch.device("meta"):
        network = TwoStream(config)
        output = network(torch.empty(2, 3, 224, 224))
    assert parameters(network.texture) == parameters(network.shape) == 14_714_688  # VGG-16's convolutions
    fusion = 1024 * 2048 * 9 + 2048 + 2048 * 4096 * 9 + 4096
    heads = 4096 * 1050 + 1050
    neck = 512 * 256 + 256 + 256 * 128 * 9 + 128 + 128 * 256 + 256
    climb = 256 * 128 * 16 + 128 + 128 * 128 * 9 + 128
    branch = neck + climb + 256 * 8 + 8 + 128 * 8 + 8
    assert parameters(network) == 2 * 14_714_688 + fusion + heads + branch
    assert output.heatmaps.shape == (2, 8, 28, 28)
    assert output.visibility.shape == (2, 8, 1)
    assert output.logits["category"].shape == (2, 50)
    assert output.logits["attributes"].shape == (2, 1000)
    assert output.features.shape == (2, 4096, 14, 14)
    assert output.mask is None


def test_the_house_network_is_small_and_answers_everything(
    studio: Vocabulary, house_network: TwoStream
) -> None:
    assert parameters(house_network) == 4_599_189 + 3 * 32 + 32 + 32 * 64 + 64 + 64 * 1280
    with torch.inference_mode():
        output = house_network(torch.zeros(2, 3, 224, 224))
    assert {name: tuple(logits.shape) for name, logits in output.logits.items()} == {
        attribute.name: (2, len(attribute.values)) for attribute in studio.attributes
    }
    assert output.heatmaps.shape == (2, 8, 56, 56)
    assert output.mask is not None
    assert output.mask.shape == (2, 1, 56, 56)
    assert output.visibility.shape == (2, 8, 3)
    assert output.features.shape == (2, 1280, 7, 7)


@pytest.mark.parametrize(
    ("texture", "shape", "decoder", "states"),
    [
        ("resnet18", "mobilenetv2_100", "pyramid", 3),
        ("mobilenetv3_small_050", "resnet18", "pyramid", 1),
        ("vgg11", "vgg11", "deconv", 1),
        ("convnext_atto", "convnext_atto", "deconv", 3),
    ],
)
def test_any_timm_backbone_serves_as_a_stream(texture: str, shape: str, decoder: str, states: int) -> None:
    config = pair(texture, shape, decoder=decoder, states=states)
    if "convnext" in texture:
        config = TwoStreamConfig(
            **{f: getattr(config, f) for f in config.__slots__}
            | {"texture": StreamConfig(texture, (3,)), "shape": StreamConfig(shape, (3,))}
        )
    with torch.device("meta"):
        output = TwoStream(config)(torch.empty(3, 3, 64, 64))
    assert output.logits["category"].shape == (3, 5)
    assert output.logits["colors"].shape == (3, 18)
    assert output.visibility.shape == (3, 8, states)
    assert output.heatmaps.shape[:2] == (3, 8)
    assert output.mask is not None
    assert output.mask.shape == (3, 1, *output.heatmaps.shape[2:])


def total(network: TwoStream, images: torch.Tensor) -> torch.Tensor:
    output = network(images)
    parts = [*output.logits.values(), output.visibility, output.heatmaps]
    parts += [] if output.mask is None else [output.mask]
    return torch.stack([part.square().mean() for part in parts]).sum()


@pytest.mark.parametrize("decoder", ["pyramid", "deconv"])
def test_every_parameter_gets_a_gradient(decoder: str) -> None:
    torch.manual_seed(1)
    backbone = "mobilenetv2_050"
    network = TwoStream(pair(backbone, backbone, decoder=decoder)).train()
    total(network, torch.randn(4, 3, 64, 64)).backward()
    dead = [n for n, p in network.named_parameters() if p.grad is None or not bool(p.grad.abs().sum() > 0)]
    assert dead == []


def test_the_colour_branch_sees_each_cells_own_colours(house_network: TwoStream) -> None:
    images = torch.zeros(1, 3, 96, 96)
    branch = house_network.color
    assert branch is not None
    with torch.inference_mode():
        plain = branch(images, 3, 3)
        images[:, 0, :32, :32] = 1.0
        spotted = branch(images, 3, 3)
        shuffled = images.clone()
        shuffled[:, :, :32, :32] = shuffled[:, :, :32, :32].flip(2, 3)
    changed = (spotted - plain).abs().sum(1)[0] > 1e-6
    assert changed.nonzero().tolist() == [[0, 0]]
    torch.testing.assert_close(branch(shuffled, 3, 3), spotted)


def test_one_photo_reads_as_in_a_batch_and_all_is_finite(house_network: TwoStream) -> None:
    images = torch.randn(3, 3, 96, 96, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        batch = house_network(images)
        single = house_network(images[1:2])
    for name, logits in batch.logits.items():
        assert logits.isfinite().all()
        torch.testing.assert_close(single.logits[name][0], logits[1], atol=1e-4, rtol=1e-4)
    for field in ("visibility", "heatmaps", "mask", "features"):
        torch.testing.assert_close(getattr(single, field)[0], getattr(batch, field)[1], atol=1e-4, rtol=1e-4)


def test_logits_are_no_probabilities(house_network: TwoStream) -> None:
    with torch.inference_mode():
        output = house_network(torch.randn(2, 3, 96, 96, generator=torch.Generator().manual_seed(0)))
    assert any(bool((logits < 0).any()) for logits in output.logits.values())
    assert not torch.allclose(output.logits["category"].sum(1), torch.ones(2))


def test_the_pyramids_visibility_leaves_the_heatmaps_alone(house_network: TwoStream) -> None:
    house_network.zero_grad()
    house_network(torch.randn(1, 3, 96, 96)).visibility.square().sum().backward()
    assert house_network.decoder.maps.weight.grad is None
