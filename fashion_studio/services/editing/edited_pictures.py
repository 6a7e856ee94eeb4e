"""Edited pictures as files: written whole or not at all, under a name that says what they were made of."""

from __future__ import annotations

import itertools
import re
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.edits import stack_to_json
from fashion_studio.imaging.edited_files import unwritable, write_edited

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditStack

__all__ = ["free_place", "placed", "write_picture"]

_SUFFIX: Final = ".png"
_STEM_CHARACTERS: Final = 80
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')


def write_picture(path: Path, picture: NDArray[np.uint8], stack: EditStack) -> None:
    """Writes (H, W, 3) uint8 sRGB as PNG with the stack in its text, safely on the disk.

    Raises:
        EnvironmentProblem: the disk does not take it; there is no half file.
    """
    write_edited(path, picture, stack_to_json(stack))


def free_place(folder: Path, parent_name: str, taken: Collection[Path] = ()) -> Path:
    """Where the picture goes: for "shirt.jpg" it is "shirt edit 1.png", or the next number that is free."""
    stem = _UNSAFE.sub("_", PurePosixPath(parent_name).stem)[:_STEM_CHARACTERS].strip() or "photo"
    places = (folder / f"{stem} edit {number}{_SUFFIX}" for number in itertools.count(1))
    return next(place for place in places if place not in taken and not place.exists())


@contextmanager
def placed(moves: dict[Path, Path]) -> Iterator[None]:
    """Moves pictures (from → to) for a block; if the block fails they go back where they were.

    Raises:
        EnvironmentProblem: one cannot be moved; all are where they were.
    """
    done: list[tuple[Path, Path]] = []
    try:
        for source, target in moves.items():
            target.parent.mkdir(parents=True, exist_ok=True)
            source.replace(target)
            done.append((source, target))
        yield
    except BaseException as error:
        for source, target in reversed(done):
            target.replace(source)
        if isinstance(error, OSError):
            raise unwritable(error) from error
        raise
