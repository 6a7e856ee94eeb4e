"""Movement of the design sheet: it ends where it should, and does not take place with reduced motion."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QObject, Qt

from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.feedback import Toasts
from fashion_studio.gui.components.motion import Motion
from fashion_studio.gui.library.facet_rows import FacetRow, FacetSection
from fashion_studio.gui.theme.theme import current_theme

pytestmark = pytest.mark.gui


@pytest.fixture
def calm_theme():
    theme = current_theme()
    theme.reduced_motion = True
    yield theme
    theme.reduced_motion = False


def test_a_motion_goes_from_nothing_to_all(qtbot):
    owner, steps = QObject(), []
    motion = Motion("toggle", steps.append, owner)
    with qtbot.waitSignal(motion.finished):
        motion.run()
    assert steps == sorted(steps)
    assert steps[-1] == 1.0
    assert motion.share == 1.0


def test_with_reduced_motion_it_is_there_at_once(calm_theme):
    owner, steps = QObject(), []
    motion = Motion("fold", steps.append, owner)
    motion.run()
    assert steps == [1.0]
    assert motion.share == 1.0


def test_a_button_cools_down_after_the_pointer_has_left(qtbot):
    button, theme = Button("Export"), current_theme()
    qtbot.addWidget(button)
    with qtbot.waitExposed(button):
        button.show()
    button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, on=False)
    button.pretend = frozenset({"hover"})
    assert button.fill("raised") == theme.color("hover")
    button.pretend = frozenset()
    button.leaveEvent(QEvent(QEvent.Type.Leave))
    warm = button.fill("raised")
    low, high = sorted((theme.color("raised").lightness(), theme.color("hover").lightness()))
    assert low <= warm.lightness() <= high
    qtbot.waitUntil(lambda: button.fill("raised") == theme.color("raised"))
    assert button.fill("") is None


def test_a_section_folds_and_is_gone_when_it_has(qtbot):
    section = FacetSection("Status")
    row = section.add("new", FacetRow("New"))
    qtbot.addWidget(section)
    section.show()
    section.head.click()
    qtbot.waitUntil(lambda: not row.isVisible())
    section.head.click()
    assert row.isVisible()
    qtbot.waitUntil(lambda: section._body.maximumHeight() > 10_000)
    assert row.height() == row.sizeHint().height()


def test_a_toast_rises_to_its_place(qtbot):
    host = FacetSection("Host")
    host.resize(600, 300)
    qtbot.addWidget(host)
    host.show()
    toast = Toasts(host).show("Saved")
    start = toast.y()
    qtbot.waitUntil(lambda: toast.below_px == 0)
    assert toast.y() <= start
