"""The painted surface: photo and layers at any zoom. It shows; `photo_canvas` edits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from PySide6.QtCore import QPointF, QRect, QRectF, QSizeF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from fashion_studio.gui.canvas.frame import (
    MARGIN_X_PX,
    MARGIN_Y_PX,
    ViewFrame,
    fit_frame,
    kept_in_view,
    zoomed_at,
)
from fashion_studio.gui.canvas.ink import canvas_ink
from fashion_studio.gui.canvas.landmark_layer import LandmarkLayer
from fashion_studio.gui.canvas.layers import BoxLayer, CanvasView, HeatLayer, MaskLayer, PhotoLayer
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.gui.theme.theme import current_theme

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPainterPath, QPaintEvent, QResizeEvent

    from fashion_studio.gui.canvas.layers import HeatSource, Layer, MaskPicture
    from fashion_studio.gui.canvas.photo_image import Adjustment, PhotoImage

__all__ = ["CanvasSurface", "ShownLayers"]

_ZOOM_STEP: Final = 1.25


@dataclass(frozen=True, slots=True)
class ShownLayers:
    """Which overlays are switched on."""

    landmarks: bool = True
    heat: bool = True
    mask: bool = False
    box: bool = True


class CanvasSurface(QWidget):
    """A photo with its overlays.

    Signals:
        zoom_changed: device pixels per image pixel, as in "42 %" = 0.42.
    """

    zoom_changed = Signal(float)
    margins_px: ClassVar[tuple[float, float]] = (MARGIN_X_PX, MARGIN_Y_PX)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(240, 240)
        self.setAccessibleName("Photo")
        self._frame = ViewFrame(fitted=True)
        self._shown = ShownLayers()
        self._photo_layer = PhotoLayer()
        self._heat_layer = HeatLayer()
        self._mask_layer = MaskLayer()
        self._box_layer = BoxLayer()
        self._landmark_layer = LandmarkLayer()
        self._view: CanvasView | None = None
        self._content = QRect()
        self._fade = QVariantAnimation(self)
        self._fade.setStartValue(0.0)
        self._fade.setEndValue(1.0)
        self._fade.valueChanged.connect(self._on_fade)
        self._fade.finished.connect(self._heat_layer.settle)
        current_theme().changed.connect(self._on_theme)

    # --- what is shown

    @property
    def photo(self) -> PhotoImage | None:
        """The photo on the canvas."""
        return self._photo_layer.photo

    @property
    def shown(self) -> ShownLayers:
        """Which overlays are on."""
        return self._shown

    @property
    def heat(self) -> HeatSource | None:
        """The heat map that is shown or fades in."""
        return self._heat_layer.source

    @property
    def mask_outline(self) -> QPainterPath | None:
        """The garment's outline in image_px, if there is one."""
        return self._mask_layer.outline

    def show_photo(self, photo: PhotoImage | None) -> None:
        """Another photo, fitted, without any heat map or mask of the last one. It never fades."""
        self._fade.stop()
        self._photo_layer.photo = photo
        self._heat_layer.forget()
        self._mask_layer.outline = self._mask_layer.picture = None
        self._set_frame(self._fitted_frame())

    def refine_photo(self, photo: PhotoImage) -> None:
        """The same photo with more pixels: zoom and overlays stay."""
        self._photo_layer.photo = photo
        self.refresh_content()

    def set_shown(self, shown: ShownLayers) -> None:
        """Switches overlays."""
        if shown != self._shown:
            self._shown = shown
            self.refresh_content()

    def set_adjustment(self, adjustment: Adjustment) -> None:
        """Brightness and contrast, for viewing only."""
        self._photo_layer.adjustment = adjustment
        self.refresh_content()

    def set_heat(self, source: HeatSource | None) -> None:
        """Another heat map over the same photo, cross-faded unless motion is reduced."""
        had_one = self._heat_layer.source is not None
        fades = had_one and self._shown.heat and not current_theme().reduced_motion
        if not self._heat_layer.show(source, fades=fades):
            return
        self._fade.stop()
        if fades:
            self._fade.setDuration(DURATION_MS["overlay_fade"])
            self._fade.start()
        self.refresh_content()

    def has_heat(self, source: HeatSource, photo_px: tuple[int, int]) -> bool:
        """Whether the picture of a map for a fitted photo of this size is made."""
        return self._heat_layer.has(source.key, self.fit_size(photo_px))

    def keep_heat(self, source: HeatSource, image: QImage) -> None:
        """Takes the picture of a map of a photo that may come next."""
        self._heat_layer.keep(source.key, image)

    def drop_heat(self) -> None:
        """Another project: no picture of the last one's maps is of use."""
        self._heat_layer.drop()

    def set_heat_opacity(self, opacity: float) -> None:
        """0 to 1, over the map's own opacity."""
        self._heat_layer.opacity = opacity
        self.refresh_content()

    def set_mask_outline(self, outline: QPainterPath | None, picture: MaskPicture | None = None) -> None:
        """The garment's outline in image_px; `picture` saves painting it where the photo is shown fitted."""
        self._mask_layer.outline, self._mask_layer.picture = outline, picture
        self.refresh_content()

    def refresh_content(self) -> None:
        """Paints anew where something lies, or lay before: what floats beside it is then left alone."""
        area = self.content_rect()
        self.update(area.united(self._content))
        self._content = area

    def content_rect(self) -> QRect:
        """Where anything but the ground may be painted, in whole view_px."""
        return self.rect()

    def _on_fade(self, value: float) -> None:
        self._heat_layer.fade = float(value)
        self.refresh_content()

    def _on_theme(self) -> None:
        self._view = None
        self.update()

    # --- where it is shown

    @property
    def frame(self) -> ViewFrame:
        """From image_px to view_px."""
        return self._frame

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel."""
        return self._frame.scale * self.devicePixelRatioF()

    def photo_px(self) -> tuple[int, int]:
        """Width and height of the upright photo; (1, 1) without one."""
        photo = self._photo_layer.photo
        return (1, 1) if photo is None else (photo.width_px, photo.height_px)

    def room_px(self) -> tuple[int, int]:
        """Width and height of what one picture of the photo has."""
        return self.width(), self.height()

    def fit_size(self, photo_px: tuple[int, int]) -> tuple[int, int]:
        """Device pixels that a photo of this size takes when fitted."""
        ratio = self.devicePixelRatioF()
        scale = fit_frame(photo_px, self.room_px(), ratio, self.margins_px).scale * ratio
        return max(round(photo_px[0] * scale), 1), max(round(photo_px[1] * scale), 1)

    def fit(self) -> None:
        """The whole photo, following the widget's size."""
        self._set_frame(self._fitted_frame())

    def zoom_one_to_one(self) -> None:
        """One image pixel on one device pixel, about the middle."""
        self.zoom_to(1.0, QRectF(self.rect()).center())

    def zoom_to(self, zoom: float, anchor: QPointF) -> None:
        """Device pixels per image pixel, with the point of the photo under `anchor` kept there."""
        ratio = self.devicePixelRatioF()
        frame = zoomed_at(self._frame, zoom / ratio, anchor, ratio)
        self._set_frame(kept_in_view(frame, self.photo_px(), self.room_px()))

    def zoom_by(self, steps: float, anchor: QPointF | None = None) -> None:
        """In (positive) or out by steps of a quarter."""
        anchor = QRectF(self.rect()).center() if anchor is None else anchor
        self.zoom_to(self.zoom * _ZOOM_STEP**steps, anchor)

    def pan_by(self, delta: QPointF) -> None:
        """Moves the photo in view_px."""
        frame = ViewFrame(self._frame.scale, self._frame.shift_x + delta.x(), self._frame.shift_y + delta.y())
        self._set_frame(kept_in_view(frame, self.photo_px(), self.room_px()))

    def show_point(self, x_px: float, y_px: float) -> None:
        """Brings a point of the photo into the widget, if it is outside."""
        place = self._frame.to_view(x_px, y_px)
        room = QRectF(self.rect()).adjusted(24, 24, -24, -24)
        if not room.contains(place):
            self.pan_by(QRectF(self.rect()).center() - place)

    def _fitted_frame(self) -> ViewFrame:
        return fit_frame(self.photo_px(), self.room_px(), self.devicePixelRatioF(), self.margins_px)

    def _set_frame(self, frame: ViewFrame) -> None:
        self._frame = frame
        self._view = None
        self.zoom_changed.emit(self.zoom)
        self.refresh_content()

    @property
    def view(self) -> CanvasView:
        """What the layers paint by, made once per frame and size."""
        ratio = self.devicePixelRatioF()
        if self._view is None or self._view.ratio != ratio:
            size = self.photo_px()
            self._view = self._view_through(self._frame, size)
        return self._view

    def fitted_view(self, photo_px: tuple[int, int]) -> CanvasView:
        """What the layers of a photo of this size will paint by when it is shown fitted."""
        frame = fit_frame(photo_px, self.room_px(), self.devicePixelRatioF(), self.margins_px)
        return self._view_through(frame, photo_px)

    def _view_through(self, frame: ViewFrame, photo_px: tuple[int, int]) -> CanvasView:
        return CanvasView(
            frame,
            photo_px,
            QRectF(QPointF(0, 0), QSizeF(self.size())),
            self.devicePixelRatioF(),
            self.fit_size(photo_px),
            canvas_ink(current_theme()),
        )

    # --- Qt

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keeps a fitted photo fitted."""
        super().resizeEvent(event)
        self._view = None
        if self._frame.fitted:
            self.fit()
        else:
            self.pan_by(QPointF(0, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paints the ground and every layer that is on."""
        view, shown = self.view, self._shown
        painter = QPainter(self)
        painter.fillRect(event.rect(), view.ink.around)
        if self._photo_layer.photo is None:
            return
        layers: list[tuple[Layer, bool]] = [
            (self._photo_layer, True),
            (self._heat_layer, shown.heat),
            (self._mask_layer, shown.mask),
        ]
        # Within one rectangle a picture is copied; through a region, as bars over the canvas leave it, Qt
        # hands it to a pool of threads and waits for them.
        for piece in event.region():  # type: ignore[attr-defined]  # the stub is wrong
            painter.setClipRect(piece)
            for layer, is_on in layers:
                if is_on:
                    layer.paint(painter, view)
        painter.setClipping(False)
        if shown.box:  # its dashes take long, and are no picture: once for all rectangles
            self._box_layer.paint(painter, view)
        if shown.landmarks:
            self._landmark_layer.paint(painter, view)
