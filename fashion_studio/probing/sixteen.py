"""From ImageNet's 1000 probabilities to the 16 published classes: the mean over each class's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = ["OBJECT", "PEOPLE_ON_SIXTEEN", "SixteenClasses"]

OBJECT: Final = "object"
"""The attribute that ImageNet networks answer: which of the 16 classes."""

PEOPLE_ON_SIXTEEN: Final = 0.9587
"""Shape bias of people on the published set, from the authors' raw data (Geirhos et al., ICLR 2019)."""

_IMAGENET_CLASSES: Final = 1000


@dataclass(frozen=True, slots=True)
class SixteenClasses:
    """Class to the indices of ImageNet's classes that belong to it.

    The published decision takes the largest mean; on a tie the first in alphabetical order, as there.
    Source: Geirhos et al., ICLR 2019 (the mean, neither sum nor maximum).
    """

    indices: Mapping[str, Sequence[int]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads a TOML file with a table `classes`: name to indices.

        Raises:
            UserError: it cannot be read, or holds something else.
        """
        try:
            found = tomllib.loads(path.read_text(encoding="utf-8"))["classes"]
            indices = {str(name): [int(index) for index in found[name]] for name in sorted(found)}
        except (OSError, KeyError, TypeError, ValueError) as error:
            msg = f"{path.name} is no table of classes and ImageNet indices."
            raise UserError(msg) from error
        if not indices or any(
            not each or min(each) < 0 or max(each) >= _IMAGENET_CLASSES for each in indices.values()
        ):
            msg = f"{path.name} names no class, or an index that ImageNet does not have."
            raise UserError(msg)
        return cls(indices)

    @property
    def names(self) -> tuple[str, ...]:
        """The classes in alphabetical order."""
        return tuple(self.indices)

    def means(self, chances: NDArray[np.floating]) -> dict[str, float]:
        """Mean probability of each class.

        Args:
            chances: (1000,) softmax output.
        """
        return {name: float(np.mean(chances[list(own)])) for name, own in self.indices.items()}

    def shares(self, chances: NDArray[np.floating], name: str) -> NDArray[np.float32]:
        """How much of a class' probability each of ImageNet's classes brings; they sum to 1.

        These are the slopes of log Σ exp(logit) over the class' own indices, the logit of all of them as one
        class, so weighing their maps by them gives that class' map.

        Args:
            chances: (1000,) softmax output.
            name: of one of the classes.
        """
        own = list(self.indices[name])
        found = np.zeros(len(chances), np.float32)
        total = float(np.sum(chances[own]))
        found[own] = chances[own] / total if total > 0 else 1.0 / len(own)
        return found

    def decide(self, chances: NDArray[np.floating]) -> str:
        """The class of the largest mean."""
        means = self.means(chances)
        return max(means, key=lambda name: means[name])
