from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import timm
import torch
from safetensors.torch import save_file

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.deepfashion_names import CATEGORY_NAMES, FINE_GROUPS
from fashion_studio.learning.method_network import (
    check_start,
    learnt_vocabulary,
    network_config,
    start_network,
)
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe, read_method_recipe
from fashion_studio.zoo.backbone_heads import BackboneHeads
from fashion_studio.zoo.bundle import BundleManifest, Calibration, load_bundle, save_bundle
from fashion_studio.zoo.configuration import BackboneHeadsConfig, TwoStreamConfig
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream

FOLDER = Path(__file__).parents[3] / "resources" / "recipes"
SMALL = """
name = "small"
title = "Small"
heads = ["neckline", "fit"]
[backbone]
backbone = "mobilenetv3_small_050"
weights = "imagenet"
[view]
side_px = 64
[[phases]]
name = "all"
epochs = 1
[loss.classes]
kind = "cross_entropy"
"""


def words(**sizes: int) -> Vocabulary:
    """A vocabulary of one-valued attributes with so many values."""
    attributes = [
        {"name": n, "title": n, "key": str(i), "values": [{"name": f"v{v}"} for v in range(size)]}
        for i, (n, size) in enumerate(sizes.items())
    ]
    return Vocabulary.from_mapping({"name": "w", "title": "W", "version": 1, "attributes": attributes})


