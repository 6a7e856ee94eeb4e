from __future__ import annotations

import copy
import tomllib
from pathlib import Path

import pytest

from fashion_studio.domain.errors import VocabularyError
from fashion_studio.domain.vocabulary import CATEGORY, COLORS, Cardinality, Vocabulary

STUDIO = Path(__file__).parents[3] / "resources" / "vocabularies" / "studio.toml"


@pytest.fixture
def source() -> dict:
    return copy.deepcopy(tomllib.loads(STUDIO.read_text(encoding="utf-8")))


def test_studio_has_the_values_of_the_design(studio: Vocabulary) -> None:
    assert len(studio.attribute(CATEGORY).values) == 17
    assert studio.attribute("sleeve_length").value_names == (
        "sleeveless",
        "short",
        "three_quarter",
        "long",
        "none",
    )
    assert studio.attribute(COLORS).cardinality is Cardinality.SEVERAL
    assert len(studio.attribute(COLORS).values) == 18
    assert all(value.rgb is not None for value in studio.attribute(COLORS).values)


def test_flip_swaps_left_and_right_of_every_landmark(studio: Vocabulary) -> None:
    assert studio.mirror_order() == (1, 0, 3, 2, 5, 4, 7, 6)
    for point in studio.landmarks:
        assert studio.landmarks[studio.landmark_index(point.mirror)].side != point.side


def test_lower_garments_have_waistlines_and_no_collar(studio: Vocabulary) -> None:
    assert studio.landmark_applies("left_waistline", "pants")
    assert not studio.landmark_applies("left_collar", "pants")
    assert not studio.landmark_applies("left_waistline", "shirt")
    assert all(studio.landmark_applies(name, "dress") for name in studio.landmark_names)
    assert not any(studio.landmark_applies(name, "shoes") for name in studio.landmark_names)


def test_an_unknown_category_hides_no_attribute(studio: Vocabulary) -> None:
    assert studio.applies("sleeve_length", None)
    assert not studio.applies("sleeve_length", "pants")
    assert studio.attribute("sleeve_length").otherwise == "none"


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda data: data.pop("title"), "title"),
        (lambda data: data["attributes"][1].update(key="C"), "attribute keys more than once: C"),
        (lambda data: data["attributes"][0]["values"].append({"name": "polo"}), "polo"),
        (lambda data: data["attributes"][1].update(applies_to=["cape"]), "cape"),
        (lambda data: data["attributes"][1].update(otherwise="half"), "half"),
        (lambda data: data["landmarks"][0].update(mirror="nose"), "nose"),
        (lambda data: data["skeleton"].append(["left_hem", "nose"]), "nose"),
        (lambda data: data["attributes"][0].update(takes="many"), "many"),
    ],
)
def test_a_wrong_vocabulary_is_refused_by_name(source: dict, spoil, said: str) -> None:
    spoil(source)
    with pytest.raises(VocabularyError, match=said):
        Vocabulary.from_mapping(source)


def test_files_that_are_not_vocabularies_are_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularyError, match="cannot be read"):
        Vocabulary.from_file(tmp_path / "absent.toml")
    broken = tmp_path / "broken.toml"
    broken.write_text("name = ", encoding="utf-8")
    with pytest.raises(VocabularyError, match="not valid TOML"):
        Vocabulary.from_file(broken)
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(VocabularyError, match="cannot be read"):
        Vocabulary.from_file(binary)


def test_unknown_names_are_said(studio: Vocabulary) -> None:
    with pytest.raises(VocabularyError, match="cuff"):
        studio.attribute("cuff")
    with pytest.raises(VocabularyError, match="elbow"):
        studio.landmark_index("elbow")
    with pytest.raises(VocabularyError, match="half"):
        studio.attribute("sleeve_length").index("half")
