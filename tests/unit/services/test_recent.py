from __future__ import annotations

import json
from pathlib import Path

import pytest

from fashion_studio.domain.labels import Status
from fashion_studio.services import recent
from fashion_studio.services.project import Project
from fashion_studio.services.recent import forget, recent_file, recent_projects, remember
from tests.projects import make_project, write_photo


@pytest.fixture
def project(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 5) as project:
        yield project


def test_a_card_holds_what_the_welcome_screen_shows(project: Project):
    project.set_status([1, 2], Status.DONE)
    project.set_status([3], Status.REVIEWED)
    remember(project)
    (card,) = recent_projects()
    assert (card.title, card.photos, card.done) == ("Test", 5, 3)
    assert card.folder == project.folder
    assert card.photos_from == project.roots[0].folder
    assert card.exists


def test_the_newest_is_first_and_each_is_there_once(tmp_path: Path, studio):
    for name in ("a", "b", "a"):
        place = tmp_path / name
        if place.exists():
            with Project.open(place / "Test.fstudio") as project:
                remember(project)
        else:
            with make_project(place, studio) as project:
                remember(project)
    assert [card.folder.parent.name for card in recent_projects()] == ["a", "b"]
    forget(tmp_path / "a" / "Test.fstudio")
    assert [card.folder.parent.name for card in recent_projects()] == ["b"]


def test_covers_are_thumbnails_that_are_made_already(tmp_path: Path, studio):
    for seed in range(6):
        write_photo(tmp_path / "p" / f"{seed}.png", seed)
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        project.scan(check_pixels=False)
        assert remember(project).covers == ()
        for item_id in project.ids():
            project.thumbnail(int(item_id))
        covers = remember(project).covers
        assert len(covers) == 4
        assert all(cover.is_file() for cover in covers)


@pytest.mark.parametrize("text", ["", "{", "7", '"x"', "{}"])
def test_a_damaged_list_is_an_empty_one(project: Project, text: str):
    recent_file().parent.mkdir(parents=True, exist_ok=True)
    recent_file().write_text(text)
    assert recent_projects() == []
    remember(project)
    assert len(recent_projects()) == 1


def test_one_damaged_entry_costs_no_other(project: Project):
    remember(project)
    entries = json.loads(recent_file().read_text())
    recent_file().write_text(json.dumps([{"folder": 7}, None, *entries]))
    assert [card.title for card in recent_projects()] == ["Test"]


def test_a_list_that_cannot_be_written_is_no_reason_to_complain(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recent.Path, "replace", full)
    remember(project)
    assert recent_projects() == []
    assert list(recent_file().parent.glob("*.part")) == []
