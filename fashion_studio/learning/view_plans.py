"""How a photo becomes a network's input, as data: preprocessing, random changes, mixing.

Parts of a method recipe; `fashion_studio.learning.views` and `.mixing` do what they say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

__all__ = [
    "Augmenting",
    "Blur",
    "BoxCrop",
    "CoarseDropout",
    "ColorChange",
    "Downscale",
    "Mixing",
    "ResizedCrop",
    "Rotation",
    "ShiftScaleRotate",
    "ViewPlan",
]


@dataclass(frozen=True, slots=True)
class ViewPlan:
    """From photo to input, in training and in prediction alike; it goes into the bundle's preprocessing.

    Attributes:
        side_px: side of the square input.
        fit: "stretch" fills the square and gives the aspect up, "letterbox" keeps it.
        interpolation: of the resize; "area" is area averaging down and bilinear up.
        box_in_evaluation: crop to the true box when measuring, as the published protocol does.
        background: "removed" shows the garment on `fill` where a mask is known, "mixed" does so for
            `removed_share` of the training views, "raw" never.
        matting: what takes the background away where it is wanted: one of rembg's models, or "file:" and the
            path of an ONNX file of U²-Net's shape. Prediction uses the same.
        fill: RGB, 0 to 255, of letterbox bars and of removed background.
        mean, std: of the normalisation, for values in 0 to 1.
    """

    side_px: int = 224
    fit: Literal["stretch", "letterbox"] = "stretch"
    interpolation: Literal["area", "bilinear", "bicubic"] = "bilinear"
    box_in_evaluation: bool = False
    background: Literal["raw", "removed", "mixed"] = "raw"
    removed_share: float = 0.5
    matting: str = "u2net"
    fill: tuple[int, int, int] = (0, 0, 0)
    mean: tuple[float, float, float] = (0.485, 0.456, 0.406)
    std: tuple[float, float, float] = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class BoxCrop:
    """Cutting to the garment's box with a probability; `margin` widens it by that fraction of its sides."""

    share: float = 1.0
    margin: float = 0.0


@dataclass(frozen=True, slots=True)
class Rotation:
    """By an angle within ±`degrees`, with probability `share`."""

    degrees: float
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class ShiftScaleRotate:
    """Shift within ±`shift` of the side, scale within 1 ± `scale`, rotation within ±`degrees`.

    What comes in from outside is the picture mirrored at its edge.
    """

    shift: float
    scale: float
    degrees: float
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class ResizedCrop:
    """A crop of `scale_low` to `scale_high` of the area, resized to the input."""

    scale_low: float = 0.8
    scale_high: float = 1.0
    aspect_low: float = 0.75
    aspect_high: float = 4 / 3
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class ColorChange:
    """Colour jitter: factors within 1 ± each; hue within ± turns."""

    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    hue: float = 0.0
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Blur:
    """Gaussian blur of a sigma in pixels between the two bounds."""

    sigma_low_px: float = 0.1
    sigma_high_px: float = 2.0
    kernel_px: int = 5
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class CoarseDropout:
    """`min_holes` to `max_holes` black rectangles, sides from `min_px` to `max_fraction` of the input's."""

    min_holes: int = 1
    max_holes: int = 6
    min_px: int = 4
    max_fraction: float = 0.1
    share: float = 0.5


@dataclass(frozen=True, slots=True)
class Downscale:
    """Resize down to a factor between the bounds and up again."""

    factor_low: float = 0.5
    factor_high: float = 1.0
    share: float = 0.3


@dataclass(frozen=True, slots=True)
class Augmenting:
    """Random changes of the training views, in this order; None leaves one out. Landmarks move along.

    Attributes:
        flip_share: probability of a horizontal flip; left and right landmarks are exchanged with it.
    """

    box_crop: BoxCrop | None = None
    resized_crop: ResizedCrop | None = None
    flip_share: float = 0.0
    rotation: Rotation | None = None
    shift_scale_rotate: ShiftScaleRotate | None = None
    downscale: Downscale | None = None
    blur: Blur | None = None
    color: ColorChange | None = None
    coarse_dropout: CoarseDropout | None = None


@dataclass(frozen=True, slots=True)
class Mixing:
    """CutMix and Mixup; a share of 0 switches one off. At most one is applied to a batch.

    Attributes:
        alpha: of the Beta(alpha, alpha) that the mixing ratio is drawn from.
    """

    cutmix_share: float = 0.0
    mixup_share: float = 0.0
    cutmix_alpha: float = 1.0
    mixup_alpha: float = 0.2
