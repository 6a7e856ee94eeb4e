from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    read_data_list_photos,
    write_data_list,
)
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning import run_folder
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe
from fashion_studio.learning.run_data import count_labels
from fashion_studio.learning.run_folder import (
    TrainingChoice,
    checked_photos,
    divided,
    freeze_run,
    read_frozen,
    with_epochs,
)

RECIPE = """
name = "two-heads"
title = "Two heads"
heads = ["category", "sleeve_length"]
[backbone]
backbone = "resnet18"
[loss.labels]
kind = "cross_entropy"
[[phases]]
name = "all"
epochs = 4
"""


@pytest.fixture
def recipe() -> MethodRecipe:
    return parse_method_recipe(RECIPE)


def garment(number: int, **more: object) -> DataListPhoto:
    kind, sleeve = [("dress", "long"), ("t-shirt", "short")][number % 2]
    given: dict[str, object] = {
        "file": f"{number}.png",
        "split": "val" if number % 5 == 4 else "train",
        "labels": {"category": kind, "sleeve_length": sleeve},
    }
    return DataListPhoto(**{**given, **more})  # type: ignore[arg-type]


@pytest.fixture
def make_list(tmp_path: Path, studio: Vocabulary) -> Callable[..., Path]:
    """Writes photos and their list into a folder."""

    def make(photos: list[DataListPhoto], absent: tuple[str, ...] = ()) -> Path:
        folder = tmp_path / "photos"
        folder.mkdir(exist_ok=True)
        for number, photo in enumerate(photos):
            if photo.file not in absent:
                Image.new("RGB", (8, 6 + number), (number, 9, 99)).save(folder / photo.file)
        path = folder / "data.jsonl"
        write_data_list(path, DataListHeader(root=".", vocabulary=dict(studio.source)), photos)
        return path

    return make


def test_a_frozen_run_says_exactly_what_was_trained(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(20)])
    told: list[tuple[int, int]] = []
    frozen = freeze_run(
        tmp_path / "run", data, TrainingChoice(recipe), on_progress=lambda *at: told.append(at)
    )
    photos = list(frozen.photos())
    assert [photo.file for photo in photos] == [f"{number}.png" for number in range(20)]
    for number, photo in enumerate(photos):
        digest = hashlib.sha256((data.parent / photo.file).read_bytes()).hexdigest()
        assert (photo.sha256, photo.width, photo.height) == (digest, 8, 6 + number)
    assert frozen.root == data.parent
    assert frozen.parameters["photos"] == {"train": 16, "val": 4, "test": 0}
    assert told[-1] == (20, 20)
    again = read_frozen(tmp_path / "run", frozen.parameters)
    assert again.recipe == recipe
    assert again.vocabulary == frozen.vocabulary
    assert again.heads == ("category", "sleeve_length")
    assert again.root == frozen.root


def test_absent_changed_broken_and_mislabelled_photos_are_refused_by_name(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    photos = [garment(number) for number in range(20)]
    photos[0] = garment(0, sha256="0" * 64)
    photos[1] = garment(1, content_hash="0" * 40)
    photos[2] = garment(2, labels={"category": "sofa"})
    data = make_list(photos, absent=("3.png",))
    (data.parent / "5.png").write_bytes(b"no photo")
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(recipe))
    lines = (tmp_path / "run" / "refused.jsonl").read_text().splitlines()
    refused = {entry["file"]: entry["reason"] for entry in map(json.loads, lines)}
    assert refused.keys() == {"0.png", "1.png", "2.png", "3.png", "5.png"}
    assert "changed" in refused["0.png"]
    assert "changed" in refused["1.png"]
    assert "sofa" in refused["2.png"]
    assert refused["3.png"] == "it is not there"
    assert frozen.parameters["refused"] == 5
    assert len(list(frozen.photos())) == 15


