"""The middle of the workspace: the canvas with its floating bars, or what stands in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QMenu, QWidget, QWidgetAction

from fashion_studio.gui.annotate.floating import Caption, OverlayBar, ToolBar, ZoomBar
from fashion_studio.gui.canvas.gestures import Tool
from fashion_studio.gui.canvas.photo_canvas import PhotoCanvas
from fashion_studio.gui.canvas.photo_image import Adjustment
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.feedback import EmptyState
from fashion_studio.gui.components.sliders import Slider
from fashion_studio.gui.theme.metrics import DURATION_MS
from fashion_studio.imaging.colormaps import COLORMAPS

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["Stage", "ViewingPanel"]

_EDGE_PX = 12
_TABLE_TITLES = {"magma": "Magma", "cividis": "Cividis", "viridis": "Viridis", "gray": "Grey"}


class ViewingPanel(QWidget):
    """Brightness and contrast of the view; the file is never touched."""

    changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brightness = Slider(-100, 100, 0, tooltip="Brightness of the view", parent=self)
        self._contrast = Slider(-100, 100, 0, tooltip="Contrast of the view", parent=self)
        self._figures = (Label("0", "small", role="text2"), Label("0", "small", role="text2"))
        reset = Button("Reset", "ghost", parent=self)
        reset.clicked.connect(lambda _checked=False: self.show_adjustment(Adjustment(), tell=True))
        lines = []
        for title, slider, figure in (
            ("Brightness", self._brightness, self._figures[0]),
            ("Contrast", self._contrast, self._figures[1]),
        ):
            name = Label(title, "small", role="text2")
            name.setFixedWidth(72)
            slider.setFixedWidth(140)
            figure.setFixedWidth(32)
            lines.append(row(name, slider, figure))
            slider.moved.connect(lambda _value: self._tell())
        hint = Label("For viewing only: the photo stays as it is.", "caption", role="text3")
        self.setLayout(column(*lines, row(hint, None, reset), gap=8, margins=(12, 12, 12, 8)))

    def show_adjustment(self, adjustment: Adjustment, *, tell: bool = False) -> None:
        """Moves the sliders."""
        self._brightness.set_value(adjustment.brightness)
        self._contrast.set_value(adjustment.contrast)
        self._show_figures()
        if tell:
            self._tell()

    def _tell(self) -> None:
        self._show_figures()
        self.changed.emit(Adjustment(self._brightness.value, self._contrast.value))

    def _show_figures(self) -> None:
        for figure, slider in zip(self._figures, (self._brightness, self._contrast), strict=True):
            figure.setText(f"{slider.value:+d}" if slider.value else "0")


class Stage(QWidget):
    """Canvas, tools, zoom, caption, overlays; or a sentence where there is no photo to show."""

    table_picked = Signal(str)
    adjusted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = PhotoCanvas(self)
        self.tools = ToolBar(self)
        self.zoom = ZoomBar(self)
        self.caption = Caption(self)
        self.overlays = OverlayBar(self)
        self.note = EmptyState("image", "No photo", "", parent=self)
        self.note.hide()
        self.caption.hide()
        self._narrow = False
        self._adjustment = Adjustment()
        self._slow = QTimer(self)
        self._slow.setSingleShot(True)
        self._slow.setInterval(DURATION_MS["show_progress_after"])
        self._slow.timeout.connect(self._say_loading)
        self.canvas.zoom_changed.connect(self.zoom.show_zoom)
        self.canvas.tool_changed.connect(lambda tool: self.tools.show_tool(tool.value))
        self.zoom.resized.connect(self._place_bars)
        self.tools.picked.connect(lambda name: self.canvas.set_tool(Tool(name)))
        self.zoom.fit.clicked.connect(lambda _checked=False: self.canvas.fit())
        self.overlays.viewing_asked.connect(self.ask_viewing)
        self.overlays.legend.setToolTip("Colours of the heat map")
        self.overlays.legend.pressed.connect(self.ask_table)
        self.tools.show_tool(Tool.SELECT.value)

    # --- what is shown

    def show_photo(self, photo: PhotoImage) -> None:
        """A photo that is here."""
        self._slow.stop()
        self.note.hide()
        self.canvas.show_photo(photo)
        self._show_bars(shown=True)

    def show_waiting(self) -> None:
        """The photo is being decoded: nothing for a moment, then a word about it."""
        self.canvas.show_photo(None)
        self.note.hide()
        self._slow.start()
        self._show_bars(shown=True)

    def show_note(self, icon: str, title: str, hint: str, action: str = "") -> None:
        """A sentence in place of a photo."""
        self._slow.stop()
        self.canvas.show_photo(None)
        self.say("", "")
        self.note.say(icon, title, hint, action)
        self.note.setVisible(True)
        self._show_bars(shown=False)

    def _say_loading(self) -> None:
        self.note.say("image", "Opening the photo", "Large files take a moment.")
        self.note.show()

    def _show_bars(self, *, shown: bool) -> None:
        for bar in (self.tools, self.zoom, self.overlays):
            bar.setVisible(shown)

    def say(self, lead: str, name: str, figure: str = "", *, icon: str = "flame") -> None:
        """The caption above the photo; without a name there is none."""
        lead = "" if self._narrow else lead
        if self.caption.say(lead, name, figure, icon=icon):
            self._place_caption()
        self.caption.setVisible(bool(name))

    def set_narrow(self, narrow: bool) -> None:
        """Toggles without text, caption beside the tools, names of landmarks only when selected."""
        self._narrow = narrow
        self.overlays.set_narrow(narrow)
        self.canvas.set_names_when_selected_only(narrow)
        self._place_bars()

    # --- menus

    def ask_viewing(self) -> None:
        """Opens brightness and contrast above its button."""
        panel = ViewingPanel()
        panel.show_adjustment(self._adjustment)
        panel.changed.connect(self._on_adjusted)
        self._popup(panel, self.overlays.viewing)

    def _on_adjusted(self, adjustment: Adjustment) -> None:
        self._adjustment = adjustment
        self.canvas.set_adjustment(adjustment)
        self.adjusted.emit(adjustment)

    def ask_table(self) -> None:
        """Opens the choice of colour maps above the legend."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for name in COLORMAPS:
            menu.addAction(_TABLE_TITLES.get(name, name)).triggered.connect(
                lambda _checked=False, name=name: self.table_picked.emit(name)
            )
        menu.popup(self._above(self.overlays.legend, menu.sizeHint().height()))

    def _popup(self, panel: QWidget, button: QWidget) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        menu.popup(self._above(button, menu.sizeHint().height()))

    def _above(self, button: QWidget, height: int) -> QPoint:
        corner = button.mapToGlobal(QPoint(0, 0))
        return QPoint(corner.x(), corner.y() - height - 12)

    # --- places

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The canvas fills everything, the bars stand in its margins."""
        super().resizeEvent(event)
        self.canvas.setGeometry(self.rect())
        self.note.setGeometry(self.rect())
        self._place_bars()

    def _place_bars(self) -> None:
        width, height = self.width(), self.height()
        self.tools.place(_EDGE_PX, _EDGE_PX)
        self.zoom.place(width - _EDGE_PX - self.zoom.box_size().width(), _EDGE_PX)
        size = self.overlays.box_size()
        self.overlays.place((width - size.width()) // 2, height - _EDGE_PX - size.height())
        self._place_caption()

    def _place_caption(self) -> None:
        size = self.caption.box_size()
        left = _EDGE_PX + self.tools.box_size().width() + _EDGE_PX
        right = self.width() - 2 * _EDGE_PX - self.zoom.box_size().width()
        wanted = left if self._narrow else (self.width() - size.width()) // 2
        width = min(size.width(), max(right - left, 120))
        self.caption.place(max(left, min(wanted, right - width)), _EDGE_PX, width)
