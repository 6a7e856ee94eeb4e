"""Reading and writing facts: what a person said, in the tables `answer`, `landmark` and `item`."""

from __future__ import annotations

import json
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, delete, insert, select, update

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, AnswerKind, Landmark, Visibility
from fashion_studio.store.bulk import execute_many
from fashion_studio.store.edits import ITEM_FIELDS, Edit, Fact, Subject
from fashion_studio.store.tables import ANSWER, DERIVED, EDIT_STACK, ITEM, LANDMARK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from sqlalchemy import Connection

__all__ = [
    "Decoder",
    "answer_data",
    "answer_of",
    "box_data",
    "box_of",
    "chunks",
    "encode",
    "encoded",
    "landmark_data",
    "landmark_of",
    "read_facts",
    "write_facts",
]

_CHUNK: Final = 900
"""Bound parameters a statement; SQLite's old limit is 999."""
_WHOLE_TABLE_FROM: Final = 20_000
"""From so many photos on one pass over the table is faster than asking for them by id."""


def answer_data(answer: Answer | None) -> Any:
    """An answer in journal form."""
    return None if answer is None else {"kind": answer.kind.value, "values": list(answer.values)}


def answer_of(data: Any) -> Answer:
    """The answer of `answer_data`."""
    return Answer(AnswerKind(data["kind"]), tuple(data["values"]))


def landmark_data(landmark: Landmark | None) -> Any:
    """A landmark in journal form, without its name."""
    if landmark is None:
        return None
    return {"x": float(landmark.x), "y": float(landmark.y), "visibility": int(landmark.visibility)}


def landmark_of(name: str, data: Any) -> Landmark:
    """The landmark of `landmark_data`."""
    return Landmark(name, data["x"], data["y"], Visibility(data["visibility"]))


def box_data(box: Box | None) -> Any:
    """A box in journal form: [x, y, width, height]."""
    return None if box is None else [float(value) for value in box.as_tuple()]


