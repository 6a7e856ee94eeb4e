"""The command line as a person meets it: arguments in, exit code, standard output and standard error out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.cli import headless
from fashion_studio.cli.app import run
from fashion_studio.domain.errors import PhotoError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
    Reading,
    ScoredValue,
)
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.decode import decode
from fashion_studio.services import predicting_folder


@dataclass
class Ended:
    """How a command line ended, and which windows it asked for."""

    code: int
    out: str
    err: str
    windows: list[tuple[Path | None, bool]] = field(default_factory=list)


@pytest.fixture
def studio_command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs one command line in this process, with a window that only notes that it was asked for."""

    def call(*arguments: object) -> Ended:
        windows: list[tuple[Path | None, bool]] = []

        def open_window(project: Path | None, *, demo: bool) -> int:
            windows.append((project, demo))
            return 0

        capsys.readouterr()
        code = run([str(argument) for argument in arguments], open_window)
        out, err = capsys.readouterr()
        return Ended(code, out, err, windows)

    return call


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three small photos in a folder and its sub-folder, and a file that only looks like one."""
    folder = tmp_path / "photos"
    (folder / "summer").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.png", "summer/c.jpg")):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    return folder


@pytest.fixture
def project(photos: Path, tmp_path: Path, studio_command: Callable[..., Ended]) -> Path:
    """A project of these photos, made by the command line."""
    folder = tmp_path / "Shop.fstudio"
    assert studio_command("new", folder, "--photos", photos).code == 0
    return folder


class FakeReads:
    """A model that sees a loose dress with a navy colour in the middle of every photo."""

    model_id = "fake-1"
    device_name = "cpu"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.asked: list[Path] = []

    def read(self, paths, *, with_maps, should_stop):
        for path in paths:
            if should_stop():
                return
            self.asked.append(path)
            try:
                height_px, width_px = decode(path).shape[:2]
            except PhotoError as error:
                yield path, error
                continue
            yield path, Reading(self._prediction(width_px, height_px))

    def _prediction(self, width_px: int, height_px: int) -> Prediction:
        return Prediction(
            model=self.model_id,
            width_px=width_px,
            height_px=height_px,
            device=self.device_name,
            attributes={
                "category": AttributePrediction("dress", 0.9, {"dress": 0.9, "skirt": 0.1}),
                "fit": AttributePrediction("loose", 0.8, {"loose": 0.8, "tight": 0.2}),
            },
            colors_predicted=(ScoredValue("navy", 0.7),),
            colors_probabilities={"navy": 0.7},
            colors_measured=(PaletteColor("navy", 1.0, (20, 30, 90)),),
            box=Box(5, 5, width_px - 10, height_px - 10),
            landmarks=tuple(
                LandmarkPrediction(name, width_px / 2, height_px / 2, Visibility.VISIBLE, 0.6)
                for name in self.vocabulary.landmark_names
            ),
        )


@pytest.fixture
def fake_reads(studio: Vocabulary, monkeypatch: pytest.MonkeyPatch) -> FakeReads:
    """Stands in for the model in everything the command line does without a project's job."""
    reads = FakeReads(studio)
    for module in (headless, predicting_folder):
        monkeypatch.setattr(module, "open_reads", lambda *_args, **_options: reads)
    return reads
