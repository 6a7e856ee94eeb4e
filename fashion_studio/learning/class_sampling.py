"""Which photos an epoch takes: each once, or rare classes as often as frequent ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.utils.data import WeightedRandomSampler

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["balanced_sampler", "class_weights", "photo_weights"]


def class_weights(classes: NDArray[np.integer], values: int) -> NDArray[np.float64]:
    """1 / number of photos per class, in the order of the classes' indices; 0 for a class without any.

    Args:
        classes: (N,) index of each photo's class, -1 unknown.
        values: number of classes, those without a photo included.

    Returns:
        (values,), to be looked up by class: not ordered by frequency, never infinite.
    """
    counts = np.bincount(classes[classes >= 0], minlength=values)
    return np.divide(1.0, counts, out=np.zeros(values), where=counts > 0)


def photo_weights(classes: NDArray[np.integer], values: int) -> NDArray[np.float64]:
    """Each photo's weight, its class's; photos of unknown class get the known ones' mean.

    Args:
        classes: (N,) index of each photo's class, -1 unknown.
        values: number of classes.

    Returns:
        (N,), positive.
    """
    weights = class_weights(classes, values)
    known = classes >= 0
    each = np.ones(len(classes))
    each[known] = weights[classes[known]]
    if known.any():
        each[~known] = each[known].mean()
    return each


def balanced_sampler(
    classes: NDArray[np.integer], values: int, *, photos_per_epoch: int = 0, seed: int = 0
) -> WeightedRandomSampler:
    """Draws with replacement, each class that has photos equally often on average.

    Args:
        classes: (N,) index of each photo's class, -1 unknown.
        values: number of classes.
        photos_per_epoch: 0 is N.
        seed: of the draws of this epoch.
    """
    generator = torch.Generator().manual_seed(seed)
    weights = photo_weights(classes, values).tolist()
    return WeightedRandomSampler(
        weights, photos_per_epoch or len(weights), replacement=True, generator=generator
    )
