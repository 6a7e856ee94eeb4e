from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.jobs.events import append_lines
from fashion_studio.jobs.specification import JobSpec
from fashion_studio.probing.records import (
    ConflictResult,
    ConflictSource,
    ConflictSpec,
    Cue,
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
from fashion_studio.services.probing.freezing import freeze_probe
from fashion_studio.services.probing.run_files import CAMS, RESULTS, ProbeRun

SPEC = ProbeSpec(
    (Subject("one", "m"), Subject("two", "m")), conflict=ConflictSpec(ConflictSource.RENDERER), adain="a"
)
PHOTOS = (ProbePhoto("aa", "/p/a.jpg", 1, {"category": "dress"}), ProbePhoto("bb", "/p/b.jpg", 2))


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    freeze_probe(tmp_path / "run", SPEC, PHOTOS).write(tmp_path / "run")
    return tmp_path / "run"


def tell(run_dir: Path, kind: str, record: object) -> None:
    append_lines(run_dir / RESULTS, [json.dumps({kind: to_plain(record)})])


def conflict(file: str, value: str, confidence: float = 0.5) -> ConflictResult:
    shape, texture = (part.rstrip("0123456789") for part in file.removesuffix(".png").split("-"))
    return ConflictResult(file, shape, texture, (Decision(value, confidence), None))


def test_a_run_is_read_on_while_it_is_written(run_dir: Path) -> None:
    run = ProbeRun(run_dir)
    assert run.spec == SPEC
    assert list(run.photos) == ["aa", "bb"]
    assert not run.refresh()
    said = ({"category": Decision("dress", 0.9)}, None)
    tell(run_dir, "subject", SubjectNote(1, "two", problem="It is damaged."))
    tell(run_dir, "photo", PhotoResult("aa", (VariantResult("original", said),)))
    tell(run_dir, "skipped", Skipped("/p/b.jpg", "It is gone."))
    tell(run_dir, "note", "A sentence.")
    assert run.refresh()
    assert run.subjects[1].problem == "It is damaged."
    assert run.results["aa"].variants[0].decisions == said
    assert run.skipped == [Skipped("/p/b.jpg", "It is gone.")]
    assert run.notes == ["A sentence."]
    assert run.done == 2
    with (run_dir / RESULTS).open("a", encoding="utf-8") as stream:
        stream.write('{"photo": {"key": "bb"')  # still being written
    assert not run.refresh()
    scores = run.scores()
    assert scores[0].variants["category"]["original"].accuracy == 1.0
    assert scores[0].bias is None
    assert scores[1].variants == {}


def test_drilling_down_gives_the_surest_first(run_dir: Path) -> None:
    for each in (
        conflict("dress1-pants1.png", "pants", 0.4),
        conflict("dress2-pants1.png", "pants", 0.8),
        conflict("dress3-pants1.png", "dress", 0.9),
        conflict("pants1-dress1.png", "dress", 0.7),
        conflict("pants2-dress1.png", "hat", 0.6),
    ):
        tell(run_dir, "conflict", each)
    run = ProbeRun(run_dir)
    assert [each.file for each in run.drill_down(0, "dress", Cue.TEXTURE)] == [
        "dress2-pants1.png",
        "dress1-pants1.png",
    ]
    assert [each.file for each in run.drill_down(0, cue=Cue.NEITHER)] == ["pants2-dress1.png"]
    assert len(run.drill_down(0)) == 5
    assert run.drill_down(1) == []
    bias = run.scores()[0].bias
    assert bias is not None
    assert (bias.n, bias.shape_hits, bias.texture_hits) == (5, 1, 3)
    assert run.scores()[1].bias is None


def test_pictures_and_maps_are_found(run_dir: Path) -> None:
    run = ProbeRun(run_dir)
    assert run.picture("aa", "grey") == run_dir / "pictures" / "aa" / "grey.jpg"
    assert run.conflict_picture("a1-b1.png") == run_dir / "conflict" / "a1-b1.png"
    assert run.cams("aa", 0) == {}
    (run_dir / CAMS).mkdir()
    np.savez_compressed(run_dir / CAMS / "aa-0.npz", category=np.ones((2, 3, 4), np.uint8))
    assert run.cams("aa", 0)["category"].shape == (2, 3, 4)
    (run_dir / CAMS / "aa-1.npz").write_bytes(b"torn")
    assert run.cams("aa", 1) == {}


def test_a_foreign_sets_pictures_stay_where_they_are(tmp_path: Path) -> None:
    conflict_spec = ConflictSpec(ConflictSource.FOLDER, "object", folder=str(tmp_path / "set"))
    spec = replace(SPEC, conflict=conflict_spec, variants=(), backdrops=())
    freeze_probe(tmp_path / "run", spec, ()).write(tmp_path / "run")
    run = ProbeRun(tmp_path / "run")
    assert run.conflict_picture("cat/cat1-dog1.png") == tmp_path / "set" / "cat" / "cat1-dog1.png"


def test_another_run_is_no_probe(tmp_path: Path) -> None:
    JobSpec("train", "A training", ("train",)).write(tmp_path / "run")
    with pytest.raises(UserError, match="run is no probe"):
        ProbeRun(tmp_path / "run")
    with pytest.raises(UserError, match="not a run folder"):
        ProbeRun(tmp_path)