def box_of(data: Any) -> Box | None:
    """The box of `box_data`."""
    return None if data is None else Box(*data)


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Parts small enough to be bound to one statement."""
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


def read_facts(connection: Connection, facts: Iterable[Fact]) -> dict[Fact, Any]:
    """Current values of these facts in journal form; an absent answer or landmark is None."""
    wanted: dict[tuple[Subject, str], list[int]] = defaultdict(list)
    values: dict[Fact, Any] = {}
    for fact in facts:
        if fact not in values:
            values[fact] = None
            wanted[fact.subject, fact.field].append(fact.item_id)
    for (subject, name), ids in wanted.items():
        for item_id, value in _READ[subject](connection, name, ids):
            fact = Fact(subject, item_id, name)
            if fact in values:
                values[fact] = value
    return values


def write_facts(connection: Connection, edits: Iterable[Edit]) -> None:
    """Makes the tables say what the edits say; `before` tells an insert from an update."""
    parts: dict[tuple[Subject, str, str], list[Edit]] = defaultdict(list)
    for edit in edits:
        act = "delete" if edit.after is None else "insert" if edit.before is None else "update"
        name = edit.fact.field if edit.fact.subject is Subject.ITEM else ""
        parts[edit.fact.subject, name, act].append(edit)
    for (subject, name, act), group in parts.items():
        if subject is Subject.ANSWER:
            _write_answers(connection, act, group)
        elif subject is Subject.LANDMARK:
            _write_landmarks(connection, act, group)
        elif subject is Subject.STACK:
            _write_stacks(connection, act, group)
        elif subject is Subject.DERIVED:
            _write_hidden(connection, group)
        else:
            _write_fields(connection, name, group)


def _selected(
    connection: Connection, statement: Any, id_column: Any, ids: Sequence[int]
) -> Iterator[tuple[Any, ...]]:
    if len(ids) >= _WHOLE_TABLE_FROM:
        yield from connection.execute(statement)
        return
    for part in chunks(ids):
        yield from connection.execute(statement.where(id_column.in_(part)))


def _answers(connection: Connection, name: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    statement = select(ANSWER.c.item_id, ANSWER.c.answer).where(ANSWER.c.attribute == name)
    decode = Decoder()
    for item_id, text in _selected(connection, statement, ANSWER.c.item_id, ids):
        yield item_id, decode(text)


def _landmarks(connection: Connection, name: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    statement = select(LANDMARK.c.item_id, LANDMARK.c.x, LANDMARK.c.y, LANDMARK.c.visibility).where(
        LANDMARK.c.name == name
    )
    for item_id, x, y, visibility in _selected(connection, statement, LANDMARK.c.item_id, ids):
        yield item_id, {"x": x, "y": y, "visibility": visibility}


def _fields(connection: Connection, name: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    statement = select(ITEM.c.id, ITEM.c[name])
    for item_id, value in _selected(connection, statement, ITEM.c.id, ids):
        yield item_id, _field_in(name, value)


def _stacks(connection: Connection, _name: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    for item_id, text in _selected(connection, select(EDIT_STACK), EDIT_STACK.c.item_id, ids):
        yield item_id, json.loads(text)


def _hidden(connection: Connection, _name: str, ids: Sequence[int]) -> Iterator[tuple[int, Any]]:
    yield from _selected(connection, select(DERIVED.c.item_id, DERIVED.c.hidden), DERIVED.c.item_id, ids)


_READ: Final = {
    Subject.ANSWER: _answers,
    Subject.LANDMARK: _landmarks,
    Subject.ITEM: _fields,
    Subject.STACK: _stacks,
    Subject.DERIVED: _hidden,
}


def _field_in(name: str, value: Any) -> Any:
    return json.loads(value) if name == "box" and value is not None else value


def _field_out(name: str, value: Any) -> Any:
    if name not in ITEM_FIELDS:
        msg = f"an item has no field {name}"
        raise KeyError(msg)
    return json.dumps(value) if name == "box" and value is not None else value


def _write_fields(connection: Connection, name: str, edits: Sequence[Edit]) -> None:
    statement = update(ITEM).where(ITEM.c.id == bindparam("of_item")).values({name: bindparam("new")})
    rows = [(_field_out(name, edit.after), edit.fact.item_id) for edit in edits]
    execute_many(connection, statement, ("new", "of_item"), rows)


def _write_answers(connection: Connection, act: str, edits: Sequence[Edit]) -> None:
    here = (ANSWER.c.item_id == bindparam("of_item")) & (ANSWER.c.attribute == bindparam("of_name"))
    places = [(edit.fact.item_id, edit.fact.field) for edit in edits]
    if act == "delete":
        execute_many(connection, delete(ANSWER).where(here), ("of_item", "of_name"), places)
        return
    texts = encoded(edit.after for edit in edits)
    rows: list[tuple[Any, ...]]
    if act == "insert":
        rows = [(*place, text) for place, text in zip(places, texts, strict=True)]
        execute_many(connection, insert(ANSWER), ("item_id", "attribute", "answer"), rows)
    else:
        rows = [(text, *place) for place, text in zip(places, texts, strict=True)]
        statement = update(ANSWER).where(here).values(answer=bindparam("new"))
        execute_many(connection, statement, ("new", "of_item", "of_name"), rows)


def _write_landmarks(connection: Connection, act: str, edits: Sequence[Edit]) -> None:
    here = (LANDMARK.c.item_id == bindparam("of_item")) & (LANDMARK.c.name == bindparam("of_name"))
    if act == "delete":
        places = [(edit.fact.item_id, edit.fact.field) for edit in edits]
        execute_many(connection, delete(LANDMARK).where(here), ("of_item", "of_name"), places)
        return
    rows = [
        (edit.after["x"], edit.after["y"], edit.after["visibility"], edit.fact.item_id, edit.fact.field)
        for edit in edits
    ]
    if act == "insert":
        execute_many(connection, insert(LANDMARK), ("x", "y", "visibility", "item_id", "name"), rows)
    else:
        new: dict[str, Any] = {
            "x": bindparam("new_x"),
            "y": bindparam("new_y"),
            "visibility": bindparam("new_v"),
        }
        statement = update(LANDMARK).where(here).values(new)
        execute_many(connection, statement, ("new_x", "new_y", "new_v", "of_item", "of_name"), rows)


def _write_stacks(connection: Connection, act: str, edits: Sequence[Edit]) -> None:
    here = EDIT_STACK.c.item_id == bindparam("of_item")
    ids = [edit.fact.item_id for edit in edits]
    if act == "delete":
        execute_many(
            connection, delete(EDIT_STACK).where(here), ("of_item",), [(item_id,) for item_id in ids]
        )
        return
    rows = list(zip(encoded(edit.after for edit in edits), ids, strict=True))
    if act == "insert":
        execute_many(connection, insert(EDIT_STACK), ("stack", "item_id"), rows)
    else:
        statement = update(EDIT_STACK).where(here).values(stack=bindparam("new"))
        execute_many(connection, statement, ("new", "of_item"), rows)


def _write_hidden(connection: Connection, edits: Sequence[Edit]) -> None:
    statement = (
        update(DERIVED).where(DERIVED.c.item_id == bindparam("of_item")).values(hidden=bindparam("new"))
    )
    rows = [(int(edit.after), edit.fact.item_id) for edit in edits]
    execute_many(connection, statement, ("new", "of_item"), rows)


def encoded(values: Iterable[Any]) -> list[str | None]:
    """JSON texts, None for None; an object met again is not encoded again."""
    memo: dict[int, tuple[Any, str]] = {}  # the object is kept, so that its id stays its own
    texts: list[str | None] = []
    for value in values:
        if value is None:
            texts.append(None)
            continue
        known = memo.get(id(value))
        if known is None:
            known = memo[id(value)] = (value, encode(value))
        texts.append(known[1])
    return texts


class Decoder:
    """JSON texts back to objects; equal texts give the same object, which nobody may change."""

    def __init__(self) -> None:
        """Knows nothing yet."""
        self._memo: dict[str, Any] = {}

    def __call__(self, text: str | None) -> Any:
        """The object of a text, None for None."""
        if text is None:
            return None
        if text not in self._memo:
            self._memo[text] = json.loads(text)
        return self._memo[text]


encode: Callable[[Any], str] = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
