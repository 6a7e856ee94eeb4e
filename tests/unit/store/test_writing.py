from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from fashion_studio.domain.errors import (
    BugError,
    ConflictError,
    EnvironmentProblem,
    NotSaved,
    ProjectBusy,
    ProjectError,
)
from fashion_studio.domain.labels import Answer, Landmark, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.services.project import Project
from fashion_studio.store import writing
from tests.projects import make_project, state_of
from tests.samples import sample_prediction


class Disk:
    """Makes every write fail with the driver's own error of a full disk, until told otherwise."""

    def __init__(self, project: Project) -> None:
        self.full = False
        engine = project._dataset.writer.database._engine
        event.listen(engine, "before_cursor_execute", self._before)

    def _before(self, _connection, _cursor, statement, *_rest) -> None:
        if self.full and statement.startswith(("INSERT", "UPDATE", "DELETE")):
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise OperationalError(statement, None, error)


@pytest.fixture
def disk(project: Project) -> Disk:
    return Disk(project)


def test_an_edit_on_a_full_disk_is_kept_seen_and_said_once(project: Project, disk: Disk):
    disk.full = True
    with pytest.raises(NotSaved, match=r"disk is full.*kept in memory") as caught:
        project.set_answers([1], {"fit": Answer.of("loose")})
    assert caught.value.changes.item_ids == (1,)
    assert project.set_answers([2], {"fit": Answer.of("tight")}).item_ids == (2,)  # said once only
    project.set_landmarks(1, [Landmark("left_hem", 3, 4)])
    project.set_note(1, "later")
    assert project.unsaved_count == 4
    assert project.item(1).answers["fit"] == Answer.of("loose")
    assert project.item(1).note == "later"
    assert project.item(1).row.status is Status.IN_WORK
    assert project.ids(ItemFilter(by_person={"fit": frozenset({"tight"})})).tolist() == [2]
    assert next(record.note for record in project.export_records()) == "later"
    assert [entry.title for entry in project.history(1)][:2] == ["Note written", "L hem set"]


def test_a_file_that_really_cannot_grow_keeps_the_edit_too(project: Project):
    engine = project._dataset.writer.database._engine
    with engine.connect() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()

    @event.listens_for(engine, "begin")
    def limit(connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages}")

    words = "x" * 300_000
    with pytest.raises(NotSaved, match="disk is full"):
        project.set_note(1, words)
    assert project.item(1).note == words
    pages *= 100
    assert project.retry_unsaved() == 0
    with project._dataset.reading() as connection:
        assert connection.execute(text("SELECT length(note) FROM item WHERE id = 1")).scalar_one() == 300_000


def test_what_was_kept_is_written_once_there_is_room(project: Project, disk: Disk):
    disk.full = True
    with pytest.raises(NotSaved):
        project.set_answers([1], {"fit": Answer.of("loose")})
    project.set_status([1], Status.DONE)
    expected = state_of(project)
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        project.retry_unsaved()
    assert project.unsaved_count == 2
    disk.full = False
    assert project.retry_unsaved() == 0
    project.close()
    with Project.open(project.folder, actor="Ada") as again:
        assert state_of(again) == expected
        assert again.undo_status().undo_title == "Status set to Done on 1 photo"


def test_the_next_write_brings_those_before_it(project: Project, disk: Disk):
    disk.full = True
    with pytest.raises(NotSaved):
        project.set_flag([1], True)
    disk.full = False
    project.set_flag([2], True)
    assert project.unsaved_count == 0
    assert [row.flagged for row in project.rows([1, 2])] == [True, True]
    assert project._dataset.writer.overlay == {}


def test_undo_and_redo_work_on_what_is_not_written(project: Project, disk: Disk):
    project.set_flag([1], True)
    start = state_of(project)
    disk.full = True
    with pytest.raises(NotSaved):
        project.set_note(1, "a")
    project.set_note(1, "b")
    assert project.undo() is not None
    assert project.item(1).note == "a"
    assert project.undo() is not None
    assert state_of(project) == start
    assert project.undo() is not None  # this one is written
    assert not project.rows([1])[0].flagged
    assert project.redo() is not None
    assert project.redo() is not None
    assert project.item(1).note == "a"
    assert project.undo_status().redo_title == "Note written"
    disk.full = False
    project.retry_unsaved()
    project.close()
    with Project.open(project.folder, actor="Ada") as again:
        assert again.item(1).note == "a"
        assert again.redo() is not None
        assert again.item(1).note == "b"


def test_an_undo_can_be_the_first_that_is_not_written(project: Project, disk: Disk):
    project.set_flag([1], True)
    disk.full = True
    with pytest.raises(NotSaved) as caught:
        project.undo()
    assert caught.value.changes.title == "Undone: Flag set on 1 photo"
    assert not project.rows([1])[0].flagged


def test_a_change_that_is_not_written_can_be_put_back(project: Project, disk: Disk):
    disk.full = True
    with pytest.raises(NotSaved):
        project.set_note(1, "a")
    project.set_note(1, "b")
    project.restore(project.history(1)[0].change_id)
    assert project.item(1).note == "a"
    with pytest.raises(Exception, match="not in the history"):
        project.restore(10_000)


def test_predictions_are_not_kept_in_memory(project: Project, disk: Disk):
    disk.full = True
    before = project._dataset.index.records.tobytes()
    with pytest.raises(EnvironmentProblem, match="disk is full"):
        project.put_predictions([(1, sample_prediction(project.vocabulary))])
    assert project._dataset.index.records.tobytes() == before
    assert project.item(1).prediction is None
    assert project.unsaved_count == 0


