from __future__ import annotations

from pathlib import Path

import pytest
import timm
import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.pretrained import load_trunks, read_state
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
    state = timm.create_model("vgg11", pretrained=False, num_classes=0).state_dict()
    network = TwoStream(config)
    load_trunks(network, state, None)
    assert torch.equal(network.texture.state_dict()["features_0.weight"], state["features.0.weight"])


def test_a_file_that_is_no_safetensors_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "w.safetensors"
    path.write_bytes(b"not weights")
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_state(path)
