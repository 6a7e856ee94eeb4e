"""Folds batch normalisation into the convolution before it: the same network with half as many passes.

Which normalisation follows which convolution is learnt from one run, by the tensor that leaves the one and
enters the other, so that it works for any backbone; the result is compared with the original.
"""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final, TypeVar

import torch
from torch import Tensor, nn

from fashion_studio.inference.threads import one_thread_each
from fashion_studio.zoo.two_stream import TwoStreamOutput

if TYPE_CHECKING:
    from fashion_studio.zoo.registry import Network, NetworkOutput

__all__ = ["fused"]

_TOLERANCE: Final = 1e-3
_AnyNetwork = TypeVar("_AnyNetwork", bound="Network")


def fused(network: _AnyNetwork, side_px: int) -> _AnyNetwork:
    """A copy in evaluation mode with its normalisations folded in; the original where that changes anything.

    Args:
        network: on any device, in evaluation mode.
        side_px: side of the input to run it with once.
    """
    with one_thread_each():
        return _fused(network, side_px)


def _fused(network: _AnyNetwork, side_px: int) -> _AnyNetwork:
    with torch.inference_mode():
        device = next(network.parameters()).device
        generator = torch.Generator().manual_seed(0)
        example = torch.randn(1, 3, side_px, side_px, generator=generator).to(device)
    folded = copy.deepcopy(network)
    folded.eval()
    for convolution, norm in _pairs(folded, example):
        _fold(folded, convolution, norm)
    return folded if _same(network, folded, example) else network


def _pairs(network: nn.Module, example: Tensor) -> list[tuple[nn.Conv2d, nn.BatchNorm2d]]:
    made_by: dict[int, tuple[nn.Conv2d, Tensor]] = {}  # the tensor is kept, so that its id stays its own
    used: dict[int, int] = {}
    pairs: list[tuple[nn.Conv2d, nn.BatchNorm2d]] = []

    def on_made(module: nn.Module, _inputs: Any, output: Tensor) -> None:
        if isinstance(module, nn.Conv2d):
            made_by[id(output)] = (module, output)
            used[id(module)] = used.get(id(module), 0) + 1

    def on_used(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        maker = made_by.get(id(inputs[0]))
        if maker is not None and isinstance(module, nn.BatchNorm2d):
            pairs.append((maker[0], module))

    handles = []
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            handles.append(module.register_forward_hook(on_made))
        elif isinstance(module, nn.BatchNorm2d):
            handles.append(module.register_forward_pre_hook(on_used))
    try:
        with torch.inference_mode():
            network(example)
    finally:
        for handle in handles:
            handle.remove()
    return [(convolution, norm) for convolution, norm in pairs if used[id(convolution)] == 1]


def _fold(network: nn.Module, convolution: nn.Conv2d, norm: nn.BatchNorm2d) -> None:
    mean, variance = norm.running_mean, norm.running_var
    if mean is None or variance is None:
        return
    with torch.no_grad():
        scale = 1.0 / torch.sqrt(variance + norm.eps)
        if norm.weight is not None:
            scale = scale * norm.weight
        bias = -mean if convolution.bias is None else convolution.bias - mean
        shift = torch.zeros_like(mean) if norm.bias is None else norm.bias
        convolution.weight = nn.Parameter(convolution.weight * scale[:, None, None, None])
        convolution.bias = nn.Parameter(bias * scale + shift)
    # timm's norms carry their activation with them; it stays.
    after = [part for part in (getattr(norm, "drop", None), getattr(norm, "act", None)) if part is not None]
    replacement = nn.Sequential(*after) if len(after) > 1 else (after[0] if after else nn.Identity())
    name = next(name for name, module in network.named_modules() if module is norm)
    parent, _, leaf = name.rpartition(".")
    setattr(network.get_submodule(parent), leaf, replacement)


def _same(network: Network, folded: Network, example: Tensor) -> bool:
    with torch.inference_mode():
        pairs = zip(_answers(network(example)), _answers(folded(example)), strict=True)
    for one, other in pairs:
        scale = max(1.0, float(one.abs().max()))
        if not torch.allclose(one, other, atol=_TOLERANCE * scale, rtol=0.0):
            return False
    return True


def _answers(output: NetworkOutput) -> list[Tensor]:
    answers = [output.features, *output.logits.values()]
    if isinstance(output, TwoStreamOutput):
        answers += [output.heatmaps, output.visibility]
    return answers
