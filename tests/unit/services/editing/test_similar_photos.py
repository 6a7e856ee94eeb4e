from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.editing.similar_photos import SimilarPhotos
from fashion_studio.services.project import Project
from fashion_studio.services.teaching import Teaching
from tests.edited_photos import add_edit
from tests.taught_project import make_model, make_photos

COUNT = 8


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return make_model(tmp_path_factory.mktemp("model"), studio)


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    photos = make_photos(tmp_path / "photos", COUNT)
    with Project.create(tmp_path / "p.fstudio", [photos], studio, actor="tester") as made:
        made.scan(check_pixels=False)
        yield made


def read(project: Project, model: Path, ids: list[int]) -> np.ndarray:
    """Keeps features as reading these photos would: the k-th points a little away from the first."""
    teaching = Teaching(project, model)
    width = next(iter(teaching.parent.heads.values())).weight.shape[1]
    features = np.zeros((len(ids), width), np.float32)
    for place in range(len(ids)):
        features[place, 0], features[place, 1] = 1.0, 0.1 * place
    teaching.note_features(
        (digest, features[place]) for place, (_, _, digest) in enumerate(project.places(ids))
    )
    return features


def all_ids(project: Project) -> list[int]:
    return [int(each) for each in project.ids()]


def test_photos_come_nearest_first(project: Project, model: Path):
    ids = all_ids(project)
    features = read(project, model, ids)
    found = SimilarPhotos(project, model).nearest(5.0 * features[0], 3)
    assert [each.item_id for each in found] == ids[:3]
    assert found[0].similarity == pytest.approx(1.0, abs=1e-3)
    assert found[1].similarity == pytest.approx(1 / np.sqrt(1.01), abs=1e-3)


def test_the_photo_itself_is_left_out(project: Project, model: Path):
    ids = all_ids(project)
    features = read(project, model, ids)
    similar = SimilarPhotos(project, model)
    assert [each.item_id for each in similar.nearest(features[0], 2, without=(ids[0],))] == ids[1:3]
    assert [each.item_id for each in similar.nearest_to(ids[3], 2)] == [ids[4], ids[2]]


def test_edits_are_found_only_if_they_are_asked_for(project: Project, model: Path):
    ids = all_ids(project)
    made = [add_edit(project, ids[0], shade) for shade in (10, 20, 30)]
    features = read(project, model, [*made, *ids])
    similar = SimilarPhotos(project, model)
    assert [each.item_id for each in similar.nearest(features[0], 2)] == ids[
        :2
    ]  # three nearer ones are edits
    assert [each.item_id for each in similar.nearest(features[0], 4, include_derived=True)] == [*made, ids[0]]
    project.undo()  # the third edit is gone
    found = similar.nearest(features[0], 3, include_derived=True)
    assert [each.item_id for each in found] == [*made[:2], ids[0]]


def test_photos_read_later_are_found_and_fewer_than_asked_are_no_error(project: Project, model: Path):
    ids = all_ids(project)
    similar = SimilarPhotos(project, model)
    width = next(iter(Teaching(project, model).parent.heads.values())).weight.shape[1]
    question = np.eye(1, width, dtype=np.float32)[0]
    assert similar.nearest(question) == []  # nothing was read yet
    with pytest.raises(UserError, match="has not read this photo yet"):
        similar.nearest_to(ids[0])
    read(project, model, ids[:2])
    assert [each.item_id for each in similar.nearest(question, 5)] == ids[:2]
    with pytest.raises(UserError, match="has not read this photo yet"):
        similar.nearest_to(ids[5])


def test_another_models_features_find_nothing(
    project: Project, model: Path, tmp_path: Path, studio: Vocabulary
):
    read(project, model, all_ids(project))
    import torch

    from tests import taught_project

    state = torch.manual_seed
    try:
        torch.manual_seed = lambda _: state(4)  # other random weights
        other = taught_project.make_model(tmp_path / "other", studio)
    finally:
        torch.manual_seed = state
    width = next(iter(Teaching(project, model).parent.heads.values())).weight.shape[1]
    assert SimilarPhotos(project, other).nearest(np.ones(width), 3) == []
