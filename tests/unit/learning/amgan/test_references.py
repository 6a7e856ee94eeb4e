from __future__ import annotations

import numpy as np

from fashion_studio.learning.amgan.codes import OTHER, UNKNOWN
from fashion_studio.learning.amgan.references import Match, ReferenceFinder

CODES = np.array(
    [
        [0, 1, 2],  # the source
        [3, 1, 2],  # all that is wanted
        [3, 1, 0],
        [3, 0, 0],
        [4, UNKNOWN, 2],
        [5, OTHER, 2],
        [0, UNKNOWN, 2],  # another source, whose second attribute nobody knows
        [0, OTHER, 2],  # trousers
    ]
)


def found(source: int, value: int, codes: np.ndarray = CODES) -> tuple[int, Match]:
    reference = ReferenceFinder(codes).find(source, 0, value, np.random.default_rng(0))
    return reference.row, reference.match


def test_a_reference_has_all_target_attributes() -> None:
    assert found(0, 3) == (1, Match.EXACT)


def test_an_unknown_value_of_a_candidate_does_not_match() -> None:
    assert found(0, 4) == (4, Match.FALLBACK)


def test_without_a_full_match_the_nearest_is_taken() -> None:
    assert found(0, 3, CODES[[0, 2, 3]]) == (1, Match.FALLBACK)


def test_what_is_not_known_of_the_source_asks_nothing() -> None:
    row, match = found(6, 3)
    assert (row, match) == (1, Match.EXACT)


def test_not_applicable_matches_its_like() -> None:
    assert found(7, 5) == (5, Match.EXACT)
    assert found(7, 3) == (1, Match.FALLBACK)


def test_no_picture_of_the_wanted_value_is_no_reference() -> None:
    assert found(0, 17) == (-1, Match.NONE)


def test_equals_are_drawn() -> None:
    codes = np.array([[0, 1], [1, 1], [1, 1], [1, 1]])
    rng = np.random.default_rng(0)
    finder = ReferenceFinder(codes)
    assert {finder.find(0, 0, 1, rng).row for _ in range(40)} == {1, 2, 3}
