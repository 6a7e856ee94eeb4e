"""A small real project on disk, a session on it, and a window without an engine."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtWidgets import QApplication

from fashion_studio.config.settings import Settings
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
    ScoredValue,
)
from fashion_studio.domain.vocabulary import COLORS, Vocabulary
from fashion_studio.gui.app import make_window
from fashion_studio.gui.bridge import Bridge
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.gui.session import Session
from fashion_studio.gui.theme.theme import Theme, current_theme
from fashion_studio.jobs import background
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.jobs.worker import JobPhase, JobState, write_state
from fashion_studio.services.project import Project

PHOTOS = 12


def write_photos(folder: Path, count: int = PHOTOS) -> Path:
    """Photos of different colours, so that no two are the same file."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.full((64, 48, 3), (20 * number % 255, 90, 255 - 15 * number % 255), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"garment_{number:03d}.png")
    return folder


def make_prediction(vocabulary: Vocabulary, category: str, confidence: float) -> Prediction:
    """What a model might say: one sure category, the first value of everything else."""

    def of(name: str) -> AttributePrediction:
        values = vocabulary.attribute(name).value_names
        value, sure = (category, confidence) if name == "category" else (values[0], 0.6)
        rest = (1 - sure) / (len(values) - 1)
        return AttributePrediction(value, sure, {each: sure if each == value else rest for each in values})

    colors = vocabulary.attribute(COLORS).value_names
    return Prediction(
        model="test-1",
        width_px=48,
        height_px=64,
        device="cpu",
        attributes={each.name: of(each.name) for each in vocabulary.attributes if each.name != COLORS},
        colors_predicted=(ScoredValue(colors[0], 0.9),),
        colors_probabilities={name: 0.9 if name == colors[0] else 0.05 for name in colors},
        colors_measured=(PaletteColor(colors[0], 1.0, (20, 20, 20)),),
        box=None,
        landmarks=tuple(
            LandmarkPrediction(point.name, 10.0, 10.0, Visibility.VISIBLE, 0.8)
            for point in vocabulary.landmarks
        ),
    )


@pytest.fixture(autouse=True)
def _one_theme() -> Iterator[None]:
    """Ends the themes that others have replaced: a program has one, tests made hundreds.

    Their thousands of colours and fonts would be looked at by every leak check till the end.
    """
    yield
    app = QApplication.instance()
    if app is not None:
        now = current_theme()
        for theme in app.findChildren(Theme):
            if theme is not now:
                theme.deleteLater()


@pytest.fixture(scope="session")
def scanned(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    """A folder with twelve photos and a project that has scanned them; never opened, only copied."""
    place = tmp_path_factory.mktemp("scanned")
    photos = write_photos(place / "photos")
    with Project.create(place / "intake.fstudio", [photos], studio, actor="tester") as made:
        made.scan()
    return place


@pytest.fixture
def photos(tmp_path: Path, scanned: Path) -> Path:
    return shutil.copytree(scanned / "photos", tmp_path / "photos")


@pytest.fixture
def project(tmp_path: Path, photos: Path, scanned: Path) -> Project:
    """Twelve scanned photos; closed by the session that adopts it."""
    folder = shutil.copytree(scanned / "intake.fstudio", tmp_path / "intake.fstudio")
    opened = Project.open(folder, actor="tester")
    (root,) = opened.roots
    opened.relocate_root(root.id, photos)
    return opened


@pytest.fixture
def read_project(project: Project, studio: Vocabulary) -> Project:
    """The same, read by a model: dresses and skirts, less sure from photo to photo."""
    kinds = ("dress", "skirt")
    project.put_predictions(
        [
            (int(item_id), make_prediction(studio, kinds[place % 2], 0.95 - 0.05 * place))
            for place, item_id in enumerate(project.ids())
        ]
    )
    return project


@pytest.fixture
def bridge(qapp: object) -> Iterator[Bridge]:
    made = Bridge()
    yield made
    made.close()


@pytest.fixture
def session(bridge: Bridge) -> Iterator[Session]:
    made = Session(bridge)
    yield made
    made.close()
    made.deleteLater()  # what listens to it would live on with it


@pytest.fixture
def window(qapp: object, qtbot: object) -> Iterator[MainWindow]:
    """The whole window, without an engine."""
    made = make_window(qapp, Settings(theme="dark", actor="tester"))
    made.show()
    qtbot.waitExposed(made)
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def calm(qtbot: object) -> Callable[[MainWindow], None]:
    """Waits until nothing is under way."""

    def wait(on: MainWindow) -> None:
        def quiet() -> None:
            assert not on.session.bridge.busy
            assert on.library.grid.pictures.idle
            assert not on.library.panel._soon.isActive()
            assert not on.library.panel._later.isActive()
            assert not on.session._refresh_soon.isActive()

        qtbot.waitUntil(quiet)

    return wait


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Path, tuple[str, ...]]]:
    """Commands that would have been started; the runs stay “starting”."""
    commands: list[tuple[Path, tuple[str, ...]]] = []

    def spawn(spec: JobSpec, run_dir: Path) -> None:
        commands.append((run_dir, spec.arguments))
        write_state(run_dir, JobState(JobPhase.WAITING, beat=2e9))

    monkeypatch.setattr(background, "_spawn", spawn)
    return commands
