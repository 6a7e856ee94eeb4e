from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.configuration import BackboneHeadsConfig, Head

SUB_TASK_1 = (Head("daily", 6), Head("gender", 5), Head("embellishment", 3))
OFFICIAL = (Head("daily", 7), Head("gender", 6), Head("embellishment", 3))
FINE26 = tuple(
    Head(name, values)
    for name, values in zip(
        ("texture", "sleeve", "length", "neckline", "fabric", "fit"), (7, 3, 3, 4, 6, 3), strict=True
    )
)
EVA = "eva02_tiny_patch14_224"
MOBILE = BackboneHeadsConfig("mobilenetv4_conv_small", (Head("color", 18),), input_px=64)


def parameters(network: torch.nn.Module) -> int:
    return sum(p.numel() for p in network.parameters())


@pytest.mark.parametrize(
    ("backbone", "heads", "width", "grid", "backbones"),
    [
        (EVA, SUB_TASK_1, 192, 16, 5_502_144),
        (EVA, OFFICIAL, 192, 16, 5_502_144),
        (EVA, (Head("color", 18),), 192, 16, 5_502_144),
        ("convnextv2_femto", (Head("color", 18),), 384, 7, 4_848_240),
        ("convnextv2_femto", (Head("color", 19),), 384, 7, 4_848_240),
        ("mobilenetv4_conv_small", (Head("color", 18),), 1280, 7, 2_493_024),
    ],
)
def test_linear_heads_have_the_sources_sizes(
    backbone: str, heads: tuple[Head, ...], width: int, grid: int, backbones: int
) -> None:
    with torch.device("meta"):
        network = BackboneHeads(BackboneHeadsConfig(backbone, heads)).eval()
        output = network(torch.empty(2, 3, 224, 224))
    assert parameters(network) == backbones + sum((width + 1) * head.values for head in heads)
    assert {name: tuple(logits.shape) for name, logits in output.logits.items()} == {
        head.name: (2, head.values) for head in heads
    }
    assert output.features.shape[2:] == (grid, grid)


def test_resnet_50_with_an_mlp_and_six_softmaxes_has_its_size() -> None:
    with torch.device("meta"):
        config = BackboneHeadsConfig("resnet50", FINE26, hidden_widths=(512,), dropout=0.5, frozen=True)
        network = BackboneHeads(config)
        output = network(torch.empty(2, 3, 224, 224))
    trained = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert trained == 2048 * 512 + 512 + 26 * 513
    assert parameters(network) == 23_508_032 + trained
    assert sum(logits.shape[1] for logits in output.logits.values()) == 26
    assert output.features.shape == (2, 2048, 7, 7)
    kinds = [type(layer).__name__ for layer in network.hidden.modules()][1:]
    assert kinds == ["Linear", "ReLU", "Dropout"]


def test_a_frozen_backbone_stays_as_it_is_in_training() -> None:
    torch.manual_seed(0)
    config = replace(MOBILE, hidden_widths=(8,), frozen=True)
    network = BackboneHeads(config).train()
    before = {key: value.clone() for key, value in network.backbone.state_dict().items()}
    optimiser = torch.optim.SGD([p for p in network.parameters() if p.requires_grad], lr=0.5)
    network(torch.randn(4, 3, 64, 64)).logits["color"].square().mean().backward()
    optimiser.step()
    assert not network.backbone.training
    assert network.hidden.training
    after = network.backbone.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before)
    assert all(p.grad is None for p in network.backbone.parameters())
    assert network.head("color").weight.grad is not None


def test_an_unfrozen_backbone_learns() -> None:
    network = BackboneHeads(MOBILE).train()
    network(torch.randn(4, 3, 64, 64)).logits["color"].square().mean().backward()
    assert all(p.grad is not None for p in network.backbone.parameters())


def test_trap_1_one_photo_keeps_its_dimensions_and_reads_as_in_a_batch() -> None:
    torch.manual_seed(0)
    network = BackboneHeads(MOBILE).eval()
    images = torch.randn(3, 3, 64, 64)
    with torch.inference_mode():
        batch, single = network(images), network(images[1:2])
    assert single.logits["color"].shape == (1, 18)
    torch.testing.assert_close(single.logits["color"][0], batch.logits["color"][1], atol=1e-4, rtol=1e-4)
    # logits, no probabilities: neither rows nor columns sum to one
    assert not torch.allclose(batch.logits["color"].sum(1), torch.ones(3))
    assert not torch.allclose(batch.logits["color"].sum(0), torch.ones(18))


@pytest.mark.parametrize(
    ("backbone", "side"),
    [("eva02_tiny_patch14_224", 56), ("vit_tiny_patch16_224", 64), ("swin_tiny_patch4_window7_224", 224)],
)
def test_trap_11_the_map_gives_the_same_logits_as_the_tokens(backbone: str, side: int) -> None:
    """Patches without prefix tokens, on the patch grid, are all that the heads average."""
    torch.manual_seed(0)
    config = BackboneHeadsConfig(backbone, (Head("color", 4),), input_px=side)
    network = BackboneHeads(config).eval()
    with torch.inference_mode():
        output = network(torch.randn(1, 3, side, side))
        again = network.logits_of(output.features)
    torch.testing.assert_close(again["color"], output.logits["color"], atol=1e-5, rtol=1e-4)


def test_trap_11_a_bright_patch_lights_its_own_cell() -> None:
    """The patch at row 1, column 3 is the map's: neither transposed nor shifted by a token."""
    torch.manual_seed(0)
    network = BackboneHeads(BackboneHeadsConfig(EVA, (Head("color", 2),), input_px=84)).eval()
    images = torch.zeros(2, 3, 84, 84)
    images[1, :, 14:28, 42:56] = 3.0
    with torch.inference_mode():
        plain, lit = network(images).features
    change = (lit - plain).norm(dim=0)
    assert change.shape == (6, 6)
    assert divmod(int(change.argmax()), 6) == (1, 3)


@pytest.mark.parametrize(
    ("backbone", "hidden", "linear"),
    [
        ("resnet18", (), True),
        ("resnet18", (16,), False),
        ("mobilenetv2_100", (), True),
        ("mobilenetv4_conv_small", (), False),  # a layer after its pooling
        ("convnextv2_femto", (), False),  # a normalisation after its pooling
        (EVA, (), False),
        ("vit_tiny_patch16_224", (), True),
    ],
)
def test_whether_maps_follow_in_closed_form_is_found_out(
    backbone: str, hidden: tuple[int, ...], linear: bool
) -> None:
    config = BackboneHeadsConfig(backbone, (Head("color", 2),), hidden_widths=hidden)
    assert BackboneHeads(config).averages_linearly() is linear
