from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.jobs.teaching import Teacher
from fashion_studio.jobs.wire import (
    Answer,
    ErrorAnswer,
    HeadsInUse,
    HeadTask,
    Progress,
    Taught,
    Teach,
    UseHeads,
    path_to_wire,
)
from fashion_studio.learning.features import FeatureCache
from fashion_studio.learning.head_files import HeadFile, head_bytes, heads_of_bytes

WIDTH = 5


class Reader:
    """Heads without a network."""

    def __init__(self) -> None:
        rng = np.random.default_rng(0)
        weight = rng.normal(size=(3, WIDTH)).astype(np.float32)
        self.head = LinearHead("fit", ("slim", "regular", "loose"), False, weight, np.zeros(3, np.float32))
        self.teachable = SimpleNamespace(base={"fit": self.head}, parent="m-1", parent_sha256="ab")
        self.model_id = "m-1"

    def use_heads(self, heads: object, model_id: str) -> None:
        self.model_id = model_id


def request(folder: Path, *, count: int = 60, values: int = 3, number: int = 1) -> Teach:
    cache = FeatureCache(folder, WIDTH)
    rng = np.random.default_rng(1)
    features = rng.normal(size=(count, WIDTH)).astype(np.float16)
    cache.add((f"{row:040x}", features[row]) for row in range(count))
    places = (features[:, 0] > 0).astype(int) * 2
    targets = np.eye(values, dtype=np.uint8)[places]
    rows = np.arange(count, dtype="<i8")
    cut = count * 4 // 5
    task = HeadTask(
        "fit", rows[:cut].tobytes(), targets[:cut].tobytes(), rows[cut:].tobytes(), targets[cut:].tobytes()
    )
    folds = (np.arange(count) % 4).astype("<i8").tobytes()
    return Teach(number, path_to_wire(cache.path), WIDTH, folds, (task,), b"", "m-1+t1")


def answered(
    ask: Callable[[Teacher], Any], reader: object | None = None, *, ready: bool = True
) -> list[Answer]:
    answers: list[Answer] = []
    teacher = Teacher(answers.append)
    if ready:
        teacher.ready(reader or Reader())
    ask(teacher)
    if not ready:
        teacher.ready(reader or Reader())
    teacher.close()
    return answers


def test_it_answers_with_heads_that_fit_better_and_with_both_figures(tmp_path: Path) -> None:
    answers = answered(lambda teacher: teacher.teach(request(tmp_path)))
    assert isinstance(answers[0], Progress)
    taught = answers[-1]
    assert isinstance(taught, Taught)
    (result,) = taught.results
    assert (result.labels, result.held_out) == (48, 12)
    assert result.after > result.before
    assert result.loss_after < result.loss_before
    kept = heads_of_bytes(taught.heads)
    assert (kept.parent, kept.model_id, list(kept.heads)) == ("m-1", "m-1+t1", ["fit"])


def test_what_is_asked_before_the_model_is_there_waits_for_it(tmp_path: Path) -> None:
    answers = answered(lambda teacher: teacher.teach(request(tmp_path)), ready=False)
    assert isinstance(answers[-1], Taught)


def test_a_cancelled_teaching_is_not_answered(tmp_path: Path) -> None:
    def ask(teacher: Teacher) -> None:
        teacher.teach(request(tmp_path, number=7))
        teacher.cancel([7])

    answers = answered(ask, ready=False)
    assert not any(isinstance(answer, (Taught, ErrorAnswer)) for answer in answers)


def test_labels_of_another_vocabulary_and_models_without_heads_are_refused_plainly(tmp_path: Path) -> None:
    other = answered(lambda teacher: teacher.teach(request(tmp_path, values=4)))[-1]
    assert isinstance(other, ErrorAnswer)
    assert other.kind == "user"
    assert "another vocabulary" in other.message
    plain = answered(lambda teacher: teacher.teach(request(tmp_path)), SimpleNamespace(model_id="x"))[-1]
    assert isinstance(plain, ErrorAnswer)
    assert "Fine-tune" in plain.message


def test_features_that_are_gone_are_said(tmp_path: Path) -> None:
    asked = request(tmp_path)
    (tmp_path / "features.bin").unlink()
    answer = answered(lambda teacher: teacher.teach(asked))[-1]
    assert isinstance(answer, ErrorAnswer)
    assert "cannot be read" in answer.message


@pytest.mark.logs_warnings
def test_heads_are_used_from_the_next_photo_and_those_of_another_model_never() -> None:
    reader = Reader()
    good = head_bytes(HeadFile("m-1", "ab", "m-1+t1", {"fit": reader.head}))
    bad = head_bytes(HeadFile("m-2", "cd", "m-2+t1", {"fit": reader.head}))

    def ask(teacher: Teacher) -> None:
        for content in (good, bad, b""):
            before = len(answers_seen)
            teacher.want(UseHeads(content))
            end = time.monotonic() + 60
            while len(answers_seen) == before and time.monotonic() < end:
                time.sleep(0.005)

    answers_seen: list[Answer] = []
    teacher = Teacher(answers_seen.append)
    teacher.ready(reader)
    ask(teacher)
    teacher.close()
    used = [answer for answer in answers_seen if isinstance(answer, HeadsInUse)]
    assert [each.model for each in used] == ["m-1+t1", "m-1+t1", "m-1"]
    assert "other weights" in used[1].problem
    assert reader.model_id == "m-1"
