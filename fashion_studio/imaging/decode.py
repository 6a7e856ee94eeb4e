"""Photo file → upright 8-bit sRGB array, or `PhotoError` with the reason. Safe from any thread.

What a file claims is checked from its header before anything is allocated for its pixels, and Pillow is
only offered the formats below, so that no other reader of its (PostScript, for one) ever runs.
"""

from __future__ import annotations

import hashlib
import re
import stat
import warnings
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

# The readers register themselves; named one by one so that Pillow does not import all of its fifty.
from PIL import (
    AvifImagePlugin,  # noqa: F401
    BmpImagePlugin,  # noqa: F401
    ExifTags,
    GifImagePlugin,  # noqa: F401
    Image,
    ImageFile,
    JpegImagePlugin,
    MpoImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    PpmImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401
)

from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging.pixel_access import rgbx_pixels
from fashion_studio.imaging.pixel_formats import flatten, has_alpha, to_srgb

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "MAX_FILE_BYTES",
    "MAX_PIXELS",
    "PHOTO_SUFFIXES",
    "DecodedPhoto",
    "PhotoInfo",
    "content_hash",
    "decode",
    "load_photo",
    "probe",
    "taken_us",
]

PHOTO_SUFFIXES: Final = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".tif", ".tiff", ".bmp", ".dib"}
    | {".gif", ".avif", ".avifs", ".pgm", ".ppm", ".pbm", ".pnm"}
)
"""Lower-case suffixes of the files that a scan takes for photos."""

MAX_PIXELS: Final = 200_000_000
"""More than any camera makes. A file that claims more is refused from its header."""

MAX_FILE_BYTES: Final = 2**30
"""Greatest file that is opened."""

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "TIFF", "BMP", "DIB", "GIF", "AVIF", "PPM")
_BIG_CLAIM_PIXELS: Final = 16_000_000
_MOST_PIXELS_PER_BYTE: Final = 10_000  # Deflate reaches 8,256 on one-bit pixels; no photo comes near
_JPEG_AT_ONCE_BYTES: Final = 2**23
"""Between two pieces Pillow waits for the interpreter, which the window's thread may hold."""
_STRIP_ROWS: Final = 64
_STRIP_FROM_PIXELS: Final = 250_000

_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_ORIENTATION: Final = 0x0112
_TAKEN: Final = 0x9003
_TAKEN_OFFSET: Final = 0x9011
_ADOBE_MARKER_BYTES: Final = 12
_PNG_CHUNKS_READ: Final = 10_000

# Pillow's own bound, for the whole process: it also guards the places where a reader meets a second size
# after the header (frames of a GIF).
Image.MAX_IMAGE_PIXELS = MAX_PIXELS
ImageFile.LOAD_TRUNCATED_IMAGES = False


@dataclass(frozen=True, slots=True)
class PhotoInfo:
    """What the header says. Width and height are those of the upright picture."""

    width_px: int
    height_px: int
    format: str
    frames: int
    has_alpha: bool


@dataclass(frozen=True, slots=True)
class DecodedPhoto:
    """A photo's pixels, perhaps reduced, with the size of the upright picture in full.

    Attributes:
        image: (H, W, 3) uint8 sRGB, upright; long side at most what was asked for.
        width_px: width of the full picture; coordinates of labels are in its pixels.
        height_px: height of the full picture.
    """

    image: NDArray[np.uint8]
    width_px: int
    height_px: int


def probe(path: Path) -> PhotoInfo:
    """Reads the header only.

    Raises:
        PhotoError: not a photo, too large, or its header is damaged. A good header is no promise that the
            pixels are good.
    """
    with _opened(path) as image:
        width, height = image.size
        if _orientation(image, pixels_loaded=False) >= 5:
            width, height = height, width
        return PhotoInfo(width, height, image.format or "", _frames(image), has_alpha(image))


def taken_us(path: Path) -> int:
    """When the camera says that a photo was taken (EXIF DateTimeOriginal, with its offset where given).

    Cameras write the time of the place without saying which; it is taken for the time zone of this computer.

    Returns:
        Microseconds since 1970; 0 where the file does not say, or nothing that makes sense.

    Raises:
        PhotoError: not a photo, too large, or its header is damaged.
    """
    with _opened(path) as image:
        try:
            camera = _exif(image, pixels_loaded=False).get_ifd(ExifTags.IFD.Exif)
        except Exception:  # noqa: BLE001 - metadata of any damage must not cost the photo
            return 0
        text = f"{camera.get(_TAKEN, '')}".strip("\0 ")
        offset = f"{camera.get(_TAKEN_OFFSET, '')}".strip("\0 ")
    for form, words in (("%Y:%m:%d %H:%M:%S%z", text + offset), ("%Y:%m:%d %H:%M:%S", text)):
        try:
            return round(datetime.strptime(words, form).timestamp() * 1e6)
        except (ValueError, OverflowError, OSError):  # OSError: a year that this system's clock has not
            continue
    return 0


