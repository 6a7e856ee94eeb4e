from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from samples import sample_prediction

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.predictions import Maps, Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.cutting_out import Cutter


def maps_of(mask: np.ndarray, to_input: Affine, input_px: int) -> Maps:
    return Maps({}, np.zeros((8, 2, 2), np.float32), mask.astype(np.float32), to_input, input_px)


class HalfReader:
    """Says that the left half of every photo is garment."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def read(self, images: object, *, with_maps: bool = False, measure_colors: bool = True) -> list[Reading]:
        mask = np.zeros((32, 32))
        mask[:, :16] = 1.0
        return [Reading(sample_prediction(self._vocabulary), maps_of(mask, Affine(0.32, 0.32, 0.0, 0.0), 32))]


def test_the_houses_cut_out_follows_the_edge_in_the_photo(studio: Vocabulary, tmp_path: Path) -> None:
    pixels = np.full((100, 100, 3), 250, np.uint8)
    pixels[:, :52] = (20, 30, 120)  # the edge lies two pixels beside the coarse mask's
    Image.fromarray(pixels).save(tmp_path / "a.png")
    alpha = Cutter(HalfReader(studio)).cut_out(tmp_path / "a.png", "house", lambda *_: None)
    assert (alpha.shape, alpha.dtype) == ((100, 100), np.uint8)
    assert alpha[:, :40].min() > 240
    assert alpha[:, 60:].max() < 15
    edge = np.abs(np.diff(alpha.astype(int), axis=1)).argmax(axis=1)
    np.testing.assert_array_equal(edge, 51)


def test_a_model_file_that_is_not_there_is_said(studio: Vocabulary, tmp_path: Path) -> None:
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "a.png")
    said: list[str] = []
    with pytest.raises(UserError, match="is not there"):
        Cutter(HalfReader(studio)).cut_out(
            tmp_path / "a.png", f"file:{tmp_path / 'no.onnx'}", lambda text, *_: said.append(text)
        )
    assert said == ["Loading the matting model no.onnx"]
