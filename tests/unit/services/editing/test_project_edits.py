from __future__ import annotations

import errno
import shutil
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from fashion_studio.domain.edits import EditStack
from fashion_studio.domain.errors import EnvironmentProblem, ProjectError, UserError
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import Changes, ItemFilter
from fashion_studio.imaging.decode import decode
from fashion_studio.services.editing.project_edits import EditedPicture
from fashion_studio.services.project import Project
from tests.edited_photos import RED_SLEEVES, add_edit, edited, stack_of
from tests.projects import write_photo


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    first = crc32(str(tmp_path).encode())
    for number in range(3):
        write_photo(tmp_path / "photos" / f"shirt {number}.png", first + number)
    return tmp_path / "photos"


@pytest.fixture
def project(tmp_path: Path, photos: Path, studio):
    with Project.create(tmp_path / "Test.fstudio", [photos], studio, actor="Ada") as project:
        project.scan()
        yield project


def ids(project: Project, **conditions) -> list[int]:
    return [int(item_id) for item_id in project.ids(ItemFilter(**conditions))]


# ------------------------------------------------------------ the stack at hand


def test_a_stack_is_kept_with_its_photo_over_a_restart(project: Project):
    first, second, _ = ids(project)
    changes = project.keep_stack(first, RED_SLEEVES)
    assert (changes.title, changes.item_ids, changes.fields) == ("Edits changed", (first,), {"stack"})
    project.close()
    with Project.open(project.folder) as again:
        assert again.kept_stack(first) == RED_SLEEVES
        assert again.kept_stack(second) is None


def test_every_change_of_a_stack_is_undone_and_done_again(project: Project):
    first = ids(project)[0]
    project.keep_stack(first, stack_of("red"))
    project.keep_stack(first, stack_of("blue"))
    project.undo()
    assert project.kept_stack(first) == stack_of("red")
    project.undo()
    assert project.kept_stack(first) is None
    project.redo()
    project.redo()
    assert project.kept_stack(first) == stack_of("blue")
    project.keep_stack(first, EditStack())
    assert project.kept_stack(first) is None
    entry = project.history(first)[0]
    assert (entry.title, entry.before, entry.after) == ("Edits removed", "1 step", "none")
    project.restore(entry.change_id)
    assert project.kept_stack(first) == stack_of("blue")


def test_the_same_stack_again_is_no_change(project: Project):
    first = ids(project)[0]
    project.keep_stack(first, RED_SLEEVES)
    assert project.keep_stack(first, RED_SLEEVES).item_ids == ()


def test_a_stack_says_nothing_of_the_photo(project: Project):
    first = ids(project)[0]
    project.keep_stack(first, RED_SLEEVES)
    item = project.item(first)
    assert item.row.status is Status.NEW
    assert item.answers == {}


def test_a_stack_that_cannot_be_written_is_kept_in_memory(project: Project, monkeypatch: pytest.MonkeyPatch):
    first = ids(project)[0]
    full = EnvironmentProblem("The disk is full.", "Free some space.")

    def refuse(*_: object) -> None:
        raise full

    with monkeypatch.context() as patch:
        patch.setattr(project._dataset.writer, "_store", refuse)
        with pytest.raises(EnvironmentProblem, match="disk is full"):
            project.keep_stack(first, RED_SLEEVES)
    assert project.kept_stack(first) == RED_SLEEVES
    assert project.unsaved_count == 1
    assert project.retry_unsaved() == 0
    project.close()
    with Project.open(project.folder) as again:
        assert again.kept_stack(first) == RED_SLEEVES


# ------------------------------------------------------------ an edit as a photo


