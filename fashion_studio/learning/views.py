"""From a photo to a network's input, with random changes while training. Landmarks move with the pixels.

What comes before the square (background, box, crop, resize) is cut out of the photo's own pixels and resized
once, by `zoo.preprocessing`, which prediction uses too. What comes after it are transforms of
`torchvision.transforms.v2` on tv_tensors. Coordinates have their origin in the corner of the first pixel; a
flip therefore sends x to side - x. (torchvision's own flip of key points counts pixel centres, side - 1 - x,
while its resize, crop and affine count corners; so the flip is done here.)
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import torch
from torchvision import tv_tensors
from torchvision.transforms import v2

from fashion_studio.domain.labels import Visibility
from fashion_studio.imaging.matting import without_background
from fashion_studio.learning.chance import own_chance
from fashion_studio.zoo.preprocessing import Preprocessing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.domain.geometry import Box
    from fashion_studio.learning.view_plans import Augmenting, ViewPlan

__all__ = ["View", "ViewMaker", "preprocessing_of"]

_MIN_CROP_PX: Final = 2


@dataclass(frozen=True, slots=True)
class View:
    """One input.

    Attributes:
        square: (S, S, 3) uint8 RGB; `Preprocessing.normalise` takes a batch of them, on any device.
        points: (K, 2) float32 in input pixels.
        visibility: (K,) long; a point that the view has pushed out of the picture is ABSENT (truncated).
        mirrored: whether left and right were exchanged, landmarks included.
    """

    square: Tensor
    points: Tensor
    visibility: Tensor
    mirrored: bool


def preprocessing_of(plan: ViewPlan) -> Preprocessing:
    """What of the plan travels with the weights, so that prediction fits and normalises as training did."""
    return Preprocessing(
        side_px=plan.side_px,
        mean=plan.mean,
        std=plan.std,
        fill=plan.fill,
        fit=plan.fit,
        interpolation=plan.interpolation,
        background="removed" if plan.background == "removed" else "raw",
        matting=plan.matting if plan.background == "removed" else "",
    )


class ViewMaker:
    """Makes inputs as a recipe says.

    Args:
        plan: of the recipe.
        augmenting: of the recipe for training, None for measuring and predicting.
        mirror_order: index of each landmark's partner (`Vocabulary.mirror_order`).
    """

    def __init__(self, plan: ViewPlan, augmenting: Augmenting | None, mirror_order: Sequence[int]) -> None:
        self._plan = plan
        self._augmenting = augmenting
        self._mirror = torch.tensor(list(mirror_order), dtype=torch.long)
        self._preprocessing = preprocessing_of(plan)
        self._changes = None if augmenting is None else _changes(augmenting, plan)

    def __call__(
        self,
        image: NDArray[np.uint8],
        *,
        points: Tensor,
        visibility: Tensor,
        box: Box | None = None,
        mask: NDArray[Any] | None = None,
        seed: int = 0,
    ) -> View:
        """One view. The same seed gives the same view, whatever else the process has drawn.

        Args:
            image: (H, W, 3) uint8 RGB, upright.
            points: (K, 2) in image pixels.
            visibility: (K,) long, `Visibility` or -1.
            box: of the garment in image pixels; without one nothing is cut to it.
            mask: (H, W) of the garment, as for `without_background`; without one the background stays.
            seed: of this photo in this epoch.
        """
        with own_chance(seed):
            return self._view(image, points, visibility, box, mask)

    def _view(
        self,
        image: NDArray[np.uint8],
        points: Tensor,
        visibility: Tensor,
        box: Box | None,
        mask: NDArray[Any] | None,
    ) -> View:
        if mask is not None and self._takes_background_away():
            image = without_background(image, mask, self._plan.fill)
        left, top, right, bottom = self._window(image.shape[1], image.shape[0], box)
        square, frame = self._preprocessing.square(np.ascontiguousarray(image[top:bottom, left:right]))
        moved = points.double() - torch.tensor((left, top), dtype=torch.float64)
        moved = moved * torch.tensor((frame.scale_x, frame.scale_y), dtype=torch.float64)
        moved = (moved + torch.tensor((frame.shift_x, frame.shift_y), dtype=torch.float64)).float()
        pixels = torch.from_numpy(square)
        mirrored = False
        if self._augmenting is not None:
            mirrored = bool(torch.rand(()) < self._augmenting.flip_share)
            if mirrored:
                pixels = pixels.flip(1)
                moved = torch.stack((self._plan.side_px - moved[:, 0], moved[:, 1]), dim=1)
                moved, visibility = moved[self._mirror], visibility[self._mirror]
            pixels, moved = self._changed(pixels, moved)
        side = self._plan.side_px
        outside = ((moved < 0) | (moved >= side)).any(1)
        seen = (visibility == Visibility.VISIBLE) | (visibility == Visibility.OCCLUDED)
        visibility = torch.where(outside & seen, int(Visibility.ABSENT), visibility)
        return View(pixels.contiguous(), moved, visibility, mirrored)

    def _takes_background_away(self) -> bool:
        if self._plan.background == "mixed" and self._augmenting is not None:
            return bool(torch.rand(()) < self._plan.removed_share)
        return self._plan.background == "removed"

    def _window(self, width: int, height: int, box: Box | None) -> tuple[int, int, int, int]:
        """What is cut out of the photo: left, top, right, bottom in whole pixels, never empty."""
        window = (0, 0, width, height)
        augmenting = self._augmenting
        if augmenting is None:
            wanted, margin = self._plan.box_in_evaluation, 0.0
        elif augmenting.box_crop is None:
            wanted, margin = False, 0.0
        else:
            wanted = bool(torch.rand(()) < augmenting.box_crop.share)
            margin = augmenting.box_crop.margin
        if wanted and box is not None:
            window = _whole(
                box.x - margin * box.width,
                box.y - margin * box.height,
                box.right + margin * box.width,
                box.bottom + margin * box.height,
                (width, height),
            )
        crop = None if augmenting is None else augmenting.resized_crop
        if crop is not None and bool(torch.rand(()) < crop.share):
            left, top, right, bottom = window
            cutter = v2.RandomResizedCrop(
                self._plan.side_px,
                scale=(crop.scale_low, crop.scale_high),
                ratio=(crop.aspect_low, crop.aspect_high),
            )
            # torchvision draws the window; the cut is made here, so that the photo is resized only once
            drawn = cutter.make_params([torch.empty(1, bottom - top, right - left)])
            top, left = top + drawn["top"], left + drawn["left"]
            window = (left, top, left + drawn["width"], top + drawn["height"])
        return window

    def _changed(self, pixels: Tensor, points: Tensor) -> tuple[Tensor, Tensor]:
        if self._changes is None:
            return pixels, points
        side = self._plan.side_px
        # planes first in shape but not in memory: OpenCV's and the final layout cost no copy
        image = tv_tensors.Image(pixels.permute(2, 0, 1))
        if len(points):
            keys = tv_tensors.KeyPoints(points, canvas_size=(side, side))
            changed, moved = self._changes(image, keys)
            points = moved.as_subclass(torch.Tensor)
        else:
            changed = self._changes(image)
        return changed.as_subclass(torch.Tensor).permute(1, 2, 0), points


def _whole(
    left: float, top: float, right: float, bottom: float, size: tuple[int, int]
) -> tuple[int, int, int, int]:
    width, height = size
    x0, y0 = max(0, math.floor(left)), max(0, math.floor(top))
    x1, y1 = min(width, math.ceil(right)), min(height, math.ceil(bottom))
    if x1 - x0 < _MIN_CROP_PX or y1 - y0 < _MIN_CROP_PX:
        return 0, 0, width, height
    return x0, y0, x1, y1


def _changes(augmenting: Augmenting, plan: ViewPlan) -> v2.Compose | None:
    steps: list[tuple[v2.Transform, float]] = []
    if (turn := augmenting.rotation) is not None:
        steps.append((_Motion(0.0, 0.0, turn.degrees, fill=plan.fill), turn.share))
    if (motion := augmenting.shift_scale_rotate) is not None:
        steps.append((_Motion(motion.shift, motion.scale, motion.degrees), motion.share))
    if (coarse := augmenting.downscale) is not None:
        steps.append((_Coarser(coarse.factor_low, coarse.factor_high), coarse.share))
    if (blur := augmenting.blur) is not None:
        soften = v2.GaussianBlur(blur.kernel_px, (blur.sigma_low_px, blur.sigma_high_px))
        steps.append((soften, blur.share))
    if (color := augmenting.color) is not None:
        jitter = v2.ColorJitter(color.brightness, color.contrast, color.saturation, color.hue)
        steps.append((jitter, color.share))
    if (holes := augmenting.coarse_dropout) is not None:
        largest = int(plan.side_px * holes.max_fraction)
        steps.append((_Holes((holes.min_holes, holes.max_holes), (holes.min_px, largest)), holes.share))
    applied = [v2.RandomApply([step], p=share) for step, share in steps]
    return v2.Compose(applied) if applied else None


class _Motion(v2.Transform):  # type: ignore[misc]
    """Shift, scale and rotation about the centre; outside is `fill`, or the picture mirrored at its edge.

    torchvision's own affine fills with a colour only and darkens the seam to it; the colour recipe needs
    edges without a foreign colour (OpenCV's REFLECT_101).
    """

    def __init__(
        self, shift: float, scale: float, degrees: float, fill: tuple[int, int, int] | None = None
    ) -> None:
        super().__init__()
        self.shift, self.scale, self.degrees, self.fill = shift, scale, degrees, fill

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """The matrix (2, 3) from old to new places, in coordinates from the pixels' corners."""
        height, width = v2.functional.get_size(flat_inputs[0])
        across, down, zoom, turn = (torch.rand(4) * 2 - 1).tolist()
        angle, factor = math.radians(turn * self.degrees), 1 + zoom * self.scale
        linear = factor * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
        center = np.array([width / 2, height / 2])
        shift = np.array([across * self.shift * width, down * self.shift * height])
        return {"matrix": np.column_stack((linear, center + shift - linear @ center))}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Moves pixels or points."""
        matrix = params["matrix"]
        if isinstance(inpt, tv_tensors.KeyPoints):
            moved = inpt.double() @ torch.from_numpy(matrix[:, :2].T) + torch.from_numpy(matrix[:, 2])
            return tv_tensors.wrap(moved.to(inpt.dtype), like=inpt)
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        centres = matrix.copy()  # OpenCV counts from the pixels' centres
        centres[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
        pixels = inpt.permute(1, 2, 0).contiguous().numpy()
        size = (pixels.shape[1], pixels.shape[0])
        border = cv2.BORDER_REFLECT_101 if self.fill is None else cv2.BORDER_CONSTANT
        warped = cv2.warpAffine(
            pixels,
            centres,
            size,
            flags=cv2.INTER_LINEAR,
            borderMode=border,
            borderValue=self.fill or (0, 0, 0),
        )
        return tv_tensors.wrap(torch.from_numpy(warped).permute(2, 0, 1), like=inpt)


class _Coarser(v2.Transform):  # type: ignore[misc]
    """Resized down by a random factor and up again: a photo of lower resolution."""

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """The factor."""
        del flat_inputs
        return {"factor": self.low + float(torch.rand(())) * (self.high - self.low)}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Changes pixels only."""
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        height, width = inpt.shape[-2:]
        small = [max(1, round(height * params["factor"])), max(1, round(width * params["factor"]))]
        return v2.functional.resize(v2.functional.resize(inpt, small), [height, width])


class _Holes(v2.Transform):  # type: ignore[misc]
    """Black rectangles (Cutout, DeVries & Taylor 2017), several; number and sides in closed ranges."""

    def __init__(self, count: tuple[int, int], side_px: tuple[int, int]) -> None:
        super().__init__()
        self.count, self.side_px = count, (side_px[0], max(side_px))

    def make_params(self, flat_inputs: list[Any]) -> dict[str, Any]:
        """Left, top, width and height of each."""
        height, width = v2.functional.get_size(flat_inputs[0])
        holes = []
        for _ in range(_drawn(*self.count)):
            down, across = min(_drawn(*self.side_px), height), min(_drawn(*self.side_px), width)
            holes.append((_drawn(0, width - across), _drawn(0, height - down), across, down))
        return {"holes": holes}

    def transform(self, inpt: Any, params: dict[str, Any]) -> Any:
        """Changes pixels only."""
        if not isinstance(inpt, tv_tensors.Image):
            return inpt
        covered = inpt.clone()
        for left, top, width, height in params["holes"]:
            covered[:, top : top + height, left : left + width] = 0
        return tv_tensors.wrap(covered, like=inpt)


def _drawn(low: int, high: int) -> int:
    return int(torch.randint(low, high + 1, ()))
