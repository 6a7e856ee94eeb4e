from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.config.resources import load_vocabulary, resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.probing.planning import evenly_mixed, plan_conflict, read_cloths
from fashion_studio.probing.records import ConflictSource, ConflictSpec, CueClass, ProbePhoto
from fashion_studio.rendering.spec import CATEGORIES

CLOTHS = resources_dir() / "probing" / "cloths.toml"


def picture(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(path)


def test_the_shipped_cloths_are_the_vocabularys_and_all_different() -> None:
    cloths = read_cloths(CLOTHS)
    vocabulary = load_vocabulary()
    assert len(cloths) == 8
    for each in cloths:
        assert each.name in CATEGORIES
        assert each.shape == {"category": each.name}
        for name, value in each.texture.items():
            vocabulary.attribute(name).index(value)
    assert len({tuple(sorted(each.texture.items())) for each in cloths}) == 8


def test_work_is_mixed_evenly_and_in_order() -> None:
    assert list(evenly_mixed([1, 2], "abcd")) == [1, "a", "b", 2, "c", "d"]
    assert list(evenly_mixed([1, 2, 3], "")) == [1, 2, 3]
    assert list(evenly_mixed([], "ab")) == ["a", "b"]
    assert list(evenly_mixed([1, 2, 3], "a")) == [1, 2, 3, "a"]


def test_renderer_classes_come_from_the_table_or_the_person() -> None:
    cloths = read_cloths(CLOTHS)
    plan = plan_conflict(ConflictSpec(ConflictSource.RENDERER, limit=0), [], {}, cloths, 0)
    assert len(plan.made) == 4 * 8 * 7
    some = ConflictSpec(ConflictSource.RENDERER, classes=(CueClass("pants"), CueClass("shoes")))
    assert len(plan_conflict(some, [], {}, cloths, 0).made) == 4 * 2
    assert plan_conflict(some, [], {}, cloths, 0).classes["pants"].texture["fabric"] == "denim"
    with pytest.raises(UserError, match="For pattern, name the classes"):
        plan_conflict(ConflictSpec(ConflictSource.RENDERER, "pattern"), [], {}, cloths, 0)


def test_labels_go_before_what_the_matting_model_is_sure_of() -> None:
    photos = [
        ProbePhoto("1", "1.jpg", truth={"category": "dress"}),
        ProbePhoto("2", "2.jpg"),
        ProbePhoto("3", "3.jpg"),
    ]
    sure = {"1": {"category": "hat"}, "2": {"category": "pants"}, "3": {}}
    plan = plan_conflict(ConflictSpec(ConflictSource.FABRIC), photos, sure, (), 0)
    assert set(plan.classes) == {"dress", "pants"}
    assert {(each.shape_key, each.texture_key) for each in plan.made} == {("1", "2"), ("2", "1")}
    assert plan.notes == (
        (
            "1 of 2 photos have no label for category; "
            "what the matting model is at least 80 % sure of stands for it."
        ),
    )
    with pytest.raises(UserError, match="no two classes with different cues"):
        plan_conflict(ConflictSpec(ConflictSource.STYLE), photos[:1], {}, (), 0)


def test_a_foreign_set_is_found_nested_without_equal_cues(tmp_path: Path) -> None:
    for name in (
        "cat/cat1-dog2.png",
        "cat/cat1-cat2.png",
        "dog/dog3-cat1.jpg",
        "readme.png",
        "dog/.hidden1-cat1.png",
    ):
        picture(tmp_path / name)
    spec = ConflictSpec(ConflictSource.FOLDER, "object", folder=str(tmp_path), limit=0)
    plan = plan_conflict(spec, [], {}, (), 0)
    assert plan.found == {"cat/cat1-dog2.png": ("cat", "dog"), "dog/dog3-cat1.jpg": ("dog", "cat")}
    assert plan.made == ()
    assert plan.notes == (
        "1 picture left out: both cues are of one class.",
        "1 picture left out: the name says no cues (readme.png).",
    )
    limited = plan_conflict(ConflictSpec(ConflictSource.FOLDER, folder=str(tmp_path), limit=1), [], {}, (), 0)
    assert len(limited.found) == 1
    assert "1 picture left out: over the limit of 1." in limited.notes


def test_a_folder_without_such_pictures_is_refused(tmp_path: Path) -> None:
    picture(tmp_path / "holiday.png")
    with pytest.raises(UserError, match="no picture with two cues"):
        plan_conflict(ConflictSpec(ConflictSource.FOLDER, folder=str(tmp_path)), [], {}, (), 0)
    with pytest.raises(UserError, match="is not a folder"):
        plan_conflict(ConflictSpec(ConflictSource.FOLDER, folder=str(tmp_path / "none")), [], {}, (), 0)
