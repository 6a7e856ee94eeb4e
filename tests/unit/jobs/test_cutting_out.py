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
from fashion_studio.jobs.cutting_out import Cutter, mask_in_image


def maps_of(mask: np.ndarray, to_input: Affine, input_px: int) -> Maps:
    return Maps({}, np.zeros((8, 2, 2), np.float32), mask.astype(np.float32), to_input, input_px)


def test_a_mask_lands_where_the_letterbox_took_it_from() -> None:
    # A 40 x 80 photo in a 128 input: scaled by 1.6, shifted by 32 to the right. The mask is half as fine.
    to_input = Affine(1.6, 1.6, 32.0, 0.0)
    mask = np.zeros((64, 64))
    mask[16:32, 24:40] = 1.0  # input 48..80 by 32..64, photo 10..30 by 20..40
    image = mask_in_image(maps_of(mask, to_input, 128), 40, 80)
    assert image.shape == (80, 40)
    np.testing.assert_array_equal(image[22:38, 12:28], 1.0)
    assert image[:18].max() == image[42:].max() == image[:, :8].max() == image[:, 32:].max() == 0.0
    np.testing.assert_allclose(image.sum(), 20 * 20, rtol=0.02)
    rows, columns = np.nonzero(image > 0.5)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (20, 39, 10, 29)


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