def test_an_edit_becomes_a_photo_that_knows_where_it_is_from(project: Project):
    first = ids(project)[0]
    heard: list[Changes] = []
    project.subscribe(heard.append)
    picture = edited(project.path(first))
    changes = project.save_edit(first, RED_SLEEVES, picture)
    (made,) = changes.item_ids
    assert changes.title == "Edit of shirt 0.png saved"
    assert heard[-1].items_added
    row = project.rows([made])[0]
    assert (row.name, row.edited_from, row.is_derived) == ("shirt 0 edit 1.png", "shirt 0.png", True)
    assert (row.width_px, row.height_px, row.status) == (40, 30, Status.NEW)
    assert not project.rows([first])[0].is_derived
    assert project.path(made).parent == project.folder / "edits"
    assert np.array_equal(decode(project.path(made)), picture)
    origin = project.origin_of(made)
    assert origin is not None
    assert (origin.parent_id, origin.parent_name, origin.parent_changed) == (first, "shirt 0.png", False)
    assert origin.stack == RED_SLEEVES
    assert origin.stack.model == "amgan-test"
    assert origin.stack.steps[0].seed == 7
    assert project.origin_of(first) is None
    assert project.derived_of(first) == (made,)
    assert project.count == 4
    assert project.thumbnail(made) is not None


def test_nothing_said_of_the_photo_is_carried_over(project: Project):
    first = ids(project)[0]
    project.set_answers([first], {"colors": Answer.of("blue"), "fit": Answer.of("loose")})
    item = project.item(add_edit(project, first))
    assert item.answers == {}
    assert item.landmarks == {}
    assert project.facets(ItemFilter(derived=True)).person["colors"]["red"] == 0


def test_undo_hides_it_everywhere_and_redo_brings_it_back(project: Project):
    first = ids(project)[0]
    made = add_edit(project, first)
    path = project.path(made)
    assert project.undo_status().undo_title == "Edit of shirt 0.png saved"
    undone = project.undo()
    assert undone is not None
    assert undone.items_added  # the panes ask for the list again
    assert project.count == 3
    assert made not in ids(project)
    assert project.facets().total == 3
    assert project.facets().derived == 0
    assert project.derived_of(first) == ()
    assert path.is_file()
    project.redo()
    assert made in ids(project)
    assert project.facets().derived == 1


def test_what_is_hidden_stays_hidden_over_a_restart_and_a_scan(project: Project):
    made = add_edit(project, ids(project)[0])
    project.undo()
    project.close()
    with Project.open(project.folder) as again:
        assert made not in ids(again)
        report = again.scan()
        assert (report.new, report.vanished) == (0, 0)
        assert made not in ids(again)
        again.redo()
        assert made in ids(again)
        assert again.rows([made])[0].edited_from == "shirt 0.png"


def test_saving_again_after_undo_shows_the_same_photo(project: Project):
    first = ids(project)[0]
    made = add_edit(project, first)
    project.undo()
    assert add_edit(project, first) == made
    assert add_edit(project, first) == made  # and once more, which changes nothing
    assert len(list((project.folder / "edits").iterdir())) == 1
    assert ids(project, derived=True) == [made]


def test_undone_edits_are_cleaned_away_only_when_asked(project: Project):
    first = ids(project)[0]
    kept = add_edit(project, first, 10)
    gone = add_edit(project, first, 20)
    path = project.path(gone)
    project.undo()
    assert project.discard_undone_edits() == 1
    assert not path.exists()
    assert project.path(kept).is_file()
    assert project.discard_undone_edits() == 0
    again = add_edit(project, first, 20)  # made once more, it is the same photo
    assert again == gone
    assert project.path(again).is_file()


def test_filters_take_edits_in_or_leave_them_out(project: Project):
    photos = ids(project)
    made = add_edit(project, photos[0])
    assert ids(project, derived=True) == [made]
    assert ids(project, derived=False) == photos
    assert set(ids(project)) == {made, *photos}
    facets = project.facets(ItemFilter(derived=False))
    assert (facets.matching, facets.derived) == (3, 1)
    assert project.facets(ItemFilter(statuses=frozenset({Status.DONE}))).derived == 0


