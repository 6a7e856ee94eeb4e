"""A tile shows picture, status, disagreement, selection and failure."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from fashion_studio.domain.labels import Status
from fashion_studio.gui.components.tiles import Tile, paint_tile
from fashion_studio.gui.theme.theme import Theme, ThemeMode

pytestmark = pytest.mark.gui
FRAME = QRect(10, 10, 144, 164)


def painted(tile: Tile, picture: QPixmap | None, theme: Theme) -> QImage:
    image = QImage(QSize(164, 210), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(theme.color("window"))
    painter = QPainter(image)
    paint_tile(painter, theme, FRAME, tile, picture)
    painter.end()
    return image


def inks(image: QImage, area: QRect) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(area.left(), area.right() + 1)
        for y in range(area.top(), area.bottom() + 1)
    }


@pytest.fixture
def theme(qapp):
    return Theme(ThemeMode.DARK)


@pytest.fixture
def red(qapp):
    picture = QPixmap(50, 80)
    picture.fill(QColor(200, 0, 0))
    return picture


def test_the_picture_fills_the_frame(theme, red):
    image = painted(Tile("Dress", Status.NEW), red, theme)
    assert image.pixelColor(82, 90).red() == 200
    assert image.pixelColor(10, 10).name() == theme.color("window").name()


def test_waiting_is_grey_and_failed_says_why(theme):
    waiting = painted(Tile("Dress", Status.NEW), None, theme)
    assert waiting.pixelColor(82, 60).name() == theme.color("raised").name()
    failed = painted(Tile("x.jpg", Status.NEW, failure="file ends too early"), None, theme)
    assert theme.color("danger").name() in inks(failed, FRAME)
    assert theme.color("text2").name() in inks(failed, QRect(20, 86, 130, 30))


def test_selection_has_a_ring_and_a_badge(theme, red):
    plain = painted(Tile("Dress", Status.NEW), red, theme)
    chosen = painted(Tile("Dress", Status.NEW, selected=True, checked=True), red, theme)
    assert chosen.pixelColor(7, 90).name() == theme.color("accent").name()
    assert plain.pixelColor(7, 90).name() == theme.color("window").name()
    assert theme.color("accentfill").name() in inks(chosen, QRect(16, 16, 20, 20))


def test_disagreement_confidence_and_status_are_marked(theme, red):
    image = painted(Tile("Dress", Status.DONE, confidence=0.5, disagreements=2), red, theme)
    assert theme.photo_color("badge_disagree").name() in inks(image, QRect(110, 14, 44, 20))
    assert theme.photo_color("badge_agree").name() in inks(image, QRect(14, 150, 20, 20))
    assert theme.color("modelfill").name() in inks(image, QRect(100, 176, 54, 18))
