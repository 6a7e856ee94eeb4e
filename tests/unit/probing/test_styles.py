from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from probed_photos import write_garment

from fashion_studio.domain.errors import CheckpointError, PhotoError
from fashion_studio.probing.styles import Styler
from fashion_studio.zoo.adain import AdaIn, AdaInSpec
from fashion_studio.zoo.style_encoders import EncoderSpec, mirrored_decoder


class MeanSwap(torch.nn.Module):
    """Gives the content the style's mean colour: what AdaIN does to the lowest features."""

    def stylise(self, content: torch.Tensor, style: torch.Tensor, alpha: float) -> torch.Tensor:
        moved = content - content.mean((2, 3), keepdim=True) + style.mean((2, 3), keepdim=True)
        return torch.lerp(content, moved, alpha).clamp(0, 1)


@pytest.fixture
def styles(tmp_path: Path) -> list[Path]:
    return [write_garment(tmp_path / f"{n}.png", wide=True, shade=120 + 40 * n) for n in range(3)]


def test_the_photo_keeps_its_size_and_gets_the_styles_colours(styles: list[Path]) -> None:
    styler = Styler(MeanSwap(), styles, torch.device("cpu"))  # type: ignore[arg-type]
    image = np.full((90, 40, 3), 100, np.uint8)
    style = np.full((30, 30, 3), (200, 20, 20), np.uint8)
    made = styler.stylise(image, style)
    assert made.shape == image.shape
    assert made.dtype == np.uint8
    assert np.abs(made.reshape(-1, 3).mean(0) - (200, 20, 20)).max() < 2
    half = styler.stylise(image, style, alpha=0.5)
    assert np.abs(half.reshape(-1, 3).mean(0) - (150, 60, 60)).max() < 2
    assert np.array_equal(styler.stylise(image, style, alpha=0.0), image)


def test_a_style_is_drawn_by_chance_and_never_the_photo_itself(styles: list[Path]) -> None:
    styler = Styler(MeanSwap(), styles, torch.device("cpu"))  # type: ignore[arg-type]
    drawn = {styler.draw(np.random.default_rng(seed), but=styles[1]) for seed in range(30)}
    assert drawn == {styles[0], styles[2]}
    alone = Styler(MeanSwap(), styles[:1], torch.device("cpu"))  # type: ignore[arg-type]
    assert alone.draw(np.random.default_rng(0), but=styles[0]) is None


def test_a_styles_file_is_decoded_once_and_a_damaged_one_is_named(styles: list[Path], tmp_path: Path) -> None:
    styler = Styler(MeanSwap(), styles, torch.device("cpu"))  # type: ignore[arg-type]
    image = np.full((32, 32, 3), 100, np.uint8)
    first = styler.stylise(image, styles[0])
    styles[0].unlink()
    assert np.array_equal(styler.stylise(image, styles[0]), first)
    broken = tmp_path / "broken.png"
    broken.write_bytes(b"no picture")
    with pytest.raises(PhotoError, match=r"broken\.png"):
        styler.stylise(image, broken)


def test_a_real_network_is_run_at_any_size(styles: list[Path]) -> None:
    torch.manual_seed(0)
    blocks = ((3, 8), (8, 16))
    network = AdaIn(AdaInSpec(EncoderSpec(blocks=blocks), mirrored_decoder(blocks)))
    made = Styler(network, styles, torch.device("cpu")).stylise(np.zeros((33, 70, 3), np.uint8), styles[0])
    assert made.shape == (33, 70, 3)


def test_missing_weights_are_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError):
        Styler.load(tmp_path, [], "cpu")
