from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from timm.data import ImageNetInfo

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.probing.sixteen import SixteenClasses


@pytest.fixture(scope="module")
def classes() -> SixteenClasses:
    return SixteenClasses.read(resources_dir() / "probing" / "sixteen_classes.toml")


def test_the_shipped_table_has_16_classes_without_overlap(classes: SixteenClasses) -> None:
    assert len(classes.names) == 16
    assert classes.names == tuple(sorted(classes.names))
    indices = [index for own in classes.indices.values() for index in own]
    assert len(indices) == len(set(indices)) == 207


def test_the_table_speaks_of_timms_order_of_classes(classes: SixteenClasses) -> None:
    info = ImageNetInfo()
    said = {
        name: {info.index_to_description(index).split(",")[0] for index in own}
        for name, own in classes.indices.items()
    }
    assert said["elephant"] == {"Indian elephant", "African elephant"}
    assert said["airplane"] == {"airliner"}
    assert said["knife"] == {"cleaver"}
    assert {"brown bear", "ice bear"} < said["bear"]
    assert {"tabby", "Persian cat"} < said["cat"]
    assert {"beagle", "pug"} < said["dog"]
    assert {"canoe", "fireboat"} < said["boat"]


def test_the_mean_decides_not_the_sum_and_not_the_maximum(classes: SixteenClasses) -> None:
    chances = np.zeros(1000, np.float32)
    chances[list(classes.indices["dog"])] = 0.004  # sum .436, mean .004
    chances[281] = 0.06  # of six cats: the greatest of all, mean .01
    chances[list(classes.indices["bear"])] = 0.012  # mean .012
    assert classes.decide(chances) == "bear"
    assert classes.means(chances)["cat"] == pytest.approx(0.01)


def test_a_damaged_table_is_refused(tmp_path: Path) -> None:
    for text in (
        "",
        "classes = 3",
        "[classes]\ncat = [1000]",
        "[classes]\ncat = []",
        "[classes]\ncat = ['x']",
    ):
        path = tmp_path / "table.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(UserError, match=r"table\.toml"):
            SixteenClasses.read(path)


def test_a_class_is_shared_out_by_the_probabilities_of_its_own() -> None:
    classes = SixteenClasses({"bear": (1, 3), "cat": (0,)})
    shares = classes.shares(np.array([0.5, 0.3, 0.1, 0.1]), "bear")
    assert shares == pytest.approx([0, 0.75, 0, 0.25])
    assert classes.shares(np.array([1.0, 0, 0, 0]), "bear") == pytest.approx([0, 0.5, 0, 0.5])
