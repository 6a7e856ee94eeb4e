"""The fine set: 26 columns in six groups, files joined by row number."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Landmark, Split, Visibility
from fashion_studio.domain.vocabulary import Cardinality, Vocabulary
from fashion_studio.exchange.deepfashion_fine import DeepFashionFine
from fashion_studio.exchange.deepfashion_names import FINE_GROUPS
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport
from tests.foreign_sets import write_fine, write_list

NAMES = [name for _, names in FINE_GROUPS.values() for name in names]
FLORAL_LONG = {"floral", "long_sleeve", "no_dress", "v_neckline", "cotton", "loose"}


def columns(*set_names: str) -> str:
    return " ".join(str(int(name in set_names)) for name in NAMES)


def read(folder: Path) -> tuple[list[IncomingRecord], IncomingReport]:
    report = IncomingReport()
    return list(DeepFashionFine(folder, report).records()), report


@pytest.fixture
def fine(tmp_path: Path) -> Path:
    eight = " ".join(f"{v} {10 + k} {20 + k}" for k, v in enumerate((0, 1, 2, 0, 0, 0, 0, 0)))
    return write_fine(
        tmp_path / "set",
        {
            "train": [
                ("img/a/1.jpg", columns(*FLORAL_LONG), "18", "1 2 31 42", eight),
                ("img/a/2.jpg", columns("striped", "solid", "tight"), "26", "1 2 1 2", "bad"),
            ],
            "val": [("img/b/1.jpg", columns("lattice"), "41", "0 0 9 9", eight)],
        },
    )


def test_each_group_has_one_label_and_an_empty_one_is_unknown(fine: Path) -> None:
    records, report = read(fine)
    first = {name: label.values for name, label in records[0].labels.items()}
    assert first == {
        "category": ("Tee",),
        "texture": ("floral",),
        "sleeve": ("long_sleeve",),
        "length": ("no_dress",),
        "neckline": ("v_neckline",),
        "fabric": ("cotton",),
        "fit": ("loose",),
    }
    assert records[1].labels["texture"].values == ("striped", "solid")  # one of these
    assert "sleeve" not in records[1].labels
    assert [record.split for record in records] == [Split.TRAIN, Split.TRAIN, Split.VALIDATION]
    assert records[0].landmarks[1] == Landmark("right_collar", 11, 21, Visibility.OCCLUDED)
    assert records[0].landmarks[2].visibility is Visibility.ABSENT
    assert {each.code: each.count for each in report.shortfalls()} == {"bad_boxes": 1, "bad_landmarks": 1}


def test_the_vocabulary_has_the_six_groups_with_one_answer_each(fine: Path) -> None:
    data = DeepFashionFine(fine, IncomingReport()).vocabulary_data()
    vocabulary = Vocabulary.from_mapping(data)
    assert [len(each.values) for each in vocabulary.attributes] == [50, 7, 3, 3, 4, 6, 3]
    assert all(each.cardinality is Cardinality.ONE for each in vocabulary.attributes)
    (fine / "Anno_fine/train_cate.txt").unlink()
    (fine / "Anno_fine/val_cate.txt").unlink()
    data = DeepFashionFine(fine, IncomingReport()).vocabulary_data()
    assert [entry["name"] for entry in data["attributes"]] == [group for group, _ in FINE_GROUPS.values()]


def test_a_file_with_another_number_of_rows_is_left_out_whole(fine: Path) -> None:
    path = fine / "Anno_fine/train_attr.txt"
    path.write_text(path.read_text() + columns("floral") + "\n")
    records, report = read(fine)
    assert set(records[0].labels) == {"category"}
    assert "texture" in records[2].labels  # of the other part
    assert report.count("rows_do_not_match") == 1


def test_an_empty_row_keeps_its_place_and_empty_ends_do_not_count(fine: Path) -> None:
    path = fine / "Anno_fine/train_attr.txt"
    path.write_text("\n" + columns("striped") + "\n\n\n")
    records, _ = read(fine)
    assert set(records[0].labels) == {"category"}
    assert records[1].labels["texture"].values == ("striped",)


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_other_line_ends_and_a_byte_order_mark(fine: Path, end: str) -> None:
    expected, _ = read(fine)
    for path in fine.glob("Anno_fine/*.txt"):
        path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", end).encode())
    assert read(fine)[0] == expected


@pytest.mark.parametrize(
    ("row", "names"),
    [
        (
            "0 1 1 0 2 2 0 3 3 0 4 4 0 5 5 0 6 6",
            ["left_collar", "right_collar", "left_sleeve", "right_sleeve", "left_hem", "right_hem"],
        ),
        ("1 1 " + "0 1 1 0 2 2 0 3 3 0 4 4 0 5 5 0 6 6", ["left_collar"]),
        ("1 1 2 2 3 3 4 4 0 0 0 0 7 7 8 8", ["left_collar"]),
    ],
)
def test_other_ways_to_write_landmarks(fine: Path, row: str, names: list[str]) -> None:
    path = fine / "Anno_fine/train_landmarks.txt"
    path.write_text(f"{row}\nbad\n")
    records, _ = read(fine)
    found = [point.name for point in records[0].landmarks]
    assert found[: len(names)] == names
    assert found[-2:] == ["left_hem", "right_hem"]
    assert "left_waistline" not in found


def test_pairs_without_visibility_say_so(fine: Path) -> None:
    (fine / "Anno_fine/train_landmarks.txt").write_text("1 1 2 2 3 3 4 4 0 0 0 0 7 7 8 8\nbad\n")
    assert read(fine)[1].count("no_visibility") == 6


def test_names_come_from_the_list_where_there_is_one(fine: Path) -> None:
    write_list(
        fine / "Anno_fine/list_attr_cloth.txt",
        "attribute_name attribute_type",
        [f"{name} {kind}" for kind, (_, names) in FINE_GROUPS.items() for name in reversed(names)],
    )
    assert read(fine)[0][2].labels["texture"].values == ("floral",)


def test_what_cannot_be_read_is_refused_in_one_sentence(fine: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"no train\.txt"):
        DeepFashionFine(tmp_path, IncomingReport())
    path = fine / "Anno_fine/train.txt"
    path.write_text(path.read_text().replace("img/a/1.jpg", "/img/a/1.jpg"))
    records, report = read(fine)
    assert len(records) == 2
    assert report.count("outside") == 1
