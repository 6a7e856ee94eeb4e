"""Folding normalisation into convolutions changes nothing but the speed."""

from __future__ import annotations

import torch
from torch import nn

from fashion_studio.inference import fusing
from fashion_studio.inference.fusing import fused


def norms(network: nn.Module) -> int:
    return sum(isinstance(module, nn.BatchNorm2d) for module in network.modules())


def test_every_normalisation_is_folded_and_the_answers_stay(network) -> None:
    before = {key: value.clone() for key, value in network.state_dict().items()}
    folded = fused(network, 96)
    assert norms(network) > 50
    assert norms(folded) == 0
    with torch.inference_mode():
        images = torch.randn(3, 3, 96, 96)
        first, second = network(images), folded(images)
    assert torch.allclose(first.heatmaps, second.heatmaps, atol=1e-3)
    assert torch.allclose(first.visibility, second.visibility, atol=1e-3)
    for name, logits in first.logits.items():
        assert torch.allclose(logits, second.logits[name], atol=1e-3)
    after = network.state_dict()
    assert all(torch.equal(before[key], after[key]) for key in before), "the original is left as it was"
    assert not any(module._forward_hooks or module._forward_pre_hooks for module in folded.modules())


def test_a_shared_convolution_is_left_alone() -> None:
    class Shared(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolution = nn.Conv2d(3, 3, 1)
            self.first, self.second = nn.BatchNorm2d(3), nn.BatchNorm2d(3)

        def forward(self, images: torch.Tensor) -> torch.Tensor:
            return self.second(self.convolution(self.first(self.convolution(images))))

    network = Shared().eval()
    assert fusing._pairs(network, torch.randn(1, 3, 4, 4)) == []


def test_what_would_change_the_answers_is_not_used(network, monkeypatch) -> None:
    def spoil(folded: nn.Module, convolution: nn.Conv2d, _norm: nn.BatchNorm2d) -> None:
        with torch.no_grad():
            convolution.weight.mul_(3.0)

    monkeypatch.setattr(fusing, "_fold", spoil)
    assert fused(network, 96) is network
