from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.edits import EditRegion, EditStack, EditStep, PaintedMask, RegionKind
from fashion_studio.domain.edits import stack_from_json as from_json
from fashion_studio.domain.edits import stack_to_json as to_json
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.imaging.edited_files import STACK_KEY, read_stack_json, write_edited

PAINTED = PaintedMask.from_array(np.eye(40, dtype=bool))
STACK = EditStack(
    (EditStep("colors", "grün “x”", EditRegion(RegionKind.PAINTED, PAINTED)),), "m-1", "ab", "r-1"
)
PIXELS = np.random.default_rng(0).integers(0, 256, (30, 20, 3), dtype=np.uint8)


@pytest.mark.parametrize("name", ["a.png", "b.tif", "c.TIFF", "deep/er/d.png"])
def test_pixels_and_stack_come_back_to_the_last_bit(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write_edited(path, PIXELS, to_json(STACK))
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), PIXELS)
    assert from_json(read_stack_json(path)) == STACK
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_text_file_with_a_stack_is_read_too(tmp_path: Path) -> None:
    (tmp_path / "edits.json").write_text(to_json(STACK), encoding="utf-8")
    assert from_json(read_stack_json(tmp_path / "edits.json")) == STACK


def test_what_holds_no_stack_is_said(tmp_path: Path) -> None:
    for name in ("a.png", "a.tif"):
        Image.fromarray(PIXELS).save(tmp_path / name)
        with pytest.raises(UserError, match="holds no edits"):
            read_stack_json(tmp_path / name)
    (tmp_path / "b.png").write_bytes(b"no picture")
    for name in ("b.png", "none.png", "none.json"):
        with pytest.raises(UserError, match="cannot be read"):
            read_stack_json(tmp_path / name)


def test_another_ending_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="PNG or TIFF"):
        write_edited(tmp_path / "a.jpg", PIXELS, to_json(STACK))
    assert list(tmp_path.iterdir()) == []


def test_a_target_that_cannot_be_written_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(b"before")
    monkeypatch.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(28, "No space left on device")))
    with pytest.raises(EnvironmentProblem, match="No space left on device"):
        write_edited(path, PIXELS, to_json(STACK))
    assert path.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]
    monkeypatch.undo()
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        write_edited(tmp_path / "file" / "a.png", PIXELS, to_json(STACK))


def test_other_programs_find_the_stack_under_its_name(tmp_path: Path) -> None:
    write_edited(tmp_path / "a.png", PIXELS, to_json(STACK))
    with Image.open(tmp_path / "a.png") as image:
        assert image.text[STACK_KEY] == to_json(STACK)