def decode(path: Path, *, max_side_px: int | None = None) -> NDArray[np.uint8]:
    """Decodes the first frame of a photo.

    Args:
        path: the file.
        max_side_px: if the photo's long side is longer, it is reduced to this (a JPEG already while being
            decoded, which is several times faster).

    Returns:
        (H, W, 3) uint8, RGB in sRGB, upright, contiguous and writable.

    Raises:
        PhotoError: the file cannot be read as a photo; `reason` says why.
    """
    return load_photo(path, max_side_px=max_side_px).image


def load_photo(path: Path, *, max_side_px: int | None = None) -> DecodedPhoto:
    """As `decode`, together with the size of the full picture.

    Raises:
        PhotoError: the file cannot be read as a photo; `reason` says why.
    """
    with _opened(path) as image:
        width, height = image.size
        target = _reduced(width, height, max_side_px)
        if isinstance(image, JpegImagePlugin.JpegImageFile):
            image.decodermaxblock = _JPEG_AT_ONCE_BYTES
            if target != (width, height):
                image.draft(None, target)
        _check_adobe_marker(path, image)
        image.load()
        orientation = _orientation(image, pixels_loaded=True)
        flat = flatten(image)
        if flat.size != target:
            flat = flat.resize(target, Image.Resampling.HAMMING, reducing_gap=2.0)
        upright = to_srgb(flat, _profile(image))
        turn = _UPRIGHT.get(orientation)
        if turn is not None:
            upright = upright.transpose(turn)
        if orientation >= 5:
            width, height = height, width
        return DecodedPhoto(_to_array(upright), width, height)


def content_hash(path: Path) -> str:
    """Hash of the file's bytes (BLAKE2b, 20 bytes, hexadecimal), read in pieces.

    Raises:
        PhotoError: the file cannot be read, or is larger than `MAX_FILE_BYTES`.
    """
    try:
        _check_file(path)
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, lambda: hashlib.blake2b(digest_size=20)).hexdigest()
    except OSError as error:
        raise PhotoError(path, _reason(error, path)) from error


# -- opening ------------------------------------------------------------------------------------------------


@contextmanager
def _opened(path: Path) -> Iterator[ImageFile.ImageFile]:
    """The opened, checked, not yet loaded image; whatever goes wrong inside becomes a PhotoError."""
    _quiet_pillow()
    try:
        size_bytes = _check_file(path)
        with Image.open(path, formats=_FORMATS) as image:
            _check_claim(path, image, size_bytes)
            yield image
    except PhotoError:
        raise
    # Pillow's readers parse hostile bytes and raise what their parsing runs into: OSError, SyntaxError,
    # struct.error, zlib.error, ValueError, KeyError, OverflowError, MemoryError and more.
    except Exception as error:
        raise PhotoError(path, _reason(error, path)) from error


def _check_file(path: Path) -> int:
    """Size in bytes. A pipe or a device would block for ever, so only regular files are opened."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise PhotoError(path, "this is a folder")
    if not stat.S_ISREG(status.st_mode):
        raise PhotoError(path, "this is not a regular file")
    if status.st_size == 0:
        raise PhotoError(path, "the file is empty")
    if status.st_size > MAX_FILE_BYTES:
        raise PhotoError(path, f"the file is larger than {MAX_FILE_BYTES // 2**20} MiB")
    return status.st_size


def _check_claim(path: Path, image: Image.Image, size_bytes: int) -> None:
    width, height = image.size
    pixels = width * height
    if pixels < 1:
        raise PhotoError(path, "the file says that the picture is empty")
    if pixels > MAX_PIXELS:
        raise PhotoError(path, _too_many(pixels))
    if pixels > _BIG_CLAIM_PIXELS and pixels > size_bytes * _MOST_PIXELS_PER_BYTE:
        raise PhotoError(path, f"claims {_count(pixels)} pixels in {size_bytes:,} bytes")


def _check_adobe_marker(path: Path, image: Image.Image) -> None:
    """The colour transform stands in the last byte of JPEG's APP14; without it the colours are a guess."""
    for marker, content in getattr(image, "applist", ()):
        if marker == "APP14" and content.startswith(b"Adobe") and len(content) < _ADOBE_MARKER_BYTES:
            raise PhotoError(path, "its colour marker is cut short, so its colours cannot be told")


# -- warnings and reasons -----------------------------------------------------------------------------------

_quieted: Any = None


def _quiet_pillow() -> None:
    """Damaged metadata is no reason to refuse a photo, so Pillow's warnings are not heard; bombs are errors.

    `warnings.catch_warnings` is not safe between threads, hence filters that stay, added again only when
    somebody (pytest, for each test) has exchanged the list.
    """
    global _quieted  # noqa: PLW0603 - one list of filters for the process, as in the warnings module itself
    if warnings.filters is _quieted:
        return
    warnings.filterwarnings("ignore", module=r"PIL\.")
    warnings.filterwarnings("error", category=Image.DecompressionBombWarning)
    _quieted = warnings.filters


def _count(number: int) -> str:
    for unit, name in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if number >= unit:
            return f"{number / unit:.1f} {name}".replace(".0 ", " ")
    return f"{number:,}"


