from __future__ import annotations

import csv
from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status, Visibility
from fashion_studio.exchange import csv_table
from fashion_studio.exchange.report import ExportOptions


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def test_the_header_is_the_agreed_one(studio) -> None:
    names = csv_table.columns(studio, include_proposals=False)
    assert names[:7] == ("file_name", "width", "height", "split", "status", "category", "sleeve_length")
    assert names[5 + 8 : 5 + 8 + 2] == ("category_conf", "sleeve_length_conf")
    assert names[5 + 16 : 5 + 16 + 3] == ("left_collar_x", "left_collar_y", "left_collar_v")
    assert len(names) == 5 + 8 + 8 + 8 * 3
    marked = csv_table.columns(studio, include_proposals=True)
    assert [name for name in marked if not name.endswith("_source")] == list(names)
    assert "fit_source" in marked
    assert "left_hem_source" in marked


def test_human_labels_in_every_state(make_record, studio, tmp_path: Path, dress_prediction) -> None:
    record = make_record(
        1,
        file_name='a "quoted", one.jpg',
        split=Split.VALIDATION,
        status=Status.DONE,
        prediction=dress_prediction,
        answers={
            "category": Answer.of("shirt"),
            "fit": Answer.unknown(),
            "length": Answer.not_applicable(),
            "colors": Answer.of("white", "navy"),
        },
        landmarks={
            "left_collar": Landmark("left_collar", 1.5, 2.25, Visibility.VISIBLE),
            "right_collar": Landmark("right_collar", 3.0, 4.0, Visibility.OCCLUDED),
            "left_hem": Landmark("left_hem", 5.0, 6.0, Visibility.ABSENT),
        },
        box=Box(0, 0, 5, 5),
    )
    report = csv_table.write([record], studio, tmp_path / "table.csv")
    assert report.files == (tmp_path / "table.csv",)
    (row,) = rows(report.files[0])
    filled = {name: value for name, value in row.items() if value}
    assert filled == {
        "file_name": 'a "quoted", one.jpg',
        "width": "300",
        "height": "400",
        "split": "validation",
        "status": "done",
        "category": "shirt",
        "fit": "?unknown",
        "length": "?not_applicable",
        "colors": "white|navy",
        "left_collar_x": "1.5",
        "left_collar_y": "2.25",
        "left_collar_v": "2",
        "right_collar_x": "3.0",
        "right_collar_y": "4.0",
        "right_collar_v": "1",
        "left_hem_v": "0",
    }
    lost = {loss.code: loss.count for loss in report.losses}
    assert lost == {"boxes": 1, "proposals": 1, "history": 1}


def test_proposals_are_marked_cell_by_cell(make_record, studio, tmp_path: Path, dress_prediction) -> None:
    record = make_record(
        1,
        prediction=dress_prediction,
        answers={"fit": Answer.of("tight"), "pattern": Answer.unknown()},
        landmarks={"left_collar": Landmark("left_collar", 1.0, 2.0)},
    )
    report = csv_table.write([record], studio, tmp_path, ExportOptions(include_proposals=True))
    assert report.files == (tmp_path / "labels.csv",)
    (row,) = rows(report.files[0])
    assert (row["category"], row["category_conf"], row["category_source"]) == ("dress", "0.75", "model")
    assert (row["fit"], row["fit_conf"], row["fit_source"]) == ("tight", "0.1", "human")
    assert (row["pattern"], row["pattern_conf"], row["pattern_source"]) == ("?unknown", "", "human")
    assert (row["colors"], row["colors_conf"], row["colors_source"]) == ("navy|white", "0.9|0.7", "model")
    assert (row["left_collar_x"], row["left_collar_source"]) == ("1.0", "human")
    assert (row["right_collar_v"], row["right_collar_source"]) == ("1", "model")
    assert (row["left_hem_v"], row["left_hem_x"], row["left_hem_source"]) == ("0", "", "model")
    assert (row["left_sleeve_v"], row["left_sleeve_source"]) == ("", "")


def test_lines_end_as_rfc_4180_says_and_there_is_no_byte_order_mark(
    make_record, studio, tmp_path: Path
) -> None:
    (path,) = csv_table.write([make_record(1, file_name="grün.jpg")], studio, tmp_path).files
    content = path.read_bytes()
    assert content.startswith(b"file_name,")
    assert content.count(b"\r\n") == content.count(b"\n") == 2
    assert "grün.jpg".encode() in content


def test_cancel_leaves_nothing(make_record, studio, tmp_path: Path) -> None:
    with pytest.raises(Cancelled):
        csv_table.write([make_record(1)], studio, tmp_path / "new", ExportOptions(should_stop=lambda: True))
    assert list((tmp_path / "new").iterdir()) == []
