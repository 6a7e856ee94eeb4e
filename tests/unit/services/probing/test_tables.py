from __future__ import annotations

import csv
import io

from fashion_studio.probing.raw_data import COLUMNS
from fashion_studio.probing.scores import BiasScore, SubjectScores
from fashion_studio.services.probing.run_files import ProbeRun
from fashion_studio.services.probing.tables import conflict_csv, decisions_csv, scores_csv


def rows_of(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_every_decision_has_a_row(recorded: ProbeRun) -> None:
    rows = rows_of(decisions_csv(recorded))
    pictures = sum(len(result.variants) + len(result.backgrounds) for result in recorded.results.values())
    assert len(rows) == pictures * 2 * 2  # two subjects, two attributes
    first = next(row for row in rows if row["picture"] == "silhouette" and row["subject"] == "<House>")
    result = recorded.results[first["key"]]
    silhouette = next(variant for variant in result.variants if variant.name == "silhouette")
    assert silhouette.decisions[0] is not None
    said = silhouette.decisions[0][first["attribute"]]
    assert (first["decision"], float(first["confidence"])) == (said.value, said.confidence)
    original = result.variants[0].decisions[0]
    assert original is not None
    assert first["original"] == original[first["attribute"]].value
    assert first["kept"] == str(int(first["original"] == first["decision"]))
    assert first["truth"] == recorded.photos[first["key"]].truth["category"]
    patterns = [row for row in rows if row["attribute"] == "pattern"]
    assert all(row["truth"] == row["right"] == "" for row in patterns)


def test_the_conflict_set_is_in_the_published_layout(recorded: ProbeRun) -> None:
    rows = rows_of(conflict_csv(recorded))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 2 * len(recorded.conflicts)
    result = recorded.conflicts[rows[0]["imagename"]]
    assert rows[0]["category"] == result.shape


def test_scores_are_written_and_what_is_undefined_is_empty(recorded: ProbeRun) -> None:
    rows = rows_of(scores_csv(recorded.scores()))
    bias = next(row for row in rows if row["measure"] == "shape bias" and row["of"] == "all")
    score = recorded.scores()[0].bias
    assert score is not None
    assert score.bias is not None
    assert abs(float(bias["value"]) - score.bias) < 1e-4
    assert {row["measure"] for row in rows} == {
        "shape bias",
        "share that hits a cue",
        "kept",
        "accuracy",
        "flips",
    }
    undefined = SubjectScores("a", BiasScore(3, 0, 0, 0, None, None, None, 0.0))
    first = rows_of(scores_csv([undefined]))[0]
    assert (first["n"], first["value"], first["low"]) == ("3", "", "")
