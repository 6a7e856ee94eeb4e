"""The edit room over a small real project, with an engine that paints flat colours when a test lets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PIL import Image

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.edits import (
    Doubt,
    EditedFile,
    EditGrid,
    EditPreview,
    EditStack,
    GeneratorFacts,
    RegionKind,
)
from fashion_studio.domain.errors import StudioError
from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.predictions import Maps, Prediction, Reading, ScoredValue
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.edit.room import EditRoom
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.jobs.engine_client import EnginePhase
from fashion_studio.services.project import Project

WAIT_MS = 20_000
SIZE = (48, 64)
SHA = "ab" * 32


def region_mask(kind: RegionKind) -> np.ndarray:
    """Every region at (64, 48): the garment is a block, the sleeves its sides, softer towards the edge."""
    mask = np.zeros(SIZE[::-1], np.float32)
    mask[8:56, 8:40] = 1.0
    sides = np.zeros_like(mask)
    sides[8:56, 8:16] = sides[8:56, 32:40] = 0.95
    return {
        RegionKind.SLEEVE: sides,
        RegionKind.TORSO: mask * (sides == 0),
        RegionKind.PAINTED: np.zeros_like(mask),
        RegionKind.EDIT: mask * 0.5,
    }.get(kind, mask)


@dataclass
class FakeEditing:
    """The part of the engine client that edits: answers at once, or when `answer` is called."""

    engine: FakeEngine
    at_once: bool = True
    refusal: StudioError | None = None
    problem: str = ""
    doubt: Doubt = field(default_factory=Doubt)
    asked: list[tuple[str, EditStack]] = field(default_factory=list)
    waiting: list[tuple[Future[Any], Callable[[], Any]]] = field(default_factory=list)

    @property
    def values(self) -> dict[str, tuple[str, ...]]:
        vocabulary = self.engine.vocabulary
        sleeves = vocabulary.attribute("sleeve_length").value_names[:4]
        patterns = vocabulary.attribute("pattern").value_names[:6]
        colors = vocabulary.attribute("colors").value_names
        return {"colors": colors, "sleeve_length": sleeves, "pattern": patterns}

    def facts(self) -> Future[GeneratorFacts]:
        facts = GeneratorFacts("amgan-1", SHA, self.values, 128, "CPU")
        return self._later("facts", EditStack(), lambda: facts)

    def preview(
        self, path: Path, stack: EditStack, size_px: int = 1024, outlined: int | None = None
    ) -> Future[EditPreview]:
        return self._later("preview", stack, lambda: self._preview(stack, outlined))

    def _preview(self, stack: EditStack, outlined: int | None = None) -> EditPreview:
        image = np.full((*SIZE[::-1], 3), 90, np.uint8)
        total, masks = np.zeros(SIZE[::-1], np.float32), {}
        for place, step in enumerate(stack.steps):
            mask = region_mask(step.region.kind)
            if step.region.painted is not None:
                painted = Image.fromarray(step.region.painted.array()).resize(SIZE)
                mask = np.maximum(mask, np.asarray(painted))
            if step in stack.active or place == outlined:
                masks[place] = (mask * 255).astype(np.uint8)
            if step in stack.active and not self.problem:
                inside = mask >= step.threshold
                total = np.maximum(total, inside)
                rgb = self.engine.rgb(step.attribute, step.value)
                image[inside] = rgb
        problems = dict.fromkeys(range(len(stack.steps)), self.problem) if self.problem else {}
        done = EditStack(stack.steps, "amgan-1", SHA)
        share = float(total.mean())
        total_mask = (total * 255).astype(np.uint8)
        return EditPreview(image, total_mask, masks, share, problems, self.doubt, done, 50.0)

    def reading(self, path: Path, stack: EditStack) -> Future[Reading]:
        return self._later("reading", stack, lambda: self.engine.reading_of(stack))

    def grid(
        self,
        path: Path,
        stack: EditStack,
        step: Any,
        size_px: int = 176,
        on_value: Callable[[str, Any], None] | None = None,
    ) -> Future[EditGrid]:
        def make() -> EditGrid:
            images = {}
            for value in self.values[step.attribute]:
                images[value] = np.full((16, 12, 3), self.engine.rgb(step.attribute, value), np.uint8)
                if on_value is not None:
                    on_value(value, images[value])
            return EditGrid(images, "", 1.0)

        return self._later(f"grid {step.attribute}", stack, make)

    def write(self, path: Path, stack: EditStack, target: Path) -> Future[EditedFile]:
        def make() -> EditedFile:
            picture = Image.fromarray(self._preview(stack).image)
            picture.save(target)
            done = EditStack(stack.steps, "amgan-1", SHA)
            return EditedFile(target, *SIZE, 0.5, {}, Doubt(), done, 50.0)

        return self._later("write", stack, make)

    def cancel(self) -> None:
        """Takes everything back but files."""

    def _later(self, kind: str, stack: EditStack, make: Callable[[], Any]) -> Future[Any]:
        self.asked.append((kind, stack))
        future: Future[Any] = Future()
        self.waiting.append((future, make))
        if self.at_once:
            self.answer()
        return future

    def answer(self) -> None:
        """Answers everything that waits, in its order."""
        while self.waiting:
            future, make = self.waiting.pop(0)
            if future.cancelled():
                continue
            if self.refusal is not None:
                future.set_exception(self.refusal)
            else:
                future.set_result(make())

    def count(self, kind: str) -> int:
        """How often it was asked for this."""
        return sum(1 for each, _ in self.asked if each == kind)


class FakeEngine:
    """An engine client without a process."""

    def __init__(self, vocabulary: Vocabulary, prediction: Prediction) -> None:
        self.vocabulary, self.prediction = vocabulary, prediction
        self.editing = FakeEditing(self)
        self.model_dir, self.outdated = house_model_dir(), ""
        self.state = SimpleNamespace(
            phase=EnginePhase.READY,
            reason="",
            heads={},
            landmarks=(),
            model="house-1",
            device="cpu",
            restarts=0,
        )

    def rgb(self, attribute: str, value: str) -> tuple[int, int, int]:
        """A colour's own; other values are told apart by a grey."""
        found = next(each for each in self.vocabulary.attribute(attribute).values if each.name == value)
        grey = 40 + 10 * self.vocabulary.attribute(attribute).index(value)
        return found.rgb or (grey, grey, grey)

    def reading_of(self, stack: EditStack) -> Reading:
        """Sees the last colour asked for, and every other value asked for."""
        colors = [step.value for step in stack.active if step.attribute == "colors"] or ["blue"]
        said = dict(self.prediction.attributes)
        for step in stack.active:
            if step.attribute in said:
                said[step.attribute] = replace(said[step.attribute], value=step.value, confidence=0.8)
        prediction = replace(
            self.prediction, attributes=said, colors_predicted=(ScoredValue(colors[-1], 0.88),)
        )
        cams = {
            each.name: np.ones((len(each.values), 4, 4), np.float32) for each in self.vocabulary.attributes
        }
        points = np.zeros((len(self.vocabulary.landmarks), 4, 4), np.float32)
        maps = Maps(cams, points, np.zeros((4, 4), np.float32), Affine(0.5, 0.5, 0, 0), 32)
        return Reading(prediction, maps, np.ones(1280, np.float16))

    def cached(self, path: Path, *, with_maps: bool = True) -> Reading | None:
        return Reading(self.prediction)

    def read(self, path: Path, *, with_maps: bool = True, priority: int = 0) -> Future[Reading]:
        future: Future[Reading] = Future()
        future.set_result(Reading(self.prediction))
        return future

    def cancel_pending(self, *, keep: object = ()) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.fixture
