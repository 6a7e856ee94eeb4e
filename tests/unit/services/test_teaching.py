from __future__ import annotations

import hashlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from taught_project import LocalEngine, engine_of, make_model, make_photos

from fashion_studio.domain.errors import CheckpointError, ProjectError, UserError
from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.engine_client import EnginePhase
from fashion_studio.learning.features import feature_matrix
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import split_by_content
from fashion_studio.services.teaching import Teaching
from fashion_studio.services.teaching_labels import fold_by_content, gather, is_held_out, tasks


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return make_model(tmp_path_factory.mktemp("model"), studio)


@pytest.fixture
def engine(model: Path) -> Iterator[LocalEngine]:
    made = LocalEngine(model)
    yield made
    made.close()


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    photos = make_photos(tmp_path / "photos", 40)
    with Project.create(tmp_path / "p.fstudio", [photos], studio, actor="tester") as made:
        made.scan(check_pixels=False)
        yield made


def truth(name: str) -> str:
    return "dress" if name.startswith("red") else "pants"


def label_all(project: Project, *, badly: bool = False) -> None:
    by_value: dict[str, list[int]] = {}
    for item_id, path, digest in project.places(project.ids()):
        value = "skirt" if badly and not is_held_out(digest) else truth(path.name)
        by_value.setdefault(value, []).append(item_id)
    for value, item_ids in by_value.items():
        project.set_answers(item_ids, {"category": Answer.of(value)})


def read_all(project: Project, engine: LocalEngine) -> None:
    for item_id in project.ids():
        reading = engine.reader.read([_pixels(project, int(item_id))])[0]
        project.put_predictions([(int(item_id), reading.prediction)])


def _pixels(project: Project, item_id: int) -> np.ndarray:
    from fashion_studio.imaging.decode import decode

    return decode(project.path(item_id))


def said(project: Project) -> dict[str, str]:
    items = [project.item(int(item_id)) for item_id in project.ids()]
    return {item.row.name: item.prediction.category.value for item in items}


