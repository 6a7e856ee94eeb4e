from __future__ import annotations

import pickle
from pathlib import Path

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError


def test_a_photo_error_crosses_process_borders_whole() -> None:
    error = pickle.loads(pickle.dumps(PhotoError(Path("a/b.jpg"), "the file ends too early")))
    assert (error.path, error.reason, str(error)) == (
        Path("a/b.jpg"),
        "the file ends too early",
        "b.jpg: the file ends too early",
    )


def test_a_remedy_is_part_of_the_sentence() -> None:
    assert (
        str(EnvironmentProblem("The disk is full.", "Free some space."))
        == "The disk is full. Free some space."
    )
    assert str(EnvironmentProblem("The disk is full.")) == "The disk is full."
