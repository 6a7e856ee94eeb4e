"""The shipped labels made by eye, line by line, without the loader that learning uses."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from fashion_studio.config.resources import load_vocabulary, resources_dir
from fashion_studio.domain.labels import Answer, Visibility, check_answer
from fashion_studio.domain.vocabulary import CATEGORY, COLORS

if TYPE_CHECKING:
    from pathlib import Path

VOCABULARY = load_vocabulary("studio")
FILES = sorted((resources_dir() / "eye_labels").glob("*.jsonl"))
WORDS = {state.name.lower() for state in Visibility}


def records(path: Path) -> list[tuple[str, dict[str, Any]]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(f"{path.name}, line {number}", json.loads(line)) for number, line in enumerate(lines, start=1)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_value_is_one_that_the_garment_can_have(path: Path) -> None:
    for where, record in records(path):
        category = record["category"]
        check_answer(VOCABULARY, CATEGORY, Answer.of(category))
        if record.get("colors"):
            check_answer(VOCABULARY, COLORS, Answer.of(*record["colors"]))
        for name, value in record.get("labels", {}).items():
            assert name not in {CATEGORY, COLORS}, where
            check_answer(VOCABULARY, name, Answer.of(value))
            kind = VOCABULARY.attribute(name).otherwise
            assert VOCABULARY.applies(name, category) == (value != kind), f"{where}: {name} is {value}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_landmark_is_the_garments_and_lies_inside_the_photo(path: Path) -> None:
    for where, record in records(path):
        for name, (x, y, word) in record.get("landmarks", {}).items():
            assert VOCABULARY.landmark_applies(name, record["category"]), f"{where}: {name}"
            assert word in WORDS, f"{where}: {name}"
            assert 0 <= x < record["width"], f"{where}: {name}"
            assert 0 <= y < record["height"], f"{where}: {name}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_photo_is_named_once_by_its_hash(path: Path) -> None:
    hashes = [record["sha256"] for _, record in records(path)]
    assert hashes
    assert all(re.fullmatch(r"[0-9a-f]{64}", name) for name in hashes)
    assert max(Counter(hashes).values()) == 1


def test_the_validation_photos_are_enough_and_none_is_trained_on() -> None:
    parts = {path.stem: [record for _, record in records(path)] for path in FILES}
    validation = parts["validation"]
    assert len(validation) >= 150
    assert sum(bool(record.get("landmarks")) for record in validation) >= 60
    hashes = {name: {record["sha256"] for record in found} for name, found in parts.items()}
    assert hashes["second_validation"] <= hashes["validation"]
    trained = [name for name in parts if name.startswith("training")]
    assert {*trained, "validation", "second_validation"} == set(parts)
    for name in trained:
        assert not hashes["validation"] & hashes[name], name