def test_teaching_learns_measures_on_photos_it_never_saw_and_predictions_follow(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    read_all(project, engine)
    label_all(project)
    teaching = Teaching(project, model, engine, actor="ann")
    record = teaching.teach()
    assert record.state == "in_force"
    assert record.model == engine.reader.model_id == "tiny-1+t1"
    assert record.photos + record.held_out_photos == 40
    assert 0 < record.held_out == record.held_out_photos
    assert record.after > record.before
    after = said(project)
    assert np.mean([after[name] == truth(name) for name in after]) > 0.9
    assert {project.item(int(i)).prediction.model for i in project.ids()} == {"tiny-1+t1"}
    fresh = engine.reader.read([_pixels(project, int(project.ids()[0]))], with_maps=True)[0]
    stored = project.item(int(project.ids()[0])).prediction
    for name, each in fresh.prediction.attributes.items():
        kept = stored.attributes[name].probabilities
        assert kept == pytest.approx(each.probabilities, abs=3e-3), "features are kept as float16"
    assert fresh.maps is not None
    head = teaching.heads(1)["category"]
    logits = fresh.maps.cams["category"].mean((1, 2)) + head.bias
    shares = np.exp(logits - logits.max()) / np.exp(logits - logits.max()).sum()
    wanted = list(fresh.prediction.category.probabilities.values())
    np.testing.assert_allclose(shares, wanted, atol=1e-3)  # the maps are those of the taught heads


def test_features_are_kept_so_that_no_photo_is_read_twice(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    label_all(project)
    teaching = Teaching(project, model, engine)
    teaching.teach()
    assert len(engine.read_paths) == 40
    teaching.teach()
    assert len(engine.read_paths) == 40
    assert Teaching(project, model, engine).teach().number == 3
    assert len(engine.read_paths) == 40


def test_undo_gives_back_heads_and_predictions_to_the_last_digit(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    read_all(project, engine)
    before = {int(i): project.item(int(i)).prediction for i in project.ids()}
    label_all(project)
    teaching = Teaching(project, model, engine)
    teaching.teach()
    assert {int(i): project.item(int(i)).prediction for i in project.ids()} != before
    undone = teaching.undo()
    assert undone is not None
    assert undone.state == "undone"
    assert {int(i): project.item(int(i)).prediction for i in project.ids()} == before
    assert engine.reader.model_id == "tiny-1"
    assert teaching.undo() is None
    assert teaching.teach().number == 2, "numbers are never used twice"


def test_redo_puts_the_undone_teaching_in_force_again_after_a_restart_too(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    read_all(project, engine)
    label_all(project)
    teaching = Teaching(project, model, engine)
    assert teaching.redo() is None
    teaching.teach()
    taught = {int(i): project.item(int(i)).prediction for i in project.ids()}
    assert teaching.redo() is None, "nothing was taken back"
    teaching.undo()
    again = Teaching(project, model, engine).redo()
    assert again is not None
    assert (again.number, again.state) == (1, "in_force")
    assert engine.reader.model_id == "tiny-1+t1"
    assert {int(i): project.item(int(i)).prediction for i in project.ids()} == taught
    assert teaching.redo() is None
    assert teaching.undo() is not None, "and it can be taken back again"
    assert engine.reader.model_id == "tiny-1"


def test_a_teaching_over_another_is_redone_in_the_order_in_which_they_were_made(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    read_all(project, engine)
    label_all(project)
    teaching = Teaching(project, model, engine)
    teaching.teach()
    if teaching.teach().state == "offered":
        teaching.keep()
    for left in (1, 0):
        teaching.undo()
        assert teaching.history().in_force == left
    for number in (1, 2):
        redone = teaching.redo()
        assert redone is not None
        assert redone.number == number
    assert teaching.history().undone is None


def test_a_worse_result_is_only_offered_and_can_be_kept_or_rejected(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    read_all(project, engine)
    label_all(project)
    teaching = Teaching(project, model, engine)
    teaching.teach()
    good = said(project)
    label_all(project, badly=True)
    record = teaching.teach()
    assert (record.state, record.verdict) == ("offered", "worse")
    assert record.after < record.before
    assert said(project) == good
    assert engine.reader.model_id == "tiny-1+t1"
    rejected = teaching.reject()
    assert rejected is not None
    assert rejected.state == "rejected"
    assert teaching.history().in_force == 1
    teaching.teach()
    kept = teaching.keep()
    assert kept is not None
    assert engine.reader.model_id == "tiny-1+t3"
    assert said(project) != good
    teaching.undo()
    assert said(project) == good
    assert [record.state for record in teaching.history().records] == ["in_force", "rejected", "undone"]


@given(st.lists(st.binary(min_size=1, max_size=8), min_size=1, max_size=40, unique=True))
def test_the_held_out_photos_follow_from_content_alone_and_are_nobodys_training_photos(
    contents: list[bytes],
) -> None:
    for content in contents:
        digest = hashlib.blake2b(content, digest_size=20).hexdigest()
        assert is_held_out(digest) == (split_by_content(digest) != "train")
        assert is_held_out(digest, Split.TRAIN) == is_held_out(digest), "by nobody's choice"
        assert is_held_out(digest, Split.TEST)
        assert 0 <= fold_by_content(digest) < 4


def test_about_a_fifth_is_held_out() -> None:
    digests = [hashlib.blake2b(bytes([n, n // 256]), digest_size=20).hexdigest() for n in range(256)]
    assert 0.13 < np.mean([is_held_out(digest) for digest in digests]) < 0.28


def test_no_label_of_a_held_out_photo_is_ever_among_those_fitted_to(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    label_all(project)
    ids = [int(i) for i in project.ids()]
    project.set_split(ids[:5], Split.VALIDATION)
    project.set_split(ids[5:10], Split.TRAIN)
    project.set_status(ids[10:12], Status.REJECTED)
    project.set_answers(ids[12:14], {"category": Answer.unknown()})
    teaching = Teaching(project, model, engine)
    material = gather(project, teaching.parent.heads)
    assert not {photo.item_id for photo in material.photos} & set(ids[10:14])
    rows = {photo.content_hash: place for place, photo in enumerate(material.photos)}
    by_row = {row: digest for digest, row in rows.items()}
    held = {photo.content_hash for photo in material.photos if photo.held_out}
    splits = {digest: project.item(i).row.split for i, _, digest in project.places(ids)}
    for task in tasks(material, rows, teaching.parent.heads):
        taught = {by_row[int(row)] for row in np.frombuffer(task.rows, "<i8")}
        measured = {by_row[int(row)] for row in np.frombuffer(task.held_rows, "<i8")}
        assert not taught & measured
        assert not taught & held
        assert not any(is_held_out(digest, splits[digest]) for digest in taught)
    teaching.teach()
    request = engine.asked[-1]
    kept = feature_matrix(Path(os.fsdecode(request.features)), request.width)
    assert len(kept) == len(material.photos)


def test_values_that_the_model_does_not_know_are_refused_plainly(
    tmp_path: Path, studio: Vocabulary, engine: LocalEngine, model: Path
) -> None:
    source = dict(studio.source)
    source["attributes"] = [
        {**attribute, "values": [*attribute["values"], {"name": "kaftan", "title": "Kaftan"}]}
        if attribute["name"] == "category"
        else attribute
        for attribute in source["attributes"]
    ]
    other = Vocabulary.from_mapping(source)
    photos = make_photos(tmp_path / "others", 6)
    with Project.create(tmp_path / "o.fstudio", [photos], other, actor="tester") as project:
        project.scan(check_pixels=False)
        project.set_answers(project.ids(), {"category": Answer.of("kaftan")})
        with pytest.raises(UserError, match="does not know “kaftan”"):
            Teaching(project, model, engine).teach()


def test_without_labels_and_in_a_project_for_reading_it_says_so(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    teaching = Teaching(project, model, engine)
    with pytest.raises(UserError, match="no label"):
        teaching.teach()
    with Project.open(project.folder, read_only=True) as looking:
        asked = Teaching(looking, model, engine)
        with pytest.raises(ProjectError, match="reading"):
            asked.teach()


def test_an_end_between_heads_and_predictions_is_made_good_at_the_next_opening(
    project: Project, engine: LocalEngine, model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_all(project, engine)
    label_all(project)
    teaching = Teaching(project, model, engine)

    def die(_predictions: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(project, "put_predictions", die)
        with pytest.raises(KeyboardInterrupt):
            teaching.teach()
    assert not teaching.history().refreshed
    assert {project.item(int(i)).prediction.model for i in project.ids()} == {"tiny-1"}
    history = Teaching(project, model, engine).resume()
    assert history.refreshed
    assert {project.item(int(i)).prediction.model for i in project.ids()} == {"tiny-1+t1"}


def test_damaged_heads_are_said_and_the_models_own_answer(
    project: Project, engine: LocalEngine, model: Path
) -> None:
    label_all(project)
    teaching = Teaching(project, model, engine)
    teaching.teach()
    teaching.folder.heads_path(1).write_bytes(b"nonsense")
    with pytest.raises(CheckpointError, match="Teach again"):
        Teaching(project, model, engine).resume()
    assert teaching.history().in_force == 0
    assert Teaching(project, model, engine).resume().in_force == 0


@pytest.mark.timeout(400)
@pytest.mark.logs_warnings
def test_the_engine_killed_in_the_middle_of_teaching_loses_nothing(project: Project, model: Path) -> None:
    label_all(project)
    engine = engine_of(model)
    try:
        teaching = Teaching(project, model, engine)
        end = time.monotonic() + 180
        while engine.state.phase is not EnginePhase.READY:
            assert time.monotonic() < end
            time.sleep(0.02)
        killed: list[int] = []

        def kill_once(text: str, done: int, total: int) -> None:
            if text == "Teaching" and not killed and engine.pid is not None:
                killed.append(engine.pid)
                os.kill(engine.pid, signal.SIGKILL)

        record = teaching.teach(on_progress=kill_once)
        assert killed
        assert record.state == "in_force"
        assert record.photos + record.held_out_photos == 40
        reading = engine.read(project.path(int(project.ids()[0]))).result(180)
        assert reading.prediction.model == "tiny-1+t1"
        os.kill(engine.pid or 0, signal.SIGKILL)
        again = engine.read(project.path(int(project.ids()[1]))).result(180)
        assert again.prediction.model == "tiny-1+t1", "the next engine is given the heads, too"
    finally:
        engine.close()
