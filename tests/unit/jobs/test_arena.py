from __future__ import annotations

import os
import random

import pytest

from fashion_studio.jobs.arena import Arena, BlockAllocator, aligned


def test_what_one_side_writes_the_other_reads() -> None:
    ours = Arena.create(1 << 16)
    handle = f"fd:{os.dup(ours.inherited[0])}" if ours.inherited else ours.handle
    theirs = Arena.attach(handle, 1 << 16)
    ours.write(100, memoryview(b"hello"))
    assert theirs.read(100, 5) == b"hello"
    theirs.write(0, memoryview(b"back"))
    assert ours.read(0, 4) == b"back"
    theirs.close()
    ours.close()
    ours.close()
    assert ours.inherited == ()


def test_an_unknown_handle_is_refused() -> None:
    with pytest.raises(ValueError, match="no handle"):
        Arena.attach("name:somewhere", 64)


def test_no_file_is_left_behind(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.delattr(os, "memfd_create", raising=False)
    arena = Arena.create(4096)
    assert list(tmp_path.iterdir()) == []
    arena.write(0, memoryview(b"x"))
    assert arena.read(0, 1) == b"x"
    arena.close()


def test_pieces_never_overlap_and_everything_comes_back() -> None:
    rng, blocks = random.Random(1), BlockAllocator(1 << 16)
    taken: dict[int, int] = {}
    refused = 0
    for _ in range(2000):
        if taken and rng.random() < 0.45:
            offset = rng.choice(list(taken))
            blocks.release(offset)
            del taken[offset]
            continue
        size = rng.randrange(0, 9000)
        offset = blocks.allocate(size)
        if offset is None:
            refused += 1
            continue
        for other, length in taken.items():
            assert offset + aligned(size) <= other or other + length <= offset
        assert offset + aligned(size) <= blocks.capacity
        taken[offset] = aligned(size)
        assert blocks.used == sum(taken.values())
    assert refused
    for offset in taken:
        blocks.release(offset)
    assert blocks.used == 0
    assert blocks.allocate(blocks.capacity) == 0


def test_an_unknown_piece_is_left_alone() -> None:
    blocks = BlockAllocator(1024)
    offset = blocks.allocate(10)
    blocks.release(-1)
    assert (offset, blocks.used) == (0, 64)
