"""Photos that edits made teach nothing, measure nothing and leave no project, unless they are asked for."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from fashion_studio.cli.app import app
from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.exporting import ExportFormat, NothingToExport, export_project
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import split_by_content, training_data
from fashion_studio.services.teaching_labels import gather, is_held_out, label_count
from tests.edited_photos import add_edit, stack_of
from tests.projects import write_photo
from tests.samples import sample_prediction

COUNT = 12


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    """Twelve labelled photos and an edit of each, labelled by hand as well."""
    for number in range(COUNT):
        write_photo(tmp_path / "photos" / f"{number:02d}.png", number)
    with Project.create(tmp_path / "Test.fstudio", [tmp_path / "photos"], studio, actor="Ada") as opened:
        opened.scan(check_pixels=False)
        for item_id in [int(each) for each in opened.ids()]:
            add_edit(opened, item_id)
        opened.set_answers(opened.ids(), {"category": Answer.of("dress")})
        yield opened


@pytest.fixture
def heads(studio: Vocabulary) -> dict[str, SimpleNamespace]:
    """What `gather` needs of a model's head: the values it knows."""
    return {"category": SimpleNamespace(values=studio.attribute("category").value_names)}


def edits(project: Project) -> list[int]:
    return [int(each) for each in project.ids(ItemFilter(derived=True))]


def parent(project: Project, item_id: int) -> int:
    origin = project.origin_of(item_id)
    assert origin is not None
    return origin.parent_id


# ------------------------------------------------------------ training and its validation and test photos


def test_training_leaves_edits_out_and_says_how_many(project: Project):
    data = training_data(project)
    assert (len(data.photos), data.derived) == (COUNT, COUNT)
    assert not any("edit" in photo.file for photo in data.photos)
    assert len(training_data(project, ItemFilter(derived=True)).photos) == 0


def test_edits_that_are_asked_for_are_in_the_part_of_their_photo(project: Project):
    data = training_data(project, include_derived=True)
    assert (len(data.photos), data.derived) == (2 * COUNT, 0)
    split = {Path(photo.file).name: photo.split for photo in data.photos}
    root = Path(data.header.root)
    assert all((root / photo.file).is_file() for photo in data.photos)
    for number in range(COUNT):
        assert split[f"{number:02d} edit 1.png"] == split[f"{number:02d}.png"]
    # Their own content would have put some of them elsewhere: the test can fail.
    assert any(
        split_by_content(project.item(each).content_hash)
        != split_by_content(project.item(parent(project, each)).content_hash)
        for each in edits(project)
    )


def test_a_split_that_a_person_gave_the_photo_is_its_edits_split_too(project: Project):
    photo = parent(project, edits(project)[0])
    project.set_split([photo], Split.TEST)
    first = project.derived_of(photo)[0]
    second = add_edit(project, first, 50, stack_of("red"))
    project.set_answers([second], {"category": Answer.of("skirt")})
    split = {photo.file: photo.split for photo in training_data(project, include_derived=True).photos}
    assert split["Test.fstudio/edits/00 edit 1.png"] == "test"
    assert split["Test.fstudio/edits/00 edit 1 edit 1.png"] == "test"
    project.set_split([second], Split.TRAIN)  # a person may still say otherwise of this one
    split = {photo.file: photo.split for photo in training_data(project, include_derived=True).photos}
    assert split["Test.fstudio/edits/00 edit 1 edit 1.png"] == "train"


# ------------------------------------------------------------ quick teaching and what it is measured by


def test_quick_teaching_neither_learns_from_edits_nor_measures_by_them(project: Project, heads):
    material = gather(project, heads)
    assert len(material.photos) == COUNT
    assert not {photo.item_id for photo in material.photos} & set(edits(project))
    assert label_count(project) == COUNT


def test_edits_that_are_asked_for_measure_where_their_photo_measures(project: Project, heads):
    material = gather(project, heads, include_derived=True)
    assert len(material.photos) == 2 * COUNT
    held = {photo.item_id: photo.held_out for photo in material.photos}
    part = {photo.item_id: photo.part_hash for photo in material.photos}
    for each in edits(project):
        assert held[each] == held[parent(project, each)]
        assert part[each] == part[parent(project, each)]
    assert any(is_held_out(project.item(each).content_hash) != held[each] for each in edits(project))


