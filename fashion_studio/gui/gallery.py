"""Every component in every state on one sheet, beside the design: `python -m fashion_studio.gui.gallery`.

Arguments: `dark` or `light`, and the file to write a picture to instead of showing a window.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QPainter, QPixmap
from PySide6.QtWidgets import QApplication, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.labels import Status
from fashion_studio.gui.components.base import Card, Label, Surface, column, row, themed
from fashion_studio.gui.components.buttons import Button, IconButton
from fashion_studio.gui.components.chips import Chip, ColorChip, FilterChip
from fashion_studio.gui.components.choices import CheckBox, Radio, Segment, Switch, TabBar
from fashion_studio.gui.components.feedback import Banner, EmptyState, Toast
from fashion_studio.gui.components.inputs import Field
from fashion_studio.gui.components.job_card import JobCard
from fashion_studio.gui.components.marks import PaletteBar, PaletteShare, ProbabilityBar, Swatch
from fashion_studio.gui.components.painting import draw_focus_ring
from fashion_studio.gui.components.sliders import RangeSlider, Slider
from fashion_studio.gui.components.tiles import Tile, caption_height, paint_tile
from fashion_studio.gui.theme.theme import Theme, ThemeMode, current_theme
from fashion_studio.gui.works import Work, WorkState

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

__all__ = ["Gallery", "main"]

_STATES = ("rest", "hover", "focus", "pressed", "disabled")


class _Ringed(QWidget):
    """A control with the ring that the keyboard would give it."""

    def __init__(self, control: QWidget, *, ring: bool) -> None:
        super().__init__()
        self._control, self._ring = control, ring
        self.setLayout(row(control, gap=0, margins=(4, 4, 4, 4)))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The ring."""
        if self._ring:
            painter = QPainter(self)
            draw_focus_ring(painter, self._control.geometry(), 6, current_theme().color("accent"), None)
            painter.end()


