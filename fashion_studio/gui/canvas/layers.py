"""What lies on the canvas, bottom to top: photo, heat map, mask, box. Each layer paints only itself."""

from __future__ import annotations

import math
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QImage, QPainter, QPen, QTransform

from fashion_studio.gui.canvas.heat import colored, field_on_photo
from fashion_studio.gui.canvas.photo_image import Adjustment

if TYPE_CHECKING:
    from collections.abc import Hashable

    import numpy as np
    from numpy.typing import NDArray
    from PySide6.QtGui import QColor, QPainterPath

    from fashion_studio.domain.geometry import Affine, Box
    from fashion_studio.gui.canvas.frame import ViewFrame
    from fashion_studio.gui.canvas.ink import CanvasInk
    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = [
    "BoxLayer",
    "CanvasView",
    "HeatLayer",
    "HeatSource",
    "Layer",
    "MaskLayer",
    "MaskPicture",
    "PhotoLayer",
    "heat_image",
    "mask_picture",
]

_HEAT_SIDE_PX: Final = 960
_HEAT_STRETCH: Final = 4
_HEAT_IMAGES: Final = 32
"""As many as mask pictures, of a megabyte or two; those looked at last are kept."""
_PIXELS_FROM: Final = 4.0
"""From this many device pixels per image pixel on, the photo's pixels are shown as squares."""
HANDLE_PX: Final = 7.0
_LINE_REACH_PX: Final = 3.0
"""How far the lines of an outline reach beyond it, with room for their smoothing."""
_ASIDE: Final = (QPointF(-0.75, -0.75), QPointF(0.75, 0.75))


@dataclass(frozen=True, slots=True)
class CanvasView:
    """What every layer needs to know to paint: where the photo lies, and on what.

    Attributes:
        photo_px: width and height of the upright photo.
        viewport: the widget in view_px.
        ratio: device pixels per view_px.
        fit_size: device pixels of the photo when fitted, (width, height).
    """

    frame: ViewFrame
    photo_px: tuple[int, int]
    viewport: QRectF
    ratio: float
    fit_size: tuple[int, int]
    ink: CanvasInk

    @property
    def photo_rect(self) -> QRectF:
        """The whole photo in view_px."""
        return self.frame.photo_rect(*self.photo_px)

    def hairline(self, value: float) -> float:
        """A coordinate moved to the middle of its device pixel, for lines of 1 px."""
        return (math.floor(value * self.ratio) + 0.5) / self.ratio


class Layer(Protocol):
    """Something that paints itself over the photo."""

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws in view_px; leaves the painter as it was."""


def _visible_part(rect: QRectF, viewport: QRectF, width: int, height: int) -> tuple[QRectF, QRectF] | None:
    """The visible piece of a picture stretched over `rect`: target in view_px, source in its pixels."""
    seen = rect.intersected(viewport)
    if seen.isEmpty():
        return None
    step_x, step_y = rect.width() / width, rect.height() / height
    left = max(math.floor((seen.left() - rect.left()) / step_x) - 1, 0)
    top = max(math.floor((seen.top() - rect.top()) / step_y) - 1, 0)
    right = min(math.ceil((seen.right() - rect.left()) / step_x) + 1, width)
    bottom = min(math.ceil((seen.bottom() - rect.top()) / step_y) + 1, height)
    source = QRectF(left, top, right - left, bottom - top)
    target = QRectF(
        rect.left() + left * step_x,
        rect.top() + top * step_y,
        source.width() * step_x,
        source.height() * step_y,
    )
    return target, source


class PhotoLayer:
    """The photo itself: a plain copy of pixels when fitted, a piece of a pyramid level when zoomed."""

    def __init__(self) -> None:
        self.photo: PhotoImage | None = None
        self.adjustment = Adjustment()

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws the photo."""
        photo = self.photo
        if photo is None:
            return
        rect = view.photo_rect
        if view.frame.fitted:
            raster = photo.seen_through(photo.fitted_for(*view.fit_size), self.adjustment)
            size = QSize(raster.width_px, raster.height_px) / view.ratio
            aligned = QRectF(rect.topLeft(), size.toSizeF() if view.ratio == 1 else rect.size())
            painter.drawImage(aligned, raster.image)
            return
        device_scale = view.frame.scale * view.ratio
        raster = photo.seen_through(photo.level_for(device_scale), self.adjustment)
        parts = _visible_part(rect, view.viewport, raster.width_px, raster.height_px)
        if parts is None:
            return
        smooth = not (photo.is_full and device_scale >= _PIXELS_FROM)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
        painter.drawImage(parts[0], raster.image, parts[1])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)


