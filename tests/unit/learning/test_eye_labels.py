"""Labels made by eye: read strictly, laid over everything else that is thought of a photo."""

from __future__ import annotations

import json

import numpy as np
import pytest

from fashion_studio.config.resources import eye_label_files, load_vocabulary
from fashion_studio.domain.errors import LabelError
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.eye_labels import file_hashes, lay_over, read_eye_labels
from fashion_studio.learning.labels import Labels, value_slices

VOCABULARY = load_vocabulary("studio")


def written(path, **changes):
    record = {"sha256": "a" * 64, "width": 300, "height": 400, "category": "dress"} | changes
    path.write_text(json.dumps(record) + "\n", encoding="utf-8")
    return path


def pictures(count=2, side_px=64):
    return PictureSet(
        tuple(str(row) for row in range(count)),
        np.zeros((count, side_px, side_px, 3), np.uint8),
        np.zeros((count, side_px, side_px), np.uint8),
        Labels.unknown(VOCABULARY, count),
    )


def test_the_shipped_files_are_valid_and_no_photo_is_both_trained_on_and_measured():
    training = read_eye_labels(eye_label_files("training"), VOCABULARY)
    validation = read_eye_labels(eye_label_files("validation"), VOCABULARY)
    assert len(training) >= 300
    assert len(validation) >= 150
    assert not training.keys() & validation.keys()
    for label in validation.values():
        assert label.category in VOCABULARY.attribute(CATEGORY).value_names
        for name in label.labels:
            assert VOCABULARY.applies(name, label.category), (label.sha256, name)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"labels": {"neckline": "vee"}}, "neckline “vee”"),
        ({"colors": ["reddish"]}, "reddish"),
        ({"landmarks": {"left_knee": [1, 1, "visible"]}}, "left_knee"),
        ({"landmarks": {"left_hem": [301, 1, "visible"]}}, "outside"),
        ({"shade": "dark"}, "shade"),
    ],
)
def test_a_wrong_line_is_refused_by_file_and_line(tmp_path, changes, words):
    path = written(tmp_path / "training.jsonl", **changes)
    with pytest.raises(LabelError, match=r"training\.jsonl, line 1") as refused:
        read_eye_labels([path], VOCABULARY)
    assert words in str(refused.value)


def test_two_files_on_one_photo_are_joined(tmp_path):
    first = written(tmp_path / "a.jsonl", labels={"neckline": "v"}, colors=["red"])
    second = written(tmp_path / "b.jsonl", landmarks={"left_hem": [30, 380, "occluded"]})
    (label,) = read_eye_labels([first, second], VOCABULARY).values()
    assert label.labels == {"neckline": "v"}
    assert label.colors == ("red",)
    assert label.landmarks["left_hem"] == (30.0, 380.0, "occluded")


def test_what_was_seen_replaces_what_was_thought(tmp_path):
    path = written(
        tmp_path / "a.jsonl",
        labels={"neckline": "v"},
        colors=["red", "white"],
        landmarks={"left_hem": [30, 380, "occluded"]},
        outline=[[100, 100], [200, 100], [200, 300], [100, 300]],
    )
    thought = pictures()
    thought.labels.allowed[1, value_slices(VOCABULARY)["neckline"]] = False
    thought.labels.point_weights[1] = 0.5
    laid, rows = lay_over(thought, ["b" * 64, "a" * 64], read_eye_labels([path], VOCABULARY), VOCABULARY)
    assert rows.tolist() == [1]
    neckline = laid.labels.allowed[1, value_slices(VOCABULARY)["neckline"]]
    assert VOCABULARY.attribute("neckline").value_names[int(neckline.argmax())] == "v"
    assert neckline.sum() == 1
    colors = VOCABULARY.attribute(COLORS)
    assert laid.labels.main_color[1] == colors.index("red")
    assert laid.labels.colors[1].sum() == 2
    hem = VOCABULARY.landmark_index("left_hem")
    # 300 x 400 in a square of 64: 48 x 64, eight pixels of bar on the left
    np.testing.assert_allclose(laid.labels.points[1, hem], [8 + 30 * 0.16, 380 * 0.16], atol=1e-4)
    assert laid.labels.point_weights[1, hem] == 1.0
    assert laid.labels.visibility[1, hem].argmax() == Visibility.OCCLUDED
    assert 0.12 < (laid.masks[1] > 127).mean() < 0.14
    assert laid.labels.mask_weight[1] == pytest.approx(0.9)
    assert thought.labels.main_color[1] == -1
    assert thought.masks.max() == 0


def test_hashes_are_those_of_the_bytes(tmp_path):
    path = tmp_path / "x.jpg"
    path.write_bytes(b"abc")
    assert file_hashes([path])[0].startswith("ba7816bf8f01cfea")
