from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Answer, AnswerKind, Landmark, Split, Status
from fashion_studio.domain.queries import (
    NOT_APPLICABLE,
    UNKNOWN,
    UNSET,
    Agreement,
    Item,
    ItemFilter,
    Sort,
    SortKey,
)
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.project import Project
from fashion_studio.store.intake import Intake
from tests.projects import make_project, state_of
from tests.samples import sample_prediction

COUNT = 60


@pytest.fixture(scope="module")
def crowd(studio: Vocabulary, tmp_path_factory: pytest.TempPathFactory):
    """Sixty photos of which everything filterable varies."""
    with make_project(tmp_path_factory.mktemp("crowd"), studio, COUNT) as project:
        rng = np.random.default_rng(7)
        ids = [int(i) for i in project.ids()]
        project.put_predictions([(i, sample_prediction(studio, i)) for i in ids if rng.random() < 0.8])
        for attribute in ("category", "fit", "neckline"):
            for i in ids:
                value = str(rng.choice(studio.attribute(attribute).value_names))
                picked = rng.choice(5)
                if picked < 3:
                    project.set_answers(
                        [i],
                        {attribute: [Answer.of(value), Answer.unknown(), Answer.not_applicable()][picked]},
                    )
        for i in ids[::3]:
            project.set_answers(
                [i],
                {"colors": Answer.of(*map(str, rng.permutation(studio.attribute("colors").value_names)[:2]))},
            )
            project.set_status([i], list(Status)[int(rng.integers(5))])
        for i in ids[::4]:
            project.set_split([i], list(Split)[int(rng.integers(4))])
            project.set_landmarks(i, [Landmark("left_hem", 1, 2)])
        project.set_flag(ids[::5], True)
        project.set_note(ids[3], "Loose THREAD at the Straße")
        yield project


def proposed(item: Item, attribute: str) -> tuple[str, ...]:
    if item.prediction is None:
        return ()
    if attribute == "colors":
        return tuple(color.name for color in item.prediction.colors_predicted)
    return (item.prediction.attributes[attribute].value,)


def said(item: Item, attribute: str) -> set[str]:
    answer = item.answers.get(attribute)
    if answer is None:
        return {UNSET}
    if answer.kind is AnswerKind.KNOWN:
        return set(answer.values)
    return {UNKNOWN if answer.kind is AnswerKind.UNKNOWN else NOT_APPLICABLE}


def disagreements(item: Item) -> int | None:
    pairs = [
        (answer.values[0], proposed(item, attribute)[0])
        for attribute, answer in item.answers.items()
        if answer.values and proposed(item, attribute)
    ]
    return sum(one != other for one, other in pairs) if pairs else None


def agreement(item: Item) -> Agreement:
    number = disagreements(item)
    return Agreement.OPEN if number is None else Agreement.DISAGREES if number else Agreement.AGREES


def label_texts(vocabulary: Vocabulary, item: Item) -> list[str]:
    found = []
    for attribute in vocabulary.attributes:
        for value in attribute.values:
            if value.name in said(item, attribute.name) or value.name in proposed(item, attribute.name):
                found += [value.name, value.title]
    return found


def conditions(vocabulary: Vocabulary, item: Item, f: ItemFilter) -> dict[str, bool]:
    """Every condition of the filter, written down as plainly as can be."""
    text = f.text.strip().casefold()
    confidence = item.row.confidence
    result = {
        "text": not text
        or any(
            text in part.casefold() for part in [item.row.name, item.note, *label_texts(vocabulary, item)]
        ),
        "status": not f.statuses or item.row.status in f.statuses,
        "split": not f.splits or item.row.split in f.splits,
        "agreement": not f.agreements or agreement(item) in f.agreements,
        "flagged": f.flagged is None or item.row.flagged == f.flagged,
        "landmarks": f.has_landmarks is None or bool(item.landmarks) == f.has_landmarks,
        "confidence": f.confidence is None
        or (confidence is not None and f.confidence[0] <= confidence <= f.confidence[1]),
    }
    for name, values in f.by_person.items():
        result[f"person:{name}"] = not values or bool(said(item, name) & values)
    for name, values in f.by_model.items():
        result[f"model:{name}"] = not values or bool(set(proposed(item, name) or [UNSET]) & values)
    return result


def values(vocabulary: Vocabulary, name: str, *special: str) -> st.SearchStrategy[frozenset[str]]:
    return st.frozensets(st.sampled_from([*special, *vocabulary.attribute(name).value_names]), max_size=4)


