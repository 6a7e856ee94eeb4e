"""Rare and weak values shown more often: a lap through the pictures in which some stand several times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.labels import value_slices

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.labels import Labels

__all__ = ["emphasised_turns"]


def emphasised_turns(
    labels: Labels, vocabulary: Vocabulary, emphasis: Mapping[str, Mapping[str, int]]
) -> NDArray[np.int64]:
    """The rows of one lap: each picture as often as the highest factor among its labels, at least once.

    Args:
        labels: of N pictures; only full labels (one possible value) count.
        vocabulary: whose attributes `emphasis` names.
        emphasis: attribute → value → factor of at least 1.

    Returns:
        (M,) int64, M >= N, row numbers in ascending order.

    Raises:
        UserError: an attribute or value that the vocabulary does not have, or a factor below 1.
    """
    factors = np.ones(len(labels), np.int64)
    parts = value_slices(vocabulary)
    for attribute, values in emphasis.items():
        if attribute not in parts:
            msg = f"The recipe emphasises “{attribute}”, which is no single-valued attribute."
            raise UserError(msg)
        allowed = labels.allowed[:, parts[attribute]]
        sure = allowed.sum(1) == 1
        known = vocabulary.attribute(attribute)
        for value, factor in values.items():
            if value not in known.value_names or factor < 1:
                msg = f"The recipe cannot emphasise {attribute} “{value}” by {factor}."
                raise UserError(msg)
            factors[sure & allowed[:, known.index(value)]] = np.maximum(
                factors[sure & allowed[:, known.index(value)]], factor
            )
    return np.repeat(np.arange(len(labels)), factors)
