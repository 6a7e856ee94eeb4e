"""A person trains a model of their own and uses it: real widgets, a real training, a tiny network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from taught_project import make_model, make_photos

from fashion_studio.config.settings import Settings
from fashion_studio.domain.labels import Answer, Split
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.app import make_window
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.jobs.engine_client import EnginePhase
from fashion_studio.services import model_list
from fashion_studio.services.model_list import model_in_use
from fashion_studio.services.project import Project

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_000)]
_LONG_MS = 1_200_000
_EPOCHS = 3


@pytest.fixture
def window(
    qapp: object, qtbot: object, tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> Iterator[MainWindow]:
    """With an engine that runs a tiny model, which is also the one that training goes on from."""
    model = make_model(tmp_path / "model", studio)
    monkeypatch.setattr(model_list, "house_model_dir", lambda: model)
    made = make_window(qapp, Settings(theme="dark", actor="tester", model=str(model), device="cpu"))
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    made.models.start_engine()
    yield made
    made.close()
    made.deleteLater()


@pytest.fixture
def labelled(tmp_path: Path, studio: Vocabulary) -> Project:
    """Forty photos, red dresses and blue pants, each in a part of the data set."""
    photos = make_photos(tmp_path / "photos", 40)
    project = Project.create(tmp_path / "p.fstudio", [photos], studio, actor="tester")
    project.scan(check_pixels=False)
    for number, item_id in enumerate(project.ids()):
        red = "red" in project.item(int(item_id)).row.name
        project.set_answers([int(item_id)], {"category": Answer.of("dress" if red else "pants")})
        part = {3: Split.VALIDATION, 4: Split.TEST}.get(number % 5, Split.TRAIN)
        project.set_split([int(item_id)], part)
    return project


def said_by(project: Project) -> set[str]:
    """The models behind all stored predictions."""
    return {prediction.model for prediction in project.predictions(project.ids().tolist()).values()}


def test_a_model_is_trained_used_and_taken_back(
    window: MainWindow, labelled: Project, qtbot: object, calm: Callable[[MainWindow], None]
) -> None:
    session = window.session
    problems: list[str] = []
    session.problem.connect(problems.append)
    session.adopt(labelled)
    window.show_room("train")
    room, keeper = window.train.room, window.train.keeper
    qtbot.waitUntil(lambda: keeper.known, timeout=_LONG_MS)

    def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        room.runs.setFocus()
        qtbot.keyClick(room.runs, key, modifier)

    qtbot.waitUntil(lambda: session.engine.state.phase is EnginePhase.READY, timeout=_LONG_MS)
    assert session.engine.state.model == "tiny-1"
    press(Qt.Key.Key_N)
    qtbot.waitUntil(lambda: room.new.ready, timeout=_LONG_MS)
    assert room.new.recipe.text() == "Fine-tune"
    assert room.new.base.text() == "tiny-1"
    assert room.new.summary.text() == "24 photos to train on, 8 to validate, 8 to test"
    room.new.epochs.line.setText(str(_EPOCHS))
    qtbot.waitUntil(lambda: room.new.ready, timeout=_LONG_MS)
    lengths: list[int] = []
    keeper.story_changed.connect(lambda: lengths.append(len(keeper.story.epochs)))
    qtbot.keyClick(room.new.recipe, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: room.page.head.state.text() == "Finished", timeout=_LONG_MS)
    assert lengths == sorted(lengths)
    assert lengths[-1] == _EPOCHS
    assert [len(curve.xs) for curve in room.page.loss.curves] == [_EPOCHS, _EPOCHS]
    figures = room.page.figures
    assert figures.heads[:3] == ("Test, 8 photos", "Majority", "tiny-1")
    top1 = next(row for row in figures.rows if row[0] == "Category top-1")
    assert top1[1] == "50.0"
    run = keeper.entry
    assert run is not None
    assert run.bundle is not None
    assert float(top1[3]) == pytest.approx(100 * run.figures["category.top1"], abs=0.05)

    press(Qt.Key.Key_U)
    qtbot.waitUntil(lambda: model_in_use(labelled) == run.bundle, timeout=_LONG_MS)
    qtbot.waitUntil(lambda: session.engine.state.model == run.model_id, timeout=_LONG_MS)
    qtbot.waitUntil(lambda: said_by(labelled) == {run.model_id}, timeout=_LONG_MS)
    assert room.use.text() == "In use"
    press(Qt.Key.Key_Delete)  # what is in use stays, and it says why
    qtbot.waitUntil(lambda: bool(problems), timeout=_LONG_MS)
    assert "is in use. Use another model first" in problems.pop()

    press(Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: model_in_use(labelled) is None, timeout=_LONG_MS)
    qtbot.waitUntil(lambda: session.engine.state.model == "tiny-1", timeout=_LONG_MS)
    qtbot.waitUntil(lambda: said_by(labelled) == {"tiny-1"}, timeout=_LONG_MS)
    press(Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not run.run_dir.exists(), timeout=_LONG_MS)
    calm(window)
    assert problems == []
