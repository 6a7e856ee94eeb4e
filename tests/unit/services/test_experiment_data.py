from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path

import pytest

from fashion_studio.domain.data_list import read_data_list_header, read_data_list_photos
from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.run_folder import checked_photos
from fashion_studio.rendering.spec import Rendering
from fashion_studio.services import experiment_data
from fashion_studio.services.experiment_data import (
    DATA_KINDS,
    DataKind,
    cue_classes,
    cued_spec,
    prepare_data,
    tail_share,
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(experiment_data, "_FORM", experiment_data.PictureForm(48, 64))


@pytest.mark.parametrize("kind", DATA_KINDS)
def test_every_kind_is_a_list_that_a_training_takes(tmp_path: Path, kind: DataKind):
    path = prepare_data(tmp_path, kind, 10, 0)
    vocabulary = Vocabulary.from_mapping(read_data_list_header(path).vocabulary)
    good, refused = checked_photos(list(read_data_list_photos(path)), tmp_path, vocabulary)
    assert (len(good), refused) == (10, [])
    assert {photo.split for photo in good} == {"train", "val", "test"}


def test_what_is_there_stays_and_other_arguments_make_it_anew(tmp_path: Path):
    rendered: list[int] = []
    path = prepare_data(tmp_path, "independent", 4, 0, on_progress=lambda done, _: rendered.append(done))
    before = path.read_bytes()
    assert (
        prepare_data(tmp_path, "independent", 4, 0, on_progress=lambda done, _: rendered.append(done)) == path
    )
    assert rendered == [1, 2, 3, 4]
    prepare_data(tmp_path, "independent", 4, 50)
    assert path.read_bytes() != before


def test_stopped_leaves_no_list(tmp_path: Path):
    with pytest.raises(Cancelled):
        prepare_data(tmp_path, "long-tail", 4, 0, should_stop=iter([False, True]).__next__)
    assert not (tmp_path / "data.jsonl").exists()


def test_independent_photos_have_every_attribute_in_the_recipes_shape(tmp_path: Path):
    path = prepare_data(tmp_path, "independent", 10, 0)
    photos = list(read_data_list_photos(path))
    for photo in photos:
        assert isinstance(photo.labels["category"], str)
        assert len(photo.values("pattern")) == len(photo.values("fabric")) == len(photo.values("fit")) == 1
        assert len(photo.landmarks) == 8
        assert photo.labels["category"] not in {"hat", "shoes"}


def test_training_colours_are_a_long_tail_and_the_others_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def flat(spec, width_px: int, height_px: int) -> Rendering:
        import numpy as np

        image, mask = np.zeros((height_px, width_px, 3), np.uint8), np.ones((height_px, width_px), np.float32)
        return Rendering(image, mask, spec.category, {}, spec.colors, (), spec)

    monkeypatch.setattr(experiment_data, "render", flat)  # only which garments are drawn is looked at
    monkeypatch.setattr(experiment_data, "write_picture", lambda path, _image: None)
    path = prepare_data(tmp_path, "long-tail", 1200, 0)
    found: dict[bool, Counter[str]] = {True: Counter(), False: Counter()}
    for photo in read_data_list_photos(path):
        found[photo.split == "train"][str(photo.labels["color"])] += 1
    colors = list(experiment_data.COLOR_NAMES)
    train, other = found[True], found[False]
    thirds = [sum(train[color] for color in colors[start : start + 6]) for start in (0, 6, 12)]
    assert thirds[0] > 2 * thirds[1] > 4 * thirds[2]
    assert train[colors[0]] > 10 * train[colors[-1]]
    assert min(sum(other[color] for color in colors[start : start + 6]) for start in (0, 6, 12)) > 90


def test_the_tail_falls_exponentially_to_the_inverse_of_the_imbalance():
    assert tail_share(0, 5, 16.0) == 1.0
    assert tail_share(4, 5, 16.0) == pytest.approx(1 / 16)
    assert tail_share(2, 5, 16.0) == pytest.approx(1 / 4)


def test_most_garments_wear_the_cloth_of_their_class_and_have_their_masks(tmp_path: Path):
    classes = {each.name: each.texture for each in cue_classes()}
    path = prepare_data(tmp_path, "cues", 14, 0)
    photos = list(read_data_list_photos(path))
    assert Counter(str(photo.labels["category"]) for photo in photos) == dict.fromkeys(classes, 2)
    masks = {file.stem for file in (tmp_path / "masks").iterdir()}
    assert masks == {hashlib.sha256((tmp_path / photo.file).read_bytes()).hexdigest() for photo in photos}
    drawn = [cued_spec(cue_classes(), number, number) for number in range(42)]
    assert [spec.category for spec in drawn[:7]] == list(classes)
    labels = [(photo.values("fabric"), photo.values("pattern")) for photo in photos]
    assert labels == [((spec.fabric,), (spec.pattern,)) for spec in drawn[:14]]


def test_nine_of_ten_garments_wear_the_cloth_of_their_class():
    """Of 280 a share of nine tenths is within 4 points 95 times in 100; 98 of 100 would be far off."""
    cloths = {each.name: (each.texture["fabric"], each.texture["pattern"]) for each in cue_classes()}
    drawn = [cued_spec(cue_classes(), number, number) for number in range(280)]
    worn = [(spec.fabric, spec.pattern) == cloths[spec.category] for spec in drawn]
    assert 0.85 < sum(worn) / len(worn) < 0.95
    strange = {(spec.fabric, spec.pattern) for spec, own in zip(drawn, worn, strict=True) if not own}
    assert strange <= set(cloths.values())  # the others wear the cloth of another class, none a third one