# ------------------------------------------------------------ whose labels they are


def test_what_a_model_reads_from_an_edit_is_nobodys_label(project: Project, heads):
    fresh = add_edit(project, parent(project, edits(project)[0]), 77, stack_of("blue"))
    project.put_predictions([(fresh, sample_prediction(project.vocabulary))])
    item = project.item(fresh)
    assert item.prediction is not None
    assert item.answers == {}
    assert item.row.category is not None
    assert not item.row.category_by_person
    assert fresh not in {photo.item_id for photo in gather(project, heads, include_derived=True).photos}
    data = training_data(project, include_derived=True)
    assert data.unlabelled == 1
    assert len(data.photos) == 2 * COUNT


# ------------------------------------------------------------ export


def names_in(path: Path) -> dict[str, str]:
    with path.open(newline="") as stream:
        return {row["file_name"]: row.get("edited_from", "-") for row in csv.DictReader(stream)}


def test_an_export_leaves_edits_out_and_says_so(project: Project, tmp_path: Path):
    report = export_project(project, None, ExportFormat.CSV, tmp_path / "out.csv")
    assert report.photos == COUNT
    assert report.sentences()[-1] == "12 photos made by edits are left out"
    assert set(names_in(tmp_path / "out.csv").values()) == {"-"}
    question = ItemFilter(statuses=frozenset({Status.IN_WORK}))
    assert export_project(project, question, ExportFormat.COCO, tmp_path / "coco").photos == COUNT


def test_an_export_of_nothing_but_edits_says_what_to_do(project: Project, tmp_path: Path):
    with pytest.raises(NothingToExport, match=r"12 photos match, all made by edits.*included"):
        export_project(project, ItemFilter(derived=True), ExportFormat.CSV, tmp_path / "out.csv")
    assert not (tmp_path / "out.csv").exists()


def test_edits_that_are_asked_for_leave_marked(project: Project, tmp_path: Path):
    report = export_project(project, None, ExportFormat.CSV, tmp_path / "out.csv", include_derived=True)
    assert report.photos == 2 * COUNT
    assert "edited" not in {loss.code for loss in report.losses}
    found = names_in(tmp_path / "out.csv")
    assert found["00.png"] == ""
    assert found["edits/00 edit 1.png"] == "00.png"
    export_project(project, ItemFilter(derived=True), ExportFormat.COCO, tmp_path, include_derived=True)
    data = json.loads((tmp_path / "annotations" / "person_keypoints_default.json").read_text())
    assert {image["edited_from"] for image in data["images"]} == {f"{n:02d}.png" for n in range(COUNT)}


def test_the_command_line_has_the_same_switches(project: Project, tmp_path: Path):
    folder = str(project.folder)
    project.close()
    run = CliRunner().invoke
    for more, count in (
        ([], COUNT),
        (["--with-edited"], 2 * COUNT),
        (["--with-edited", "--edited"], COUNT),
        (["--not-edited"], COUNT),
    ):
        out = tmp_path / f"{'-'.join(more) or 'plain'}.csv"
        result = run(app, ["export", folder, "--format", "csv", "--out", str(out), "--json", *more])
        assert result.exit_code == 0, result.output
        assert json.loads(result.stdout)["photos"] == count
    assert "edits/00 edit 1.png" in names_in(tmp_path / "--with-edited---edited.csv")
    info = run(app, ["info", folder, "--json"])
    assert json.loads(info.stdout)["edited"] == COUNT


def test_names_in_foreign_files_never_mean_an_edit(project: Project, tmp_path: Path):
    from fashion_studio.services.photo_names import PhotoNames

    names = PhotoNames(project, tmp_path / "elsewhere")
    assert names.find("00.png") is not None
    assert names.find("edits/00 edit 1.png") is None
    assert names.find("00 edit 1.png") is None
