from __future__ import annotations

import numpy as np
import torch
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from fashion_studio.zoo.activation import class_activation_maps
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

    def __init__(self, network: TwoStream, head: str) -> None:
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
