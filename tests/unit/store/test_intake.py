from __future__ import annotations

from dataclasses import replace

import pytest

from fashion_studio.domain.errors import BugError
from fashion_studio.services.project import Project
from fashion_studio.store import intake as module
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import FailedFile
from fashion_studio.store.rebuilding import compute_summaries
from tests.projects import photo_file, state_of


def consistent(project: Project) -> bool:
    """Whether the columns in memory are what the tables say."""
    index = project._dataset.index
    with project._dataset.reading() as connection:
        ids, records = compute_summaries(connection, index.layout)
    return ids == index.ids.tolist() and records.tobytes() == index.records.tobytes()


def folders(project: Project):
    return {1: project.folder.parent / "photos"}


def test_a_mixed_batch_keeps_columns_and_tables_in_line(project: Project):
    project.set_note(1, "x")
    batch = [
        photo_file(20),
        photo_file(21),
        replace(photo_file(22), content_hash=photo_file(20).content_hash),
        replace(photo_file(1), content_hash="f" * 40),  # photo 1.jpg with other pixels
        replace(photo_file(0), relative_path="moved.jpg"),  # photo 0.jpg elsewhere: the old file is not there
        FailedFile(1, "photo 3.jpg", 1, 2, "damaged"),
        FailedFile(1, "never.jpg", 1, 2, "damaged"),
    ]
    taken = Intake(project._dataset).take(batch, folders(project))
    assert (taken.added, taken.changed, taken.moved, taken.duplicates) == ([6, 7], [2], [1], 1)
    assert taken.operation_id == 2
    assert project.rows([1])[0].name == "moved.jpg"
    assert project.rows([4])[0].failure == "damaged"
    assert project.rows([2])[0].flagged
    assert consistent(project)


def test_files_that_went_and_came_keep_columns_and_tables_in_line(project: Project):
    intake = Intake(project._dataset)
    taken = intake.settle([(1, "photo 0.jpg"), (1, "photo 1.jpg"), (1, "unknown.jpg")], [])
    assert taken.vanished == [1, 2]
    assert consistent(project)
    assert intake.settle([(1, "photo 0.jpg")], []).vanished == []
    taken = intake.settle([], [(1, "photo 0.jpg")])
    assert (taken.returned, taken.vanished) == ([1], [])
    assert [row.missing for row in project.rows([1, 2])] == [False, True]
    assert consistent(project)


@pytest.mark.parametrize("act", ["take", "settle", "note_failures"])
def test_a_batch_that_breaks_is_not_there_at_all(project: Project, monkeypatch: pytest.MonkeyPatch, act: str):
    before, columns = state_of(project), project._dataset.index.records.tobytes()

    def broken(*_arguments: object) -> None:
        raise BugError("no")

    monkeypatch.setattr(module, "write_summaries", broken)
    intake = Intake(project._dataset)
    work = {
        "take": lambda: intake.take(
            [
                photo_file(20),
                replace(photo_file(1), content_hash="f" * 40),
                FailedFile(1, "photo 3.jpg", 1, 2, "bad"),
            ],
            folders(project),
        ),
        "settle": lambda: intake.settle([(1, "photo 0.jpg")], []),
        "note_failures": lambda: intake.note_failures({1: "bad"}),
    }[act]
    with pytest.raises(BugError):
        work()
    assert state_of(project) == before
    assert project._dataset.index.records.tobytes() == columns
    assert project._dataset.index.failures == {}
    monkeypatch.undo()
    assert consistent(project)


def test_a_failure_that_is_taken_back_is_remembered_as_it_was(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    intake = Intake(project._dataset)
    intake.note_failures({1: "first reason"})

    def broken(*_arguments: object) -> None:
        raise BugError("no")

    monkeypatch.setattr(module, "write_summaries", broken)
    with pytest.raises(BugError):
        intake.note_failures({1: None})
    assert project._dataset.index.failures == {1: "first reason"}


def test_many_changed_files_are_one_operation(project: Project):
    batch = [replace(photo_file(n), content_hash=f"{n + 500:040x}") for n in range(3)]
    taken = Intake(project._dataset).take(batch, folders(project))
    assert taken.changed == [1, 2, 3]
    assert project.undo_status().undo_title == "3 photos changed on disk"
    again = [replace(photo_file(n), content_hash=f"{n + 900:040x}") for n in range(3)]
    assert Intake(project._dataset).take(again, folders(project)).operation_id == 0  # flagged already
    assert consistent(project)
