from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.labels import Answer
from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN, UNSET
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.store.facts import answer_data
from fashion_studio.store.summaries import SummaryLayout
from tests.samples import sample_prediction


def large(values: int) -> Vocabulary:
    """One attribute of one value and one of several, each with many values."""
    names = [{"name": f"v{i}"} for i in range(values)]
    return Vocabulary.from_mapping(
        {
            "name": "large",
            "title": "Large",
            "version": 1,
            "attributes": [
                {"name": "one", "title": "One", "key": "O", "values": names},
                {"name": "many", "title": "Many", "key": "M", "takes": "several", "values": names},
            ],
        }
    )


@pytest.mark.parametrize("values", [1, 63, 64, 65, 252, 253, 1000])
def test_any_number_of_values_fits_a_record(values: int):
    layout = SummaryLayout(large(values))
    records = layout.blank(3)
    last = f"v{values - 1}"
    at = np.array([1])
    layout.set_answer(records, at, "one", answer_data(Answer.of(last)))
    layout.set_answer(
        records, at, "many", answer_data(Answer.of(last, "v0") if values > 1 else Answer.of(last))
    )
    assert layout.value("one", int(records["person"][1, 0])) == last
    assert layout.value("many", int(records["person"][1, 1])) == last
    word, mask = layout.bit("many", last)
    assert int(records["person_sets"][1, word]) & mask
    assert (
        int(records["person_sets"][1].astype(object).sum()) == (mask + 1 if values > 1 else 1)
        if word == 0
        else True
    )
    assert not records["person"][[0, 2]].any()
    assert not records["person_sets"][[0, 2]].any()


def test_a_record_of_the_studio_vocabulary_is_small(studio: Vocabulary):
    assert SummaryLayout(studio).dtype.itemsize <= 80


def test_the_three_answers_that_are_no_value_have_codes_of_their_own(studio: Vocabulary):
    layout = SummaryLayout(studio)
    codes = [layout.code("fit", value) for value in (UNSET, UNKNOWN, NOT_APPLICABLE, "tight")]
    assert len(set(codes)) == 4
    assert [layout.value("fit", code) for code in codes] == [None, None, None, "tight"]


def test_a_value_that_is_gone_counts_as_not_set(studio: Vocabulary):
    layout = SummaryLayout(studio)
    assert layout.code("fit", "baggy") == layout.code("fit", UNSET)
    records = layout.blank(1)
    layout.set_answer(records, np.array([0]), "shoe_size", {"kind": "known", "values": ["42"]})
    layout.set_answer(records, np.array([0]), "colors", {"kind": "known", "values": ["ultraviolet"]})
    assert records.tobytes() == layout.blank(1).tobytes()


def test_disagreement_is_of_known_values_and_for_colours_of_the_main_one(studio: Vocabulary):
    layout = SummaryLayout(studio)
    prediction = sample_prediction(studio, 3)
    main, second = (color.name for color in prediction.colors_predicted)
    fit = prediction.attributes["fit"].value
    other = next(v for v in studio.attribute("fit").value_names if v != fit)

    def compared(**answers: Answer) -> tuple[int, int]:
        records = layout.blank(1)
        layout.set_prediction(records[0], prediction)
        for name, answer in answers.items():
            layout.set_answer(records, np.array([0]), name, answer_data(answer))
        layout.compare(records, np.array([0]))
        return int(records["agreement"][0]), int(records["disagreements"][0])

    assert compared() == (0, 0)
    assert compared(fit=Answer.unknown()) == (0, 0)
    assert compared(fit=Answer.not_applicable()) == (0, 0)
    assert compared(fit=Answer.of(fit)) == (1, 0)
    assert compared(fit=Answer.of(other)) == (2, 1)
    assert compared(colors=Answer.of(main)) == (1, 0)
    assert compared(colors=Answer.of(main, "ivory")) == (1, 0)
    assert compared(colors=Answer.of(second, main)) == (2, 1)
    assert compared(fit=Answer.of(other), colors=Answer.of(second)) == (2, 2)


def test_taking_a_prediction_away_leaves_a_blank(studio: Vocabulary):
    layout = SummaryLayout(studio)
    records = layout.blank(1)
    layout.set_prediction(records[0], sample_prediction(studio, 1))
    assert records["model"].any()
    assert records["model_sets"].any()
    layout.set_prediction(records[0], None)
    assert records.tobytes() == layout.blank(1).tobytes()


def test_the_fingerprint_follows_the_values(studio: Vocabulary):
    assert SummaryLayout(studio).fingerprint == SummaryLayout(studio).fingerprint
    assert SummaryLayout(large(5)).fingerprint != SummaryLayout(large(6)).fingerprint