@pytest.fixture(scope="module")
def imagenet(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Weights of the small recipe's backbone, as a file."""
    torch.manual_seed(9)
    path = tmp_path_factory.mktemp("weights") / "small.safetensors"
    save_file(timm.create_model("mobilenetv3_small_050", pretrained=False).state_dict(), path)
    return path


@pytest.mark.parametrize(("daily", "gender", "embellishment"), [(6, 5, 3), (7, 6, 3)])
def test_class_counts_come_from_the_data(daily: int, gender: int, embellishment: int) -> None:
    recipe = read_method_recipe(FOLDER / "fashion-how-1.toml")
    data = words(daily=daily, other=2, gender=gender, embellishment=embellishment)
    learnt = learnt_vocabulary(recipe, data)
    config = network_config(recipe, learnt)
    assert isinstance(config, BackboneHeadsConfig)
    assert [(head.name, head.values) for head in config.heads] == [
        ("daily", daily),
        ("gender", gender),
        ("embellishment", embellishment),
    ]
    assert not learnt.has("other")


def test_two_streams_heads_and_landmarks_come_from_the_data(studio: Vocabulary) -> None:
    recipe = read_method_recipe(FOLDER / "two-stream-deepfashion.toml")
    config = network_config(recipe, learnt_vocabulary(recipe, studio))
    assert isinstance(config, TwoStreamConfig)
    assert (config.landmarks, config.visibility_states, config.mask) == (8, 1, False)
    assert config.fusion == TwoStreamConfig.paper().fusion
    assert (config.texture.backbone, config.shape.backbone) == ("vgg16.tv_in1k", "vgg16")


def test_the_backbone_starts_from_the_file_and_the_heads_at_random(
    studio: Vocabulary, imagenet: Path
) -> None:
    started = start_network(parse_method_recipe(SMALL), studio, weights=imagenet, seed=1)
    assert isinstance(started.network, BackboneHeads)
    whole = timm.create_model("mobilenetv3_small_050", pretrained=False)
    from safetensors.torch import load_file

    whole.load_state_dict(load_file(imagenet))
    assert torch.equal(started.network.backbone.conv_stem.weight, whole.conv_stem.weight)
    assert len(started.parents["small.safetensors"]) == 64
    assert [a.name for a in started.vocabulary.attributes] == ["neckline", "fit"]
    assert started.vocabulary.landmarks == ()
    again = start_network(parse_method_recipe(SMALL), studio, weights=imagenet, seed=1)
    other = start_network(parse_method_recipe(SMALL), studio, weights=imagenet, seed=2)
    assert torch.equal(again.network.head("fit").weight, started.network.head("fit").weight)
    assert not torch.equal(other.network.head("fit").weight, started.network.head("fit").weight)


def test_weights_of_another_backbone_are_refused(studio: Vocabulary, tmp_path: Path) -> None:
    path = tmp_path / "other.safetensors"
    save_file({"conv_stem.weight": torch.zeros(3)}, path)
    with pytest.raises(CheckpointError, match="another backbone"):
        start_network(parse_method_recipe(SMALL), studio, weights=path)


def forbidding() -> MethodRecipe:
    return read_method_recipe(FOLDER / "fashion-how-2.toml")


@pytest.mark.parametrize(
    ("recipe", "given", "reason"),
    [
        ("fashion-how-2", {"weights": Path("imagenet.safetensors")}, "forbids pretrained weights"),
        ("fashion-how-2", {"base": Path("house")}, "forbids pretrained weights"),
        ("fine26-resnet50", {"base": Path("house")}, "does not go on with a model"),
        ("fine-tune", {}, "give the folder of one"),
        ("fine-tune", {"base": Path("house"), "weights": Path("w.safetensors")}, "would not be used"),
    ],
)
def test_starts_that_a_recipe_does_not_allow_are_refused(
    recipe: str, given: dict[str, Path], reason: str
) -> None:
    wanted = {"weights": None, "base": None} | given
    with pytest.raises(UserError, match=reason):
        check_start(read_method_recipe(FOLDER / f"{recipe}.toml"), **wanted)


def test_the_forbidding_recipe_starts_at_random_and_without_a_network() -> None:
    recipe = replace(forbidding(), backbone=replace(forbidding().backbone, backbone="mobilenetv3_small_050"))
    started = start_network(recipe, words(color=18))
    assert started.parents == {}
    assert started.network.head("color").out_features == 18


def saved_base(folder: Path, vocabulary: Vocabulary) -> Path:
    recipe = replace(
        parse_method_recipe(SMALL.replace('weights = "imagenet"', "")), heads=("neckline", "fit")
    )
    started = start_network(recipe, vocabulary)
    manifest = BundleManifest(
        model_id="own-1",
        architecture=started.architecture,
        config=started.config,
        vocabulary=dict(started.vocabulary.source),
        preprocessing=Preprocessing(64, fit="stretch", interpolation="bicubic"),
        calibration=Calibration(),
        licence="Apache-2.0",
    )
    save_bundle(folder, started.network, manifest)
    return folder


def test_a_base_goes_on_with_its_own_network_view_and_vocabulary(tmp_path: Path, studio: Vocabulary) -> None:
    base = saved_base(tmp_path / "own-1", studio)
    recipe = read_method_recipe(FOLDER / "fine-tune.toml")
    started = start_network(recipe, studio, base=base)
    bundle = load_bundle(base)
    assert started.config == bundle.manifest.config
    assert torch.equal(started.network.head("fit").weight, bundle.network.head("fit").weight)
    assert (started.view.side_px, started.view.fit, started.view.interpolation) == (64, "stretch", "bicubic")
    assert started.parents == {"own-1": bundle.manifest.weights_sha256}


def test_a_base_of_another_vocabulary_is_refused_by_name(tmp_path: Path, studio: Vocabulary) -> None:
    base = saved_base(tmp_path / "own-1", studio)
    recipe = read_method_recipe(FOLDER / "fine-tune.toml")
    with pytest.raises(CheckpointError, match=r"own-1 cannot go on.*“neckline” has other values"):
        start_network(recipe, words(neckline=3, fit=3), base=base)
    with pytest.raises(CheckpointError, match="the data's vocabulary has no “neckline”"):
        start_network(recipe, words(fit=3), base=base)


@pytest.mark.parametrize("variant", ["", "texture-only", "shape-only"])
def test_the_small_pairs_streams_are_those_of_the_ablation(studio: Vocabulary, variant: str) -> None:
    recipe = read_method_recipe(FOLDER / "two-stream-deepfashion.toml", variant)
    small = read_method_recipe(FOLDER / "two-stream-deepfashion.toml", "small").two_stream
    assert small is not None
    assert recipe.two_stream is not None
    plan = replace(
        small,
        streams=recipe.two_stream.streams,
        texture=replace(small.texture, weights="none"),
    )
    started = start_network(replace(recipe, two_stream=plan), studio)
    network = started.network
    assert isinstance(network, TwoStream)
    network.eval()
    images = torch.randn(1, 3, 64, 64)
    before = network(images)
    with torch.no_grad():
        # the first layer of the trunk that must not count
        trunk = network.shape if variant == "texture-only" else network.texture
        trunk.conv_stem.weight.mul_(-3.0)
    after = network(images)
    same = torch.equal(before.logits["category"], after.logits["category"])
    assert same is (variant != "")
    # landmarks follow the shape stream in every case
    assert torch.equal(before.heatmaps, after.heatmaps) is (variant != "texture-only")


def test_the_shipped_vocabulary_is_that_of_the_fine_sets_files() -> None:
    words = Vocabulary.from_file(FOLDER.parent / "vocabularies" / "fine26.toml")
    groups = {a.name: a.value_names for a in words.attributes[1:]}
    assert groups == dict(FINE_GROUPS.values())
    assert sum(len(values) for values in groups.values()) == 26
    assert words.attribute("category").value_names == tuple(name for name, _ in CATEGORY_NAMES)
    assert words.mirror_order() == (1, 0, 3, 2, 5, 4, 7, 6)


def test_the_recipe_makes_six_softmaxes_of_it() -> None:
    words = Vocabulary.from_file(FOLDER.parent / "vocabularies" / "fine26.toml")
    recipe = read_method_recipe(FOLDER / "fine26-resnet50.toml")
    config = network_config(recipe, learnt_vocabulary(recipe, words))
    assert [(head.name, head.values, head.several) for head in config.heads] == [
        (name, len(values), False) for name, values in FINE_GROUPS.values()
    ]
