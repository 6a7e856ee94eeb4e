from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from fashion_studio.domain.errors import (
    Cancelled,
    EnvironmentProblem,
    LabelError,
    NotSaved,
    UserError,
    VocabularyError,
)
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status, Visibility
from fashion_studio.domain.queries import Changes
from fashion_studio.services.project import Project
from fashion_studio.store import writing
from tests.projects import make_project, state_of
from tests.samples import sample_prediction


@pytest.fixture
def project(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 5) as project:
        yield project


def test_an_answer_on_many_is_one_operation_with_one_undo(project: Project):
    start = state_of(project)
    changes = project.set_answers(project.ids(), {"fit": Answer.of("regular")})
    assert changes.title == "Fit set to Regular on 5 photos"
    assert changes.item_ids == (1, 2, 3, 4, 5)
    assert changes.fields == {"fit", "status"}
    assert {row.status for row in project.rows(project.ids())} == {Status.IN_WORK}
    undone = project.undo()
    assert undone is not None
    assert undone.title == "Undone: Fit set to Regular on 5 photos"
    assert set(undone.item_ids) == {1, 2, 3, 4, 5}
    assert state_of(project) == start
    redone = project.redo()
    assert redone is not None
    assert redone.title == "Done again: Fit set to Regular on 5 photos"


def test_colours_are_added_and_taken_away_on_many_as_one_operation(project: Project):
    project.set_answers([1], {"colors": Answer.of("red", "white")})
    project.set_answers([2], {"colors": Answer.of("blue")})
    project.set_answers([3], {"colors": Answer.unknown()})
    start = state_of(project)
    added = project.add_value(project.ids(), "colors", "blue")
    assert added.title == "Colors: Blue added on 4 photos"

    def colors() -> list[tuple[str, ...]]:
        return [project.item(each).answers["colors"].values for each in (1, 2, 3, 4, 5)]

    assert colors() == [("red", "white", "blue"), ("blue",), ("blue",), ("blue",), ("blue",)]
    removed = project.remove_value([1, 2], "colors", "red")
    assert removed.item_ids == (1,)
    assert colors()[0] == ("white", "blue")
    project.remove_value([2], "colors", "blue")
    assert "colors" not in project.item(2).answers
    for _ in range(3):
        project.undo()
    assert state_of(project) == start


@pytest.mark.parametrize(
    ("act", "title"),
    [
        (lambda p: p.set_answers([1], {"fit": Answer.unknown()}), "Fit set to unknown on 1 photo"),
        (lambda p: p.add_value([1], "colors", "red"), "Colors: Red added on 1 photo"),
        (
            lambda p: p.set_answers([1, 2], {"fit": Answer.not_applicable()}),
            "Fit set to does not apply on 2 photos",
        ),
        (
            lambda p: p.set_answers([1], {"fit": Answer.of("tight"), "fabric": Answer.of("knit")}),
            "2 attributes set on 1 photo",
        ),
        (lambda p: p.set_status([1, 2], Status.DONE), "Status set to Done on 2 photos"),
        (lambda p: p.set_split([1], Split.TRAIN), "Split set to Train on 1 photo"),
        (lambda p: p.set_flag([1], True), "Flag set on 1 photo"),
        (lambda p: p.set_note(1, "x"), "Note written"),
        (lambda p: p.set_landmarks(1, [Landmark("left_hem", 1, 2)]), "L hem set"),
        (
            lambda p: p.set_landmarks(1, [Landmark("left_hem", 1, 2), Landmark("right_hem", 3, 4)]),
            "2 landmarks set",
        ),
        (lambda p: p.set_box(1, Box(0, 0, 5, 5)), "Box set"),
    ],
)
def test_every_write_has_a_sentence(project: Project, act, title: str):
    assert act(project).title == title
    assert project.undo_status().undo_title == title


def test_only_what_changes_counts(project: Project):
    project.set_answers([1, 2], {"fit": Answer.of("loose")})
    changes = project.set_answers([1, 2, 3], {"fit": Answer.of("loose")})
    assert (changes.item_ids, changes.title) == ((3,), "Fit set to Loose on 1 photo")


def test_numpy_ids_are_as_good_as_any(project: Project):
    item_id = project.ids()[0]
    assert isinstance(item_id, np.int64)
    project.set_note(item_id, "a")
    project.set_landmarks(item_id, [Landmark("left_hem", 1, 2)])
    project.set_box(item_id, Box(1, 2, 3, 4))
    project.swap_left_right(item_id)
    project.delete_landmarks(item_id, ["right_hem"])
    project.put_predictions([(item_id, sample_prediction(project.vocabulary))])
    project.accept_landmarks(item_id)
    item = project.item(item_id)
    assert (item.row.id, item.note) == (1, "a")
    assert len(project.history(item_id)) > 5
    assert project.path(item_id).name == "photo 0.jpg"


def test_clearing_an_answer_is_not_answering_unknown(project: Project):
    project.set_answers([1], {"fit": Answer.unknown()})
    assert project.item(1).answers == {"fit": Answer.unknown()}
    changes = project.set_answers([1], {"fit": None})
    assert changes.title == "Fit cleared on 1 photo"
    assert project.item(1).answers == {}


