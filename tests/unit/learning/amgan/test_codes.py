from __future__ import annotations

import numpy as np
import pytest

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.amgan.codes import OTHER, UNKNOWN, codes_of_photo, codes_of_variants
from fashion_studio.learning.amgan.pairs import EDITED

ATTRIBUTES = {"colors": ("red", "blue"), "sleeve_length": ("short", "long"), "pattern": ("solid", "dotted")}


@pytest.mark.parametrize(
    ("labels", "wanted"),
    [
        ({"colors": ("blue", "red"), "sleeve_length": "short", "pattern": "dotted"}, [1, 0, 1]),
        ({"colors": ("mint",), "sleeve_length": "none", "pattern": "other"}, [OTHER, OTHER, OTHER]),
        ({}, [UNKNOWN, UNKNOWN, UNKNOWN]),
        ({"sleeve_length": None}, [UNKNOWN, OTHER, UNKNOWN]),
        ({"sleeve_length": ("short", "long"), "pattern": ("solid",)}, [UNKNOWN, UNKNOWN, 0]),
    ],
)
def test_what_a_list_says(labels: dict[str, object], wanted: list[int], studio: Vocabulary) -> None:
    photo = DataListPhoto(file="a.jpg", labels=labels)  # type: ignore[arg-type]
    assert codes_of_photo(photo, ATTRIBUTES, studio).tolist() == wanted


def test_what_variants_are() -> None:
    names = [
        ["red", "long", "striped"],
        ["blue", None, "solid"],
    ]
    values = np.array(
        [
            [-1 if name is None else EDITED[key].index(name) for key, name in zip(EDITED, row, strict=True)]
            for row in names
        ],
        np.int8,
    )
    assert codes_of_variants(values, ATTRIBUTES).tolist() == [[0, 1, OTHER], [1, OTHER, 0]]
    assert codes_of_variants(values, {"fit": ("tight", "loose")}).tolist() == [[UNKNOWN], [UNKNOWN]]
