"""Renders garments with their exact truth."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fashion_studio.rendering.backgrounds import paint_background
from fashion_studio.rendering.camera import Camera, develop
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.fabrics import make_cloth
from fashion_studio.rendering.landmarks import locate_landmarks
from fashion_studio.rendering.layout import Part
from fashion_studio.rendering.motifs import make_print
from fashion_studio.rendering.occluders import clip_shapes, hanger_shapes, occluder_shapes, paint_shapes
from fashion_studio.rendering.painter import Painter
from fashion_studio.rendering.palette import contrasting, shade_of
from fashion_studio.rendering.patterns import make_pattern
from fashion_studio.rendering.placement import place_print
from fashion_studio.rendering.sampling import sample_spec
from fashion_studio.rendering.silhouettes.assemble import build_layout
from fashion_studio.rendering.spec import Rendering

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.domain.labels import Landmark
    from fashion_studio.rendering.curves import Plane, Rgb
    from fashion_studio.rendering.layout import Layout
    from fashion_studio.rendering.occluders import Shape
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = ["render", "render_seed", "sample_spec"]

_MAIN_SHARE = 0.15


def _inks(spec: GarmentSpec, dice: Dice) -> Rgb:
    """Three colours: the named ones, then shades that stand out from the first."""
    denim = spec.fabric == "denim"
    inks = [shade_of(name, dice, denim=denim and k == 0) for k, name in enumerate(spec.colors[:3])]
    while len(inks) < 3:
        inks.append(contrasting(inks[0], dice, f"accent {len(inks)}"))
    return np.stack(inks)


def _ground_shadow(
    rgb: NDArray[np.float32], layout: Layout, camera: Camera, spec: GarmentSpec, light: tuple[float, float]
) -> None:
    """The garment's soft shadow on what it lies on, darker close to the edge; in place."""
    height, width = rgb.shape[:2]
    cover = np.zeros((height // 2, width // 2), np.uint8)
    for op in layout.ops:
        if isinstance(op, Part) and not op.clip:
            cv2.fillPoly(cover, [np.round(camera.outline(op) * 8).astype(np.int32)], 255, cv2.LINE_8, 4)
    far = 0.10 if spec.scene.hanger else 0.035
    reach = far * camera.unit_px / 2
    shift = np.array([[1, 0, -light[0] * reach], [0, 1, -light[1] * reach]], np.float32)
    wide = cv2.GaussianBlur(
        cv2.warpAffine(cover, shift, (width // 2, height // 2)), (0, 0), max(1.0, reach * 0.9)
    )
    near = cv2.GaussianBlur(cover, (0, 0), max(0.8, 0.012 * camera.unit_px))
    dark = wide.astype(np.float32) * (0.34 / 255) + near.astype(np.float32) * (0.2 / 255)
    rgb *= (1.0 - min(1.2, spec.scene.contrast) * cv2.resize(dark, (width, height)))[..., None]


def _occluders(spec: GarmentSpec, layout: Layout, camera: Camera, dice: Dice) -> list[list[Shape]]:
    groups = []
    if spec.scene.hanger:
        at_waist = "left_collar" not in layout.landmarks and "left_waistline" in layout.landmarks
        pair = "waistline" if at_waist else "collar"
        if f"left_{pair}" in layout.landmarks:
            ends = np.array([layout.landmarks[f"{side}_{pair}"].point for side in ("left", "right")])
            left, right = camera.project(ends)
            side = (right - left) / max(float(np.linalg.norm(right - left)), 1e-6)
            shapes = clip_shapes if at_waist else hanger_shapes
            groups.append(shapes((left, right, np.array([side[1], -side[0]])), dice, camera.unit_px))
    points = camera.project(layout.points())
    low, high = points.min(axis=0), points.max(axis=0)
    anchors = [camera.project(np.array([anchor.point]))[0] for anchor in layout.landmarks.values()]
    for k, name in enumerate(spec.scene.occluders):
        own = Dice(spec.scene.seed + 101 * (k + 1))
        if anchors and own.chance("at landmark", 0.6):
            spot = anchors[int(own.uniform("which") * len(anchors))]
            target = (float(spot[0]), float(spot[1]))
        else:
            target = (own.uniform("x", low[0], high[0]), own.uniform("y", low[1], high[1]))
        groups.append(occluder_shapes(name, own, camera.unit_px, target, (camera.width, camera.height)))
    return groups


def _clutter(rgb: NDArray[np.float32], spec: GarmentSpec, camera: Camera, light: tuple[float, float]) -> None:
    """Things that lie around, painted before the garment; in place."""
    nowhere = np.zeros(rgb.shape[:2], np.float32)
    size = (camera.width, camera.height)
    for k, name in enumerate(spec.scene.clutter):
        own = Dice(spec.scene.seed + 7919 * (k + 1))
        angle = own.uniform("where", 0, 6.283)
        target = (
            camera.width * (0.5 + own.uniform("far x", 0.35, 0.6) * float(np.cos(angle))),
            camera.height * (0.5 + own.uniform("far y", 0.35, 0.6) * float(np.sin(angle))),
        )
        unit_px = min(size) * own.uniform("clutter size", 0.3, 0.9)
        paint_shapes(rgb, nowhere, occluder_shapes(name, own, unit_px, target, size), own, light)


def _colors(spec: GarmentSpec, painter: Painter, mask: Plane) -> tuple[str, ...]:
    """Named colours by their share of the visible garment, from 15 % on; the largest always."""
    owners = painter.owner[mask > 0.5]
    counts = np.bincount(owners.ravel(), minlength=len(painter.shares)).astype(np.float64)
    totals = counts[: len(painter.shares)] @ np.stack(painter.shares)
    named = totals[: len(spec.colors)][:3]
    if named.sum() <= 0:
        return spec.colors[:1]
    named = named / max(float(totals.sum()), 1.0)
    order = sorted(range(len(named)), key=lambda k: -named[k])
    return tuple(spec.colors[k] for k in order if named[k] >= _MAIN_SHARE or k == order[0])


def _attributes(spec: GarmentSpec) -> dict[str, str]:
    names = ("sleeve_length", "neckline", "pattern", "fit", "length", "fabric")
    skip = {"fit"} if spec.category in {"hat", "shoes"} else set()
    return {name: str(getattr(spec, name)) for name in names if name not in skip}


def render(
    spec: GarmentSpec, *, width_px: int = 384, height_px: int = 512, supersample: int = 1
) -> Rendering:
    """Renders one specification.

    Args:
        spec: what, how and where.
        width_px: width of the picture.
        height_px: height of the picture.
        supersample: renders at this multiple of the size and averages.

    Returns:
        The picture with its truth. The same arguments always give the same pixels.

    Raises:
        ValueError: a size is less than 16 pixels or supersample less than 1.
    """
    if min(width_px, height_px) < 16 or supersample < 1:
        msg = "A rendering needs at least 16 pixels on each side and a supersample of at least 1."
        raise ValueError(msg)
    image, mask, colors, landmarks = _draw(spec, width_px * supersample, height_px * supersample)
    if supersample > 1:
        size = (width_px, height_px)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA).astype(np.uint8, copy=False)
        mask = cv2.resize(mask, size, interpolation=cv2.INTER_AREA).astype(np.float32, copy=False)
        landmarks = tuple(
            replace(point, x=point.x / supersample, y=point.y / supersample) for point in landmarks
        )
    return Rendering(image, mask, spec.category, _attributes(spec), colors, landmarks, spec)


def _draw(
    spec: GarmentSpec, width_px: int, height_px: int
) -> tuple[NDArray[np.uint8], Plane, tuple[str, ...], tuple[Landmark, ...]]:
    scene_dice, fabric_dice = Dice(spec.scene.seed), Dice(spec.fabric_seed)
    angle = np.deg2rad(spec.scene.light_deg)
    light = (float(np.cos(angle)), float(np.sin(angle)))
    layout = build_layout(spec)
    camera = Camera(spec.pose, width_px, height_px, Dice(spec.pose.seed))
    rgb = paint_background(spec.scene.background, scene_dice, width_px, height_px)
    motif_dice = fabric_dice if spec.motif_seed is None else Dice(spec.motif_seed)
    pattern = make_pattern(spec.pattern, motif_dice)
    if spec.pattern == "graphic" and pattern is None:
        place_print(layout, spec, motif_dice)
    _clutter(rgb, spec, camera, light)
    _ground_shadow(rgb, layout, camera, spec, light)
    painter = Painter(rgb, camera, make_cloth(spec, fabric_dice), _inks(spec, fabric_dice), pattern, light)
    if spec.pattern == "graphic" and pattern is None:
        painter.print_tile = make_print(motif_dice)
    for op in layout.ops:
        painter.paint(op)
    mask = np.clip(painter.mask, 0.0, 1.0)
    shapes = _occluders(spec, layout, camera, scene_dice)
    for k, group in enumerate(shapes):
        paint_shapes(rgb, mask, group, Dice(spec.scene.seed + k), light)
    landmarks = locate_landmarks(layout, camera, [shape for group in shapes for shape in group])
    colors = _colors(spec, painter, mask)
    return develop(rgb, spec.scene, scene_dice), mask, colors, landmarks


def render_seed(
    seed: int, *, category: str | None = None, width_px: int = 384, height_px: int = 512, supersample: int = 1
) -> Rendering:
    """Draws a specification from a seed and renders it; the same seed always gives the same pixels."""
    spec = sample_spec(np.random.default_rng(seed), category)
    return render(spec, width_px=width_px, height_px=height_px, supersample=supersample)