@dataclass(frozen=True, slots=True, eq=False)
class HeatSource:
    """A map to lay over the photo.

    Attributes:
        key: same key, same picture (photo, model, head, value, colour map).
        field: float32 (h, w) over the network's whole square input.
        table: 256 premultiplied words, see `heat.premultiplied_table`.
    """

    key: Hashable
    field: NDArray[np.float32]
    to_input: Affine
    input_px: int
    table: NDArray[np.uint32]


def heat_image(source: HeatSource, photo_px: tuple[int, int], fit_size: tuple[int, int]) -> QImage:
    """The picture of a map for a photo that is shown fitted. Safe in any thread.

    Args:
        source: the map.
        photo_px: width and height of the upright photo.
        fit_size: device pixels of the photo when fitted.
    """
    target = _heat_size(fit_size)
    coarse = (max(target[0] // _HEAT_STRETCH, 8), max(target[1] // _HEAT_STRETCH, 8))
    field = field_on_photo(source.field, source.to_input, source.input_px, photo_px, coarse)
    return colored(field, source.table, target)


def _heat_size(fit_size: tuple[int, int]) -> tuple[int, int]:
    shrink = min(1.0, _HEAT_SIDE_PX / max(fit_size))
    return max(round(fit_size[0] * shrink), 1), max(round(fit_size[1] * shrink), 1)


class HeatLayer:
    """One heat map, and while it changes the one before it fading out."""

    def __init__(self) -> None:
        self.opacity = 0.72
        self.fade = 1.0
        self._source: HeatSource | None = None
        self._previous: HeatSource | None = None
        self._images: OrderedDict[tuple[Hashable, tuple[int, int]], QImage] = OrderedDict()

    @property
    def source(self) -> HeatSource | None:
        """What is shown, or fades in."""
        return self._source

    def show(self, source: HeatSource | None, *, fades: bool) -> bool:
        """Takes another map; true when the picture changes."""
        if _key(source) == _key(self._source):
            return False
        self._previous = self._source if fades else None
        self._source = source
        self.fade = 0.0 if fades else 1.0
        return True

    def settle(self) -> None:
        """Ends a cross-fade."""
        self.fade = 1.0
        self._previous = None

    def forget(self) -> None:
        """Nothing is shown any more (another photo)."""
        self._source = self._previous = None
        self.fade = 1.0

    def drop(self) -> None:
        """Drops every picture made so far (another project, in which the same keys mean other photos)."""
        self.forget()
        self._images.clear()

    def has(self, key: Hashable, fit_size: tuple[int, int]) -> bool:
        """Whether the picture of a map is made."""
        return (key, _heat_size(fit_size)) in self._images

    def keep(self, key: Hashable, image: QImage) -> None:
        """Takes a picture that was made ahead, see `heat_image`."""
        self._images[key, (image.width(), image.height())] = image
        while len(self._images) > _HEAT_IMAGES:
            self._images.popitem(last=False)

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws the map over the photo's area."""
        if self._previous is not None and self.fade < 1.0:
            self._paint_one(painter, view, self._previous, 1.0 - self.fade)
        if self._source is not None:
            self._paint_one(painter, view, self._source, self.fade)

    def _paint_one(self, painter: QPainter, view: CanvasView, source: HeatSource, share: float) -> None:
        image = self._image(source, view)
        rect = view.photo_rect
        parts = _visible_part(rect, view.viewport, image.width(), image.height())
        if parts is None:
            return
        painter.setOpacity(self.opacity * share)
        exact = view.frame.fitted and view.fit_size == (image.width(), image.height())
        if exact and view.ratio == 1:
            painter.drawImage(rect.topLeft(), image)
        else:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=True)
            painter.drawImage(parts[0], image, parts[1])
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, on=False)
        painter.setOpacity(1.0)

    def _image(self, source: HeatSource, view: CanvasView) -> QImage:
        key = (source.key, _heat_size(view.fit_size))
        image = self._images.get(key)
        if image is None:
            image = heat_image(source, view.photo_px, view.fit_size)
            self.keep(source.key, image)
        else:
            self._images.move_to_end(key)
        return image


