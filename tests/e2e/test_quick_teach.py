"""A person corrects labels and teaches the model: real widgets, a real engine, a tiny network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from taught_project import engine_of, make_model, make_photos

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.main_window import MainWindow
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase
from fashion_studio.services.project import Project
from fashion_studio.services.teaching import Teaching

pytestmark = pytest.mark.timeout(400)
_LONG_MS = 180_000


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return make_model(tmp_path_factory.mktemp("model"), studio)


@pytest.fixture
def taught_window(
    window: MainWindow, model: Path, tmp_path: Path, studio: Vocabulary, qtbot: object
) -> Iterator[MainWindow]:
    photos = make_photos(tmp_path / "photos", 40)
    project = Project.create(tmp_path / "p.fstudio", [photos], studio, actor="tester")
    project.scan(check_pixels=False)
    engine = engine_of(model, window.session.engine_state)
    window.session.set_engine(engine)
    window.session.adopt(project)
    window.show_room("annotate")
    qtbot.waitUntil(lambda: engine.state.phase is EnginePhase.READY, timeout=_LONG_MS)
    qtbot.waitUntil(lambda: window.annotate.teaching.view.usable)
    yield window
    assert engine is window.session.engine


def idle(window: MainWindow) -> bool:
    return not window.annotate.teaching.view.running and not window.session.works.active()


def label(project: Project, ids: np.ndarray, wrong: bool = False) -> None:
    """Red photos are dresses, blue ones pants; or the other way round where the held-out ones lie."""
    for item_id in ids:
        red = "red" in project.item(int(item_id)).row.name
        project.set_answers([item_id], {"category": Answer.of("dress" if red else "pants")})


def test_labels_teach_the_model_its_figures_are_shown_and_one_key_undoes_it(
    taught_window: MainWindow, qtbot: object, calm: Callable[[MainWindow], None]
) -> None:
    window, session = taught_window, taught_window.session
    project, teaching, bar = session.project, window.annotate.teaching, window.annotate.teach_bar
    engine = session.engine
    assert isinstance(project, Project)
    assert isinstance(engine, EngineClient)
    ids = project.ids()
    for item_id in ids:  # what the model said before anybody taught it
        reading = engine.read(project.path(int(item_id)), with_maps=False).result(180)
        project.put_predictions([(int(item_id), reading.prediction)])
        teaching.note(int(item_id), reading)
    teaching.keep_features()
    calm(window)
    before = {int(i): project.item(int(i)).prediction for i in ids}
    toasts: list[str] = []
    session.toast.connect(lambda text, _undo: toasts.append(text))
    queue = session.queue.copy()
    label(project, ids[:24])
    assert "24 of 25" in bar.sentence
    label(project, ids[24:25])
    assert teaching.view.running, "the twenty-fifth label starts it by itself"
    qtbot.waitUntil(lambda: idle(window), timeout=_LONG_MS)
    calm(window)
    assert teaching.view.current is not None, toasts
    assert "held out" in toasts[-1].lower()
    assert "→" in bar.sentence
    assert "Category" in bar.words.toolTip()
    after = {int(i): project.item(int(i)).prediction for i in ids}
    assert {prediction.model for prediction in after.values()} == {"tiny-1+t1"}
    names = {int(i): project.item(int(i)).row.name for i in ids}
    right = [after[i].category.value == ("dress" if "red" in names[i] else "pants") for i in after]
    assert sum(right) > sum(
        before[i].category.value == ("dress" if "red" in names[i] else "pants") for i in before
    )
    assert np.array_equal(session.queue, queue), "the pass keeps its order"
    qtbot.waitUntil(lambda: engine.state.model == "tiny-1+t1")

    qtbot.keyClick(
        window.annotate, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    qtbot.waitUntil(lambda: idle(window), timeout=_LONG_MS)
    calm(window)
    assert {int(i): project.item(int(i)).prediction for i in ids} == before, "to the last digit"
    assert teaching.view.current is None
    qtbot.waitUntil(lambda: engine.state.model == "tiny-1")


def test_a_worse_result_waits_for_an_answer_and_is_rejected_by_a_click(
    taught_window: MainWindow, qtbot: object, calm: Callable[[MainWindow], None], monkeypatch: object
) -> None:
    window, session = taught_window, taught_window.session
    project, teaching, bar = session.project, window.annotate.teaching, window.annotate.teach_bar
    assert isinstance(project, Project)
    from fashion_studio.services.teaching_labels import is_held_out

    engine = session.engine
    assert isinstance(engine, EngineClient)
    for item_id, path, digest in list(project.places(project.ids())):
        said = engine.read(path, with_maps=False).result(180).prediction.category.value
        other = next(name for name in ("dress", "pants", "skirt") if name != said)
        # who labels the photos that measure as the model does and the others otherwise is taught badly
        project.set_answers([item_id], {"category": Answer.of(said if is_held_out(digest) else other)})
    if not teaching.view.running:
        window.commands.run("teach.now")
    qtbot.waitUntil(lambda: idle(window), timeout=_LONG_MS)
    window.commands.run("teach.now")  # with all labels: the first may have begun after 25
    qtbot.waitUntil(lambda: idle(window), timeout=_LONG_MS)
    calm(window)
    offered = teaching.view.offered
    assert offered is not None
    assert offered.verdict == "worse"
    assert bar.sentence.startswith("Worse:")
    assert bar.keep.isVisible()
    assert teaching.view.current is None, "nothing holds before a person has said so"
    qtbot.mouseClick(bar.reject, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: idle(window))
    assert teaching.view.offered is None
    assert not bar.keep.isVisible()
    assert isinstance(teaching._teaching, Teaching)
    assert teaching._teaching.history().records[-1].state == "rejected"
    QApplication.processEvents()
