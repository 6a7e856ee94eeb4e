"""From foreign words into the studio vocabulary: by mapping or by the same name, never by guessing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.config.resources import resources_dir
from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Answer, AnswerKind, Landmark
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.exchange.deepfashion_names import CATEGORY_NAMES, FINE_GROUPS
from fashion_studio.exchange.incoming import ImportFormat, IncomingLabel, IncomingRecord, IncomingReport
from fashion_studio.exchange.translation import NameMapping, Translator, answers_of

MAPPINGS = [resources_dir() / "mappings" / f"{kind.value}.toml" for kind in ImportFormat]


def translated(
    vocabulary: Vocabulary, mapping: NameMapping, **labels: IncomingLabel
) -> tuple[dict[str, tuple[str, ...]], IncomingReport]:
    report = IncomingReport()
    found = Translator(mapping, vocabulary, report).labels(IncomingRecord("a.jpg", labels))
    return {name: label.values for name, label in found.items()}, report


@pytest.mark.parametrize("path", MAPPINGS, ids=lambda path: path.stem)
def test_every_shipped_mapping_leads_into_the_vocabulary(path: Path, studio: Vocabulary) -> None:
    mapping = NameMapping.from_file(path)
    for lines in mapping.values.values():
        for said in lines.values():
            for attribute, value in said.items():
                studio.attribute(attribute).index(value)
    assert set(mapping.landmarks.values()) <= set(studio.landmark_names)


def test_shipped_mappings_name_only_words_of_their_format() -> None:
    known = {name for name, _ in CATEGORY_NAMES}
    for name in ("deepfashion", "fine26"):
        mapping = NameMapping.from_file(resources_dir() / "mappings" / f"{name}.toml")
        assert set(mapping.values["category"]) <= known
    groups = dict(FINE_GROUPS.values())
    for group, lines in mapping.values.items():
        assert group == "category" or set(lines) <= set(groups[group])


def test_a_line_of_the_mapping_may_say_several_things(studio: Vocabulary) -> None:
    mapping = NameMapping(values={"category": {"Jeans": {"category": "pants", "fabric": "denim"}}})
    found, report = translated(studio, mapping, category=IncomingLabel(("Jeans",)))
    assert found == {"category": ("pants",), "fabric": ("denim",)}
    assert report.shortfalls() == ()


@pytest.mark.parametrize("word", ["T-Shirt", "t shirt", "T_SHIRT", "t-shirt"])
def test_a_value_of_the_same_name_needs_no_line(studio: Vocabulary, word: str) -> None:
    assert translated(studio, NameMapping(), category=IncomingLabel((word,)))[0] == {"category": ("t-shirt",)}


def test_what_has_no_counterpart_is_counted_by_name(studio: Vocabulary) -> None:
    found, report = translated(
        studio, NameMapping(), category=IncomingLabel(("Poncho",)), mood=IncomingLabel(("happy",))
    )
    assert found == {}
    assert report.unmapped() == [("category", "Poncho", 1), ("mood", "happy", 1)]


def test_an_empty_line_leaves_out_on_purpose(studio: Vocabulary) -> None:
    mapping = NameMapping(values={"category": {"Not sure": {}}})
    found, report = translated(studio, mapping, category=IncomingLabel(("Not sure",)))
    assert (found, report.unmapped(), report.count("left_out")) == ({}, [], 1)


def test_values_that_contradict_each_other_are_left_out(studio: Vocabulary) -> None:
    mapping = NameMapping(values={"texture": {"a": {"pattern": "striped"}, "b": {"pattern": "floral"}}})
    found, report = translated(
        studio, mapping, texture=IncomingLabel(("a",)), pattern=IncomingLabel(("floral",))
    )
    assert found == {}
    assert report.count("contradicting") == 1


def test_one_of_these_is_no_answer_of_a_person(studio: Vocabulary) -> None:
    report = IncomingReport()
    record = IncomingRecord("a.jpg", {"fit": IncomingLabel(("tight", "loose"))})
    labels = Translator(NameMapping(), studio, report).labels(record)
    assert labels["fit"].values == ("tight", "loose")
    assert answers_of(labels, "a.jpg", studio, report) == {}
    assert report.count("several") == 1


def test_several_colours_stay_in_order_and_other_answers_stay_themselves(studio: Vocabulary) -> None:
    report = IncomingReport()
    record = IncomingRecord(
        "a.jpg",
        {"colors": IncomingLabel(("White", "black")), "fit": IncomingLabel(kind=AnswerKind.UNKNOWN)},
    )
    labels = Translator(NameMapping(), studio, report).labels(record)
    assert answers_of(labels, "a.jpg", studio, report) == {
        "colors": Answer.of("white", "black"),
        "fit": Answer.unknown(),
    }


def test_landmarks_by_another_name(studio: Vocabulary) -> None:
    report = IncomingReport()
    record = IncomingRecord(
        "a.jpg", landmarks=(Landmark("Left Collar", 1, 2), Landmark("taille", 3, 4), Landmark("nose", 5, 6))
    )
    mapping = NameMapping(landmarks={"taille": "left_waistline"})
    points = Translator(mapping, studio, report).landmarks(record)
    assert [point.name for point in points] == ["left_collar", "left_waistline"]
    assert report.unmapped() == [("landmark", "nose", 1)]


def test_the_users_lines_go_before_the_shipped_ones() -> None:
    shipped = NameMapping(values={"category": {"Top": {"category": "top"}, "Tee": {"category": "t-shirt"}}})
    user = NameMapping(values={"category": {"Top": {"category": "blouse"}}}, landmarks={"a": "left_hem"})
    both = user.over(shipped)
    assert both.values["category"] == {"Top": {"category": "blouse"}, "Tee": {"category": "t-shirt"}}
    assert both.landmarks == {"a": "left_hem"}


@pytest.mark.parametrize(
    "text", ["[values", 'values = "x"', "[values.category]\nTop = 3\n", "x = " + "[" * 5_000]
)
def test_a_bad_mapping_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "map.toml"
    path.write_text(text)
    with pytest.raises(UserError, match=r"map\.toml is no mapping"):
        NameMapping.from_file(path)


def test_a_flood_of_different_words_does_not_fill_the_memory(studio: Vocabulary) -> None:
    report = IncomingReport()
    for number in range(5_000):
        report.add_unmapped("category", f"word {number}")
        report.add("absent", f"photo {number}")
    assert report.count("unmapped") == 5_000
    assert len(report.unmapped()) == 2_001
    assert len(report.shortfalls()[0].examples) == 20
