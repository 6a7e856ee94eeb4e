from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from fashion_studio.domain.errors import EnvironmentProblem, ProjectBusy, ProjectError
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.services import project as module
from fashion_studio.services.project import Project, default_actor
from tests.projects import make_project, state_of

WRITER = """
import sys
from pathlib import Path
from fashion_studio.domain.labels import Answer, Landmark
from fashion_studio.services.project import Project
project = Project.open(Path(sys.argv[1]), actor="Ada")
ids = [int(i) for i in project.ids()]
values = ("tight", "regular", "loose")
print("open", flush=True)
for number in range(100_000):
    value = values[number // len(ids) % 3]
    item_id = ids[number % len(ids)]
    changes = project.set_answers([item_id], {"fit": Answer.of(value)})
    project.set_landmarks(item_id, [Landmark("left_hem", number, number)])
    print(changes.operation_id, item_id, value, number, flush=True)
"""


def start(code: str, folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, str(folder)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )


@pytest.mark.parametrize("lines", [1, 25])
def test_what_was_shown_as_done_survives_a_kill(tmp_path: Path, studio, lines: int):
    with make_project(tmp_path, studio, 7) as project:
        folder = project.folder
    with start(WRITER, folder) as process:
        assert process.stdout is not None
        shown = [process.stdout.readline() for _ in range(lines + 1)]
        os.kill(process.pid, signal.SIGKILL)
        shown += process.stdout.readlines()
    said: dict[int, tuple[str, int]] = {}
    with Project.open(folder, actor="Ada") as project:
        with project._dataset.reading() as connection:
            journal = connection.execute(
                text(
                    "SELECT operation_id, item_id, after FROM change "
                    "WHERE subject = 'answer' AND operation_id >= 1 ORDER BY id"
                )
            ).all()
            assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        for line in shown[1:]:
            if line.endswith("\n"):  # the last may have been cut by the kill
                operation_id, item_id, value, _ = line.split()
                said[int(operation_id)] = (value, int(item_id))
        assert len(said) >= lines
        written = {row.operation_id: row for row in journal}
        for operation_id, (value, item_id) in said.items():
            assert written[operation_id].item_id == item_id
            assert f'"{value}"' in written[operation_id].after
        # The facts are those the journal ends with, and everything can still be taken back.
        latest = {row.item_id: row.after for row in journal}
        for item_id, after in latest.items():
            answer = project.item(item_id).answers["fit"]
            assert f'"{answer.value}"' in after
        while project.undo() is not None:
            pass
        assert all(not item.answers and not item.landmarks for item in state_of(project))


HOLDER = """
import sys, time
from pathlib import Path
from fashion_studio.services.project import Project
project = Project.open(Path(sys.argv[1]), actor="Ada")
print("open", flush=True)
sys.stdin.readline()
project.set_note(1, "from the other process")
print("written", flush=True)
time.sleep(60)
"""


def test_a_second_process_is_refused_in_plain_words_and_may_look(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 2) as project:
        folder = project.folder
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path.cwd(),
    )
    with process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        with pytest.raises(ProjectBusy, match=rf"Test.fstudio is open already: .*process {process.pid}"):
            Project.open(folder)
        with Project.open(folder, read_only=True) as looking:
            assert looking.read_only
            assert looking.refresh()  # the first time it cannot know
            assert not looking.refresh()
            process.stdin.write("\n")
            process.stdin.flush()
            process.stdout.readline()
            assert looking.refresh()
            assert looking.item(1).note == "from the other process"
            assert looking.undo_status().undo_title == "Note written"
            with pytest.raises(ProjectError, match="reading only"):
                looking.set_note(1, "no")
            with pytest.raises(ProjectError, match="reading only"):
                looking.undo()
            with pytest.raises(ProjectError, match="reading only"):
                looking.save_elsewhere(tmp_path / "Copy.fstudio")
        process.kill()
    with Project.open(folder) as again:  # the kill has freed it
        assert again.item(1).note == "from the other process"


