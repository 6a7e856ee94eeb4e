from __future__ import annotations

import numpy as np

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.photo_labels import LabelEncoder

HEADS = ("category", "sleeve_length", "neckline", "colors")


def names_of(studio: Vocabulary, arrays: dict[str, np.ndarray], key: str) -> set[str]:
    values = studio.attribute(key.split(".")[1]).value_names
    return {value for value, there in zip(values, arrays[key], strict=True) if there}


def test_sure_partial_and_unknown_labels_stay_three_things(studio: Vocabulary) -> None:
    photo = DataListPhoto(
        file="1.jpg",
        labels={"category": "dress", "neckline": ("v", "crew"), "colors": ("white", "black")},
        unknown={"colors": ("red",)},
    )
    arrays = LabelEncoder(studio, HEADS).encode(photo)
    assert names_of(studio, arrays, "allowed.category") == {"dress"}
    assert names_of(studio, arrays, "allowed.neckline") == {"v", "crew"}
    assert arrays["allowed.sleeve_length"].all()
    assert names_of(studio, arrays, "present.colors") == {"white", "black"}
    colors = studio.attribute("colors")
    assert arrays["main.colors"] == colors.index("white")
    assert not arrays["known.colors"][colors.index("red")]
    assert arrays["known.colors"].sum() == len(colors.values) - 1


def test_what_a_category_does_not_have_is_known_by_kind(studio: Vocabulary) -> None:
    arrays = LabelEncoder(studio, HEADS).encode(DataListPhoto(file="1.jpg", labels={"category": "pants"}))
    sleeves = studio.attribute("sleeve_length")
    assert sleeves.otherwise is not None
    assert names_of(studio, arrays, "allowed.sleeve_length") == {sleeves.otherwise}
    collar = next(
        place
        for place, point in enumerate(studio.landmarks)
        if not studio.landmark_applies(point.name, "pants")
    )
    assert arrays["visibility"][collar].tolist() == [False, False, True]
    assert arrays["point_weight"].sum() == 0


def test_null_says_does_not_apply(studio: Vocabulary) -> None:
    encoder = LabelEncoder(studio, HEADS)
    arrays = encoder.encode(DataListPhoto(file="1.jpg", labels={"sleeve_length": None, "colors": None}))
    assert names_of(studio, arrays, "allowed.sleeve_length") == {studio.attribute("sleeve_length").otherwise}
    assert not arrays["known.colors"].any()


def test_points_keep_place_weight_and_visibility(studio: Vocabulary) -> None:
    first, second, third = studio.landmark_names[:3]
    photo = DataListPhoto(
        file="1.jpg",
        landmarks={
            second: (10.0, 20.5, "visible"),
            first: (3.0, 4.0, "occluded"),
            third: (0.0, 0.0, "absent"),
        },
    )
    arrays = LabelEncoder(studio, HEADS).encode(photo)
    assert arrays["points"][:2].tolist() == [[3.0, 4.0], [10.0, 20.5]]
    assert arrays["point_weight"][:4].tolist() == [1.0, 1.0, 0.0, 0.0]
    assert arrays["visibility"][:3].argmax(1).tolist() == [1, 0, 2]
    assert arrays["visibility"][3].all()


def test_a_photo_without_labels_says_nothing(studio: Vocabulary) -> None:
    encoder = LabelEncoder(studio, HEADS)
    arrays, nothing = encoder.encode(DataListPhoto(file="1.jpg")), encoder.nothing_known()
    assert arrays.keys() == nothing.keys()
    assert all(np.array_equal(arrays[name], nothing[name]) for name in arrays)
