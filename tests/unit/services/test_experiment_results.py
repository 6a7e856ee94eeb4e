from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from recorded_experiments import put_experiment

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.experiment_results import (
    read_experiment_results,
    show_experiment,
    shown_experiment,
)
from fashion_studio.services.project import Project


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    with Project.create(tmp_path / "intake.fstudio", [tmp_path], studio, actor="tester") as made:
        yield made


def test_rows_are_the_trained_variants_with_the_best_of_each_column_marked(tmp_path: Path):
    found = read_experiment_results(put_experiment(tmp_path / "exp"))
    assert [row.title for row in found.rows] == [
        "originals",
        "stylised only",
        "mixed",
        "mixed, then originals",
    ]
    assert (found.missing, found.test_photos, found.asked_photos, found.probe) == (3, 200, 100, None)
    originals, stylised, mixed, then = found.rows
    assert originals.figures["original"] == 0.81
    assert originals.figures["landmark NE"] == 0.061
    assert "original" in then.best  # .83, the largest
    assert "landmark NE" in mixed.best  # .058, the smallest
    assert "shape bias" in stylised.best
    assert not originals.best
    assert "grey" not in found.rows[0].figures  # not measured


def test_an_experiment_under_way_has_what_is_done(tmp_path: Path):
    folder = put_experiment(tmp_path / "exp", rows=0)
    assert read_experiment_results(folder).rows == ()
    assert read_experiment_results(folder).missing == 7
    one = read_experiment_results(put_experiment(tmp_path / "one", rows=1))
    assert [row.best for row in one.rows] == [frozenset()]  # nothing to be better than


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("experiment.json", None, "holds no experiment. Open the folder that"),
        ("experiment.json", "{", "is damaged. Run the experiment again in another folder"),
        ("experiment.json", '{"experiment": "nothing"}', "There is no experiment “nothing”"),
        ("experiment.json", '{"experiment": "fine26"}', "asks nothing about texture and shape"),
        (
            "table.csv",
            "variant,best_epoch\noriginal,3\n",
            "is damaged. Run the experiment again in its folder",
        ),
        ("table.csv", "\x00\x01", "is damaged"),
    ],
)
def test_a_folder_that_is_none_is_one_sentence(tmp_path: Path, name: str, text: str | None, sentence: str):
    folder = put_experiment(tmp_path / "exp")
    (folder / name).unlink() if text is None else (folder / name).write_text(text, encoding="utf-8")
    if text == "\x00\x01":
        (folder / name).write_bytes(b"variant\n\xff\xfe")
    with pytest.raises(UserError, match=sentence):
        read_experiment_results(folder)


def test_a_folder_that_is_gone_is_one_sentence(tmp_path: Path):
    with pytest.raises(UserError, match="is not there any more"):
        read_experiment_results(tmp_path / "gone")


def test_a_project_remembers_which_experiment_it_shows(project, tmp_path: Path):
    assert shown_experiment(project) is None
    folder = put_experiment(tmp_path / "exp")
    show_experiment(project, folder)
    assert shown_experiment(project) == folder.absolute()
    (kept,) = (project.folder / "runs").glob("shown_experiment.json")
    kept.write_text(json.dumps([1]), encoding="utf-8")
    assert shown_experiment(project) is None
