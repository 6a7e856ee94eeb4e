from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import write_photo

from fashion_studio.domain.data_list import read_data_list_photos
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.domain.labels import Answer, Split, Status
from fashion_studio.domain.queries import ItemFilter
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import TrainingChoice
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import (
    frozen_data,
    prepare_run,
    runs_dir,
    split_by_content,
    training_data,
)
from fashion_studio.services.recipe_list import list_recipes, why_not
from fashion_studio.services.run_list import RunPhase, read_run
from fashion_studio.services.training import preview_photos

RECIPE = """
name = "small"
title = "Small"
heads = ["category"]
batch_size = 8
[backbone]
backbone = "mobilenetv3_small_050"
[view]
side_px = 32
[loss.labels]
kind = "cross_entropy"
[[phases]]
name = "all"
epochs = 2
"""
COUNT = 40


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    for number in range(COUNT):
        write_photo(tmp_path / "photos" / f"{number:02d}.png", number)
    with Project.create(tmp_path / "Test.fstudio", [tmp_path / "photos"], studio, actor="Ada") as opened:
        opened.scan(check_pixels=False)
        yield opened


@pytest.fixture
def labelled(project: Project) -> Project:
    ids = project.ids()
    project.set_answers(ids[::2], {"category": Answer.of("dress")})
    project.set_answers(ids[1::2], {"category": Answer.of("skirt")})
    return project


def choice() -> TrainingChoice:
    return TrainingChoice(parse_method_recipe(RECIPE), model_id="own-1")


def test_the_part_of_a_photo_follows_from_its_bytes_and_most_are_for_training() -> None:
    hashes = [f"{number * 2654435761 % 2**32:08x}" for number in range(2000)]
    parts = [split_by_content(digest) for digest in hashes]
    assert parts == [split_by_content(digest) for digest in hashes]
    assert parts.count("val") == pytest.approx(200, abs=50)
    assert parts.count("test") == pytest.approx(200, abs=50)


def test_only_what_people_said_teaches(project: Project, studio: Vocabulary) -> None:
    ids = [int(item_id) for item_id in project.ids()]
    project.set_answers(ids[:3], {"category": Answer.of("dress")})
    project.set_answers([ids[3]], {"category": Answer.unknown()})
    project.set_status([ids[1]], Status.REJECTED)
    project.path(ids[2]).unlink()
    project.scan(check_pixels=False)
    data = training_data(project)
    assert [photo.labels for photo in data.photos if photo.labels] == [{"category": "dress"}]
    assert (data.rejected, data.missing, data.unlabelled) == (1, 1, COUNT - 4)


def test_a_persons_split_holds_and_the_rest_follows_from_content(labelled: Project) -> None:
    ids = labelled.ids()
    labelled.set_split(ids[:5], Split.TEST)
    data = training_data(labelled)
    by_name = {photo.file: photo for photo in data.photos}
    assert all(by_name[f"{number:02d}.png"].split == "test" for number in range(5))
    rest = [photo for photo in data.photos if int(photo.file[:2]) >= 5]
    assert all(photo.split == split_by_content(photo.content_hash) for photo in rest)
    assert data.assigned == 5


def test_a_filter_narrows_what_is_trained_on(labelled: Project) -> None:
    dresses = ItemFilter(by_person={"category": frozenset({"dress"})})
    assert len(training_data(labelled, dresses).photos) == COUNT // 2


def test_looking_can_be_cancelled(labelled: Project) -> None:
    with pytest.raises(Cancelled):
        training_data(labelled, should_stop=lambda: True)


def test_the_preview_counts_and_says_what_is_missing(labelled: Project, studio: Vocabulary) -> None:
    data = training_data(labelled)
    seen = preview_photos(data.photos, studio, parse_method_recipe(RECIPE))
    train = sum(photo.split == "train" for photo in data.photos)
    assert seen.counts.photos["train"] == train
    assert seen.steps_per_epoch == -(-train // 8)
    assert (seen.epochs, seen.problem) == (2, "")
    assert any("dress" not in sentence and "t-shirt" in sentence for sentence in seen.warnings)
    nothing = preview_photos([], studio, parse_method_recipe(RECIPE))
    assert "No training photo has a label for Category" in nothing.problem


def test_a_prepared_run_is_whole_and_can_be_taken_as_the_data_of_the_next(labelled: Project) -> None:
    data = training_data(labelled)
    seen: list[tuple[int, int]] = []
    run = prepare_run(labelled, data, choice(), title="First", on_progress=lambda *at: seen.append(at))
    assert seen[-1] == (COUNT, COUNT)
    entry = read_run(run)
    assert (entry.title, entry.phase, entry.model_id) == ("First", RunPhase.PREPARED, "own-1")
    assert all(len(photo.sha256) == 64 for photo in read_data_list_photos(run / "data.jsonl"))
    again = frozen_data(run)
    assert {photo.content_hash for photo in again.photos} == {photo.content_hash for photo in data.photos}
    assert (Path(again.header.root) / again.photos[0].file).is_file()
    assert not (run / "listed.jsonl").exists()


def test_parts_of_one_run_never_mix_with_those_of_the_next(labelled: Project) -> None:
    first, before = prepare_run(labelled, training_data(labelled), choice()), set(map(int, labelled.ids()))
    write_photo(labelled.roots[0].folder / "new.png", 99)
    labelled.scan(check_pixels=False)
    (fresh,) = set(map(int, labelled.ids())) - before
    labelled.set_answers([fresh], {"category": Answer.of("dress")})
    second = prepare_run(labelled, training_data(labelled), choice())
    held = {p.sha256 for p in read_data_list_photos(first / "data.jsonl") if p.split != "train"}
    learnt = {p.sha256 for p in read_data_list_photos(second / "data.jsonl") if p.split == "train"}
    assert held
    assert not held & learnt


def test_a_refused_or_cancelled_run_leaves_nothing_behind(project: Project) -> None:
    project.set_answers(project.ids()[:3], {"category": Answer.of("dress")})
    with pytest.raises(UserError, match="too few photos"):
        prepare_run(project, training_data(project), choice())
    project.set_answers(project.ids(), {"category": Answer.of("dress")})
    with pytest.raises(Cancelled):
        prepare_run(project, training_data(project), choice(), should_stop=lambda: True)
    assert list(runs_dir(project).iterdir()) == []


def test_every_shipped_method_is_offered_where_its_words_fit(studio: Vocabulary) -> None:
    recipes = {recipe.name: recipe for recipe in list_recipes()}
    assert {"fine-tune", "two-stream-deepfashion", "fashion-how-1", "fine26-resnet50"} <= recipes.keys()
    assert "house" not in recipes
    assert list_recipes()[0].recipe().base is not None
    assert why_not(recipes["fine-tune"].recipe(), studio) == ""
    assert "daily" in why_not(recipes["fashion-how-1"].recipe(), studio)
    assert recipes["fine-tune"].recipe("heads-only").variant == "heads-only"
