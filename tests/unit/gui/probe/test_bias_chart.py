"""The chart says what each model decided by, and can be read without the pointer and without colour."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from fashion_studio.gui.probe.bias_chart import BiasChart, ChartRow, ModelBand, bias_text
from fashion_studio.gui.theme.theme import ThemeMode

pytestmark = pytest.mark.gui

ROWS = (
    ChartRow("dress", "Dress", "garment-dress", ((3, 9, 14), (9, 3, 14))),
    ChartRow("pants", "Pants", "garment-pants", ((5, 5, 12), (0, 0, 12))),
    ChartRow("hat", "Hat", "", ((0, 0, 4), (0, 0, 4))),
)
BANDS = (ModelBand("House", 0.36, 0.3, 0.42), ModelBand("Mixed", 0.75, 0.6, 0.9))


@pytest.fixture
def chart(qtbot, own_theme):
    made = BiasChart()
    made.resize(600, 220)
    qtbot.addWidget(made)
    made.show()
    made.show_rows(ROWS, BANDS)
    return made


def test_scores_are_written_as_the_field_does():
    assert [bias_text(value) for value in (0.44, 0.2207, 1.0, 0.0, None)] == [
        ".44",
        ".22",
        "1.00",
        ".00",
        "–",
    ]


def test_bias_is_undefined_without_a_hit():
    assert [row.bias(0) for row in ROWS] == [0.25, 0.5, None]


def test_marks_stand_further_right_the_more_shape_decides(chart):
    places = [chart.mark_at(0, "dress"), chart.mark_at(0, "pants"), chart.mark_at(1, "dress")]
    assert places[0].x() < places[1].x() < places[2].x()
    assert chart.mark_at(0, "hat") is None
    assert chart.mark_at(1, "pants") is None


def test_a_click_picks_the_nearest_mark_of_its_row(chart, qtbot):
    spot = chart.mark_at(1, "dress")
    with qtbot.waitSignal(chart.picked) as told:
        qtbot.mouseClick(chart.viewport(), Qt.MouseButton.LeftButton, pos=spot + QPoint(6, 3))
    assert told.args == [1, "dress"]
    assert chart.point == (1, "dress")


def test_arrows_go_from_mark_to_mark(chart, qtbot):
    chart.setFocus()
    told = []
    chart.picked.connect(lambda place, name: told.append((place, name)))
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Left):
        qtbot.keyClick(chart, key)
    assert told == [(0, "dress"), (0, "pants"), (1, "pants"), (1, "dress"), (0, "dress")]


def test_the_pointer_and_a_reader_are_told_the_figures(chart):
    tip = chart.tip_at(chart.mark_at(0, "dress"))
    assert tip == "Dress, House: .25\n3 by shape, 9 by texture, 2 by neither"
    assert chart.tip_at(QPoint(2, 2)) == ""
    assert chart.accessibleDescription().splitlines()[1] == "Pants: House .50, Mixed –"


def test_many_classes_scroll_under_a_fixed_axis(chart):
    many = [ChartRow(f"class{n}", f"Class {n}", "", ((n, 20 - n, 20),)) for n in range(20)]
    chart.show_rows(many, BANDS[:1], people=0.96)
    assert chart.verticalScrollBar().maximum() > 0
    chart.pick(0, "class3")
    chart.show_rows(many[4:], BANDS[:1])
    assert chart.point is None


def test_it_follows_the_theme_with_everything_on_it(chart, own_theme):
    chart.show_rows(ROWS, BANDS, people=0.96)
    chart.pick(1, "dress")
    dark = chart.grab().toImage()
    own_theme.set_mode(ThemeMode.LIGHT)
    light = chart.grab().toImage()
    assert dark != light


def test_intervals_of_three_models_are_bars_below_the_classes(chart):
    three = (*BANDS, ModelBand("Cloth", 0.5, 0.44, 0.56))
    rows = tuple(ChartRow(row.name, row.title, row.icon, (*row.hits, (1, 1, 2))) for row in ROWS)
    between = chart.mark_at(0, "dress")
    spot = QPoint(between.x() + 20, between.y() - 14)
    ground = QPoint(chart.viewport().width() - 4, 4)

    def at(point):
        return chart.viewport().grab().toImage().pixelColor(point)

    chart.show_rows(rows[:1], (*BANDS[:1], ModelBand("Mixed", 0.25, 0.2, 0.4)))
    assert at(spot) != at(ground)
    chart.show_rows(rows[:1], (ModelBand("House", 0.36, 0.2, 0.4), *three[1:]))
    assert at(spot) == at(ground)
    picture = chart.viewport().grab().toImage()
    bars = {picture.pixelColor(chart.viewport().width() // 2, y).name() for y in range(140, 200)}
    assert len(bars) > 2
