from __future__ import annotations

import pytest

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Landmark, Visibility
from fashion_studio.services.project import Project
from fashion_studio.store import facts as module
from fashion_studio.store.edits import Edit, Fact, Subject
from fashion_studio.store.facts import (
    Decoder,
    answer_data,
    answer_of,
    box_data,
    box_of,
    chunks,
    encoded,
    landmark_data,
    landmark_of,
    read_facts,
    write_facts,
)


@pytest.mark.parametrize("answer", [Answer.of("a", "b"), Answer.unknown(), Answer.not_applicable()])
def test_answers_come_back(answer: Answer):
    assert answer_of(answer_data(answer)) == answer


def test_nothing_is_nothing():
    assert answer_data(None) is None
    assert landmark_data(None) is None
    assert box_data(None) is None
    assert box_of(None) is None


def test_landmarks_and_boxes_come_back():
    mark = Landmark("left_hem", 1.5, -2.25, Visibility.OCCLUDED)
    assert landmark_of("left_hem", landmark_data(mark)) == mark
    assert box_of(box_data(Box(1, 2, 3.5, 4))) == Box(1, 2, 3.5, 4)


def test_parts_fit_one_statement():
    assert [len(part) for part in chunks(list(range(2000)))] == [900, 900, 200]
    assert list(chunks([])) == []


def test_equal_things_are_encoded_and_decoded_once():
    same = {"kind": "known", "values": ["Größe"]}
    texts = encoded([same, None, same, dict(same)])
    assert texts[0] is texts[2]
    assert texts[1] is None
    assert texts[0] == texts[3] == '{"kind":"known","values":["Größe"]}'
    decode = Decoder()
    assert decode(texts[0]) is decode(texts[3])
    assert decode(None) is None


@pytest.mark.parametrize("whole_table", [False, True])
def test_facts_are_read_as_they_were_written(
    project: Project, monkeypatch: pytest.MonkeyPatch, whole_table: bool
):
    if whole_table:
        monkeypatch.setattr(module, "_WHOLE_TABLE_FROM", 0)
    new = {
        Fact(Subject.ANSWER, 1, "fit"): {"kind": "known", "values": ["loose"]},
        Fact(Subject.ANSWER, 2, "fit"): {"kind": "unknown", "values": []},
        Fact(Subject.LANDMARK, 1, "left_hem"): {"x": 1.0, "y": 2.0, "visibility": 1},
        Fact(Subject.ITEM, 1, "box"): [1.0, 2.0, 3.0, 4.0],
        Fact(Subject.ITEM, 2, "note"): "ä",
        Fact(Subject.ITEM, 2, "flagged"): True,
        Fact(Subject.ITEM, 1, "status"): "done",
    }
    with project._dataset.writer.database.writing() as connection:
        before = read_facts(connection, new)
        write_facts(connection, [Edit(fact, before[fact], value) for fact, value in new.items()])
    with project._dataset.reading() as connection:
        assert read_facts(connection, [*new, *new]) == new
        empty = Fact(Subject.ANSWER, 3, "fit")
        assert read_facts(connection, [empty]) == {empty: None}
    with project._dataset.writer.database.writing() as connection:
        write_facts(connection, [Edit(fact, value, before[fact]) for fact, value in new.items()])
        assert read_facts(connection, new) == before


def test_a_field_that_no_item_has_is_a_bug(project: Project):
    wrong = Edit(Fact(Subject.ITEM, 1, "content_hash"), "a", "b")
    with (
        pytest.raises(KeyError, match="content_hash"),
        project._dataset.writer.database.writing() as connection,
    ):
        write_facts(connection, [wrong])
