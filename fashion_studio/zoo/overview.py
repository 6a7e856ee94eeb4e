"""How large a network is and what it answers, found without its weights: nothing is computed or allocated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from fashion_studio.zoo.registry import architecture_of, build
from fashion_studio.zoo.two_stream import TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.zoo.registry import NetworkConfig

__all__ = ["NetworkOverview", "overview_of"]


@dataclass(frozen=True, slots=True)
class NetworkOverview:
    """Sizes of a network.

    Attributes:
        parameters: all of them; `trained` those that are not frozen by the configuration.
        outputs: shape of every output for one photo, without the batch: heads by name, then "heatmaps",
            "visibility", "mask" where there are any, and "features".
        float32_bytes, float16_bytes: of the saved tensors; the file's own header adds some kilobytes.
    """

    parameters: int
    trained: int
    outputs: Mapping[str, tuple[int, ...]]
    float32_bytes: int
    float16_bytes: int


def overview_of(config: NetworkConfig, input_px: int) -> NetworkOverview:
    """Sizes of the network of a configuration, for a square input.

    Raises:
        CheckpointError: the configuration cannot be built.
    """
    with torch.device("meta"):
        network = build(architecture_of(config), config).eval()
        with torch.inference_mode():
            output = network(torch.empty(1, 3, input_px, input_px))
    outputs = {name: tuple(logits.shape[1:]) for name, logits in output.logits.items()}
    if isinstance(output, TwoStreamOutput):
        outputs |= {"heatmaps": tuple(output.heatmaps.shape[1:])}
        outputs |= {"visibility": tuple(output.visibility.shape[1:])}
        if output.mask is not None:
            outputs |= {"mask": tuple(output.mask.shape[1:])}
    outputs["features"] = tuple(output.features.shape[1:])
    state = network.state_dict().values()
    floating = sum(tensor.numel() for tensor in state if tensor.is_floating_point())
    others = sum(tensor.numel() * tensor.element_size() for tensor in state if not tensor.is_floating_point())
    return NetworkOverview(
        parameters=sum(p.numel() for p in network.parameters()),
        trained=sum(p.numel() for p in network.parameters() if p.requires_grad),
        outputs=outputs,
        float32_bytes=4 * floating + others,
        float16_bytes=2 * floating + others,
    )
