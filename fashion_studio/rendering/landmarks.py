"""Landmarks of a rendered garment in the picture, and whether each can be seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.domain.labels import Landmark, Visibility
from fashion_studio.rendering.layout import Part
from fashion_studio.rendering.spec import LANDMARK_NAMES

if TYPE_CHECKING:
    from fashion_studio.rendering.camera import Camera
    from fashion_studio.rendering.curves import Points
    from fashion_studio.rendering.layout import Layout
    from fashion_studio.rendering.occluders import Shape

__all__ = ["locate_landmarks"]


def _depth(outline: Points, point: Points) -> float:
    """Pixels inside an outline; negative outside."""
    polygon = outline.astype(np.float32).reshape(-1, 1, 2)
    return float(cv2.pointPolygonTest(polygon, (float(point[0]), float(point[1])), True))


def _painted_over(layout: Layout, camera: Camera, group: str, point: Points) -> bool:
    """Whether a part of another group, painted later, lies on the point."""
    own = [k for k, op in enumerate(layout.ops) if isinstance(op, Part) and op.group == group]
    for k, op in enumerate(layout.ops):
        later = (
            isinstance(op, Part)
            and not op.clip
            and op.group != group
            and k > own[-1 if group != "body" else 0]
        )
        if later and isinstance(op, Part) and _depth(camera.outline(op), point) > 0.015 * camera.unit_px:
            return True
    return False


def locate_landmarks(layout: Layout, camera: Camera, occluders: list[Shape]) -> tuple[Landmark, ...]:
    """All eight landmarks in picture pixels.

    A landmark that the garment does not have, or that lies outside the picture, is ABSENT; one under
    another part of the garment or under an occluder is OCCLUDED.
    """
    found = []
    for name in LANDMARK_NAMES:
        anchor = layout.landmarks.get(name)
        if anchor is None:
            found.append(Landmark(name, 0.0, 0.0, Visibility.ABSENT))
            continue
        point = camera.project(np.array([anchor.point]))[0]
        x, y = float(point[0]), float(point[1])
        visibility = Visibility.VISIBLE
        if not (0 <= x < camera.width and 0 <= y < camera.height):
            visibility = Visibility.ABSENT
        elif any(_depth(outline, point) > 1.0 for outline, _ in occluders) or _painted_over(
            layout, camera, anchor.group, point
        ):
            visibility = Visibility.OCCLUDED
        found.append(Landmark(name, x, y, visibility))
    return tuple(found)
