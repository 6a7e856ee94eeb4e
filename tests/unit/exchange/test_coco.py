from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status, Visibility
from fashion_studio.exchange import coco
from fashion_studio.exchange.report import ExportOptions, ExportReport

KEYPOINTS = (
    "left_collar", "right_collar", "left_sleeve", "right_sleeve",
    "left_waistline", "right_waistline", "left_hem", "right_hem",
)  # fmt: skip


def losses(report: ExportReport) -> dict[str, int]:
    return {loss.code: loss.count for loss in report.losses}


def test_pycocotools_reads_every_field_back(make_record, studio, tmp_path: Path) -> None:
    record = make_record(
        7,
        file_name="täglich/hemd 1.jpg",
        width_px=300,
        height_px=400,
        split=Split.TRAIN,
        answers={
            "category": Answer.of("polo"),
            "fit": Answer.of("loose"),
            "colors": Answer.of("navy", "white"),
        },
        landmarks={
            "left_collar": Landmark("left_collar", 100.25, 50.5, Visibility.VISIBLE),
            "right_collar": Landmark("right_collar", 180.0, 51.0, Visibility.OCCLUDED),
            "left_hem": Landmark("left_hem", 9.0, 9.0, Visibility.ABSENT),
        },
        box=Box(20.5, 30.0, 200.0, 310.5),
    )
    when = dt.datetime(2026, 5, 4, 3, 2, 1, tzinfo=dt.UTC)
    report = coco.write([record], studio, tmp_path, ExportOptions(title="Shop 7", created=when))

    assert report.files == (tmp_path / "annotations" / "person_keypoints_train.json",)
    data = COCO(str(report.files[0]))
    assert data.dataset["info"]["description"] == "Shop 7"
    assert data.dataset["info"]["date_created"] == "2026-05-04T03:02:01+00:00"
    assert data.dataset["licenses"] == []
    assert data.loadImgs(7) == [{"id": 7, "file_name": "täglich/hemd 1.jpg", "width": 300, "height": 400}]
    (annotation,) = data.loadAnns(data.getAnnIds(imgIds=7))
    (category,) = data.loadCats(annotation["category_id"])
    assert category["name"] == "polo"
    assert category["supercategory"] == "garment"
    assert tuple(category["keypoints"]) == KEYPOINTS
    named = {(KEYPOINTS[a - 1], KEYPOINTS[b - 1]) for a, b in category["skeleton"]}
    assert named == set(studio.skeleton)
    assert annotation == {
        "id": 7,
        "image_id": 7,
        "category_id": category["id"],
        "bbox": [20.5, 30.0, 200.0, 310.5],
        "area": 200.0 * 310.5,
        "iscrowd": 0,
        "segmentation": [],
        "keypoints": [100.25, 50.5, 2, 180.0, 51.0, 1, *[0, 0, 0] * 6],
        "num_keypoints": 2,
        "attributes": {"fit": "loose", "colors": ["navy", "white"]},
    }
    assert len(data.getCatIds()) == len(studio.attribute("category").values) + 1


def test_keypoint_evaluation_of_a_file_against_itself_is_perfect(make_record, studio, tmp_path: Path) -> None:
    spots = {
        name: Landmark(name, 30.0 + 20 * i, 40.0 + 25 * i, Visibility(i % 2))
        for i, name in enumerate(KEYPOINTS)
    }
    records = [
        make_record(i, answers={"category": Answer.of("dress")}, landmarks=spots, box=Box(20, 30, 250, 300))
        for i in (1, 2, 3)
    ]
    (path,) = coco.write(records, studio, tmp_path).files
    truth = COCO(str(path))
    fields = ("image_id", "category_id", "keypoints")
    guesses = [{**{f: ann[f] for f in fields}, "score": 0.9} for ann in truth.dataset["annotations"]]
    evaluation = COCOeval(truth, truth.loadRes(guesses), "keypoints")
    evaluation.params.kpt_oks_sigmas = evaluation.params.kpt_oks_sigmas[: len(KEYPOINTS)]
    evaluation.evaluate()
    evaluation.accumulate()
    evaluation.summarize()
    assert evaluation.stats[0] == pytest.approx(1.0)


