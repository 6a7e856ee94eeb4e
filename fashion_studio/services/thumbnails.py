"""Thumbnails of a project: made once, kept beside the database by content, shared by copies of a photo."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from fashion_studio.imaging.thumbnails import THUMBNAIL_SIDE_PX, make_thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["THUMBNAIL_SIDE_PX", "thumbnail_of", "thumbnail_path", "thumbnails_of"]


def thumbnail_path(cache: Path, content_hash: str, side_px: int) -> Path:
    """Where the thumbnail of this content lies, whether it is there or not."""
    return cache / content_hash[:2] / f"{content_hash}-{side_px}.jpg"


def thumbnails_of(cache: Path, content_hash: str) -> list[Path]:
    """The thumbnails of this content that are made, of whatever size, smallest name first."""
    return sorted((cache / content_hash[:2]).glob(f"{content_hash}-*.jpg"))


def thumbnail_of(cache: Path, content_hash: str, side_px: int, photo: Callable[[], Path]) -> bytes | None:
    """JPEG bytes with a long side of at most `side_px`; None where the photo is not there.

    Raises:
        PhotoError: it is there and cannot be read.
    """
    kept = thumbnail_path(cache, content_hash, side_px)
    try:
        return kept.read_bytes()
    except OSError:
        pass  # not made yet
    path = photo()
    if not path.is_file():
        return None
    data = make_thumbnail(path, side_px=side_px)
    _keep(kept, data)
    return data


def _keep(path: Path, data: bytes) -> None:
    # A thumbnail that cannot be kept (disk full, read-only folder) is made again next time.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, suffix=".part")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).replace(path)
    except OSError:
        Path(name).unlink(missing_ok=True)
