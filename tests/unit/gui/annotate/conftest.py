"""The workspace over a small real project, with an engine that answers when a test lets it."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.geometry import Affine, Box
from fashion_studio.domain.predictions import Maps, Prediction, Reading
from fashion_studio.domain.queries import Item
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.annotate.workspace import AnnotateWorkspace
from fashion_studio.gui.commands import Commands
from fashion_studio.gui.session import Session
from fashion_studio.jobs.engine_client import EnginePhase
from fashion_studio.services.project import Project

INPUT = 32


def make_maps(vocabulary: Vocabulary, width: int = 48, height: int = 64) -> Maps:
    """Maps whose numbers say which head and value they belong to."""
    scale = INPUT / max(width, height)
    cams = {
        each.name: np.stack([np.full((4, 4), 1.0 + place, np.float32) for place in range(len(each.values))])
        for each in vocabulary.attributes
    }
    heatmaps = np.zeros((len(vocabulary.landmarks), 8, 8), np.float32)
    for place in range(len(heatmaps)):
        heatmaps[place, place % 8, place % 8] = 1.0
    mask = np.zeros((8, 8), np.float32)
    mask[2:6, 2:6] = 1.0
    to_input = Affine(scale, scale, (INPUT - width * scale) / 2, (INPUT - height * scale) / 2)
    return Maps(cams, heatmaps, mask, to_input, INPUT)


@dataclass
class FakeEngine:
    """An engine client without a process: answers at once, or when `answer` is called."""

    vocabulary: Vocabulary
    prediction: Prediction
    at_once: bool = True
    outdated: str = ""
    model_dir: Path = field(default_factory=house_model_dir)
    asked: list[Path] = field(default_factory=list)
    waiting: dict[Path, Future[Reading]] = field(default_factory=dict)
    known: dict[Path, Reading] = field(default_factory=dict)
    state: SimpleNamespace = field(
        default_factory=lambda: SimpleNamespace(phase=EnginePhase.READY, reason="", heads={}, landmarks=())
    )

    def cached(self, path: Path, *, with_maps: bool = True) -> Reading | None:
        return self.known.get(path)

    def read(self, path: Path, *, with_maps: bool = True, priority: int = 0) -> Future[Reading]:
        self.asked.append(path)
        future = self.waiting.setdefault(path, Future())
        if self.at_once:
            self.answer(path)
        return future

    def answer(self, path: Path) -> None:
        self.known[path] = Reading(self.prediction, make_maps(self.vocabulary))
        future = self.waiting.pop(path, None)
        if future is not None and not future.done():
            future.set_result(self.known[path])

    def fail(self, path: Path, error: Exception) -> None:
        self.waiting.pop(path).set_exception(error)

    def cancel_pending(self, *, keep: object = ()) -> None:
        for path in [path for path in self.waiting if path not in keep]:
            self.waiting.pop(path).cancel()

    def close(self) -> None:
        pass


@pytest.fixture
def said(read_project: Project) -> Prediction:
    """What the engine says of every photo: a dress, with a box and landmarks in different places."""
    stored = read_project.item(int(read_project.ids()[0])).prediction
    marks = tuple(replace(mark, x=4.0 + 5 * n, y=8.0 + 4 * n) for n, mark in enumerate(stored.landmarks))
    return replace(stored, landmarks=marks, box=Box(5.0, 6.0, 30.0, 40.0))


@pytest.fixture
def engine(studio: Vocabulary, said: Prediction) -> FakeEngine:
    return FakeEngine(studio, said)


@pytest.fixture
def workspace(
    qtbot: object, session: Session, read_project: Project, engine: FakeEngine
) -> Iterator[AnnotateWorkspace]:
    """The workspace on the first of twelve photos, decoded and read."""
    session.set_engine(engine)
    made = AnnotateWorkspace(session, Commands())
    qtbot.addWidget(made)
    made.resize(1376, 788)
    session.adopt(read_project)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(lambda: made.stage.canvas.photo is not None)
    qtbot.waitUntil(lambda: made.stage.canvas.heat is not None or not engine.at_once)
    yield made
    made.close_photos()
    engine.cancel_pending()
    qtbot.waitUntil(lambda: not session.bridge.busy)


@pytest.fixture
def stored(session: Session):
    """The current photo as the project has it now."""

    def read() -> Item:
        return session.project.item(session.current)

    return read
