"""Class activation maps, from the features of the same forward pass.

A head that averages a map and applies one linear layer commutes: averaging w·f(x, y) over the map gives the
logit less its bias. So the map of every class of every head is one 1x1 convolution with the head's weights
(Zhou et al., CVPR 2016). For such heads Grad-CAM (Selvaraju et al., ICCV 2017) is the same map up to scale.
Other heads take Grad-CAM: the gradient of a class's logit, averaged over the map, weighs the channels (their
equations 1 and 2). The backbone takes no part in it, only what follows the map, so it costs little.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from fashion_studio.zoo.backbone_heads import map_of_features, pools_by_mean
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from typing import Any

    from torch import Tensor

    from fashion_studio.zoo.backbone_heads import BackboneHeads
    from fashion_studio.zoo.registry import Network

__all__ = ["class_activation_maps", "decision_activation_maps", "gradient_activation_maps"]


def class_activation_maps(network: Network, features: Tensor) -> dict[str, Tensor]:
    """All maps of all classes of all heads at once.

    Args:
        network: the network that made the features, in evaluation mode.
        features: (B, channels, h, w), the `features` of its output.

    Returns:
        Per head (B, values, h, w), unclipped. In closed form the mean over h and w plus the head's bias is
        the logit; by gradient the maps are Grad-CAM's before its ReLU.
    """
    if not isinstance(network, TwoStream) and not network.averages_linearly():
        return gradient_activation_maps(network, features)
    names = list(network.heads)
    weights = torch.cat([network.head(name).weight for name in names])
    maps = functional.conv2d(features.float(), weights.float()[:, :, None, None])
    sizes = [network.head(name).out_features for name in names]
    return dict(zip(names, maps.split(sizes, dim=1), strict=True))


def gradient_activation_maps(network: BackboneHeads, features: Tensor) -> dict[str, Tensor]:
    """Grad-CAM before its ReLU, for every class of every head: (B, values, h, w) each.

    Works inside `torch.inference_mode` too.

    Args:
        network: in evaluation mode, so that no photo of the batch bears on another.
        features: (B, channels, h, w).
    """
    found: dict[str, list[Tensor]] = {}
    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = features.detach().clone().requires_grad_()
        for name, logits in network.logits_of(leaf).items():
            # summed over the batch: each photo's logit depends on its own features alone
            for score in logits.sum(0):
                (gradient,) = torch.autograd.grad(score, leaf, retain_graph=True)
                weights = gradient.mean((2, 3), keepdim=True)
                found.setdefault(name, []).append((weights * leaf.detach()).sum(1))
    return {name: torch.stack(maps, dim=1) for name, maps in found.items()}


def decision_activation_maps(classifier: Any, features: Tensor, shares: Tensor) -> Tensor | None:
    """One map a picture, of a weighted sum of its logits, for a timm network with its own classifier.

    In closed form where the classifier is linear on the plain mean of the map (ResNets and their like), else
    Grad-CAM before its ReLU. Works inside `torch.inference_mode` too.

    Args:
        classifier: in evaluation mode.
        features: what its `forward_features` gave.
        shares: (B, classes), how much each logit counts.

    Returns:
        (B, h, w), unclipped; in closed form its mean over h and w is the weighted sum of the logits less
        their biases. None where the decision does not depend on the map (a vision transformer that reads its
        class token alone).
    """
    layer = classifier.get_classifier()
    if isinstance(layer, nn.Linear) and pools_by_mean(classifier):
        channels = shares @ layer.weight
        return torch.einsum("bc,bchw->bhw", channels, map_of_features(classifier, features).float())
    with torch.inference_mode(mode=False), torch.enable_grad():
        leaf = features.detach().clone().requires_grad_()
        score = (classifier.forward_head(leaf).float() * shares.detach().clone()).sum()
        (gradient,) = torch.autograd.grad(score, leaf)
        slopes = map_of_features(classifier, gradient)
        if not slopes.any():
            return None
        weights = slopes.mean((2, 3), keepdim=True)
        return (weights * map_of_features(classifier, leaf.detach())).sum(1).float()
