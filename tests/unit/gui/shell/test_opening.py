"""Opening: the window opens on photos, not on an empty page, and a scan leaves them the first moment."""

from __future__ import annotations

import threading

import pytest

from fashion_studio.domain.errors import ProjectBusy
from fashion_studio.gui.library import pictures
from fashion_studio.gui.shell import opening
from fashion_studio.services.project import Project
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
    qtbot.waitUntil(lambda: window.session.project is not None and bool(window.session.works.active()))
    (work,) = window.session.works.active()
    work.cancel()
    qtbot.waitUntil(lambda: not window.session.works.active(), timeout=2000)
    assert window.session.listing.size == PHOTOS


@pytest.fixture
def slow(window, monkeypatch):
    """Opening takes until this is set: an old project on a slow disk."""
    go_on = threading.Event()
    monkeypatch.setattr(opening, "_find_first", lambda _project: go_on.wait(20) and 0)
    yield go_on
    go_on.set()


def test_a_slow_opening_is_told_in_the_status_bar_and_leaves_no_trace(window, project, qtbot, slow, calm):
    folder = project.folder
    project.close()
    window.opener.open_project(folder)
    line = window.status.work
    qtbot.waitUntil(line.isVisible)
    assert line.words.text() == f"Opening {folder.stem}"
    slow.set()
    qtbot.waitUntil(lambda: window.session.project is not None)
    assert all(not work.title.startswith("Opening") for work in window.session.works.all())
    calm(window)


def test_a_slow_opening_can_be_given_up_and_the_project_is_free_again(window, project, qtbot, slow):
    folder = project.folder
    project.close()
    window.opener.open_project(folder)
    qtbot.waitUntil(window.status.work.isVisible)
    window.status.work.cancel.click()
    assert window.session.works.active() == []
    assert not window.status.work.isVisible()
    with pytest.raises(ProjectBusy):
        Project.open(folder, actor="Bea")
    slow.set()
    qtbot.waitUntil(lambda: _is_free(folder))
    assert window.session.project is None


def test_of_two_projects_opened_after_each_other_only_the_second_is_held(
    window, project, photos, qtbot, slow, calm
):
    folder = project.folder
    project.close()
    window.opener.open_project(folder)
    window.opener.open_photos(photos)
    slow.set()
    qtbot.waitUntil(lambda: window.session.project is not None)
    calm(window)
    held = window.session.project.folder
    if held != folder:
        qtbot.waitUntil(lambda: _is_free(folder))
    assert not _is_free(held)


def _is_free(folder) -> bool:
    try:
        Project.open(folder, actor="Bea").close()
    except ProjectBusy:
        return False
    return True