def test_each_split_is_a_file_of_its_own(make_record, studio, tmp_path: Path) -> None:
    splits = [Split.TRAIN, Split.TEST, Split.NONE, Split.VALIDATION, Split.TRAIN]
    report = coco.write([make_record(i, split=split) for i, split in enumerate(splits, 1)], studio, tmp_path)
    found = {
        path.name: sorted(json.loads(path.read_text())["images"], key=lambda i: i["id"])
        for path in report.files
    }
    assert {name: [image["id"] for image in images] for name, images in found.items()} == {
        "person_keypoints_train.json": [1, 5],
        "person_keypoints_validation.json": [4],
        "person_keypoints_test.json": [2],
        "person_keypoints_default.json": [3],
    }
    assert sorted(p.name for p in (tmp_path / "annotations").iterdir()) == sorted(found)


def test_a_photo_without_labels_is_an_image_without_annotation(make_record, studio, tmp_path: Path) -> None:
    report = coco.write([make_record(1)], studio, tmp_path)
    data = json.loads(report.files[0].read_text())
    assert len(data["images"]) == 1
    assert data["annotations"] == []
    assert (report.photos, report.labelled) == (1, 0)


def test_human_only_holds_nothing_of_the_model(make_record, studio, tmp_path: Path, dress_prediction) -> None:
    records = [
        make_record(1, prediction=dress_prediction),
        make_record(2, prediction=dress_prediction, answers={"fit": Answer.of("tight")}),
    ]
    report = coco.write(records, studio, tmp_path)
    (annotation,) = json.loads(report.files[0].read_text())["annotations"]
    assert annotation["image_id"] == 2
    assert annotation["attributes"] == {"fit": "tight", "box_source": "photo"}
    assert annotation["num_keypoints"] == 0
    assert "keypoints_source" not in annotation
    assert losses(report)["proposals"] == 2


def test_proposals_fill_gaps_and_are_marked(make_record, studio, tmp_path: Path, dress_prediction) -> None:
    record = make_record(
        3,
        prediction=dress_prediction,
        answers={"fit": Answer.of("tight")},
        landmarks={"left_collar": Landmark("left_collar", 1.0, 2.0, Visibility.OCCLUDED)},
    )
    report = coco.write([record], studio, tmp_path, ExportOptions(include_proposals=True))
    data = COCO(str(report.files[0]))
    (annotation,) = data.dataset["annotations"]
    assert data.loadCats(annotation["category_id"])[0]["name"] == "dress"
    assert annotation["bbox"] == [10, 20, 200, 300]
    assert annotation["keypoints"][:6] == [1.0, 2.0, 1, 150.0, 31.0, 1]
    assert annotation["num_keypoints"] == 2
    assert annotation["keypoints_source"] == ["human", "model", "", "", "", "", "model", ""]
    assert annotation["attributes"] == {
        "category_source": "model",
        "category_conf": 0.75,
        "fit": "tight",
        "fit_source": "human",
        "fit_conf": 0.1,
        "length": "knee",
        "length_source": "model",
        "length_conf": 0.5,
        "colors": ["navy", "white"],
        "colors_source": "model",
        "colors_conf": [0.9, 0.7],
        "box_source": "model",
    }
    assert "proposals" not in losses(report)


def test_what_does_not_apply_to_the_persons_category_is_not_proposed(
    make_record, studio, tmp_path: Path, dress_prediction
) -> None:
    record = make_record(1, prediction=dress_prediction, answers={"category": Answer.of("hat")})
    (path,) = coco.write([record], studio, tmp_path, ExportOptions(include_proposals=True)).files
    (annotation,) = json.loads(path.read_text())["annotations"]
    assert {"fit", "length"}.isdisjoint(annotation["attributes"])
    assert annotation["attributes"]["colors_source"] == "model"
    assert annotation["num_keypoints"] == 0