def _too_many(pixels: int) -> str:
    return f"claims {_count(pixels)} pixels, more than the {_count(MAX_PIXELS)} that are opened"


_ENDS_EARLY: Final = re.compile(r"truncat|premature|unexpected end|end of file|not enough", re.IGNORECASE)


def _reason(error: BaseException, path: Path) -> str:
    """A few words for a person."""
    for kind, words in (
        (FileNotFoundError, "the file is not there any more"),
        (PermissionError, "reading the file is not allowed"),
        (MemoryError, "there is not enough memory to open it"),
        (EOFError, "the file ends too early"),
    ):
        if isinstance(error, kind):
            return words
    text = str(error)
    if isinstance(error, (Image.DecompressionBombError, Image.DecompressionBombWarning)):
        claimed = re.search(r"\d+", text)
        return _too_many(int(claimed.group())) if claimed else "claims far too many pixels"
    if isinstance(error, UnidentifiedImageError):
        return _unknown_kind(path)
    if _ENDS_EARLY.search(text):
        return "the file ends too early"
    if isinstance(error, OSError) and error.errno is not None:
        return f"the file cannot be read ({error.strerror})"
    return "the file is damaged"


def _unknown_kind(path: Path) -> str:
    try:
        with path.open("rb") as stream:
            head = stream.read(16)
    except OSError as error:
        return f"the file cannot be read ({error.strerror})"
    if head[4:8] == b"ftyp" and head[8:12] in {b"heic", b"heix", b"hevc", b"mif1", b"msf1"}:
        return "HEIC is not read; save it as JPEG first"
    return "not an image of a kind that is read here, or its header is damaged"


# -- metadata -----------------------------------------------------------------------------------------------


def _orientation(image: ImageFile.ImageFile, *, pixels_loaded: bool) -> int:
    """EXIF orientation, 1 to 8; 1 where there is none or it makes no sense.

    TIFF is 1 always: Pillow turns it upright itself while loading and gives the upright size before.
    """
    if image.format == "TIFF":
        return 1
    try:
        value = _exif(image, pixels_loaded=pixels_loaded).get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - metadata of any damage must not cost the photo
        return 1
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def _exif(image: ImageFile.ImageFile, *, pixels_loaded: bool) -> Image.Exif:
    """May raise anything: it parses whatever stands there."""
    if image.format == "PNG" and not pixels_loaded and "exif" not in image.info:
        late = _png_exif(image)
        if late:
            image.info["exif"] = late
    # The method of the base class: PNG's own would decode the whole picture to look for EXIF behind it.
    return Image.Image.getexif(image)


def _png_exif(image: ImageFile.ImageFile) -> bytes | None:
    """The eXIf chunk, which may stand behind the pixels, found by hopping from chunk to chunk."""
    stream = image.fp
    if stream is None:
        return None
    place = stream.tell()
    try:
        stream.seek(8)
        for _ in range(_PNG_CHUNKS_READ):
            head = stream.read(8)
            length, kind = int.from_bytes(head[:4]), head[4:]
            if len(head) < 8 or kind == b"IEND":
                return None
            if kind == b"eXIf" and length <= 2**20:
                return b"Exif\x00\x00" + stream.read(length)
            stream.seek(length + 4, 1)
        return None
    finally:
        stream.seek(place)


def _profile(image: Image.Image) -> bytes | None:
    profile = image.info.get("icc_profile")
    return profile if isinstance(profile, bytes) else None


def _frames(image: Image.Image) -> int:
    try:
        return int(getattr(image, "n_frames", 1))
    except Exception:  # noqa: BLE001 - a damaged later frame does not spoil the first, which is all that is used
        return 1


# -- pixels -------------------------------------------------------------------------------------------------


def _reduced(width: int, height: int, max_side_px: int | None) -> tuple[int, int]:
    long_px = max(width, height)
    if max_side_px is None or long_px <= max_side_px:
        return width, height
    scale = max_side_px / long_px
    return max(1, round(width * scale)), max(1, round(height * scale))


def _to_array(image: Image.Image) -> NDArray[np.uint8]:
    """RGB image → array, never keeping the interpreter from other threads for long: not the window's either.

    `np.asarray` would make two whole copies with the interpreter's lock held. What Pillow does not hand out
    in one piece is copied in strips.
    """
    width, height = image.size
    if width * height < _STRIP_FROM_PIXELS:
        return np.array(image, dtype=np.uint8)
    array = np.empty((height, width, 3), dtype=np.uint8)
    with rgbx_pixels(image) as pixels:
        if pixels is not None:
            cv2.cvtColor(pixels, cv2.COLOR_RGBA2RGB, dst=array)
            return array
    for top in range(0, height, _STRIP_ROWS):
        bottom = min(height, top + _STRIP_ROWS)
        strip = image.crop((0, top, width, bottom)).tobytes()
        array[top:bottom] = np.frombuffer(strip, dtype=np.uint8).reshape(bottom - top, width, 3)
    return array
