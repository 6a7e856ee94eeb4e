"""A tiny real network, photos it can learn to tell apart, and an engine that runs it."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.decode import decode
from fashion_studio.inference.reader import Reader
from fashion_studio.jobs.engine_client import EngineClient, EngineState
from fashion_studio.jobs.request_queue import Priority
from fashion_studio.jobs.teaching import Teacher
from fashion_studio.jobs.wire import Answer, ErrorAnswer, Taught, Teach, UseHeads, error_from_wire
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import (
    FusionLayer,
    StreamConfig,
    TwoStreamConfig,
    heads_of,
)
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["LocalEngine", "engine_of", "make_model", "make_photos"]


def make_model(folder: Path, vocabulary: Vocabulary) -> Path:
    """A bundle of a network with random weights, "tiny-1"."""
    torch.manual_seed(3)
    config = TwoStreamConfig(
        texture=StreamConfig("mobilenetv3_small_050", (4,)),
        shape=StreamConfig("mobilenetv3_small_050", (1, 2, 3, 4)),
        heads=heads_of(vocabulary),
        fusion=(FusionLayer(1, 32),),
        landmarks=len(vocabulary.landmarks),
        visibility_states=3,
        decoder="pyramid",
        decoder_width=8,
        color_width=8,
    )
    manifest = BundleManifest(
        "tiny-1",
        "two_stream",
        config,
        dict(vocabulary.source),
        Preprocessing(64),
        Calibration(),
        "Apache-2.0",
    )
    save_bundle(folder, TwoStream(config).eval(), manifest)
    return folder


def make_photos(folder: Path, count: int) -> Path:
    """Half of them red, half blue, each with noise of its own."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in range(count):
        red = number % 2 == 0
        base = np.array((200, 40, 40) if red else (40, 40, 200))
        pixels = np.clip(base + rng.normal(0, 25, (96, 72, 3)), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(folder / f"{'red' if red else 'blue'}_{number:03}.png")
    return folder


def engine_of(model: Path, on_state: Callable[[EngineState], None] | None = None) -> EngineClient:
    """A started engine; close it."""
    engine = EngineClient(model, "cpu", on_state=on_state)
    engine.start()
    return engine


class LocalEngine:
    """What the engine does about teaching, in this process and at once."""

    def __init__(self, model: Path) -> None:
        self.reader = Reader.load(model, "cpu")
        self.answers: list[Answer] = []
        self.read_paths: list[Path] = []
        self.asked: list[Teach] = []
        self._teacher = Teacher(self.answers.append)
        self._teacher.ready(self.reader)

    def read(
        self, path: Path, *, with_maps: bool = True, priority: Priority = Priority.SHOWN
    ) -> Future[Reading]:
        self.read_paths.append(path)
        done: Future[Reading] = Future()
        done.set_result(self.reader.read([decode(path)], with_maps=with_maps)[0])
        return done

    def teach(
        self, request: Teach, *, on_progress: Callable[[str, int, int], None] | None = None
    ) -> Future[Taught]:
        self.asked.append(request)
        done: Future[Taught] = Future()
        self._teacher.teach(request)
        self._teacher._pool.submit(lambda: None).result()
        answer = self.answers[-1]
        if isinstance(answer, ErrorAnswer):
            done.set_exception(error_from_wire(answer, Path()))
        elif isinstance(answer, Taught):
            done.set_result(answer)
        return done

    def use_heads(self, heads: bytes, *, instead_of: str = "") -> None:
        self._teacher._wanted = UseHeads(heads)
        self._teacher.settle()

    def close(self) -> None:
        self._teacher.close()
