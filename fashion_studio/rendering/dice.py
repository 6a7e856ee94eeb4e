"""Named dice: every random choice has its own name, so that changing one attribute disturbs no other."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["Dice"]

T = TypeVar("T")
_MASK = (1 << 64) - 1


def _mix(value: int) -> int:
    """SplitMix64 finaliser (Steele, Lea, Flood 2014): a well-mixed 64-bit hash of an integer."""
    value = (value + 0x9E3779B97F4A7C15) & _MASK
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & _MASK
    return value ^ (value >> 31)


class Dice:
    """Random numbers addressed by name. The same seed and name always give the same number."""

    __slots__ = ("_seed",)

    def __init__(self, seed: int) -> None:
        self._seed = _mix(seed & _MASK)

    def _bits(self, name: str) -> int:
        return _mix(self._seed ^ (zlib.crc32(name.encode()) * 0x9E3779B1))

    def uniform(self, name: str, low: float = 0.0, high: float = 1.0) -> float:
        """A number from [low, high)."""
        return low + (high - low) * (self._bits(name) >> 11) / (1 << 53)

    def chance(self, name: str, probability: float) -> bool:
        """True with this probability."""
        return self.uniform(name) < probability

    def pick(self, name: str, options: Sequence[T]) -> T:
        """One of the options, all equally likely."""
        return options[int(self.uniform(name) * len(options))]

    def weighted(self, name: str, options: Mapping[T, float]) -> T:
        """One of the keys, with probability proportional to its value."""
        goal = self.uniform(name) * sum(options.values())
        for option, weight in options.items():
            goal -= weight
            if goal < 0:
                return option
        return next(reversed(options.keys()))  # type: ignore[call-overload,no-any-return]

    def generator(self, name: str) -> np.random.Generator:
        """A stream of its own, for arrays."""
        return np.random.Generator(np.random.PCG64(self._bits(name)))
