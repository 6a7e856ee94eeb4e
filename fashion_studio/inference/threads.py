"""How many threads the native libraries take, for as long as it matters, and as before afterwards."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

import cv2
import torch

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["one_thread_each", "usable_cores"]


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


@contextmanager
def one_thread_each(*, network_too: bool = True) -> Iterator[None]:
    """Keeps OpenCV, and torch unless told otherwise, to one thread per caller.

    Several workers that each split their work over all cores wait for each other at every layer; on a
    machine that is busy anyway, such waiting can cost a hundred times the work itself.
    """
    torch_threads, opencv_threads = torch.get_num_threads(), cv2.getNumThreads()
    cv2.setNumThreads(1)
    if network_too:
        torch.set_num_threads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(opencv_threads)
        torch.set_num_threads(torch_threads)
