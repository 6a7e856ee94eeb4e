from __future__ import annotations

import numpy as np
import pytest
import timm
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.image import scale_cam_image
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from fashion_studio.zoo.activation import (
    class_activation_maps,
    decision_activation_maps,
    gradient_activation_maps,
)
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.configuration import BackboneHeadsConfig, Head
from fashion_studio.zoo.two_stream import TwoStream


def image(side: int = 128) -> torch.Tensor:
    return torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(3))


def test_mean_plus_bias_is_the_logit_of_every_class_of_every_head(house_network: TwoStream) -> None:
    with torch.inference_mode():
        output = house_network(image())
        maps = class_activation_maps(house_network, output.features)
    assert list(maps) == list(output.logits)
    for name, logits in output.logits.items():
        bias = house_network.head(name).bias
        torch.testing.assert_close(maps[name].mean((2, 3)) + bias, logits, atol=1e-4, rtol=1e-4)


class OneHead(torch.nn.Module):
    """What the independent implementation wants: a module that answers one tensor."""

    def __init__(self, network: TwoStream | BackboneHeads, head: str) -> None:
        super().__init__()
        self.network, self.name = network, head

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return self.network(images).logits[self.name]


def test_grad_cam_of_an_independent_package_is_the_same_map_up_to_scale(house_network: TwoStream) -> None:
    picture = image()
    with torch.inference_mode():
        maps = class_activation_maps(house_network, house_network(picture).features)
    compared = 0
    for name in ("category", "neckline", "colors"):
        for value in range(4):
            with GradCAM(OneHead(house_network, name), target_layers=[house_network.fusion]) as cam:
                theirs = cam(picture, targets=[ClassifierOutputTarget(value)])[0]
            ours = maps[name][0, value].clamp(min=0).numpy()
            ours = torch.nn.functional.interpolate(
                torch.from_numpy(ours)[None, None], size=theirs.shape, mode="bilinear", align_corners=False
            )[0, 0].numpy()
            if ours.max() <= 0:
                continue
            ours = (ours - ours.min()) / (ours.max() - ours.min())
            assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.995, (name, value)
            compared += 1
    assert compared >= 4


@pytest.mark.parametrize(
    ("backbone", "layer", "hidden", "side"),
    [
        ("mobilenetv4_conv_small", "blocks", (), 96),
        ("convnextv2_femto", "stages", (), 96),
        ("resnet18", "layer4", (16,), 96),
        ("eva02_tiny_patch14_224", "norm", (), 84),
    ],
)
def test_gradient_maps_are_those_of_the_grad_cam_package(
    backbone: str, layer: str, hidden: tuple[int, ...], side: int
) -> None:
    """Including trap 11: the package gets the tokens reshaped by its own recipe for vision transformers."""
    torch.manual_seed(5)
    heads = (Head("daily", 3), Head("gender", 2))
    config = BackboneHeadsConfig(backbone, heads, input_px=side, hidden_widths=hidden)
    network = BackboneHeads(config).eval()
    with torch.no_grad():
        network.head("daily").weight.mul_(1e4)  # the package adds 1e-7 before it divides by a map's peak
    images = torch.randn(2, 3, side, side)

    def patches(tokens: torch.Tensor) -> torch.Tensor:
        grid = side // 14
        return tokens[:, 1:].reshape(len(tokens), grid, grid, -1).permute(0, 3, 1, 2)

    with torch.inference_mode():
        features = network(images).features
        maps = class_activation_maps(network, features)
    target = getattr(network.backbone, layer)
    target = target[-1] if isinstance(target, torch.nn.Sequential) else target
    with GradCAM(
        OneHead(network, "daily"),
        [target],
        reshape_transform=patches if backbone.startswith("eva") else None,
    ) as package:
        lit = []
        for value in range(3):
            theirs = package(images, [ClassifierOutputTarget(value)] * 2)
            ours = scale_cam_image(maps["daily"][:, value].clamp_min(0).numpy(), (side, side))
            ours = scale_cam_image(ours)  # the package scales once more after resizing
            np.testing.assert_allclose(ours, theirs, atol=2e-3)
            lit.append(theirs.max() > 0.5)
    assert any(lit)  # a map may be negative everywhere, but not every one