def test_an_edit_of_an_edit_remembers_the_photo_it_began_with(project: Project):
    first = ids(project)[0]
    middle = add_edit(project, first, 10)
    last = add_edit(project, middle, 20, stack_of("red"))
    origin = project.origin_of(last)
    assert origin is not None
    assert origin.parent_id == middle
    begun = project._dataset.index.origins
    assert begun[last].source_hash == begun[middle].source_hash == project.item(first).content_hash


# ------------------------------------------------------------ scans


def test_a_scan_neither_loses_nor_doubles_edits(project: Project):
    first = ids(project)[0]
    made = [add_edit(project, first, shade) for shade in (10, 20)]
    for _ in range(2):
        report = project.scan()
        assert (report.new, report.changed, report.duplicates, report.vanished) == (0, 0, 0, 0)
        assert report.missing_roots == []
    assert ids(project, derived=True) == made


def test_the_folder_of_edits_is_no_folder_of_photos(project: Project):
    add_edit(project, ids(project)[0])
    assert [root.folder.name for root in project.roots] == ["photos"]
    assert {folder.name for folder, _, _ in project.file_names()} == {"photos"}


def test_a_strange_file_in_the_folder_of_edits_is_no_photo(project: Project):
    add_edit(project, ids(project)[0])
    write_photo(project.folder / "edits" / "left by a crash.png", 99)
    (project.folder / "edits" / "damaged.png").write_bytes(b"nothing")
    report = project.scan()
    assert (report.new, report.failed) == (0, [])
    assert project.count == 4


def test_a_project_that_moves_with_its_photos_keeps_the_origins(project: Project, tmp_path: Path):
    first = ids(project)[0]
    made = add_edit(project, first)
    project.close()
    (tmp_path / "elsewhere").mkdir()
    shutil.move(tmp_path / "photos", tmp_path / "elsewhere" / "garments")
    shutil.move(project.folder, tmp_path / "elsewhere" / "Test.fstudio")
    with Project.open(tmp_path / "elsewhere" / "Test.fstudio") as moved:
        report = moved.scan()
        assert (report.new, report.vanished) == (0, 0)
        assert moved.path(made).is_file()
        assert moved.path(made).is_relative_to(tmp_path / "elsewhere")
        origin = moved.origin_of(made)
        assert origin is not None
        assert moved.path(origin.parent_id) == tmp_path / "elsewhere" / "garments" / "shirt 0.png"
        assert not origin.parent_changed


def test_a_copy_of_the_project_reads_its_own_edits(project: Project, tmp_path: Path):
    made = add_edit(project, ids(project)[0])
    project.save_elsewhere(tmp_path / "Copy.fstudio")
    assert project.path(made) == tmp_path / "Copy.fstudio" / "edits" / "shirt 0 edit 1.png"
    assert project.path(made).is_file()


def test_a_photo_whose_content_changed_is_said_to_have(project: Project, photos: Path):
    first = ids(project)[0]
    made = add_edit(project, first)
    shutil.copy(photos / "shirt 0.png", photos.parent / "as it was.png")
    write_photo(photos / "shirt 0.png", 12345, (50, 30))
    project.scan()
    origin = project.origin_of(made)
    assert origin is not None
    assert (origin.parent_name, origin.parent_changed) == ("shirt 0.png", True)
    shutil.move(photos.parent / "as it was.png", photos / "shirt 9.png")
    project.scan()
    origin = project.origin_of(made)
    assert origin is not None
    assert (origin.parent_name, origin.parent_changed) == ("shirt 9.png", False)


def test_an_edit_whose_file_was_deleted_is_missing_and_returns(project: Project, tmp_path: Path):
    made = add_edit(project, ids(project)[0])
    shutil.move(project.path(made), tmp_path / "away.png")
    assert project.scan().vanished == 1
    assert project.rows([made])[0].missing
    shutil.move(tmp_path / "away.png", project.folder / "edits" / "other name.png")
    assert project.scan().returned == 1
    assert not project.rows([made])[0].missing
    assert project.origin_of(made) is not None


