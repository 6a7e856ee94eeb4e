"""Renderings on disk and back."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.rendering.folder import PictureForm, read_truth, truth_of, write_folder
from fashion_studio.rendering.render import render_seed

FORM = PictureForm(width_px=96, height_px=128, suffix=".png", masks=True)


def test_round_trip(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    assert write_folder(tmp_path / "out", 4, 30, form=FORM, on_progress=lambda k, n: seen.append((k, n))) == 4
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]
    truths = list(read_truth(tmp_path / "out"))
    assert [truth.file for truth in truths] == ["00000.png", "00001.png", "00002.png", "00003.png"]
    for truth in truths:
        rendering = render_seed(truth.seed, width_px=96, height_px=128)
        image = cv2.imread(str(tmp_path / "out" / truth.file))[..., ::-1]
        assert np.array_equal(image, rendering.image)
        mask = cv2.imread(str(tmp_path / "out" / str(truth.mask)), cv2.IMREAD_GRAYSCALE)
        assert np.abs(mask / 255 - rendering.mask).max() <= 0.5 / 255 + 1e-6
        again = truth_of(rendering, truth.file, truth.seed, truth.mask)
        assert (truth.category, truth.attributes, truth.colors) == (
            again.category,
            again.attributes,
            again.colors,
        )
        assert truth.box == again.box
        for one, other in zip(truth.landmarks, again.landmarks, strict=True):
            assert (one.name, one.visibility) == (other.name, other.visibility)
            assert (one.x, one.y) == pytest.approx((other.x, other.y), abs=0.006)


def test_jpeg_without_masks_of_one_category(tmp_path: Path) -> None:
    write_folder(tmp_path, 2, category="hat", form=PictureForm(width_px=64, height_px=80))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["00000.jpg", "00001.jpg", "truth.jsonl"]
    assert {truth.category for truth in read_truth(tmp_path)} == {"hat"}
    assert all(truth.mask is None for truth in read_truth(tmp_path))


def test_stopping_keeps_what_is_done(tmp_path: Path) -> None:
    asked = iter([False, False, True])
    assert write_folder(tmp_path, 9, form=FORM, should_stop=lambda: next(asked)) == 2
    assert len(list(read_truth(tmp_path))) == 2


def test_what_cannot_be_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="at least one picture"):
        write_folder(tmp_path, 0)
    with pytest.raises(UserError, match="at least one picture"):
        write_folder(tmp_path, 1, form=PictureForm(suffix=".webp"))
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(UserError, match="cannot be written"):
        write_folder(tmp_path / "file", 1)
    with pytest.raises(UserError, match="holds no truth"):
        list(read_truth(tmp_path))
