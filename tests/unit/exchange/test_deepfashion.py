"""DeepFashion's coarse lists, with everything that was ever wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Landmark, Split, Visibility
from fashion_studio.domain.vocabulary import Cardinality, Vocabulary
from fashion_studio.exchange.deepfashion import DeepFashionLists
from fashion_studio.exchange.incoming import IncomingRecord, IncomingReport
from tests.foreign_sets import write_coarse, write_list


def read(folder: Path) -> tuple[dict[str, IncomingRecord], IncomingReport]:
    report = IncomingReport()
    source = DeepFashionLists(folder, report)
    return {record.file: record for record in source.records()}, report


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))


def names(record: IncomingRecord) -> list[str]:
    return [point.name for point in record.landmarks]


@pytest.fixture
def coarse(tmp_path: Path) -> Path:
    return write_coarse(tmp_path / "DeepFashion")


def test_everything_a_photo_has_comes_together(coarse: Path) -> None:
    records, report = read(coarse)
    assert list(records) == ["img/a/1.jpg", "img/b/2.jpg", "img/c/3.jpg"]
    tee = records["img/a/1.jpg"]
    assert tee.labels["category"].values == ("Tee",)
    assert tee.box == Box(10, 20, 100, 200)
    assert [record.split for record in records.values()] == [Split.TRAIN, Split.VALIDATION, Split.TEST]
    assert [each.code for each in report.shortfalls()] == ["bad_boxes"]


@pytest.mark.parametrize("place", [".", "Anno_coarse"])
def test_the_data_set_or_its_lists_may_be_named(coarse: Path, place: str) -> None:
    source = DeepFashionLists(coarse / place, IncomingReport())
    assert source.photo_root.resolve() == coarse
    assert source.total == 3
    assert next(iter(source.records())).split is Split.TRAIN


def test_an_uppers_fifth_and_sixth_landmarks_are_hems(coarse: Path) -> None:
    upper = read(coarse)[0]["img/a/1.jpg"].landmarks
    assert upper == (
        Landmark("left_collar", 11, 21, Visibility.VISIBLE),
        Landmark("right_collar", 12, 22, Visibility.VISIBLE),
        Landmark("left_sleeve", 13, 23, Visibility.OCCLUDED),
        Landmark("right_sleeve", 0, 0, Visibility.ABSENT),
        Landmark("left_hem", 15, 25, Visibility.VISIBLE),
        Landmark("right_hem", 16, 26, Visibility.VISIBLE),
    )


def test_a_lowers_first_two_landmarks_are_waistlines(coarse: Path) -> None:
    records, _ = read(coarse)
    assert names(records["img/b/2.jpg"]) == ["left_waistline", "right_waistline", "left_hem", "right_hem"]
    assert records["img/b/2.jpg"].landmarks[1] == Landmark("right_waistline", 32, 42, Visibility.OCCLUDED)
    assert names(records["img/c/3.jpg"])[4:6] == ["left_waistline", "right_waistline"]
    assert len(records["img/c/3.jpg"].landmarks) == 8


def test_landmarks_that_do_not_fit_the_kind_of_garment_are_refused(coarse: Path) -> None:
    edit(coarse / "Anno_coarse/list_landmarks.txt", "img/b/2.jpg 2 1", "img/b/2.jpg 1 1")
    edit(coarse / "Anno_coarse/list_landmarks.txt", "0 50 60", "0 nan 60")
    records, report = read(coarse)
    assert records["img/b/2.jpg"].landmarks == ()
    assert records["img/c/3.jpg"].landmarks == ()
    assert report.count("bad_landmarks") == 2


def test_attribute_names_with_spaces_are_split_from_the_right(coarse: Path) -> None:
    vocabulary = Vocabulary.from_mapping(DeepFashionLists(coarse, IncomingReport()).vocabulary_data())
    assert vocabulary.attribute("shape").value_names == ("a-line dress",)
    assert vocabulary.attribute("texture").value_names == ("striped", "polka dot")
    assert vocabulary.attribute("part").cardinality is Cardinality.SEVERAL
    assert vocabulary.attributes[0].name == "category"
    assert vocabulary.landmark_applies("left_collar", "Tee")
    assert not vocabulary.landmark_applies("left_collar", "Jeans")
    assert vocabulary.landmark_applies("left_waistline", "Dress")
    assert not vocabulary.landmark_applies("left_waistline", "Tee")


def test_zero_is_unknown_and_minus_one_is_not_there(coarse: Path) -> None:
    labels = {file: record.labels for file, record in read(coarse)[0].items()}
    assert labels["img/a/1.jpg"]["texture"].values == ("striped",)
    assert labels["img/a/1.jpg"]["texture"].unknown == ()
    assert labels["img/b/2.jpg"]["texture"].values == ()  # known: none of them
    assert "style" not in labels["img/b/2.jpg"]  # its only value is unknown
    assert "fabric" not in labels["img/c/3.jpg"]
    assert labels["img/c/3.jpg"]["texture"].values == ("striped", "polka dot")


def test_a_partly_unknown_group_names_what_is_unknown(coarse: Path) -> None:
    edit(coarse / "Anno_coarse/list_attr_img.txt", "img/a/1.jpg   -1  1 -1", "img/a/1.jpg   -1  1  0")
    label = read(coarse)[0]["img/a/1.jpg"].labels["texture"]
    assert (label.values, label.unknown) == (("striped",), ("polka dot",))


def test_a_column_of_numbers_before_the_name_is_left_out(coarse: Path) -> None:
    write_list(
        coarse / "Anno_coarse/list_attr_cloth.txt",
        "no attribute_name attribute_type",
        ["1 a-line dress 3", "2 striped 1", "3 polka dot 1", "4 cotton 2", "5 long sleeve 4", "6 boho 5"],
    )
    edit(coarse / "Anno_coarse/list_category_img.txt", "img/a/1.jpg", "0 img/a/1.jpg")
    edit(coarse / "Anno_coarse/list_category_img.txt", "img/b/2.jpg", "1 img/b/2.jpg")
    records, report = read(coarse)
    assert records["img/a/1.jpg"].labels["texture"].values == ("striped",)
    assert records["img/b/2.jpg"].labels["category"].values == ("Jeans",)
    assert report.count("missing_rows") == 0


@pytest.mark.parametrize("stated", [1, 4_000_000])
def test_a_wrong_count_is_said_and_the_rows_count(coarse: Path, stated: int) -> None:
    path = coarse / "Anno_coarse/list_bbox.txt"
    edit(path, "3\n", f"{stated}\n")
    records, report = read(coarse)
    assert records["img/a/1.jpg"].box is not None
    assert report.count("count_differs") == 1
    assert f"{stated:,} stated, 3 found" in report.shortfalls()[0].examples[0]


@pytest.mark.parametrize("end", ["\r", "\r\n"])
def test_other_line_ends_and_a_byte_order_mark(coarse: Path, end: str) -> None:
    expected = read(coarse)[0]
    for path in [*coarse.glob("Anno_coarse/*.txt"), *coarse.glob("Eval/*.txt")]:
        path.write_bytes(b"\xef\xbb\xbf" + path.read_text().replace("\n", end).encode())
    assert read(coarse)[0] == expected


def test_lists_in_another_order_are_joined_by_name(coarse: Path) -> None:
    expected = read(coarse)[0]
    for name in ("list_attr_img", "list_landmarks", "list_bbox"):
        path = coarse / f"Anno_coarse/{name}.txt"
        count, header, *rows = path.read_text().splitlines()
        path.write_text("\n".join([count, header, *reversed(rows)]) + "\n")
    records, report = read(coarse)
    assert records == expected
    assert report.count("missing_rows") == report.count("spare_rows") == 0


def test_rows_that_lists_do_not_share_are_counted(coarse: Path) -> None:
    edit(coarse / "Anno_coarse/list_bbox.txt", "img/a/1.jpg", "img/nobody/9.jpg")
    records, report = read(coarse)
    assert records["img/a/1.jpg"].box is None
    assert records["img/c/3.jpg"].box is not None
    assert report.count("missing_rows") == 1
    assert report.count("spare_rows") == 1


def test_names_that_lead_out_of_the_photos_are_refused_by_name(coarse: Path) -> None:
    edit(coarse / "Anno_coarse/list_category_img.txt", "img/a/1.jpg", "../../etc/1.jpg")
    records, report = read(coarse)
    assert "img/a/1.jpg" not in records
    assert len(records) == 2
    (shortfall,) = [each for each in report.shortfalls() if each.code == "outside"]
    assert shortfall.examples == ("../../etc/1.jpg",)


def test_numbers_that_are_none_cost_the_row_and_nothing_else(coarse: Path) -> None:
    edit(coarse / "Anno_coarse/list_category_img.txt", "img/a/1.jpg     1", f"img/a/1.jpg     {'9' * 5000}")
    edit(coarse / "Anno_coarse/list_attr_img.txt", "img/b/2.jpg   -1", "img/b/2.jpg   7")
    records, report = read(coarse)
    assert "category" not in records["img/a/1.jpg"].labels
    assert set(records["img/b/2.jpg"].labels) == {"category"}
    assert report.count("bad_rows") == 2


def test_without_names_the_fifty_published_categories_hold(coarse: Path) -> None:
    (coarse / "Anno_coarse/list_category_cloth.txt").unlink()
    (coarse / "Anno_coarse/list_attr_cloth.txt").unlink()
    edit(coarse / "Anno_coarse/list_category_img.txt", "img/c/3.jpg     3", "img/c/3.jpg    41")
    records, report = read(coarse)
    assert records["img/c/3.jpg"].labels == {"category": records["img/c/3.jpg"].labels["category"]}
    assert records["img/c/3.jpg"].labels["category"].values == ("Dress",)
    assert report.count("default_names") == report.count("unnamed_columns") == 1


def test_what_is_no_list_is_refused_in_one_sentence(coarse: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="none of DeepFashion's lists"):
        DeepFashionLists(tmp_path, IncomingReport())
    (coarse / "Anno_coarse/list_bbox.txt").write_text("image_name x_1\nimg/a/1.jpg 1\n")
    with pytest.raises(UserError, match="does not begin with the number of its rows"):
        DeepFashionLists(coarse, IncomingReport())
    (coarse / "Anno_coarse/list_bbox.txt").write_bytes(b"3\nheader\n" + b"x" * (2 << 20))
    with pytest.raises(UserError, match="line of more than"):
        read(coarse)


def test_reading_stops_when_asked(coarse: Path) -> None:
    rows = [f"img/x/{number}.jpg 1" for number in range(20_000)]
    write_list(coarse / "Anno_coarse/list_category_img.txt", "h", rows)
    report = IncomingReport(should_stop=lambda: True)
    with pytest.raises(Cancelled):
        list(DeepFashionLists(coarse, report).records())