@st.composite
def filters(draw: st.DrawFn, vocabulary: Vocabulary) -> ItemFilter:
    names = ["category", "fit", "colors"]
    return ItemFilter(
        text=draw(
            st.sampled_from(["", "", " photo 1", "STRASSE", "regular", "Dress", "zzz", "2.jpg", "thread"])
        ),
        statuses=draw(st.frozensets(st.sampled_from(list(Status)), max_size=2)),
        splits=draw(st.frozensets(st.sampled_from(list(Split)), max_size=2)),
        agreements=draw(st.frozensets(st.sampled_from(list(Agreement)), max_size=2)),
        flagged=draw(st.sampled_from([None, None, True, False])),
        has_landmarks=draw(st.sampled_from([None, None, True, False])),
        by_person={
            n: draw(values(vocabulary, n, UNSET, UNKNOWN, NOT_APPLICABLE))
            for n in draw(st.sets(st.sampled_from(names)))
        },
        by_model={n: draw(values(vocabulary, n, UNSET)) for n in draw(st.sets(st.sampled_from(names)))},
        confidence=draw(st.sampled_from([None, None, (0.0, 1.0), (0.25, 0.75)])),
    )


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_filters_and_counts_are_those_of_the_plain_definition(data, crowd: Project, studio: Vocabulary):
    question = data.draw(filters(studio))
    table = {item.row.id: (item, conditions(studio, item, question)) for item in ITEMS.of(crowd)}
    matching = {i for i, (_, met) in table.items() if all(met.values())}
    assert set(crowd.ids(question).tolist()) == matching
    facets = crowd.facets(question)
    assert (facets.total, facets.matching) == (COUNT, len(matching))

    def without(group: str) -> list[Item]:
        return [item for item, met in table.values() if all(ok for name, ok in met.items() if name != group)]

    assert facets.statuses == {s: sum(i.row.status is s for i in without("status")) for s in Status}
    assert facets.splits == {s: sum(i.row.split is s for i in without("split")) for s in Split}
    assert facets.agreements == {a: sum(agreement(i) is a for i in without("agreement")) for a in Agreement}
    assert facets.flagged == sum(i.row.flagged for i in without("flagged"))
    assert facets.without_landmarks == sum(not i.landmarks for i in without("landmarks"))
    for attribute in studio.attributes:
        name = attribute.name
        people = Counter(v for i in without(f"person:{name}") for v in said(i, name))
        assert facets.person[name] == {
            v: people[v] for v in (UNSET, UNKNOWN, NOT_APPLICABLE, *attribute.value_names)
        }
        models = Counter(v for i in without(f"model:{name}") for v in proposed(i, name) or (UNSET,))
        assert facets.model[name] == {v: models[v] for v in (UNSET, *attribute.value_names)}
    bins = Counter(
        min(int(i.row.confidence * 20), 19) for i in without("confidence") if i.row.confidence is not None
    )
    assert facets.confidence_histogram == tuple(bins[b] for b in range(20))


class ITEMS:
    """Read once: the project does not change in this module."""

    _known: list[Item] | None = None

    @classmethod
    def of(cls, project: Project) -> list[Item]:
        if cls._known is None:
            cls._known = state_of(project)
        return cls._known


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", list(SortKey))
def test_orders_put_what_has_no_value_last_either_way(crowd: Project, key: SortKey, descending: bool):
    changed = {
        i: records["changed_us"]
        for i, records in zip(crowd._dataset.index.ids.tolist(), crowd._dataset.index.records, strict=True)
    }
    values = {
        SortKey.NAME: lambda item: int(item.row.name.split()[1].split(".")[0]),
        SortKey.DATE: lambda item: 1,  # all in the same microsecond
        SortKey.CONFIDENCE: lambda item: item.row.confidence,
        SortKey.DISAGREEMENT: disagreements,
        SortKey.CHANGED: lambda item: int(changed[item.row.id]) or None,
    }
    items = ITEMS.of(crowd)
    having = [i for i in items if values[key](i) is not None]
    lacking = [i.row.id for i in items if values[key](i) is None]
    having.sort(key=lambda i: (-values[key](i) if descending else values[key](i), i.row.id))
    assert crowd.ids(None, Sort(key, descending)).tolist() == [i.row.id for i in having] + lacking


def test_dates_are_those_of_the_files(project: Project):
    from dataclasses import replace

    from tests.projects import photo_file

    late = replace(photo_file(90), mtime_ns=1_800_000_000_000_000_000)
    early = replace(photo_file(91), mtime_ns=1_600_000_000_000_000_000)
    added = Intake(project._dataset).take([late, early], {1: Path()}).added
    order = project.ids(None, Sort(SortKey.DATE)).tolist()
    assert (order[0], order[-1]) == (added[1], added[0])


def test_names_are_ordered_as_people_count(project: Project):
    from tests.projects import photo_file

    names = ["b/10.jpg", "b/9.jpg", "a/9.jpg", "x/Z.jpg", "x/a.jpg"]
    photos = [photo_file(50 + i, name=name) for i, name in enumerate(names)]
    added = Intake(project._dataset).take(photos, {1: Path()}).added
    order = [i for i in project.ids().tolist() if i in added]
    assert [names[added.index(i)] for i in order] == ["a/9.jpg", "b/9.jpg", "b/10.jpg", "x/a.jpg", "x/Z.jpg"]


def test_a_filter_by_an_attribute_that_is_not_there_says_so(project: Project):
    with pytest.raises(UserError, match="no attribute “shoe_size”"):
        project.ids(ItemFilter(by_person={"shoe_size": frozenset({"42"})}))


def test_an_empty_project_has_empty_answers(tmp_path: Path, studio: Vocabulary):
    with make_project(tmp_path, studio) as project:
        for key in SortKey:
            assert project.ids(ItemFilter(text="x"), Sort(key)).tolist() == []
        facets = project.facets()
        assert (facets.total, facets.matching, facets.flagged) == (0, 0, 0)
        assert facets.person["fit"][UNSET] == 0
        assert project.rows([]) == []


def test_files_that_turned_out_unreadable_are_skipped_unless_worked_on(project: Project):
    project.set_note(2, "mine")
    Intake(project._dataset).note_failures({1: "damaged", 2: "damaged"})
    assert project.ids().tolist() == [2, 3, 4, 5]
    assert project.count == 4
    facets = project.facets(ItemFilter(statuses=frozenset({Status.DONE})))
    assert (facets.total, facets.matching, facets.statuses[Status.NEW]) == (4, 0, 4)
    assert project.rows([2])[0].failure == "damaged"
    Intake(project._dataset).note_failures({1: None, 2: None})
    assert project.count == 5
    assert project.rows([2])[0].failure is None
