"""A bundle that names classes only, of another vocabulary than the program's own, reads photos too."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from fashion_studio.domain.errors import EnvironmentProblem
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


class LeftHalf:
    """A matting that takes the left half for the garment."""

    def __init__(self, *, there: bool = True) -> None:
        self.there = there

    def prepare(self) -> None:
        if not self.there:
            raise EnvironmentProblem("The weights of the matting model “u2net” are not on this machine.")

    def mask(self, image: np.ndarray) -> np.ndarray:
        mask = np.zeros(image.shape[:2], np.float32)
        mask[:, : image.shape[1] // 2] = 1.0
        return mask


def removed_bundle(folder: Path, network: BackboneHeads) -> Path:
    manifest = BundleManifest(
        model_id="how-2",
        architecture="backbone_heads",
        config=network.config,
        vocabulary=dict(WORDS.source),
        preprocessing=Preprocessing(64, fit="stretch", fill=(0, 0, 0), background="removed", matting="u2net"),
        calibration=Calibration(),
        licence="Apache-2.0",
    )
    save_bundle(folder, network, manifest, storage="float32")
    return folder


def test_trap_13_a_model_trained_without_backgrounds_reads_photos_without_them(
    heads, photos, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fashion_studio.inference.reader.matting_named", lambda _name: LeftHalf())
    reader = Reader.load(removed_bundle(tmp_path / "how-2", heads[1]), "cpu")
    photo = photos[2].copy()
    first = reader.read([photo])[0].prediction
    photo[:, photo.shape[1] // 2 + 1 :] = 7  # the background changes nothing
    assert reader.read([photo])[0].prediction == first
    photo[:, : photo.shape[1] // 2] = 7
    assert reader.read([photo])[0].prediction != first


def test_without_the_matting_such_a_model_is_refused_when_it_is_loaded(
    heads, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = removed_bundle(tmp_path / "how-2", heads[1])
    monkeypatch.setattr("fashion_studio.inference.reader.matting_named", lambda _name: LeftHalf(there=False))
    with pytest.raises(EnvironmentProblem, match="not on this machine"):
        Reader.load(folder, "cpu")
