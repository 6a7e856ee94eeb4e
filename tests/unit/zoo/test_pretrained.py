from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.zoo.pretrained import backbone_state, load_backbone, load_trunks, read_state
from fashion_studio.zoo.two_stream import TwoStream


def test_trunks_and_fusion_start_as_the_imagenet_network(house_network: TwoStream) -> None:
    torch.manual_seed(4)
    whole = timm.create_model("mobilenetv2_100", pretrained=False, pad_type="").eval()
    load_trunks(house_network, whole.state_dict(), whole.state_dict())
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        ours = house_network.eval()(images).features
        theirs = whole.forward_features(images)
    torch.testing.assert_close(ours.clamp(max=6), theirs, atol=1e-4, rtol=1e-3)


def test_the_papers_shape_stream_stays_random(house_network: TwoStream) -> None:
    before = house_network.shape.conv_stem.weight.clone()
    state = timm.create_model("mobilenetv2_100", pretrained=False).state_dict()
    load_trunks(house_network, state, None)
    assert torch.equal(house_network.shape.conv_stem.weight, before)
    assert torch.equal(house_network.texture.conv_stem.weight, state["conv_stem.weight"])


def test_weights_of_another_backbone_are_refused(house_network: TwoStream) -> None:
    state = timm.create_model("mobilenetv2_050", pretrained=False).state_dict()
    with pytest.raises(CheckpointError, match="texture stream are of another backbone"):
        load_trunks(house_network, state, None)


def test_vgg_names_are_translated() -> None:
    from fashion_studio.zoo.configuration import FusionLayer, Head, StreamConfig, TwoStreamConfig

    stream = StreamConfig("vgg11", (4,))
    config = TwoStreamConfig(stream, stream, (Head("category", 2),), (FusionLayer(1, 8),), 8, 1, "deconv")
    with torch.device("meta"):  # its fully connected layers take their time
        names = timm.create_model("vgg11", pretrained=False).state_dict()
    network = TwoStream(config)
    wanted = network.texture.state_dict()
    state = {
        name: torch.rand_like(wanted[name.replace("features.", "features_")])
        for name in names
        if name.startswith("features.")
    }
    load_trunks(network, state, None)
    assert torch.equal(network.texture.state_dict()["features_0.weight"], state["features.0.weight"])


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"not weights")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_state(path)


@pytest.mark.parametrize("backbone", ["convnext_atto", "resnet18", "mobilenetv2_050"])
def test_any_backbones_names_are_translated(backbone: str) -> None:
    from fashion_studio.zoo.configuration import FusionLayer, Head, StreamConfig, TwoStreamConfig

    stream = StreamConfig(backbone, (3,))
    config = TwoStreamConfig(stream, stream, (Head("category", 2),), (FusionLayer(1, 8),), 8, 1, "deconv")
    torch.manual_seed(0)
    whole = timm.create_model(backbone, pretrained=False).eval()
    network = TwoStream(config).eval()
    load_trunks(network, whole.state_dict(), None)
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        features = timm.create_model(backbone, pretrained=False, features_only=True, out_indices=(3,)).eval()
        features.load_state_dict(network.texture.state_dict())
        theirs = whole.forward_intermediates(images, indices=[3], intermediates_only=True)[0]
        ours = network.texture(images)[-1]
    torch.testing.assert_close(ours, theirs)


def test_a_backbone_of_heads_starts_from_imagenet_and_refuses_others() -> None:
    from fashion_studio.zoo.backbone_heads import BackboneHeads
    from fashion_studio.zoo.configuration import BackboneHeadsConfig, Head

    network = BackboneHeads(BackboneHeadsConfig("mobilenetv2_050", (Head("fit", 3),), input_px=64))
    whole = timm.create_model("mobilenetv2_050", pretrained=False).eval()
    load_backbone(network, whole.state_dict())
    images = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        torch.testing.assert_close(network.eval()(images).features, whole.forward_features(images))
    with pytest.raises(CheckpointError, match="backbone are of another backbone"):
        load_backbone(network, timm.create_model("mobilenetv2_100", pretrained=False).state_dict())


def test_without_a_file_and_without_a_network_one_plain_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def offline(*_args: object, **_options: object) -> None:
        raise OSError("Name or service not known")

    monkeypatch.setattr("fashion_studio.zoo.pretrained.timm.create_model", offline)
    with pytest.raises(EnvironmentProblem, match=r"vgg16 could not be fetched.*--weights") as caught:
        backbone_state("vgg16", None)
    assert "service" not in str(caught.value)
