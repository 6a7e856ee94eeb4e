"""Random numbers that follow from a seed alone, whatever else the process has drawn or will draw."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["own_chance"]


@contextmanager
def own_chance(seed: int) -> Iterator[None]:
    """Seeds torch's generator of the processor inside the block and puts it back as it was.

    `torch.manual_seed` would seed every device too, and keep a trace of its caller for each, which takes
    longer than many an augmentation.
    """
    generator = torch.default_generator
    before = generator.get_state()
    try:
        generator.manual_seed(seed)
        yield
    finally:
        generator.set_state(before)
