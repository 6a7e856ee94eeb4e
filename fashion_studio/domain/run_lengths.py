"""Binary masks as run lengths in COCO's compressed form, which COCO's own tools read and write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["RunLengths", "mask_of_runs", "runs_of_mask"]

_FIRST: Final = 48
_MORE: Final = 0x20
_SIGN: Final = 0x10
_MAX_PIXELS: Final = 1 << 28


class RunLengths(msgspec.Struct, frozen=True):
    """A mask as COCO's "RLE" object: `size` is (height, width), `counts` its compressed string."""

    size: tuple[int, int]
    counts: str


def runs_of_mask(mask: NDArray[Any]) -> RunLengths:
    """Encodes (H, W): columns one after the other, lengths of runs of 0 and 1 in turn, beginning with 0.

    Source: cocoapi, common/maskApi.c, rleEncode and rleToString.
    """
    flat = np.asarray(mask, dtype=bool).ravel(order="F")
    edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    bounds = np.concatenate([[0], edges, [flat.size]])
    runs = np.diff(bounds).tolist()
    if flat.size and flat[0]:
        runs.insert(0, 0)
    height, width = mask.shape
    return RunLengths((height, width), _text(runs))


def mask_of_runs(runs: RunLengths) -> NDArray[np.bool_]:
    """Decodes to (H, W) bool.

    Raises:
        UserError: the string is damaged or does not fill the size.
    """
    height, width = runs.size
    lengths = _numbers(runs.counts)
    if min(height, width) < 0 or height * width > _MAX_PIXELS or min(lengths, default=0) < 0:
        raise UserError(_DAMAGED)
    if sum(lengths) != height * width:
        raise UserError(_DAMAGED)
    values = np.arange(len(lengths)) % 2 == 1
    return np.asarray(np.repeat(values, lengths).reshape((height, width), order="F"))


_DAMAGED: Final = "A stored mask is damaged. Paint it again."


def _text(runs: list[int]) -> str:
    """Numbers in groups of five bits, lowest first; from the fourth on, differences to the last but one."""
    letters = []
    for place, run in enumerate(runs):
        value = run - runs[place - 2] if place > 2 else run
        more = True
        while more:
            bits = value & 0x1F
            value >>= 5
            more = value != (-1 if bits & _SIGN else 0)
            letters.append(chr((bits | _MORE if more else bits) + _FIRST))
    return "".join(letters)


def _numbers(text: str) -> list[int]:
    numbers: list[int] = []
    value = shift = 0
    for letter in text:
        bits = ord(letter) - _FIRST
        if not 0 <= bits < 64 or shift > 40:
            raise UserError(_DAMAGED)
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits & _MORE:
            continue
        if bits & _SIGN:
            value -= 1 << shift
        numbers.append(value + numbers[-2] if len(numbers) > 2 else value)
        value = shift = 0
    if shift:
        raise UserError(_DAMAGED)
    return numbers