def test_a_photo_that_changes_later_is_refused_at_the_next_start(
    make_list: Callable[..., Path], recipe: MethodRecipe, studio: Vocabulary, tmp_path: Path
) -> None:
    frozen = freeze_run(
        tmp_path / "run", make_list([garment(number) for number in range(20)]), TrainingChoice(recipe)
    )
    Image.new("RGB", (9, 9)).save(frozen.root / "7.png")
    good, refused = checked_photos(list(frozen.photos()), frozen.root, studio)
    assert len(good) == 19
    assert [(entry.file, entry.reason) for entry in refused] == [
        ("7.png", "its bytes have changed since it was listed")
    ]


def test_too_few_photos_stop_it_with_names(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    photos = [garment(number) for number in range(12)]
    data = make_list(photos, absent=tuple(photo.file for photo in photos[:6]))
    with pytest.raises(UserError, match=r"too few photos.*0\.png: it is not there.*3 more"):
        freeze_run(tmp_path / "run", data, TrainingChoice(recipe))
    assert not (tmp_path / "run").exists()


def test_an_attribute_without_labels_and_a_class_without_contrast_stop_it(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number, labels={"category": "dress"}) for number in range(20)])
    with pytest.raises(UserError, match="No training photo has a label for Sleeve"):
        freeze_run(tmp_path / "run", data, TrainingChoice(recipe))
    alone = {"category": "dress", "sleeve_length": "long"}
    data = make_list([garment(number, labels=alone) for number in range(20)])
    with pytest.raises(UserError, match="not enough examples"):
        freeze_run(tmp_path / "run", data, TrainingChoice(recipe))


def test_rare_values_and_imbalance_are_counted(recipe: MethodRecipe, studio: Vocabulary) -> None:
    photos = [garment(number) for number in range(20)] + [garment(20, labels={"category": "hat"})]
    counts = count_labels(photos, studio, recipe.heads)
    assert counts.values["category"]["dress"] == [8, 2, 0]
    assert counts.values["category"]["hat"] == [1, 0, 0]
    assert counts.imbalance("category") == 8
    assert "hat" in counts.rare("category")
    assert any("hat" in sentence or "more" in sentence for sentence in counts.warnings(studio))
    partial = count_labels([garment(0, labels={"sleeve_length": ("long", "short")})], studio, recipe.heads)
    assert partial.labelled("sleeve_length") == 0


def test_photos_without_a_word_about_the_heads_take_no_part(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    photos = [garment(number) for number in range(20)]
    photos[6] = garment(6, labels={"neckline": "v"})
    frozen = freeze_run(tmp_path / "run", make_list(photos), TrainingChoice(recipe))
    assert "6.png" not in {photo.file for photo in frozen.photos()}
    assert frozen.parameters["refused"] == 0


def test_without_validation_photos_a_tenth_is_held_out(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number, split=None) for number in range(40)])
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(recipe))
    assert frozen.parameters["photos"] == {"train": 36, "val": 4, "test": 0}
    photos = list(frozen.photos())
    assert divided(photos) == photos


def test_at_most_so_many_photos_the_same_for_the_same_seed(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(40)])
    taken = []
    for place, seed in enumerate((1, 1, 2)):
        choice = TrainingChoice(recipe, max_photos=10, seed=seed)
        frozen = freeze_run(tmp_path / f"run{place}", data, choice)
        assert frozen.parameters["photos"] == {"train": 10, "val": 8, "test": 0}
        taken.append({photo.file for photo in frozen.photos()})
    assert taken[0] == taken[1] != taken[2]


def test_a_run_with_its_photos_needs_nothing_else(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(20)])
    freeze_run(tmp_path / "run", data, TrainingChoice(recipe, with_photos=True))
    (tmp_path / "run").rename(tmp_path / "moved")
    for path in data.parent.iterdir():
        path.unlink()
    frozen = read_frozen(tmp_path / "moved", {})
    assert frozen.root == tmp_path / "moved" / "photos"
    good, refused = checked_photos(list(frozen.photos()), frozen.root, frozen.vocabulary)
    assert (len(good), refused) == (20, [])


