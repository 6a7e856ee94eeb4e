"""ImageNet weights as a start for a network: from a file, or downloaded by timm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import timm
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.zoo.backbone_heads import BackboneHeads
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["backbone_state", "fetch_state", "load_backbone", "load_trunks", "read_state"]


def read_state(path: Path) -> dict[str, Tensor]:
    """Reads a safetensors file.

    Raises:
        CheckpointError: the file is missing or no safetensors file.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        msg = f"The weights {path.name} cannot be read: {error}."
        raise CheckpointError(msg) from error


def fetch_state(backbone: str) -> dict[str, Tensor]:
    """Timm's own ImageNet weights, downloaded on first use.

    Raises:
        EnvironmentProblem: no network.
    """
    try:
        return dict(timm.create_model(backbone, pretrained=True).state_dict())
    except (OSError, RuntimeError) as error:
        msg = f"The ImageNet weights of {backbone} could not be fetched."
        raise EnvironmentProblem(
            msg, "Give a file with them (--weights), or connect to a network."
        ) from error


def backbone_state(backbone: str, file: Path | None) -> dict[str, Tensor]:
    """ImageNet weights of a backbone: from the file where one is given, else timm's own.

    Raises:
        CheckpointError: the file cannot be read or is no safetensors file.
        EnvironmentProblem: no file, and timm's cannot be fetched.
    """
    return fetch_state(backbone) if file is None else read_state(file)


def load_backbone(network: BackboneHeads, state: Mapping[str, Tensor]) -> None:
    """Starts the backbone from ImageNet weights; the heads stay random.

    Raises:
        CheckpointError: the weights are of another backbone.
    """
    _fill(network.backbone, state, "backbone")


def load_trunks(
    network: TwoStream, texture: Mapping[str, Tensor] | None, shape: Mapping[str, Tensor] | None
) -> None:
    """Starts the streams from ImageNet weights; None leaves a stream random, as the paper's shape stream.

    Where the texture backbone has a final 1x1 convolution before its pooling (MobileNetV2, EfficientNet) and
    the first fusion layer has its size, the fusion starts as that convolution on the texture half and as
    zero on the shape half: the heads then start on the very features ImageNet was classified with.

    Raises:
        CheckpointError: the weights are of another backbone.
    """
    for trunk, state, name in ((network.texture, texture, "texture"), (network.shape, shape, "shape")):
        if state is not None:
            _fill(trunk, state, f"{name} stream")
    if texture is not None and "conv_head.weight" in texture:
        _start_fusion(network, texture)


def _fill(part: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    wanted = part.state_dict()
    given = {_plain_name(key): value for key, value in state.items()}
    found = {key: given.get(_plain_name(key)) for key in wanted}
    missing = sorted(key for key, value in found.items() if value is None or value.shape != wanted[key].shape)
    if missing:
        msg = f"The weights for the {name} are of another backbone: {missing[0]} differs."
        raise CheckpointError(msg)
    part.load_state_dict({key: value for key, value in found.items() if value is not None})


def _plain_name(key: str) -> str:
    # with features_only timm flattens layers ("features_0" for "features.0") or wraps the whole ("model.")
    return key.removeprefix("model.").replace(".", "_")


def _start_fusion(network: TwoStream, state: Mapping[str, Tensor]) -> None:
    convolution, norm = network.fusion[0], network.fusion[1]
    head = state["conv_head.weight"]
    if not isinstance(convolution, nn.Conv2d) or not isinstance(norm, nn.BatchNorm2d):
        return
    if convolution.weight.shape[0] != head.shape[0] or convolution.weight.shape[2:] != head.shape[2:]:
        return
    with torch.no_grad():
        convolution.weight.zero_()
        convolution.weight[:, : head.shape[1]] = head
    norm.load_state_dict({key: state[f"bn2.{key}"] for key in norm.state_dict()})
