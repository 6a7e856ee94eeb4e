"""The pane by mouse: rows open, values are given, hovering tells."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest

from fashion_studio.domain.labels import Answer
from fashion_studio.gui.annotate.attribute_layout import PartKind
from fashion_studio.gui.annotate.attribute_state import row_states
from fashion_studio.gui.annotate.attributes_pane import AttributesPane
from fashion_studio.gui.annotate.pane_scroll import PaneScroll
from fashion_studio.gui.components.kept_pictures import KeptPictures
from fashion_studio.gui.theme.theme import ThemeMode, current_theme


@pytest.fixture
def pane(qtbot, studio, read_project):
    made = AttributesPane()
    area = PaneScroll(made)
    area.resize(371, 900)
    qtbot.addWidget(area)
    prediction = read_project.item(int(read_project.ids()[0])).prediction
    made.show_rows(row_states(studio, {}, prediction))
    area.show()
    yield made
    read_project.close()


@pytest.fixture
def answers(pane):
    found = []
    pane.answered.connect(lambda name, answer: found.append((name, answer)))
    return found


def click(pane, attribute, value=""):
    rect = pane.part_rect(attribute, value)
    assert not rect.isEmpty()
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=rect.center())


def test_exactly_one_row_is_open(pane):
    click(pane, "fit")
    assert pane.open_row.name == "fit"
    click(pane, "pattern")
    assert pane.open_row.name == "pattern"
    assert pane.part_rect("fit", "loose").isEmpty()


def test_a_value_is_given_by_a_click(pane, answers):
    click(pane, "fit")
    click(pane, "fit", "loose")
    assert answers == [("fit", Answer.of("loose"))]


def test_a_press_that_ends_elsewhere_gives_nothing(pane, answers):
    pane.open_attribute("fit")
    QTest.mousePress(pane, Qt.MouseButton.LeftButton, pos=pane.part_rect("fit", "loose").center())
    QTest.mouseRelease(pane, Qt.MouseButton.LeftButton, pos=pane.part_rect("fit", "tight").center())
    assert answers == []


def test_unknown_and_does_not_apply_are_their_own_answers(pane, answers):
    pane.open_attribute("fit")
    chips = {part.answer: part.rect for part in pane._plan.parts if part.kind is PartKind.ANSWER}
    for rect in chips.values():
        QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=rect.center())
    assert answers == [("fit", Answer.unknown()), ("fit", Answer.not_applicable())]


def test_hovering_a_value_tells_which(pane, qtbot):
    pane.open_attribute("fit")
    told = []
    pane.value_hovered.connect(lambda name, value: told.append((name, value)))
    QTest.mouseMove(pane, pane.part_rect("fit", "regular").center())
    qtbot.waitUntil(lambda: told == [("fit", "regular")])
    QTest.mouseMove(pane, pane.part_rect("pattern").center())
    qtbot.waitUntil(lambda: told[-1] == ("", ""))


def test_long_lists_are_searched_and_enter_takes_the_first(pane, answers, qtbot):
    pane.open_attribute("colors")
    QTest.keyClicks(pane._search, "bur")
    assert not pane.part_rect("colors", "burgundy").isEmpty()
    assert pane.part_rect("colors", "black").isEmpty()
    QTest.keyClick(pane._search, Qt.Key.Key_Return)
    assert answers == [("colors", Answer.of("burgundy"))]


def test_a_search_without_result_says_so_and_takes_nothing(pane, answers):
    pane.open_attribute("category")
    QTest.keyClicks(pane._search, "zzz")
    assert any(part.kind is PartKind.NOTE for part in pane._plan.parts)
    QTest.keyClick(pane._search, Qt.Key.Key_Return)
    assert answers == []


def test_all_eighteen_colours_have_a_place_on_the_pane(pane, studio):
    pane.open_attribute("colors")
    rects = [pane.part_rect("colors", value.name) for value in studio.attribute("colors").values]
    assert all(not rect.isEmpty() and pane.rect().contains(rect) for rect in rects)
    assert len({(rect.x(), rect.y()) for rect in rects}) == 18


@pytest.mark.parametrize("narrow", [False, True])
def test_columns_do_not_overlap(pane, narrow, studio):
    pane.set_narrow(narrow)
    columns, row = pane._plan.columns, pane.part_rect("pattern")
    edges = [
        columns.name_rect(row),
        columns.person_rect(row),
        columns.model_rect(row),
        columns.mark_rect(row),
    ]
    for left, right in itertools.pairwise(edges):
        assert left.right() < right.left()
    assert edges[-1].right() < row.right()


def test_the_same_state_is_not_laid_out_twice(pane, monkeypatch):
    calls = []
    monkeypatch.setattr(pane, "_replan", lambda: calls.append(1))
    pane.show_rows(pane.rows)
    assert calls == []


def test_the_keyboard_cursor_walks_the_values(pane, answers):
    pane.open_attribute("fit")
    told = []
    pane.value_hovered.connect(lambda name, value: told.append(value))
    for _ in range(2):
        pane.move_cursor(1)
    assert told == ["tight", "regular"]
    pane.take_cursor()
    assert answers == [("fit", Answer.of("regular"))]


def test_next_unanswered_skips_what_is_answered(pane, studio):
    answered = {"category": Answer.of("dress"), "sleeve_length": Answer.of("long")}
    pane.show_rows(row_states(studio, answered, None))
    pane.open_next(1, unanswered=True)
    assert pane.open_row.name == "neckline"


def test_a_point_beside_everything_hits_nothing(pane):
    QTest.mouseClick(pane, Qt.MouseButton.LeftButton, pos=QPoint(5, pane.height() - 2))
    assert pane.open_row is None


class Unkept(KeptPictures):
    """Paints every piece onto the pane itself, as if there were no pictures."""

    def paint(self, painter, rect, says, ground, draw):
        draw(painter)


@pytest.fixture
def theme():
    theme = current_theme()
    before = theme.mode, theme.text_scale
    yield theme
    theme.set_mode(before[0])
    theme.set_text_scale(before[1])


ANSWERS = (
    {},
    {"category": Answer.of("dress"), "fit": Answer.unknown(), "colors": Answer.of("red", "black")},
    {"category": Answer.of("skirt"), "pattern": Answer.not_applicable(), "fit": Answer.of("loose")},
)


@pytest.mark.parametrize("opened", ["category", "fit", "colors", None])
def test_pieces_from_their_pictures_are_the_same_to_the_pixel(pane, studio, read_project, theme, opened):
    said = [read_project.item(int(item_id)).prediction for item_id in read_project.ids()[:3]]
    pane.open_attribute(opened)
    for mode, scale in ((ThemeMode.DARK, 1.0), (ThemeMode.LIGHT, 1.1), (ThemeMode.DARK, 1.35)):
        theme.set_mode(mode)
        theme.set_text_scale(scale)
        for prediction, answers, (away, waiting) in itertools.product(
            (*said, None), ANSWERS, ((False, False), (True, False), (False, True))
        ):
            pane.show_rows(row_states(studio, answers, prediction), engine_away=away, waiting=waiting)
            pane._point_at(pane._plan.parts[len(answers) * 3 % len(pane._plan.parts)])
            kept, pane._pictures = pane._pictures, Unkept(1)
            whole = pane.grab().toImage()
            pane._pictures = kept
            assert pane.grab().toImage() == whole
            assert pane.grab().toImage() == whole  # now every piece has its picture
    assert len(pane._pictures) > 5


def test_pictures_follow_theme_and_size_and_are_bounded(pane, theme):
    pane.grab()
    assert len(pane._pictures) > 5
    theme.set_mode(ThemeMode.LIGHT if theme.mode is ThemeMode.DARK else ThemeMode.DARK)
    assert len(pane._pictures) == 0
    pictures = KeptPictures(512)
    picture = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(picture)
    for place in range(600):
        pictures.paint(painter, QRect(0, 0, 4, 4), place, QColor("red"), lambda inner: None)
    painter.end()
    assert len(pictures) == 512
    assert picture.pixelColor(3, 3) == QColor("red")