def said(read_project: Project) -> Prediction:
    """What the engine says of every photo itself: a blue, solid garment."""
    stored = read_project.item(int(read_project.ids()[0])).prediction
    assert stored is not None
    return replace(stored, colors_predicted=(ScoredValue("blue", 0.91),))


@pytest.fixture
def engine(studio: Vocabulary, said: Prediction) -> FakeEngine:
    return FakeEngine(studio, said)


@pytest.fixture
def room(
    window: MainWindow, read_project: Project, engine: FakeEngine, qtbot: Any
) -> Iterator[Callable[[], EditRoom]]:
    """Opens the edit room on the first of twelve photos."""
    with qtbot.waitActive(window):
        window.activateWindow()

    def show() -> EditRoom:
        window.session.set_engine(engine)
        window.session.adopt(read_project)
        window.show_room("edit")
        shown = window.edit.room
        qtbot.waitUntil(lambda: shown.stage.canvas.photo is not None, timeout=WAIT_MS)
        known = shown.desk  # what can be edited is told later than the photo where the machine is busy
        qtbot.waitUntil(lambda: known.facts is not None or bool(known.no_generator), timeout=WAIT_MS)
        return shown

    yield show
    engine.editing.answer()
    qtbot.waitUntil(lambda: not window.session.bridge.busy, timeout=WAIT_MS)
