"""From a photo and a stack of edits to the edited photo, at any size; the same for preview, grid and file.

Everything that costs time is computed on the generator's square, once, and kept with the photo's sketch. A
step begins with the picture that the steps before it left, x_k = x_{k-1} + s·m·(z_k - x_{k-1}), and
the result at any size is carried up from the same few squares.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import cv2
import msgspec
import numpy as np

from fashion_studio.domain.edits import Doubt, EditPreview, EditStack, RegionKind
from fashion_studio.editing.doubt import doubt_of
from fashion_studio.editing.generator import EditGenerator
from fashion_studio.editing.regions import SLEEVELESS, Region, find_region, on_square
from fashion_studio.editing.sketch import MASK_SIDE_PX, Sketch, make_sketch
from fashion_studio.imaging.carrying import Carried, CarriedStep, MaskFields, carry, edge_aware
from fashion_studio.imaging.change_fields import ChangeKind, Surroundings, change_fields
from fashion_studio.imaging.letterbox import resize

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Protocol

    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditStep
    from fashion_studio.domain.predictions import Reading

    Plane = NDArray[np.float32]

    class ReadsPhotos(Protocol):
        """What is needed of `inference.reader.Reader`."""

        @property
        def model_id(self) -> str:
            """Id of the weights bundle."""

        def read(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool = False) -> list[Reading]:
            """Reads images."""


__all__ = ["GRID_PART", "Editor"]

_CHANGES: Final = {"colors": ChangeKind.TONE, "pattern": ChangeKind.PATTERN}
"""What of an edit is carried up; of any other attribute the picture."""
GRID_PART: Final = 6
"""So many values are asked of the generator at once; what is more urgent waits no longer than for these."""

_OF_ATTENTION: Final = {RegionKind.EDIT, RegionKind.SLEEVE, RegionKind.TORSO}
_OF_SLEEVES: Final = {RegionKind.SLEEVE, RegionKind.TORSO}


@dataclass(frozen=True, slots=True)
class _Before:
    """The square (S, S, 3) that a step begins with, and the steps that made it.

    Attributes:
        quick: whether less exact answers will do for the step.
    """

    square: Plane
    past: tuple[EditStep, ...]
    quick: bool = False

    def key(self, wanted: tuple[str, str], seed: int) -> tuple[object, ...]:
        """What an answer depends on."""
        return (self.past, self.quick, wanted, seed)


@dataclass(frozen=True, slots=True)
class _Masked:
    """A step's region, on the square too, and how its mask follows the photo's edges."""

    region: Region
    on_square: Plane
    fields: MaskFields


@dataclass(frozen=True, slots=True)
class _Done:
    """One active step, and what comes after it."""

    carried: CarriedStep
    region: Region
    after: _Before


class Editor:
    """Edits photos with one generator and one reading model. Not for several threads at once.

    Attributes:
        generator: what makes the edits.
    """

    def __init__(self, generator: EditGenerator, read: Callable[[NDArray[np.uint8]], Reading]) -> None:
        """`read` reads one photo, with maps."""
        self.generator = generator
        self._read = read

    @classmethod
    def load(cls, folder: Path, reader: ReadsPhotos) -> Editor:
        """An editor on the reader's device.

        Raises:
            UserError: there is no generator in this folder.
            CheckpointError: it is damaged.
        """
        device = getattr(reader, "device", "cpu")
        generator = EditGenerator.load(folder, device, getattr(reader, "device_name", "CPU"))
        return cls(generator, lambda image: reader.read([image], with_maps=True)[0])

    def sketch(self, image: NDArray[np.uint8]) -> Sketch:
        """Makes a photo ready: (H, W, 3) uint8 sRGB, upright; a copy of 1,024 px is enough."""
        facts = self.generator.facts
        return make_sketch(image, self._read, facts.size_px, self.generator.margin)

    def edit(
        self,
        image: NDArray[np.uint8],
        stack: EditStack,
        sketch: Sketch | None = None,
        *,
        outlined: int | None = None,
    ) -> EditPreview:
        """The photo with the stack done to it, at the size of `image`.

        Args:
            image: (H, W, 3) uint8 sRGB, upright, of any size; not changed.
            stack: what is to be done; ids of other models in it are replaced by those in use.
            sketch: of the same photo, if there is one already.
            outlined: place of a step whose region is wanted although the step does nothing (is switched off,
                or has strength 0).

        Raises:
            EnvironmentProblem: there is not enough memory.
            UserError: a painted mask is damaged.
        """
        started_s = time.perf_counter()
        sketch = sketch or self.sketch(image)
        height, width = image.shape[:2]
        done, problems = self._done(sketch, stack, MASK_SIDE_PX)
        carried = _carried(image, sketch, done)
        regions = {place: each.region for place, each in done.items()}
        if outlined is not None and (idle := self._idle_region(sketch, stack, done, outlined)) is not None:
            regions[outlined] = idle
        return EditPreview(
            image=carried.image,
            mask=carried.mask,
            step_masks={place: _shown(region, width, height) for place, region in regions.items()},
            changed_share=float(np.count_nonzero(carried.mask)) / carried.mask.size,
            problems=problems,
            doubt=self.doubt(sketch) if stack.active else Doubt(),
            stack=self.signed(stack, sketch),
            compute_ms=(time.perf_counter() - started_s) * 1000.0,
            note=self.generator.note,
            category=sketch.category,
        )

    def grid(
        self, sketch: Sketch, stack: EditStack, step: EditStep, image: NDArray[np.uint8]
    ) -> Iterator[tuple[str, NDArray[np.uint8]]]:
        """The stack, then the step with every value of its attribute, at the size of `image`.

        The generator is asked for several values in one pass; between two passes the caller may do something
        more urgent.
        """
        values = self.generator.facts.attributes.get(step.attribute, ())
        side_px = min(MASK_SIDE_PX, max(image.shape[:2]))
        done = dict(self._done(sketch, stack, side_px)[0])
        before = list(done.values())[-1].after if done else _Before(sketch.square, ())
        before = replace(before, quick=True)
        for start in range(0, len(values), GRID_PART):
            part = values[start : start + GRID_PART]
            self._ask(sketch, before, [(step.attribute, value) for value in part], step.seed)
            for value in part:
                wanted = msgspec.structs.replace(step, value=value)
                done[len(stack.steps)] = self._one(sketch, before, wanted, side_px)
                yield value, _carried(image, sketch, done).image

    def problem(self, sketch: Sketch, stack: EditStack, step: EditStep) -> str:
        """Why the step after the stack, with any value, changes nothing; empty when it does something."""
        known = self.generator.facts.attributes.get(step.attribute, (step.value,))
        value = step.value if step.value in known else known[0]
        wanted = msgspec.structs.replace(step, value=value, enabled=True)
        _, problems = self._done(sketch, EditStack((*stack.steps, wanted)), MASK_SIDE_PX)
        return problems.get(len(stack.steps), "")

    def doubt(self, sketch: Sketch) -> Doubt:
        """See `editing.doubt`; computed once per photo."""
        if sketch.doubt is None:
            sketch.doubt = doubt_of(sketch, self.generator)
        return sketch.doubt

    def signed(self, stack: EditStack, sketch: Sketch) -> EditStack:
        """The stack with the ids of what computes it."""
        facts = self.generator.facts
        return msgspec.structs.replace(
            stack,
            model=facts.model,
            weights_sha256=facts.weights_sha256,
            reader=sketch.reading.prediction.model,
        )

    def _done(
        self, sketch: Sketch, stack: EditStack, side_px: int
    ) -> tuple[dict[int, _Done], dict[int, str]]:
        """Every step that acts, by its place in the stack, and what is wrong with those that do nothing."""
        before = _Before(sketch.square, ())
        done: dict[int, _Done] = {}
        problems: dict[int, str] = {}
        for place, step in enumerate(stack.steps):
            if not step.enabled or step.strength <= 0.0:
                continue
            if not self.generator.knows(step.attribute, step.value):
                what = f"{step.attribute} “{step.value}”"
                problems[place] = f"This generator cannot make {what}, so this edit changes nothing."
                continue
            done[place] = self._one(sketch, before, step, side_px)
            before = done[place].after
            if done[place].region.problem:
                problems[place] = done[place].region.problem
        return done, problems

    def _idle_region(
        self, sketch: Sketch, stack: EditStack, done: dict[int, _Done], place: int
    ) -> Region | None:
        """Where a step would act if it did; None where there is none at this place, or it does act."""
        if place in done or not 0 <= place < len(stack.steps):
            return None
        step = stack.steps[place]
        earlier = [each.after for at, each in done.items() if at < place]
        before = earlier[-1] if earlier else _Before(sketch.square, ())
        return find_region(step, sketch, self._attention(sketch, before, step))

    def _one(self, sketch: Sketch, before: _Before, step: EditStep, side_px: int) -> _Done:
        kind = _CHANGES.get(step.attribute, ChangeKind.PICTURE)
        wanted = [(step.attribute, step.value)]
        if step.region.kind in _OF_SLEEVES and self.generator.knows(*SLEEVELESS):
            wanted.append(SLEEVELESS)
        self._ask(sketch, before, wanted, step.seed)
        picture, _ = self._answer(sketch, before, step, wanted[0])
        masked = self._masked(sketch, before, step, side_px, sharp=kind is not ChangeKind.PICTURE)
        share = masked.on_square[..., None] * np.float32(step.strength)
        after = before.square + share * (picture - before.square)
        around = None
        if kind is ChangeKind.TONE:
            where = (before.past, step.region, step.threshold, self._of_edit(before, step))
            around = sketch.masks.get(
                ("around", *where), lambda: Surroundings(before.square, masked.on_square)
            )
        change = change_fields(kind, before.square, picture, masked.on_square, around)
        carried = CarriedStep(change, masked.fields, step.strength)
        return _Done(carried, masked.region, _Before(after, (*before.past, step)))

    def _masked(
        self, sketch: Sketch, before: _Before, step: EditStep, side_px: int, *, sharp: bool
    ) -> _Masked:
        def compute() -> _Masked:
            region = find_region(step, sketch, self._attention(sketch, before, step))
            height, width = sketch.small.shape[:2]
            scale = min(1.0, side_px / max(height, width))
            size = (max(1, round(width * scale)), max(1, round(height * scale)))
            guide = resize(sketch.small, *size)
            coarse = np.asarray(cv2.resize(region.found, size, interpolation=cv2.INTER_AREA), np.float32)
            fields = MaskFields(edge_aware(guide, coarse, sharp=sharp), region.drawn)
            return _Masked(region, on_square(region, sketch), fields)

        of_edit = self._of_edit(before, step)
        masked: _Masked = sketch.masks.get((of_edit, step.region, step.threshold, side_px, sharp), compute)
        return masked

    def _attention(self, sketch: Sketch, before: _Before, step: EditStep) -> Callable[[str, str], Plane]:
        """The mask (S, S) of any edit of the picture before the step; empty for what nobody can make."""

        def attention(attribute: str, value: str) -> Plane:
            if not self.generator.knows(attribute, value):
                return np.zeros(sketch.square.shape[:2], np.float32)
            return self._answer(sketch, before, step, (attribute, value))[1]

        return attention

    @staticmethod
    def _of_edit(before: _Before, step: EditStep) -> tuple[object, ...]:
        """What a region depends on beside its own settings."""
        wanted = (step.attribute, step.value)
        return before.key(wanted, step.seed) if step.region.kind in _OF_ATTENTION else ()

    def _answer(
        self, sketch: Sketch, before: _Before, step: EditStep, wanted: tuple[str, str]
    ) -> tuple[Plane, Plane]:
        self._ask(sketch, before, [wanted], step.seed)
        answer: tuple[Plane, Plane] = sketch.answers[before.key(wanted, step.seed)]
        return answer

    def _ask(self, sketch: Sketch, before: _Before, wanted: Sequence[tuple[str, str]], seed: int) -> None:
        """Asks the generator for what is not known yet, all of it in one pass."""
        missing = [each for each in wanted if before.key(each, seed) not in sketch.answers]
        if missing:
            pictures, masks = self.generator.answers(before.square, missing, seed, quick=before.quick)
            for each, picture, mask in zip(missing, pictures, masks, strict=True):
                sketch.answers[before.key(each, seed)] = (picture, mask)


def _carried(image: NDArray[np.uint8], sketch: Sketch, done: dict[int, _Done]) -> Carried:
    height, width = image.shape[:2]
    return carry(image, sketch.frame_of(width, height), [each.carried for each in done.values()])


def _shown(region: Region, width_px: int, height_px: int) -> NDArray[np.uint8]:
    as_bytes = np.rint(region.shown * np.float32(255.0)).astype(np.uint8)
    return resize(as_bytes, width_px, height_px)
