from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from taught_project import make_model

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.inference.reader import Reader


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Reader:
    return Reader.load(make_model(tmp_path_factory.mktemp("model"), studio), "cpu")


def photo(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 255, (80, 60, 3)).astype(np.uint8)


def test_the_features_are_what_the_heads_read(reader: Reader) -> None:
    for reading in reader.read([photo(1), photo(2)], with_maps=True):
        assert reading.features is not None
        assert reading.features.dtype == np.float16
        for name, head in reader.teachable.base.items():
            if not head.several:
                wanted = list(reading.prediction.attributes[name].probabilities.values())
                found = head.probabilities(reading.features[None])[0]
                np.testing.assert_allclose(found, wanted, atol=2e-3)


def test_other_heads_answer_in_predictions_and_maps_and_can_be_taken_back(reader: Reader) -> None:
    before = reader.read([photo(3)], with_maps=True)[0]
    own = reader.teachable.base["category"]
    taught = replace(own, weight=own.weight[::-1].copy(), bias=own.bias[::-1] + 1)
    try:
        reader.use_heads({"category": taught}, "tiny-1+t1")
        after = reader.read([photo(3)], with_maps=True)[0]
        assert after.prediction.model == "tiny-1+t1"
        assert after.maps is not None
        assert before.maps is not None
        np.testing.assert_allclose(after.maps.cams["category"], before.maps.cams["category"][::-1], atol=1e-5)
        assert after.prediction.attributes["fit"] == before.prediction.attributes["fit"]
    finally:
        reader.use_heads(None, "tiny-1")
    again = reader.read([photo(3)])[0]
    assert again.prediction == before.prediction


def test_heads_of_another_shape_are_refused_and_nothing_changes(reader: Reader) -> None:
    own = reader.teachable.base["fit"]
    before = reader.read([photo(4)])[0]
    for bad in (replace(own, values=("a", "b", "c")), replace(own, weight=own.weight[:, :3])):
        with pytest.raises(CheckpointError, match="does not fit"):
            reader.use_heads({"fit": bad}, "tiny-1+t9")
    assert reader.read([photo(4)])[0].prediction == before.prediction