def test_saved_elsewhere_with_what_was_not_written(project: Project, disk: Disk, tmp_path: Path):
    (project.folder / "thumbnails" / "keep.jpg").write_bytes(b"x")
    disk.full = True
    with pytest.raises(NotSaved):
        project.set_note(1, "rescued")
    target = tmp_path / "other disk" / "Rescued.fstudio"
    old = project.folder
    project.save_elsewhere(target)
    assert project.folder == target
    assert project.unsaved_count == 0
    assert (target / "thumbnails" / "keep.jpg").is_file()
    project.set_note(2, "and on")
    with pytest.raises(ProjectBusy):
        Project.open(target, actor="Bo")
    with Project.open(old, actor="Bo") as left_behind:
        assert left_behind.item(1).note == ""
    project.close()
    with Project.open(target, actor="Ada") as again:
        assert [again.item(i).note for i in (1, 2)] == ["rescued", "and on"]
        assert again.roots[0].folder == tmp_path / "photos"


def test_saving_elsewhere_does_not_write_over_anything(project: Project, tmp_path: Path):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(ProjectError, match="exists already"):
        project.save_elsewhere(tmp_path / "taken")
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match="cannot be written there"):
        project.save_elsewhere(tmp_path / "file" / "below")
    project.set_flag([1], True)
    assert project.folder == tmp_path / "Test.fstudio"


def test_what_fails_for_our_own_fault_is_not_done_at_all(project: Project, monkeypatch: pytest.MonkeyPatch):
    before = project._dataset.index.records.tobytes()
    project._dataset.index.notes[1] = "old"

    def broken(*_arguments: object) -> None:
        raise BugError("no")

    monkeypatch.setattr(writing, "write_operation", broken)
    with pytest.raises(BugError):
        project.set_note(1, "new")
    assert project._dataset.index.records.tobytes() == before
    assert project._dataset.index.notes == {1: "old"}
    assert project.unsaved_count == 0
    assert project.item(1).note == ""


def test_undo_refuses_when_something_changed_underneath(project: Project):
    project.set_note(1, "mine")
    with project._dataset.writer.database.writing() as connection:
        connection.execute(text("UPDATE item SET note = 'theirs' WHERE id = 1"))
    with pytest.raises(ConflictError, match="“Note written” cannot be taken back"):
        project.undo()
    assert project.item(1).note == "theirs"
    assert project.undo_status().undo_title == "Note written"


def test_a_journal_with_a_hole_is_a_bug(project: Project):
    head = project._dataset.writer.head
    project._dataset.writer.head = type(head)(last_operation_id=9, undo_top=9)
    with pytest.raises(BugError, match="operation 9"):
        project.undo()


def test_edits_that_change_nothing_are_no_operation(project: Project):
    project.set_flag([1], True)
    changes = project.set_flag([1], True)
    assert (changes.operation_id, changes.item_ids) == (0, ())
    assert project._dataset.writer.head.last_operation_id == 1


def test_many_threads_write_one_after_the_other(project: Project):
    def work(item_id: int) -> None:
        for number in range(8):
            project.set_note(item_id, f"{item_id}-{number}")

    threads = [threading.Thread(target=work, args=(item_id,)) for item_id in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [project.item(i).note for i in range(1, 6)] == [f"{i}-7" for i in range(1, 6)]
    assert project._dataset.writer.head.last_operation_id == 40
    for _ in range(40):
        assert project.undo() is not None
    assert all(item.note == "" for item in state_of(project))


READ_ONLY = """
import os, sys
from pathlib import Path
from fashion_studio.services.project import Project
from fashion_studio.domain.errors import EnvironmentProblem, NotSaved
if os.geteuid() == 0:
    os.setegid(65534); os.seteuid(65534)
folder = Path(sys.argv[1])
assert not os.access(folder, os.W_OK, effective_ids=True)
project = Project.open(folder, actor="Ada")
print(len(project.ids()))
try:
    project.set_note(1, "kept")
except NotSaved as problem:
    print(problem)
print(project.item(1).note, project.unsaved_count)
try:
    project.retry_unsaved()
except EnvironmentProblem as problem:
    print(problem)
if os.getuid() == 0:
    os.seteuid(0)
folder.chmod(0o755)
print(project.retry_unsaved(), project.unsaved_count)
project.set_flag([2], True)
project.close()
"""


WARNING = (
    "The project folder is read-only. Make it writable; then try again, or save the project elsewhere. "
    "Your edit is kept in memory until it can be saved."
)


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of folders work otherwise there")
def test_a_really_read_only_folder_opens_and_keeps_edits_until_it_can_be_written(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 2) as project:
        folder = project.folder
    for parent in (tmp_path, *tmp_path.parents):
        if parent.owner() != os.environ.get("USER", "root") or parent == Path("/tmp"):
            break
        parent.chmod(parent.stat().st_mode | stat.S_IXOTH | stat.S_IROTH)
    folder.chmod(0o555)
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path.cwd(),
        check=False,
    )
    folder.chmod(0o755)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [
        "2",
        WARNING,
        "kept 1",
        "The project folder is still read-only. Make it writable, or save the project elsewhere.",
        "0 0",
    ]
    with Project.open(folder, actor="Ada") as again:
        assert again.item(1).note == "kept"
        assert again.rows([2])[0].flagged