def test_the_same_process_cannot_open_it_twice_for_writing(tmp_path: Path, studio):
    with make_project(tmp_path, studio) as project, pytest.raises(ProjectBusy):
        Project.open(project.folder)


def test_a_project_folder_has_its_parts(tmp_path: Path, studio):
    with make_project(tmp_path, studio) as project:
        assert {path.name for path in project.folder.iterdir() if path.is_dir()} == {
            "thumbnails",
            "runs",
            "edits",
            "snapshots",
        }
        assert (project.folder / "dataset.sqlite").is_file()
        assert project.title == "Test"
        assert project.vocabulary == studio
        assert project.roots[0].folder == tmp_path / "photos"


def test_a_project_is_not_made_over_anything(tmp_path: Path, studio):
    (tmp_path / "photos").mkdir()
    with pytest.raises(ProjectError, match="not a folder"):
        Project.create(tmp_path / "A.fstudio", [tmp_path / "none"], studio)
    assert not (tmp_path / "A.fstudio").exists()
    (tmp_path / "B.fstudio").write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(tmp_path / "B.fstudio", [tmp_path / "photos"], studio)
    (tmp_path / "C.fstudio").mkdir()
    (tmp_path / "C.fstudio" / "mine").touch()
    with pytest.raises(ProjectError, match="exists already"):
        Project.create(tmp_path / "C.fstudio", [tmp_path / "photos"], studio)
    with pytest.raises(EnvironmentProblem, match="Choose another place"):
        Project.create(tmp_path / "B.fstudio" / "D.fstudio", [tmp_path / "photos"], studio)
    (tmp_path / "E.fstudio").mkdir()
    with Project.create(
        tmp_path / "E.fstudio", [tmp_path / "photos"], studio, title="Spring intake"
    ) as project:
        assert project.title == "Spring intake"


def test_what_is_no_project_is_not_opened(tmp_path: Path, studio):
    with pytest.raises(ProjectError, match="not a project"):
        Project.open(tmp_path)
    with make_project(tmp_path, studio) as project:
        folder = project.folder
    (folder / "dataset.sqlite").write_bytes(b"nonsense" * 1000)
    for _ in range(2):  # a failed opening leaves no lock
        with pytest.raises(ProjectError, match="damaged"):
            Project.open(folder)


def test_a_failed_creation_leaves_no_lock(tmp_path: Path, studio, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "photos").mkdir()

    def broken(*_arguments: object) -> None:
        raise EnvironmentProblem("The disk is full.")

    monkeypatch.setattr(module, "add_root", broken)
    with pytest.raises(EnvironmentProblem):
        Project.create(tmp_path / "A.fstudio", [tmp_path / "photos"], studio)
    monkeypatch.undo()
    Project.open(tmp_path / "A.fstudio").close()


def test_the_actor_is_in_the_history_and_by_default_the_user(tmp_path: Path, studio, monkeypatch):
    monkeypatch.setenv("LOGNAME", "grace")
    with make_project(tmp_path, studio, 1) as project:
        project.set_flag([1], True)
    with Project.open(project.folder) as project:
        project.set_status([1], Status.DONE)
        assert [entry.actor for entry in project.history(1)] == ["grace", "Ada"]

    def nobody() -> str:
        raise KeyError("no such user")

    monkeypatch.setattr(module.getpass, "getuser", nobody)
    assert default_actor() == "someone"


def test_a_project_of_another_layout_of_the_index_is_computed_again(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 3) as project:
        project.set_answers([2], {"fit": Answer.of("loose")})
        project.set_status([3], Status.REVIEWED)
        expected = project._dataset.index.records.tobytes()
        with project._dataset.writer.database.writing() as connection:
            connection.execute(text("UPDATE property SET value = 'old' WHERE name = 'summary_layout'"))
            connection.execute(text("UPDATE item SET summary = x'00'"))
    with pytest.raises(ProjectError, match="for writing once"):
        Project.open(project.folder, read_only=True)
    with Project.open(project.folder) as again:
        assert again._dataset.index.records.tobytes() == expected
