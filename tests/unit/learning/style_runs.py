"""A style transfer of a few channels, for runs on stylised copies."""

from __future__ import annotations

from pathlib import Path

import torch

from fashion_studio.zoo.adain import AdaIn, AdaInManifest, AdaInSpec, save_adain
from fashion_studio.zoo.style_encoders import EncoderSpec


def tiny_adain(folder: Path) -> Path:
    """An untrained one as a bundle."""
    torch.manual_seed(0)
    network = AdaIn(AdaInSpec(EncoderSpec(blocks=((4,), (6,))), ((4,), (3,))))
    save_adain(folder, network, AdaInManifest("tiny", network.spec, "Apache-2.0"))
    return folder
