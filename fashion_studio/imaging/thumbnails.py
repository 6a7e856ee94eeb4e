"""Thumbnails: small upright JPEGs, made from a photo that is decoded no larger than need be."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Final

from PIL import Image

from fashion_studio.imaging.decode import decode

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["THUMBNAIL_SIDE_PX", "make_thumbnail"]

THUMBNAIL_SIDE_PX: Final = 256
_QUALITY: Final = 85


def make_thumbnail(path: Path, side_px: int = THUMBNAIL_SIDE_PX) -> bytes:
    """JPEG whose long side is `side_px`; a smaller photo keeps its size.

    Raises:
        PhotoError: the file cannot be read as a photo.
    """
    buffer = io.BytesIO()
    Image.fromarray(decode(path, max_side_px=side_px)).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()
