"""What a row says, from the person's answer and the model's proposal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.predictions import ScoredValue
from fashion_studio.gui.annotate.attribute_state import Verdict, category_of, open_attributes, row_states


@pytest.fixture
def prediction(read_project):
    made = read_project.item(int(read_project.ids()[0])).prediction
    yield made
    read_project.close()


def row_of(studio, prediction, name, answers):
    return next(row for row in row_states(studio, answers, prediction) if row.name == name)


@pytest.mark.parametrize(
    ("answer", "verdict", "text"),
    [
        (Answer.of("tight"), Verdict.AGREES, "Tight"),
        (Answer.of("loose"), Verdict.DISAGREES, "Loose"),
        (None, Verdict.OPEN, "not set"),
        (Answer.unknown(), Verdict.UNKNOWN, "Unknown"),
        (Answer.not_applicable(), Verdict.NOT_APPLICABLE, "Does not apply"),
    ],
)
def test_the_verdict(studio, prediction, answer, verdict, text):
    row = row_of(studio, prediction, "fit", {} if answer is None else {"fit": answer})
    assert row.verdict is verdict
    assert row.person_text == text
    assert row.model_text == "Tight"
    assert row.confidence == pytest.approx(0.6)


def test_without_a_prediction_there_is_no_verdict(studio):
    row = row_of(studio, None, "fit", {"fit": Answer.of("loose")})
    assert row.verdict is Verdict.NO_MODEL
    assert row.model_text == ""
    assert all(value.probability is None for value in row.values)


def test_colours_agree_as_a_set(studio, prediction):
    both = replace(prediction, colors_predicted=(ScoredValue("black", 0.9), ScoredValue("white", 0.7)))
    swapped = {"colors": Answer.of("white", "black")}
    assert row_of(studio, both, "colors", swapped).verdict is Verdict.AGREES
    assert row_of(studio, both, "colors", {"colors": Answer.of("black")}).verdict is Verdict.DISAGREES


def test_the_category_hides_what_it_does_not_have(studio, prediction):
    names = {row.name for row in row_states(studio, {"category": Answer.of("skirt")}, prediction)}
    assert "sleeve_length" not in names
    assert {"length", "pattern", "colors"} <= names
    # The model says dress; without the person's answer its category decides.
    assert "sleeve_length" in {row.name for row in row_states(studio, {}, prediction)}


def test_what_a_person_answered_is_never_hidden(studio, prediction):
    answers = {"category": Answer.of("skirt"), "sleeve_length": Answer.of("long")}
    assert "sleeve_length" in {row.name for row in row_states(studio, answers, prediction)}


def test_an_unknown_category_asks_everything(studio, prediction):
    answers = {"category": Answer.unknown()}
    assert category_of(answers, prediction) is None
    assert len(row_states(studio, answers, prediction)) == len(studio.attributes)


def test_open_is_what_accepting_would_answer(studio, prediction):
    rows = row_states(studio, {"fit": Answer.of("loose"), "pattern": Answer.unknown()}, prediction)
    names = open_attributes(rows)
    assert "fit" not in names
    assert "pattern" not in names
    assert {"category", "colors", "length"} <= set(names)
    assert open_attributes(row_states(studio, {}, None)) == ()


def test_keys_are_digits_then_shifted_digits(studio):
    keys = [value.key for value in row_of(studio, None, "colors", {}).values]
    assert keys[:9] == list("123456789")
    assert keys[9:] == [f"⇧{digit}" for digit in "123456789"]


def test_choosing_one_of_several_adds_and_takes_away(studio):
    row = row_of(studio, None, "colors", {"colors": Answer.of("black")})
    assert row.with_value("white") == Answer.of("black", "white")
    assert row.with_value("black") is None
    assert row_of(studio, None, "fit", {"fit": Answer.of("loose")}).with_value("tight") == Answer.of("tight")
