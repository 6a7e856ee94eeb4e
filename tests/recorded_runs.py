"""Runs as a real tiny training left them (tests/data/runs), put into a project; weights are left out."""

from __future__ import annotations

import json
import os
import shutil
import time
from pathlib import Path

import psutil

from fashion_studio.jobs.worker import JobPhase, JobState, write_state

__all__ = ["RECORDED", "cut_after", "put_run"]

RECORDED = Path(__file__).parent / "data" / "runs"


def put_run(runs_dir: Path, recording: str = "first", name: str | None = None, *, title: str = "") -> Path:
    """A copy of a finished recording; its weights file is empty, for it is only looked for."""
    target = runs_dir / (name or f"20260101-000000-train-{recording}")
    shutil.copytree(RECORDED / recording, target)
    (target / "bundle" / "model.safetensors").write_bytes(b"")
    if title:
        spec = json.loads((target / "spec.json").read_text(encoding="utf-8"))
        (target / "spec.json").write_text(json.dumps({**spec, "title": title}), encoding="utf-8")
    return target


def cut_after(run_dir: Path, epoch: int, phase: JobPhase, *, text: str = "", alive: bool = False) -> Path:
    """Makes a run look as it did after an epoch: no model yet; `alive` gives it this very process."""
    kept = []
    for line in (run_dir / "events.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        if event["kind"] in {"calibration", "evaluation", "finished", "ended"}:
            break
        if event.get("epoch", 0) > epoch and event["kind"] != "run":
            break
        kept.append(line)
    (run_dir / "events.jsonl").write_text("".join(f"{line}\n" for line in kept), encoding="utf-8")
    shutil.rmtree(run_dir / "bundle")
    (run_dir / "report.json").unlink()
    pid = os.getpid() if alive else 0
    born = psutil.Process(pid).create_time() if alive else 0.0
    write_state(run_dir, JobState(phase, 4 * epoch, 15, text, pid, born, time.time() if alive else 1.0))
    return run_dir
