"""FASHION-HOW's tables of both generations."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Split
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.fashion_how import FashionHow, read_class_names
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport

BOX = "BBox_xmin,BBox_ymin,BBox_xmax,BBox_ymax"
SUB1 = f"image_name,{BOX},Daily,Gender,Embellishment"
SUB2 = f"image_name,{BOX},Color"


def photo(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"not read here")


@pytest.fixture
def season5(tmp_path: Path) -> Path:
    folder = tmp_path / "season5"
    photo(folder / "train/1209/BO00015-1.jpg")
    photo(folder / "val/1209/BO00016-1.jpg")
    (folder / "Fashion-How24_sub1_train.csv").write_text(
        f"{SUB1}\n1209/BO00015-1.jpg,10,20,110,220,5,4,2\n", encoding="utf-8"
    )
    (folder / "Fashion-How24_sub1_val.csv").write_text(
        f"{SUB1}\n1209/BO00016-1.jpg,10,20,110,220,0,1,0\n", encoding="utf-8"
    )
    return folder


def read(place: Path, **options: object) -> tuple[list[IncomingRecord], IncomingReport]:
    report = IncomingReport()
    return list(FashionHow(place, report, **options).records()), report


def test_season_five(season5: Path) -> None:
    records, report = read(season5)
    assert [record.file for record in records] == ["train/1209/BO00015-1.jpg", "val/1209/BO00016-1.jpg"]
    assert {name: label.values for name, label in records[0].labels.items()} == {
        "daily": ("5",),
        "gender": ("4",),
        "embellishment": ("2",),
    }
    assert records[0].box == Box(10, 20, 100, 200)
    assert [record.split for record in records] == [Split.TRAIN, Split.VALIDATION]
    assert report.shortfalls() == ()


def test_class_counts_come_from_the_data_or_the_users_names(season5: Path, tmp_path: Path) -> None:
    vocabulary = Vocabulary.from_mapping(FashionHow(season5, IncomingReport()).vocabulary_data())
    assert [(each.name, len(each.values)) for each in vocabulary.attributes] == [
        ("daily", 6),
        ("gender", 5),
        ("embellishment", 3),
    ]
    names = tmp_path / "names.toml"
    names.write_text('Daily = ["a", "b", "c", "d", "e", "f", "g"]\n', encoding="utf-8")
    source = FashionHow(season5, IncomingReport(), class_names=names)
    assert len(source.vocabulary_data()["attributes"][0]["values"]) == 7
    assert next(source.records()).labels["daily"].values == ("f",)


def test_a_class_beyond_the_users_names_is_counted(season5: Path, tmp_path: Path) -> None:
    names = tmp_path / "names.toml"
    names.write_text('Daily = ["a", "b"]\n', encoding="utf-8")
    records, report = read(season5, class_names=names)
    assert "daily" not in records[0].labels
    assert records[1].labels["daily"].values == ("a",)
    assert report.count("bad_rows") == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "euc-kr"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_the_older_generation_in_both_encodings(tmp_path: Path, encoding: str, end: str) -> None:
    rows = [SUB2, "여성/코트-1.jpg,1,2,3,4,17", "여성/코트-2.jpg,1,2,3,4,3"]
    data = (end.join(rows) + end).encode(encoding)
    (tmp_path / "info_etri20_color_validation.csv").write_bytes(data)
    records, _ = read(tmp_path)
    assert [record.file for record in records] == ["여성/코트-1.jpg", "여성/코트-2.jpg"]
    assert records[0].labels["color"].values == ("17",)
    assert records[0].split is Split.VALIDATION


def test_a_folder_with_both_sub_tasks_asks_which(season5: Path) -> None:
    (season5 / "info_etri20_color_train.csv").write_text(f"{SUB2}\n1209/BO00015-1.jpg,1,2,3,4,0\n")
    with pytest.raises(UserError, match="--task"):
        read(season5)
    assert [set(record.labels) for record in read(season5, task=2)[0]] == [{"color"}]
    assert len(read(season5, task=1)[0]) == 2


def test_columns_may_stand_in_any_order_and_more_of_them(season5: Path) -> None:
    (season5 / "Fashion-How24_sub1_train.csv").write_text(
        f"no,Gender,{SUB1.replace(',Gender', '')}\n0,4,1209/BO00015-1.jpg,10,20,110,220,5,2\n"
    )
    records, _ = read(season5)
    assert records[0].file == "train/1209/BO00015-1.jpg"
    assert records[0].labels["gender"].values == ("4",)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("../../x.jpg,1,2,3,4,0,0,0", "outside"),
        ("C:\\x.jpg,1,2,3,4,0,0,0", "outside"),
        ("1209/x.jpg,1,2,3,4,0,0", "bad_rows"),
        ("1209/x.jpg,1,2,3,4,-1,0,0", "bad_rows"),
        ("1209/x.jpg,1,2,3,4,1e3,0,0", "bad_rows"),
        ("1209/x.jpg,9,9,3,4,0,0,0", "bad_boxes"),
        ("1209/x.jpg,1,2,nan,4,0,0,0", "bad_boxes"),
    ],
)
def test_hostile_rows_are_counted(season5: Path, row: str, code: str) -> None:
    with (season5 / "Fashion-How24_sub1_train.csv").open("a") as stream:
        stream.write(f"{row}\n")
    records, report = read(season5)
    assert records[0].file == "train/1209/BO00015-1.jpg"
    assert report.count(code) == 1


def test_what_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no CSV files of FASHION-HOW"):
        read(tmp_path)
    (tmp_path / "Fashion-How24_sub2_train.csv").write_text("a,b\n1,2\n")
    with pytest.raises(UserError, match="lacks the columns image_name and Color"):
        read(tmp_path)
    (tmp_path / "Fashion-How24_sub2_train.csv").write_bytes(b"image_name,Color\n\xff\xff\xff,1\n")
    with pytest.raises(UserError, match="is not text in utf-8 or cp949"):
        read(tmp_path)


@pytest.mark.parametrize("text", ["Daily = 3", 'Daily = ["a", "a"]', "Daily = [", "", "Daily = [[1]]"])
def test_bad_class_names_are_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "names.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"names\.toml"):
        read_class_names(path)
