from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import timm
import torch
from safetensors.torch import save_file
from taught_project import make_model

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.probing.records import Streams, Subject, SubjectNote
from fashion_studio.probing.sixteen import OBJECT, SixteenClasses
from fashion_studio.probing.subjects import (
    BundleSubject,
    ImageNetSubject,
    load_subject,
    silence,
)
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.bundle import load_bundle

SIXTEEN = resources_dir() / "probing" / "sixteen_classes.toml"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return make_model(tmp_path_factory.mktemp("model") / "tiny", studio)


@pytest.fixture(scope="module")
def pictures() -> list[np.ndarray]:
    return [render_seed(seed, width_px=60, height_px=90).image for seed in (1, 2)] + [
        np.zeros((50, 50, 3), np.uint8)
    ]


def load(subject: Subject, index: int = 0) -> BundleSubject | ImageNetSubject:
    loaded = load_subject(index, subject, "cpu", SIXTEEN)
    assert isinstance(loaded, (BundleSubject, ImageNetSubject))
    return loaded


def test_a_bundle_decides_as_its_reader_and_shows_the_map_of_what_it_decided(
    model: Path, pictures: list[np.ndarray]
) -> None:
    subject = load(Subject("Tiny", str(model)), 3)
    assert isinstance(subject, BundleSubject)
    assert (subject.note.index, subject.note.name, subject.note.model_id) == (3, "Tiny", "tiny-1")
    asked = subject.ask(pictures, with_maps=True)
    readings = subject._reader.read(pictures, with_maps=True, measure_colors=False)
    for one, reading, picture in zip(asked, readings, pictures, strict=True):
        category = reading.prediction.category
        said = one.decisions["category"]
        assert (said.value, said.confidence) == (category.value, round(category.confidence, 4))
        assert len(said.others) == 2
        chances = [said.confidence, *(chance for _, chance in said.others)]
        assert chances == sorted(chances, reverse=True)
        assert one.decisions["colors"].value == reading.prediction.colors_predicted[0].name or (
            one.decisions["colors"].confidence
            == pytest.approx(max(reading.prediction.colors_probabilities.values()), abs=1e-4)
        )
        cam = one.cams["category"]
        assert max(cam.shape) == 24
        assert cam.shape[0] / cam.shape[1] == pytest.approx(picture.shape[0] / picture.shape[1], rel=0.05)
        assert cam.max() in (0, 255)
    assert subject.ask(pictures, with_maps=False)[0].cams == {}


