"""The theme answers by role, reaches the style sheet whole, and says when it changes."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFontInfo, QFontMetrics

from fashion_studio.domain.errors import BugError
from fashion_studio.gui.theme.fonts import load_fonts, make_font
from fashion_studio.gui.theme.icons import icon_pixmap
from fashion_studio.gui.theme.roles import DARK, LIGHT
from fashion_studio.gui.theme.theme import Theme, ThemeMode, current_theme

pytestmark = pytest.mark.gui


def test_a_mode_change_swaps_every_colour_and_is_said(qtbot):
    theme = Theme(ThemeMode.DARK)
    assert theme.color("panel").name().upper() == DARK["panel"]
    with qtbot.waitSignal(theme.changed):
        theme.set_mode(ThemeMode.LIGHT)
    assert theme.color("panel").name().upper() == LIGHT["panel"]
    assert not theme.dark


def test_unknown_roles_and_icons_are_bugs_not_black(qapp):
    theme = Theme()
    with pytest.raises(BugError):
        theme.color("nonsense")
    with pytest.raises(BugError):
        theme.photo_color("nonsense")
    with pytest.raises(BugError):
        theme.pixmap("no-such-icon")


def test_the_style_sheet_leaves_no_token_behind(qapp):
    sheet = Theme(ThemeMode.LIGHT).style_sheet()
    assert "@" not in sheet.split("*/", 1)[1]
    assert LIGHT["panel"].lower() in sheet


def test_text_scale_reaches_fonts_sizes_and_the_sheet(qapp):
    theme = Theme()
    theme.set_text_scale(1.5)
    assert theme.font("small").pixelSize() == 18
    assert theme.px(28) == 42
    assert theme.substitute("@px12") == "18px"
    theme.set_text_scale(9)
    assert theme.text_scale == 1.5


def test_the_shipped_font_is_used_and_its_figures_are_of_one_width(qapp):
    assert load_fonts()
    font = make_font(13, 500)
    assert QFontInfo(font).family().startswith("Inter")
    metrics = QFontMetrics(font)
    assert len({metrics.horizontalAdvance(figure * 10) for figure in "0123456789"}) == 1


def test_icons_take_the_colour_of_their_role_and_are_cached(qapp):
    theme = Theme()
    first = icon_pixmap("check", theme.color("agree"), 16, ratio=2.0)
    assert first.width() == 32
    image = first.toImage()
    inked = {
        image.pixelColor(x, y).name()
        for x in range(32)
        for y in range(32)
        if image.pixelColor(x, y).alpha() == 255
    }
    assert inked == {theme.color("agree").name()}
    assert icon_pixmap("check", theme.color("agree"), 16, ratio=2.0) is first


def test_current_theme_is_the_installed_one(qapp):
    theme = Theme(ThemeMode.LIGHT)
    theme.install(qapp)
    assert current_theme() is theme
    assert qapp.palette().window().color() == theme.color("window")
    theme.set_mode(ThemeMode.DARK)
    assert qapp.palette().window().color() == theme.color("window")
