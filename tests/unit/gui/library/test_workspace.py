"""The library in its window: facets, chips, orders, bulk acts, failures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt

from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.domain.queries import Agreement, ItemFilter, SortKey
from fashion_studio.gui.components.chips import FilterChip
from fashion_studio.gui.library.failures_dialog import FailuresDialog

pytestmark = pytest.mark.gui


@pytest.fixture
def library(window, read_project, calm):
    window.resize(1440, 900)
    window.session.adopt(read_project)
    calm(window)
    return window.library


def click_row(qtbot, row):
    qtbot.mouseClick(row, Qt.MouseButton.LeftButton, pos=QPoint(8, 8))


def chips(bar):
    return [chip for chip in bar.findChildren(FilterChip) if chip.isVisible()]


def trigger(menu, *path):
    for name in path[:-1]:
        menu = next(action.menu() for action in menu.actions() if action.text().replace("&", "") == name)
    next(
        action for action in menu.actions() if action.text().replace("&", "").split("\t")[0] == path[-1]
    ).trigger()


def test_counts_stand_beside_every_filter(library, window, qtbot, calm):
    panel = library.panel
    assert panel._sections["status"].entries[Status.NEW].count == 12
    assert panel._sections["agreement"].entries[Agreement.OPEN].count == 12
    panel.side._pick(1)
    category = panel._attributes[0]
    assert category.entries["dress"].count == 6
    assert panel.confidence.isVisible()
    assert sum(panel.confidence._bins) == 12
    assert not category.entries["hoodie"].isVisible()
    assert not panel._feet.isVisible()


def test_a_folded_section_makes_its_rows_when_it_is_unfolded(library, window, qtbot, calm):
    panel = library.panel
    panel.side._pick(1)
    section = next(s for s in panel._attributes if not s.head.isChecked())
    assert not section.entries
    section.head.click()
    values = window.session.vocabulary.attribute(section.name).value_names
    assert [entry.count for name, entry in section.entries.items() if name == values[0]] == [12]
    assert section.entries[values[0]].isVisible()
    assert not section.entries[values[1]].isVisible()  # nothing left with it
    click_row(qtbot, section.entries[values[0]])
    calm(window)
    assert window.session.filter == ItemFilter(by_model={section.name: frozenset({values[0]})})
    assert section.entries[values[0]].isChecked()
    section.head.click()
    qtbot.waitUntil(lambda: not section.entries[values[0]].isVisible())  # folding moves


def test_facets_chips_and_listing_follow_each_other(library, window, qtbot, calm):
    panel, session = library.panel, window.session
    panel.side._pick(1)
    click_row(qtbot, panel._attributes[0].entries["dress"])
    calm(window)
    assert session.filter == ItemFilter(by_model={"category": frozenset({"dress"})})
    assert session.listing.size == library.model.rowCount() == 6
    assert panel._attributes[0].entries["skirt"].count == 6  # what would remain if only this changed
    (chip,) = chips(library.bar)
    assert chip.text() == "Category by model: Dress"
    assert library.bar._strong.text() == "6"
    chip.click()
    calm(window)
    assert session.filter == ItemFilter()
    assert session.listing.size == 12


def test_text_and_confidence_filter(library, window, qtbot, calm):
    library.panel.search.set_text("garment_00")
    calm(window)
    qtbot.waitUntil(lambda: window.session.listing.size == 10)
    library.panel.confidence.set_range(90, 100)
    library.panel.confidence.settled.emit(90, 100)
    calm(window)
    assert window.session.listing.size == 2
    assert [chip.text() for chip in chips(library.bar)] == ["“garment_00”", "Confidence 90–100"]


def test_least_sure_first(library, window, qtbot, calm):
    menu = library.bar.sort_menu()
    trigger(menu, "Least sure first")
    menu.deleteLater()
    calm(window)
    assert window.session.sort.key is SortKey.CONFIDENCE
    shown = [library.model.row(place).confidence for place in range(12)]
    assert shown == sorted(shown)
    assert library.bar.sort_button.text() == "Least sure first"


def test_each_bulk_act_is_one_operation_with_one_undo(library, window, qtbot, calm):
    session, project = window.session, window.session.project
    library.grid.selectAll()
    assert library.bulk.isVisible()
    assert library.bulk._number.text() == "12 selected"
    ids = library.grid.selected_ids().tolist()
    for menu, path, holds in (
        (
            library.bulk.attribute_menu(),
            ("Fit", "Regular"),
            lambda item: item.answers["fit"] == Answer.of("regular"),
        ),
        (
            library.bulk.attribute_menu(),
            ("Fit", "Unknown"),
            lambda item: item.answers["fit"] == Answer.unknown(),
        ),
        (
            library.bulk.attribute_menu(),
            ("Colors", "Replace all with", "Red"),
            lambda item: item.answers["colors"] == Answer.of("red"),
        ),
        (
            library.bulk.attribute_menu(),
            ("Colors", "Add", "Blue"),
            lambda item: item.answers["colors"] == Answer.of("red", "blue"),
        ),
        (
            library.bulk.attribute_menu(),
            ("Colors", "Remove", "Red"),
            lambda item: item.answers["colors"] == Answer.of("blue"),
        ),
        (library.bulk.status_menu(), ("Reviewed",), lambda item: item.row.status is Status.REVIEWED),
        (library.bulk.split_menu(), ("Test",), lambda item: item.row.split is Split.TEST),
    ):
        trigger(menu, *path)
        menu.deleteLater()
        assert all(holds(project.item(item_id)) for item_id in ids)
    window.commands.run("library.flag")
    assert all(row.flagged for row in project.rows(ids))
    window.commands.run("library.flag")
    assert not any(row.flagged for row in project.rows(ids))
    window.commands.run("library.accept")
    assert all(project.item(item_id).answers["category"].values for item_id in ids)
    for _ in range(10):
        session.undo()
    assert all(not project.item(item_id).answers for item_id in ids)
    assert {row.status for row in project.rows(ids)} == {Status.NEW}
    calm(window)


def test_keys_act_on_the_selection_and_lead_to_it(library, window, qtbot, calm):
    library.grid.setFocus()
    library.grid.select_ids(window.session.listing[2:5])
    qtbot.keyClick(library.grid, Qt.Key.Key_F)
    assert all(row.flagged for row in window.session.project.rows(window.session.listing[2:5]))
    calm(window)
    library.grid.set_current_id(int(window.session.listing[3]))
    qtbot.keyClick(library.grid, Qt.Key.Key_Return)
    assert window.session.queue.size == 3
    assert window.session.current == int(window.session.listing[3])
    calm(window)


def test_files_that_cannot_be_read_are_listed_with_their_reason(library, window, photos, qtbot, calm):
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff not a picture")
    window.opener.scan()
    qtbot.waitUntil(
        lambda: bool(window.session.works.all()) and not window.session.works.active(), timeout=20_000
    )
    library.panel.refresh()
    calm(window)
    assert library.panel.failures_link.text() == "1 file could not be read"
    assert library.panel._feet.isVisible()
    dialog = FailuresDialog(library.panel._failures)
    qtbot.addWidget(dialog)
    words = [label.text() for label in dialog.findChildren(type(dialog.heading))]
    assert "broken.jpg" in words
    assert library.panel._failures[0][1] in words


def test_the_short_bar_suggests_and_lists_every_condition(library, window, qtbot, calm):
    window.show_room("annotate")
    calm(window)
    bar = window.annotate_bar
    assert [chip.text() for chip in chips(bar)] == ["Model disagrees", "No landmarks", "Flagged"]
    menu = bar.filter_menu()
    trigger(menu, "Status", "New")
    menu.deleteLater()
    calm(window)
    assert window.session.filter.statuses == frozenset({Status.NEW})
    assert next(chip.text() for chip in chips(bar)) == "Status: New"
