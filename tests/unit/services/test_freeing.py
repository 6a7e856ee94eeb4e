"""What only undo still needs is counted with its size, and deleted for good when asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from recorded_runs import put_run

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, ProjectError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.freeing import Freed, Keepsake, free, held, size_words
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_removal import remove_run, removed_runs
from tests.edited_photos import add_edit


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    (tmp_path / "photos").mkdir()
    Image.fromarray(np.full((30, 40, 3), 90, np.uint8)).save(tmp_path / "photos" / "a.png")
    with Project.create(tmp_path / "a.fstudio", [tmp_path / "photos"], studio, actor="tester") as made:
        made.scan()
        yield made


def two_undone(project: Project) -> list[Path]:
    """Three edits are saved and the last two undone."""
    photo = int(project.ids()[0])
    made = [add_edit(project, photo, shade) for shade in (10, 20, 30)]
    project.undo()
    project.undo()
    return [project.path(each) for each in made]


def test_undone_edits_are_counted_with_their_size_and_deleted(project: Project) -> None:
    kept, *undone = two_undone(project)
    size = sum(path.stat().st_size for path in undone)
    assert held(project, Keepsake.EDITS) == Freed(2, size)
    assert free(project, Keepsake.EDITS) == Freed(2, size)
    assert [path.exists() for path in (kept, *undone)] == [True, False, False]
    assert held(project, Keepsake.EDITS) == Freed(0, 0)


def test_removed_runs_are_counted_with_all_their_files(project: Project) -> None:
    run = put_run(runs_dir(project))
    size = sum(path.stat().st_size for path in run.rglob("*") if path.is_file())
    remove_run(project, run)
    put_run(runs_dir(project), name="another")
    assert held(project, Keepsake.RUNS) == Freed(1, size)
    assert free(project, Keepsake.RUNS) == Freed(1, size)
    assert removed_runs(project) == []
    assert (runs_dir(project) / "another").is_dir()


def test_it_can_be_stopped_and_what_was_not_deleted_is_still_there(project: Project) -> None:
    _, *undone = two_undone(project)
    remove_run(project, put_run(runs_dir(project)))
    answers = iter([False, True])
    with pytest.raises(Cancelled):
        free(project, Keepsake.EDITS, lambda: next(answers))
    assert [path.exists() for path in undone] == [False, True]
    with pytest.raises(Cancelled):
        free(project, Keepsake.RUNS, lambda: True)
    assert held(project, Keepsake.RUNS).count == 1


def test_what_cannot_be_deleted_is_named(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    _, first, _ = two_undone(project)

    def refuse(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        with pytest.raises(EnvironmentProblem, match=f"{first.name} cannot be deleted: Permission denied"):
            free(project, Keepsake.EDITS)
    assert free(project, Keepsake.EDITS).count == 2


def test_a_project_that_is_open_for_reading_only_says_how_much_and_deletes_nothing(project: Project) -> None:
    two_undone(project)
    remove_run(project, put_run(runs_dir(project)))
    with Project.open(project.folder, read_only=True) as looking:
        for kind in Keepsake:
            assert held(looking, kind).count > 0
            with pytest.raises(ProjectError):
                free(looking, kind)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1500, "1.5 KB"),
        (12_400_000, "12.4 MB"),
        (2_050_000_000, "2.0 GB"),
    ],
)
def test_sizes_in_words(size: int, words: str) -> None:
    assert size_words(size) == words
