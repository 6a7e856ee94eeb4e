"""What is to be rendered: the garment's attributes, how it lies, and where; and what comes out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.labels import Landmark

__all__ = [
    "CATEGORIES",
    "LANDMARK_NAMES",
    "LOWERS",
    "RENDERER_VERSION",
    "UPPERS",
    "GarmentSpec",
    "Pose",
    "Rendering",
    "Scene",
]

RENDERER_VERSION: Final = 8
"""Raised whenever the same specification gives other pixels than before."""

UPPERS: Final = (
    "t-shirt",
    "polo",
    "shirt",
    "blouse",
    "top",
    "undershirt",
    "longsleeve",
    "hoodie",
    "blazer",
    "outwear",
    "body",
)
LOWERS: Final = ("skirt", "pants", "shorts")
CATEGORIES: Final = (
    "t-shirt",
    "polo",
    "shirt",
    "blouse",
    "top",
    "undershirt",
    "longsleeve",
    "hoodie",
    "blazer",
    "outwear",
    "dress",
    "skirt",
    "pants",
    "shorts",
    "body",
    "hat",
    "shoes",
)
LANDMARK_NAMES: Final = (
    "left_collar",
    "right_collar",
    "left_sleeve",
    "right_sleeve",
    "left_waistline",
    "right_waistline",
    "left_hem",
    "right_hem",
)


@dataclass(frozen=True, slots=True)
class Pose:
    """How the garment lies in the picture.

    Attributes:
        center_x, center_y: where the middle of the garment lies, in fractions of the picture's sides.
        middle_x, middle_y: what counts as the garment's middle, in garment units.
        unit: length of one garment unit (about the width of a regular chest) in fractions of the
            picture's width, or of three quarters of its height where that is less.
        rotation_deg: clockwise turn of the garment in the picture.
        tilt_x, tilt_y: perspective, as the relative change of size per unit across and along.
        left_arm_deg, right_arm_deg: sleeve's angle from hanging straight down, outwards.
        left_bend_deg, right_bend_deg: turn at the elbow, positive inwards.
        left_over, right_over: whether the sleeve lies on the torso (True) or under it (False).
        spread: how far trouser legs part, in garment units.
        wave: amplitude of the cloth's slow in-plane distortion, in garment units.
    """

    center_x: float = 0.5
    center_y: float = 0.5
    middle_x: float = 0.0
    middle_y: float = 0.6
    unit: float = 0.5
    rotation_deg: float = 0.0
    tilt_x: float = 0.0
    tilt_y: float = 0.0
    left_arm_deg: float = 35.0
    right_arm_deg: float = 35.0
    left_bend_deg: float = 0.0
    right_bend_deg: float = 0.0
    left_over: bool = True
    right_over: bool = True
    spread: float = 0.05
    wave: float = 0.012
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Scene:
    """Where the garment is photographed.

    Attributes:
        background: a name of `backgrounds.BACKGROUNDS`.
        hanger: whether the garment hangs on a hanger.
        occluders: names of `occluders.OCCLUDERS`, drawn over the garment.
        clutter: the same, lying beside or under the garment.
        light_deg: direction that the light comes from, in the picture.
        contrast: strength of folds and shadows, 1 is usual.
        exposure: factor on all pixel values.
        warmth: white-balance cast, positive is warm.
        blur: standard deviation of the lens blur in pixels at 384 x 512.
        noise: standard deviation of the sensor noise in 8-bit steps.
        jpeg_quality: of the phone's own compression; 0 leaves it out.
        vignette: darkening at the corners, 0 to 1.
    """

    background: str = "sheet"
    hanger: bool = False
    occluders: tuple[str, ...] = ()
    clutter: tuple[str, ...] = ()
    light_deg: float = 225.0
    contrast: float = 1.0
    exposure: float = 1.0
    warmth: float = 0.0
    blur: float = 0.4
    noise: float = 2.0
    jpeg_quality: int = 85
    vignette: float = 0.1
    seed: int = 0


@dataclass(frozen=True, slots=True)
class GarmentSpec:
    """One garment in one picture. Every field may be replaced alone (`dataclasses.replace`).

    Attributes:
        colors: main colour first, then the inks of pattern, print or contrast parts.
        shape_seed: decides the cut and its details within what the attributes say.
        fabric_seed: decides the exact shades and the cloth's texture, and without `motif_seed` the motif.
        motif_seed: decides the motif alone (which stripes, which print), so that a pattern can be put on many
            garments alike.
    """

    category: str
    sleeve_length: str = "none"
    neckline: str = "none"
    pattern: str = "solid"
    fit: str = "regular"
    length: str = "none"
    fabric: str = "cotton"
    colors: tuple[str, ...] = ("gray",)
    shape_seed: int = 0
    fabric_seed: int = 0
    motif_seed: int | None = None
    pose: Pose = Pose()
    scene: Scene = Scene()


@dataclass(frozen=True, slots=True)
class Rendering:
    """A picture and the exact truth about it.

    Attributes:
        image: (H, W, 3) uint8 RGB.
        mask: (H, W) float32, share of the pixel that shows the garment, occluders taken out.
        attributes: every single-valued studio attribute but the category that the category has, or that
            is "none" by kind. `fit` is left out for hats and shoes.
        colors: names with at least 15 % of the garment's area, the largest first.
        landmarks: all eight, in image pixels.
    """

    image: NDArray[np.uint8]
    mask: NDArray[np.float32]
    category: str
    attributes: dict[str, str]
    colors: tuple[str, ...]
    landmarks: tuple[Landmark, ...]
    spec: GarmentSpec
