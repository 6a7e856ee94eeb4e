"""A bundle that names classes only, of another vocabulary than the program's own, reads photos too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.inference.reader import Reader
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import BundleManifest, Calibration, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing

WORDS = Vocabulary.from_mapping(
    {
        "name": "how",
        "title": "FASHION-HOW",
        "version": 1,
        "attributes": [
            {
                "name": name,
                "title": name,
                "key": name[0],
                "values": [{"name": f"{name}{i}"} for i in range(size)],
            }
            for name, size in (("daily", 6), ("gender", 5), ("embellishment", 3))
        ],
    }
)


@pytest.fixture(scope="module")
def heads(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reader, BackboneHeads, Preprocessing]:
    torch.manual_seed(0)
    config = BackboneHeadsConfig("mobilenetv3_small_050", heads_of(WORDS), input_px=64)
    network = BackboneHeads(config).train()
    with torch.no_grad():
        for _ in range(3):  # running statistics as after training
            network(torch.randn(8, 3, 64, 64))
    preprocessing = Preprocessing(64, fit="stretch", interpolation="bicubic")
    manifest = BundleManifest(
        model_id="how-1",
        architecture="backbone_heads",
        config=config,
        vocabulary=dict(WORDS.source),
        preprocessing=preprocessing,
        calibration=Calibration({"gender": 2.0}),
        licence="Apache-2.0",
    )
    folder: Path = tmp_path_factory.mktemp("how") / "how-1"
    save_bundle(folder, network, manifest, storage="float32")
    return Reader.load(folder, "cpu"), network.eval(), preprocessing


def test_trap_13_it_reads_what_its_network_says_of_the_square_it_was_trained_on(heads, photos) -> None:
    reader, network, preprocessing = heads
    for photo in photos:
        reading = reader.read([photo])[0].prediction
        planes, _ = preprocessing.apply(photo)
        with torch.inference_mode():
            logits = network(torch.from_numpy(planes)[None]).logits
        for name, found in reading.attributes.items():
            wanted = (logits[name] / (2.0 if name == "gender" else 1.0)).softmax(1)[0].numpy()
            np.testing.assert_allclose(list(found.probabilities.values()), wanted, atol=1e-4)


def test_it_has_maps_and_neither_landmarks_nor_a_box(heads, photos) -> None:
    reader, _, _ = heads
    reading = reader.read(photos[:2], with_maps=True)[1]
    assert reading.prediction.landmarks == ()
    assert reading.prediction.box is None
    assert reading.prediction.colors_predicted == ()
    assert reading.maps is not None
    assert {name: maps.shape for name, maps in reading.maps.cams.items()} == {
        "daily": (6, 2, 2),
        "gender": (5, 2, 2),
        "embellishment": (3, 2, 2),
    }
    assert reading.maps.heatmaps.shape[0] == 0
    assert reading.maps.to_input.scale_x == 64 / photos[1].shape[1]


def test_its_prediction_without_a_category_is_stored_and_read_back(heads, photos) -> None:
    reader, _, _ = heads
    prediction = reader.read(photos[:1])[0].prediction
    assert prediction_from_dict(prediction_to_dict(prediction)) == prediction
