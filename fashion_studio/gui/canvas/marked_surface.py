"""The surface with a garment's marks on it: landmarks and box as shown, previewed and reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Signal

from fashion_studio.gui.canvas.layers import HANDLE_PX
from fashion_studio.gui.canvas.surface import CanvasSurface

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from fashion_studio.domain.geometry import Box
    from fashion_studio.gui.canvas.layers import CanvasView
    from fashion_studio.gui.canvas.marks import Mark

__all__ = ["MarkedSurface"]


class MarkedSurface(CanvasSurface):
    """Photo, overlays, landmarks and box, without mouse and keys.

    Signals:
        landmark_edited: a `Landmark` a person moved, placed or gave another visibility (one operation each).
        box_edited: the `Box` a person drew or shaped.
        mark_selected: a landmark's name, "" for none.
    """

    landmark_edited = Signal(object)
    box_edited = Signal(object)
    mark_selected = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._filled: tuple[object, QRect] = (None, QRect())

    # --- content

    def set_marks(self, marks: Sequence[Mark], skeleton: Sequence[tuple[str, str]]) -> None:
        """The landmarks to draw; the selection stays where its landmark still exists."""
        layer = self._landmark_layer
        layer.marks, layer.skeleton = tuple(marks), skeleton
        if layer.selected is not None and layer.mark(layer.selected) is None:
            self.select_mark(None)
        self.refresh_content()

    def set_box(self, box: Box | None, *, by_person: bool) -> None:
        """The garment's box."""
        self.preview_box(box, by_person=by_person)

    def set_names_when_selected_only(self, only: bool) -> None:
        """In a narrow window names stand only at the selected or hovered mark."""
        self._landmark_layer.names_when_selected_only = only
        self.refresh_content()

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The landmarks as shown, previews included."""
        return self._landmark_layer.marks

    @property
    def box(self) -> Box | None:
        """The box as shown, previews included."""
        return self._box_layer.box

    @property
    def box_by_person(self) -> bool:
        """Whether a person gave the box."""
        return self._box_layer.by_person

    @property
    def selected_mark(self) -> Mark | None:
        """The landmark with the ring (or the one to be placed next)."""
        return self._landmark_layer.mark(self._landmark_layer.selected)

    def select_mark(self, name: str | None) -> None:
        """Puts the ring on a landmark, or takes it away."""
        if name == self._landmark_layer.selected:
            return
        self._landmark_layer.selected = name
        self.mark_selected.emit(name or "")
        self.refresh_content()

    def content_rect(self) -> QRect:
        """A fitted photo with its box, marks and names; everything where it is zoomed."""
        if self.photo is None or not self.frame.fitted:
            return self.rect()
        view, layer, box_layer = self.view, self._landmark_layer, self._box_layer
        names = (layer.selected, layer.hovered, layer.names_when_selected_only)
        # One step asks five times; only the last two answers are not the same.
        state = (view.frame, view.viewport, view.photo_px, box_layer.box, layer.marks, names, self.shown)
        if self._filled[0] != state:
            self._filled = (state, self._filled_rect(view))
        return self._filled[1]

    def _filled_rect(self, view: CanvasView) -> QRect:
        area = view.photo_rect
        box = self._box_layer.rect(view)
        if box is not None:
            area = area.united(box)
        margin = HANDLE_PX / 2 + 1  # a handle stands across the edge
        area = area.adjusted(-margin, -margin, margin, margin)
        if self.shown.landmarks:
            area = area.united(self._landmark_layer.reach(view))
        return area.toAlignedRect()

    # --- for gestures

    def inside_photo(self, x_px: float, y_px: float) -> tuple[float, float]:
        """The nearest point of the photo (image_px)."""
        width, height = self.photo_px()
        return min(max(x_px, 0.0), float(width)), min(max(y_px, 0.0), float(height))

    def preview_mark(self, mark: Mark) -> None:
        """Shows a landmark as it would be."""
        layer = self._landmark_layer
        layer.marks = tuple(mark if other.name == mark.name else other for other in layer.marks)
        self.refresh_content()

    def commit_mark(self, name: str) -> None:
        """Reports the landmark as it is shown."""
        mark = self._landmark_layer.mark(name)
        if mark is not None:
            self.landmark_edited.emit(mark.as_landmark())

    def preview_box(self, box: Box | None, *, by_person: bool) -> None:
        """Shows the box as it would be."""
        self._box_layer.box, self._box_layer.by_person = box, by_person
        self.refresh_content()

    def commit_box(self) -> None:
        """Reports the box as it is shown."""
        self.box_edited.emit(self._box_layer.box)
