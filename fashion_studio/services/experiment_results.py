"""What an experiment has found so far, read from its folder, and which experiment a project shows."""

from __future__ import annotations

import csv
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.jobs.specification import SPEC, replace_text
from fashion_studio.services.experiment_plans import read_experiment
from fashion_studio.services.experiment_tables import NO_FIGURE, best_of
from fashion_studio.services.project_training import runs_dir

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.services.experiment_plans import Experiment
    from fashion_studio.services.project import Project

__all__ = [
    "ExperimentResults",
    "ResultRow",
    "read_experiment_results",
    "show_experiment",
    "shown_experiment",
]

_CHOICE: Final = "experiment.json"
_TABLE: Final = "table.csv"
_PROBE: Final = "probe"
_SHOWN: Final = "shown_experiment.json"


@dataclass(frozen=True, slots=True)
class ResultRow:
    """One variant that is trained.

    Attributes:
        figures: column's title to value; without those that are not measured yet.
        best: titles of the columns in which no other row is better.
    """

    name: str
    title: str
    figures: Mapping[str, float]
    best: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ExperimentResults:
    """An experiment's table.

    Attributes:
        columns: titles, in their order.
        rows: in the experiment's order; variants that are not trained yet are left out.
        missing: how many these are.
        test_photos: what attributes and landmarks are measured on.
        asked_photos: the most of them of which variants were made for the category's accuracies.
        probe: run folder in which all models were asked about texture and shape; None before.
    """

    folder: Path
    title: str
    columns: tuple[str, ...]
    rows: tuple[ResultRow, ...]
    missing: int
    test_photos: int
    asked_photos: int
    probe: Path | None


def read_experiment_results(folder: Path) -> ExperimentResults:
    """The table of an experiment on texture and shape, also while it is being made.

    Args:
        folder: the experiment's, as `fashion-studio experiment stylised-training --out` leaves it.

    Raises:
        UserError: it is no such folder, or its table is damaged; one sentence that says what to do.
    """
    if not folder.is_dir():
        msg = f"The experiment's folder {folder} is not there any more. Open it from where it is now."
        raise UserError(msg)
    experiment = _experiment(folder)
    rows, photos = _rows(folder, experiment)
    probe = folder / _PROBE
    return ExperimentResults(
        folder,
        experiment.title,
        tuple(column.title for column in experiment.columns),
        _marked(experiment, rows),
        len(experiment.variants) - len(rows),
        photos,
        min(photos, experiment.probe.photos) if experiment.probe is not None else 0,
        probe if (probe / SPEC).is_file() else None,
    )


def shown_experiment(project: Project) -> Path | None:
    """The experiment's folder that was opened last in this project; it may be gone."""
    try:
        said = json.loads((runs_dir(project) / _SHOWN).read_text(encoding="utf-8"))
        return Path(said["folder"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def show_experiment(project: Project, folder: Path) -> None:
    """Remembers an experiment's folder in the project; one that is open for reading only stays as it is.

    Raises:
        EnvironmentProblem: it cannot be written down.
    """
    if project.read_only:
        return
    try:
        runs_dir(project).mkdir(parents=True, exist_ok=True)
        replace_text(runs_dir(project) / _SHOWN, json.dumps({"folder": str(folder.absolute())}))
    except OSError as error:
        raise EnvironmentProblem(
            f"The experiment's folder cannot be remembered: {error.strerror or error}.", "Make room."
        ) from error


def _experiment(folder: Path) -> Experiment:
    path = folder / _CHOICE
    if not path.is_file():
        msg = (
            f"{folder} holds no experiment. Open the folder that "
            "“fashion-studio experiment stylised-training --out” has written."
        )
        raise UserError(msg)
    try:
        name = json.loads(path.read_text(encoding="utf-8"))["experiment"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        msg = f"{path} is damaged. Run the experiment again in another folder, or open another one."
        raise UserError(msg) from error
    experiment = read_experiment(str(name))
    if experiment.probe is None:
        msg = (
            f"The experiment “{experiment.title}” asks nothing about texture and shape. Open one that "
            "“fashion-studio experiment stylised-training” has made."
        )
        raise UserError(msg)
    return experiment


def _rows(folder: Path, experiment: Experiment) -> tuple[list[ResultRow], int]:
    """The rows as they stand in the table, and the number of test photos."""
    path = folder / _TABLE
    if not path.is_file():
        return [], 0
    titles = {variant.name: variant.title for variant in experiment.variants}
    columns = [column.title for column in experiment.columns]
    rows, photos = [], 0
    try:
        with path.open(encoding="utf-8", newline="") as stream:
            for line in csv.DictReader(stream):
                cells = {title: line[title] for title in columns}
                figures = {title: float(cell) for title, cell in cells.items() if cell != NO_FIGURE}
                rows.append(ResultRow(line["variant"], titles[line["variant"]], figures))
                photos = int(line["test"]) or int(line["val"])
    except (OSError, ValueError, KeyError, TypeError, csv.Error) as error:
        msg = f"The table {path} is damaged. Run the experiment again in its folder; that writes it anew."
        raise UserError(msg) from error
    return rows, photos


def _marked(experiment: Experiment, rows: list[ResultRow]) -> tuple[ResultRow, ...]:
    best = {
        column.title: best_of(
            [row.figures[column.title] for row in rows if column.title in row.figures],
            less_is_better=column.less_is_better,
        )
        for column in experiment.columns
    }
    return tuple(
        ResultRow(
            row.name,
            row.title,
            row.figures,
            frozenset(title for title, value in row.figures.items() if value == best[title]),
        )
        for row in rows
    )
