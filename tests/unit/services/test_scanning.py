from __future__ import annotations

import os
import shutil
import threading
import time
from pathlib import Path
from zlib import crc32

import pytest
from PIL import ExifTags, Image
from sqlalchemy import text

from fashion_studio.domain.errors import PhotoError, ProjectError
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import Changes, Sort, SortKey
from fashion_studio.services.project import Project
from fashion_studio.services.scanning import PhotoReader, ScanProgress
from tests.projects import write_photo
from tests.samples import sample_prediction


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    # Of its own for every test: a lost folder is looked for by content, and other tests' folders lie nearby.
    first = crc32(str(tmp_path).encode())
    for number in range(3):
        write_photo(tmp_path / "photos" / "summer" / f"{number}.png", first + number)
    write_photo(tmp_path / "photos" / "top.jpg", first + 10)
    return tmp_path / "photos"


@pytest.fixture
def project(tmp_path: Path, photos: Path, studio):
    with Project.create(tmp_path / "Test.fstudio", [photos], studio, actor="Ada") as project:
        project.scan()
        yield project


def names(project: Project) -> list[str]:
    return [row.name for row in project.rows(project.ids())]


def by_name(project: Project, name: str) -> int:
    return next(row.id for row in project.rows(project.ids()) if row.name == name)


def test_photos_of_all_sub_folders_are_found(project: Project, photos: Path):
    assert names(project) == ["0.png", "1.png", "2.png", "top.jpg"]
    assert project.path(by_name(project, "1.png")) == photos / "summer" / "1.png"
    row = project.rows([by_name(project, "0.png")])[0]
    assert (row.width_px, row.height_px, row.status) == (40, 30, Status.NEW)


def test_a_second_scan_opens_no_file_again(project: Project):
    class Untouchable(PhotoReader):
        def content_hash(self, path: Path) -> str:
            raise AssertionError(path)

    report = project.scan(reader=Untouchable())
    assert (report.unchanged, report.new, report.changed, report.moved, report.vanished) == (4, 0, 0, 0, 0)


def test_new_files_are_added(project: Project, photos: Path):
    write_photo(photos / "winter" / "9.png", 9)
    report = project.scan()
    assert (report.new, report.unchanged) == (1, 4)
    assert names(project) == ["0.png", "1.png", "2.png", "9.png", "top.jpg"]


def test_a_renamed_file_keeps_its_labels(project: Project, photos: Path):
    item_id = by_name(project, "1.png")
    project.set_answers([item_id], {"fit": Answer.of("loose")})
    (photos / "summer" / "1.png").rename(photos / "one and only.png")
    report = project.scan()
    assert (report.moved, report.new, report.vanished, report.duplicates) == (1, 0, 0, 0)
    item = project.item(item_id)
    assert item.path == photos / "one and only.png"
    assert item.other_paths == ()
    assert item.answers == {"fit": Answer.of("loose")}
    assert names(project) == ["0.png", "2.png", "one and only.png", "top.jpg"]


def test_a_renamed_sub_folder_is_the_same_photos(project: Project, photos: Path):
    ids = project.ids().tolist()
    (photos / "summer").rename(photos / "autumn")
    report = project.scan()
    assert (report.moved, report.new, report.vanished) == (3, 0, 0)
    assert sorted(project.ids().tolist()) == sorted(ids)
    assert all(project.path(i).is_file() for i in ids)


def test_two_files_that_exchanged_their_names_exchange_their_labels(project: Project, photos: Path):
    first, second = by_name(project, "0.png"), by_name(project, "1.png")
    one, two = photos / "summer" / "0.png", photos / "summer" / "1.png"
    one.rename(photos / "x")
    two.rename(one)
    (photos / "x").rename(two)
    os.utime(one, ns=(1, 1))
    os.utime(two, ns=(2, 2))
    report = project.scan()
    assert (report.new, report.vanished, report.changed) == (0, 0, 0)
    assert (project.path(first), project.path(second)) == (two, one)


