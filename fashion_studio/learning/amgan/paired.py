"""The paired warm-up: learning from pictures whose true edit is known. The house's own, not AMGAN's.

An adversarial training from nothing needs tens of thousands of steps on a GPU. The renderer knows what every
edit should have come to, so that most of the way can be gone by plain regression, on a processor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import torch
from torch.nn import functional

from fashion_studio.learning.amgan.pairs import EDITED, pairs_of
from fashion_studio.zoo.amgan import compose

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.learning.amgan.pairs import VariantSet

__all__ = ["PairBatch", "PairDraw", "changed_mask", "guidance_loss", "paired_loss"]

_CHANGED: Final = 20
"""Difference of a channel, in 8-bit steps, from which a pixel was changed."""
_INSIDE_WEIGHT: Final = 6.0
"""What a pixel that is to change counts beside one that is not: most of a picture is to stay."""
_USUAL_SHARE: Final = 0.25
_MOST_SMALLNESS: Final = 4.0
"""What changes on less than a usual share of the picture (sleeves) weighs up to so many times more."""
_PRINTS: Final = list(EDITED).index("pattern")
_MASK_WEIGHT: Final = 0.3
_EDGE_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class PairBatch:
    """B pairs.

    Attributes:
        source, target: (B, 3, S, S), -1 to 1.
        changed: (B, 1, S, S), 0 to 1: where the edit is to happen.
        values: (B, N), the target's values; those that are not edited may be left unknown (0).
        edited: (B, M), one-hot.
        truth: (B, M), int64: the target's value of every attribute, told or not; -1 where nobody knows it.
    """

    source: Tensor
    target: Tensor
    changed: Tensor
    values: Tensor
    edited: Tensor
    truth: Tensor


class PairDraw:
    """Draws batches of pairs from variant sets, half of them mirrored.

    Args:
        sets: rendered garments, photos.
        shares: how often each set is drawn; sums to 1.
        attributes: how often each attribute of `EDITED` is drawn; sums to 1. Colours are learnt soonest,
            sleeves last.
        know_others: how often the values that are not edited are told; without them is how it is often used.
    """

    def __init__(
        self,
        sets: Sequence[VariantSet],
        shares: Sequence[float],
        attributes: Sequence[float] = (0.25, 0.45, 0.3),
        know_others: float = 0.5,
    ) -> None:
        self._sets = tuple(sets)
        self._attributes = np.asarray(attributes, np.float64)
        self._shares = np.asarray(shares, np.float64)
        self._know_others = know_others
        names = range(len(EDITED))
        pairs = [pairs_of(one) for one in sets]
        self._pairs = [[one[one[:, 2] == which] for which in names] for one in pairs]

    def batch(self, size: int, rng: np.random.Generator) -> PairBatch:
        """`size` pairs; the same generator state gives the same pairs."""
        rows: list[tuple[NDArray[Any], ...]] = []
        while len(rows) < size:
            which = int(rng.choice(len(self._sets), p=self._shares))
            attribute = int(rng.choice(len(EDITED), p=self._attributes))
            pairs = self._pairs[which][attribute]
            if not len(pairs):
                continue
            variants = self._sets[which]
            first, second, _ = pairs[int(rng.integers(len(pairs)))]
            mirrored = attribute != _PRINTS and rng.random() < 0.5  # prints have their place in the square
            turn = slice(None, None, -1 if mirrored else 1)
            source, target = variants.squares[first][:, turn], variants.squares[second][:, turn]
            garments = variants.masks[first][:, turn], variants.masks[second][:, turn]
            changed = changed_mask(source, target, garments, list(EDITED)[attribute])
            truth = variants.values[second].astype(np.int64)
            values = truth.copy()
            if rng.random() >= self._know_others:
                values[np.arange(len(values)) != attribute] = -1
            edited = np.eye(len(EDITED), dtype=np.float32)[attribute]
            rows.append((source, target, changed[None], value_vector(values), edited, truth))
        sources, targets, masks, told, which_edited, truths = (
            np.stack(column) for column in zip(*rows, strict=True)
        )
        return PairBatch(
            _tensor(sources),
            _tensor(targets),
            torch.from_numpy(masks),
            torch.from_numpy(told),
            torch.from_numpy(which_edited),
            torch.from_numpy(truths),
        )


def changed_mask(
    source: NDArray[np.uint8],
    target: NDArray[np.uint8],
    garments: tuple[NDArray[np.uint8], NDArray[np.uint8]],
    attribute: str,
) -> NDArray[np.float32]:
    """Where an edit is to happen, (S, S), 0 to 1: the garment for its colour and pattern; for its sleeves
    what lies in one garment only and what looks different there (shadows, cuffs), smoothed.
    """
    own, other = (np.asarray(mask, np.float32) / np.float32(255) for mask in garments)
    if attribute != "sleeve_length":
        return own
    differs = np.abs(source.astype(np.int16) - target.astype(np.int16)).max(axis=2) > _CHANGED
    kept = cv2.morphologyEx(differs.astype(np.uint8), cv2.MORPH_OPEN, np.ones((2, 2), np.uint8))
    both = np.maximum(kept.astype(np.float32), np.abs(own - other))
    closed = cv2.morphologyEx(both, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(np.clip(cv2.GaussianBlur(closed, (0, 0), 0.8) * 1.2, 0, 1), np.float32)


def value_vector(values: NDArray[np.integer]) -> NDArray[np.float32]:
    """(N,): one-hot per attribute of `EDITED` after one another; an index of -1 leaves its part 0."""
    parts = []
    for names, value in zip(EDITED.values(), values, strict=True):
        part = np.zeros(len(names), np.float32)
        if value >= 0:
            part[value] = 1.0
        parts.append(part)
    return np.concatenate(parts)


def paired_loss(picture: Tensor, mask: Tensor, batch: PairBatch) -> dict[str, Tensor]:
    """The terms of the paired warm-up; their sum is minimised.

    Args:
        picture: z, (B, 3, S, S), -1 to 1.
        mask: a, (B, 1, S, S), 0 to 1.
        batch: what it was drawn from.

    Returns:
        "picture": absolute difference of the composed picture from the true one, pixels that are to change
        weighing more, those of a small change most; "edges": of their gradients, which keeps stripes and rims
        sharp; "mask": cross-entropy of the mask with where the change is.
    """
    made = compose(batch.source, picture.float(), mask.float())
    share = batch.changed.mean((1, 2, 3), keepdim=True).clamp(min=1e-3)
    small = (_USUAL_SHARE / share).clamp(1, _MOST_SMALLNESS)
    weight = 1 + (_INSIDE_WEIGHT * small - 1) * batch.changed
    off = made - batch.target
    picture_term = (weight * off.abs()).mean() + (
        (batch.changed * (picture.float() - batch.target)).abs()
    ).mean()
    edges = off.diff(dim=2).abs().mean() + off.diff(dim=3).abs().mean()
    told = functional.binary_cross_entropy(
        mask.float().clamp(1e-4, 1 - 1e-4), batch.changed, weight=1 + (small - 1) * batch.changed
    )
    return {"picture": picture_term, "edges": _EDGE_WEIGHT * edges, "mask": _MASK_WEIGHT * told}


def guidance_loss(logits: Mapping[str, Tensor], truth: Tensor) -> Tensor:
    """What a frozen reader says of the made pictures against what they should show.

    A sleeve that is to be added may lie in many ways. Regression alone answers with their average, a shadow;
    a reader that must see a sleeve asks for one of them.

    Args:
        logits: per attribute of `EDITED`, (B, values), read off the composed pictures.
        truth: as `PairBatch.truth`.

    Returns:
        Cross-entropy, the mean over all values that are known; 0 where none is.
    """
    known = (truth >= 0).sum().clamp(min=1)
    off = [
        functional.cross_entropy(logits[name].float(), truth[:, place], ignore_index=-1, reduction="sum")
        for place, name in enumerate(EDITED)
    ]
    return torch.stack(off).sum() / known


def _tensor(squares: NDArray[np.uint8]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(squares.transpose(0, 3, 1, 2))).float() / 127.5 - 1
