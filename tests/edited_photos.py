"""Edits for tests that need no generator: a stack, and the picture it is said to have made."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from fashion_studio.domain.edits import EditRegion, EditStack, EditStep, PaintedMask, RegionKind
from fashion_studio.imaging.decode import decode
from fashion_studio.services.project import Project

__all__ = ["RED_SLEEVES", "add_edit", "edited", "stack_of"]

_PAINTED = np.zeros((6, 8), bool)
_PAINTED[2:4, 1:5] = True

RED_SLEEVES = EditStack(
    (
        EditStep(
            "colors",
            "red",
            EditRegion(RegionKind.SLEEVE, PaintedMask.from_array(_PAINTED)),
            0.75,
            0.9,
            seed=7,
        ),
        EditStep("sleeve_length", "short", enabled=False),
    ),
    model="amgan-test",
    weights_sha256="ab" * 32,
)


def stack_of(value: str) -> EditStack:
    """One step: the garment in this colour."""
    return EditStack((EditStep.of("colors", value),), model="amgan-test")


def edited(path: Path, shade: int = 200) -> np.ndarray:
    """The photo with a band of one colour."""
    image = decode(path).copy()
    image[: len(image) // 2] = (shade, 10, 10)
    return image


def add_edit(project: Project, item_id: int, shade: int = 200, stack: EditStack = RED_SLEEVES) -> int:
    """Saves an edit of a photo that has a file; returns the derived photo."""
    return project.save_edit(item_id, stack, edited(project.path(item_id), shade)).item_ids[0]
