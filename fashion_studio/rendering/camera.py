"""From garment units to picture pixels and back, and what the phone does to the light."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.rendering.noise import field, grain

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.curves import Plane, Points
    from fashion_studio.rendering.dice import Dice
    from fashion_studio.rendering.layout import Part
    from fashion_studio.rendering.spec import Pose, Scene

__all__ = ["Camera", "develop"]


class Camera:
    """Perspective view of a flat garment, with a slow in-plane distortion of the cloth itself.

    Attributes:
        unit_px: pixels per garment unit in the middle.
    """

    def __init__(self, pose: Pose, width_px: int, height_px: int, dice: Dice) -> None:
        self.width, self.height = width_px, height_px
        self.unit_px = pose.unit * min(width_px, height_px * 0.75)
        angle = np.deg2rad(pose.rotation_deg)
        turn = np.array([[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
        center = np.array([[1, 0, -pose.middle_x], [0, 1, -pose.middle_y], [0, 0, 1]])
        tilt = np.array([[1, 0, 0], [0, 1, 0], [pose.tilt_x, pose.tilt_y, 1]])
        place = np.array(
            [
                [self.unit_px, 0, pose.center_x * width_px],
                [0, self.unit_px, pose.center_y * height_px],
                [0, 0, 1],
            ]
        )
        self._forward = place @ tilt @ turn @ center
        self._backward = np.linalg.inv(self._forward)
        self._wave_numbers = np.array(
            [[dice.uniform(f"wave {k} {axis}", -5.5, 5.5) for k in range(6)] for axis in ("x", "y")]
        )
        self._wave_phases = np.array([dice.uniform(f"wave {k} phase", 0, 6.28) for k in range(6)])
        self._wave_amounts = np.zeros((6, 2))
        for k in range(6):
            self._wave_amounts[k, k % 2] = dice.uniform(f"wave {k} amount", 0.5, 1.0) * pose.wave
        self._outlines: dict[int, tuple[Part, Points]] = {}

    def project(self, points: Points) -> Points:
        """Garment units to picture pixels, (N, 2) to (N, 2)."""
        bent = points + np.sin(points @ self._wave_numbers + self._wave_phases) @ self._wave_amounts
        out = bent @ self._forward[:, :2].T + self._forward[:, 2]
        return np.asarray(out[:, :2] / out[:, 2:], np.float64)

    def outline(self, part: Part) -> Points:
        """A part's outline in picture pixels, worked out once."""
        known = self._outlines.get(id(part))
        if known is None:
            known = self._outlines[id(part)] = (part, self.project(part.outline))
        return known[1]

    def grid(self) -> tuple[Plane, Plane]:
        """Garment coordinates of every pixel's centre, without the cloth's own distortion."""
        x = (np.arange(self.width, dtype=np.float32) + 0.5)[None, :]
        y = (np.arange(self.height, dtype=np.float32) + 0.5)[:, None]
        m = self._backward.astype(np.float32)
        depth = 1.0 / (m[2, 0] * x + m[2, 1] * y + m[2, 2])
        return (m[0, 0] * x + m[0, 1] * y + m[0, 2]) * depth, (m[1, 0] * x + m[1, 1] * y + m[1, 2]) * depth


def _gain(scene: Scene, dice: Dice, width_px: int, height_px: int) -> NDArray[np.float32]:
    """Falloff to the corners, a slope of the room's light, and the white balance, as (H, W, 3) factors."""
    y, x = np.mgrid[-1:1:24j, -1:1:18j].astype(np.float32)
    slope = dice.uniform("slope", 0.0, 0.14)
    angle = np.deg2rad(scene.light_deg)
    gain = (
        1.03 - scene.vignette * 0.55 * (x**2 + y**2) + slope * (np.cos(angle) * x + np.sin(angle) * y) / 1.2
    )
    gain += dice.uniform("patchy light", 0.0, 0.05) * field(dice.generator("patches"), 4, 5, 18, 24)
    cast = np.array([1 + scene.warmth, 1.0, 1 - scene.warmth]) * scene.exposure
    small = np.asarray(gain[..., None] * cast, np.float32)
    return np.asarray(cv2.resize(small, (width_px, height_px), interpolation=cv2.INTER_LINEAR), np.float32)


def develop(rgb: NDArray[np.float32], scene: Scene, dice: Dice) -> NDArray[np.uint8]:
    """Light falloff, white balance, lens blur, sensor noise and the phone's JPEG; changes `rgb`."""
    height, width = rgb.shape[:2]
    rgb *= _gain(scene, dice, width, height)
    if scene.noise > 0:
        speckle = np.asarray(scene.noise * grain(dice.generator("noise"), width, height), np.float32)
        rgb += cv2.merge([speckle, speckle, speckle])
    image = np.clip(rgb, 0, 255).astype(np.uint8)
    sigma = scene.blur * width / 384.0
    if sigma > 0.15:
        image = cv2.GaussianBlur(image, (0, 0), sigma).astype(np.uint8, copy=False)
    if scene.jpeg_quality:
        _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, scene.jpeg_quality])
        image = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return image
