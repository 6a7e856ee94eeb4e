"""The sheet of components paints in both themes and at the largest text, without a word of complaint."""

from __future__ import annotations

import pytest

from fashion_studio.gui.gallery import Gallery
from fashion_studio.gui.theme.theme import Theme, ThemeMode

pytestmark = pytest.mark.gui


def test_the_sheet_differs_by_theme_and_grows_with_the_text(qapp, qtbot):
    theme = Theme(ThemeMode.DARK)
    theme.install(qapp)
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.show()
    dark = gallery.grab().toImage()
    theme.set_mode(ThemeMode.LIGHT)
    light = gallery.grab().toImage()
    assert dark != light
    assert light.pixelColor(2, 2).name() == theme.color("window").name()
    before = gallery.sizeHint()
    theme.set_text_scale(1.5)
    qtbot.wait(20)
    assert gallery.sizeHint().width() > before.width()
