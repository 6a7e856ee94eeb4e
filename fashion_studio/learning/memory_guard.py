"""Out of memory is no reason to stop: the batch goes through the device in halves, quarters, and so on."""

from __future__ import annotations

import gc
import itertools
import re
from typing import TYPE_CHECKING, Final, TypeVar

import torch

from fashion_studio.domain.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["MemoryGuard", "is_out_of_memory", "parts_of"]

_CPU_WORDS: Final = re.compile("not enough memory|can't allocate memory|out of memory", re.IGNORECASE)
T = TypeVar("T")


class MemoryGuard:
    """Remembers into how many parts a batch has to be cut, and cuts finer when the device says it is full.

    Attributes:
        parts: pieces that each batch goes through in; 1 at first, doubled each time.
    """

    def __init__(
        self, on_halved: Callable[[int, str], None], parts: int = 1, *, may_split: bool = True
    ) -> None:
        """Starts with so many parts.

        Args:
            on_halved: told the number of photos now in the device at once, and what the device said.
            parts: at first.
            may_split: False where several processes train together: all would have to cut at the same step.
        """
        self._on_halved = on_halved
        self._may_split = may_split
        self.parts = parts

    def run(self, size: int, work: Callable[[list[slice]], T]) -> T:
        """Does the work on a batch's parts; from the beginning with more parts when memory runs out.

        Args:
            size: photos in the batch.
            work: gets the parts as slices of the batch; has to be repeatable.

        Raises:
            EnvironmentProblem: not even a single photo fits, or the batch may not be split.
        """
        while True:
            try:
                return work(parts_of(size, self.parts))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
                if not self._may_split:
                    raise EnvironmentProblem(
                        "A device's memory is full.",
                        "Go on with the last checkpoint on one device, or train with a smaller batch.",
                    ) from error
                if self.parts >= size:
                    raise EnvironmentProblem(
                        "There is not enough memory for this network, not even for one photo at a time.",
                        "Choose a smaller network or input, or another device.",
                    ) from error
                words = str(error).split("\n")[0]
            # outside the except block: the traceback holds the tensors of the failed attempt
            self.parts *= 2
            _give_back()
            self._on_halved(max(1, size // self.parts), words)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the memory of a device (or the machine) is used up."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    return isinstance(error, RuntimeError) and bool(_CPU_WORDS.search(str(error)))


def parts_of(size: int, parts: int) -> list[slice]:
    """A batch of this size in at most so many pieces of nearly the same size."""
    count = max(1, min(parts, size))
    edges = [size * number // count for number in range(count + 1)]
    return [slice(start, stop) for start, stop in itertools.pairwise(edges)]


def _give_back() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
