from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.services.project import Project
from tests.projects import add_photos, make_project, write_photo
from tests.samples import sample_prediction


@pytest.fixture
def project(tmp_path: Path, studio):
    with make_project(tmp_path, studio, 3) as project:
        yield project


def test_a_record_for_export_holds_everything(project: Project, studio, tmp_path: Path):
    prediction = sample_prediction(studio, 4)
    project.put_predictions([(2, prediction)])
    project.set_answers([2], {"fit": Answer.of("loose"), "neckline": Answer.unknown()})
    project.set_landmarks(2, [Landmark("left_hem", 1.5, 2.5)])
    project.set_box(2, Box(1, 2, 3, 4))
    project.set_note(2, "n")
    project.set_flag([2], True)
    project.set_split([2], Split.TEST)
    project.set_status([2], Status.REVIEWED)
    record = list(project.export_records())[1]
    assert record.item_id == 2
    assert record.file_name == "photo 1.jpg"
    assert record.path == tmp_path / "photos" / "photo 1.jpg"
    assert (record.width_px, record.height_px) == (301, 400)
    assert (record.split, record.status, record.flagged, record.note) == (
        Split.TEST,
        Status.REVIEWED,
        True,
        "n",
    )
    assert record.answers == {"fit": Answer.of("loose"), "neckline": Answer.unknown()}
    assert record.landmarks == {"left_hem": Landmark("left_hem", 1.5, 2.5)}
    assert record.box == Box(1, 2, 3, 4)
    assert record.prediction == prediction
    assert record.content_hash == project.item(2).content_hash


def test_records_come_in_order_and_of_the_filter_only(project: Project):
    add_photos(project, 1200, first=10)
    project.set_flag([3, 5, 1100], True)
    assert [record.item_id for record in project.export_records()] == project.ids().tolist()
    flagged = project.export_records(ItemFilter(flagged=True))
    assert [record.item_id for record in flagged] == [3, 5, 1100]


def test_a_record_is_read_only_when_it_is_asked_for(project: Project):
    add_photos(project, 1200, first=10)
    records = project.export_records()
    next(records)
    project.set_note(1200, "written meanwhile")
    assert next(r for r in records if r.item_id == 1200).note == "written meanwhile"


def test_history_is_newest_first_and_says_what_is_taken_back(project: Project):
    project.set_answers([1, 2], {"fit": Answer.of("tight")})
    project.set_status([1], Status.DONE)
    project.undo()
    entries = project.history(1)
    assert [(e.field, e.before, e.after, e.reverted) for e in entries] == [
        ("status", "Done", "In work", False),
        ("status", "In work", "Done", True),
        ("status", "New", "In work", False),
        ("fit", "not set", "Tight", False),
    ]
    assert entries[0].title == "Undone: Status set to Done on 1 photo"
    assert all(e.actor == "Ada" for e in entries)
    assert datetime.now(UTC) - entries[0].at < timedelta(minutes=1)
    project.redo()
    assert [e.reverted for e in project.history(1)] == [False, True, False, False, False]


def test_the_status_of_undo_counts_todays_operations(project: Project):
    assert project.undo_status().changes_today == 0
    project.set_flag([1], True)
    project.undo()
    status = project.undo_status()
    assert (status.undo_title, status.redo_title, status.changes_today) == (None, "Flag set on 1 photo", 2)


def test_a_photo_that_is_not_there_is_named_as_such(project: Project):
    for ask in (project.item, project.path):
        with pytest.raises(UserError, match="not in the project any more"):
            ask(99)
    assert project.thumbnail(99) is None
    assert project.history(99) == []


def test_thumbnails_are_made_once_and_kept_by_content(tmp_path: Path, studio):
    write_photo(tmp_path / "p" / "a.png", 1, size_px=(400, 200))
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        project.scan(check_pixels=False)
        data = project.thumbnail(1, 100)
        assert data is not None
        assert data.startswith(b"\xff\xd8")
        kept = list((project.folder / "thumbnails").rglob("*-100.jpg"))
        assert [path.read_bytes() for path in kept] == [data]
        (tmp_path / "p" / "a.png").unlink()
        assert project.thumbnail(1, 100) == data
        assert project.thumbnail(1, 50) is None


def test_a_photo_that_turns_out_unreadable_is_noted_and_told(tmp_path: Path, studio):
    whole = write_photo(tmp_path / "p" / "a.png", 1, size_px=(100, 100)).read_bytes()
    middle = bytearray(whole)
    middle[2000:2100] = bytes(100)  # the ends are good, the pixels are not
    (tmp_path / "p" / "a.png").write_bytes(middle)
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        project.scan(check_pixels=False)
        told = []
        project.subscribe(told.append)
        assert project.count == 1
        assert project.thumbnail(1, 64) is None
        assert project.count == 0
        ((path, reason),) = project.failures()
        assert path.name == "a.png"
        assert reason
        assert told[0].items_added
    with Project.open(project.folder) as again:
        assert again.count == 0
        assert again.failures() == [(path, reason)]


def test_a_thumbnail_that_cannot_be_kept_is_given_all_the_same(tmp_path: Path, studio):
    write_photo(tmp_path / "p" / "a.png", 1)
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        project.scan(check_pixels=False)
        (project.folder / "thumbnails").rmdir()
        (project.folder / "thumbnails").write_text("in the way")
        assert project.thumbnail(1, 64) is not None
