"""The last step of the house's recipe: linear heads fitted to rest on pictures the trunk was not trained on.

A head that was trained along with its trunk has seen features that fit the training pictures too well. Here
the trunk is at rest, its pooled features of new renderings (and of the photos that a person has labelled) are
computed once, and each attribute's head is moved to the minimum of

    Σ_i w_i · CE(softmax(W x_i + b), y_i) / n  +  λ/2 · |W - W₀|²,

with the features standardised and w_i the inverse frequency of the value, so that every value counts alike.
The ridge around what was trained (λ) keeps what the pictures say nothing of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from torch.nn import functional

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.measuring import prepared

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["balanced_head", "close_heads", "pooled_features"]

FEWEST: Final = 200
"""With fewer labels than this a head stays as it was trained."""

_STEPS: Final = 40
_LEAST_DEVIATION: Final = 1e-3
_BATCH: Final = 32


def balanced_head(
    features: Tensor, values: Tensor, weight: Tensor, bias: Tensor, ridge: float
) -> tuple[Tensor, Tensor]:
    """The minimum described above, by L-BFGS; the same input always gives the same head.

    Args:
        features: (n, width), standardised.
        values: (n,) long.
        weight: (values, width), the ridge's centre.
        bias: (values,), where it starts; it is not held back.
        ridge: λ.
    """
    counts = torch.bincount(values, minlength=len(bias)).clamp(min=1).float()
    importance = (len(values) / (len(bias) * counts))[values]
    start = features @ weight.T + bias
    change, shift = torch.zeros_like(weight).requires_grad_(), torch.zeros_like(bias).requires_grad_()
    optimiser = torch.optim.LBFGS(
        [change, shift], max_iter=_STEPS, history_size=8, line_search_fn="strong_wolfe"
    )

    def loss() -> Tensor:
        optimiser.zero_grad()
        logits = start + features @ change.T + shift
        each = functional.cross_entropy(logits, values, reduction="none")
        total = (importance * each).mean() + ridge / 2 * change.square().sum()
        total.backward()
        return total

    optimiser.step(loss)
    return (weight + change).detach(), (bias + shift).detach()


def close_heads(
    network: TwoStream,
    sets: Sequence[PictureSet],
    vocabulary: Vocabulary,
    preprocessing: Preprocessing,
    *,
    ridge: float,
    attributes: Sequence[str] = (),
) -> dict[str, int]:
    """Fits the attribute heads (not the category's, which photos teach) in place.

    Args:
        network: only its heads change.
        sets: pictures with labels; what is not known for certain of a picture does not count.
        vocabulary: the network's.
        preprocessing: of the network's input.
        ridge: λ.
        attributes: whose heads; none is those of all attributes but the category.

    Returns:
        How many labels each fitted head had.
    """
    features = torch.cat([pooled_features(network, pictures, preprocessing) for pictures in sets])
    allowed = torch.from_numpy(np.concatenate([pictures.labels.allowed for pictures in sets]))
    mean, deviation = features.mean(0), features.std(0) + _LEAST_DEVIATION
    standard = (features - mean) / deviation
    fitted: dict[str, int] = {}
    for name, part in value_slices(vocabulary).items():
        known = allowed[:, part].sum(1) == 1
        if name == CATEGORY or (attributes and name not in attributes) or int(known.sum()) < FEWEST:
            continue
        head = network.head(name)
        weight, bias = head.weight.detach().float(), head.bias.detach().float()
        values = allowed[known][:, part].float().argmax(1)
        new, shift = balanced_head(standard[known], values, weight * deviation, bias + weight @ mean, ridge)
        with torch.no_grad():
            head.weight.copy_(new / deviation)
            head.bias.copy_(shift - (new / deviation) @ mean)
        fitted[name] = int(known.sum())
    return fitted


def pooled_features(network: TwoStream, pictures: PictureSet, preprocessing: Preprocessing) -> Tensor:
    """(N, width) float32: what the linear heads read of each picture."""
    network.eval()
    device = next(network.parameters()).device
    found = []
    with torch.no_grad():
        for start in range(0, len(pictures), _BATCH):
            squares = np.asarray(pictures.squares[start : start + _BATCH])
            output = network(prepared(squares, preprocessing).to(device))
            found.append(output.features.float().mean((2, 3)).cpu())
    return torch.cat(found)
