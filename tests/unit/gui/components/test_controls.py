"""Controls answer to pointer and keys, follow the theme, and show their states."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QImage, QPainter

from fashion_studio.gui.commands import Commands
from fashion_studio.gui.components.base import Label, Surface
from fashion_studio.gui.components.buttons import Button, IconButton, LinkButton, RailItem, ToggleButton, bind
from fashion_studio.gui.components.chips import ColorChip, FilterChip
from fashion_studio.gui.components.choices import CheckBox, Radio, Segment, Switch, TabBar
from fashion_studio.gui.components.inputs import Field, SearchField
from fashion_studio.gui.components.marks import (
    KeyCap,
    PaletteBar,
    PaletteShare,
    ProbabilityBar,
    ProgressBar,
    Swatch,
    per_cent,
)
from fashion_studio.gui.components.painting import _paint_key_cap, draw_key_cap
from fashion_studio.gui.components.sliders import RangeSlider, Slider
from fashion_studio.gui.theme.theme import Theme, ThemeMode, current_theme

pytestmark = pytest.mark.gui


def pixels(widget) -> QImage:
    widget.resize(widget.sizeHint())
    return widget.grab().toImage()


def colours(widget) -> set[str]:
    image = pixels(widget)
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


@pytest.fixture(autouse=True)
def dark(qapp):
    theme = Theme(ThemeMode.DARK)
    theme.install(qapp)
    return theme


def test_a_button_clicks_by_pointer_and_keyboard(qtbot):
    button, clicks = Button("Export", icon="download", key="E"), []
    qtbot.addWidget(button)
    button.clicked.connect(lambda: clicks.append(1))
    button.show()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.keyClick(button, Qt.Key.Key_Space)
    assert clicks == [1, 1]
    button.setEnabled(False)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert clicks == [1, 1]


@pytest.mark.parametrize(
    ("pretend", "role"),
    [(frozenset(), "raised"), (frozenset({"hover"}), "hover"), (frozenset({"pressed"}), "pressed")],
)
def test_a_buttons_fill_says_its_state(qtbot, pretend, role):
    button = Button("Export")
    qtbot.addWidget(button)
    button.pretend = pretend
    button.resize(button.sizeHint())
    image = pixels(button)
    assert image.pixelColor(6, 14).name() == current_theme().color(role).name()


def test_primary_and_disabled_buttons_look_their_part(qtbot):
    button = Button("Accept", "primary")
    qtbot.addWidget(button)
    assert current_theme().color("accentfill").name() in colours(button)
    button.setEnabled(False)
    shown = colours(button)
    assert current_theme().color("accentfill").name() not in shown
    assert current_theme().color("panel").name() in shown


def test_a_control_bound_to_a_command_follows_it(qtbot):
    host, calls = Surface(), []
    qtbot.addWidget(host)
    command = Commands().add("a.b", "Act", lambda: calls.append(1), widget=host, group="A", shortcut="Ctrl+B")
    button = IconButton("undo-2", "")
    qtbot.addWidget(button)
    bind(button, command)
    assert button.toolTip() == "Act  (Ctrl B)"
    button.click()
    assert calls == [1]
    command.action.setEnabled(False)
    assert not button.isEnabled()


def test_every_control_grows_with_the_text(qtbot, dark):
    made = [
        Button("Export"),
        FilterChip("Dress", 275),
        Segment(["New", "Done"]),
        CheckBox("On"),
        LinkButton("Undo"),
    ]
    before = [widget.sizeHint() for widget in made]
    for widget in made:
        qtbot.addWidget(widget)
    dark.set_text_scale(1.5)
    after = [widget.sizeHint() for widget in made]
    assert all(
        new.width() > old.width() and new.height() > old.height()
        for old, new in zip(before, after, strict=True)
    )


def test_a_filter_chip_says_what_remains_and_can_be_taken_away(qtbot):
    chip, gone = FilterChip("Dress", 275, on=True), []
    qtbot.addWidget(chip)
    chip.removed.connect(lambda: gone.append(1))
    chip.resize(chip.sizeHint())
    chip.show()
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton, pos=QPoint(chip.width() - 12, 12))
    qtbot.keyClick(chip, Qt.Key.Key_Delete)
    assert gone == [1, 1]
    off = FilterChip("Body", 0)
    qtbot.addWidget(off)
    assert not off.isEnabled()
    assert "no photo would remain" in off.toolTip()
    off.set_count(3)
    assert off.isEnabled()


def test_checks_and_switches_toggle(qtbot):
    for made in (CheckBox("On"), Radio("One"), Switch()):
        qtbot.addWidget(made)
        made.resize(made.sizeHint())
        made.show()
        qtbot.mouseClick(made, Qt.MouseButton.LeftButton, pos=QPoint(6, made.height() // 2))
        assert made.isChecked()
        assert not pixels(made).isNull()


def test_a_segment_is_picked_by_pointer_and_arrows(qtbot):
    segment, picked = Segment(["New", "In work", "Done"]), []
    qtbot.addWidget(segment)
    segment.picked.connect(picked.append)
    segment.resize(segment.sizeHint())
    segment.show()
    qtbot.mouseClick(segment, Qt.MouseButton.LeftButton, pos=QPoint(segment.width() - 8, 10))
    qtbot.keyClick(segment, Qt.Key.Key_Left)
    qtbot.keyClick(segment, Qt.Key.Key_Left)
    qtbot.keyClick(segment, Qt.Key.Key_Left)
    assert picked == [2, 1, 0]
    segment.set_index(2)
    assert (segment.index, picked) == (2, [2, 1, 0])


def test_tabs_are_picked_and_hidden_ones_are_skipped(qtbot):
    tabs, picked = TabBar(["Attributes", "Landmarks", "History"]), []
    qtbot.addWidget(tabs)
    tabs.picked.connect(picked.append)
    tabs.set_count(0, "6/8")
    tabs.set_shown(1, shown=False)
    tabs.resize(400, 36)
    tabs.show()
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    qtbot.keyClick(tabs, Qt.Key.Key_Right)
    assert picked == [2]
    qtbot.mouseClick(tabs, Qt.MouseButton.LeftButton, pos=QPoint(20, 10))
    assert picked == [2, 0]


def test_a_slider_steps_jumps_and_goes_back(qtbot):
    slider, moves = Slider(0, 100, 72), []
    qtbot.addWidget(slider)
    slider.moved.connect(moves.append)
    slider.resize(216, 24)
    slider.show()
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    qtbot.keyClick(slider, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert moves == [73, 63]
    qtbot.mouseClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, 12))
    assert slider.value == 0
    qtbot.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(100, 12))
    assert slider.value == 72


def test_a_range_keeps_its_ends_in_order(qtbot):
    slider, settled = RangeSlider(), []
    qtbot.addWidget(slider)
    slider.settled.connect(lambda low, high: settled.append((low, high)))
    slider.set_histogram([1, 2, 8, 0, 4])
    slider.resize(216, slider.sizeHint().height())
    slider.show()
    y = slider.height() - 10
    qtbot.mousePress(slider, Qt.MouseButton.LeftButton, pos=QPoint(8, y))
    qtbot.mouseMove(slider, QPoint(108, y))
    qtbot.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=QPoint(108, y))
    qtbot.keyClick(slider, Qt.Key.Key_Right)
    assert slider.range[0] <= slider.range[1] == 100
    assert settled[-1] == slider.range
    slider.set_range(80, 20)
    assert slider.range == (20, 80)


def test_a_search_field_empties_then_leaves(qtbot):
    field, left, texts = SearchField("Find", key="/"), [], []
    qtbot.addWidget(field)
    field.left.connect(lambda: left.append(1))
    field.edited.connect(texts.append)
    field.show()
    qtbot.keyClicks(field.line, "dr")
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)
    assert (field.text, left, texts[-1]) == ("", [], "")
    qtbot.keyClick(field.line, Qt.Key.Key_Escape)
    assert left == [1]


def test_a_field_says_what_is_wrong(qtbot):
    field = Field("Folder", "there")
    qtbot.addWidget(field)
    field.show()
    field.set_error("Name a folder.")
    assert field.line.property("failed") == "true"
    field.set_error("")
    assert field.line.property("failed") == "false"


def test_marks_paint_what_they_stand_for(qtbot):
    theme = current_theme()
    assert [per_cent(value) for value in (0.0, 0.005, 0.58, 1.0)] == ["0", "0", "58", "100"]
    bar = ProbabilityBar(0.5)
    qtbot.addWidget(bar)
    assert {theme.color("modelfill").name(), theme.color("track").name()} <= colours(bar)
    bar.set_probability(None)
    assert theme.color("modelfill").name() not in colours(bar)
    swatch = Swatch((210, 47, 53))
    qtbot.addWidget(swatch)
    assert pixels(swatch).pixelColor(8, 8).getRgb()[:3] == (210, 47, 53)
    palette = PaletteBar(
        [PaletteShare("Black", 0.9, (20, 20, 20)), PaletteShare("White", 0.1, (250, 250, 250))]
    )
    qtbot.addWidget(palette)
    image = pixels(palette)
    assert image.pixelColor(20, 6).getRgb()[:3] == (20, 20, 20)
    assert image.pixelColor(image.width() - 6, 6).getRgb()[:3] == (250, 250, 250)
    progress = ProgressBar(100)
    qtbot.addWidget(progress)
    progress.set_share(0.5)
    image = progress.grab().toImage()
    assert image.pixelColor(25, 2).name() == theme.color("accent").name()
    assert image.pixelColor(75, 2).name() == theme.color("track").name()


def test_small_ones_paint_in_both_themes(qtbot, dark):
    made = [
        KeyCap("Ctrl K"),
        ToggleButton("CAM", "flame"),
        RailItem("Jobs", "activity"),
        ColorChip("Red", (210, 47, 53)),
        Label("Words", "title", 600),
    ]
    for widget in made:
        qtbot.addWidget(widget)
    before_change = [pixels(widget) for widget in made]
    dark.set_mode(ThemeMode.LIGHT)
    assert all(pixels(widget) != before for widget, before in zip(made, before_change, strict=True))


def test_a_kept_key_cap_looks_like_a_painted_one(qapp):
    theme = current_theme()
    colors = (theme.color("raised"), theme.color("border"), theme.color("text2"))

    def painted(paint) -> np.ndarray:
        image = QImage(30, 30, QImage.Format.Format_RGB32)
        image.fill(theme.color("panel"))
        painter = QPainter(image)
        paint(painter, QRectF(6, 6, 18, 18))
        painter.end()
        return np.frombuffer(image.constBits(), np.uint8).astype(int)

    direct = painted(lambda p, area: _paint_key_cap(p, area, "A", theme.font("caption", 500), colors))
    kept = [painted(lambda p, area: draw_key_cap(p, theme, area, "A")) for _ in range(2)]
    assert np.array_equal(*kept)
    assert np.abs(kept[0] - direct).max() <= 2
    assert direct.std() > 0


def test_another_theme_paints_other_key_caps(qapp):
    def painted() -> QImage:
        image = QImage(30, 30, QImage.Format.Format_ARGB32_Premultiplied)
        image.fill(0)
        painter = QPainter(image)
        draw_key_cap(painter, current_theme(), QRectF(2, 2, 18, 18), "A")
        painter.end()
        return image

    Theme(ThemeMode.DARK).install(qapp)
    dark = painted()
    Theme(ThemeMode.LIGHT).install(qapp)
    assert painted() != dark