def test_the_same_photo_twice_is_one_item_with_two_paths(project: Project, photos: Path):
    shutil.copy(photos / "top.jpg", photos / "again.jpg")
    report = project.scan()
    assert (report.duplicates, report.new) == (1, 0)
    item = project.item(by_name(project, "top.jpg"))
    assert {item.path, *item.other_paths} == {photos / "top.jpg", photos / "again.jpg"}
    (photos / "top.jpg").unlink()
    report = project.scan()
    assert (report.vanished, project.item(item.row.id).row.missing) == (0, False)
    assert project.path(item.row.id) == photos / "again.jpg"


def test_twins_in_one_scan_are_one_item(tmp_path: Path, studio):
    for name in ("a.png", "b.png", "c.png"):
        write_photo(tmp_path / "p" / name, 5)
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        report = project.scan()
        assert (report.new, report.duplicates) == (1, 2)
        assert len(project.item(1).other_paths) == 2


def test_a_vanished_photo_is_marked_and_keeps_its_labels_until_it_returns(project: Project, photos: Path):
    item_id = by_name(project, "2.png")
    project.set_note(item_id, "precious")
    kept = (photos / "summer" / "2.png").rename(photos.parent / "away.png")
    report = project.scan()
    assert (report.vanished, report.unchanged) == (1, 3)
    assert project.rows([item_id])[0].missing
    assert project.item(item_id).note == "precious"
    assert project.thumbnail(item_id, 64) is None
    assert project.scan().vanished == 0  # said once
    shutil.copy2(kept, photos / "summer" / "2.png")
    report = project.scan()
    assert (report.returned, report.vanished, report.new) == (1, 0, 0)
    assert not project.rows([item_id])[0].missing


def test_a_file_with_other_pixels_keeps_its_labels_and_asks_to_be_looked_at(project: Project, photos: Path):
    item_id = by_name(project, "0.png")
    project.put_predictions([(item_id, sample_prediction(project.vocabulary))])
    project.set_answers([item_id], {"fit": Answer.of("loose")})
    project.set_status([item_id], Status.DONE)
    write_photo(photos / "summer" / "0.png", 77, size_px=(50, 60))
    report = project.scan()
    assert (report.changed, report.new) == (1, 0)
    item = project.item(item_id)
    assert item.answers == {"fit": Answer.of("loose")}
    assert (item.row.width_px, item.row.height_px) == (50, 60)
    assert item.prediction is None
    assert (item.row.confidence, item.row.flagged, item.row.status) == (None, True, Status.IN_WORK)
    assert project.history(item_id)[0].title == "1 photo changed on disk"
    project.undo()
    assert project.rows([item_id])[0].status is Status.DONE


def test_a_changed_twin_becomes_a_photo_of_its_own(project: Project, photos: Path):
    shutil.copy(photos / "top.jpg", photos / "again.jpg")
    project.scan()
    top = by_name(project, "top.jpg")
    write_photo(photos / "again.jpg", 99)
    report = project.scan()
    assert (report.new, report.changed) == (1, 0)
    assert project.item(top).other_paths == ()
    assert project.count == 5


