"""Edits of a garment as records: which value, through which region, how strongly, and the stack of them.

A stack is what is stored; the picture is made from the original photo and the stack, again and again.
Step by step: x_k = x_{k-1} + strength · mask · (z_k - x_{k-1}), z and masks by the generator the stack names
(Ak, Lim, Tham, Kassim 2019, "Attribute Manipulation Generative Adversarial Networks for Fashion Images",
eq. 1; regions: section 4).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import numpy as np

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.run_lengths import RunLengths, mask_of_runs, runs_of_mask

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

__all__ = [
    "DEFAULT_THRESHOLDS",
    "Doubt",
    "EditGrid",
    "EditPreview",
    "EditRegion",
    "EditStack",
    "EditStep",
    "EditedFile",
    "GeneratorFacts",
    "PaintedMask",
    "RegionKind",
    "default_region",
    "stack_from_json",
    "stack_to_json",
]

_LEVELS: Final = 8
Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class RegionKind(StrEnum):
    """Where an edit acts.

    GARMENT: the reading model's garment mask. EDIT: the edit's own attention mask. SLEEVE: the attention of
    the "sleeveless" edit, values under the threshold (0.9 in the paper) set to 0. TORSO: the garment without
    its sleeves: the edit's mask minus SLEEVE. MATTING: the garment mask at the photo's full resolution.
    COLLAR, HEM: bands of the garment along its landmarks. PAINTED: only what the person painted.
    """

    GARMENT = "garment"
    EDIT = "edit"
    SLEEVE = "sleeve"
    TORSO = "torso"
    MATTING = "matting"
    COLLAR = "collar"
    HEM = "hem"
    PAINTED = "painted"


DEFAULT_THRESHOLDS: Final = {
    RegionKind.GARMENT: 0.5,
    RegionKind.EDIT: 0.2,
    RegionKind.SLEEVE: 0.9,
    RegionKind.TORSO: 0.2,
    RegionKind.MATTING: 0.05,
    RegionKind.COLLAR: 0.2,
    RegionKind.HEM: 0.2,
    RegionKind.PAINTED: 0.05,
}
"""Mask values under the threshold become 0. Only the sleeve's is the paper's."""


class PaintedMask(msgspec.Struct, frozen=True):
    """A painted mask, hard or soft, of the whole upright photo at a size of its own.

    Attributes:
        levels: nested masks as COCO run lengths; the value of a pixel is the share of the levels it is in.
            One level is a hard mask.
    """

    levels: tuple[RunLengths, ...]

    def __post_init__(self) -> None:
        sizes = {level.size for level in self.levels}
        if len(sizes) != 1:
            msg = "a painted mask has levels, all of one size"
            raise ValueError(msg)

    @classmethod
    def from_array(cls, mask: NDArray[Any]) -> PaintedMask:
        """Of a mask (H, W): bool, float 0 to 1 or uint8 0 to 255; soft values are kept in steps of 1/8."""
        values = np.asarray(mask, np.float32) / (255.0 if mask.dtype == np.uint8 else 1.0)
        hard = bool(((values <= 0.0) | (values >= 1.0)).all())
        count = 1 if hard else _LEVELS
        return cls(tuple(runs_of_mask(values >= (k + 0.5) / count) for k in range(count)))

    @property
    def size_px(self) -> tuple[int, int]:
        """Height and width of the mask, in its own pixels."""
        return self.levels[0].size

    def array(self) -> NDArray[np.float32]:
        """(H, W) float32, 0 to 1.

        Raises:
            UserError: the run lengths are damaged.
        """
        total = np.zeros(self.size_px, np.float32)
        for level in self.levels:
            total += mask_of_runs(level)
        return total / np.float32(len(self.levels))


class EditRegion(msgspec.Struct, frozen=True):
    """A region: a kind, what was painted to it and what was erased from it.

    Attributes:
        painted: added to the kind's mask (its union); all there is for PAINTED.
        erased: taken away from it, after that.
    """

    kind: RegionKind = RegionKind.EDIT
    painted: PaintedMask | None = None
    erased: PaintedMask | None = None


class EditStep(msgspec.Struct, frozen=True):
    """One edit: `attribute` is to have `value` inside `region`.

    Attributes:
        strength: 0 changes nothing, 1 is the generator's answer.
        threshold: mask values under it become 0.
        enabled: a step that is switched off stays in the stack.
        seed: for a generator that draws random numbers; the shipped one draws none.
    """

    attribute: str
    value: str
    region: EditRegion = EditRegion()
    strength: Share = 1.0
    threshold: Share = DEFAULT_THRESHOLDS[RegionKind.EDIT]
    enabled: bool = True
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0.0 <= self.strength <= 1.0 and 0.0 <= self.threshold <= 1.0):
            msg = "strength and threshold are between 0 and 1"
            raise ValueError(msg)

    @classmethod
    def of(cls, attribute: str, value: str, kind: RegionKind | None = None) -> EditStep:
        """The step as it begins: the attribute's usual region, or `kind`, with its usual threshold."""
        chosen = default_region(attribute) if kind is None else kind
        return cls(attribute, value, EditRegion(chosen), threshold=DEFAULT_THRESHOLDS[chosen])


