"""COCO keypoints as they come in: ours, others', and hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Landmark, Split, Visibility
from fashion_studio.exchange.coco_incoming import CocoKeypoints
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport

CATEGORY = {"id": 7, "name": "dress", "keypoints": ["left collar", "right collar"], "skeleton": [[1, 2]]}


def coco(**changes: Any) -> dict[str, Any]:
    data: dict[str, Any] = {
        "images": [{"id": 1, "file_name": "a/1.jpg", "width": 100, "height": 200}],
        "categories": [CATEGORY],
        "annotations": [
            {
                "id": 5,
                "image_id": 1,
                "category_id": 7,
                "bbox": [10, 20, 30, 40],
                "segmentation": [[1, 2, 3, 4]],
                "keypoints": [11.5, 22.5, 2, 12, 23, 1],
                "attributes": {"fit": "loose", "colors": ["black", "white"], "is_new": True},
            }
        ],
    }
    return data | changes


def read(data: Any, folder: Path, name: str = "labels.json") -> tuple[list[IncomingRecord], IncomingReport]:
    path = folder / name
    path.write_bytes(data if isinstance(data, bytes) else json.dumps(data).encode())
    report = IncomingReport()
    return list(CocoKeypoints(path, report).records()), report


def annotation(**changes: Any) -> list[dict[str, Any]]:
    return [coco()["annotations"][0] | changes]


def test_an_annotation_with_attributes(tmp_path: Path) -> None:
    (record,), report = read(coco(), tmp_path)
    assert record.file == "a/1.jpg"
    assert (record.width_px, record.height_px) == (100, 200)
    assert record.box == Box(10, 20, 30, 40)
    assert {name: label.values for name, label in record.labels.items()} == {
        "category": ("dress",),
        "fit": ("loose",),
        "colors": ("black", "white"),
        "is_new": ("true",),
    }
    assert report.shortfalls() == ()


def test_visibility_two_is_visible_one_is_hidden_zero_is_not_labelled(tmp_path: Path) -> None:
    (record,), _ = read(coco(), tmp_path)
    assert record.landmarks == (
        Landmark("left collar", 11.5, 22.5, Visibility.VISIBLE),
        Landmark("right collar", 12, 23, Visibility.OCCLUDED),
    )
    (record,), _ = read(coco(annotations=annotation(keypoints=[0, 0, 0, 12, 23, 2])), tmp_path)
    assert record.landmarks == (Landmark("right collar", 12, 23, Visibility.VISIBLE),)


def test_the_order_of_the_lists_and_a_byte_order_mark_do_not_matter(tmp_path: Path) -> None:
    data = coco()
    turned = {key: data[key] for key in ("annotations", "categories", "images")}
    text = b"\xef\xbb\xbf" + json.dumps({"info": {"deep": [[1]]}, **turned}, indent=1).encode()
    assert read(text, tmp_path)[0] == read(data, tmp_path)[0]


def test_of_several_garments_the_largest_is_taken(tmp_path: Path) -> None:
    small = annotation(id=6, bbox=[0, 0, 5, 5], attributes={"fit": "tight"})
    records, report = read(coco(annotations=small + coco()["annotations"] + small), tmp_path)
    assert [record.labels["fit"].values for record in records] == [("loose",)]
    assert report.count("further_garments") == 2


def test_what_a_model_proposed_is_no_label(tmp_path: Path) -> None:
    marked = annotation(
        attributes={
            "category_source": "model",
            "category_conf": 0.5,
            "fit": "loose",
            "fit_source": "model",
            "fit_conf": 0.9,
            "pattern": "solid",
            "pattern_source": "human",
            "box_source": "model",
        },
        keypoints_source=["model", "human"],
    )
    (record,), report = read(coco(annotations=marked), tmp_path)
    assert {name: label.values for name, label in record.labels.items()} == {"pattern": ("solid",)}
    assert [point.name for point in record.landmarks] == ["right collar"]
    assert record.box is None
    assert report.count("proposals") == 4


def test_boxes_that_had_to_be_made_are_not_taken(tmp_path: Path) -> None:
    for source in ("landmarks", "photo"):
        (record,), _ = read(coco(annotations=annotation(attributes={"box_source": source})), tmp_path)
        assert record.box is None


def test_photos_without_annotation_keep_their_part(tmp_path: Path) -> None:
    records, _ = read(coco(annotations=[]), tmp_path, "person_keypoints_validation.json")
    assert [(record.file, record.split) for record in records] == [("a/1.jpg", Split.VALIDATION)]


def test_a_folder_with_a_file_for_each_part(tmp_path: Path) -> None:
    (tmp_path / "annotations").mkdir()
    (tmp_path / "images").mkdir()
    for part in ("train", "test"):
        (tmp_path / f"annotations/person_keypoints_{part}.json").write_text(json.dumps(coco()))
    source = CocoKeypoints(tmp_path, IncomingReport())
    assert source.photo_root == tmp_path / "images"
    assert [record.split for record in source.records()] == [Split.TEST, Split.TRAIN]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"images": [{"id": 1, "file_name": "../../etc/passwd"}]}, "outside"),
        ({"images": [{"id": 1, "file_name": "/etc/passwd"}]}, "outside"),
        ({"images": [{"id": 1}]}, "outside"),
        ({"images": [{"file_name": "a.jpg"}]}, "bad_rows"),
        ({"images": ["text", 3, None, [1]]}, "bad_rows"),
        ({"annotations": [3, [], "x", {"image_id": None}]}, "bad_rows"),
        ({"annotations": [{"image_id": 99}]}, "spare_rows"),
        ({"annotations": [{"image_id": 1, "category_id": [1], "bbox": "x"}]}, "bad_boxes"),
        ({"annotations": [{"image_id": 1, "bbox": [1, 2, -3, 4]}]}, "bad_boxes"),
        ({"annotations": annotation(keypoints=[1, 2, 3])}, "bad_landmarks"),
        ({"annotations": annotation(keypoints=[1, 2, 9, 0, 0, 0])}, "bad_landmarks"),
        ({"annotations": annotation(keypoints=["x", 2, 2, 0, 0, 0])}, "bad_landmarks"),
        ({"categories": [{"id": {}, "name": 3}]}, "bad_rows"),
    ],
)
def test_hostile_entries_cost_themselves(tmp_path: Path, changes: dict[str, Any], code: str) -> None:
    assert read(coco(**changes), tmp_path)[1].count(code) >= 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not valid JSON"),
        (b'{"images": [', "is not valid JSON"),
        (b'{"images": [{"id": 1e999}]}', "is not valid JSON"),
        (b"[1, 2]", "does not begin with an object"),
        (b'{"x": ' + b"[" * 100_000, "nested deeper"),
        (b'{"images": ' + b"[" * 100_000, "nested deeper"),
        (b'{"images": [{"id": 1, "x": "' + b"a" * (20 << 20) + b'"}]}', "a single value of more than"),
    ],
)
def test_what_is_no_coco_file_is_refused_in_one_sentence(tmp_path: Path, data: bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(data, tmp_path)


def test_a_folder_without_json_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no JSON file"):
        CocoKeypoints(tmp_path, IncomingReport())


def test_reading_stops_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(coco()))
    with pytest.raises(Cancelled):
        list(CocoKeypoints(path, IncomingReport(lambda: True)).records())
