"""One photo file and a stack of edits to one picture file, without a project."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fashion_studio.config.resources import generator_dir, house_model_dir
from fashion_studio.domain.edits import EditedFile, stack_to_json
from fashion_studio.domain.errors import UserError
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.edited_files import check_target, write_edited
from fashion_studio.services.editing.bulk import open_edits

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.domain.edits import EditStack

__all__ = ["edit_one_photo"]


def edit_one_photo(
    photo: Path,
    stack: EditStack,
    target: Path,
    *,
    generator: Path | None = None,
    model_dir: Path | None = None,
    device: str = "auto",
) -> EditedFile:
    """Writes the photo with the edits done to it, at its own size, the stack in its metadata.

    Args:
        photo: any photo that can be read; it is not changed.
        stack: what is done.
        target: .png, .tif or .tiff.
        generator: bundle of the generator; None means the one that comes with the program.
        model_dir: of the model that reads where the garment is; None means the house's.
        device: "auto", "cpu", "cuda", "mps".

    Returns:
        What was written. Where no edit changes anything, nothing is written: `problems` then says why, and
        `changed_share` is 0.

    Raises:
        UserError: the stack is empty, the target is the photo itself or has another ending, or there is no
            generator.
        PhotoError: the photo cannot be read.
        EnvironmentProblem: the target cannot be written; no memory or device.
    """
    started_s = time.perf_counter()
    if not stack.active:
        msg = "There is nothing to do: every edit is switched off or has strength 0."
        raise UserError(msg)
    check_target(target)
    if target.exists() and photo.exists() and target.samefile(photo):
        msg = f"{target.name} is the photo itself; name another file, so that the original stays."
        raise UserError(msg)
    image = decode(photo)
    edits = open_edits(generator or generator_dir(), model_dir or house_model_dir(), device)
    edited = edits.edit(image, stack)
    if edited.changed_share > 0.0:
        write_edited(target, edited.image, stack_to_json(edited.stack))
    height_px, width_px = image.shape[:2]
    return EditedFile(
        path=target,
        width_px=width_px,
        height_px=height_px,
        changed_share=edited.changed_share,
        problems=edited.problems,
        doubt=edited.doubt,
        stack=edited.stack,
        compute_ms=(time.perf_counter() - started_s) * 1000.0,
        note=edited.note,
        category=edited.category,
    )
