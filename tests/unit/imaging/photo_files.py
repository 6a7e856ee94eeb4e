"""Writes the strange and the damaged photo files that the decoding tests read."""

from __future__ import annotations

import io
import struct
import zlib
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from pathlib import Path

ORIENTATION = 0x0112

# What was done to the upright picture to get the stored one, by EXIF orientation.
STORED_FROM_UPRIGHT = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.transpose(1, 0, 2),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].transpose(1, 0, 2),
    8: lambda a: np.rot90(a, -1),
}


def four_corners(width: int = 48, height: int = 32) -> np.ndarray:
    """Red, green, blue and grey quarters: every turn and flip of it looks different."""
    image = np.zeros((height, width, 3), dtype=np.uint8)
    image[: height // 2, : width // 2] = (200, 30, 30)
    image[: height // 2, width // 2 :] = (30, 180, 30)
    image[height // 2 :, : width // 2] = (30, 30, 200)
    image[height // 2 :, width // 2 :] = (128, 128, 128)
    return image


def smooth_photo(width: int = 640, height: int = 480, seed: int = 0) -> np.ndarray:
    """Large soft blotches, as JPEG likes them."""
    small = np.random.default_rng(seed).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))


def exif_bytes(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif.tobytes()


def exif_with_entry(kind: int, count: int, value: bytes) -> bytes:
    """EXIF whose only entry is an orientation of a wrong type or length."""
    entry = struct.pack(">HHI", ORIENTATION, kind, count) + value
    return b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x01" + entry + bytes(4)


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png_with_late_exif(array: np.ndarray, orientation: int) -> bytes:
    """The eXIf chunk behind the pixels, as the PNG specification allows."""
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, "PNG")
    data = buffer.getvalue()
    end = data.index(b"IEND") - 4
    exif = exif_bytes(orientation).removeprefix(b"Exif\x00\x00")
    return data[:end] + png_chunk(b"eXIf", exif) + data[end:]


def png_claiming(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is huge."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(bytes(3000)))
        + png_chunk(b"IEND", b"")
    )


def bmp_claiming(width: int, height: int) -> bytes:
    return (
        b"BM" + struct.pack("<IHHI", 154, 0, 0, 54)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 2835, 2835, 0, 0)
        + bytes(100)
    )  # fmt: skip


def gif_claiming(width: int, height: int) -> bytes:
    """Screen and first frame of this size, one code word of pixels."""
    return (
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0) + bytes(6)
        + b"," + struct.pack("<HHHHB", 0, 0, width, height, 0)
        + b"\x02\x02\x44\x01\x00;"
    )  # fmt: skip


def swapped_red_blue_profile() -> bytes:
    """sRGB with the red and blue primaries exchanged: red pixels of such a file are to be shown blue."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for position in range(132, 132 + 12 * int.from_bytes(data[128:132]), 12):
        name = bytes(data[position : position + 4])
        if name in {b"rXYZ", b"bXYZ"}:
            data[position : position + 4] = b"bXYZ" if name == b"rXYZ" else b"rXYZ"
    return bytes(data)


def srgb_profile() -> bytes:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def cmyk_profile(ink_free_lab: tuple[int, int, int], inked_lab: tuple[int, int, int]) -> bytes:
    """A printer profile (ICC version 2, 8-bit table): no ink is one Lab colour, any ink another.

    Lab in ICC's 8-bit coding: L * 2.55, a + 128, b + 128.
    """
    table = bytes(v for corner in range(16) for v in (ink_free_lab if corner == 0 else inked_lab))
    identity = bytes(range(256))
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + matrix + identity * 4 + table + identity * 3
    text = b"text" + bytes(4) + b"none\x00"
    desc = b"desc" + bytes(4) + struct.pack(">I", 5) + b"test\x00" + bytes(78)
    white = b"XYZ " + bytes(4) + struct.pack(">3i", 63190, 65536, 54061)
    tags = [(b"desc", desc), (b"cprt", text), (b"wtpt", white), (b"A2B0", lut)]
    offset, directory, body = 128 + 4 + 12 * len(tags), b"", b""
    for name, content in tags:
        padded = content + bytes(-len(content) % 4)
        directory += name + struct.pack(">II", offset + len(body), len(content))
        body += padded
    content = struct.pack(">I", len(tags)) + directory + body
    header = struct.pack(">I4sI4s4s4s", 128 + len(content), bytes(4), 0x02100000, b"prtr", b"CMYK", b"Lab ")
    header += struct.pack(">6H", 2026, 1, 1, 0, 0, 0) + b"acsp" + bytes(28)
    header += struct.pack(">3i", 63190, 65536, 54061)
    return header.ljust(128, b"\x00") + content


def encoded(array: np.ndarray, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(array).save(buffer, kind, **options)
    return buffer.getvalue()


def write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path
