"""The grid of the inspector at every text setting."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.gui.annotate.attribute_layout import Columns
from fashion_studio.gui.theme.theme import Theme, ThemeMode

pytestmark = pytest.mark.gui


@pytest.mark.parametrize("scale", [1.0, 1.15, 1.3, 1.5])
@pytest.mark.parametrize(("narrow", "wide_px"), [(True, 312), (False, 372)])
def test_every_name_has_room_and_so_has_the_persons_value(
    qapp: object, studio: Vocabulary, scale: float, narrow: bool, wide_px: int
):
    theme = Theme(ThemeMode.DARK, scale)
    titles = [attribute.title for attribute in studio.attributes]
    width = theme.px(wide_px) - 2
    columns = Columns.of(theme, narrow=narrow).with_names(theme, titles, width)
    widest = max(theme.metrics("small", 600).horizontalAdvance(title) for title in titles)
    assert columns.name_rect(QRect(0, 0, width, 36)).width() >= widest
    person = columns.person_rect(QRect(0, 0, width, 36)).width()
    assert person >= theme.px(14) + theme.metrics("small", 500).horizontalAdvance("not set")


def test_a_name_of_any_length_leaves_the_person_a_place(qapp: object):
    theme = Theme(ThemeMode.DARK, 1.0)
    columns = Columns.of(theme, narrow=True).with_names(theme, ["a" * 200], 312)
    assert columns.person_rect(QRect(0, 0, 312, 32)).width() >= 60