def test_flag_note_and_split_leave_a_new_photo_new(project: Project):
    project.set_flag([1], True)
    project.set_note(1, "x")
    project.set_split([1], Split.TEST)
    assert project.rows([1])[0].status is Status.NEW
    project.set_landmarks(1, [Landmark("left_hem", 1, 2)])
    assert project.rows([1])[0].status is Status.IN_WORK


def test_a_photo_that_is_done_stays_done_when_corrected(project: Project):
    project.set_status([1], Status.DONE)
    project.set_answers([1], {"fit": Answer.of("loose")})
    assert project.rows([1])[0].status is Status.DONE


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda p: p.set_answers([1], {"fit": Answer.of("baggy")}), LabelError),
        (lambda p: p.set_answers([1], {"shoe_size": Answer.of("42")}), LabelError),
        (lambda p: p.set_answers([1], {"shoe_size": None}), LabelError),
        (lambda p: p.set_answers([1], {"fit": Answer.of("tight", "loose")}), LabelError),
        (lambda p: p.set_answers([1, 99], {"fit": Answer.of("tight")}), UserError),
        (lambda p: p.set_landmarks(1, [Landmark("left_knee", 1, 2)]), LabelError),
        (lambda p: p.set_landmarks(1, [Landmark("left_hem", float("nan"), 2)]), LabelError),
        (lambda p: p.set_box(1, Box(0, 0, 0, 5)), LabelError),
        (lambda p: p.set_box(1, Box(0, 0, float("inf"), 5)), LabelError),
        (lambda p: p.set_note(99, "x"), UserError),
        (lambda p: p.accept_proposals([1], ["shoe_size"]), VocabularyError),
        (lambda p: p.accept_landmarks(1), UserError),
        (lambda p: p.put_predictions([(99, sample_prediction(p.vocabulary))]), UserError),
        (lambda p: p.restore(1234), UserError),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_written(project: Project, act, error):
    before = state_of(project)
    with pytest.raises(error):
        act(project)
    assert state_of(project) == before
    assert project.undo_status().undo_title is None


def test_nothing_at_all_is_nothing(project: Project):
    assert project.set_answers([], {"fit": Answer.of("loose")}).item_ids == ()
    assert project.set_landmarks(1, []).item_ids == ()
    assert project.put_predictions([]).item_ids == ()
    assert project.undo() is None
    assert project.redo() is None


def test_left_and_right_change_places(project: Project):
    project.set_landmarks(
        1,
        [
            Landmark("left_hem", 1, 2),
            Landmark("right_hem", 3, 4),
            Landmark("left_sleeve", 5, 6, Visibility.OCCLUDED),
        ],
    )
    changes = project.swap_left_right(1)
    assert changes.title == "Left and right swapped"
    marks = project.item(1).landmarks
    assert marks["left_hem"] == Landmark("left_hem", 3, 4)
    assert marks["right_hem"] == Landmark("right_hem", 1, 2)
    assert marks["right_sleeve"] == Landmark("right_sleeve", 5, 6, Visibility.OCCLUDED)
    assert "left_sleeve" not in marks
    project.swap_left_right(1)
    assert project.item(1).landmarks["left_sleeve"].visibility is Visibility.OCCLUDED


def test_a_deleted_landmark_is_not_an_absent_one(project: Project):
    project.set_landmarks(1, [Landmark("left_hem", 0, 0, Visibility.ABSENT), Landmark("right_hem", 1, 1)])
    assert project.delete_landmarks(1, ["right_hem"]).title == "R hem removed"
    assert set(project.item(1).landmarks) == {"left_hem"}
    assert project.item(1).landmarks["left_hem"].visibility is Visibility.ABSENT


def test_a_box_is_set_and_cleared(project: Project):
    project.set_box(1, Box(1.5, 2.25, 30, 40))
    assert project.item(1).box == Box(1.5, 2.25, 30, 40)
    assert project.set_box(1, None).title == "Box removed"
    assert project.item(1).box is None
    assert [(e.before, e.after) for e in project.history(1) if e.field == "box"] == [
        ("30 × 40 at 2, 2", "none"),
        ("none", "30 × 40 at 2, 2"),
    ]


def test_accepting_fills_what_is_open_and_applies(project: Project, studio):
    prediction = sample_prediction(studio, 1)
    project.put_predictions([(1, prediction), (2, prediction)])
    project.set_answers([1], {"category": Answer.of("pants"), "pattern": Answer.unknown()})
    changes = project.accept_proposals([1, 2, 3])
    assert changes.title == "Proposals accepted on 2 photos"
    answers = project.item(1).answers
    assert answers["category"] == Answer.of("pants")
    assert answers["pattern"] == Answer.unknown()
    assert "neckline" not in answers
    assert "sleeve_length" not in answers
    assert answers["length"] == Answer.of(prediction.attributes["length"].value)
    assert answers["colors"] == Answer.of(*(color.name for color in prediction.colors_predicted))
    second = project.item(2).answers
    assert second["category"] == Answer.of(prediction.category.value)
    kind = prediction.category.value
    assert set(second) == {a.name for a in studio.attributes if studio.applies(a.name, kind)}
    assert project.item(3).answers == {}
    assert project.rows([2])[0].status is Status.IN_WORK
    assert project.rows([3])[0].status is Status.NEW
    assert project.rows([2])[0].disagreements == 0


