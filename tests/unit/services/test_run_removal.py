from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import make_project
from recorded_runs import cut_after, put_run

from fashion_studio.domain.errors import EnvironmentProblem, ProjectError, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.specification import SPEC, JobSpec
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.services.model_list import earlier_model, model_in_use, use_model
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_comparison import READINGS
from fashion_studio.services.run_list import RunPhase, enqueue, list_runs, read_run
from fashion_studio.services.run_removal import (
    LONGEST_TITLE,
    bring_back_run,
    discard_removed_runs,
    remove_run,
    removed_runs,
    rename_run,
)


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    with make_project(tmp_path, studio) as opened:
        yield opened


def content(run_dir: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(run_dir)): path.read_bytes() for path in run_dir.rglob("*") if path.is_file()
    }


def test_a_run_gets_another_title_and_its_first_one_back(project: Project) -> None:
    run = put_run(runs_dir(project))
    first, before = read_run(run).title, content(run)
    assert rename_run(project, run, "  Spring \n dresses ") == first
    assert [entry.title for entry in list_runs(runs_dir(project))] == ["Spring dresses"]
    assert (run / SPEC).read_bytes() == before[SPEC]  # what was frozen stays as it was
    assert rename_run(project, run, "") == "Spring dresses"
    assert read_run(run).title == first
    assert content(run) == before


def test_a_title_that_is_too_long_changes_nothing(project: Project) -> None:
    run = put_run(runs_dir(project))
    rename_run(project, run, "é" * LONGEST_TITLE)
    with pytest.raises(UserError, match=f"at most {LONGEST_TITLE} characters"):
        rename_run(project, run, "x" * (LONGEST_TITLE + 1))
    assert read_run(run).title == "é" * LONGEST_TITLE


def test_a_removed_run_comes_back_to_the_last_byte(project: Project) -> None:
    run, other = put_run(runs_dir(project), name="a", title="A"), put_run(runs_dir(project), name="b")
    before = content(run)
    removed = remove_run(project, run)
    assert [entry.run_dir for entry in list_runs(runs_dir(project))] == [other]
    assert removed_runs(project) == [removed]
    assert (removed.title, removed.run_dir) == ("A", run)
    assert bring_back_run(project) == removed
    assert content(run) == before
    assert removed_runs(project) == []
    assert bring_back_run(project) is None


def test_the_run_that_was_removed_last_comes_back_first(project: Project) -> None:
    runs = [put_run(runs_dir(project), name=name) for name in "ab"]
    for run in runs:
        remove_run(project, run)
    assert [removed.run_dir for removed in removed_runs(project)] == runs[::-1]
    bring_back_run(project)
    assert [entry.run_dir for entry in list_runs(runs_dir(project))] == [runs[1]]


def test_a_run_that_is_going_on_is_not_removed_and_one_that_waits_leaves_the_queue(project: Project) -> None:
    running = cut_after(put_run(runs_dir(project), name="now"), 1, JobPhase.RUNNING, alive=True)
    with pytest.raises(UserError, match=r"is going on\. Cancel it first"):
        remove_run(project, running)
    assert running.is_dir()
    waiting = cut_after(put_run(runs_dir(project), name="next"), 0, JobPhase.CANCELLED)
    enqueue(waiting)
    remove_run(project, waiting)
    bring_back_run(project)
    assert read_run(waiting).phase is RunPhase.CANCELLED


def test_a_model_in_use_keeps_its_run(project: Project, tmp_path: Path) -> None:
    first, second = (put_run(runs_dir(project), name) for name in ("first", "second"))
    use_model(project, first / "bundle")
    with pytest.raises(UserError, match=r"is in use\. Use another model first"):
        remove_run(project, first)
    with pytest.raises(UserError, match="is in use"):
        remove_run(project, second, also_used=[second / "bundle"])
    use_model(project, second / "bundle")
    remove_run(project, first, also_used=[tmp_path / "elsewhere"])
    assert model_in_use(project) == second / "bundle"
    earlier = earlier_model(project)  # there is no way back to a model that is not there
    assert earlier is not None
    assert earlier.folder is None
    bring_back_run(project)
    back = earlier_model(project)
    assert back is not None
    assert back.folder == first / "bundle"


def test_a_run_whose_model_reads_for_a_comparison_stays(project: Project) -> None:
    run = put_run(runs_dir(project))
    reading = cut_after(put_run(run / READINGS, name="0a"), 1, JobPhase.RUNNING, alive=True)
    assert JobSpec.read(reading)
    with pytest.raises(UserError, match="reading photos for a comparison"):
        remove_run(project, run)


def test_only_runs_of_the_project_that_can_be_written(project: Project, tmp_path: Path) -> None:
    run, far = put_run(runs_dir(project)), put_run(tmp_path / "far")
    for act in (remove_run, lambda p, r: rename_run(p, r, "x")):
        with pytest.raises(UserError, match="none of this project's runs"):
            act(project, far)
    with Project.open(project.folder, read_only=True) as reader:
        for refused in (
            lambda: remove_run(reader, run),
            lambda: rename_run(reader, run, "x"),
            lambda: bring_back_run(reader),
            lambda: discard_removed_runs(reader),
        ):
            with pytest.raises(ProjectError, match="reading only"):
                refused()


def test_a_place_that_is_taken_again_keeps_what_is_there(project: Project) -> None:
    run = put_run(runs_dir(project), name="a", title="Old")
    removed = remove_run(project, run)
    put_run(runs_dir(project), name="a", title="New")
    with pytest.raises(UserError, match="There is a run a in this project again"):
        bring_back_run(project, removed)
    assert read_run(run).title == "New"
    assert removed_runs(project) == [removed]


def test_discarded_runs_are_gone(project: Project) -> None:
    removed = remove_run(project, put_run(runs_dir(project)))
    assert discard_removed_runs(project) == 1
    assert not removed.place.exists()
    with pytest.raises(UserError, match="was discarded"):
        bring_back_run(project, removed)
    assert discard_removed_runs(project) == 0


def test_a_disk_that_does_not_take_it_changes_nothing(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = put_run(runs_dir(project))
    before = content(run)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "rename", full)
    with pytest.raises(EnvironmentProblem, match="cannot be removed: No space left"):
        remove_run(project, run)
    monkeypatch.setattr("fashion_studio.services.run_removal.replace_text", full)
    with pytest.raises(EnvironmentProblem, match="cannot be renamed: No space left"):
        rename_run(project, run, "x")
    assert content(run) == before
    assert json.loads((run / SPEC).read_text(encoding="utf-8"))["title"] == read_run(run).title