def test_bad_files_are_listed_with_their_reason_and_skipped(project: Project, photos: Path):
    (photos / "broken.jpg").write_bytes(b"this is no picture")
    (photos / "apple.heic").write_bytes(b"\0\0\0 ftypheic")
    whole = write_photo(photos / "cut.png", 30, size_px=(200, 200)).read_bytes()
    (photos / "cut.png").write_bytes(whole[: len(whole) // 2])
    report = project.scan()
    assert {path.name for path, _ in report.failed} == {"broken.jpg", "apple.heic", "cut.png"}
    assert all(reason for _, reason in report.failed)
    assert report.failed == project.failures()
    assert project.count == 4
    (photos / "cut.png").write_bytes(whole)
    (photos / "apple.heic").unlink()
    report = project.scan()
    assert {path.name for path, _ in report.failed} == {"broken.jpg"}
    assert (report.new, project.count) == (1, 5)


def test_a_photo_that_goes_bad_keeps_what_was_said_of_it(project: Project, photos: Path):
    item_id = by_name(project, "0.png")
    project.set_note(item_id, "precious")
    whole = (photos / "summer" / "0.png").read_bytes()
    (photos / "summer" / "0.png").write_bytes(whole[:100])
    report = project.scan()
    assert [path.name for path, _ in report.failed] == ["0.png"]
    row = project.rows([item_id])[0]
    assert row.failure
    assert not row.missing
    assert project.scan().failed == report.failed
    (photos / "summer" / "0.png").write_bytes(whole)
    project.scan()
    assert project.rows([item_id])[0].failure is None
    assert project.item(item_id).note == "precious"


def test_all_the_broken_files_are_listed_and_none_taken(tmp_path: Path, studio, shared_data: Path, capfd):
    with Project.create(tmp_path / "T.fstudio", [shared_data / "messy"], studio) as project:
        report = project.scan()
        broken = {path.name for path in (shared_data / "messy" / "broken").iterdir()}
        assert {path.name for path, _ in report.failed} == broken
        assert project.count == report.new - 1  # one is found by its pixels only, after it was taken in
        assert not any(project.path(int(i)).parent.name == "broken" for i in project.ids())
        again = project.scan()
        assert (again.new, {path.name for path, _ in again.failed}) == (0, broken)
    capfd.readouterr()  # libtiff complains on the error stream itself


def test_progress_is_told_and_cancel_keeps_what_was_found(tmp_path: Path, studio):
    for seed in range(30):
        write_photo(tmp_path / "p" / f"{seed}.png", seed)
    seen: list[ScanProgress] = []

    def stop() -> bool:
        return project.count > 0

    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        report = project.scan(on_progress=seen.append, should_stop=stop)
        assert report.cancelled
        assert 0 < report.new < 30
        assert project.count == report.new
        assert report.vanished == 0
        report = project.scan(on_progress=seen.append)
        assert not report.cancelled
        assert project.count == 30
        assert seen[-1].checking
        assert any(progress.total == 30 and progress.looked_at == 30 for progress in seen)


def test_the_first_photo_can_be_worked_on_while_the_rest_is_read(tmp_path: Path, studio):
    for seed in range(12):
        write_photo(tmp_path / "p" / f"{seed}.png", seed)
    go_on = threading.Event()

    class Slow(PhotoReader):
        def content_hash(self, path: Path) -> str:
            if path.stem not in {"0", "1", "10", "11"}:
                assert go_on.wait(20)
            return super().content_hash(path)

    told: list[Changes] = []
    with Project.create(tmp_path / "T.fstudio", [tmp_path / "p"], studio) as project:
        project.subscribe(told.append)
        worker = threading.Thread(target=project.scan, kwargs={"reader": Slow()})
        worker.start()
        deadline = time.monotonic() + 20
        while project.count == 0 and time.monotonic() < deadline:
            time.sleep(0.01)
        first = int(project.ids()[0])
        assert project.set_answers([first], {"fit": Answer.of("loose")}).item_ids == (first,)
        assert project.count < 12
        go_on.set()
        worker.join()
        assert project.count == 12
        assert project.item(first).answers["fit"] == Answer.of("loose")
        assert {i for changes in told if changes.items_added for i in changes.item_ids} == set(
            project.ids().tolist()
        )


def test_a_root_that_is_gone_is_reported_and_its_photos_are_missing(
    project: Project, photos: Path, tmp_path: Path
):
    away = tmp_path / "deep" / "down" / "elsewhere"
    away.parent.mkdir(parents=True)
    photos.rename(away)
    report = project.scan()
    assert report.missing_roots == [photos]
    assert report.vanished == 4
    assert all(row.missing for row in project.rows(project.ids()))
    project.relocate_root(1, away)
    report = project.scan()
    assert (report.returned, report.new, report.missing_roots) == (4, 0, [])
    assert all(project.path(int(i)).is_file() for i in project.ids())


def test_a_file_that_disappears_while_it_is_read_is_listed(project: Project, photos: Path):
    class Vanishing(PhotoReader):
        def content_hash(self, path: Path) -> str:
            raise FileNotFoundError(2, "No such file or directory", str(path))

    write_photo(photos / "new.png", 50)
    report = project.scan(reader=Vanishing(), check_pixels=False)
    assert report.failed == [(photos / "new.png", "No such file or directory")]


def test_a_scan_of_a_project_for_reading_only_is_refused(project: Project, photos: Path):
    write_photo(photos / "new.png", 50)
    with (
        Project.open(project.folder, read_only=True) as looking,
        pytest.raises(ProjectError, match="reading only"),
    ):
        looking.scan()


def test_reasons_of_the_reader_are_those_of_the_report(project: Project, photos: Path):
    class Picky(PhotoReader):
        def size_px(self, path: Path) -> tuple[int, int]:
            raise PhotoError(path, "not to my taste")

    write_photo(photos / "new.png", 50)
    report = project.scan(reader=Picky())
    assert report.failed == [(photos / "new.png", "not to my taste")]


def test_two_roots_with_equal_names_are_kept_apart(project: Project, tmp_path: Path):
    write_photo(tmp_path / "more" / "top.jpg", 123)
    project.add_root(tmp_path / "more")
    project.add_root(tmp_path / "more")
    assert [root.folder.name for root in project.roots] == ["photos", "more"]
    report = project.scan()
    assert report.new == 1
    assert names(project).count("top.jpg") == 2
    with pytest.raises(ProjectError, match="not a folder"):
        project.add_root(tmp_path / "none")


def taken(path: Path, when: str) -> Path:
    """A photo with the camera's date."""
    write_photo(path, seed=sum(map(ord, path.name)))
    with Image.open(path) as image:
        exif = Image.Exif()
        exif.get_ifd(ExifTags.IFD.Exif)[0x9003] = when
        image.save(path, exif=exif)
    return path


def test_photos_are_ordered_by_the_camera_and_without_its_word_by_the_file(photos: Path, project: Project):
    taken(photos / "holiday.jpg", "2001:07:01 10:00:00")
    taken(photos / "winter.jpg", "1999:12:31 23:59:59")
    os.utime(photos / "top.jpg", (1_000_000_000, 1_000_000_000))  # 2001-09-09
    for name in ("0.png", "1.png", "2.png"):
        os.utime(next(photos.rglob(name)), (1_700_000_000, 1_700_000_000))
    project.scan()
    order = [row.name for row in project.rows(project.ids(sort=Sort(SortKey.DATE)))]
    assert order[:3] == ["winter.jpg", "holiday.jpg", "top.jpg"]
    again = Project.open(project.folder, read_only=True, actor="Bea")
    assert [row.name for row in again.rows(again.ids(sort=Sort(SortKey.DATE)))] == order
    again.close()


def test_the_dates_of_files_known_before_anybody_asked_are_read_once(photos: Path, project: Project):
    taken(photos / "winter.jpg", "1999:12:31 23:59:59")
    project.scan()
    with project._dataset.writer.database.writing() as connection:  # as a project of version 2 comes along
        connection.execute(text("UPDATE item_file SET taken_us = NULL"))
    asked: list[str] = []

    class Asked(PhotoReader):
        def content_hash(self, path: Path) -> str:
            raise AssertionError(path)

        def taken_us(self, path: Path) -> int:
            asked.append(path.name)
            return super().taken_us(path)

    report = project.scan(reader=Asked())
    assert (report.new, report.changed) == (0, 0)
    assert sorted(asked) == ["0.png", "1.png", "2.png", "top.jpg", "winter.jpg"]
    assert project.rows(project.ids(sort=Sort(SortKey.DATE)))[0].name == "winter.jpg"
    project.scan(reader=Asked())
    assert len(asked) == 5, "never again"
