from __future__ import annotations

import json
from pathlib import Path

import pytest
from recorded_runs import cut_after, put_run

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.jobs.worker import JobPhase
from fashion_studio.services.model_list import use_model
from fashion_studio.services.project import Project

pytestmark = pytest.mark.timeout(300)


def test_runs_are_listed_renamed_removed_and_brought_back(studio_command, project: Path) -> None:
    put_run(project / "runs", name="one", title="Spring")
    listed = json.loads(studio_command("runs", "list", project, "--json").out)
    assert [(run["run"], run["title"], run["phase"]) for run in listed["runs"]] == [
        ("one", "Spring", "finished")
    ]
    renamed = studio_command("runs", "rename", project, "one", "Summer")
    assert (renamed.code, renamed.out.strip()) == (ExitCode.OK, "“Spring” is called “Summer” now.")
    removed = studio_command("runs", "remove", project, "one")
    assert removed.code == ExitCode.OK
    assert "runs restore" in removed.out
    assert "removed" in studio_command("runs", "list", project).out
    assert json.loads(studio_command("runs", "list", project, "--json").out)["runs"] == []
    assert studio_command("runs", "restore", project, "two").code == ExitCode.NOTHING
    assert studio_command("runs", "restore", project).out.strip() == "“Summer” is back."
    assert studio_command("runs", "restore", project).code == ExitCode.NOTHING
    studio_command("runs", "remove", project, "one")
    discarded = json.loads(studio_command("runs", "discard", project, "--json").out)
    assert discarded["discarded"] == 1
    assert discarded["freed_bytes"] > 0
    assert "0 removed runs deleted, 0 bytes freed." in studio_command("runs", "discard", project).out
    assert studio_command("runs", "restore", project).code == ExitCode.NOTHING


def test_what_cannot_be_removed_is_said_in_a_sentence(studio_command, project: Path) -> None:
    cut_after(put_run(project / "runs", name="now", title="Now"), 1, JobPhase.RUNNING, alive=True)
    used = put_run(project / "runs", name="used", title="Used")
    with Project.open(project) as opened:
        use_model(opened, used / "bundle")
    for name, sentence in (
        ("now", "“Now” is going on. Cancel it first"),
        ("used", "The model of “Used” is in use"),
        ("none", "has no run none"),
    ):
        ended = studio_command("runs", "remove", project, name)
        assert ended.code == ExitCode.FAILED
        assert sentence in ended.err
    listed = json.loads(studio_command("runs", "list", project, "--json").out)["runs"]
    assert {run["run"]: run["in_use"] for run in listed} == {"now": False, "used": True}
