"""Memory that window and engine both see, and who may write where in it.

The memory has no name in any file system (on Windows: none that outlives its handles), so whichever process
is killed in whatever order, the kernel frees it with the last of them. `multiprocessing.shared_memory` is not
used: its segments have names, and its tracker process on Python 3.11 removes or reports segments that the
other side still uses.
"""

from __future__ import annotations

import mmap
import os
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from uuid import uuid4

__all__ = ["Arena", "BlockAllocator", "aligned"]

_ALIGN_BYTES: Final = 64


def aligned(size: int) -> int:
    """The next size at which another array may begin."""
    return max(_ALIGN_BYTES, -(-size // _ALIGN_BYTES) * _ALIGN_BYTES)


class Arena:
    """A fixed piece of memory shared by two processes; pages cost nothing until they are written.

    Made by the window (`create`), found by the engine (`attach`) under `handle`: an inherited file descriptor
    on POSIX, the name of a mapping on Windows.
    """

    def __init__(self, memory: mmap.mmap, handle: str, descriptor: int | None) -> None:
        self._memory = memory
        self._descriptor = descriptor
        self.handle = handle
        self.size = len(memory)

    @classmethod
    def create(cls, size_bytes: int) -> Arena:
        """New zeroed memory.

        Raises:
            OSError: no memory, or no place for the file behind it.
        """
        if sys.platform == "win32":
            name = f"fashion-studio-{uuid4().hex}"
            return cls(mmap.mmap(-1, size_bytes, tagname=name), f"name:{name}", None)
        if hasattr(os, "memfd_create"):
            descriptor = os.memfd_create("fashion-studio")
        else:
            descriptor, name = tempfile.mkstemp(prefix="fashion-studio-")
            Path(name).unlink()
        os.ftruncate(descriptor, size_bytes)
        return cls(mmap.mmap(descriptor, size_bytes), f"fd:{descriptor}", descriptor)

    @classmethod
    def attach(cls, handle: str, size_bytes: int) -> Arena:
        """The memory that another process made.

        Raises:
            OSError, ValueError: there is no such memory.
        """
        kind, _, name = handle.partition(":")
        if sys.platform == "win32":
            return cls(mmap.mmap(-1, size_bytes, tagname=name), handle, None)
        if kind != "fd":
            msg = f"“{handle}” is no handle of shared memory on this system."
            raise ValueError(msg)
        return cls(mmap.mmap(int(name), size_bytes), handle, int(name))

    @property
    def inherited(self) -> tuple[int, ...]:
        """File descriptors that the engine must inherit."""
        return () if self._descriptor is None else (self._descriptor,)

    def write(self, offset: int, data: memoryview) -> None:
        """Copies bytes in."""
        self._memory[offset : offset + len(data)] = data

    def read(self, offset: int, size: int) -> bytes:
        """Copies bytes out."""
        return self._memory[offset : offset + size]

    def close(self) -> None:
        """Gives this process's hold up; calling it again does nothing."""
        self._memory.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


@dataclass(slots=True)
class BlockAllocator:
    """First fit from the low end, so that few pages are ever touched. Used by the engine alone."""

    capacity: int
    _taken: list[tuple[int, int]] = field(default_factory=list)

    def allocate(self, size: int) -> int | None:
        """Offset of a free piece, None when there is none."""
        size = aligned(size)
        start = 0
        for position, (offset, length) in enumerate(self._taken):
            if offset - start >= size:
                self._taken.insert(position, (start, size))
                return start
            start = offset + length
        if self.capacity - start < size:
            return None
        self._taken.append((start, size))
        return start

    def release(self, offset: int) -> None:
        """Frees the piece that begins there; an unknown offset is left alone."""
        self._taken = [piece for piece in self._taken if piece[0] != offset]

    @property
    def used(self) -> int:
        """Bytes taken."""
        return sum(length for _, length in self._taken)
