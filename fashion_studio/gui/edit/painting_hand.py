"""Brush and eraser: strokes on the canvas become what is painted to the open edit's region, one act each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fashion_studio.gui.edit.compare_canvas import PaintTool
from fashion_studio.imaging.brush import Brush

if TYPE_CHECKING:
    from fashion_studio.gui.edit.compare_canvas import CompareCanvas
    from fashion_studio.gui.edit.presenter import EditPresenter
    from fashion_studio.gui.edit.region_panel import MaskPanel

__all__ = ["PaintingHand"]


class PaintingHand(QObject):
    """Follows the strokes. `refused` carries a sentence: there is nothing to paint to."""

    refused = Signal(str)

    def __init__(
        self,
        canvas: CompareCanvas,
        masking: MaskPanel,
        presenter: EditPresenter,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._canvas, self._masking, self._presenter = canvas, masking, presenter
        canvas.stroke_began.connect(self._begin)
        canvas.stroke_moved.connect(self._move)
        canvas.stroke_ended.connect(self._end)
        canvas.stroke_dropped.connect(self._drop)
        masking.brush_changed.connect(lambda size, hardness, _snaps: canvas.set_brush(size, hardness))
        size, hardness, _ = masking.brush
        canvas.set_brush(size, hardness)

    def take(self, tool: PaintTool) -> None:
        """Takes a tool in the hand; the same one again lays it down."""
        self._canvas.set_tool(PaintTool.NONE if tool is self._canvas.tool else tool)
        self._presenter.show_stack()

    def lay_down(self) -> None:
        """No tool."""
        if self._canvas.tool is not PaintTool.NONE:
            self.take(self._canvas.tool)

    def _brush(self) -> Brush:
        _, hardness, snaps = self._masking.brush
        erases = self._canvas.tool is PaintTool.ERASER
        return Brush(self._canvas.brush_radius_px, hardness, erases=erases, snaps=snaps)

    def _begin(self, x_px: float, y_px: float) -> None:
        live, step = self._presenter.live, self._presenter.keeper.step
        if live is None or step is None:
            self.refused.emit("Choose a value at the right first: the brush shapes where it is done.")
            return
        self._presenter.keeper.flush()
        live.begin(x_px, y_px, self._brush())
        self._show()

    def _move(self, x_px: float, y_px: float) -> None:
        live = self._presenter.live
        if live is not None and live.is_painting:
            live.move(x_px, y_px, self._brush())
            self._show()

    def _show(self) -> None:
        live, step = self._presenter.live, self._presenter.keeper.step
        if live is not None and step is not None:
            self._canvas.set_mask_outline(live.outline(step.threshold))

    def _end(self) -> None:
        live = self._presenter.live
        painted = live.end() if live is not None else None
        if painted is not None:
            self._presenter.keeper.paint(*painted)

    def _drop(self) -> None:
        if self._presenter.live is not None:
            self._presenter.live.drop()
            self._presenter.show_outline()
