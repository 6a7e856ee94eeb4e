"""AdaIN on small networks with random weights; the handed-around VGG-19 pair where it lies beside."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.zoo.adain import (
    MANIFEST_NAME,
    AdaIn,
    AdaInManifest,
    AdaInSpec,
    adaptive_instance_norm,
    channel_statistics,
    load_adain,
    save_adain,
)
from fashion_studio.zoo.style_encoders import EncoderSpec, mirrored_decoder

BLOCKS = ((6, 6), (8, 8), (10,))


def small(seed: int = 0) -> AdaIn:
    torch.manual_seed(seed)
    return AdaIn(AdaInSpec(EncoderSpec(blocks=BLOCKS), mirrored_decoder(BLOCKS))).eval()


def test_adain_gives_the_content_the_styles_statistics() -> None:
    torch.manual_seed(1)
    content, style = torch.randn(2, 5, 12, 9) * 3 + 1, torch.rand(2, 5, 7, 7) * 4
    made = adaptive_instance_norm(content, style)
    for own, wanted in zip(channel_statistics(made), channel_statistics(style), strict=True):
        torch.testing.assert_close(own, wanted, atol=1e-4, rtol=1e-4)
    one = (content[0, 0] - content[0, 0].mean()) / content[0, 0].std(correction=0)
    by_hand = one * style[0, 0].std(correction=0) + style[0, 0].mean()
    torch.testing.assert_close(made[0, 0], by_hand, atol=1e-4, rtol=1e-4)


def test_a_flat_channel_becomes_the_styles_mean_and_stays_finite() -> None:
    style = torch.rand(1, 2, 6, 6)
    made = adaptive_instance_norm(torch.full((1, 2, 8, 8), 0.3), style)
    torch.testing.assert_close(made, style.mean((2, 3), keepdim=True).expand_as(made), atol=1e-4, rtol=0)


def test_alpha_nought_is_the_reconstruction_and_alpha_goes_between() -> None:
    network, content, style = small(), torch.rand(2, 3, 32, 32), torch.rand(1, 3, 24, 40)
    torch.testing.assert_close(network.stylise(content, style, 0.0), network.reconstruct(content))
    each = network.stylise(content, style, torch.tensor([0.0, 1.0]))
    torch.testing.assert_close(each[0], network.stylise(content, style, 0.0)[0])
    torch.testing.assert_close(each[1], network.stylise(content, style, 1.0)[1])
    assert not torch.allclose(each[1], network.stylise(content, style, 0.0)[1])


def test_the_base_carries_colours_and_layout_but_nothing_fine() -> None:
    torch.manual_seed(0)
    spec = AdaInSpec(EncoderSpec(blocks=BLOCKS), mirrored_decoder(BLOCKS), base_pool=4)
    network = AdaIn(spec).eval()
    with torch.no_grad():
        for value in network.decoder.parameters():
            value.zero_()
    content = torch.rand(1, 3, 32, 32)
    style = torch.rand(1, 3, 32, 32) * 0.2 + 0.4
    coarse = network.reconstruct(content)
    inside = slice(2, -2)  # bilinear between the squares' means, which is theirs again when averaged
    assert float((coarse.mean((2, 3)) - content.mean((2, 3))).abs().max()) < 0.01
    assert float(coarse[:, :, inside, inside].std()) < 0.5 * float(content.std())
    made = network.stylise(content, style)
    assert float((made.mean((2, 3)) - style.mean((2, 3))).abs().max()) < 0.01


@pytest.mark.parametrize("size", [(16, 16), (33, 50), (61, 18)])
def test_a_picture_of_any_size_keeps_it(size: tuple[int, int]) -> None:
    made = small().stylise(torch.rand(1, 3, *size), torch.rand(1, 3, 21, 35))
    assert made.shape == (1, 3, *size)
    assert 0 <= float(made.min()) <= float(made.max()) <= 1


def test_what_cannot_be_stylised_is_said() -> None:
    with pytest.raises(UserError, match="at least 16 pixels"):
        small().stylise(torch.rand(1, 3, 8, 40), torch.rand(1, 3, 40, 40))
    with pytest.raises(UserError, match="between 0 and 1"):
        small().stylise(torch.rand(1, 3, 40, 40), torch.rand(1, 3, 40, 40), 1.5)


def test_the_style_is_compared_after_the_first_convolution_of_every_block() -> None:
    network = small()
    taps = network.encoder.taps(torch.rand(1, 3, 32, 32))
    assert [tuple(tap.shape[1:]) for tap in taps] == [(6, 32, 32), (8, 16, 16), (10, 8, 8)]


def test_stages_of_a_timm_backbone_encode_and_keep_their_running_statistics() -> None:
    encoder = EncoderSpec("stages", backbone="mobilenetv2_100", stages=(0, 1), pad_type="")
    network = AdaIn(AdaInSpec(encoder, ((12,), (12, 8), (8, 3)))).train()
    before = {key: value.clone() for key, value in network.encoder.state_dict().items()}
    made = network(torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32))
    assert made.shape == (2, 3, 32, 32)
    assert all(torch.equal(value, before[key]) for key, value in network.encoder.state_dict().items())


def test_the_decoder_mirrors_the_encoder() -> None:
    assert mirrored_decoder(((64, 64), (128, 128), (256,))) == ((128,), (128, 64), (64, 3))


def manifest(network: AdaIn) -> AdaInManifest:
    return AdaInManifest("adain-test", network.spec, "Apache-2.0", ("renderings",))


def test_a_bundle_comes_back_as_it_was(tmp_path: Path) -> None:
    network = small().half().float()
    save_adain(tmp_path / "made", network, manifest(network))
    again = load_adain(tmp_path / "made")
    content, style = torch.rand(1, 3, 20, 20), torch.rand(1, 3, 20, 20)
    torch.testing.assert_close(again.stylise(content, style), network.stylise(content, style))
    assert not again.training


def test_a_damaged_bundle_is_refused(tmp_path: Path) -> None:
    save_adain(tmp_path, small(), manifest(small()))
    weights = tmp_path / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-4] + b"abcd")
    with pytest.raises(CheckpointError, match="damaged"):
        load_adain(tmp_path)
    (tmp_path / MANIFEST_NAME).write_text("{", encoding="utf-8")
    with pytest.raises(CheckpointError, match="manifest of the style transfer"):
        load_adain(tmp_path)


def test_a_folder_without_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="holds no style transfer"):
        load_adain(tmp_path)


def test_reflected_borders_leave_a_flat_picture_flat() -> None:
    made = small().reconstruct(torch.full((1, 3, 32, 32), 0.4))
    torch.testing.assert_close(made, made[:, :, :1, :1].expand_as(made), atol=1e-5, rtol=0)