def test_boxes_are_made_where_there_is_none_and_it_is_said(make_record, studio, tmp_path: Path) -> None:
    two = {
        "left_hem": Landmark("left_hem", 10.0, 300.0),
        "right_collar": Landmark("right_collar", 60.0, 100.0),
        "right_hem": Landmark("right_hem", 999.0, 999.0, Visibility.ABSENT),
    }
    one = {"left_hem": Landmark("left_hem", 10.0, 300.0)}
    report = coco.write([make_record(1, landmarks=two), make_record(2, landmarks=one)], studio, tmp_path)
    first, second = json.loads(report.files[0].read_text())["annotations"]
    assert (first["bbox"], first["area"]) == ([10.0, 100.0, 50.0, 200.0], 10000.0)
    assert first["attributes"]["box_source"] == "landmarks"
    assert second["bbox"] == [0, 0, 300, 400]
    assert second["attributes"]["box_source"] == "photo"
    assert losses(report)["box_from_landmarks"] == 1
    assert losses(report)["box_whole_photo"] == 1


def test_the_report_counts_what_the_format_cannot_carry(
    make_record, studio, tmp_path: Path, dress_prediction
) -> None:
    full = make_record(
        1,
        status=Status.REJECTED,
        flagged=True,
        note="collar folded",
        other_paths=(Path("/photos/copy.jpg"),),
        missing=True,
        box=Box(1, 1, 5, 5),
        answers={
            "fit": Answer.unknown(),
            "pattern": Answer.unknown(),
            "length": Answer.not_applicable(),
            "hem_style": Answer.of("raw"),
        },
        landmarks={"left_hem": Landmark("left_hem", 0, 0, Visibility.ABSENT)},
    )
    pants = make_record(2, answers={"category": Answer.of("pants"), "length": Answer.of("long")})
    broken = make_record(3, width_px=0, height_px=0)
    (tmp_path / "annotations").mkdir()
    (tmp_path / "annotations" / "person_keypoints_train.json").write_text("{}")
    report = coco.write([full, pants, broken], studio, tmp_path)
    assert losses(report) == {
        "unknown": 2, "not_applicable": 1, "absent": 1, "no_category": 1, "box_whole_photo": 1, "derived": 2,
        "foreign": 1, "status": 1, "rejected": 1, "flags": 1, "notes": 1, "other_paths": 1, "missing": 1,
        "unreadable": 1, "history": 2, "older_files": 1,
    }  # fmt: skip
    assert report.photos == 2
    assert "2 answers “unknown” are left out and look like “not set”" in report.sentences()
    assert json.loads(json.dumps(report.to_dict()))["losses"][0]["code"] == "unknown"


def test_cancel_leaves_nothing_and_an_earlier_export_untouched(make_record, studio, tmp_path: Path) -> None:
    coco.write([make_record(1)], studio, tmp_path)
    target = tmp_path / "annotations" / coco.split_file_name(Split.NONE)
    before = target.read_bytes()
    seen: list[int] = []
    options = ExportOptions(on_progress=seen.append, should_stop=lambda: len(seen) == 2)
    with pytest.raises(Cancelled):
        coco.write([make_record(i, split=Split.TEST) for i in (5, 6, 7)], studio, tmp_path, options)
    assert seen == [1, 2]
    assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert target.read_bytes() == before


def test_a_folder_in_the_way_is_one_clear_sentence(make_record, studio, tmp_path: Path) -> None:
    (tmp_path / "annotations").write_text("a file")
    with pytest.raises(EnvironmentProblem, match="could not be written") as caught:
        coco.write([make_record(1)], studio, tmp_path)
    assert "choose another folder" in caught.value.remedy


def test_file_names_that_are_no_text_are_replaced_and_counted(make_record, studio, tmp_path: Path) -> None:
    report = coco.write([make_record(1, file_name="a\udcff.jpg")], studio, tmp_path)
    (image,) = json.loads(report.files[0].read_text(encoding="utf-8"))["images"]
    assert image["file_name"] == "a?.jpg"
    assert losses(report)["unportable_name"] == 1


def test_records_are_taken_one_by_one(make_record, studio, tmp_path: Path) -> None:
    alive = 0
    most = 0

    def records():
        nonlocal alive, most
        for i in range(1, 200):
            alive = i - progressed[-1]
            most = max(most, alive)
            yield make_record(i, answers={"fit": Answer.of("loose")})

    progressed = [0]
    coco.write(records(), studio, tmp_path, ExportOptions(on_progress=progressed.append))
    assert most == 1
