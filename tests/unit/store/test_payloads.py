from __future__ import annotations

from dataclasses import replace

from fashion_studio.store.payloads import pack_prediction, unpack_prediction
from tests.samples import sample_prediction


def test_a_prediction_comes_back_as_it_was_and_is_small(studio):
    for seed in range(5):
        prediction = sample_prediction(studio, seed)
        assert unpack_prediction(pack_prediction(prediction)) == prediction
    assert len(pack_prediction(sample_prediction(studio))) < 3_000


def test_an_empty_prediction_comes_back_too(studio):
    empty = replace(
        sample_prediction(studio), box=None, landmarks=(), colors_measured=(), garment_confidence=0.0
    )
    assert unpack_prediction(pack_prediction(empty)) == empty
