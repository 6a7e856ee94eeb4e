"""A mask painted ahead looks like one painted now, and is used only where it fits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QImage, QPainter, QPainterPath

from fashion_studio.gui.canvas.frame import ViewFrame, fit_frame
from fashion_studio.gui.canvas.ink import canvas_ink
from fashion_studio.gui.canvas.layers import CanvasView, MaskLayer, mask_picture
from fashion_studio.gui.theme.theme import current_theme

pytestmark = pytest.mark.gui
PHOTO = (300, 400)
ROOM = (331, 443)


def view_of(ratio: float) -> CanvasView:
    frame = fit_frame(PHOTO, ROOM, ratio, (20.0, 20.0))
    fit_size = (round(PHOTO[0] * frame.scale * ratio), round(PHOTO[1] * frame.scale * ratio))
    return CanvasView(frame, PHOTO, QRectF(0, 0, *ROOM), ratio, fit_size, canvas_ink(current_theme()))


def garment() -> QPainterPath:
    path = QPainterPath(QPointF(0, 30))  # on the photo's edge, with a hole
    for x, y in ((140.3, 12.7), (290, 100), (250.5, 390), (60, 399.5)):
        path.lineTo(x, y)
    path.closeSubpath()
    path.addEllipse(QPointF(150, 200), 40, 55)
    return path


def painted(view: CanvasView, layer: MaskLayer) -> np.ndarray:
    image = QImage(round(ROOM[0] * view.ratio), round(ROOM[1] * view.ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(view.ratio)
    image.fill(0xFF4A90C0)
    painter = QPainter(image)
    layer.paint(painter, view)
    painter.end()
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return pixels[:, : image.width(), :3].astype(int)


def layer_with(view: CanvasView | None) -> MaskLayer:
    layer = MaskLayer()
    layer.outline = garment()
    layer.picture = None if view is None else mask_picture(garment(), view)
    return layer


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_a_mask_painted_ahead_looks_the_same(qapp, ratio):
    view = view_of(ratio)
    now, ahead = painted(view, layer_with(None)), painted(view, layer_with(view))
    assert np.abs(now - painted(view, MaskLayer())).max() > 60
    assert np.abs(now - ahead).max() <= 2  # layers blended with each other first round otherwise


def test_it_is_used_where_it_fits_only(qapp):
    view = view_of(1.0)
    layer = layer_with(view)
    layer.picture.image.fill(0xFFFF0000)
    assert (painted(view, layer)[200, 150] == (0, 0, 255)).all()
    zoomed = replace(view, frame=ViewFrame(2.0, -100.0, -100.0))
    assert np.array_equal(painted(zoomed, layer), painted(zoomed, layer_with(None)))
    layer.is_hatched = False
    assert not (painted(view, layer)[200, 150] == (0, 0, 255)).all()
