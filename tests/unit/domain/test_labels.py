from __future__ import annotations

import pytest

from fashion_studio.domain.errors import LabelError
from fashion_studio.domain.labels import Answer, AnswerKind, Visibility, check_answer
from fashion_studio.domain.vocabulary import Vocabulary


def test_unknown_and_does_not_apply_are_answers_of_their_own(studio: Vocabulary) -> None:
    assert Answer.unknown() != Answer.not_applicable()
    check_answer(studio, "fit", Answer.unknown())
    check_answer(studio, "fit", Answer.not_applicable())
    check_answer(studio, "colors", Answer.of("navy", "white"))
    assert Answer.of("navy", "white").value == "navy"
    assert Answer.unknown().value is None


@pytest.mark.parametrize(
    ("attribute", "answer", "said"),
    [
        ("cuff", Answer.of("x"), "cuff"),
        ("fit", Answer.of("baggy"), "baggy"),
        ("fit", Answer.of("tight", "loose"), "one value"),
        ("colors", Answer.of("red", "red"), "twice"),
        ("fit", Answer(AnswerKind.KNOWN), "either a value"),
        ("fit", Answer(AnswerKind.UNKNOWN, ("tight",)), "either a value"),
    ],
)
def test_answers_outside_the_vocabulary_are_refused(
    studio: Vocabulary, attribute: str, answer: Answer, said: str
) -> None:
    with pytest.raises(LabelError, match=said):
        check_answer(studio, attribute, answer)


def test_visibility_is_coded_as_deepfashion_does() -> None:
    assert [v.name for v in sorted(Visibility)] == ["VISIBLE", "OCCLUDED", "ABSENT"]
