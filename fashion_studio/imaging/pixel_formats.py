"""Brings what a file may hold (16 bit, float, CMYK, Lab, palette, alpha, colour profile) to 8-bit sRGB.

Works on Pillow images. Only `decode` uses it.
"""

from __future__ import annotations

import io
import threading
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image, ImageCms

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["flatten", "has_alpha", "to_srgb"]

_ALPHA_MODES: Final = frozenset({"RGBA", "LA", "PA", "La", "RGBa"})
_FLAT_MODES: Final = frozenset({"RGB", "L", "CMYK", "LAB"})
_TAG_BITS: Final = 258
_TAG_PHOTOMETRIC: Final = 262
_WHITE_IS_ZERO: Final = 0
_SENSOR_TOPS: Final = (255, 1023, 4095)  # a photo that uses a sixteenth of its range does not exist
_SAME_AS_SRGB: Final = 2  # of 255; below this a profile changes nothing that can be seen


def has_alpha(image: Image.Image) -> bool:
    """Whether the file has transparency of any kind (alpha channel, palette entry, colour key)."""
    return image.mode in _ALPHA_MODES or "transparency" in image.info


def flatten(image: Image.Image) -> Image.Image:
    """Takes away depth, palette and transparency: a loaded image → the same in RGB, L, CMYK or LAB, 8 bit.

    Transparent parts come to lie on white. 16-bit grey is scaled by its full range, 32-bit integers and
    floats by the range they evidently use (0 to 1, 0 to 255, 0 to 65535, else from least to greatest).
    """
    if image.mode in {"I", "F"} or image.mode.startswith("I;16"):
        return _wide_to_grey(image)
    if has_alpha(image):
        return _on_white(image)
    if image.mode in _FLAT_MODES:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Converts RGB, L, CMYK or LAB to sRGB by the embedded profile.

    A profile that is broken or made for another kind of pixel is ignored: the picture is then read as sRGB,
    which is what every viewer does.

    Args:
        image: as `flatten` returns it.
        profile: bytes of the ICC profile in the file, if any.

    Returns:
        RGB.
    """
    if image.mode == "LAB":
        return _apply(_lab_transform(threading.get_ident()), image)
    if profile:
        transform = _transform(profile, image.mode, threading.get_ident())
        if transform is not None:
            return _apply(transform, image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    with_alpha = image.convert("RGBA")
    alpha = with_alpha.getchannel("A")
    rgb = with_alpha.convert("RGB")
    if alpha.getextrema() == (255, 255):
        return rgb
    ground = Image.new("RGB", image.size, (255, 255, 255))
    ground.paste(rgb, mask=alpha)
    return ground


def _wide_to_grey(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    if image.mode.startswith("I;16"):
        top = _sixteen_bit_top(image, values)
        if _tag(image, _TAG_PHOTOMETRIC) == _WHITE_IS_ZERO:
            values = top - np.minimum(values, top)
        grey = np.minimum(values.astype(np.uint32) * 255 + top // 2, 255 * top + top // 2) // top
        return Image.fromarray(grey.astype(np.uint8))
    low, high = _used_range(values, sixteen_bit=image.format == "PPM")
    with np.errstate(invalid="ignore", over="ignore"):
        scaled = (values.astype(np.float64) - low) * (255.0 / (high - low))
    scaled = np.nan_to_num(scaled, nan=0.0, posinf=255.0, neginf=0.0)
    return Image.fromarray(np.clip(np.rint(scaled), 0, 255).astype(np.uint8))


def _tag(image: Image.Image, tag: int) -> object:
    tags = getattr(image, "tag_v2", None)
    value = None if tags is None else tags.get(tag)
    return value[0] if isinstance(value, tuple) and value else value


def _sixteen_bit_top(image: Image.Image, values: NDArray[np.uint16]) -> int:
    """Greatest value: a TIFF may hold 10, 12 or 14 bits in two bytes, and sensors do not always say so."""
    bits = _tag(image, _TAG_BITS)
    if isinstance(bits, int) and 8 < bits < 16:
        return (1 << bits) - 1
    if image.format == "TIFF":
        high = int(values.max())
        return next((top for top in _SENSOR_TOPS if high <= top), 65535)
    return 65535


def _used_range(values: NDArray[np.number], *, sixteen_bit: bool) -> tuple[float, float]:
    finite = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if low >= 0:
        tops = [65535.0] if sixteen_bit else [255.0, 65535.0]
        if values.dtype.kind == "f":
            tops = [1.0, 255.0, 65535.0]
        for top in tops:
            if high <= top:
                return 0.0, top
    return low, high if high > low else low + 1.0


def _apply(transform: ImageCms.ImageCmsTransform, image: Image.Image) -> Image.Image:
    converted = ImageCms.applyTransform(image, transform)
    return image.convert("RGB") if converted is None else converted


# The thread is part of the key: a transform of Little CMS is then never used by two threads at once.
@lru_cache(maxsize=64)
def _transform(profile: bytes, mode: str, _thread: int) -> ImageCms.ImageCmsTransform | None:
    """Transform to sRGB, or None if the profile is sRGB already, broken, or for other pixels."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB",
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    if mode == "RGB" and _changes_nothing(transform):
        return None
    return transform


def _changes_nothing(transform: ImageCms.ImageCmsTransform) -> bool:
    """Tried out on a grid of colours: names of profiles are no guide ("c2", "sRGB built-in", "uRGB")."""
    levels = np.linspace(0, 255, 9).astype(np.uint8)
    grid = np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(27, 27, 3)
    changed = np.asarray(_apply(transform, Image.fromarray(grid)))
    return int(np.abs(changed.astype(np.int16) - grid.astype(np.int16)).max()) <= _SAME_AS_SRGB


@lru_cache(maxsize=16)
def _lab_transform(_thread: int) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(
        ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB"
    )