def test_one_stream_alone_hears_nothing_of_the_other(model: Path) -> None:
    """What the silenced stream sees makes no difference, what the other sees does."""
    images = torch.rand(2, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    for streams, silent in ((Streams.SHAPE, ("texture", "color")), (Streams.TEXTURE, ("shape",))):
        network = load_bundle(model).two_stream
        silence(network, streams)
        with torch.inference_mode():
            before = network(images).logits["category"]
            for name in silent:
                for parameter in getattr(network, name).parameters():
                    parameter.mul_(3.0)
            silenced = network(images).logits["category"]
            loud = network.shape if streams is Streams.SHAPE else network.texture
            for parameter in loud.parameters():
                parameter.mul_(3.0)
            changed = network(images).logits["category"]
        assert torch.equal(before, silenced)
        assert not torch.allclose(before, changed)


def test_streams_are_subjects_of_their_own_also_after_folding(
    model: Path, pictures: list[np.ndarray]
) -> None:
    chances = []
    for streams in (Streams.BOTH, Streams.TEXTURE, Streams.SHAPE):
        subject = load(Subject(streams.value, str(model), streams))
        assert isinstance(subject, BundleSubject)
        reading = subject._reader.read(pictures[:1])[0]
        chances.append(np.array(list(reading.prediction.category.probabilities.values())))
    both, texture, shape = chances
    assert min(np.abs(both - texture).max(), np.abs(both - shape).max(), np.abs(texture - shape).max()) > 1e-5
    network = load_bundle(model).two_stream
    silence(network, Streams.SHAPE)
    form = subject._reader.preprocessing
    with torch.inference_mode():
        square = torch.from_numpy(form.apply(pictures[0])[0])[None]
        plain = network(square).logits["category"].softmax(1)[0]
    assert np.abs(shape - plain.numpy()).max() < 1e-5


def test_an_imagenet_network_decides_among_16_classes_by_the_mean(
    tmp_path: Path, pictures: list[np.ndarray]
) -> None:
    torch.manual_seed(0)
    network = timm.create_model("test_resnet", pretrained=False)
    with torch.no_grad():
        network.get_classifier().weight.mul_(20)
    file = tmp_path / "weights.safetensors"
    save_file(network.state_dict(), file)
    subject = load(Subject("ResNet", "timm:test_resnet", weights=str(file)))
    assert isinstance(subject, ImageNetSubject)
    asked = subject.ask(pictures, with_maps=True)
    classes = SixteenClasses.read(SIXTEEN)
    network.eval()
    with torch.inference_mode():
        squares = np.stack([subject._form.square(picture)[0] for picture in pictures])
        chances = network(subject._form.normalise(torch.from_numpy(squares))).softmax(1).numpy()
    assert [one.decisions[OBJECT].value for one in asked] == [classes.decide(each) for each in chances]
    assert subject.note.attributes == {OBJECT: classes.names}
    for one, picture in zip(asked, pictures, strict=True):
        cam = one.cams[OBJECT]
        assert (cam.dtype, max(cam.shape)) == (np.uint8, 24)
        assert cam.shape[0] / cam.shape[1] == pytest.approx(picture.shape[0] / picture.shape[1], rel=0.05)
        assert cam.max() in (0, 255)
    assert any(one.cams[OBJECT].max() == 255 for one in asked)
    assert subject.ask(pictures, with_maps=False)[0].cams == {}


def test_the_map_of_a_16_class_decision_is_where_its_evidence_is(tmp_path: Path) -> None:
    """The network likes one thing, brightness, for every class: the map lies on the bright half."""
    torch.manual_seed(0)
    network = timm.create_model("test_resnet", pretrained=False)
    file = tmp_path / "weights.safetensors"
    save_file(network.state_dict(), file)
    subject = load(Subject("ResNet", "timm:test_resnet", weights=str(file)))
    assert isinstance(subject, ImageNetSubject)
    inner = subject._network
    with torch.no_grad():
        inner.get_classifier().weight.fill_(0.0)
        inner.get_classifier().weight[:, 0] = 1.0
        inner.forward_features = lambda x: torch.nn.functional.avg_pool2d(x.mean(1, keepdim=True), 28).expand(
            -1, inner.num_features, -1, -1
        )
    picture = np.zeros((60, 90, 3), np.uint8)
    picture[:, 60:] = 255
    (asked,) = subject.ask([picture], with_maps=True)
    cam = asked.cams[OBJECT]
    assert cam.shape == (16, 24)
    assert cam[5:11, 20:].min() > 200
    assert cam[5:11, :12].max() < 30


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        (Subject("a", "timm:no_such_network"), "timm has no network “no_such_network”."),
        (Subject("a", "no/folder"), "folder"),
        (Subject("a", "timm:test_resnet", weights="gone.safetensors"), "gone.safetensors cannot be read"),
    ],
)
def test_what_cannot_be_asked_says_why(subject: Subject, sentence: str) -> None:
    note = load_subject(2, subject, "cpu", SIXTEEN)
    assert isinstance(note, SubjectNote)
    assert note.index == 2
    assert sentence in note.problem


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "other.safetensors"
    save_file({"weight": torch.zeros(3)}, file)
    note = load_subject(0, Subject("a", "timm:test_resnet", weights=str(file)), "cpu", SIXTEEN)
    assert isinstance(note, SubjectNote)
    assert "of another network" in note.problem
