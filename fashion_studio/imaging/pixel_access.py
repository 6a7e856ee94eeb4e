"""Pillow's own pixels as an array, without copying and without keeping the interpreter from other threads.

Pillow hands them out by the Arrow C data interface (https://arrow.apache.org/docs/format/CDataInterface.html),
whose two structures are a stable ABI. Its other ways out copy twice and go through Python for every piece.
"""

from __future__ import annotations

import ctypes
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray
    from PIL import Image

__all__ = ["rgbx_pixels"]


class _ArrowArray(ctypes.Structure):
    """`struct ArrowArray` of the interface, up to what is read here."""

    _fields_: ClassVar = [
        ("length", ctypes.c_int64),
        ("null_count", ctypes.c_int64),
        ("offset", ctypes.c_int64),
        ("n_buffers", ctypes.c_int64),
        ("n_children", ctypes.c_int64),
        ("buffers", ctypes.POINTER(ctypes.c_void_p)),
        ("children", ctypes.POINTER(ctypes.c_void_p)),
    ]


@contextmanager
def rgbx_pixels(image: Image.Image) -> Iterator[NDArray[np.uint8] | None]:
    """The pixels of a loaded RGB image as uint8 (H, W, 4), red, green, blue and one byte without a meaning.

    Only valid inside the `with` block, and only to be read. None where Pillow holds the picture in several
    pieces (about 4 megapixels and more), or in another way than pixels of four bytes.
    """
    width, height = image.size
    try:
        _schema, capsule = image.__arrow_c_array__()
    except ValueError:  # in several pieces
        yield None
        return
    pixels = _ArrowArray.from_address(_pointer(capsule))
    pixel = _ArrowArray.from_address(pixels.children[0]) if pixels.n_children == 1 else None
    whole = (width * height, 4 * width * height)
    if pixel is None or (pixels.length, pixel.length) != whole or pixels.offset or pixel.offset:
        yield None
        return
    held = (ctypes.c_uint8 * pixel.length).from_address(pixel.buffers[1])
    yield np.frombuffer(held, np.uint8).reshape(height, width, 4)
    del capsule  # it kept the memory until here


def _pointer(capsule: object) -> int:
    get = ctypes.pythonapi.PyCapsule_GetPointer
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    return int(get(capsule, b"arrow_array"))
