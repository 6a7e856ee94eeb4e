"""Whether what was asked for is seen, and whether everything else was kept."""

from __future__ import annotations

from dataclasses import replace

import pytest
from samples import sample_reading

from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.domain.predictions import AttributePrediction, Prediction, ScoredValue
from fashion_studio.gui.edit.verdicts import VerdictKind, verdicts_of


@pytest.fixture
def before(studio) -> Prediction:
    said = sample_reading(studio, 0).prediction
    return said_with(said, colors=["blue"], pattern="solid", sleeve_length="long")


def said_with(prediction: Prediction, colors: list[str] | None = None, **values: str) -> Prediction:
    said = dict(prediction.attributes)
    for name, value in values.items():
        said[name] = AttributePrediction(value, 0.9, {value: 0.9})
    scored = (
        tuple(ScoredValue(color, 0.8 - 0.1 * place) for place, color in enumerate(colors))
        if colors
        else prediction.colors_predicted
    )
    return replace(prediction, attributes=said, colors_predicted=scored)


def kinds(studio, steps, before, after):
    return {each.attribute: each.kind for each in verdicts_of(studio, EditStack(tuple(steps)), before, after)}


def test_red_sleeves_on_a_blue_shirt_are_a_new_colour_and_nothing_else(studio, before):
    after = said_with(before, colors=["blue", "red"])
    found = verdicts_of(studio, EditStack((EditStep.of("colors", "red"),)), before, after)
    assert [each.attribute for each in found] == ["colors", "category", "sleeve_length", "pattern"]
    colors = found[0]
    assert (colors.kind, colors.after, colors.before) == (VerdictKind.NEW, "Blue, Red", "Blue")
    assert colors.value == "red"
    assert colors.confidence == pytest.approx(0.7)
    assert {each.kind for each in found[1:]} == {VerdictKind.KEPT}


def test_a_value_that_was_asked_for_and_is_not_seen_is_missed(studio, before):
    step = EditStep.of("pattern", "striped")
    assert kinds(studio, [step], before, before)["pattern"] is VerdictKind.MISSED
    seen = said_with(before, pattern="striped")
    assert kinds(studio, [step], before, seen)["pattern"] is VerdictKind.NEW
    red = EditStep.of("colors", "red")
    assert kinds(studio, [red], before, before)["colors"] is VerdictKind.MISSED


def test_what_changed_without_being_asked_is_said(studio, before):
    after = said_with(before, colors=["red"], sleeve_length="short")
    found = kinds(studio, [EditStep.of("colors", "red")], before, after)
    assert found["sleeve_length"] is VerdictKind.CHANGED
    assert found["colors"] is VerdictKind.NEW
    assert kinds(studio, [], before, said_with(before, colors=["green"]))["colors"] is VerdictKind.CHANGED


def test_edits_that_are_off_ask_for_nothing_and_the_last_of_several_counts(studio, before):
    off = EditStep("pattern", "striped", enabled=False)
    assert kinds(studio, [off], before, before)["pattern"] is VerdictKind.KEPT
    steps = [EditStep.of("pattern", "striped"), EditStep.of("pattern", "dotted")]
    assert kinds(studio, steps, before, said_with(before, pattern="dotted"))["pattern"] is VerdictKind.NEW


def test_while_the_photo_itself_is_unread_nothing_counts_as_changed(studio, before):
    assert set(kinds(studio, [], None, before).values()) == {VerdictKind.KEPT}
