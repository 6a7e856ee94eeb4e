"""Computes every summary again from the facts: after a change of vocabulary or of the record's layout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
from sqlalchemy import bindparam, func, select, update

from fashion_studio.store.payloads import unpack_prediction
from fashion_studio.store.photos import known_file
from fashion_studio.store.summaries import SPLITS, STATUSES
from fashion_studio.store.tables import ANSWER, CHANGE, ITEM, ITEM_FILE, LANDMARK, OPERATION, PREDICTION

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from fashion_studio.store.summaries import Records, SummaryLayout

__all__ = ["compute_summaries", "rebuild_summaries"]


def rebuild_summaries(connection: Connection, layout: SummaryLayout) -> None:
    """Writes every photo's summary again."""
    ids, records = compute_summaries(connection, layout)
    if ids:
        connection.execute(
            update(ITEM).where(ITEM.c.id == bindparam("of_item")).values(summary=bindparam("record")),
            [
                {"of_item": item_id, "record": record.tobytes()}
                for item_id, record in zip(ids, records, strict=True)
            ],
        )


def compute_summaries(connection: Connection, layout: SummaryLayout) -> tuple[list[int], Records]:
    """(ids, records) as the facts have them, in the order of ids."""
    items = connection.execute(
        select(
            ITEM.c.id,
            ITEM.c.status,
            ITEM.c.split,
            ITEM.c.flagged,
            ITEM.c.note,
            ITEM.c.failure,
            ITEM.c.width_px,
            ITEM.c.height_px,
        ).order_by(ITEM.c.id)
    ).all()
    ids = [row.id for row in items]
    place = {item_id: i for i, item_id in enumerate(ids)}
    records = layout.blank(len(ids))
    records["status"] = [STATUSES.index(row.status) for row in items]
    records["split"] = [SPLITS.index(row.split) for row in items]
    records["flagged"] = [row.flagged for row in items]
    records["noted"] = [bool(row.note) for row in items]
    records["failed"] = [row.failure is not None for row in items]
    records["width_px"] = [row.width_px for row in items]
    records["height_px"] = [row.height_px for row in items]
    _files(connection, records, place)
    _people(connection, layout, records, place)
    for item_id, payload in connection.execute(select(PREDICTION.c.item_id, PREDICTION.c.payload)):
        layout.set_prediction(records[place[item_id]], unpack_prediction(payload))
    layout.compare(records, np.arange(len(records)))
    return ids, records


def _files(connection: Connection, records: Records, place: dict[int, int]) -> None:
    present: set[int] = set()
    dated: set[int] = set()
    rows = connection.execute(select(ITEM_FILE).order_by(ITEM_FILE.c.id))
    for file in map(known_file, rows):
        if file.item_id not in dated:
            records["date_us"][place[file.item_id]] = file.date_us
            dated.add(file.item_id)
        if not file.missing:
            present.add(file.item_id)
    for item_id, i in place.items():
        records["missing"][i] = item_id not in present


def _people(connection: Connection, layout: SummaryLayout, records: Records, place: dict[int, int]) -> None:
    for item_id, attribute, text in connection.execute(
        select(ANSWER.c.item_id, ANSWER.c.attribute, ANSWER.c.answer)
    ):
        at = np.array([place[item_id]], dtype=np.intp)
        layout.set_answer(records, at, attribute, json.loads(text))
    marks = select(LANDMARK.c.item_id, func.count()).group_by(LANDMARK.c.item_id)
    for item_id, count in connection.execute(marks):
        records["landmarks"][place[item_id]] = count
    latest = (
        select(CHANGE.c.item_id, func.max(OPERATION.c.at_us))
        .join(OPERATION, OPERATION.c.id == CHANGE.c.operation_id)
        .group_by(CHANGE.c.item_id)
    )
    for item_id, at_us in connection.execute(latest):
        records["changed_us"][place[item_id]] = at_us
