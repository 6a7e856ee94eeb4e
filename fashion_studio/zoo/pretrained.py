"""ImageNet weights as a start for a two-stream network: from a file, or downloaded by timm."""

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

    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["fetch_state", "load_trunks", "read_state"]


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
            msg, "Give a weights file in the recipe, or connect to a network."
        ) from error


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
            _fill(trunk, state, name)
    if texture is not None and "conv_head.weight" in texture:
        _start_fusion(network, texture)


def _fill(trunk: nn.Module, state: Mapping[str, Tensor], stream: str) -> None:
    wanted = trunk.state_dict()
    renamed = {_feature_name(key): value for key, value in state.items()}
    missing = sorted(key for key in wanted if key not in renamed or renamed[key].shape != wanted[key].shape)
    if missing:
        msg = f"The weights for the {stream} stream are of another backbone: {missing[0]} differs."
        raise CheckpointError(msg)
    trunk.load_state_dict({key: renamed[key] for key in wanted})


def _feature_name(key: str) -> str:
    # timm flattens the layers of plain networks (VGG) into "features_0"
    return key.replace("features.", "features_", 1) if key.startswith("features.") else key


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
