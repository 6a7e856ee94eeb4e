"""Filters in words, and what each chip takes away."""

from __future__ import annotations

from dataclasses import replace

from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import UNSET, Agreement, ItemFilter, Sort, SortKey
from fashion_studio.gui.library.filter_words import (
    conditions,
    sort_title,
    toggled,
    toggled_value,
    value_title,
)

EVERYTHING = ItemFilter(
    text="dress",
    statuses=frozenset({Status.NEW, Status.IN_WORK}),
    splits=frozenset({Split.TRAIN}),
    agreements=frozenset({Agreement.DISAGREES}),
    flagged=True,
    has_landmarks=False,
    by_person={"category": frozenset({"dress"}), "fit": frozenset({UNSET})},
    by_model={"sleeve_length": frozenset({"short"})},
    confidence=(0.0, 0.7),
)


def test_every_condition_has_its_words(studio):
    assert [condition.title for condition in conditions(EVERYTHING, studio)] == [
        "“dress”",
        "Status: New, In work",
        "Category: Dress",
        "Fit: not set",
        "Sleeve by model: Short",
        "Confidence 0–70",
        "Model disagrees",
        "Split: Train",
        "Flagged",
        "No landmarks",
    ]
    assert conditions(ItemFilter(), studio) == []


def test_taking_all_chips_away_one_by_one_leaves_no_filter(studio):
    left = EVERYTHING
    for expected in range(10, 0, -1):
        found = conditions(left, studio)
        assert len(found) == expected
        left = found[0].without
    assert left == ItemFilter()


def test_a_chip_takes_away_only_itself(studio):
    by_title = {condition.title: condition.without for condition in conditions(EVERYTHING, studio)}
    assert by_title["Flagged"] == replace(EVERYTHING, flagged=None)
    assert by_title["Fit: not set"].by_person == {"category": frozenset({"dress"})}


def test_toggling_twice_is_nothing():
    once = toggled_value({}, "fit", "loose")
    assert once == {"fit": frozenset({"loose"})}
    assert toggled_value(once, "fit", "loose") == {}
    assert toggled(toggled(frozenset(), 1), 1) == frozenset()


def test_values_and_orders_have_titles(studio):
    assert value_title(studio, "sleeve_length", "three_quarter") == "Three-quarter"
    assert value_title(studio, "sleeve_length", UNSET) == "not set"
    assert sort_title(Sort(SortKey.CONFIDENCE)) == "Least sure first"
