"""Tables as they come in: ours, and others' with a column map."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import AnswerKind, Landmark, Split, Status, Visibility
from fashion_studio.exchange.csv_incoming import CsvTable
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport


def read(path: Path, text: str | bytes, **options: object) -> tuple[list[IncomingRecord], IncomingReport]:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    report = IncomingReport()
    table = CsvTable(
        path,
        report,
        attributes=("category", "fit", "colors"),
        landmarks=("left_hem", "right_hem"),
        **options,
    )
    return list(table.records()), report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labels.csv"


def test_the_columns_of_our_own_export(path: Path) -> None:
    (record,), report = read(
        path,
        "file_name,width,height,split,status,category,fit,colors,category_conf,left_hem_x,left_hem_y,left_hem_v,"
        "right_hem_x,right_hem_y,right_hem_v\r\n"
        'a/1.jpg,30,40,test,done,dress,?not_applicable,"navy|white",,1.5,2.5,1,,,0\r\n',
    )
    assert (record.file, record.width_px, record.height_px) == ("a/1.jpg", 30, 40)
    assert (record.split, record.status) == (Split.TEST, Status.DONE)
    assert record.labels["category"].values == ("dress",)
    assert record.labels["fit"].kind is AnswerKind.NOT_APPLICABLE
    assert record.labels["colors"].values == ("navy", "white")
    assert record.landmarks == (
        Landmark("left_hem", 1.5, 2.5, Visibility.OCCLUDED),
        Landmark("right_hem", 0, 0, Visibility.ABSENT),
    )
    assert report.shortfalls() == ()


def test_a_column_map_and_what_is_not_mapped(path: Path) -> None:
    text = "no;pic;Art;x1;y1;x2;y2;price\n1;a.jpg;dress;1;2;11;22;9.99\n"
    columns = {
        "file": "pic",
        "category": "Art",
        "box_left": "x1",
        "box_top": "y1",
        "box_right": "x2",
        "box_bottom": "y2",
    }
    (record,), report = read(path, text, columns=columns)
    assert record.labels["category"].values == ("dress",)
    assert record.box == Box(1, 2, 10, 20)
    (shortfall,) = report.shortfalls()
    assert (shortfall.code, shortfall.examples) == ("unnamed_columns", ("no", "price"))


def test_boxes_by_width_and_height_and_landmarks_without_visibility(path: Path) -> None:
    (record,), report = read(
        path, "image,box_left,box_top,box_width,box_height,left_hem_x,left_hem_y\na.jpg,1,2,3,4,5,6\n"
    )
    assert record.box == Box(1, 2, 3, 4)
    assert record.landmarks == (Landmark("left_hem", 5, 6),)
    assert report.count("no_visibility") == 1


def test_proposals_of_a_model_are_no_labels(path: Path) -> None:
    (record,), report = read(
        path,
        "file,category,category_source,fit,fit_source,left_hem_x,left_hem_y,left_hem_v,left_hem_source\n"
        "a.jpg,dress,human,loose,model,1,2,2,model\n",
    )
    assert set(record.labels) == {"category"}
    assert record.landmarks == ()
    assert report.count("proposals") == 2


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_a_mark_and_line_breaks_in_cells(path: Path, end: str) -> None:
    text = f'file,category,note{end}a.jpg,dress,"two{end}lines"{end}b.jpg,skirt,x{end}'
    records, _ = read(path, b"\xef\xbb\xbf" + text.encode())
    assert [record.labels["category"].values[0] for record in records] == ["dress", "skirt"]


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("../a.jpg,dress,1,2,2", "outside"),
        ("a.jpg,dress,1,2", "bad_rows"),
        (",dress,1,2,2", "bad_rows"),
        ("a.jpg,dress,nan,2,2", "bad_landmarks"),
        ("a.jpg,dress,1,2,7", "bad_landmarks"),
        ("a.jpg,dress,1,,2", "bad_landmarks"),
    ],
)
def test_hostile_rows_cost_themselves(path: Path, row: str, code: str) -> None:
    header = "file,category,left_hem_x,left_hem_y,left_hem_v"
    records, report = read(path, f"{header}\n{row}\nz.jpg,skirt,1,2,2\n")
    assert records[-1].file == "z.jpg"
    assert report.count(code) == 1


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no header line"),
        ("a,b\n1,2\n", "names the photos"),
        ("\xff\xfe".encode("latin-1") + b"f\0", "UTF-16"),
        (b"file,category\n\xff\xff.jpg,dress\n", "not text in utf-8"),
        ("file,category\n" + "x" * 200_000 + ",dress\n", "field larger than"),
        (b"file,category\n" + b"x" * (2 << 20), "line of more than"),
    ],
)
def test_what_is_no_table_is_refused_in_one_sentence(path: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(UserError, match=sentence):
        read(path, text)


def test_an_encoding_may_be_named(path: Path) -> None:
    (record,), _ = read(path, "file,category\nmäntel.jpg,dress\n".encode("latin-1"), encoding="latin-1")
    assert record.file == "mäntel.jpg"
    with pytest.raises(UserError, match="no encoding"):
        read(path, "file\na.jpg\n", encoding="klingon")
    with pytest.raises(UserError, match="no column"):
        read(path, "file\na.jpg\n", columns={"category": "kind"})
