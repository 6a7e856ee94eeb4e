"""Reference pictures for the perceptual loss (AMGAN, section 3.3): others that look as the edit should.

The paper takes one "where all attributes match" those of x*. It does not say what to do where there is none.
Here the fallback is a picture of the wanted value that agrees in as many of the other attributes as any does;
where no picture has the wanted value at all, the edit has no reference and takes no part in the loss.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.learning.amgan.codes import UNKNOWN

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["NO_REFERENCE", "Match", "Reference", "ReferenceFinder"]

NOWHERE: Final = -1


class Match(IntEnum):
    """How well a reference fits."""

    EXACT = 0
    FALLBACK = 1
    NONE = 2


@dataclass(frozen=True, slots=True)
class Reference:
    """`row` of the picture, -1 where there is none."""

    row: int
    match: Match


NO_REFERENCE: Final = Reference(NOWHERE, Match.NONE)


class ReferenceFinder:
    """Finds references among N pictures.

    Args:
        codes: (N, M), of `learning.amgan.codes`.
    """

    def __init__(self, codes: NDArray[np.int64]) -> None:
        self._codes = codes
        self._having: dict[tuple[int, int], NDArray[np.int64]] = {}

    def find(self, source: int, attribute: int, value: int, rng: np.random.Generator) -> Reference:
        """A reference for the edit of picture `source` that gives `attribute` this value.

        An attribute of which the source's value is not known asks nothing; a candidate's unknown value does
        not match. Among equals one is drawn.
        """
        candidates = self._of_value(attribute, value)
        if not len(candidates):
            return NO_REFERENCE
        wanted = self._codes[source]
        asked = wanted != UNKNOWN
        asked[attribute] = False
        agreeing = (self._codes[candidates][:, asked] == wanted[asked]).sum(1)
        best = int(agreeing.max())
        equals = candidates[agreeing == best]
        match = Match.EXACT if best == int(asked.sum()) else Match.FALLBACK
        return Reference(int(equals[rng.integers(len(equals))]), match)

    def _of_value(self, attribute: int, value: int) -> NDArray[np.int64]:
        key = (attribute, value)
        if key not in self._having:
            self._having[key] = np.flatnonzero(self._codes[:, attribute] == value)
        return self._having[key]
