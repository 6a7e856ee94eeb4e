"""What window and engine say to each other about edits; part of the messages of `jobs.wire`."""

from __future__ import annotations

from typing import Final

import msgspec

from fashion_studio.domain.edits import EditStack, EditStep  # noqa: TC001 - msgspec resolves the annotations
from fashion_studio.jobs.packing import Packed  # noqa: TC001 - as above

__all__ = [
    "ARRAYLESS",
    "DescribeGenerator",
    "Edit",
    "EditAnswer",
    "EditRequest",
    "EditValues",
    "EditedAnswer",
    "GeneratorAnswer",
    "Outcome",
    "ReadEdited",
    "ValueAnswer",
    "ValuesAnswer",
    "WriteEdited",
    "WrittenAnswer",
]


# ---------------------------------------------------------------- from the window to the engine


class DescribeGenerator(msgspec.Struct, frozen=True, tag=True):
    """What can the generator in this folder edit?"""

    id: int
    generator: bytes
    priority: int


class Edit(msgspec.Struct, frozen=True, tag=True):
    """Show a photo with a stack done to it, long side `size_px` (at most the photo's own).

    `outlined` is the place of a step whose region is wanted although it does nothing.
    """

    id: int
    generator: bytes
    priority: int
    path: bytes
    stack: EditStack
    size_px: int
    outlined: int | None = None


class ReadEdited(msgspec.Struct, frozen=True, tag=True):
    """Read the result of a stack as a photo is read, with maps; answered as `jobs.wire.Read` is."""

    id: int
    generator: bytes
    priority: int
    path: bytes
    stack: EditStack


class EditValues(msgspec.Struct, frozen=True, tag=True):
    """Show the stack and then `step` with every value of its attribute, one answer each."""

    id: int
    generator: bytes
    priority: int
    path: bytes
    stack: EditStack
    step: EditStep
    size_px: int


class WriteEdited(msgspec.Struct, frozen=True, tag=True):
    """Write the result at the photo's own size to `target`, the stack in its metadata."""

    id: int
    generator: bytes
    priority: int
    path: bytes
    stack: EditStack
    target: bytes


EditRequest = DescribeGenerator | Edit | ReadEdited | EditValues | WriteEdited


# ---------------------------------------------------------------- from the engine to the window


class GeneratorAnswer(msgspec.Struct, frozen=True, tag=True):
    """See `domain.edits.GeneratorFacts`."""

    id: int
    model: str
    weights_sha256: str
    attributes: dict[str, tuple[str, ...]]
    size_px: int
    device: str


class Outcome(msgspec.Struct, frozen=True):
    """What is said of a stack that was done; see `domain.edits.EditPreview`. `doubt` is score and reasons."""

    changed_share: float
    problems: dict[int, str]
    doubt: tuple[float, tuple[str, ...]]
    stack: EditStack
    compute_ms: float
    note: str
    category: str


class EditedAnswer(msgspec.Struct, frozen=True, tag=True):
    """Arrays "image" (H, W, 3), "mask" (H, W) and "step:N" (H, W), all uint8."""

    id: int
    outcome: Outcome
    packed: Packed


class ValueAnswer(msgspec.Struct, frozen=True, tag=True):
    """One value of a grid: the array "image"."""

    id: int
    value: str
    packed: Packed


class ValuesAnswer(msgspec.Struct, frozen=True, tag=True):
    """A grid is done. `problem` says why nothing changed, if so."""

    id: int
    problem: str
    compute_ms: float


class WrittenAnswer(msgspec.Struct, frozen=True, tag=True):
    """The file is there."""

    id: int
    target: bytes
    width_px: int
    height_px: int
    outcome: Outcome


EditAnswer = GeneratorAnswer | EditedAnswer | ValueAnswer | ValuesAnswer | WrittenAnswer
ARRAYLESS: Final = (GeneratorAnswer, ValuesAnswer, WrittenAnswer)
"""Answers that are told whole, without arrays."""