def _key(source: HeatSource | None) -> Hashable:
    return None if source is None else source.key


@dataclass(frozen=True, slots=True, eq=False)
class MaskPicture:
    """What `MaskLayer` paints of a hatched mask over one fitted photo, made ahead.

    Attributes:
        image: premultiplied, just large enough; its device pixel ratio is the view's.
        corner: its upper left corner in view_px, on a device pixel.
        view: where it fits; anywhere else the mask is painted anew.
    """

    image: QImage
    corner: QPointF
    view: CanvasView

    def fits(self, view: CanvasView) -> bool:
        """Whether painting the mask on this view would give this picture."""
        own = self.view
        return (own.frame, own.ratio, own.ink) == (view.frame, view.ratio, view.ink)


def mask_picture(outline: QPainterPath, view: CanvasView) -> MaskPicture:
    """Paints a hatched mask for a photo that is shown fitted. Safe in any thread.

    Args:
        outline: in image_px.
        view: of the photo when fitted, see `CanvasSurface.fitted_view`.
    """
    path = _in_view(outline, view)
    ratio = view.ratio
    area = path.boundingRect().adjusted(-_LINE_REACH_PX, -_LINE_REACH_PX, _LINE_REACH_PX, _LINE_REACH_PX)
    area = area.intersected(view.viewport)
    left, top = math.floor(area.left() * ratio), math.floor(area.top() * ratio)
    size = QSize(math.ceil(area.right() * ratio) - left, math.ceil(area.bottom() * ratio) - top)
    image = QImage(size.expandedTo(QSize(1, 1)), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    corner = QPointF(left / ratio, top / ratio)
    painter = QPainter(image)
    painter.translate(-corner)
    painter.fillPath(path, QBrush(_hatch_tile(_with_alpha(view.ink.white, 0.55), ratio)))
    _paint_outline(painter, path, view)
    painter.end()
    return MaskPicture(image, corner, view)


class MaskLayer:
    """A mask's outline, dashed, over a white hatch where that is wanted."""

    def __init__(self) -> None:
        self.outline: QPainterPath | None = None
        self.picture: MaskPicture | None = None
        self.is_hatched = True
        self._hatch: tuple[float, QBrush] | None = None

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws the outline; `outline` is in image_px."""
        if self.outline is None:
            return
        if self.is_hatched and self.picture is not None and self.picture.fits(view):
            painter.drawImage(self.picture.corner, self.picture.image)
            return
        path = _in_view(self.outline, view)
        painter.save()
        if self.is_hatched:
            painter.fillPath(path, self._hatch_brush(view))  # its edge lies under the line: not smoothed
        _paint_outline(painter, path, view)
        painter.restore()

    def _hatch_brush(self, view: CanvasView) -> QBrush:
        if self._hatch is None or self._hatch[0] != view.ratio:
            self._hatch = (view.ratio, QBrush(_hatch_tile(_with_alpha(view.ink.white, 0.55), view.ratio)))
        return self._hatch[1]


def _in_view(outline: QPainterPath, view: CanvasView) -> QPainterPath:
    frame = view.frame
    return QTransform(frame.scale, 0, 0, frame.scale, frame.shift_x, frame.shift_y).map(outline)


def _paint_outline(painter: QPainter, path: QPainterPath, view: CanvasView) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_with_alpha(view.ink.ground, 0.7), 1.0))
    for aside in _ASIDE:  # hairlines are ten times as fast as one wide line
        painter.drawPath(path.translated(aside))
    painter.setPen(_dashed(view.ink.white, 4, 3))
    painter.drawPath(path)


def _hatch_tile(color: QColor, ratio: float) -> QImage:
    """45° lines 1 px wide, about 5 px apart, tileable."""
    side = 7
    tile = QImage(QSize(side, side) * ratio, QImage.Format.Format_ARGB32_Premultiplied)
    tile.setDevicePixelRatio(ratio)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 1.0))
    for shift in (-side, 0, side):
        painter.drawLine(QPointF(shift - 1, side + 1), QPointF(shift + side + 1, -1))
    painter.end()
    return tile


def _with_alpha(color: QColor, alpha: float) -> QColor:
    faded = type(color)(color)
    faded.setAlphaF(alpha)
    return faded


def _dashed(color: QColor, on_px: float, off_px: float) -> QPen:
    pen = QPen(color, 1.0)
    pen.setDashPattern([on_px, off_px])
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


class BoxLayer:
    """The garment's box with its eight handles: filled when a person's, hollow when the model's."""

    def __init__(self) -> None:
        self.box: Box | None = None
        self.by_person = False
        self.editable = False

    def rect(self, view: CanvasView) -> QRectF | None:
        """The box in view_px on whole device pixels."""
        box = self.box
        if box is None:
            return None
        top_left = view.frame.to_view(box.x, box.y)
        bottom_right = view.frame.to_view(box.right, box.bottom)
        return QRectF(
            QPointF(view.hairline(top_left.x()), view.hairline(top_left.y())),
            QPointF(view.hairline(bottom_right.x()), view.hairline(bottom_right.y())),
        )

    def handles(self, view: CanvasView) -> dict[str, QPointF]:
        """Centres of the handles by compass point; the middles of short edges are left out."""
        rect = self.rect(view)
        if rect is None:
            return {}
        center = rect.center()
        points = {
            "nw": rect.topLeft(),
            "ne": rect.topRight(),
            "sw": rect.bottomLeft(),
            "se": rect.bottomRight(),
        }
        if self.editable and rect.width() >= 64:
            points |= {"n": QPointF(center.x(), rect.top()), "s": QPointF(center.x(), rect.bottom())}
        if self.editable and rect.height() >= 64:
            points |= {"w": QPointF(rect.left(), center.y()), "e": QPointF(rect.right(), center.y())}
        return points

    def paint(self, painter: QPainter, view: CanvasView) -> None:
        """Draws box and handles."""
        rect = self.rect(view)
        if rect is None:
            return
        painter.save()
        painter.setBrush(Qt.BrushStyle.NoBrush)
        under = _with_alpha(view.ink.ground, 0.55)
        width, height = rect.width() + 3.0, rect.height() - 3.0
        for side in (
            QRectF(rect.left() - 1.5, rect.top() - 1.5, width, 3.0),
            QRectF(rect.left() - 1.5, rect.bottom() - 1.5, width, 3.0),
            QRectF(rect.left() - 1.5, rect.top() + 1.5, 3.0, height),
            QRectF(rect.right() - 1.5, rect.top() + 1.5, 3.0, height),
        ):
            painter.fillRect(side, under)
        painter.setPen(_dashed(view.ink.white, 5, 4))
        painter.drawRect(rect)
        fill, line = view.ink.white, view.ink.ground
        if not self.by_person:
            fill, line = line, fill
        painter.setPen(QPen(line, 1.0))
        painter.setBrush(fill)
        for point in self.handles(view).values():
            half = (HANDLE_PX - 1.0) / 2
            corner = QPointF(view.hairline(point.x() - half), view.hairline(point.y() - half))
            painter.drawRect(QRectF(corner, QSize(int(HANDLE_PX) - 1, int(HANDLE_PX) - 1).toSizeF()))
        painter.restore()
