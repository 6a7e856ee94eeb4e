"""Import into a project: fills what is open, leaves a person's labels alone, one undo for the whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Split, Status, Visibility
from fashion_studio.domain.queries import UNSET, ItemFilter
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.incoming import ImportFormat
from fashion_studio.exchange.incoming_sources import SourceOptions
from fashion_studio.services.exporting import ExportFormat, export_project
from fashion_studio.services.importing import ImportRequest, apply_import, plan_import
from fashion_studio.services.project import Project
from tests.foreign_sets import write_coarse
from tests.projects import make_project, state_of, write_photo

HEADER = "file_name,width,height,split,category,fit,left_hem_x,left_hem_y,left_hem_v\n"


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    with make_project(tmp_path, studio, 4) as made:
        yield made


def table(folder: Path, *rows: str) -> ImportRequest:
    path = folder / "labels.csv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    return ImportRequest(ImportFormat.CSV, path)


def run(project: Project, request: ImportRequest, *, replace: bool = False):
    return apply_import(project, plan_import(project, request), replace=replace)


def test_open_labels_are_filled_and_one_undo_takes_all_back(project: Project, tmp_path: Path) -> None:
    ids = [int(item_id) for item_id in project.ids()]
    before = state_of(project)
    outcome = run(
        project,
        table(
            tmp_path,
            "photo 0.jpg,300,400,train,dress,loose,10,20,2",
            "photo 1.jpg,301,400,test,Skirt,?unknown,11,21,1",
        ),
    )
    assert (outcome.plan.records, outcome.plan.found, outcome.labels) == (2, 2, 8)
    item = project.item(ids[0])
    assert item.answers == {"category": Answer.of("dress"), "fit": Answer.of("loose")}
    assert item.landmarks == {"left_hem": Landmark("left_hem", 10, 20, Visibility.VISIBLE)}
    assert (item.row.split, item.row.status) == (Split.TRAIN, Status.IN_WORK)
    assert project.item(ids[1]).answers["fit"] == Answer.unknown()
    assert project.item(ids[1]).landmarks["left_hem"].visibility is Visibility.OCCLUDED
    changes = project.undo()
    assert changes is not None
    assert len(changes.item_ids) == 2
    after = state_of(project)
    assert [(item.answers, item.landmarks, item.row.split, item.row.status) for item in after] == [
        (item.answers, item.landmarks, item.row.split, item.row.status) for item in before
    ]


def test_the_journal_names_the_file_as_the_one_who_says_so(project: Project, tmp_path: Path) -> None:
    run(project, table(tmp_path, "photo 0.jpg,300,400,,dress,,,,"))
    entry = project.history(int(project.ids()[0]))[0]
    assert entry.actor == "the table labels.csv"
    assert entry.title == "Labels imported on 1 photo"
    project.undo()
    assert project.history(int(project.ids()[0]))[0].actor == "Ada"


def test_a_persons_labels_stay_unless_they_are_given_up(project: Project, tmp_path: Path) -> None:
    first = int(project.ids()[0])
    project.set_answers([first], {"category": Answer.of("shirt"), "fit": Answer.of("loose")})
    project.set_landmarks(first, [Landmark("left_hem", 1, 2)])
    request = table(tmp_path, "photo 0.jpg,300,400,train,dress,loose,10,20,2")
    outcome = run(project, request)
    assert outcome.plan.agreeing == 1
    assert [(each.field, each.mine, each.theirs) for each in outcome.plan.conflicts] == [
        ("Category", "Shirt", "Dress"),
        ("L hem", "1.0, 2.0", "10.0, 20.0"),
    ]
    assert project.item(first).answers["category"] == Answer.of("shirt")
    assert project.item(first).row.split is Split.TRAIN
    replaced = run(project, request, replace=True)
    assert replaced.labels == 2
    assert project.item(first).answers["category"] == Answer.of("dress")
    project.undo()
    assert project.item(first).answers["category"] == Answer.of("shirt")


def test_an_answer_unknown_is_a_persons_word_too(project: Project, tmp_path: Path) -> None:
    first = int(project.ids()[0])
    project.set_answers([first], {"category": Answer.unknown()})
    outcome = run(project, table(tmp_path, "photo 0.jpg,300,400,,dress,,,,"))
    assert project.item(first).answers["category"] == Answer.unknown()
    assert outcome.to_dict()["conflicts"] == 1


def test_what_was_said_between_plan_and_writing_stays(project: Project, tmp_path: Path) -> None:
    first = int(project.ids()[0])
    plan = plan_import(project, table(tmp_path, "photo 0.jpg,300,400,,dress,loose,,,"))
    project.set_answers([first], {"category": Answer.of("hat")})
    outcome = apply_import(project, plan)
    assert outcome.labels == 1
    assert project.item(first).answers == {"category": Answer.of("hat"), "fit": Answer.of("loose")}


def test_planning_writes_nothing(project: Project, tmp_path: Path) -> None:
    plan = plan_import(project, table(tmp_path, "photo 0.jpg,300,400,,dress,loose,,,"))
    assert len(plan.open_facts) == 2
    assert len(project.ids(ItemFilter(by_person={"category": frozenset({UNSET})}))) == 4


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("photo 9.jpg,300,400,,dress,,,,", "absent"),
        ("../photo 0.jpg,300,400,,dress,,,,", "outside"),
        ("photo 0.jpg,400,300,,,,10,20,2", "other_size"),
        ("photo 0.jpg,,,,,,9000,20,2", "outside_photo"),
        ("photo 0.jpg,300,400,,,,-9000,20,2", "outside_photo"),
        ("photo 0.jpg,300,400,,Poncho,,,,", "unmapped"),
        ("photo 0.jpg,300,400,,dress|skirt,,,,", "several"),
        ("photo 0.jpg,300,400,,,,,,", "no_labels"),
    ],
)
def test_what_cannot_be_taken_is_counted(project: Project, tmp_path: Path, row: str, code: str) -> None:
    plan = plan_import(project, table(tmp_path, row, "photo 1.jpg,301,400,,dress,,,,"))
    assert {each.code: each.count for each in plan.shortfalls}[code] == 1
    assert len(plan.open_facts) == 1


def test_a_photo_that_is_there_but_not_in_the_project_is_told_from_one_that_is_not(
    project: Project, tmp_path: Path
) -> None:
    write_photo(tmp_path / "other.png")
    plan = plan_import(project, table(tmp_path, "other.png,,,,dress,,,,", "photo 0.jpg,,,,dress,,,,"))
    assert [each.code for each in plan.shortfalls] == ["not_in_project"]


def test_a_photo_named_twice_counts_once(project: Project, tmp_path: Path) -> None:
    outcome = run(project, table(tmp_path, "photo 0.jpg,,,,dress,,,,", "./photo 0.jpg,,,,skirt,,,,"))
    assert project.item(int(project.ids()[0])).answers["category"] == Answer.of("dress")
    assert [each.code for each in outcome.plan.shortfalls] == ["twice"]


def test_deepfashion_finds_photos_below_img_and_translates(tmp_path: Path, studio: Vocabulary) -> None:
    root = write_coarse(tmp_path / "set")
    for seed, path in enumerate(sorted(root.glob("img/*/*.jpg"))):
        write_photo(path, seed, (200, 300))
    request = ImportRequest(ImportFormat.DEEPFASHION, root)
    with Project.create(tmp_path / "P.fstudio", [root / "img"], studio, actor="Ada") as project:
        project.scan()
        outcome = run(project, request)
        first = project.item(int(project.ids()[0]))
    assert outcome.plan.found == 3
    assert first.answers == {
        "category": Answer.of("t-shirt"),
        "pattern": Answer.of("striped"),
        "fabric": Answer.of("cotton"),
        "sleeve_length": Answer.of("long"),
    }
    assert first.box == Box(10, 20, 100, 200)
    assert first.landmarks["left_hem"] == Landmark("left_hem", 15, 25)
    assert "left_waistline" not in first.landmarks
    assert first.row.split is Split.TRAIN
    assert ("style", "boho", 1) in outcome.plan.unmapped


def test_a_name_that_fits_two_photos_is_never_guessed(tmp_path: Path, studio: Vocabulary) -> None:
    write_photo(tmp_path / "photos/a/1.png", 1)
    write_photo(tmp_path / "photos/b/1.png", 2)
    write_photo(tmp_path / "photos/c/2.png", 3)
    with make_project(tmp_path, studio) as project:
        project.scan()
        plan = plan_import(project, table(tmp_path, "1.png,,,,dress,,,,", "2.png,,,,skirt,,,,"))
        assert plan.found == 1
        assert len(plan.open_facts) == 1


def test_cancelling_leaves_everything_as_it_was(project: Project, tmp_path: Path) -> None:
    request = table(tmp_path, "photo 0.jpg,,,,dress,,,,")
    with pytest.raises(Cancelled):
        plan_import(project, request, should_stop=lambda: True)
    assert project.undo_status().undo_title is None


def test_a_place_that_is_not_there_is_refused(project: Project, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="is not there"):
        plan_import(project, ImportRequest(ImportFormat.COCO, tmp_path / "nothing"))
    with pytest.raises(UserError, match="This format is a folder"):
        plan_import(project, ImportRequest(ImportFormat.DEEPFASHION, table(tmp_path).place))
    options = SourceOptions(photos=tmp_path / "nothing")
    with pytest.raises(UserError, match="is not a folder"):
        plan_import(project, ImportRequest(ImportFormat.CSV, tmp_path / "labels.csv", options))


@pytest.mark.parametrize("kind", [ExportFormat.CSV, ExportFormat.COCO])
def test_our_own_exports_come_back_as_they_left(
    tmp_path: Path, studio: Vocabulary, kind: ExportFormat
) -> None:
    with make_project(tmp_path / "one", studio, 5) as project:
        ids = [int(item_id) for item_id in project.ids()]
        project.set_answers(ids[:2], {"category": Answer.of("dress"), "colors": Answer.of("navy", "white")})
        project.set_answers([ids[2]], {"fit": Answer.unknown(), "fabric": Answer.not_applicable()})
        project.set_landmarks(
            ids[0],
            [
                Landmark("left_hem", 10.125, -3.5),
                Landmark("right_hem", 1 / 3, 20, Visibility.OCCLUDED),
                Landmark("left_collar", 0, 0, Visibility.ABSENT),
            ],
        )
        project.set_box(ids[0], Box(1.5, 2.25, 30, 40))
        project.set_split(ids[1:3], Split.VALIDATION)
        project.set_status([ids[3]], Status.REVIEWED)
        out = tmp_path / "out"
        export_project(project, None, kind, out)
        sent = [project.item(item_id) for item_id in ids]
    with make_project(tmp_path / "two", studio, 5) as project:
        place = out / "labels.csv" if kind is ExportFormat.CSV else out
        outcome = run(project, ImportRequest(ImportFormat(kind.value), place))
        received = [project.item(int(item_id)) for item_id in project.ids()]
    assert outcome.plan.found == 5
    assert {each.code for each in outcome.plan.shortfalls} <= {"no_labels"}
    for before, after in zip(sent, received, strict=True):
        assert after.row.split == before.row.split
        if kind is ExportFormat.CSV:  # carries all but boxes, flags and notes
            assert after.answers == before.answers
            assert after.landmarks == before.landmarks
            assert after.row.status == before.row.status
        else:  # carries known answers, points that are there, and boxes
            assert after.answers == {name: each for name, each in before.answers.items() if each.values}
            assert after.landmarks == {
                name: point
                for name, point in before.landmarks.items()
                if point.visibility is not Visibility.ABSENT
            }
            assert after.box == before.box


def test_an_export_of_two_folders_comes_back_into_both(tmp_path: Path, studio: Vocabulary) -> None:
    for folder, seed in (("one", 1), ("two", 2)):
        write_photo(tmp_path / folder / "1.png", seed)
    roots = [tmp_path / "one", tmp_path / "two"]
    with Project.create(tmp_path / "P.fstudio", roots, studio, actor="Ada") as project:
        project.scan()
        ids = [int(item_id) for item_id in project.ids()]
        for item_id, value in zip(ids, ("dress", "skirt"), strict=True):
            project.set_answers([item_id], {"category": Answer.of(value)})
        export_project(project, None, ExportFormat.CSV, tmp_path / "labels.csv")
        assert run(project, ImportRequest(ImportFormat.CSV, tmp_path / "labels.csv")).plan.agreeing == 4
        project.set_answers(ids, {"category": None})
        run(project, ImportRequest(ImportFormat.CSV, tmp_path / "labels.csv"))
        assert [project.item(each).answers["category"].value for each in ids] == ["dress", "skirt"]


def test_the_place_on_the_disk_goes_before_the_same_path_in_another_folder(
    tmp_path: Path, studio: Vocabulary
) -> None:
    for name, seed in (("one/1.png", 1), ("two/1.png", 2)):
        write_photo(tmp_path / name, seed)
    (tmp_path / "two/labels.csv").write_text("file,category\n1.png,dress\n")
    roots = [tmp_path / "one", tmp_path / "two"]
    with Project.create(tmp_path / "P.fstudio", roots, studio, actor="Ada") as project:
        project.scan()
        outcome = run(project, ImportRequest(ImportFormat.CSV, tmp_path / "two/labels.csv"))
        (changed,) = outcome.changes.item_ids
        assert project.path(changed) == tmp_path / "two/1.png"
