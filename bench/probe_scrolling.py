"""How the probe room scrolls: 200 photos × 8 variants × 2 models, with maps, in the whole window.

`python -m bench.probe_scrolling` prints JSON lines. The probe is a run folder written through the records,
its pictures and maps of the size that a job leaves; the grid is scrolled from its top to its end in steps of
a wheel, and each step is timed from the new position until it is painted: on the clock, and as processor time
of the window's thread (which says the same while others use the machine).
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from bench.figures import say
from fashion_studio.config.resources import load_vocabulary
from fashion_studio.config.settings import Settings
from fashion_studio.gui.app import make_window
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.jobs.worker import JobPhase, JobState, write_state
from fashion_studio.probing.records import (
    Decision,
    PhotoResult,
    ProbePhoto,
    ProbeSpec,
    Subject,
    SubjectNote,
    VariantKind,
    VariantResult,
    to_plain,
)
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import runs_dir

if TYPE_CHECKING:
    from fashion_studio.gui.main_window import MainWindow

__all__ = ["main"]

_PHOTOS: Final = 200
_SIZE_PX: Final = (240, 320)
_MAP: Final = (24, 18)
_WINDOW_PX: Final = (1440, 900)
_STEP_PX: Final = 60
_PAUSE_MS: Final = 16
_LOADING_S: Final = 120.0
_FRAME_MS: Final = 16.0
_CATEGORIES: Final = ("dress", "pants", "shirt", "skirt")


def main() -> None:
    """Prints one line per figure."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(["probe_scrolling"])
    with tempfile.TemporaryDirectory() as scratch:
        project = _project(Path(scratch))
        window = make_window(app, Settings())
        try:
            _scroll(window, project)
        finally:
            window.close()


def _project(folder: Path) -> Project:
    photos = folder / "photos"
    photos.mkdir()
    generator = np.random.default_rng(0)
    for number in range(_PHOTOS):
        coarse = generator.integers(0, 255, (8, 6, 3), np.uint8)
        cv2.imwrite(str(photos / f"{number:03d}.jpg"), cv2.resize(coarse, _SIZE_PX))
    project = Project.create(folder / "intake.fstudio", [photos], load_vocabulary(), actor="bench")
    project.scan()
    _put_probe(project, runs_dir(project) / "20260101-000000-probe-bench")
    return project


def _put_probe(project: Project, run_dir: Path) -> None:
    spec = ProbeSpec((Subject("House", "house"), Subject("Mixed", "mixed")), backdrops=())
    JobSpec("probe", "Probing", ("probe", "run", "--run", "{run}"), {"probe": to_plain(spec)}).write(run_dir)
    photos, lines = [], []
    for index, subject in enumerate(spec.subjects):
        note = SubjectNote(index, subject.name, subject.name, "CPU", {"category": _CATEGORIES})
        lines.append({"subject": to_plain(note)})
    plane = np.zeros((len(VariantKind), *_MAP), np.uint8)
    plane[:, 6:14, 5:12] = 255
    (run_dir / "cams").mkdir()
    for number, (item_id, path, _) in enumerate(project.places(project.ids())):
        key = f"{number:08x}"
        photos.append(to_plain(ProbePhoto(key, str(path), int(item_id))))
        said = tuple(
            {"category": Decision(_CATEGORIES[(number + each) % 4], 0.5, (("skirt", 0.1),))}
            for each in range(len(spec.subjects))
        )
        variants = tuple(VariantResult(kind.value, said) for kind in VariantKind)
        lines.append({"photo": to_plain(PhotoResult(key, variants, (), (), *_SIZE_PX))})
        shown = np.asarray(cv2.imread(str(path)), np.uint8)
        pictures = run_dir / "pictures" / key
        pictures.mkdir(parents=True)
        for kind in VariantKind:
            cv2.imwrite(str(pictures / f"{kind.value}.jpg"), shown)
        for index in range(len(spec.subjects)):
            np.savez_compressed(run_dir / "cams" / f"{key}-{index}.npz", category=plane)
    for name, records in (("photos.jsonl", photos), ("results.jsonl", lines)):
        text = "".join(json.dumps(record) + "\n" for record in records)
        (run_dir / name).write_text(text, encoding="utf-8")
    write_state(run_dir, JobState(JobPhase.DONE, _PHOTOS, _PHOTOS))


def _scroll(window: MainWindow, project: Project) -> None:
    window.resize(*_WINDOW_PX)
    window.show()
    window.session.adopt(project)
    window.show_room("probe")
    room, began = window.probe.room, time.monotonic()
    while window.probe.keeper.view is None or room.grid.rows is None or not room.grid.pictures.idle:
        _turn(100)
        if time.monotonic() - began > _LOADING_S:
            msg = "the probe is not shown"
            raise TimeoutError(msg)
    bar = room.grid.verticalScrollBar()
    clock_ms: list[float] = []
    used_ms: list[float] = []
    for position in range(0, bar.maximum(), _STEP_PX):
        clock, used = time.perf_counter(), time.thread_time()
        bar.setValue(position)
        room.grid.viewport().repaint()
        clock_ms.append(1000 * (time.perf_counter() - clock))
        used_ms.append(1000 * (time.thread_time() - used))
        _turn(_PAUSE_MS)
    what = f"probe room: scroll {_PHOTOS} photos × 8 variants × 2 models"
    say(f"{what}, a step", statistics.median(clock_ms), "ms", _FRAME_MS)
    say(f"{what}, a step, 95 of 100", float(np.percentile(clock_ms, 95)), "ms", _FRAME_MS)
    say(f"{what}, processor time of a step", statistics.median(used_ms), "ms")
    say(f"{what}, processor time, 95 of 100", float(np.percentile(used_ms, 95)), "ms")


def _turn(pause_ms: int) -> None:
    """Qt's own event loop runs for a while, so that pictures arrive as with a person at the wheel."""
    loop = QEventLoop()
    QTimer.singleShot(pause_ms, loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