def test_closed_form_and_gradient_agree_up_to_the_number_of_cells() -> None:
    torch.manual_seed(1)
    network = BackboneHeads(BackboneHeadsConfig("resnet18", (Head("fit", 3),))).eval()
    with torch.inference_mode():
        output = network(torch.randn(2, 3, 96, 96))
        closed = class_activation_maps(network, output.features)["fit"]
        gradient = gradient_activation_maps(network, output.features)["fit"]
    torch.testing.assert_close(gradient * closed.shape[2] * closed.shape[3], closed, atol=1e-4, rtol=1e-3)
    back = closed.mean((2, 3)) + network.head("fit").bias
    torch.testing.assert_close(back, output.logits["fit"], atol=1e-4, rtol=1e-4)


def test_maps_of_a_frozen_network_leave_no_gradient_behind() -> None:
    network = BackboneHeads(
        BackboneHeadsConfig("resnet18", (Head("fit", 3),), hidden_widths=(8,), frozen=True)
    ).eval()
    with torch.inference_mode():
        features = network(torch.randn(1, 3, 64, 64)).features
        maps = class_activation_maps(network, features)
    assert maps["fit"].shape == (1, 3, 2, 2)
    assert not maps["fit"].requires_grad
    assert all(p.grad is None for p in network.parameters())


def classifier(name: str) -> torch.nn.Module:
    torch.manual_seed(0)
    return timm.create_model(name, pretrained=False, num_classes=12).eval()


def shares_of(*places: int) -> torch.Tensor:
    found = torch.zeros(1, 12)
    found[0, list(places)] = 1 / len(places)
    return found


def test_a_map_of_several_classes_is_their_mean_in_closed_form() -> None:
    network, shares = classifier("test_resnet"), shares_of(2, 5)
    with torch.inference_mode():
        features = network.forward_features(image())
        logits = network.forward_head(features)[0]
        maps = decision_activation_maps(network, features, shares)
    assert maps is not None
    assert maps.shape[1:] == features.shape[2:]
    expected = (logits - network.get_classifier().bias)[[2, 5]].mean()
    torch.testing.assert_close(maps.mean(), expected, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("name", ["test_resnet", "test_efficientnet", "test_convnext"])
def test_an_independent_package_draws_the_same_map_of_a_timm_classifier(name: str) -> None:
    network, picture = classifier(name), image(160)

    class Layer(torch.nn.Module):
        """The network as two modules, so that the package can look between them."""

        def __init__(self) -> None:
            super().__init__()
            self.inner, self.between = network, torch.nn.Identity()

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.inner.forward_head(self.between(self.inner.forward_features(images)))

    whole = Layer()
    with torch.inference_mode():
        features = network.forward_features(picture)
        value = int(network.forward_head(features).argmax())
        maps = decision_activation_maps(network, features, shares_of(value))
    assert maps is not None
    with GradCAM(whole, target_layers=[whole.between]) as cam:
        theirs = cam(picture, targets=[ClassifierOutputTarget(value)])
    ours = scale_cam_image(maps.clamp(min=0).numpy(), picture.shape[:1:-1])
    assert np.ptp(ours) > 0.5
    # theirs divides by the largest value and a ten-millionth more, which is much for slopes this small
    assert np.corrcoef(ours.ravel(), theirs.ravel())[0, 1] > 0.9999


def test_a_decision_by_the_class_token_alone_has_no_map() -> None:
    network = classifier("vit_tiny_patch16_224")
    with torch.inference_mode():
        features = network.forward_features(image(224))
        assert decision_activation_maps(network, features, shares_of(1)) is None
