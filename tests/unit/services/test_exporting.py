from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.services.exporting import ExportFormat, NothingToExport, export_project
from fashion_studio.services.project import Project


def photo(path: Path, seed: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.random.default_rng(seed).integers(0, 255, (40, 30, 3), dtype=np.uint8)
    Image.fromarray(pixels).save(path)


@pytest.fixture
def project(tmp_path: Path, studio) -> Iterator[Project]:
    for seed in range(4):
        photo(tmp_path / "photos" / "summer" / f"{seed}.jpg", seed)
    with Project.create(tmp_path / "Shop.fstudio", [tmp_path / "photos"], studio, actor="Ada") as project:
        project.scan()
        yield project


def test_a_project_is_exported_in_order_with_progress(project: Project, tmp_path: Path) -> None:
    ids = [int(i) for i in project.ids()]
    project.set_answers(ids[:2], {"category": Answer.of("dress")})
    project.set_split(ids[3:], Split.TEST)
    told: list[tuple[int, int]] = []
    report = export_project(
        project, None, ExportFormat.COCO, tmp_path / "out", on_progress=lambda *now: told.append(now)
    )
    assert (report.photos, report.labelled) == (4, 2)
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert {path.name for path in report.files} == {
        "person_keypoints_default.json",
        "person_keypoints_test.json",
    }
    data = json.loads((tmp_path / "out" / "annotations" / "person_keypoints_default.json").read_text())
    assert data["info"]["description"] == "Shop"
    assert [(image["id"], image["file_name"]) for image in data["images"]] == [
        (ids[0], "summer/0.jpg"), (ids[1], "summer/1.jpg"), (ids[2], "summer/2.jpg"),
    ]  # fmt: skip
    assert (data["images"][0]["width"], data["images"][0]["height"]) == (30, 40)


def test_only_what_matches_the_filter_leaves(project: Project, tmp_path: Path) -> None:
    ids = [int(i) for i in project.ids()]
    project.set_status([ids[1], ids[2]], Status.DONE)
    question = ItemFilter(statuses=frozenset({Status.DONE}))
    report = export_project(project, question, ExportFormat.CSV, tmp_path / "done.csv")
    with report.files[0].open(newline="") as stream:
        names = [row["file_name"] for row in csv.DictReader(stream)]
    assert names == ["summer/1.jpg", "summer/2.jpg"]


def test_nothing_that_matches_writes_nothing(project: Project, tmp_path: Path) -> None:
    question = ItemFilter(statuses=frozenset({Status.REVIEWED}))
    with pytest.raises(NothingToExport, match="Widen the filter"):
        export_project(project, question, ExportFormat.CSV, tmp_path / "none")
    assert not (tmp_path / "none").exists()


def test_names_stay_unique_across_folders_of_the_same_name(tmp_path: Path, studio) -> None:
    folders = [tmp_path / "a" / "photos", tmp_path / "b" / "photos"]
    for seed, folder in enumerate(folders):
        photo(folder / "x" / "1.jpg", seed)
    with Project.create(tmp_path / "Two.fstudio", folders, studio) as project:
        project.scan()
        report = export_project(project, None, ExportFormat.CSV, tmp_path)
    with report.files[0].open(newline="") as stream:
        names = sorted(row["file_name"] for row in csv.DictReader(stream))
    assert names == ["photos-2/x/1.jpg", "photos/x/1.jpg"]


def test_cancel_reaches_the_writer(project: Project, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        export_project(project, None, ExportFormat.COCO, tmp_path / "out", should_stop=lambda: True)
    assert not list((tmp_path / "out").rglob("*.json"))