class EditStack(msgspec.Struct, frozen=True):
    """Steps in the order in which they are done, and the generator they are done by.

    Attributes:
        model: id of the generator's bundle, such as "amgan-house-1"; empty before it was ever computed.
        weights_sha256: hash of its weights.
        reader: id of the reading model, which gave garment, landmarks and the values that are to stay. Same
            photo, steps, generator and reader: same picture.
    """

    steps: tuple[EditStep, ...] = ()
    model: str = ""
    weights_sha256: str = ""
    reader: str = ""

    @property
    def active(self) -> tuple[EditStep, ...]:
        """The steps that do something."""
        return tuple(step for step in self.steps if step.enabled and step.strength > 0.0)


def default_region(attribute: str) -> RegionKind:
    """Colour and pattern stay on the garment; a change of shape (sleeves) needs the edit's own mask."""
    return RegionKind.GARMENT if attribute in {"colors", "pattern"} else RegionKind.EDIT


@dataclass(frozen=True, slots=True)
class Doubt:
    """How unsure the generator is to be taken to be of this photo.

    Attributes:
        score: 0 (like its training photos) to 1 (nothing like them).
        reasons: sentences for a person, the weightiest first; empty when there is nothing to say.
    """

    score: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EditPreview:
    """A stack's result at the size it was asked for.

    Attributes:
        image: (H, W, 3) uint8 sRGB.
        mask: (H, W) uint8: where the picture may differ from the photo, over all active steps, 255 = fully;
            where it is 0 the picture is the photo's own pixels.
        step_masks: by the place of the step in the stack, the mask of its region alone, (H, W) uint8, with
            what was painted but before threshold and strength: the window draws any threshold from it. Of the
            active steps, and of one that does nothing if that was asked for.
        changed_share: of the photo's pixels, those where `mask` is not 0.
        problems: by the place of the step in the stack, why it changes nothing ("no garment was found").
        stack: as it was computed, with the ids of generator and reader.
        compute_ms: of the engine.
        note: what had to be done differently (on the processor, for want of memory); empty otherwise.
        category: of the garment, as the reading model says; empty where there is none or it does not say.
    """

    image: NDArray[np.uint8] = field(repr=False)
    mask: NDArray[np.uint8] = field(repr=False)
    step_masks: dict[int, NDArray[np.uint8]] = field(repr=False)
    changed_share: float
    problems: dict[int, str]
    doubt: Doubt
    stack: EditStack
    compute_ms: float
    note: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class EditGrid:
    """A photo with every value of one attribute.

    Attributes:
        images: by value, (H, W, 3) uint8 sRGB, all of one size, in the generator's order.
        problem: why nothing changes; a sentence, empty when all is well.
    """

    images: Mapping[str, NDArray[np.uint8]] = field(repr=False)
    problem: str
    compute_ms: float


@dataclass(frozen=True, slots=True)
class EditedFile:
    """A picture written at the photo's own size.

    Attributes:
        changed_share: of the photo's pixels, those that may differ from it.
        problems, stack, compute_ms, note, category: see `EditPreview`; the time includes writing.
    """

    path: Path
    width_px: int
    height_px: int
    changed_share: float
    problems: dict[int, str]
    doubt: Doubt
    stack: EditStack
    compute_ms: float
    note: str = ""
    category: str = ""


@dataclass(frozen=True, slots=True)
class GeneratorFacts:
    """A generator that is there.

    Attributes:
        attributes: that it edits, with their values in its order.
        size_px: side of the square it computes on.
        device: the device in a word a person knows.
    """

    model: str
    weights_sha256: str
    attributes: Mapping[str, tuple[str, ...]]
    size_px: int
    device: str


def stack_to_json(stack: EditStack) -> str:
    """The stack as one line of JSON, as the store and a picture's metadata keep it."""
    return msgspec.json.encode(stack).decode()


def stack_from_json(text: str | bytes) -> EditStack:
    """The stack of a text made by `stack_to_json`.

    Raises:
        UserError: it is none.
    """
    try:
        return msgspec.json.decode(text, type=EditStack)
    except msgspec.DecodeError as error:
        msg = f"The stored edits cannot be read ({error})."
        raise UserError(msg) from error
