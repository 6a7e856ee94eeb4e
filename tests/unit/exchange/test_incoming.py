"""File names of foreign lists, and the counts of what could not be taken."""

from __future__ import annotations

import pytest

from fashion_studio.domain.labels import Split
from fashion_studio.exchange.incoming import IncomingReport, safe_file_name, split_of


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("img/a 1.jpg", "img/a 1.jpg"),
        ("  ./img/a.jpg ", "img/a.jpg"),
        ("img\\a\\1.jpg", "img/a/1.jpg"),
        ("여성/코트..1.jpg", "여성/코트..1.jpg"),
        ("..hidden.jpg", "..hidden.jpg"),
    ],
)
def test_paths_below_the_photos_are_taken(text: str, name: str) -> None:
    assert safe_file_name(text) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        ".",
        "..",
        "../a.jpg",
        "a/../../b.jpg",
        "a\\..\\..\\b.jpg",
        "/etc/passwd",
        "\\\\server\\share\\a.jpg",
        "C:\\a.jpg",
        "c:/a.jpg",
        "https://example.org/a.jpg",
        "file:///a.jpg",
        "a//b.jpg",
        "a/./b.jpg",
        "a\x00.jpg",
        "a\nb.jpg",
        "x" * 2_000,
    ],
)
def test_paths_that_lead_elsewhere_are_refused(text: str) -> None:
    assert safe_file_name(text) is None


def test_words_for_splits() -> None:
    assert [split_of(word) for word in ("Train", " val ", "validation", "test", "none", "")] == [
        Split.TRAIN, Split.VALIDATION, Split.VALIDATION, Split.TEST, None, None,
    ]  # fmt: skip


def test_counts_are_in_words_with_the_first_examples() -> None:
    report = IncomingReport()
    report.add("absent", "a\x1b[31m.jpg")
    report.add("bad_boxes", count=0)
    (only,) = report.shortfalls()
    assert only.sentence == "Named photos that are not there: 1"
    assert only.examples == ("a?[31m.jpg",)
    report.add("absent", "b.jpg", count=1_999)
    assert report.shortfalls()[0].sentence == "2,000 named photos that are not there"
