"""The experiment on stylised training as its command leaves it, with made-up figures."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from fashion_studio.services.experiment_plans import ExperimentChoice, read_experiment
from fashion_studio.services.experiment_tables import Row, csv_table

__all__ = ["put_experiment"]

_BIAS = "probe.bias"
FIGURES: Sequence[dict[str, float]] = (
    {
        "probe.original": 0.81,
        "probe.stylised": 0.3,
        "probe.silhouette": 0.31,
        "probe.edges": 0.25,
        _BIAS: 0.44,
    },
    {
        "probe.original": 0.75,
        "probe.stylised": 0.7,
        "probe.silhouette": 0.66,
        "probe.edges": 0.6,
        _BIAS: 0.78,
    },
    {
        "probe.original": 0.8,
        "probe.stylised": 0.71,
        "probe.silhouette": 0.65,
        "probe.edges": 0.57,
        _BIAS: 0.67,
    },
    {"probe.original": 0.83, "probe.stylised": 0.5, "probe.silhouette": 0.4, "probe.edges": 0.3, _BIAS: 0.53},
)
ERRORS = (0.061, 0.07, 0.058, 0.06)
BASELINE = {"landmarks.ne": 0.2}
PHOTOS = {"train": 600, "val": 200, "test": 200}


def put_experiment(folder: Path, *, rows: int = 4) -> Path:
    """Writes the folder, `rows` variants of the seven done; no probe beside."""
    plan = read_experiment("stylised-training")
    done = [
        Row(variant.name, variant.title, {**figures, "landmarks.ne": error}, BASELINE, PHOTOS, 3)
        for variant, figures, error in zip(plan.variants, FIGURES, ERRORS, strict=False)
    ][:rows]
    folder.mkdir(parents=True)
    note = {"experiment": plan.name, **ExperimentChoice(images=1000, small=True).fixed()}
    (folder / "experiment.json").write_text(json.dumps(note), encoding="utf-8")
    if rows:
        (folder / "table.csv").write_text(csv_table(plan, done), encoding="utf-8")
    return folder