def test_accepting_one_attribute_takes_no_other(project: Project, studio):
    project.put_predictions([(1, sample_prediction(studio, 1))])
    project.accept_proposals([1], ["fabric"])
    assert set(project.item(1).answers) == {"fabric"}


def test_the_models_landmarks_are_taken_all_or_by_name(project: Project, studio):
    prediction = sample_prediction(studio, 1)
    by_name = {mark.name: mark for mark in prediction.landmarks}
    project.put_predictions([(1, prediction)])
    project.set_landmarks(1, [Landmark("left_hem", 7, 7)])
    assert project.accept_landmarks(1).title == "7 landmarks taken from the model"
    marks = project.item(1).landmarks
    assert marks["left_hem"] == Landmark("left_hem", 7, 7)  # the person's stays
    assert marks["right_hem"].x == by_name["right_hem"].x
    assert project.accept_landmarks(1, ["left_hem"]).title == "L hem taken from the model"
    assert project.item(1).landmarks["left_hem"].x == by_name["left_hem"].x  # asked for by name
    assert project.accept_landmarks(1).item_ids == ()


def test_predictions_stay_beside_what_the_person_said(project: Project, studio):
    project.set_answers([1], {"category": Answer.of("hat")})
    first, second = sample_prediction(studio, 1), sample_prediction(studio, 2, model="next")
    assert project.put_predictions([(1, first)]).fields == {"prediction"}
    assert project.item(1).prediction == first
    project.put_predictions([(1, second), (2, first)])
    assert project.item(1).prediction == second
    assert project.item(1).answers == {"category": Answer.of("hat")}
    assert project.undo_status().undo_title == "Category set to Hat on 1 photo"
    assert [entry.field for entry in project.history(2)] == []


def test_one_field_goes_back_without_touching_the_others(project: Project):
    project.set_answers([1], {"fit": Answer.of("tight")})
    project.set_answers([1], {"fit": Answer.of("loose"), "fabric": Answer.of("knit")})
    entry = next(e for e in project.history(1) if e.field == "fit")
    assert (entry.before, entry.after) == ("Tight", "Loose")
    changes = project.restore(entry.change_id)
    assert changes.title == "Fit put back to Tight"
    assert project.item(1).answers == {"fit": Answer.of("tight"), "fabric": Answer.of("knit")}
    first = [e for e in project.history(1) if e.field == "fit"][-1]
    project.restore(first.change_id)
    assert "fit" not in project.item(1).answers
    project.undo()
    assert project.item(1).answers["fit"] == Answer.of("tight")


def test_listeners_hear_of_every_change_until_they_leave(project: Project, studio):
    heard: list[Changes] = []
    leave = project.subscribe(heard.append)
    project.set_flag([1], True)
    project.set_flag([1], True)  # nothing changes, nothing to hear
    project.undo()
    project.put_predictions([(1, sample_prediction(studio))])
    assert [changes.title for changes in heard] == [
        "Flag set on 1 photo",
        "Undone: Flag set on 1 photo",
        "1 photo read",
    ]
    leave()
    project.redo()
    assert len(heard) == 3


def test_undo_tells_of_its_steps_and_ends_between_them(project: Project):
    project.set_answers(project.ids(), {"fit": Answer.of("regular")})
    labelled, told = state_of(project), []
    assert project.undo_size() == 10, "an answer and the status of five photos"
    for stop_at in range(5):
        asked = iter(range(10))
        with pytest.raises(Cancelled):
            project.undo(should_stop=lambda at=stop_at, asked=asked: next(asked) == at)
        assert state_of(project) == labelled
    assert project.undo(on_progress=lambda done, total: told.append((done, total))) is not None
    assert told == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
    start, told[:] = state_of(project), []
    assert (project.undo_size(), project.redo_size()) == (0, 10)
    with pytest.raises(Cancelled):
        project.redo(should_stop=lambda: True)
    assert state_of(project) == start
    assert project.redo(on_progress=lambda done, total: told.append((done, total))) is not None
    assert told[-1] == (5, 5)
    assert state_of(project) == labelled


def test_the_size_of_an_undo_is_known_before_it_is_written(project: Project, monkeypatch):
    def full(*_arguments: object) -> None:
        raise EnvironmentProblem("The disk is full.", "Make room.")

    monkeypatch.setattr(writing, "write_operation", full)
    with pytest.raises(NotSaved):
        project.set_answers([1], {"fit": Answer.of("regular")})
    assert project.undo_size() == 2


def test_another_thread_that_writes_is_noticed(project: Project):
    seen = []
    with project._dataset.writer.lock:
        assert not project.is_writing, "one's own write is not waited for"
        with ThreadPoolExecutor(1) as pool:
            seen.append(pool.submit(lambda: project.is_writing).result())
    assert seen == [True]
    assert not project.is_writing
