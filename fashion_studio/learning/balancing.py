"""Takes back what a head learnt of how often each value was shown, as far as held-out recall asks for it.

Post-hoc logit adjustment (Menon et al., ICLR 2021): subtracting τ·log(prior) from the logits trades accuracy
under the training frequencies for the mean recall over values. The prior goes into the head's bias, so that
a class activation map's mean plus the bias is still the logit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.metrics import class_scores, states_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.measuring import Answers
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["balance_heads", "label_frequencies"]

STRENGTHS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.25)
MIN_GAIN: Final = 0.003
"""A stronger adjustment has to gain at least this much mean recall over the one before."""


def label_frequencies(allowed: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Share of each value among the full labels, with one count added to each so that none is zero."""
    counts = allowed[allowed.sum(1) == 1].sum(0) + 1.0
    return np.asarray(counts / counts.sum())


def balance_heads(
    network: TwoStream, answers: Answers, held_out: PictureSet, trained_on: PictureSet, vocabulary: Vocabulary
) -> dict[str, float]:
    """Adjusts the biases of the attribute heads (not the category's) in place.

    Args:
        network: its heads' biases are changed.
        answers: of the network for `held_out`; changed along with the network.
        held_out: chooses each head's strength by mean recall.
        trained_on: whose label frequencies are taken back.
        vocabulary: of both.

    Returns:
        The chosen strength τ per head.
    """
    chosen: dict[str, float] = {}
    for name, part in value_slices(vocabulary).items():
        if name == CATEGORY:
            continue
        shift = torch.from_numpy(np.log(label_frequencies(trained_on.labels.allowed[:, part]))).float()
        truth = states_of(torch.from_numpy(held_out.labels.allowed[:, part])[:, None]).squeeze(1)
        logits = answers.logits[name]
        best, best_recall = 0.0, -1.0
        for strength in STRENGTHS:
            recall = class_scores((logits - strength * shift).argmax(1), truth, len(shift)).macro_recall
            if recall > best_recall + (MIN_GAIN if strength else 0.0):
                best, best_recall = strength, recall
        chosen[name] = best
        answers.logits[name] = logits - best * shift
        with torch.no_grad():
            bias = network.head(name).bias
            bias.sub_(best * shift.to(bias.device))
    return chosen
