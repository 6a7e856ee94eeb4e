from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fashion_studio.domain.errors import LabelError, VocabularyError
from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.labels import Labels, label_photo, label_rendering, value_slices
from fashion_studio.rendering.render import render_seed

PARTIAL = {"polo": {"neckline": ["collar"], "sleeve_length": ["short", "long"]}}


def possible(studio: Vocabulary, labels: Labels, attribute: str) -> set[str]:
    part = value_slices(studio)[attribute]
    names = studio.attribute(attribute).value_names
    return {name for name, allowed in zip(names, labels.allowed[0, part], strict=True) if allowed}


def test_a_class_says_what_it_says_and_no_more(studio: Vocabulary) -> None:
    labels = label_photo(studio, "polo", PARTIAL)
    assert possible(studio, labels, "category") == {"polo"}
    assert possible(studio, labels, "neckline") == {"collar"}
    assert possible(studio, labels, "sleeve_length") == {"short", "long"}
    assert possible(studio, labels, "length") == {"none"}
    assert possible(studio, labels, "pattern") == set(studio.attribute("pattern").value_names)
    assert not labels.colors_known.any()
    assert labels.main_color[0] == -1
    assert labels.mask_weight[0] == 0


def test_kinds_without_sleeves_have_none_and_lack_the_landmarks(studio: Vocabulary) -> None:
    labels = label_photo(studio, "pants", PARTIAL)
    assert possible(studio, labels, "sleeve_length") == {"none"}
    assert possible(studio, labels, "neckline") == {"none"}
    assert possible(studio, labels, "length") == {"short", "knee", "long"}
    collar = labels.visibility[0, studio.landmark_index("left_collar")]
    hem = labels.visibility[0, studio.landmark_index("left_hem")]
    assert collar.tolist() == [False, False, True]
    assert hem.tolist() == [True, True, False]


def test_an_unknown_class_says_nothing(studio: Vocabulary) -> None:
    labels = label_photo(studio, None, PARTIAL)
    assert labels.allowed.all()
    assert labels.visibility.all()


def test_a_misspelt_value_in_the_table_is_refused(studio: Vocabulary) -> None:
    with pytest.raises(VocabularyError, match="colar"):
        label_photo(studio, "polo", {"polo": {"neckline": ["colar"]}})
    with pytest.raises(LabelError, match="colors"):
        label_photo(studio, "polo", {"polo": {"colors": ["red"]}})


@pytest.mark.parametrize("category", ["dress", "pants", "hat"])
def test_a_rendering_is_labelled_exactly(studio: Vocabulary, category: str) -> None:
    rendering = render_seed(5, category=category, width_px=96, height_px=128)
    labels = label_rendering(studio, rendering, Affine(0.5, 0.5, 8.0, 0.0))
    assert possible(studio, labels, "category") == {category}
    for name, value in rendering.attributes.items():
        assert possible(studio, labels, name) == {value}
    names = studio.attribute("colors").value_names
    assert {names[k] for k in np.flatnonzero(labels.colors[0])} == set(rendering.colors)
    assert names[labels.main_color[0]] == rendering.colors[0]
    for landmark in rendering.landmarks:
        k = studio.landmark_index(landmark.name)
        assert labels.visibility[0, k].nonzero()[0].tolist() == [int(landmark.visibility)]
        if landmark.visibility is Visibility.ABSENT:
            assert labels.point_weights[0, k] == 0
        else:
            np.testing.assert_allclose(
                labels.points[0, k], [landmark.x / 2 + 8, landmark.y / 2], rtol=1e-5, atol=1e-4
            )
    np.testing.assert_allclose(labels.extent[0], [48, 64])


def test_labels_come_back_from_disk(studio: Vocabulary, tmp_path: Path) -> None:
    labels = Labels.joined([label_photo(studio, kind, PARTIAL) for kind in ("polo", "hat", None)])
    labels.save(tmp_path / "labels.npz")
    again = Labels.load(tmp_path / "labels.npz")
    for name, array in labels.arrays().items():
        np.testing.assert_array_equal(array, getattr(again, name))
    assert len(again.take([2, 0])) == 2
    assert again.take([2, 0]).allowed[0].all()
