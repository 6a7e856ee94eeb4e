"""The shipped model in a real engine process says the same as in this process, and cuts garments out."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from engines import ready
from PIL import Image

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.predictions import Reading
from fashion_studio.imaging.decode import decode
from fashion_studio.jobs.engine_client import EngineClient, EnginePhase
from fashion_studio.rendering.render import render_seed

LONG_S = 240.0

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("photos") / "garment.png"
    Image.fromarray(render_seed(11, category="t-shirt", width_px=300, height_px=400).image).save(path)
    return path


@pytest.mark.skipif(
    not (house_model_dir() / "model.safetensors").exists(), reason="the house model is not there"
)
def test_the_engine_answers_as_the_reader_does(photo: Path) -> None:
    from fashion_studio.inference.reader import Reader

    client = EngineClient(house_model_dir(), "cpu")
    client.start()
    try:
        reading = client.read(photo).result(LONG_S)
        state = ready(client).state
        direct: Reading = Reader.load(house_model_dir(), "cpu").read([decode(photo)], with_maps=True)[0]
        assert state.phase is EnginePhase.READY
        assert state.model == direct.prediction.model
        for head, values in state.heads.items():
            assert reading.maps is not None
            assert reading.maps.cams[head].shape[0] == len(values)
        assert reading.prediction.category.value == direct.prediction.category.value
        for name, attribute in direct.prediction.attributes.items():
            found = reading.prediction.attributes[name].probabilities
            np.testing.assert_allclose(
                list(found.values()), list(attribute.probabilities.values()), atol=1e-4
            )
        for ours, theirs in zip(reading.prediction.landmarks, direct.prediction.landmarks, strict=True):
            np.testing.assert_allclose((ours.x, ours.y), (theirs.x, theirs.y), atol=0.05)
        alpha = client.matte(photo).result(LONG_S)
        assert alpha.shape == (400, 300)
        assert 0.05 < (alpha > 127).mean() < 0.95
    finally:
        client.close()


@pytest.mark.logs_warnings
@pytest.mark.parametrize("damage", ["missing", "cut"])
def test_a_damaged_model_is_said_in_plain_words(tmp_path: Path, photo: Path, damage: str) -> None:
    model = tmp_path / "model"
    if damage == "cut":
        model.mkdir()
        for name in ("bundle.json", "model.safetensors"):
            data = (house_model_dir() / name).read_bytes()
            (model / name).write_bytes(data[: len(data) // 2])
    client = EngineClient(model, "cpu")
    client.start()
    try:
        error = client.read(photo).exception(LONG_S)
    finally:
        client.close()
    assert error is not None
    assert "Traceback" not in str(error)
    assert "Error:" not in str(error)
    assert "bundle" in str(error)
