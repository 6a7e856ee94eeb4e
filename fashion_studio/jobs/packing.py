"""Arrays of a message: side by side in the arena that window and engine share, or in the message itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

from fashion_studio.jobs.arena import aligned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from fashion_studio.jobs.arena import Arena, BlockAllocator

__all__ = ["ArrayPlace", "Packed", "pack", "unpack"]


class ArrayPlace(msgspec.Struct, frozen=True):
    """One array inside a packed block: numpy type string, shape, first byte from the block's start."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    start: int


class Packed(msgspec.Struct, frozen=True):
    """Arrays in one block: at `offset` of the arena, or, where the arena had no room (-1), in `inline`."""

    arrays: tuple[ArrayPlace, ...]
    size: int
    offset: int = -1
    inline: bytes = b""


def pack(arrays: Mapping[str, NDArray[Any]], arena: Arena, blocks: BlockAllocator) -> Packed:
    """Lays arrays side by side into the arena, or into the message itself when the arena is full."""
    places, start = [], 0
    whole = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    for name, array in whole.items():
        places.append(ArrayPlace(name, array.dtype.str, array.shape, start))
        start += aligned(array.nbytes)
    offset = blocks.allocate(start)
    if offset is not None:
        for place, array in zip(places, whole.values(), strict=True):
            arena.write(offset + place.start, array.reshape(-1).view(np.uint8).data)
        return Packed(tuple(places), start, offset)
    inline = bytearray(start)
    for place, array in zip(places, whole.values(), strict=True):
        inline[place.start : place.start + array.nbytes] = array.tobytes()
    return Packed(tuple(places), start, inline=bytes(inline))


def unpack(packed: Packed, arena: Arena) -> dict[str, NDArray[Any]]:
    """Copies packed arrays out; they own their memory and may be kept."""
    block = packed.inline if packed.offset < 0 else arena.read(packed.offset, packed.size)
    arrays = {}
    for place in packed.arrays:
        kind = np.dtype(place.dtype)
        count = int(np.prod(place.shape, dtype=np.int64))
        flat = np.frombuffer(block, dtype=kind, count=count, offset=place.start)
        arrays[place.name] = flat.reshape(place.shape)
    return arrays
