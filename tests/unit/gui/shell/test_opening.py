"""Opening: the window opens on photos, not on an empty page, and a scan leaves them the first moment."""

from __future__ import annotations

import pytest

from fashion_studio.gui.library import pictures
from fashion_studio.gui.shell import opening
from tests.unit.gui.conftest import PHOTOS

pytestmark = pytest.mark.gui


def test_a_new_folder_opens_on_its_first_photos_with_their_pictures(window, photos, qtbot, monkeypatch):
    monkeypatch.setattr(pictures, "_FIRST_S", 60.0)
    monkeypatch.setattr(opening, "_FIRST_FOUND_S", 60.0)
    session, grid = window.session, window.library.grid
    at_first: list[tuple[int, bool]] = []

    def look() -> None:
        ids = session.listing
        at_first.append((ids.size, bool(ids.size) and grid.pictures.get(int(ids[0])) is not None))

    window.opener.opened.connect(look)
    window.opener.open_photos(photos)
    qtbot.waitUntil(lambda: bool(at_first))
    (count, has_picture) = at_first[0]
    assert count > 0
    assert has_picture
    qtbot.waitUntil(lambda: session.listing.size == PHOTOS)
    qtbot.waitUntil(lambda: not session.works.active())
    qtbot.waitUntil(lambda: session.queue.size == PHOTOS)


def test_an_empty_folder_opens_on_a_page_that_says_so(window, tmp_path, qtbot, calm):
    (tmp_path / "empty").mkdir()
    window.opener.open_photos(tmp_path / "empty")
    qtbot.waitUntil(lambda: window.session.project is not None)
    qtbot.waitUntil(lambda: not window.session.works.active())
    calm(window)
    assert window.session.listing.size == 0
    assert window.library.empty.isVisible()


def test_the_scan_of_a_known_project_can_be_cancelled_before_it_begins(window, project, qtbot, calm):
    folder = project.folder
    project.close()
    window.opener.open_project(folder)
    qtbot.waitUntil(lambda: bool(window.session.works.active()))
    (work,) = window.session.works.active()
    work.cancel()
    qtbot.waitUntil(lambda: not window.session.works.active(), timeout=2000)
    assert window.session.listing.size == PHOTOS
