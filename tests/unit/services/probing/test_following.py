from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from probed_photos import photo_of, write_garment

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs import background
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.jobs.worker import JobPhase, JobState, write_state
from fashion_studio.probing.records import ProbeSpec, Subject
from fashion_studio.services.probing.following import follow_probe, start_or_continue

SPEC = ProbeSpec((Subject("one", "m"),))


@pytest.fixture
def spawned(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    started: list[Path] = []
    monkeypatch.setattr(background, "_spawn", lambda _spec, run_dir: started.append(run_dir))
    return started


def test_the_same_call_goes_on_and_another_is_refused(tmp_path: Path, spawned: list[Path]) -> None:
    photos = [photo_of(write_garment(tmp_path / "a.png", wide=True))]
    out = tmp_path / "out"
    start_or_continue(out, SPEC, photos)
    write_state(out, JobState(JobPhase.CANCELLED))
    job = start_or_continue(out, SPEC, photos)
    assert spawned == [out, out]
    with pytest.raises(UserError, match="asks something else"):
        start_or_continue(out, replace(SPEC, seed=1), photos)
    write_state(out, JobState(JobPhase.DONE, 1, 1))
    assert follow_probe(job, lambda _state: pytest.fail("it is over")).phase is JobPhase.DONE


def test_another_jobs_folder_is_left_alone(tmp_path: Path, spawned: list[Path]) -> None:
    JobSpec("train", "A training", ("train",)).write(tmp_path / "run")
    with pytest.raises(UserError, match="asks something else"):
        start_or_continue(tmp_path / "run", SPEC, [])
    assert spawned == []
