from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.learning.memory_guard import MemoryGuard, is_out_of_memory, parts_of

BATCH = {"image": torch.arange(10.0), "index": torch.arange(10)}


def fits(most: int):
    def work(parts: list[dict[str, torch.Tensor]]) -> float:
        if any(len(part["image"]) > most for part in parts):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB.\nand more")
        return sum(float(part["image"].sum()) for part in parts)

    return work


def test_the_batch_is_halved_until_it_fits_and_stays_so() -> None:
    told: list[tuple[int, str]] = []
    guard = MemoryGuard(lambda photos, words: told.append((photos, words)))
    assert guard.run(BATCH, fits(3)) == 45.0
    assert guard.parts == 4
    assert [photos for photos, _ in told] == [5, 2]
    assert told[0][1] == "CUDA out of memory. Tried to allocate 2 GiB."
    assert guard.run(BATCH, fits(3)) == 45.0
    assert len(told) == 2


def test_not_even_one_photo_is_said_plainly() -> None:
    guard = MemoryGuard(lambda *_: None)
    with pytest.raises(EnvironmentProblem, match="one photo at a time"):
        guard.run(BATCH, fits(0))


def test_other_errors_are_not_taken_for_it() -> None:
    def broken(_parts: object) -> None:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    guard = MemoryGuard(lambda *_: None)
    with pytest.raises(RuntimeError, match="shapes"):
        guard.run(BATCH, broken)
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
        parts = list(parts_of(BATCH, count))
        assert torch.equal(torch.cat([part["index"] for part in parts]), BATCH["index"])
        assert len(parts) == min(count, 10)
