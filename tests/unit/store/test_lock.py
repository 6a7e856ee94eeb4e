from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from fashion_studio.domain.errors import ProjectBusy
from fashion_studio.store.lock import ProjectLock

HOLD = """
import sys, time
from pathlib import Path
from fashion_studio.store.lock import ProjectLock
lock = ProjectLock(Path(sys.argv[1]))
print("held", flush=True)
time.sleep(60)
"""


@pytest.fixture
def holder(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "held"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused_and_told_who_has_it(tmp_path: Path, holder: subprocess.Popen[str]):
    with pytest.raises(ProjectBusy) as caught:
        ProjectLock(tmp_path)
    assert f"process {holder.pid}" in str(caught.value)
    assert "on this computer since" in str(caught.value)
    assert "reading only" in str(caught.value)


def test_a_killed_process_leaves_no_lock(tmp_path: Path, holder: subprocess.Popen[str]):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    ProjectLock(tmp_path).release()


def test_a_lock_can_be_taken_again_after_its_release(tmp_path: Path):
    for _ in range(2):
        lock = ProjectLock(tmp_path)
        lock.release()
        lock.release()
    assert not (tmp_path / "write.holder.json").exists()


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"user": "Ada", "since": "yesterday"}'])
def test_a_damaged_note_of_the_holder_costs_only_the_name(tmp_path: Path, text: str):
    lock = ProjectLock(tmp_path)
    (tmp_path / "write.holder.json").write_text(text)
    with pytest.raises(ProjectBusy, match="another program"):
        ProjectLock(tmp_path)
    lock.release()


def test_a_holder_on_another_computer_is_named(tmp_path: Path):
    lock = ProjectLock(tmp_path)
    note = '{"process": 7, "user": "Bo", "host": "elsewhere", "since": "2026-11-04T09:30:00+00:00"}'
    (tmp_path / "write.holder.json").write_text(note)
    with pytest.raises(ProjectBusy, match="Bo on elsewhere since 04 Nov 09:30"):
        ProjectLock(tmp_path)
    lock.release()


def test_a_folder_that_is_not_there_is_an_os_error(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        ProjectLock(tmp_path / "none")