class _Tiles(QWidget):
    """Tiles in every state, with a plain picture."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = themed(self)
        picture = QPixmap(96, 104)
        picture.fill(QColor(self.theme.color("strong")))
        self._picture = picture
        self._tiles = (
            Tile("Dress", Status.NEW, 0.55, 1),
            Tile("Shirt", Status.IN_WORK, 0.81),
            Tile("Polo", Status.DONE, 0.88, flagged=True),
            Tile("Skirt", Status.REVIEWED, 0.97, selected=True),
            Tile("Polo", Status.REJECTED, 0.62),
            Tile("shirt_91.jpg", Status.NEW, failure="file ends too early"),
        )

    def sizeHint(self) -> QSize:
        """Two rows of three."""
        return QSize(330, 2 * (104 + caption_height(self.theme) + 14))

    def paintEvent(self, event: QPaintEvent) -> None:
        """The tiles."""
        painter = QPainter(self)
        for place, tile in enumerate(self._tiles):
            line, at = divmod(place, 3)
            frame = QRect(4 + at * 112, 4 + line * (104 + caption_height(self.theme) + 14), 96, 104)
            paint_tile(painter, self.theme, frame, tile, self._picture)
        painter.end()


def _named(widget: QWidget, name: str) -> QWidget:
    box = QWidget()
    box.setLayout(column(widget, Label(name, "caption", role="text3"), gap=2))
    return box


def _section(title: str, *parts: QWidget) -> QWidget:
    box = QWidget()
    line = QHBoxLayout()
    line.setSpacing(10)
    for part in parts:
        line.addWidget(part)
    line.addStretch(1)
    outer = column(Label(title, "caption", 600, "text3"), gap=4)
    outer.addLayout(line)
    box.setLayout(outer)
    return box


def _buttons(kind: str, text: str, icon: str) -> list[QWidget]:
    made: list[QWidget] = []
    for state in _STATES:
        button = Button(text, kind, icon=icon)
        button.pretend = frozenset({state})
        button.setEnabled(state != "disabled")
        made.append(_named(_Ringed(button, ring=state == "focus"), state))
    return made


def _job(title: str, state: WorkState, detail: str, done: int = 0) -> JobCard:
    work = Work(title)
    work.state, work.detail, work.done, work.total = state, detail, done, 24 if done else 0
    if not work.active:
        work.ended_at = work.started_at
    card = JobCard(work)
    work.setParent(card)
    return card


class Gallery(Surface):
    """The sheet of components, 1440 × 960."""

    def __init__(self) -> None:
        super().__init__("window")
        self.resize(1440, 960)
        grid = QHBoxLayout(self)
        grid.setContentsMargins(24, 16, 24, 16)
        grid.setSpacing(32)
        for make, stretch in ((self._left, 48), (self._middle, 43), (self._right, 41)):
            side = QVBoxLayout()
            side.setSpacing(10)
            for part in make():
                side.addWidget(part)
            side.addStretch(1)
            grid.addLayout(side, stretch)

    def _left(self) -> list[QWidget]:
        toggles: list[QWidget] = []
        for state in ("rest", "hover", "on", "disabled"):
            toggle = IconButton("flame", "CAM", toggle=True)
            toggle.pretend = frozenset({state})
            toggle.setChecked(state == "on")
            toggle.setEnabled(state != "disabled")
            toggles.append(_named(toggle, state))
        on = FilterChip("Dress", 275, on=True)
        chips = [FilterChip("Flagged", 4), on, FilterChip("Body", 0), Chip("Unknown", key="U")]
        check, checked = CheckBox(), CheckBox()
        checked.setChecked(True)
        radio, person = Radio(), Radio()
        person.setChecked(True)
        switch, switched = Switch(), Switch()
        switched.setChecked(True)
        slider, off = Slider(0, 100, 60), Slider(0, 100, 60)
        off.setEnabled(False)
        span = RangeSlider()
        span.set_histogram([1, 1, 2, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 22, 26, 30, 36, 42, 50, 60])
        wrong = Field("", "40 to 20")
        wrong.set_error("The first must be smaller.")
        tabs = TabBar(["Attributes", "History"], padding_px=0)
        tabs.set_count(0, "6/8")
        tabs.set_count(1, "12")
        segment = Segment(["New", "In work", "Done"])
        segment.set_index(1)
        toast = Toast("Fit set to Regular on 42 photos", action="Undo", key="Ctrl Z", run=lambda: None)
        return [
            _section("Button", *_buttons("plain", "Export", "download")),
            _section("Primary button", *_buttons("primary", "Accept", "check")),
            _section("Ghost button", *_buttons("ghost", "Clear", "x")),
            _section("Icon toggle", *toggles),
            _section("Chip", *chips, ColorChip("Red", (210, 47, 53))),
            _section("Check, radio, switch", check, checked, radio, person, switched, switch),
            _section("Slider", slider, off),
            _section("Range with histogram", span),
            _section("Input", Field("", "", hint="Name or note"), wrong),
            _section("Segment, tab", segment, tabs),
            _section("Toast", toast),
        ]

    def _middle(self) -> list[QWidget]:
        state = Card()
        empty = EmptyState("funnel", "No photo matches", "Three filters are on.", action="Clear filters")
        state.setLayout(row(empty, margins=(12, 12, 12, 12)))
        palette = PaletteBar(
            [
                PaletteShare("Black", 0.49, (28, 28, 25)),
                PaletteShare("Gray", 0.38, (136, 132, 128)),
                PaletteShare("White", 0.12, (222, 220, 216)),
            ]
        )
        banners = []
        for tone, icon, sentence in (
            ("disagree", "refresh-cw", "The engine stopped and is starting again. Nothing you did is lost."),
            ("agree", "check", "Engine ready again."),
            ("danger", "triangle-alert", "The disk is full. 3 changes are kept in memory."),
        ):
            banner = Banner()
            actions = [("Try again", _nothing)] if tone == "danger" else []
            banner.say(tone, icon, sentence, actions=list(actions))
            banners.append(banner)
        return [
            _section("Probability", ProbabilityBar(0.58), ProbabilityBar(None)),
            Label("Palette", "caption", 600, "text3"),
            palette,
            Label("Empty state", "caption", 600, "text3"),
            state,
            Label("Banner", "caption", 600, "text3"),
            *banners,
        ]

    def _right(self) -> list[QWidget]:
        swatches = QWidget()
        grid = QGridLayout(swatches)
        grid.setContentsMargins(0, 0, 0, 0)
        colors = load_vocabulary().attribute("colors").values
        for place, value in enumerate(colors):
            if value.rgb is not None:
                grid.addWidget(_named(Swatch(value.rgb, 24), value.name), place // 9, place % 9)
        return [
            Label("Job card", "caption", 600, "text3"),
            _job("House, fine-tune", WorkState.RUNNING, "epoch 15 of 24", 15),
            _job("Two-stream, VGG-16", WorkState.WAITING, "after House, fine-tune"),
            _job("Export to COCO", WorkState.DONE, "3,946 photos, 0 left out"),
            _job("Fine26, ResNet-50", WorkState.FAILED, "out of disk, can resume"),
            Label("Tile", "caption", 600, "text3"),
            _Tiles(),
            _section("Swatch", swatches),
        ]


def _nothing() -> None:
    """What a button of the sheet does."""


def main(arguments: list[str]) -> int:
    """Shows the sheet, or writes it to a file."""
    app = QApplication(sys.argv[:1])
    theme = Theme(ThemeMode(arguments[0]) if arguments else ThemeMode.AUTO)
    theme.install(app)
    gallery = Gallery()
    gallery.show()
    if len(arguments) > 1:
        app.processEvents()
        gallery.grab().save(arguments[1])
        return 0
    return app.exec()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
