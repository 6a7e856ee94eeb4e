from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from probed_photos import BrightnessSubject, RedMatting, write_garment

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs.events import EventReader
from fashion_studio.jobs.specification import CONTROL, JobExit
from fashion_studio.jobs.worker import Control, JobPhase, read_state
from fashion_studio.probing import mattes, subjects
from fashion_studio.probing.records import (
    ConflictSource,
    ConflictSpec,
    ProbeSpec,
    Subject,
    SubjectNote,
    VariantKind,
)
from fashion_studio.services.probing.freezing import folder_photos, freeze_probe
from fashion_studio.services.probing.run_files import REPORT, SCORES, ProbeRun
from fashion_studio.services.probing.running import run_probe_job

BOUND = {"one": 60.0, "two": 40.0}
SPEC = ProbeSpec(
    (Subject("one", "m"), Subject("two", "m")),
    variants=(VariantKind.ORIGINAL, VariantKind.GREY, VariantKind.SILHOUETTE),
    side_px=96,
    picture_px=96,
    device="cpu",
)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the subjects' loads; “stranger” knows other classes, “broken” cannot be asked."""
    loaded: list[str] = []

    def load(index: int, subject: Subject, device: str, sixteen: Path) -> Any:
        assert (device, sixteen.name) == ("cpu", "sixteen_classes.toml")
        loaded.append(subject.name)
        if subject.name == "broken":
            return SubjectNote(index, "broken", problem="The model m is damaged.")
        values = ("cat", "dog") if subject.name == "stranger" else ("shirt", "pants")
        found = BrightnessSubject(index, BOUND.get(subject.name, 50.0), values)
        found.note = replace(found.note, name=subject.name)
        return found

    monkeypatch.setattr(subjects, "load_subject", load)
    monkeypatch.setattr(mattes, "open_matting", lambda *_: RedMatting())
    return loaded


def frozen(
    place: Path, spec: ProbeSpec, count: int = 4, *, before: Callable[[Path], None] | None = None
) -> Path:
    for number in range(count):
        write_garment(place / "photos" / f"{number}.png", wide=bool(number % 2), shade=150 + 20 * number)
    if before:
        before(place / "photos")
    photos = folder_photos(place / "photos")[0] if count else ()
    run_dir = place / "run"
    freeze_probe(run_dir, spec, photos).write(run_dir)
    return run_dir


def events(run_dir: Path) -> list[str]:
    return [event.kind for event in EventReader(run_dir / "events.jsonl").read()]


def test_a_probe_asks_everything_and_leaves_scores_and_a_report(tmp_path: Path, asked: list[str]) -> None:
    spec = replace(SPEC, conflict=ConflictSpec(ConflictSource.FABRIC, per_pair=2))
    run_dir = frozen(tmp_path, spec)
    assert run_probe_job(run_dir) == JobExit.DONE
    run = ProbeRun(run_dir)
    assert len(run.results) == 4
    assert len(run.conflicts) == 4  # two ordered pairs, twice
    assert all(run.conflict_picture(file).is_file() for file in run.conflicts)
    assert "4 of 4 photos have no label for category" in run.notes[0]
    state = read_state(run_dir)
    assert (state.phase, state.done, state.total) == (JobPhase.DONE, 8, 8)
    scores = json.loads((run_dir / SCORES).read_text(encoding="utf-8"))
    assert [score["name"] for score in scores] == ["one", "two"]
    assert scores[0]["bias"]["n"] == 4
    assert scores[0]["variants"]["category"]["silhouette"]["n"] == 4
    assert scores[0]["flips"]["category"]["n"] == 16
    assert sorted(path.name for path in (run_dir / REPORT).iterdir()) == [
        "conflict.csv",
        "decisions.csv",
        "report.html",
        "scores.csv",
    ]
    kinds = events(run_dir)
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert kinds.count("photo") == 4
    assert kinds.count("conflict") == 4
    assert kinds.count("subject") == 2
    assert "scores" in kinds


