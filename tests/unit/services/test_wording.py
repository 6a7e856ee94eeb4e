from __future__ import annotations

import pytest

from fashion_studio.services.wording import Wording, photos


@pytest.fixture
def words(studio) -> Wording:
    return Wording(studio)


def test_counts_are_readable():
    assert [photos(n) for n in (0, 1, 2, 1204)] == ["0 photos", "1 photo", "2 photos", "1,204 photos"]


@pytest.mark.parametrize(
    ("subject", "field", "data", "expected"),
    [
        ("answer", "fit", None, "not set"),
        ("answer", "fit", {"kind": "unknown", "values": []}, "unknown"),
        ("answer", "fit", {"kind": "not_applicable", "values": []}, "does not apply"),
        ("answer", "sleeve_length", {"kind": "known", "values": ["three_quarter"]}, "Three-quarter"),
        ("answer", "colors", {"kind": "known", "values": ["skyblue", "octarine"]}, "Sky blue, octarine"),
        ("answer", "shoe_size", {"kind": "known", "values": ["42"]}, "42"),
        ("landmark", "left_hem", None, "not set"),
        ("landmark", "left_hem", {"x": 1.25, "y": 2, "visibility": 0}, "1.2, 2.0"),
        ("landmark", "left_hem", {"x": 1, "y": 2, "visibility": 1}, "1.0, 2.0, occluded"),
        ("landmark", "left_hem", {"x": 1, "y": 2, "visibility": 2}, "absent"),
        ("item", "status", "in_work", "In work"),
        ("item", "split", "validation", "Validation"),
        ("item", "flagged", True, "flagged"),
        ("item", "flagged", False, "not flagged"),
        ("item", "note", "", "empty"),
        ("item", "note", "Sleeve?", "Sleeve?"),
        ("item", "box", None, "none"),
        ("item", "box", [1.2, 2.7, 30.0, 40.0], "30 × 40 at 1, 3"),
    ],
)
def test_every_value_has_words(words: Wording, studio, subject, field, data, expected):
    if expected.startswith("Sky"):
        titles = {value.name: value.title for value in studio.attribute("colors").values}
        expected = f"{titles['skyblue']}, octarine"
    assert words.value(subject, field, data) == expected


def test_every_field_has_a_title(words: Wording, studio):
    assert words.field("answer", "sleeve_length") == "Sleeve"
    assert words.field("answer", "shoe_size") == "shoe_size"
    assert words.field("landmark", "left_hem") == studio.landmarks[studio.landmark_index("left_hem")].title
    assert words.field("landmark", "left_knee") == "left_knee"
    assert [words.field("item", name) for name in ("status", "split", "flagged", "note", "box")] == [
        "Status",
        "Split",
        "Flag",
        "Note",
        "Box",
    ]
