from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.learning.memory_guard import MemoryGuard, is_out_of_memory, parts_of

BATCH = torch.arange(10.0)


def fits(most: int) -> Callable[[list[slice]], float]:
    def work(parts: list[slice]) -> float:
        if any(len(BATCH[part]) > most for part in parts):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nand more")
        return sum(float(BATCH[part].sum()) for part in parts)

    return work


def test_the_batch_is_halved_until_it_fits_and_stays_so() -> None:
    told: list[tuple[int, str]] = []
    guard = MemoryGuard(lambda photos, words: told.append((photos, words)))
    assert guard.run(10, fits(3)) == 45.0
    assert guard.parts == 4
    assert [photos for photos, _ in told] == [5, 2]
    assert told[0][1] == "CUDA out of memory. Tried to allocate 2 GiB."
    assert guard.run(10, fits(3)) == 45.0
    assert len(told) == 2


def test_not_even_one_photo_is_said_plainly() -> None:
    guard = MemoryGuard(lambda *_: None)
    with pytest.raises(EnvironmentProblem, match="one photo at a time"):
        guard.run(10, fits(0))


def test_several_processes_do_not_split_each_for_itself() -> None:
    guard = MemoryGuard(lambda *_: None, may_split=False)
    with pytest.raises(EnvironmentProblem, match="smaller batch"):
        guard.run(10, fits(3))
    assert guard.parts == 1


def test_other_errors_are_not_taken_for_it() -> None:
    def broken(_parts: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    guard = MemoryGuard(lambda *_: None)
    with pytest.raises(RuntimeError, match="shapes"):
        guard.run(10, broken)
    assert guard.parts == 1


def test_what_counts_as_out_of_memory() -> None:
    assert is_out_of_memory(torch.cuda.OutOfMemoryError("full"))
    assert is_out_of_memory(MemoryError())
    words = "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory"
    assert is_out_of_memory(RuntimeError(words))
    assert not is_out_of_memory(RuntimeError("something else"))
    assert not is_out_of_memory(ValueError("out of memory"))


def test_parts_cover_everything_once() -> None:
    for count in (1, 2, 3, 4, 8, 16):
        parts = parts_of(10, count)
        assert torch.equal(torch.cat([BATCH[part] for part in parts]), BATCH)
        assert len(parts) == min(count, 10)
