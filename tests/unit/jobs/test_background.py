from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from engines import WAIT_S, until
from fake_job import GO_ON

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.jobs import background
from fashion_studio.jobs.background import Job, find_jobs, start_job
from fashion_studio.jobs.specification import JobExit, JobSpec
from fashion_studio.jobs.worker import JobPhase

TESTS = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """Jobs of these tests are `fake_job` instead of the command line, in a real process all the same."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    monkeypatch.setattr(background, "PROGRAM", "fake_job")


def counting(count: int = 5, **parameters: object) -> JobSpec:
    return JobSpec("count", f"Counting to {count}", ("{run}",), {"count": count, **parameters})


def counted(job: Job) -> int:
    file = job.run_dir / "counted.txt"
    return int(file.read_text(encoding="utf-8")) if file.exists() else 0


def started(spec: JobSpec, run_dir: Path) -> Job:
    """A job that has counted something already."""
    job = start_job(spec, run_dir)
    until(lambda: counted(job) > 0)
    return job


def test_a_job_runs_to_its_end_and_tells_of_it(tmp_path: Path) -> None:
    job = start_job(counting(5), tmp_path / "run")
    state = job.wait(WAIT_S)
    assert (state.phase, state.exit_code) == (JobPhase.DONE, JobExit.DONE)
    assert (state.done, state.total, state.text) == (5, 5, "counting")
    events = job.events()
    assert (events[0].kind, events[-1].kind) == ("started", "ended")
    assert [event.data["done"] for event in events if event.kind == "progress"][-1] == 5
    assert events[0].at <= events[-1].at
    assert job.events() == []


@pytest.mark.skipif(sys.platform == "win32", reason="priorities have other numbers")
def test_a_job_lets_others_go_first(tmp_path: Path) -> None:
    job = started(counting(10_000), tmp_path / "run")
    pid = job.state().pid
    assert psutil.Process(pid).nice() >= 10
    if hasattr(os, "SCHED_IDLE"):  # all of its threads: they are begun after it stepped back
        threads = [int(thread.name) for thread in Path(f"/proc/{pid}/task").iterdir()]
        assert len(threads) > 1
        assert {os.sched_getscheduler(thread) for thread in threads} == {os.SCHED_IDLE}
    group = Path(f"/proc/{pid}/autogroup")
    if group.exists():  # niceness inside a session of its own says nothing to the window's
        assert int(group.read_text().split("nice ")[1]) > 0
    job.end()


def test_a_run_folder_is_used_once(tmp_path: Path) -> None:
    start_job(counting(1), tmp_path / "run").wait(WAIT_S)
    with pytest.raises(UserError, match="is a run already"):
        start_job(counting(1), tmp_path / "run")


def test_pause_and_resume(tmp_path: Path) -> None:
    job = started(counting(10_000), tmp_path / "run")
    job.pause()
    until(lambda: job.state().phase is JobPhase.PAUSED)
    before = counted(job)
    with pytest.raises(AssertionError, match="too long"):
        until(lambda: counted(job) != before, 0.4)
    job.resume()
    until(lambda: counted(job) > before)
    assert job.state().phase is JobPhase.RUNNING
    assert job.end().phase is JobPhase.CANCELLED


def test_a_cancelled_job_goes_on_where_it_was(tmp_path: Path) -> None:
    job = started(counting(40, halt_at=20), tmp_path / "run")
    job.cancel()
    state = job.wait(WAIT_S)
    assert (state.phase, state.exit_code) == (JobPhase.CANCELLED, JobExit.CANCELLED)
    half = counted(job)
    assert 0 < half < 40
    (job.run_dir / GO_ON).touch()
    job.restart()
    assert job.wait(WAIT_S).phase is JobPhase.DONE
    kinds = [event.kind for event in job.events()]
    assert kinds.count("started") == 2
    progress = [e.data["done"] for e in Job(job.run_dir).events() if e.kind == "progress"]
    assert progress == sorted(progress), "the second start did not begin anew"
    assert len(progress) < 40, "frequent events are thinned out"


def test_a_cancelled_job_that_rests_ends_too(tmp_path: Path) -> None:
    job = started(counting(10_000), tmp_path / "run")
    job.pause()
    until(lambda: job.state().phase is JobPhase.PAUSED)
    job.cancel()
    assert job.wait(WAIT_S).phase is JobPhase.CANCELLED


def test_a_job_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    job = started(counting(10_000), tmp_path / "run")
    pid = job.state().pid
    os.kill(pid, signal.SIGSTOP)
    state = job.end(grace_s=0.3)
    assert state.phase is JobPhase.INTERRUPTED
    until(lambda: not psutil.pid_exists(pid))


def test_a_killed_job_is_found_interrupted_and_goes_on(tmp_path: Path) -> None:
    job = started(counting(30, halt_at=20), tmp_path / "run")
    os.kill(job.state().pid, signal.SIGKILL)
    assert job.wait(WAIT_S).phase is JobPhase.INTERRUPTED
    assert "interrupted" in job.state().text
    half = counted(job)
    (job.run_dir / GO_ON).touch()
    job.restart()
    until(lambda: counted(job) > half)
    assert job.wait(WAIT_S).phase is JobPhase.DONE
    assert counted(job) == 30


def test_a_living_job_is_not_started_twice(tmp_path: Path) -> None:
    job = started(counting(10_000), tmp_path / "run")
    pid = job.state().pid
    job.restart()
    assert job.state().pid == pid
    again = subprocess.run(
        [sys.executable, "-m", "fake_job", job.run_dir], capture_output=True, text=True, check=False
    )
    assert "already going on" in again.stderr
    assert job.state().phase is JobPhase.RUNNING
    job.end()


@pytest.mark.parametrize(
    ("how", "exit_code", "words"),
    [("bug", JobExit.BUG, "RuntimeError: odd"), ("disk", JobExit.ENVIRONMENT, "No space left on device")],
)
def test_how_a_job_failed_is_told_in_its_state(
    tmp_path: Path, how: str, exit_code: JobExit, words: str
) -> None:
    job = start_job(counting(5, fail_at=2, how=how), tmp_path / "run")
    state = job.wait(WAIT_S)
    assert (state.phase, state.exit_code) == (JobPhase.FAILED, exit_code)
    assert words in state.text
    assert counted(job) == 2


def test_a_job_that_cannot_even_begin_says_why(tmp_path: Path) -> None:
    job = start_job(JobSpec("count", "Nothing", ("{run}/nowhere",)), tmp_path / "run")
    state = job.wait(WAIT_S)
    assert state.phase is JobPhase.FAILED
    assert "is not a run folder" in state.text


def test_a_process_that_cannot_be_started_is_the_machines_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(12, "Cannot allocate memory")

    monkeypatch.setattr(background.subprocess, "Popen", refuse)
    with pytest.raises(EnvironmentProblem, match="Cannot allocate memory"):
        start_job(counting(), tmp_path / "run")


def test_a_job_outlives_its_window_and_is_found_again(tmp_path: Path) -> None:
    window = textwrap.dedent("""
        import os, sys
        from pathlib import Path
        from fashion_studio.jobs import background
        from fashion_studio.jobs.specification import JobSpec
        background.PROGRAM = "fake_job"
        background.start_job(
            JobSpec("count", "Counting", ("{run}",), {"count": 10_000}), Path(sys.argv[1]) / "run"
        )
        os._exit(9)
    """)
    result = subprocess.run([sys.executable, "-c", window, tmp_path], check=False)
    assert result.returncode == 9
    (job,) = find_jobs(tmp_path)
    assert job.spec.title == "Counting"
    until(lambda: counted(job) > 0)
    assert job.state().phase is JobPhase.RUNNING
    assert job.end().phase is JobPhase.CANCELLED


def test_runs_are_found_oldest_first_and_other_folders_left_out(tmp_path: Path) -> None:
    (tmp_path / "notes").mkdir()
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "spec.json").write_text("{", encoding="utf-8")
    for name, when in (("b", "2026-01-02"), ("a", "2026-01-03"), ("c", "2026-01-01")):
        JobSpec("count", name, (), created_utc=when).write(tmp_path / name)
    assert [job.run_dir.name for job in find_jobs(tmp_path)] == ["c", "b", "a"]
    assert find_jobs(tmp_path / "nowhere") == []
