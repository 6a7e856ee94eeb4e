"""The mask head as an ONNX file of U²-Net's shape, for rembg's custom session and any other U²-Net tool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import torch
from torch import Tensor, nn
from torch.nn import functional

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.inference.fusing import fused

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.zoo.bundle import Bundle

__all__ = ["U2NET_SIDE_PX", "export_matting"]

U2NET_SIDE_PX: Final = 320
_OPSET: Final = 18
# What rembg normalises with for U²-Net, whatever the network behind it was trained with.
_U2NET_MEAN: Final = (0.485, 0.456, 0.406)
_U2NET_STD: Final = (0.229, 0.224, 0.225)


class _MaskOnly(nn.Module):
    """Undoes U²-Net's normalisation, applies the bundle's, and answers the mask's probability alone."""

    mean_in: Tensor
    std_in: Tensor
    mean: Tensor
    std: Tensor

    def __init__(self, bundle: Bundle) -> None:
        super().__init__()
        form = bundle.manifest.preprocessing
        self.network = fused(bundle.two_stream, form.side_px).cpu()
        self.side_px = form.side_px
        planes = {"mean_in": _U2NET_MEAN, "std_in": _U2NET_STD, "mean": form.mean, "std": form.std}
        for name, values in planes.items():
            self.register_buffer(name, torch.tensor(values)[:, None, None])

    def forward(self, images: Tensor) -> Tensor:
        """(1, 3, 320, 320) as rembg normalises → (1, 1, 320, 320), 0 to 1."""
        pixels = images * self.std_in + self.mean_in
        fitted = functional.interpolate(pixels, (self.side_px, self.side_px), mode="bilinear")
        mask = self.network((fitted - self.mean) / self.std).mask
        return functional.interpolate(mask.sigmoid(), (U2NET_SIDE_PX, U2NET_SIDE_PX), mode="bilinear")


def export_matting(bundle: Bundle, path: Path) -> Path:
    """Writes the mask head of a bundle's network.

    Input "input" (1, 3, 320, 320), normalised with ImageNet's mean and deviation; output "mask"
    (1, 1, 320, 320), 0 to 1. rembg squeezes the photo into the square without keeping its aspect and
    stretches the answer from its least to its greatest value, so a photo without any garment gets a
    meaningless mask there; the program's own path (`inference.garment.garment_mask`) does neither.

    Args:
        bundle: with a network that has a mask head.
        path: of the file to write; replaced only once the new one is whole.

    Returns:
        The path.

    Raises:
        CheckpointError: the network has no mask head.
    """
    if not bundle.two_stream.config.mask:
        msg = f"The model {bundle.manifest.model_id} has no mask head to export."
        raise CheckpointError(msg)
    program = torch.onnx.export(
        _MaskOnly(bundle).eval(),
        (torch.zeros(1, 3, U2NET_SIDE_PX, U2NET_SIDE_PX),),
        dynamo=True,
        input_names=["input"],
        output_names=["mask"],
        opset_version=_OPSET,
        verbose=False,
    )
    if program is None:
        msg = f"The mask head of {bundle.manifest.model_id} cannot be exported."
        raise CheckpointError(msg)
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    program.save(str(partial), external_data=False)
    partial.replace(path)
    return path
