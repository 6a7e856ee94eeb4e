"""What a scan asks of one file: its content hash, its size upright, and whether it is really a photo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fashion_studio.imaging.decode import PHOTO_SUFFIXES, content_hash, decode, probe, taken_us

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["PhotoReader", "looks_complete"]

_TAIL_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class PhotoReader:
    """Reads files for a scan; tests and benches put another in its place."""

    suffixes: frozenset[str] = PHOTO_SUFFIXES

    def content_hash(self, path: Path) -> str:
        """Hash of the bytes.

        Raises:
            PhotoError: the file cannot be read.
        """
        return content_hash(path)

    def size_px(self, path: Path) -> tuple[int, int]:
        """(width, height) upright. A file whose end looks wrong is decoded whole, the others by their header.

        Raises:
            PhotoError: the file is not a photo that can be read.
        """
        info = probe(path)
        if not looks_complete(path, info.format):
            decode(path, max_side_px=256)
        return info.width_px, info.height_px

    def taken_us(self, path: Path) -> int:
        """When the camera says it was taken, in microseconds since 1970; 0 where it does not say.

        Raises:
            PhotoError: the file is not a photo that can be read.
        """
        return taken_us(path)


def looks_complete(path: Path, kind: str) -> bool:
    """Whether a file of this kind (Pillow's name) ends as it should; False where the end says nothing.

    A hundred times cheaper than decoding, and catches the usual damage: a copy that was cut short.
    """
    with path.open("rb") as file:
        head = file.read(12)
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read()
    if kind in {"JPEG", "MPO"}:
        return b"\xff\xd9" in tail[-4096:] or b"\xff\xd9" in tail
    if kind == "PNG":
        return tail.rstrip(b"\0")[-8:-4] == b"IEND" or tail[-8:-4] == b"IEND"
    if kind == "WEBP":
        return size >= int.from_bytes(head[4:8], "little") + 8
    return False
