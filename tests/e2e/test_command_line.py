"""The command line as it is installed, in processes of its own, with the shipped model."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.config.resources import load_vocabulary
from fashion_studio.rendering.folder import PictureForm, write_folder

pytestmark = pytest.mark.timeout(300)  # processes of their own, each loading the model, on a busy machine


@pytest.fixture(scope="module")
def garments(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four rendered garments and a damaged file."""
    folder = tmp_path_factory.mktemp("shop") / "garments"
    write_folder(folder, 4, 60, form=PictureForm(192, 256))
    (folder / "damaged.jpg").write_bytes((folder / "00000.jpg").read_bytes()[:400])
    return folder


def program(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Runs `fashion-studio` without a display."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"}
    }
    environment |= {"OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, "-m", "fashion_studio", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=environment,
        timeout=280,
    )


def test_a_folder_becomes_a_labelled_data_set_without_a_window(garments: Path, tmp_path: Path) -> None:
    """What `make run PHOTOS=folder` does on a machine without a display."""
    ended = program("open", garments, cwd=tmp_path)
    assert ended.returncode == ExitCode.OK, ended.stderr
    assert "There is no display here." in ended.stderr
    assert "Traceback" not in ended.stderr
    out = Path(ended.stdout.strip().splitlines()[-1])
    assert out == tmp_path / "out" / "garments"
    records = [json.loads(line) for line in (out / "predictions.jsonl").read_text().splitlines()]
    skipped = [json.loads(line) for line in (out / "skipped.jsonl").read_text().splitlines()]
    assert [record["file"] for record in records] == [f"{n:05d}.jpg" for n in range(4)]
    assert [entry["file"] for entry in skipped] == ["damaged.jpg"]
    vocabulary = load_vocabulary()
    for record in records:
        assert (record["width"], record["height"]) == (192, 256)
        assert sum(record["category"]["probabilities"].values()) == pytest.approx(1, abs=1e-3)
        assert record["category"]["value"] in vocabulary.attribute("category").value_names
        assert [point["name"] for point in record["landmarks"]] == list(vocabulary.landmark_names)
        assert (out / "overlays" / f"{record['file']}.png").stat().st_size > 1000
    data = COCO(str(out / "annotations" / "person_keypoints_default.json"))
    assert len(data.getImgIds()) == len(data.getAnnIds()) == 4
    with (out / "labels.csv").open(newline="", encoding="utf-8") as stream:
        rows = {row["file_name"]: row for row in csv.DictReader(stream)}
    for record in records:
        assert rows[record["file"]]["category"] == record["category"]["value"]
        assert rows[record["file"]]["category_source"] == "model"


def test_a_project_from_photos_to_data_set(garments: Path, tmp_path: Path) -> None:
    project = tmp_path / "Shop.fstudio"
    assert program("new", project, "--photos", garments).returncode == ExitCode.OK
    predicted = program("predict", project, "--json")
    assert predicted.returncode == ExitCode.OK, predicted.stderr
    assert json.loads(predicted.stdout)["predicted"] == 4
    info = json.loads(program("info", project, "--json").stdout)
    assert (info["photos"], info["predicted"]) == (4, 4)
    assert [Path(entry["file"]).name for entry in info["unreadable"]] == ["damaged.jpg"]
    out = tmp_path / "data"
    exported = program("export", project, "--format", "coco", "--out", out, "--proposals", "--json")
    report = json.loads(exported.stdout)
    assert (report["photos"], report["labelled"]) == (4, 4)
    assert len(COCO(report["files"][0]).getAnnIds()) == 4
    human = json.loads(program("export", project, "--format", "csv", "--out", out, "--json").stdout)
    assert human["labelled"] == 0
    assert {"code": "proposals", "count": 4}.items() <= next(
        loss for loss in human["losses"] if loss["code"] == "proposals"
    ).items()


def test_doctor_looks_at_everything(tmp_path: Path) -> None:
    ended = program("doctor", "--json")
    report = json.loads(ended.stdout)
    assert ended.returncode == (ExitCode.OK if report["ok"] else ExitCode.ENVIRONMENT)
    areas = [finding["area"] for finding in report["findings"]]
    assert areas[0] == "program"
    assert {"packages", "models", "matting", "window", "settings", "disk", "device"} == set(areas[1:])
    window = next(finding for finding in report["findings"] if finding["area"] == "window")
    if sys.platform.startswith("linux"):
        assert window["text"].startswith("There is no display here.")
    assert report["ok"], report
