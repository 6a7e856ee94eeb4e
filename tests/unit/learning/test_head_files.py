from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.learning.head_files import (
    HeadFile,
    bundle_heads,
    check_fit,
    head_bytes,
    heads_of_bytes,
    read_heads,
)


def head(name: str = "fit", values: tuple[str, ...] = ("slim", "loose")) -> LinearHead:
    rng = np.random.default_rng(1)
    weight = rng.normal(size=(len(values), 5)).astype(np.float32)
    return LinearHead(name, values, False, weight, np.ones(len(values), np.float32), 0.9)


def kept(**changes: object) -> HeadFile:
    return replace(HeadFile("house-1", "ab" * 32, "house-1+t1", {"fit": head()}, {"photos": 3}), **changes)


def test_heads_survive_the_file_with_everything_beside_them(tmp_path: Path) -> None:
    path = tmp_path / "t1.safetensors"
    path.write_bytes(head_bytes(kept()))
    found = read_heads(path)
    assert (found.parent, found.model_id, found.notes) == ("house-1", "house-1+t1", {"photos": 3})
    np.testing.assert_array_equal(found.heads["fit"].weight, head().weight)
    assert found.heads["fit"].values == ("slim", "loose")
    assert found.heads["fit"].temperature == 0.9


@pytest.mark.parametrize("cut", [0, 5, 60, 200])
def test_a_damaged_file_is_refused_in_a_sentence(cut: int) -> None:
    with pytest.raises(CheckpointError, match="Teach again"):
        heads_of_bytes(head_bytes(kept())[:cut])


def test_weights_that_are_not_finite_are_neither_written_nor_read() -> None:
    bad = replace(head(), weight=np.full((2, 5), np.nan, np.float32))
    with pytest.raises(CheckpointError, match="not finite"):
        head_bytes(kept(heads={"fit": bad}))
    data = bytearray(head_bytes(kept()))
    data[-4:] = np.array([np.nan], "<f4").tobytes()
    with pytest.raises(CheckpointError, match="not finite"):
        heads_of_bytes(bytes(data))


@pytest.mark.parametrize(
    ("base", "parent", "word"),
    [
        (head(values=("slim", "wide")), "house-1", "vocabulary"),
        (head(name="length"), "house-1", "vocabulary"),
        (replace(head(), weight=np.zeros((2, 6), np.float32)), "house-1", "architecture"),
        (head(), "house-2", "other weights"),
    ],
)
def test_heads_of_another_vocabulary_or_model_are_refused_plainly(
    base: LinearHead, parent: str, word: str
) -> None:
    with pytest.raises(CheckpointError, match=word):
        check_fit(kept(), {base.name: base}, parent, "ab" * 32)
    check_fit(kept(), {"fit": head()}, "house-1", "ab" * 32)


def test_a_bundle_gives_its_heads_without_its_network() -> None:
    found = bundle_heads(house_model_dir())
    assert set(found.heads) >= {"category", "colors"}
    category = found.heads["category"]
    assert category.weight.shape[0] == len(category.values)
    assert found.heads["colors"].several
    assert len(found.thresholds["colors"]) == len(found.heads["colors"].values)
    assert found.key.startswith(found.model_id)


def test_a_folder_that_is_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no heads"):
        bundle_heads(tmp_path)
