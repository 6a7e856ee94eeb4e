"""Style transfer by adaptive instance normalisation (AdaIN; Huang & Belongie, ICCV 2017).

An encoder turns content and style into features; the content's features get the style's mean and standard
deviation, channel by channel; a decoder turns the result back into a picture. Shape comes from the content,
texture and colours from the style: what the texture and shape probe and stylised training are made of.

Weights come from a bundle of ours (`adain.json` beside `model.safetensors`, made by `save_adain`) or from a
pair of files of the “normalised” VGG-19 and its decoder, as they are handed around (`zoo.adain_pairs`).
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec
import torch
from torch import Tensor, nn
from torch.nn import functional

from fashion_studio.domain.errors import CheckpointError, UserError
from fashion_studio.zoo.adain_pairs import find_pair, read_pair
from fashion_studio.zoo.style_encoders import (
    Blocks,
    Decoder,
    EncoderSpec,
    build_encoder,
)
from fashion_studio.zoo.weights_file import WEIGHTS_NAME, fill, read_weights, write_weights

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "MANIFEST_NAME",
    "AdaIn",
    "AdaInManifest",
    "AdaInSpec",
    "adaptive_instance_norm",
    "channel_statistics",
    "load_adain",
    "read_adain_manifest",
    "save_adain",
]

MANIFEST_NAME: Final = "adain.json"
FORMAT: Final = 1
_EPSILON: Final = 1e-5
"""Added to the variance, so that a flat channel divides by something (the paper's code has the same)."""
_LEAST_PX: Final = 16


@dataclass(frozen=True, slots=True)
class AdaInSpec:
    """Encoder and decoder.

    Attributes:
        decoder: widths of the decoder's convolutions, coarsest block first; nearest upsampling by two between
            blocks. The last width is 3, RGB, without ReLU.
        base_pool: 0 is the paper's. Otherwise the decoder adds to a base: the picture itself with the style's
            mean and deviation per colour channel, averaged over squares of so many pixels, so that nothing
            finer than these comes through. Ours; a small network then has colours and layout to begin with.
    """

    encoder: EncoderSpec
    decoder: Blocks = field(default=())
    base_pool: int = 0


@dataclass(frozen=True, slots=True)
class AdaInManifest:
    """Everything beside the weights.

    Attributes:
        model_id: name with version, such as "adain-1"; enters the key of kept stylised pictures.
        licence: SPDX expression for the weights; `sources` names what they were made from.
        figures: what was measured, by name; the card explains them.
        weights_sha256, weights_bytes: of the weights file; filled in by `save_adain`.
    """

    model_id: str
    spec: AdaInSpec
    licence: str
    sources: tuple[str, ...] = ()
    figures: Mapping[str, float] = field(default_factory=dict)
    weights_sha256: str = ""
    weights_bytes: int = 0
    format: int = FORMAT


def channel_statistics(features: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation over the map.

    Args:
        features: (B, C, H, W).

    Returns:
        Two of (B, C, 1, 1).
    """
    variance, mean = torch.var_mean(features, dim=(2, 3), keepdim=True, unbiased=False)
    return mean, (variance + _EPSILON).sqrt()


def adaptive_instance_norm(content: Tensor, style: Tensor) -> Tensor:
    """AdaIN(x, y) = σ(y) · (x - μ(x)) / σ(x) + μ(y), per channel (Huang & Belongie 2017, equation 8).

    Args:
        content: (B, C, H, W).
        style: (B or 1, C, H', W').

    Returns:
        (B, C, H, W).
    """
    mean, deviation = channel_statistics(content)
    style_mean, style_deviation = channel_statistics(style)
    return style_deviation * (content - mean) / deviation + style_mean


class AdaIn(nn.Module):
    """Encoder, AdaIN, decoder."""

    def __init__(self, spec: AdaInSpec) -> None:
        super().__init__()
        self.spec = spec
        self.encoder = build_encoder(spec.encoder)
        self.decoder = Decoder(self.encoder.out_channels, spec.decoder)

    def forward(self, content: Tensor, style: Tensor, alpha: float | Tensor = 1.0) -> Tensor:
        """What `stylise` does without its checks, its borders and its cut to 0 to 1; for training."""
        features = self.encoder(content)
        made: Tensor = self.decoder(blended(features, self.encoder(style), alpha))
        return made + self._coarse(blended(content, style, alpha)) if self.spec.base_pool else made

    def again(self, images: Tensor) -> Tensor:
        """What `reconstruct` does without its borders and its cut to 0 to 1; for training."""
        made: Tensor = self.decoder(self.encoder(images))
        return made + self._coarse(images) if self.spec.base_pool else made

    def _coarse(self, images: Tensor) -> Tensor:
        pooled = functional.avg_pool2d(images, self.spec.base_pool, ceil_mode=True)
        return functional.interpolate(pooled, size=images.shape[2:], mode="bilinear", align_corners=False)

    @torch.no_grad()
    def stylise(self, content: Tensor, style: Tensor, alpha: float | Tensor = 1.0) -> Tensor:
        """The content with the style's texture and colours.

        Args:
            content: (B, 3, H, W), RGB in 0 to 1, any size from 16 pixels on.
            style: (B or 1, 3, H', W'), RGB in 0 to 1; its size is its own.
            alpha: 0 gives the content back (through encoder and decoder), 1 the style whole (the paper's α);
                a number, or one per picture, (B,).

        Returns:
            (B, 3, H, W), RGB in 0 to 1.

        Raises:
            UserError: a picture is smaller than 16 pixels, or α is outside 0 to 1.
        """
        if not 0.0 <= float(torch.as_tensor(alpha).min()) <= float(torch.as_tensor(alpha).max()) <= 1.0:
            msg = "The strength of a style (α) lies between 0 and 1."
            raise UserError(msg)
        if min(*content.shape[2:], *style.shape[2:]) < _LEAST_PX:
            msg = f"Style transfer needs pictures of at least {_LEAST_PX} pixels on both sides."
            raise UserError(msg)
        height, width = content.shape[2:]
        made: Tensor = self(_padded(content, self.encoder.stride), _padded(style, self.encoder.stride), alpha)
        return made[:, :, :height, :width].clamp(0.0, 1.0)

    @torch.no_grad()
    def reconstruct(self, images: Tensor) -> Tensor:
        """A picture through encoder and decoder without a style, (B, 3, H, W) in 0 to 1: how much is lost."""
        height, width = images.shape[2:]
        made = self.again(_padded(images, self.encoder.stride))
        return made[:, :, :height, :width].clamp(0.0, 1.0)


def save_adain(folder: Path, network: AdaIn, manifest: AdaInManifest) -> AdaInManifest:
    """Writes weights (float16) and manifest; returns the manifest with hash and size filled in.

    Raises:
        CheckpointError: the weights are not finite or too large for float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sha256, size = write_weights(folder / WEIGHTS_NAME, network.state_dict(), manifest.model_id)
    manifest = replace(manifest, spec=network.spec, weights_sha256=sha256, weights_bytes=size)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    (folder / MANIFEST_NAME).write_bytes(text)
    return manifest


def read_adain_manifest(folder: Path) -> AdaInManifest:
    """Reads and checks the manifest of a bundle of ours.

    Raises:
        CheckpointError: missing, damaged, or of another format.
    """
    try:
        manifest = msgspec.json.decode((folder / MANIFEST_NAME).read_bytes(), type=AdaInManifest)
    except OSError as error:
        msg = f"{folder.name} holds no style transfer: {MANIFEST_NAME} cannot be read."
        raise CheckpointError(msg) from error
    except msgspec.MsgspecError as error:
        msg = f"The manifest of the style transfer {folder.name} is damaged: {error}."
        raise CheckpointError(msg) from error
    if manifest.format != FORMAT:
        msg = f"The style transfer {folder.name} has format {manifest.format}, not {FORMAT}."
        raise CheckpointError(msg)
    return manifest


def load_adain(source: Path | tuple[Path, Path], device: str = "cpu") -> AdaIn:
    """Loads a style transfer, in evaluation mode.

    Args:
        source: a folder with a bundle of ours, or with a pair of foreign files; or the two files, encoder
            and decoder (.pth, read as plain tensors only, or .safetensors).
        device: a torch device.

    Raises:
        CheckpointError: nothing usable is there, or it is damaged; the message says which.
    """
    if isinstance(source, tuple):
        return _of_pair(source).to(device)
    if not (source / MANIFEST_NAME).is_file():
        return _of_pair(find_pair(source)).to(device)
    manifest = read_adain_manifest(source)
    network = AdaIn(manifest.spec)
    state = read_weights(source / WEIGHTS_NAME, source.name, manifest.weights_sha256, manifest.weights_bytes)
    fill(network, state, source.name)
    return network.eval().to(device)


def _of_pair(files: tuple[Path, Path]) -> AdaIn:
    encoder, decoder, state = read_pair(*files)
    network = AdaIn(AdaInSpec(encoder, decoder))
    fill(network, state, f"{files[0].name} and {files[1].name}")
    return network.eval()


def blended(features: Tensor, style_features: Tensor, alpha: float | Tensor) -> Tensor:
    """(1 - α) · x + α · AdaIN(x, y) (Huang & Belongie 2017, equation 14)."""
    strength = torch.as_tensor(alpha, dtype=features.dtype, device=features.device).view(-1, 1, 1, 1)
    return torch.lerp(features, adaptive_instance_norm(features, style_features), strength)


def _padded(images: Tensor, stride: int) -> Tensor:
    """The picture with its right and lower border mirrored to whole multiples of the stride."""
    height, width = images.shape[2:]
    more = (0, -width % stride, 0, -height % stride)
    return functional.pad(images, more, mode="reflect") if any(more) else images