def test_a_stopped_probe_goes_on_without_asking_twice(
    tmp_path: Path, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run_dir = frozen(tmp_path, replace(SPEC, conflict=ConflictSpec(ConflictSource.RENDERER, limit=3)))
    seen: list[int] = []
    whole = BrightnessSubject.ask

    def until_two(self: BrightnessSubject, images: list[np.ndarray], *, with_maps: bool) -> Any:
        seen.append(len(images))
        if len(seen) == 3:
            (run_dir / CONTROL).write_text(Control.CANCEL.value, encoding="utf-8")
        return whole(self, images, with_maps=with_maps)

    monkeypatch.setattr(BrightnessSubject, "ask", until_two)
    monkeypatch.setattr("fashion_studio.inference.threads.usable_cores", lambda: 1)
    monkeypatch.setattr(
        "fashion_studio.jobs.worker.JobWorker.should_stop", lambda self: _asked_to_stop(run_dir)
    )
    assert run_probe_job(run_dir) == JobExit.CANCELLED
    assert read_state(run_dir).phase is JobPhase.CANCELLED
    first = ProbeRun(run_dir)
    assert 0 < first.done < 7
    (run_dir / CONTROL).unlink()
    before = len(seen)
    assert run_probe_job(run_dir) == JobExit.DONE
    second = ProbeRun(run_dir)
    assert second.done == 7
    assert len(second.results) == 4
    lines = (run_dir / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert sum('"photo"' in line[:10] for line in lines) == 4
    rest = 7 - first.done
    assert len(seen) - before <= 2 * rest


def _asked_to_stop(run_dir: Path) -> bool:
    return (run_dir / CONTROL).exists()


def test_what_cannot_be_used_is_told_and_the_rest_goes_on(tmp_path: Path, asked: list[str]) -> None:
    def spoil(photos: Path) -> None:
        write_garment(photos / "bare.png", wide=True, garment=False)

    spec = replace(
        SPEC,
        subjects=(Subject("broken", "m"), Subject("one", "m"), Subject("stranger", "m")),
        conflict=ConflictSpec(ConflictSource.FABRIC, per_pair=1),
    )
    run_dir = frozen(tmp_path, spec, before=spoil)
    (tmp_path / "photos" / "0.png").write_bytes(b"changed")
    assert run_probe_job(run_dir) == JobExit.DONE
    run = ProbeRun(run_dir)
    assert run.subjects[0].problem == "The model m is damaged."
    assert [each.reason for each in run.skipped if each.what.endswith("0.png")] == [
        "0.png: it has changed since the probe began"
    ]
    bare = next(result for result in run.results.values() if run.photos[result.key].path.endswith("bare.png"))
    assert bare.notes
    assert len(run.results) == 4
    assert any(
        "stranger does not know these classes as a category: pants, shirt" in note for note in run.notes
    )
    assert all(result.decisions[2] is None and result.decisions[1] for result in run.conflicts.values())


def test_no_subject_at_all_is_a_refusal(tmp_path: Path, asked: list[str]) -> None:
    run_dir = frozen(tmp_path, replace(SPEC, subjects=(Subject("broken", "m"),)))
    with pytest.raises(UserError, match=r"None of the models can be asked\. The model m is damaged\."):
        run_probe_job(run_dir)
    assert read_state(run_dir).phase is JobPhase.FAILED


def test_a_set_without_conflict_is_told_and_the_photos_are_asked(tmp_path: Path, asked: list[str]) -> None:
    run_dir = frozen(tmp_path, replace(SPEC, conflict=ConflictSpec(ConflictSource.FABRIC)), count=1)
    assert run_probe_job(run_dir) == JobExit.DONE
    run = ProbeRun(run_dir)
    assert len(run.results) == 1
    assert any("There are no two classes with different cues" in note for note in run.notes)


def test_without_weights_for_styles_the_other_variants_are_made(tmp_path: Path, asked: list[str]) -> None:
    for adain, sentence in (
        ("", "There are no weights for style transfer"),
        (str(tmp_path), "Stylised pictures"),
    ):
        place = tmp_path / ((adain and "other") or "none")
        by_style = ConflictSpec(ConflictSource.STYLE)
        spec = replace(SPEC, variants=(*SPEC.variants, VariantKind.STYLISED), adain=adain, conflict=by_style)
        run_dir = frozen(place, spec, count=2)
        assert run_probe_job(run_dir) == JobExit.DONE
        run = ProbeRun(run_dir)
        assert len(run.notes) == 1
        assert run.notes[0].startswith(sentence)
        assert not run.conflicts
        assert not run.skipped
        assert [each.name for each in next(iter(run.results.values())).variants] == [
            "original",
            "grey",
            "silhouette",
        ]


def test_a_foreign_set_is_scored_where_it_lies(tmp_path: Path, asked: list[str]) -> None:
    shades = {"shirt1-pants1": 255, "shirt2-pants1": 0, "pants1-shirt1": 0, "pants1-pants2": 0}
    for name, shade in shades.items():
        path = tmp_path / "set" / name.split("1")[0].split("2")[0] / f"{name}.png"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((20, 20, 3), shade, np.uint8)).save(path)
    conflict = ConflictSpec(ConflictSource.FOLDER, folder=str(tmp_path / "set"), limit=0)
    spec = replace(SPEC, variants=(), backdrops=(), conflict=conflict)
    run_dir = frozen(tmp_path, spec, count=0)
    assert run_probe_job(run_dir) == JobExit.DONE
    run = ProbeRun(run_dir)
    bias = run.scores()[0].bias
    assert bias is not None
    assert (bias.n, bias.shape_hits, bias.texture_hits) == (3, 2, 1)
    assert "1 picture left out: both cues are of one class." in run.notes
    assert not (run_dir / "conflict").exists()
