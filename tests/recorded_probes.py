"""Probes as the job leaves them (docs/probing.md), written through the records, with small pictures."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from PIL import Image

from fashion_studio.jobs.specification import JobSpec
from fashion_studio.jobs.worker import JobPhase, JobState, write_state
from fashion_studio.probing.backgrounds import background_name
from fashion_studio.probing.records import (
    ConflictResult,
    ConflictSource,
    ConflictSpec,
    Decision,
    PhotoResult,
    ProbePhoto,
    ProbeSpec,
    Skipped,
    Subject,
    SubjectNote,
    VariantResult,
    to_plain,
)

__all__ = ["CLASSES", "append_lines_of", "conflict_results", "photo_results", "put_probe", "spec_of"]

CLASSES = ("dress", "pants", "shirt", "skirt")
ATTRIBUTES = {"category": (*CLASSES, "blouse"), "pattern": ("solid", "striped", "dotted")}
SIZE_PX = (48, 64)


def spec_of(*names: str, **more: object) -> ProbeSpec:
    """A probe of these models."""
    subjects = tuple(Subject(name, f"models/{name}") for name in names or ("House",))
    conflict = ConflictSpec(ConflictSource.RENDERER)
    return ProbeSpec(subjects, **{"conflict": conflict, "picture_px": 64, **more})  # type: ignore[arg-type]


def photo_results(spec: ProbeSpec, keys: Sequence[str]) -> list[PhotoResult]:
    """By a rule: the first model flips on silhouettes and edges, every third photo on black."""

    def decisions(place: int, name: str) -> tuple[dict[str, Decision], ...]:
        true = CLASSES[place % len(CLASSES)]
        said = []
        for subject in range(len(spec.subjects)):
            lost = name in {"silhouette", "edges"} and subject == 0
            lost = lost or (name == "on-black" and place % 3 == 0)
            value = "blouse" if lost else true
            sure = 0.4 + 0.02 * place if lost else 0.9 - 0.01 * place
            other = (("skirt", 0.05), ("dress", 0.02))
            pattern = "striped" if name == "texture" else "solid"
            said.append({"category": Decision(value, sure, other), "pattern": Decision(pattern, 0.7, other)})
        return tuple(said)

    found = []
    for place, key in enumerate(keys):
        variants = [VariantResult(k.value, decisions(place, k.value)) for k in spec.variants]
        names = [background_name(each) for each in spec.backdrops]
        backgrounds = [VariantResult(name, decisions(place, name)) for name in names]
        found.append(PhotoResult(key, tuple(variants), tuple(backgrounds), (), *SIZE_PX))
    return found


def conflict_results(spec: ProbeSpec, per_pair: int = 3) -> list[ConflictResult]:
    """Every ordered pair of classes. The first model mostly goes by texture, the second by shape."""
    found = []
    for shape in CLASSES:
        for texture in CLASSES:
            for number in range(per_pair if shape != texture else 0):
                said = []
                for subject in range(len(spec.subjects)):
                    by_shape = (number == 0) if subject == 0 else (number != 0)
                    value = shape if by_shape else texture
                    if number == 2 and shape == "pants":
                        value = "blouse"
                    said.append(Decision(value, 0.5 + 0.1 * number + 0.01 * subject))
                file = f"{shape}{number + 1}-{texture}{number + 1}.png"
                found.append(ConflictResult(file, shape, texture, tuple(said)))
    return found


def append_lines_of(run_dir: Path, **records: Sequence[object]) -> None:
    """Writes result lines: `photo=[…]`, `conflict=[…]`, `subject=[…]`, `skipped=[…]`, `note=[…]`."""
    with (run_dir / "results.jsonl").open("a", encoding="utf-8") as stream:
        for kind, each in records.items():
            stream.writelines(json.dumps({kind: to_plain(record)}) + "\n" for record in each)


def put_pictures(run_dir: Path, results: Sequence[PhotoResult], subjects: int) -> None:
    """A picture a variant, its colour by photo and column, and maps with one warm corner."""
    for place, result in enumerate(results):
        folder = run_dir / "pictures" / result.key
        folder.mkdir(parents=True, exist_ok=True)
        for column, variant in enumerate((*result.variants, *result.backgrounds)):
            color = (40 + 15 * column, 90, 255 - 20 * (place % 10))
            Image.new("RGB", SIZE_PX, color).save(folder / f"{variant.name}.jpg")
        (run_dir / "cams").mkdir(exist_ok=True)
        plane = np.zeros((len(result.variants), 8, 6), np.uint8)
        plane[:, 2:5, 2:4] = 255
        for subject in range(subjects):
            np.savez(run_dir / "cams" / f"{result.key}-{subject}.npz", category=plane, pattern=plane)


def put_probe(
    runs_dir: Path,
    spec: ProbeSpec | None = None,
    *,
    photos: Sequence[tuple[int, Path]] = (),
    name: str = "20260101-000000-probe-first",
    title: str = "Probing photos",
    phase: JobPhase = JobPhase.DONE,
    text: str = "",
    done: int | None = None,
    alive: bool = False,
    pictures: bool = True,
    truth: bool = True,
    notes: Sequence[SubjectNote] | None = None,
    skipped: Sequence[Skipped] = (),
    sentences: Sequence[str] = (),
    conflicts: Sequence[ConflictResult] | None = None,
) -> Path:
    """A probe's run folder of photos (id, path), of which `done` have been read; `alive`: by this process."""
    spec = spec or spec_of()
    run_dir = runs_dir / name
    parameters = {"probe": to_plain(spec)}
    JobSpec("probe", title, ("probe", "run", "--run", "{run}"), parameters).write(run_dir)
    keys = [f"{number:08x}" for number in range(1, len(photos) + 1)]
    listed = [
        ProbePhoto(key, str(path), item, {"category": CLASSES[n % len(CLASSES)]} if truth else {})
        for n, (key, (item, path)) in enumerate(zip(keys, photos, strict=True))
    ]
    lines = [json.dumps(to_plain(photo)) + "\n" for photo in listed]
    (run_dir / "photos.jsonl").write_text("".join(lines), encoding="utf-8")
    results = photo_results(spec, keys)[:done]
    if notes is None:
        notes = [SubjectNote(n, s.name, s.name, "CPU", ATTRIBUTES) for n, s in enumerate(spec.subjects)]
    if conflicts is None:
        conflicts = conflict_results(spec) if spec.conflict is not None else []
    append_lines_of(
        run_dir, subject=notes, photo=results, conflict=conflicts, skipped=skipped, note=sentences
    )
    if pictures:
        put_pictures(run_dir, results, len(spec.subjects))
        (run_dir / "conflict").mkdir()
        for number, conflict in enumerate(conflicts):
            Image.new("RGB", (48, 48), (200, 3 * number % 255, 120)).save(
                run_dir / "conflict" / conflict.file
            )
    pid = os.getpid() if alive else 0
    born = psutil.Process(pid).create_time() if alive else 0.0
    total = len(photos) + len(conflicts)
    read = len(results) + len(conflicts)
    write_state(run_dir, JobState(phase, read, total, text, pid, born, time.time() if alive else 1.0))
    (run_dir / "log.txt").write_text("probing\n", encoding="utf-8")
    return run_dir


def press(qtbot: Any, room: Any, key: Any) -> None:
    """A key on the grid of the probe room."""
    room.grid.setFocus()
    qtbot.keyClick(room.grid, key)
