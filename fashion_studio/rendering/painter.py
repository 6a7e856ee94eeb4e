"""Paints the parts of a garment, one over the other, with cloth, folds, edges and shadows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np

from fashion_studio.rendering.fabrics import FOLDS_PER_UNIT, TEXELS_PER_UNIT
from fashion_studio.rendering.layout import Dot, Part, Stroke

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fashion_studio.rendering.camera import Camera
    from fashion_studio.rendering.curves import Plane, Points, Rgb
    from fashion_studio.rendering.fabrics import Cloth
    from fashion_studio.rendering.layout import Op
    from fashion_studio.rendering.patterns import PatternTile

__all__ = ["Painter"]

Roi: TypeAlias = tuple[slice, slice]
_DARK: Final = 62.0  # green value under which seams and edges are drawn lighter, as cloth shows them
_INSIDE: Final = 20.0  # how much lighter the wrong side of dark cloth is


class Painter:
    """Paints onto a picture and keeps the garment's mask and each pixel's shares of the inks.

    Args:
        rgb: (H, W, 3) float32, the background; painted in place.
        camera: where things lie.
        cloth: the fabric.
        inks: (3, 3) float32, one colour per row.
        pattern: shares of the inks over one period, or None.
        light: direction that the light comes from, a unit vector in the picture.
    """

    def __init__(
        self,
        rgb: NDArray[np.float32],
        camera: Camera,
        cloth: Cloth,
        inks: Rgb,
        pattern: PatternTile | None,
        light: tuple[float, float],
    ) -> None:
        self.rgb = rgb
        self.camera = camera
        self.cloth = cloth
        self.inks = inks
        self._dark = float(cv2.mean(inks[:1].reshape(1, 1, 3))[1]) < _DARK
        self._gloss = max(cloth.gloss, 48.0) if self._dark else cloth.gloss
        self.pattern = pattern
        self.light = light
        height, width = rgb.shape[:2]
        self.mask: Plane = np.zeros((height, width), np.float32)
        self.owner: NDArray[np.uint8] = np.zeros((height, width), np.uint8)
        self.shares: list[NDArray[np.float64]] = [np.zeros(4)]
        self.print_tile: NDArray[np.uint8] | None = None
        self._x, self._y = camera.grid()
        self._tile = None
        self._pattern_shares = np.zeros(4)
        if pattern is not None:
            self._pattern_shares[:3] = np.array(cv2.mean(pattern.shares)[:3]) / 255.0
            shares = pattern.shares.astype(np.float32) / np.float32(255)
            self._tile = np.asarray(cv2.transform(shares, inks.T), np.float32)

    def paint(self, op: Op) -> None:
        """Paints one thing over what is there."""
        if isinstance(op, Part):
            self._part(op)
        elif isinstance(op, Stroke):
            self._stroke(op)
        else:
            self._dot(op)

    # ------------------------------------------------------------------ geometry
    def _box(self, px: Points, pad: float) -> Roi | None:
        height, width = self.mask.shape
        low = np.floor(px.min(axis=0) - pad).astype(int)
        high = np.ceil(px.max(axis=0) + pad).astype(int) + 1
        left, top = max(int(low[0]), 0), max(int(low[1]), 0)
        right, bottom = min(int(high[0]), width), min(int(high[1]), height)
        return (slice(top, bottom), slice(left, right)) if right > left and bottom > top else None

    def _fill(self, px: Points, roi: Roi) -> Plane:
        cover = np.zeros((roi[0].stop - roi[0].start, roi[1].stop - roi[1].start), np.uint8)
        local = (px - np.array([roi[1].start, roi[0].start]) - 0.5) * 16
        cv2.fillPoly(cover, [np.round(local).astype(np.int32)], 255, cv2.LINE_AA, 4)
        return np.asarray(cover, np.float32) * np.float32(1 / 255)

    def _frame(self, part: Part, roi: Roi) -> tuple[Plane, Plane]:
        """Coordinates along the part's own grain, in garment units."""
        angle = np.deg2rad(part.axis_deg)
        cos, sin = np.float32(np.cos(angle)), np.float32(np.sin(angle))
        x = self._x[roi] - np.float32(part.origin[0])
        y = self._y[roi] - np.float32(part.origin[1])
        return x * cos + y * sin, y * cos - x * sin

    # ------------------------------------------------------------------ parts
    def _part(self, part: Part) -> None:
        px = self.camera.outline(part)
        unit = self.camera.unit_px
        roi = self._box(px, 0.07 * unit)
        if roi is None:
            return
        alpha = self._fill(px, roi)
        if part.clip:
            alpha = np.minimum(alpha, self.mask[roi])
        if part.shadow:
            self._shadow(alpha, roi, part.shadow)
        if part.paint == "print":
            self._print(part, alpha, roi)
            return
        u, v = self._frame(part, roi)
        shade, folds = self._shading(part, alpha, u, v, unit)
        color, shares = self._color(part, u, v, folds)
        color = color * shade[..., None]
        glow = np.maximum(shade - 1.0, -0.5) * np.float32(self._gloss)
        if part.paint != "solid":
            color += glow[..., None]
        opacity = self.cloth.opacity if part.paint in {"cloth", "plain", "inner"} else 1.0
        target = self.rgb[roi]
        target += (alpha * np.float32(opacity))[..., None] * (color - target)
        np.maximum(self.mask[roi], alpha, out=self.mask[roi])
        self.shares.append(shares)
        self.owner[roi][alpha > 0.5] = len(self.shares) - 1

    def _shadow(self, alpha: Plane, roi: Roi, strength: float) -> None:
        """Darkens what lies beneath, on the side away from the light."""
        unit = self.camera.unit_px
        size = max(3, int(0.06 * unit) | 1)
        soft = cv2.blur(alpha, (size, size))
        dx, dy = (-value * 0.022 * unit for value in self.light)
        soft = cv2.warpAffine(soft, np.array([[1, 0, dx], [0, 1, dy]], np.float32), soft.shape[::-1])
        self.rgb[roi] *= (1.0 - np.float32(strength) * soft * np.minimum(self.mask[roi] + 0.3, 1.0))[
            ..., None
        ]

    def _shading(self, part: Part, alpha: Plane, u: Plane, v: Plane, unit: float) -> tuple[Plane, Plane]:
        """Texture, folds and rounded edges, as a factor on the colour."""
        cloth = self.cloth
        folds = cv2.remap(
            cloth.folds,
            u * FOLDS_PER_UNIT + 2148,
            v * FOLDS_PER_UNIT + 2148,
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_WRAP,
        )
        shade = 1.0 + (folds - 1.0) * np.float32(part.folds)
        if part.paint != "solid":
            tile = cloth.rib if part.paint == "rib" else cloth.texture
            shade *= cv2.remap(
                tile,
                u * TEXELS_PER_UNIT + 2048,
                v * TEXELS_PER_UNIT + 2048,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
        if part.edge:
            size = max(3, int(0.055 * unit * cloth.bulk) | 1)
            soft = cv2.blur(alpha, (size, size))
            shade *= 1.0 - np.float32(0.5 * part.edge) * (1.0 - soft) ** 2
            reach = 0.03 * unit
            dx, dy = self.light[0] * reach, self.light[1] * reach
            toward = cv2.warpAffine(soft, np.array([[1, 0, dx], [0, 1, dy]], np.float32), soft.shape[::-1])
            away = cv2.warpAffine(soft, np.array([[1, 0, -dx], [0, 1, -dy]], np.float32), soft.shape[::-1])
            shade += np.float32(0.16 * part.edge) * (away - toward)
        if part.tone != 1.0:
            shade *= np.float32(part.tone)
        return np.asarray(np.maximum(shade, 0.12), np.float32), np.asarray(folds, np.float32)

    def _color(
        self, part: Part, u: Plane, v: Plane, folds: Plane
    ) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        shares = np.zeros(4)
        if part.rgb is not None:
            return np.array(part.rgb, np.float32), np.array([0, 0, 0, 1.0])
        if self.pattern is not None and self._tile is not None and part.paint in {"cloth", "plain"}:
            per_unit = np.float32(self.pattern.per_unit)
            bend = (folds - 1.0) * np.float32(0.09)
            color = cv2.remap(
                self._tile,
                (u + bend) * per_unit + 2048,
                (v + bend) * per_unit + 2048,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
            return np.asarray(color, np.float32), self._pattern_shares
        shares[part.ink] = 1.0
        ink = self.inks[part.ink]
        if part.paint == "inner" and float(ink[1]) < _DARK:
            ink = ink / np.float32(part.tone) + np.float32(_INSIDE)
        return np.asarray(ink, np.float32), shares

    def _print(self, part: Part, alpha: Plane, roi: Roi) -> None:
        """The placed graphic, on the cloth's own shading."""
        if self.print_tile is None:
            return
        u, v = self._frame(part, roi)
        side = self.print_tile.shape[0]
        map_x = (u / np.float32(part.span[0]) + 0.5) * side
        map_y = (v / np.float32(part.span[1]) + 0.5) * side
        alpha = np.minimum(alpha, self.mask[roi])
        for value, ink in ((2, 1), (3, 2)):
            plane = np.where(self.print_tile == value, np.float32(1.0), np.float32(0.0))
            cover = cv2.remap(plane, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT) * alpha
            folds = cv2.remap(
                self.cloth.folds,
                u * FOLDS_PER_UNIT + 2148,
                v * FOLDS_PER_UNIT + 2148,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_WRAP,
            )
            target = self.rgb[roi]
            target += (cover * np.float32(0.94))[..., None] * (folds[..., None] * self.inks[ink] - target)
            shares = np.zeros(4)
            shares[ink] = 1.0
            self.shares.append(shares)
            self.owner[roi][cover > 0.5] = len(self.shares) - 1

    # ------------------------------------------------------------------ lines and dots
    def _stroke(self, stroke: Stroke) -> None:
        unit = self.camera.unit_px
        path = _dashes(stroke) if stroke.dash else [stroke.path]
        projected = [self.camera.project(piece) for piece in path]
        soft = stroke.soft * unit
        roi = self._box(np.vstack(projected), stroke.width * unit + 3 * soft + 2)
        if roi is None:
            return
        cover = np.zeros((roi[0].stop - roi[0].start, roi[1].stop - roi[1].start), np.uint8)
        origin = np.array([roi[1].start, roi[0].start]) + 0.5
        width_px = stroke.width * unit
        lines = [np.round((piece - origin) * 16).astype(np.int32) for piece in projected]
        cv2.polylines(cover, lines, False, 255, max(1, round(width_px)), cv2.LINE_AA, 4)
        alpha = cover.astype(np.float32) * np.float32(min(1.0, max(width_px, 0.45)) / 255)
        if soft > 0.4:
            alpha = np.asarray(cv2.GaussianBlur(alpha, (0, 0), soft), np.float32)
        if not stroke.free:
            alpha *= self.mask[roi]
        target = self.rgb[roi]
        rgb = self.cloth.thread if stroke.dash and stroke.rgb is None else stroke.rgb
        if rgb is None:
            if self._dark and stroke.tone < 0.9 and not stroke.soft:
                target += (alpha * np.float32(60.0 * (1.0 - stroke.tone)))[..., None]
                return
            target *= (1.0 + alpha * np.float32(stroke.tone - 1.0))[..., None]
        else:
            target += alpha[..., None] * (np.array(rgb, np.float32) * np.float32(0.95) - target)

    def _dot(self, dot: Dot) -> None:
        unit = self.camera.unit_px
        center = self.camera.project(np.array([dot.center]))
        radius = max(dot.radius * unit, 0.9)
        roi = self._box(center, radius + 3)
        if roi is None:
            return
        cover = np.zeros((roi[0].stop - roi[0].start, roi[1].stop - roi[1].start), np.uint8)
        local = (center[0] - np.array([roi[1].start, roi[0].start]) - 0.5) * 16
        spot = (round(float(local[0])), round(float(local[1])))
        shade = cover.copy()
        cv2.circle(shade, (spot[0] + 16, spot[1] + 20), round(radius * 16), 255, -1, cv2.LINE_AA, 4)
        cv2.circle(cover, spot, round(radius * 16), 255, -1, cv2.LINE_AA, 4)
        target, inside = self.rgb[roi], self.mask[roi]
        target *= (1.0 - shade.astype(np.float32) * inside * np.float32(0.45 / 255))[..., None]
        alpha = cover.astype(np.float32) * inside * np.float32(1 / 255)
        target += alpha[..., None] * (np.array(dot.rgb, np.float32) - target)


def _dashes(stroke: Stroke) -> list[Points]:
    """The pieces of a dashed line."""
    path = stroke.path
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    count = max(1, int(lengths[-1] / (stroke.dash * 1.8)))
    starts = np.arange(count) * lengths[-1] / count
    ends = starts + stroke.dash
    at = np.stack([starts, ends], 1)
    x, y = (np.interp(at, lengths, path[:, axis]) for axis in (0, 1))
    return list(np.stack([x, y], -1))