def base_bundle(folder: Path, vocabulary: dict[str, object]) -> Path:
    folder.mkdir()
    (folder / "bundle.json").write_text(json.dumps({"model_id": "base-1", "vocabulary": vocabulary}))
    (folder / "model.safetensors").write_bytes(b"weights")
    return folder


def test_a_base_model_of_another_vocabulary_is_refused(
    make_list: Callable[..., Path], recipe: MethodRecipe, studio: Vocabulary, tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(20)])
    tuning = parse_method_recipe(RECIPE.replace('[backbone]\nbackbone = "resnet18"', "[base]"))
    other = json.loads(json.dumps(dict(studio.source)))
    other["attributes"][0]["values"].pop()
    with pytest.raises(UserError, match=r"“base-1” speaks another vocabulary.*“category”"):
        freeze_run(
            tmp_path / "run", data, TrainingChoice(tuning, base=base_bundle(tmp_path / "other", other))
        )
    same = base_bundle(tmp_path / "same", dict(studio.source))
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(tuning, base=same))
    assert frozen.parameters["base_id"] == "base-1"
    assert (tmp_path / "run" / "base" / "model.safetensors").read_bytes() == b"weights"
    with pytest.raises(UserError, match="name its bundle"):
        freeze_run(tmp_path / "run2", data, TrainingChoice(tuning))
    with pytest.raises(UserError, match="takes no base model"):
        freeze_run(tmp_path / "run2", data, TrainingChoice(recipe, base=same))
    with pytest.raises(UserError, match="no weights bundle"):
        freeze_run(tmp_path / "run2", data, TrainingChoice(tuning, base=tmp_path))


def test_a_recipe_that_forbids_pretrained_weights_takes_none(
    make_list: Callable[..., Path], tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(20)])
    strict = parse_method_recipe(f"{RECIPE}\n[limits]\nforbid_pretrained = true\n")
    weights = tmp_path / "imagenet.safetensors"
    weights.write_bytes(b"weights")
    with pytest.raises(UserError, match="forbids pretrained weights"):
        freeze_run(tmp_path / "run", data, TrainingChoice(strict, weights=weights))
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(strict))
    assert frozen.path("weights") is None


def test_a_recipe_for_other_data_is_refused(make_list: Callable[..., Path], tmp_path: Path) -> None:
    data = make_list([garment(number) for number in range(20)])
    strange = parse_method_recipe(RECIPE.replace('"sleeve_length"', '"daily"'))
    with pytest.raises(UserError, match="learns daily, which the data's vocabulary"):
        freeze_run(tmp_path / "run", data, TrainingChoice(strange))


def test_a_full_disk_and_cancelling_are_said(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = make_list([garment(number) for number in range(20)])
    with pytest.raises(Cancelled):
        freeze_run(tmp_path / "run", data, TrainingChoice(recipe), should_stop=lambda: True)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(run_folder, "write_data_list", full)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        freeze_run(tmp_path / "run", data, TrainingChoice(recipe))


def test_epochs_are_shared_out_among_the_phases(recipe: MethodRecipe) -> None:
    first = recipe.phases[0]
    two = replace(recipe, phases=(replace(first, epochs=3), replace(first, name="joint", epochs=20)))
    assert [phase.epochs for phase in with_epochs(two, 46).phases] == [6, 40]
    assert [phase.epochs for phase in with_epochs(two, 4).phases] == [1, 3]
    assert [phase.epochs for phase in with_epochs(two, 2).phases] == [1, 1]
    with pytest.raises(UserError, match="2 phases"):
        with_epochs(two, 1)


def test_the_data_list_of_a_run_is_one_that_others_can_read(
    make_list: Callable[..., Path], recipe: MethodRecipe, tmp_path: Path
) -> None:
    data = make_list([garment(number) for number in range(20)])
    freeze_run(tmp_path / "run", data, TrainingChoice(recipe))
    second = freeze_run(tmp_path / "second", tmp_path / "run" / "data.jsonl", TrainingChoice(recipe))
    assert list(second.photos()) == list(read_data_list_photos(tmp_path / "run" / "data.jsonl"))
