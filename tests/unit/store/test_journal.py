from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from fashion_studio.domain.errors import BugError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status, Visibility
from fashion_studio.services.project import Project
from fashion_studio.store.edits import Edit, Fact, Subject
from fashion_studio.store.journal import Head, read_head, reverted
from fashion_studio.store.rebuilding import compute_summaries
from tests.projects import make_project, state_of
from tests.samples import sample_prediction

COUNT = 4

numbers = st.lists(st.integers(1, COUNT), min_size=1, max_size=COUNT, unique=True)
answers = st.sampled_from(
    [None, Answer.of("tight"), Answer.of("loose"), Answer.unknown(), Answer.not_applicable()]
)
colors = st.sampled_from([None, Answer.of("red"), Answer.of("navy", "white"), Answer.of("white", "navy")])
places = st.builds(
    Landmark,
    st.sampled_from(["left_hem", "right_hem", "left_collar"]),
    st.floats(0, 300),
    st.floats(0, 400),
    st.sampled_from(list(Visibility)),
)
acts = st.one_of(
    st.builds(lambda ids, a: lambda p: p.set_answers(ids, {"fit": a}), numbers, answers),
    st.builds(
        lambda ids, a, c: lambda p: p.set_answers(ids, {"fit": a, "colors": c}), numbers, answers, colors
    ),
    st.builds(lambda ids, s: lambda p: p.set_status(ids, s), numbers, st.sampled_from(list(Status))),
    st.builds(lambda ids, s: lambda p: p.set_split(ids, s), numbers, st.sampled_from(list(Split))),
    st.builds(lambda ids, f: lambda p: p.set_flag(ids, f), numbers, st.booleans()),
    st.builds(lambda i, t: lambda p: p.set_note(i, t), st.integers(1, COUNT), st.text(max_size=5)),
    st.builds(lambda i, m: lambda p: p.set_landmarks(i, [m]), st.integers(1, COUNT), places),
    st.builds(lambda i: lambda p: p.delete_landmarks(i, ["left_hem"]), st.integers(1, COUNT)),
    st.builds(lambda i: lambda p: p.swap_left_right(i), st.integers(1, COUNT)),
    st.builds(lambda ids: lambda p: p.accept_proposals(ids), numbers),
    st.builds(lambda i: lambda p: p.accept_landmarks(i), st.integers(1, 2)),
    st.builds(
        lambda i, w: lambda p: p.set_box(i, None if w is None else Box(1, 2, w, 5)),
        st.integers(1, COUNT),
        st.one_of(st.none(), st.floats(1, 50)),
    ),
    st.builds(lambda i: lambda p: p.undo(), st.just(0)),
    st.builds(lambda i: lambda p: p.redo(), st.just(0)),
)


@pytest.fixture(scope="module")
def template(studio, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("template")
    with make_project(place, studio, COUNT) as project:
        project.put_predictions([(i, sample_prediction(studio, i)) for i in (1, 2)])
    return project.folder


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(script=st.lists(acts, max_size=10))
def test_undoing_everything_is_the_start_and_redoing_everything_the_end(template: Path, script):
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch) / template.name
        shutil.copytree(template, folder)
        with Project.open(folder, actor="Ada") as project:
            start = state_of(project)
            for act in script:
                act(project)
            end = state_of(project)
            undone = 0
            while project.undo() is not None:
                undone += 1
            assert state_of(project) == start
        with Project.open(folder, actor="Bo") as project:  # both stacks survive a restart
            assert project.undo_status().undo_title is None
            for _ in range(undone):
                assert project.redo() is not None
            # What had been undone before the end of the script can be redone too; take that back again.
            assert state_of(project) == end
            with project._dataset.reading() as connection:
                ids, stored = compute_summaries(connection, project._dataset.index.layout)
            assert ids == project._dataset.index.ids.tolist()
            assert np.array_equal(stored.tobytes(), project._dataset.index.records.tobytes())


def journal(project: Project) -> list[tuple[object, ...]]:
    with project._dataset.reading() as connection:
        operations = connection.execute(
            text("SELECT id, kind, title, actor, reverts FROM operation ORDER BY id")
        )
        return [tuple(row) for row in operations]


def test_undo_and_redo_are_operations_of_their_own(project: Project):
    project.set_flag([1], True)
    project.undo()
    project.redo()
    assert journal(project) == [
        (1, "edit", "Flag set on 1 photo", "Ada", None),
        (2, "undo", "Flag set on 1 photo", "Ada", 1),
        (3, "redo", "Flag set on 1 photo", "Ada", 2),
    ]


@pytest.mark.parametrize("table", ["operation", "change"])
@pytest.mark.parametrize("act", ["UPDATE {} SET id = 99", "DELETE FROM {}"])
def test_nobody_rewrites_the_journal(project: Project, table: str, act: str):
    project.set_flag([1], True)
    with (
        pytest.raises(BugError, match="append-only"),
        project._dataset.writer.database.writing() as connection,
    ):
        connection.execute(text(act.format(table)))
    assert len(journal(project)) == 1


def test_a_new_edit_ends_what_could_be_redone(project: Project):
    project.set_flag([1], True)
    project.undo()
    assert project.undo_status().redo_title == "Flag set on 1 photo"
    project.set_flag([2], True)
    assert project.undo_status().redo_title is None
    assert project.redo() is None


def test_twenty_thousand_undos_and_redos_need_no_replay(project: Project):
    """The stacks are linked inside the journal: reading the head is one row, however long the journal is."""
    project.set_flag([1], True)
    for _ in range(40):
        project.undo()
        project.redo()
    with project._dataset.reading() as connection:
        assert read_head(connection) == project._dataset.writer.head
    assert project._dataset.writer.head.last_operation_id == 81
    assert project.undo() is not None
    assert not project.rows([1])[0].flagged


def test_an_empty_journal_has_an_empty_head(project: Project):
    with project._dataset.reading() as connection:
        assert read_head(connection) == Head()


@pytest.mark.parametrize(
    ("reverts", "expected"),
    [({}, False), ({1: [2]}, True), ({1: [2], 2: [3]}, False), ({1: [2], 2: [3], 3: [4]}, True)],
)
def test_whether_an_operation_stands_is_a_matter_of_the_whole_chain(reverts, expected):
    assert reverted(1, reverts) is expected


def test_a_chain_of_any_length_can_be_followed():
    assert reverted(0, {i: [i + 1] for i in range(100_001)})


def test_the_journal_keeps_old_and_new_as_they_were(project: Project):
    project.set_answers([2], {"colors": Answer.of("navy", "white")})
    project.set_answers([2], {"colors": Answer.of("red")})
    operation = project._dataset.writer.operation(2)
    assert operation is not None
    assert operation.edits == (
        Edit(
            Fact(Subject.ANSWER, 2, "colors"),
            {"kind": "known", "values": ["navy", "white"]},
            {"kind": "known", "values": ["red"]},
        ),
    )
    assert project._dataset.writer.operation(99) is None
