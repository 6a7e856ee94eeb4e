from __future__ import annotations

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Answer
from fashion_studio.services.project import Project
from fashion_studio.store.item_index import NameTable
from tests.projects import add_photos
from tests.samples import sample_prediction


def test_names_are_kept_whole_and_found_in_any_case():
    names = ["Ärmel 1.JPG", "", "two\nlines.png", "Straße.jpg", "\udcff broken.jpg"]
    table = NameTable.of(names)
    assert [table.name(i) for i in range(5)] == [
        "Ärmel 1.JPG",
        "",
        "two lines.png",
        "Straße.jpg",
        "\udcff broken.jpg",
    ]
    assert table.containing("ärmel").tolist() == [True, False, False, False, False]
    assert table.containing("JPG").tolist() == [True, False, False, True, True]
    assert table.containing("strasse").tolist() == [False, False, False, True, False]
    assert table.containing("jpg\n").tolist() == [False] * 5


def test_a_table_grows_without_touching_the_one_before():
    first = NameTable.of([])
    second = first.extended(["a", "b"])
    third = second.extended(["c"])
    assert (len(first), len(second), len(third)) == (0, 2, 3)
    assert [third.name(i) for i in range(3)] == ["a", "b", "c"]
    assert third.containing("c").tolist() == [False, False, True]


def test_photos_added_in_many_parts_are_all_there(project: Project):
    index = project._dataset.index
    before = index.version
    for part in range(30):
        add_photos(project, 50, first=100 + 50 * part)
    assert len(index) == 1505
    assert index.version > before
    assert project.rows([1505])[0].name == "photo 1599.jpg"
    assert [row.name for row in project.rows(project.ids()[[0, 5, 1504]])] == [
        "photo 0.jpg",
        "photo 100.jpg",
        "photo 1599.jpg",
    ]


@pytest.mark.parametrize("wrong", [0, 6, -1])
def test_a_photo_that_is_not_there_is_named_as_such(project: Project, wrong: int):
    with pytest.raises(UserError, match="not in the project any more"):
        project.rows([1, wrong])


def test_a_tile_shows_the_persons_category_before_the_models(project: Project):
    prediction = sample_prediction(project.vocabulary, 1)
    assert project.rows([1])[0].category is None
    project.put_predictions([(1, prediction)])
    row = project.rows([1])[0]
    assert (row.category, row.category_by_person) == (prediction.category.value, False)
    assert row.confidence == pytest.approx(prediction.category.confidence, abs=1e-6)
    project.set_answers([1], {"category": Answer.unknown()})
    assert project.rows([1])[0].category == prediction.category.value
    project.set_answers([1], {"category": Answer.of("hat")})
    row = project.rows([1])[0]
    assert (row.category, row.category_by_person) == ("hat", True)
    assert row.disagreements == (prediction.category.value != "hat")
