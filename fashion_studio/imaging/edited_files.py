"""Edited pictures as files: PNG or TIFF with the edits in their metadata, written whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
from typing import TYPE_CHECKING, Final
from uuid import uuid4

from PIL import Image, PngImagePlugin, TiffImagePlugin

from fashion_studio.domain.errors import EnvironmentProblem, UserError

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

__all__ = ["EDITED_SUFFIXES", "STACK_KEY", "check_target", "read_stack_json", "unwritable", "write_edited"]

STACK_KEY: Final = "fashion-studio-edits"
"""Name of the PNG text chunk that carries the stack; the key around it in TIFF's image description."""

EDITED_SUFFIXES: Final = (".png", ".tif", ".tiff")

_DESCRIPTION: Final = 270
_MOST_TEXT_BYTES: Final = 16 << 20


def write_edited(path: Path, image: NDArray[np.uint8], stack_json: str) -> None:
    """Writes a picture with its stack, safely on the disk; its folder is made.

    Args:
        path: .png, .tif or .tiff.
        image: (H, W, 3) uint8 sRGB.
        stack_json: see `domain.edits.stack_to_json`.

    Raises:
        UserError: another ending.
        EnvironmentProblem: the disk does not take it; what was there before is still there.
    """
    check_target(path)
    # The name says nothing, so that a scan of the folder does not take a half file for a photo.
    partial = path.with_name(f".{uuid4().hex[:8]}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with partial.open("wb") as stream:
            if path.suffix.lower() == ".png":
                about = PngImagePlugin.PngInfo()
                about.add_itxt(STACK_KEY, stack_json)
                # Level 1: a photo of 12 megapixels in a second instead of five, a tenth larger.
                Image.fromarray(image).save(stream, "PNG", compress_level=1, pnginfo=about)
            else:
                tags = TiffImagePlugin.ImageFileDirectory_v2()
                tags[_DESCRIPTION] = json.dumps({STACK_KEY: json.loads(stack_json)})
                Image.fromarray(image).save(stream, "TIFF", compression="tiff_adobe_deflate", tiffinfo=tags)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):  # where not even its folder could be made, there is none
            partial.unlink()
        raise unwritable(error) from error


def read_stack_json(path: Path) -> str:
    """The stack in a file that `write_edited` wrote, or in a text file that holds nothing else.

    Raises:
        UserError: it holds none or cannot be read.
    """
    try:
        if path.suffix.lower() not in EDITED_SUFFIXES:
            return _text(path)
        with Image.open(path, formats=("PNG", "TIFF")) as image:
            found = _of_picture(image)
    except (OSError, ValueError, SyntaxError) as error:
        msg = f"The edits in {path.name} cannot be read ({getattr(error, 'strerror', None) or error})."
        raise UserError(msg) from error
    if found is None:
        msg = f"{path.name} holds no edits: it was not written by Fashion Studio, or its metadata are gone."
        raise UserError(msg)
    return found


def check_target(path: Path) -> None:
    """Raises UserError where the ending is none that can be written."""
    if path.suffix.lower() not in EDITED_SUFFIXES:
        msg = f"Edited pictures are written as PNG or TIFF; “{path.name}” ends otherwise."
        raise UserError(msg)


def unwritable(error: OSError) -> EnvironmentProblem:
    """What the disk said, and what helps."""
    return EnvironmentProblem(
        f"The edited picture cannot be written: {error.strerror or error}.",
        "Make room or make the folder writable, then save again; the edits are kept.",
    )


def _of_picture(image: Image.Image) -> str | None:
    if isinstance(image, PngImagePlugin.PngImageFile):
        found = image.text.get(STACK_KEY)  # reads to the end: the chunk may lie behind the pixels
        return None if found is None else str(found)
    described = str(getattr(image, "tag_v2", {}).get(_DESCRIPTION, ""))
    try:
        stack = json.loads(described)[STACK_KEY]
    except (ValueError, KeyError, TypeError):
        return None
    return json.dumps(stack)


def _text(path: Path) -> str:
    if path.stat().st_size > _MOST_TEXT_BYTES:
        msg = "it is too large to be a list of edits"
        raise ValueError(msg)
    return path.read_text(encoding="utf-8")