# ------------------------------------------------------------ what can go wrong


def test_a_full_disk_adds_nothing_and_loses_nothing(project: Project, monkeypatch: pytest.MonkeyPatch):
    first = ids(project)[0]
    project.keep_stack(first, RED_SLEEVES)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(EnvironmentProblem, match=r"No space left.*the edits are kept"):
        project.save_edit(first, RED_SLEEVES, edited(project.path(first)))
    monkeypatch.undo()
    assert project.count == 3
    assert list((project.folder / "edits").iterdir()) == []
    assert project.kept_stack(first) == RED_SLEEVES


def test_a_database_that_refuses_leaves_the_picture_where_it_was(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    first = ids(project)[0]
    made = write_photo(project.folder / "runs" / "job" / "1.png", 5)
    monkeypatch.setattr(
        "fashion_studio.store.derived.insert_items",
        lambda *_: (_ for _ in ()).throw(EnvironmentProblem("The disk is full.", "Free some.")),
    )
    with pytest.raises(EnvironmentProblem):
        project.save_edits([EditedPicture(first, RED_SLEEVES, made)])
    monkeypatch.undo()
    assert made.is_file()
    assert list((project.folder / "edits").iterdir()) == []
    assert project.count == 3
    assert project.save_edits([EditedPicture(first, RED_SLEEVES, made)]).item_ids


def test_an_edit_that_could_not_be_shown_yet_comes_with_the_next_write(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    """The picture is in the project; only that it is shown waits in memory, as every edit may."""
    first = ids(project)[0]
    picture = edited(project.path(first))
    with monkeypatch.context() as patch:

        def refuse(connection, operations, *_step):
            if operations:
                raise EnvironmentProblem("The disk is full.", "Free some space.")

        patch.setattr(project._dataset.writer, "_store", refuse)
        with pytest.raises(EnvironmentProblem, match="disk is full"):
            project.save_edit(first, RED_SLEEVES, picture)
        assert len(ids(project, derived=True)) == 1
    assert project.retry_unsaved() == 0


def test_the_photo_itself_is_no_edit(project: Project):
    first = ids(project)[0]
    copy = project.folder / "edits" / ".same.part"
    shutil.copy(project.path(first), copy)
    with pytest.raises(UserError, match="same as a photo"):
        project.save_edits([EditedPicture(first, RED_SLEEVES, copy)])
    assert project.count == 3


def test_a_photo_that_is_not_in_the_project_has_no_edits(project: Project):
    with pytest.raises(UserError, match="not in the project"):
        project.save_edit(999, RED_SLEEVES, np.zeros((4, 4, 3), np.uint8))
    with pytest.raises(UserError, match="not in the project"):
        project.keep_stack(999, RED_SLEEVES)
    with pytest.raises(UserError, match="no edited picture"):
        project.save_edits([])


def test_a_project_open_for_reading_only_saves_nothing(project: Project):
    first = ids(project)[0]
    made = add_edit(project, first)
    with Project.open(project.folder, read_only=True) as looking:
        assert looking.rows([made])[0].is_derived
        assert looking.origin_of(made) is not None
        for act in (
            lambda: looking.save_edit(first, RED_SLEEVES, np.zeros((4, 4, 3), np.uint8)),
            lambda: looking.keep_stack(first, RED_SLEEVES),
            looking.discard_undone_edits,
        ):
            with pytest.raises(ProjectError, match="reading only"):
                act()
        second = add_edit(project, first, 30)
        assert looking.refresh()
        assert looking.rows([second])[0].is_derived


def test_intake_of_the_very_bytes_elsewhere_is_another_file_of_the_edit(project: Project, photos: Path):
    made = add_edit(project, ids(project)[0])
    shutil.copy(project.path(made), photos / "copy of an edit.png")
    report = project.scan()
    assert (report.new, report.duplicates) == (0, 1)
    assert project.rows([made])[0].is_derived
