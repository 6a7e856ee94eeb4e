"""Whatever a person can say of a photo comes back from the files, apart from what the report names."""

from __future__ import annotations

import csv
import json
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.export import ExportRecord
from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, AnswerKind, Landmark, Split, Status, Visibility
from fashion_studio.domain.queries import NOT_APPLICABLE, UNKNOWN
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.exchange import coco, csv_table

VOCABULARY = load_vocabulary("studio")
COORDINATES = st.floats(0, 5000, allow_nan=False)


@st.composite
def answers(draw: st.DrawFn) -> dict[str, Answer]:
    said = {}
    for attribute in VOCABULARY.attributes:
        most = 4 if attribute.cardinality is Cardinality.SEVERAL else 1
        known = st.lists(st.sampled_from(attribute.value_names), min_size=1, max_size=most, unique=True)
        answer = draw(
            st.none()
            | st.just(Answer.unknown())
            | st.just(Answer.not_applicable())
            | known.map(lambda values: Answer.of(*values))
        )
        if answer is not None:
            said[attribute.name] = answer
    return said


@st.composite
def landmarks(draw: st.DrawFn) -> dict[str, Landmark]:
    names = draw(st.sets(st.sampled_from(VOCABULARY.landmark_names)))
    return {
        name: Landmark(name, draw(COORDINATES), draw(COORDINATES), draw(st.sampled_from(Visibility)))
        for name in names
    }


@st.composite
def records(draw: st.DrawFn) -> list[ExportRecord]:
    names = draw(
        st.lists(
            st.text(st.characters(codec="utf-8", exclude_characters="/\0"), min_size=1),
            max_size=4,
            unique=True,
        )
    )
    return [
        ExportRecord(
            item_id=number,
            file_name=name,
            path=Path("/photos") / f"{number}.jpg",
            content_hash=str(number),
            width_px=draw(st.integers(1, 9000)),
            height_px=draw(st.integers(1, 9000)),
            split=draw(st.sampled_from(Split)),
            status=draw(st.sampled_from(Status)),
            answers=draw(answers()),
            landmarks=draw(landmarks()),
            box=draw(
                st.none() | st.builds(Box, COORDINATES, COORDINATES, st.floats(1, 900), st.floats(1, 900))
            ),
            prediction=None,
            flagged=draw(st.booleans()),
            note=draw(st.text()),
        )
        for number, name in enumerate(names, 1)
    ]


def answer_of(cell: str) -> Answer | None:
    if cell == UNKNOWN:
        return Answer.unknown()
    if cell == NOT_APPLICABLE:
        return Answer.not_applicable()
    return Answer.of(*cell.split("|")) if cell else None


@settings(max_examples=40, deadline=None)
@given(sent=records())
def test_csv_gives_back_all_answers_and_landmarks(sent: list[ExportRecord]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        (path,) = csv_table.write(sent, VOCABULARY, Path(folder)).files
        with path.open(encoding="utf-8", newline="") as stream:
            received = list(csv.DictReader(stream, strict=True))
    assert [row["file_name"] for row in received] == [record.file_name for record in sent]
    for row, record in zip(received, sent, strict=True):
        assert (int(row["width"]), int(row["height"])) == (record.width_px, record.height_px)
        assert (row["split"], row["status"]) == (record.split, record.status)
        found = {a.name: answer_of(row[a.name]) for a in VOCABULARY.attributes}
        assert {name: answer for name, answer in found.items() if answer} == record.answers
        for name in VOCABULARY.landmark_names:
            x, y, visibility = (row[f"{name}_{end}"] for end in "xyv")
            sent_point = record.landmarks.get(name)
            if sent_point is None:
                assert (x, y, visibility) == ("", "", "")
            elif sent_point.visibility is Visibility.ABSENT:
                assert (x, y, visibility) == ("", "", "0")
            else:
                assert (float(x), float(y)) == (sent_point.x, sent_point.y)
                assert 2 - int(visibility) == sent_point.visibility


@settings(max_examples=40, deadline=None)
@given(sent=records())
def test_coco_gives_back_known_answers_boxes_and_present_landmarks(sent: list[ExportRecord]) -> None:
    images: dict[int, dict] = {}
    annotations: dict[int, dict] = {}
    split_of: dict[int, str] = {}
    with tempfile.TemporaryDirectory() as folder:
        report = coco.write(sent, VOCABULARY, Path(folder))
        for path in report.files:
            data = json.loads(path.read_text(encoding="utf-8"))
            names = {category["id"]: category["name"] for category in data["categories"]}
            images |= {image["id"]: image for image in data["images"]}
            annotations |= {annotation["image_id"]: annotation for annotation in data["annotations"]}
            split_of |= {image["id"]: path.name for image in data["images"]}
    lost: Counter[str] = Counter()
    for record in sent:
        assert images[record.item_id]["file_name"] == record.file_name
        assert split_of[record.item_id] == coco.split_file_name(record.split)
        annotation = annotations.get(record.item_id)
        assert (annotation is None) == (not (record.answers or record.landmarks or record.box))
        if annotation is None:
            continue
        known = {n: a.values for n, a in record.answers.items() if a.kind is AnswerKind.KNOWN}
        lost.update(a.kind.value for a in record.answers.values() if a.kind is not AnswerKind.KNOWN)
        assert names[annotation["category_id"]] == known.pop("category", ("garment",))[0]
        assert annotation["attributes"].pop("box_source", "human") == "human" or record.box is None
        written = {n: tuple(v) if isinstance(v, list) else (v,) for n, v in annotation["attributes"].items()}
        assert written == known
        if record.box:
            assert annotation["bbox"] == list(record.box.as_tuple())
        triples = list(zip(*[iter(annotation["keypoints"])] * 3, strict=True))
        for name, (x, y, visibility) in zip(VOCABULARY.landmark_names, triples, strict=True):
            point = record.landmarks.get(name)
            if point is None or point.visibility is Visibility.ABSENT:
                lost["absent"] += point is not None
                assert (x, y, visibility) == (0, 0, 0)
            else:
                assert (x, y, 2 - visibility) == (point.x, point.y, point.visibility)
    reported = {loss.code: loss.count for loss in report.losses}
    for code in ("unknown", "not_applicable", "absent"):
        assert reported.get(code, 0) == lost[code]
