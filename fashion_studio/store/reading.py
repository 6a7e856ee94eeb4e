"""Everything about single photos, read from the tables: for the annotate view, for history and for export."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import BindParameter, bindparam, select

from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.facts import answer_of, box_of, chunks, landmark_of
from fashion_studio.store.payloads import unpack_prediction
from fashion_studio.store.photos import KnownFile, files_of
from fashion_studio.store.tables import ANSWER, ITEM, LANDMARK, PREDICTION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy import Connection

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Answer, Landmark
    from fashion_studio.domain.predictions import Prediction

__all__ = ["Details", "read_details", "read_hashes", "read_predictions"]

# Made once: for a single photo, building a statement takes longer than running it.
_IDS: Final[BindParameter[Any]] = bindparam("ids", expanding=True)
_ITEMS: Final = select(
    ITEM.c.id,
    ITEM.c.content_hash,
    ITEM.c.note,
    ITEM.c.box,
    ITEM.c.status,
    ITEM.c.split,
    ITEM.c.flagged,
).where(ITEM.c.id.in_(_IDS))
_ANSWERS: Final = select(ANSWER.c.item_id, ANSWER.c.attribute, ANSWER.c.answer).where(
    ANSWER.c.item_id.in_(_IDS)
)
_LANDMARKS: Final = select(LANDMARK).where(LANDMARK.c.item_id.in_(_IDS))
_HASHES: Final = select(ITEM.c.id, ITEM.c.content_hash).where(ITEM.c.id.in_(_IDS))
_PREDICTIONS: Final = select(PREDICTION.c.item_id, PREDICTION.c.payload).where(PREDICTION.c.item_id.in_(_IDS))


@dataclass(slots=True)
class Details:
    """What the columns in memory do not hold of one photo."""

    item_id: int
    content_hash: str
    note: str
    box: Box | None
    status: str
    split: str
    flagged: bool
    answers: dict[str, Answer] = field(default_factory=dict)
    landmarks: dict[str, Landmark] = field(default_factory=dict)
    prediction: Prediction | None = None
    files: list[KnownFile] = field(default_factory=list)


class _Answers(dict[str, "Answer"]):
    """JSON text to answer, each made once: thousands of photos have a few dozen different ones."""

    def __missing__(self, text: str) -> Answer:
        """An answer not met before."""
        answer = self[text] = answer_of(json.loads(text))
        return answer


def read_details(
    connection: Connection, item_ids: Sequence[int], overlay: Mapping[Fact, Any], *, predictions: bool = True
) -> dict[int, Details]:
    """Details of these photos, with edits that are not written yet; photos that are gone are left out."""
    found: dict[int, Details] = {}
    said = _Answers()
    for part in chunks(item_ids):
        asked = {"ids": part}
        for row in connection.execute(_ITEMS, asked):
            box = None if row.box is None else box_of(json.loads(row.box))
            found[row.id] = Details(
                row.id, row.content_hash, row.note, box, row.status, row.split, row.flagged
            )
        for item_id, attribute, text in connection.execute(_ANSWERS, asked):
            found[item_id].answers[attribute] = said[text]
        for row in connection.execute(_LANDMARKS, asked):
            data = {"x": row.x, "y": row.y, "visibility": row.visibility}
            found[row.item_id].landmarks[row.name] = landmark_of(row.name, data)
    known = list(found)
    for item_id, files in files_of(connection, known).items():
        found[item_id].files = files
    if predictions:
        for item_id, prediction in read_predictions(connection, known).items():
            found[item_id].prediction = prediction
    for fact, value in overlay.items():
        if fact.item_id in found:
            _lay_over(found[fact.item_id], fact, value)
    return found


def read_hashes(connection: Connection, item_ids: Sequence[int]) -> dict[int, str]:
    """Content hash of these photos; those that are gone are left out."""
    found: dict[int, str] = {}
    for part in chunks(item_ids):
        found.update((row.id, row.content_hash) for row in connection.execute(_HASHES, {"ids": part}))
    return found


def read_predictions(connection: Connection, item_ids: Sequence[int]) -> dict[int, Prediction]:
    """What the model says of these photos; those it has not read are left out."""
    found: dict[int, Prediction] = {}
    for part in chunks(item_ids):
        for item_id, payload in connection.execute(_PREDICTIONS, {"ids": part}):
            found[item_id] = unpack_prediction(payload)
    return found


def _lay_over(details: Details, fact: Fact, value: Any) -> None:
    if fact.subject is Subject.ANSWER:
        details.answers.pop(fact.field, None)
        if value is not None:
            details.answers[fact.field] = answer_of(value)
    elif fact.subject is Subject.LANDMARK:
        details.landmarks.pop(fact.field, None)
        if value is not None:
            details.landmarks[fact.field] = landmark_of(fact.field, value)
    elif fact.subject in {Subject.STACK, Subject.DERIVED}:
        return  # not among the details
    elif fact.field == "box":
        details.box = box_of(value)
    else:
        setattr(details, fact.field, value)
