"""Class activation maps in closed form, from the features of the same forward pass.

A head that averages a map and applies one linear layer commutes: averaging w·f(x, y) over the map gives the
logit less its bias. So the map of every class of every head is one 1x1 convolution with the head's weights
(Zhou et al., CVPR 2016). For such heads Grad-CAM (Selvaraju et al., ICCV 2017) is the same map up to scale.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["class_activation_maps"]


def class_activation_maps(network: TwoStream, features: Tensor) -> dict[str, Tensor]:
    """All maps of all classes of all heads at once.

    Args:
        network: the network that made the features.
        features: (B, channels, h, w), `TwoStreamOutput.features`.

    Returns:
        Per head (B, values, h, w), unclipped: mean over h and w plus the head's bias is the logit.
    """
    names = list(network.heads)
    weights = torch.cat([network.head(name).weight for name in names])
    maps = functional.conv2d(features.float(), weights.float()[:, :, None, None])
    sizes = [network.head(name).out_features for name in names]
    return dict(zip(names, maps.split(sizes, dim=1), strict=True))
