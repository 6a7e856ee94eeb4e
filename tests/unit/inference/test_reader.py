"""One pass reads a garment: probabilities, landmarks, box, colours, maps."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import torch

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.inference.reader import Reader
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import BundleManifest, Calibration, load_bundle, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing


@pytest.fixture
def readings(reader, photos):
    return reader.read(photos, with_maps=True)


def test_everything_of_the_vocabulary_is_answered(reader, studio, photos, readings) -> None:
    assert reader.model_id == "tiny-1"
    assert reader.device_name == "CPU"
    assert reader.vocabulary.name == "studio"
    for photo, reading in zip(photos, readings, strict=True):
        answer = reading.prediction
        assert (answer.height_px, answer.width_px) == photo.shape[:2]
        assert (answer.model, answer.device) == ("tiny-1", "CPU")
        assert set(answer.attributes) == {a.name for a in studio.attributes} - {"colors"}
        for name, found in answer.attributes.items():
            assert tuple(found.probabilities) == studio.attribute(name).value_names
            assert sum(found.probabilities.values()) == pytest.approx(1.0, abs=1e-5)
            assert found.confidence == max(found.probabilities.values()) == found.probabilities[found.value]
        assert tuple(answer.colors_probabilities) == studio.attribute("colors").value_names
        assert [mark.name for mark in answer.landmarks] == list(studio.landmark_names)
        for mark in answer.landmarks:
            assert 0 <= mark.x <= answer.width_px
            assert 0 <= mark.y <= answer.height_px
            assert 1 / 3 - 1e-6 <= mark.confidence <= 1


def test_probabilities_are_calibrated_logits_of_the_network(reader, bundle_dir, photos, readings) -> None:
    """Against the unfused network fed by hand."""
    bundle = load_bundle(bundle_dir)
    planes, to_input = bundle.manifest.preprocessing.apply(photos[0])
    with torch.inference_mode():
        output = bundle.network(torch.from_numpy(planes)[None])
    answer = readings[0].prediction
    wanted = (output.logits["category"][0] / 1.7).softmax(0)
    assert np.allclose(list(answer.category.probabilities.values()), wanted, atol=2e-4)
    wanted = output.logits["fit"][0].softmax(0)
    assert np.allclose(list(answer.attributes["fit"].probabilities.values()), wanted, atol=2e-4)
    wanted = (output.logits["colors"][0] / 1.2).sigmoid()
    assert np.allclose(list(answer.colors_probabilities.values()), wanted, atol=2e-4)
    states = (output.visibility[0] / 0.8).softmax(1)
    for mark, chances in zip(answer.landmarks, states, strict=True):
        assert mark.visibility == Visibility(int(chances.argmax()))
        assert mark.confidence == pytest.approx(float(chances.max()), abs=2e-4)
    assert readings[0].maps.to_input == to_input
    assert np.allclose(readings[0].maps.mask, output.mask[0, 0].sigmoid(), atol=2e-3)


def test_colours_go_by_their_own_thresholds_most_likely_first(studio, readings) -> None:
    names = studio.attribute("colors").value_names
    for reading in readings:
        answer = reading.prediction
        chosen = [color.name for color in answer.colors_predicted]
        thresholds = dict.fromkeys(names, 0.6) | {names[-1]: 0.2}
        over = {name for name, chance in answer.colors_probabilities.items() if chance >= thresholds[name]}
        best = max(answer.colors_probabilities, key=answer.colors_probabilities.get)
        assert set(chosen) == (over or {best})
        confidences = [color.confidence for color in answer.colors_predicted]
        assert confidences == sorted(confidences, reverse=True)


def test_a_photo_reads_the_same_alone_and_in_company(reader, photos, readings) -> None:
    for photo, together in zip(photos, readings, strict=True):
        alone = reader.read([photo])[0].prediction
        for name, found in together.prediction.attributes.items():
            assert np.allclose(
                list(alone.attributes[name].probabilities.values()),
                list(found.probabilities.values()),
                atol=1e-4,
            )
        assert np.allclose(
            [(m.x, m.y) for m in alone.landmarks],
            [(m.x, m.y) for m in together.prediction.landmarks],
            atol=0.05,
        )


def test_maps_explain_the_logits(reader, bundle_dir, photos, readings, studio) -> None:
    bundle = load_bundle(bundle_dir)
    for reading in readings:
        maps = reading.maps
        assert set(maps.cams) == {attribute.name for attribute in studio.attributes}
        assert maps.input_px == 96
        assert maps.heatmaps.shape[0] == 8
        assert maps.heatmaps.max(axis=(1, 2)) == pytest.approx(np.ones(8))
        assert maps.heatmaps.min() >= 0
        assert 0 <= maps.mask.min() <= maps.mask.max() <= 1
        logits = maps.cams["fit"].mean(axis=(1, 2)) + bundle.network.head("fit").bias.detach().numpy()
        chances = np.exp(logits - logits.max())
        found = list(reading.prediction.attributes["fit"].probabilities.values())
        assert np.allclose(chances / chances.sum(), found, atol=1e-3)


def test_maps_and_palettes_are_made_on_request(reader, photos) -> None:
    reading = reader.read(photos[:1], measure_colors=False)[0]
    assert reading.maps is None
    assert reading.prediction.colors_measured == ()
    assert reader.read([]) == []


def test_a_landmark_lies_where_its_heatmap_peaks(reader, photos, readings) -> None:
    for reading in readings:
        maps, answer = reading.maps, reading.prediction
        for heat, mark in zip(maps.heatmaps, answer.landmarks, strict=True):
            y, x = np.unravel_index(int(heat.argmax()), heat.shape)
            cell = maps.input_px / heat.shape[0]
            peak = maps.to_input.inverse().apply(np.array([(x + 0.5) * cell, (y + 0.5) * cell]))
            peak = np.clip(peak, 0, (answer.width_px, answer.height_px))
            reach = 2.5 * cell / maps.to_input.scale_x
            assert abs(peak[0] - mark.x) <= reach
            assert abs(peak[1] - mark.y) <= reach


def test_more_photos_than_fit_into_one_batch(reader, photos) -> None:
    many = (photos * 8)[:37]
    assert len(reader.read(many, measure_colors=False)) == 37


def test_threads_may_share_a_reader(reader, photos) -> None:
    alone = [reader.read([photo])[0].prediction.category for photo in photos]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda photo: reader.read([photo])[0].prediction.category, photos * 4))
    for index, answer in enumerate(together):
        assert answer.confidence == pytest.approx(alone[index % len(photos)].confidence, abs=1e-4)


def test_unfit_images_bundles_and_devices_are_refused(reader, bundle_dir, tmp_path) -> None:
    with pytest.raises(ValueError, match="uint8 image is needed"):
        reader.read([np.zeros((5, 5), np.uint8)])
    with pytest.raises(CheckpointError):
        Reader.load(tmp_path)
    if not torch.cuda.is_available():
        with pytest.raises(EnvironmentProblem):
            Reader.load(bundle_dir, "cuda")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device here")
def test_a_gpu_gives_the_same_answers(bundle_dir, reader, photos) -> None:
    on_gpu = Reader.load(bundle_dir, "cuda").read(photos)
    for here, there in zip(reader.read(photos), on_gpu, strict=True):
        for name, found in here.prediction.attributes.items():
            other = there.prediction.attributes[name].probabilities
            assert np.allclose(list(found.probabilities.values()), list(other.values()), atol=2e-2)


# A bundle that names classes only, of another vocabulary than the program's own, reads photos too.

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
