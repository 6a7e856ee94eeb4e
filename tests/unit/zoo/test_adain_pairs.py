"""Foreign pairs of files, made here with random weights; the VGG-19 pair where it lies beside."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.imaging.decode import load_photo
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.zoo.adain import load_adain

SHARED = Path(__file__).parents[4] / "shared"
PHOTOS = SHARED / "data" / "photos" / "images"


def layers(widths: Sequence[int | str], first: list[nn.Module], change: nn.Module) -> nn.Sequential:
    """As such files were made: padding, convolution, ReLU; a change of resolution between blocks."""
    found, inputs = list(first), next(width for width in widths if isinstance(width, int))
    for width in widths[1:]:
        if isinstance(width, str):
            found.append(change)
            continue
        found += [nn.ReflectionPad2d(1), nn.Conv2d(inputs, width, 3), nn.ReLU()]
        inputs = width
    return nn.Sequential(*found)


def pair() -> tuple[nn.Sequential, nn.Sequential]:
    torch.manual_seed(0)
    colours = nn.Conv2d(3, 3, 1)
    with torch.no_grad():
        colours.weight.copy_(torch.eye(3).flip(0)[:, :, None, None] * 255)
        colours.bias.copy_(torch.tensor([-103.9, -116.8, -123.7]))
    encoder = layers([3, 4, 4, "pool", 6, 6, "pool", 8, 8], [colours], nn.MaxPool2d(2))
    decoder = layers([8, 6, "up", 6, 4, "up", 4, 3], [], nn.Upsample(scale_factor=2))
    return encoder, decoder[:-1]


def saved(folder: Path, encoder: nn.Module, decoder: nn.Module) -> tuple[Path, Path]:
    files = (folder / "vgg_normalised.pth", folder / "decoder.pth")
    torch.save(encoder.state_dict(), files[0])
    torch.save(decoder.state_dict(), files[1])
    return files


def test_a_pair_says_what_its_own_layers_say(tmp_path: Path) -> None:
    encoder, decoder = pair()
    network = load_adain(saved(tmp_path, encoder, decoder))
    images = torch.rand(2, 3, 24, 32)
    with torch.no_grad():
        theirs = decoder(encoder[:-3](images))  # the decoder reads the first convolution of the last block
        torch.testing.assert_close(network.decoder(network.encoder(images)), theirs, atol=1e-4, rtol=1e-4)
    assert network.spec.encoder.order == "bgr"
    assert network.spec.encoder.mean == pytest.approx((123.7 / 255, 116.8 / 255, 103.9 / 255))
    assert torch.equal(load_adain(tmp_path).reconstruct(images), network.reconstruct(images))


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    encoder, decoder = pair()
    shallow = layers([6, 4, "up", 4, 3], [], nn.Upsample(scale_factor=2))[:-1]
    with pytest.raises(CheckpointError, match="neither a normalised VGG"):
        load_adain(saved(tmp_path, decoder, encoder))
    other = layers([9, 6, "up", 6, 4, "up", 4, 3], [], nn.Upsample(scale_factor=2))[:-1]
    with pytest.raises(CheckpointError, match="do not belong together"):
        load_adain(saved(tmp_path, encoder, other))
    assert load_adain(saved(tmp_path, encoder, shallow)).encoder.stride == 2


def test_other_files_are_refused_and_pickles_are_not_run(tmp_path: Path) -> None:
    encoder, decoder = pair()
    files = saved(tmp_path, encoder, decoder)
    torch.save({"weight": Path("/")}, files[0])
    with pytest.raises(CheckpointError, match="plain tensors"):
        load_adain(files)
    torch.save([torch.ones(2)], files[0])
    with pytest.raises(CheckpointError, match="neither a normalised VGG"):
        load_adain(files)
    with pytest.raises(CheckpointError, match="plain tensors"):
        load_adain((tmp_path / "gone.pth", files[1]))


def psnr_db(images: Tensor, made: Tensor) -> float:
    return float(-10 * torch.log10(((images - made) ** 2).mean()))


@pytest.mark.slow
@pytest.mark.skipif(not (SHARED / "weights").is_dir(), reason="the handed-around pair is not beside")
def test_the_vgg19_pair_gives_photos_back_at_27_8_db() -> None:
    """The pair's own figure; another mean or order of channels than its own loses ten decibels."""
    network = load_adain(SHARED / "weights")
    found = []
    for file in sorted(PHOTOS.rglob("*.jpg"))[::440]:
        square = letterbox(load_photo(file).image, 256)[0]
        images = torch.from_numpy(square).permute(2, 0, 1)[None] / 255
        found.append(psnr_db(images, network.reconstruct(images)))
    assert sum(found) / len(found) == pytest.approx(27.8, abs=1.0)
