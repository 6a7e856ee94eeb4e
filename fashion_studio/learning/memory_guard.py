"""Out of memory is no reason to stop: the batch goes through the device in halves, quarters, and so on."""

from __future__ import annotations

import gc
import itertools
import re
from typing import TYPE_CHECKING, Final, TypeVar

import torch

from fashion_studio.domain.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from torch import Tensor

__all__ = ["MemoryGuard", "is_out_of_memory", "parts_of"]

_CPU_WORDS: Final = re.compile("not enough memory|can't allocate memory|out of memory", re.IGNORECASE)
T = TypeVar("T")


class MemoryGuard:
    """Remembers into how many parts a batch has to be cut, and cuts finer when the device says it is full.

    Attributes:
        parts: pieces that each batch goes through in; 1 at first, doubled each time.
    """

    def __init__(self, on_halved: Callable[[int, str], None], parts: int = 1) -> None:
        """`on_halved` is told the number of photos now in the device at once, and what the device said."""
        self._on_halved = on_halved
        self.parts = parts

    def run(self, batch: Mapping[str, Tensor], work: Callable[[list[dict[str, Tensor]]], T]) -> T:
        """Does the work on the batch's parts; from the beginning with more parts when memory runs out.

        Args:
            batch: tensors with the photos in their first dimension.
            work: gets the parts; has to be repeatable.

        Raises:
            EnvironmentProblem: not even a single photo fits.
        """
        size = next(iter(batch.values())).shape[0]
        while True:
            try:
                return work(list(parts_of(batch, self.parts)))
            except (RuntimeError, MemoryError) as error:
                if not is_out_of_memory(error):
                    raise
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


def parts_of(batch: Mapping[str, Tensor], parts: int) -> Iterator[dict[str, Tensor]]:
    """The batch in at most so many pieces of nearly the same size."""
    size = next(iter(batch.values())).shape[0]
    count = min(parts, size)
    edges = [size * number // count for number in range(count + 1)]
    for start, stop in itertools.pairwise(edges):
        yield {name: value[start:stop] for name, value in batch.items()}


def _give_back() -> None:
    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
