from __future__ import annotations

import csv
import io

import pytest

from fashion_studio.services.experiment_plans import (
    Column,
    Experiment,
    ExperimentChoice,
    Published,
    Variant,
)
from fashion_studio.services.experiment_tables import Row, csv_table, markdown_table, noise

EXPERIMENT = Experiment(
    name="e",
    title="Two ways",
    question="Which is better?",
    recipe="fine26-resnet50",
    data="fine26",
    columns=(
        Column("accuracy", ("a.top1", "b.top1")),
        Column("NE", ("landmarks.ne",), less_is_better=True),
        Column("absent", ("c.top1",)),
    ),
    variants=(Variant("one", "first way"), Variant("two", "second way"), Variant("three", "third way")),
    published=(
        Published("the others", "a paper, 2020", {"accuracy": 0.7758}),
        Published("the first way is better", "the same"),
    ),
)
PHOTOS = {"train": 60, "val": 20, "test": 20}
BASELINE = {"a.top1": 0.3, "b.top1": 0.4, "landmarks.ne": 0.3}
ROWS = [
    Row("one", "first way", {"a.top1": 0.5, "b.top1": 0.7, "landmarks.ne": 0.1}, BASELINE, PHOTOS, 3),
    Row("two", "second way", {"a.top1": 0.4, "b.top1": 0.6, "landmarks.ne": 0.05}, BASELINE, PHOTOS, 2),
]


def cells(markdown: str) -> list[list[str]]:
    lines = [line for line in markdown.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_a_row_a_variant_the_best_marked_the_usual_answer_and_the_source_below():
    table = cells(markdown_table(EXPERIMENT, ROWS, ExperimentChoice()))
    assert table[0] == ["variant", "accuracy", "NE", "absent", "best epoch"]
    assert table[2] == ["first way", "**0.600**", "0.100", "–", "3"]
    assert table[3] == ["second way", "0.500", "**0.050**", "–", "2"]
    assert table[4] == ["*always the most frequent answer*", "0.350", "0.300", "–", "–"]
    assert table[5] == ["*published: the others*", "0.776", "–", "–", "–"]
    assert len(table) == 6


def test_the_page_says_what_was_run_what_is_missing_and_that_data_differ():
    choice = ExperimentChoice(epochs=4, side_px=96, backbone="mobilenetv2_100", random_weights=True, seed=3)
    page = markdown_table(EXPERIMENT, ROWS, choice)
    assert "1 of 3 variants are not trained yet." in page
    assert "60 for training, 20 for validation, 20 for the test" in page
    assert "epochs 4, side 96 px, backbone mobilenetv2_100; backbones from random weights; seed 3." in page
    assert "differ by about 0.31" in page
    assert "not comparable as numbers" in page
    assert "- the first way is better (the same)" in page


def test_nothing_done_is_a_table_without_rows():
    page = markdown_table(EXPERIMENT, [], ExperimentChoice())
    assert [row[0] for row in cells(page)] == ["variant", "---", "*published: the others*"]
    assert "3 of 3 variants are not trained yet." in page


def test_the_csv_has_the_same_figures_and_the_baselines():
    first, second = csv.DictReader(io.StringIO(csv_table(EXPERIMENT, ROWS)))
    assert (first["variant"], first["accuracy"], first["baseline accuracy"]) == ("one", "0.600", "0.350")
    assert (second["NE"], second["train"], second["best_epoch"]) == ("0.050", "60", "2")


def test_noise_is_that_of_two_independent_shares():
    # Var(p1 − p2) = 2 · 0.25 / n; with n = 200 the standard deviation is 0.05
    assert noise(200) == pytest.approx(1.96 * 0.05)
