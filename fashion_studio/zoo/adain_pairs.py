"""The “normalised” VGG-19 and its decoders, as two files of plain tensors without a description.

Such pairs (Li et al.'s WCT, AdaIN's PyTorch ports) name their tensors by the place in a list of layers:
padding, convolution, ReLU, and pooling or upsampling between blocks. So the build is read off the places: two
convolutions stand three apart, or four where the resolution changes. The encoder's first layer is a 1 × 1
convolution that turns RGB in 0 to 1 into the BGR in 0 to 255 less its mean that VGG was trained on (Caffe's
convention, not ImageNet's mean and deviation); it is read as `EncoderSpec.mean`, `std` and `order`. The
decoder answers with RGB in 0 to 1.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Final, Literal

import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.plain_tensors import read_plain_tensors
from fashion_studio.zoo.style_encoders import EncoderSpec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.zoo.style_encoders import Blocks

Colour = tuple[float, float, float]

__all__ = ["find_pair", "read_pair"]

_ENCODERS: Final = ("vgg_normalised*",)
_DECODERS: Final = ("feature_invertor*", "decoder*")
_NEXT: Final = 3
"""Places from one convolution to the next: itself, ReLU, padding."""
_NEXT_BLOCK: Final = 4
"""The same with pooling or upsampling between."""


def find_pair(folder: Path) -> tuple[Path, Path]:
    """The encoder and the decoder in a folder, by their usual names.

    Raises:
        CheckpointError: there is none, or more than one of either.
    """
    encoders = sorted(path for pattern in _ENCODERS for path in folder.glob(pattern))
    decoders = sorted(path for pattern in _DECODERS for path in folder.glob(pattern))
    if len(encoders) != 1 or len(decoders) != 1:
        msg = (
            f"{folder.name} holds no style transfer: neither adain.json nor one pair of files "
            "(vgg_normalised… and feature_invertor… or decoder…)."
        )
        raise CheckpointError(msg)
    return encoders[0], decoders[0]


def read_pair(encoder_file: Path, decoder_file: Path) -> tuple[EncoderSpec, Blocks, dict[str, Tensor]]:
    """Reads a pair; an encoder that is deeper than its decoder is cut to what the decoder reads.

    Returns:
        The encoder's specification, the decoder's blocks, and the tensors by the names of `zoo.adain.AdaIn`.

    Raises:
        CheckpointError: a file cannot be read, is unsafe, or is not of this build.
    """
    encoder, decoder = (
        read_plain_tensors(path, str(_strange(path))) for path in (encoder_file, decoder_file)
    )
    places, decoder_places = _places(encoder, encoder_file), _places(decoder, decoder_file)
    decoder_blocks = _blocks(decoder, decoder_places, decoder_file)
    mean, std, order = _colours(encoder, places[0], encoder_file)
    rest = places[1:]
    blocks = _blocks(encoder, rest, encoder_file)[: len(decoder_blocks)]
    blocks = (*blocks[:-1], blocks[-1][:1])
    state = _named("encoder", encoder, rest[: sum(len(block) for block in blocks)])
    state |= _named("decoder", decoder, decoder_places)
    reads = decoder[f"{decoder_places[0]}.weight"].shape[1]
    if len(blocks) != len(decoder_blocks) or blocks[-1][-1] != reads or decoder_blocks[-1][-1] != len(mean):
        msg = f"{encoder_file.name} and {decoder_file.name} do not belong together."
        raise CheckpointError(msg)
    return EncoderSpec(blocks=blocks, mean=mean, std=std, order=order), decoder_blocks, state


def _places(state: Mapping[str, Tensor], path: Path) -> list[int]:
    """Of the convolutions, in order."""
    names = [name.removesuffix(".weight") for name, value in state.items() if value.ndim == 4]
    if not names or not all(name.isdecimal() and f"{name}.bias" in state for name in names):
        raise _strange(path)
    return sorted(map(int, names))


def _blocks(state: Mapping[str, Tensor], places: list[int], path: Path) -> Blocks:
    blocks: list[list[int]] = [[]]
    for before, place in pairwise([places[0] - _NEXT, *places]):
        if place - before not in {_NEXT, _NEXT_BLOCK} or state[f"{place}.weight"].shape[2:] != (3, 3):
            raise _strange(path)
        if place - before == _NEXT_BLOCK:
            blocks.append([])
        blocks[-1].append(state[f"{place}.weight"].shape[0])
    return tuple(map(tuple, blocks))


def _colours(
    state: Mapping[str, Tensor], place: int, path: Path
) -> tuple[Colour, Colour, Literal["rgb", "bgr"]]:
    """Mean and deviation in RGB and the order of channels, of the first layer."""
    weight, bias = state[f"{place}.weight"], state[f"{place}.bias"]
    if weight.shape != (3, 3, 1, 1):
        raise _strange(path)
    matrix = weight[:, :, 0, 0].double()
    order: Literal["rgb", "bgr"] = "rgb" if bool(matrix.diagonal().all()) else "bgr"
    turned = matrix if order == "rgb" else matrix.flip(0)
    scale = turned.diagonal()
    if not bool(scale.all()) or not torch.equal(turned, scale.diag()):
        raise _strange(path)
    shift = bias.double() if order == "rgb" else bias.double().flip(0)
    red, green, blue = (-shift / scale).tolist()
    of_red, of_green, of_blue = (1 / scale).tolist()
    return (red, green, blue), (of_red, of_green, of_blue), order


def _named(part: str, state: Mapping[str, Tensor], places: list[int]) -> dict[str, Tensor]:
    return {
        f"{part}.convolutions.{number}.{kind}": state[f"{place}.{kind}"]
        for number, place in enumerate(places)
        for kind in ("weight", "bias")
    }


def _strange(path: Path) -> CheckpointError:
    return CheckpointError(f"{path.name} is neither a normalised VGG nor a decoder for one.")
