"""Experiments: the variants of a recipe on the same renderings, one training run each, and one table.

The folder of an experiment holds its photos (`data/`), a run folder per variant (`runs/`, docs/training.md),
what was chosen (`experiment.json`) and the table (`table.md`, `table.csv`), which is written again after each
variant. One that is done is not done again; one that was stopped goes on from its checkpoint. An experiment
on texture and shape asks the trained models besides (`probe/`) and draws the paper's figure (`figure.svg`).
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.jobs.specification import SPEC
from fashion_studio.learning.run_folder import TrainingChoice
from fashion_studio.services.experiment_data import prepare_data
from fashion_studio.services.experiment_files import shared_files
from fashion_studio.services.experiment_plans import chosen_variants, variant_recipe
from fashion_studio.services.experiment_probe import ask_models
from fashion_studio.services.experiment_tables import Row, csv_table, markdown_table
from fashion_studio.services.training import freeze_training
from fashion_studio.services.training_job import run_training_job

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.services.experiment_plans import Experiment, ExperimentChoice, Variant
    from fashion_studio.services.experiment_probe import AskedModels

__all__ = ["ExperimentResult", "run_experiment"]

_NOTE: Final = "experiment.json"
_REPORT: Final = "report.json"
_BUNDLE: Final = "bundle/bundle.json"


@dataclass(frozen=True, slots=True)
class ExperimentResult:
    """What came out.

    Attributes:
        rows: the variants that are done, in the experiment's order.
        markdown: the whole table with its notes; also in `table`.
        figure: the bias of each class, None where nothing was asked.
    """

    rows: tuple[Row, ...]
    markdown: str
    table: Path
    csv: Path
    figure: Path | None = None


def run_experiment(
    experiment: Experiment,
    out: Path,
    choice: ExperimentChoice,
    *,
    on_line: Callable[[str], None] = lambda _line: None,
    on_progress: Callable[[int, int, str], None] = lambda _done, _total, _text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> ExperimentResult:
    """Runs what is not done yet.

    Args:
        experiment: what is compared.
        out: its folder; one that is there already goes on.
        choice: how large and where.
        on_line: gets a sentence when a variant begins and ends.
        on_progress: steps (or photos) done, in all, a few words.
        should_stop: asked often.

    Raises:
        Cancelled: on request; the same call goes on.
        UserError: the folder holds another experiment, or a variant cannot be trained; the message says why.
        EnvironmentProblem: memory, disk, device, or weights that cannot be fetched.
    """
    variants = chosen_variants(experiment, choice)
    recipes = {variant.name: variant_recipe(experiment, variant, choice) for variant in variants}
    _note_choice(experiment, out, choice)
    data = prepare_data(
        out / "data",
        experiment.data,
        choice.images or experiment.images,
        choice.seed,
        on_progress=lambda done, total: on_progress(done, total, "Rendering"),
        should_stop=should_stop,
    )
    for number, variant in enumerate(variants, start=1):
        run_dir = _run_dir(out, variant)
        place = f"{number} of {len(variants)}, {variant.title}"
        if (run_dir / _BUNDLE).is_file():
            on_line(f"{place}: done before")
            continue
        on_line(place)
        if not (run_dir / SPEC).is_file():
            shutil.rmtree(run_dir, ignore_errors=True)  # a freezing that was broken off
            made = _training_choice(experiment, variant, recipes[variant.name], choice)
            freeze_training(run_dir, data, made, should_stop=should_stop)
        told = partial(_told, on_progress, place)
        with shared_files(data.parent, out, run_dir, recipes[variant.name]):
            run_training_job(run_dir, on_progress=told, should_stop=should_stop)
        _write_table(experiment, out, choice)
    asked = None
    if experiment.probe is not None:
        done = {
            v.name: _run_dir(out, v) for v in experiment.variants if (_run_dir(out, v) / _BUNDLE).is_file()
        }
        on_line("Asking about texture and shape")
        asked = ask_models(out, experiment, data, done, choice)
    return _write_table(experiment, out, choice, asked)


def _told(on_progress: Callable[[int, int, str], None], place: str, done: int, total: int, text: str) -> None:
    on_progress(done, total, f"{place}: {text}")


def _training_choice(
    experiment: Experiment, variant: Variant, recipe: MethodRecipe, choice: ExperimentChoice
) -> TrainingChoice:
    return TrainingChoice(
        recipe,
        model_id=f"{experiment.name}-{variant.name}",
        seed=choice.seed,
        device=choice.device,
        weights=choice.weights if recipe.starts_pretrained else None,
        threads=choice.threads,
        adain=choice.stylist,
        styles=choice.styles,
    )


def _run_dir(out: Path, variant: Variant) -> Path:
    return out / "runs" / variant.name


def _note_choice(experiment: Experiment, out: Path, choice: ExperimentChoice) -> None:
    """Notes what was chosen, or checks that it is what was chosen before.

    Raises:
        UserError: it is not.
        EnvironmentProblem: the folder cannot be written.
    """
    note = {"experiment": experiment.name, **choice.fixed()}
    path = out / _NOTE
    try:
        before = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else None
        if before is None:
            out.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(note, indent=1), encoding="utf-8")
            return
    except ValueError as error:
        msg = f"{path} is damaged. Choose another folder, or delete this one."
        raise UserError(msg) from error
    except OSError as error:
        msg = f"The folder {out} cannot be used: {error.strerror or error}."
        raise EnvironmentProblem(msg, "Choose another folder or free some space.") from error
    different = sorted(name for name in note if before.get(name) != note[name])
    if different:
        was = ", ".join(f"{name} {before.get(name)}" for name in different)
        msg = f"{out} holds an experiment with other settings ({was}). Use the same ones, or another folder."
        raise UserError(msg)


def _write_table(
    experiment: Experiment, out: Path, choice: ExperimentChoice, asked: AskedModels | None = None
) -> ExperimentResult:
    rows = tuple(
        row for variant in experiment.variants if (row := _row(_run_dir(out, variant), variant)) is not None
    )
    if asked is not None:
        rows = tuple(replace(r, figures={**r.figures, **asked.figures.get(r.name, {})}) for r in rows)
    markdown = markdown_table(experiment, rows, choice) + ("" if asked is None else asked.note)
    table, csv = out / "table.md", out / "table.csv"
    try:
        table.write_text(markdown, encoding="utf-8")
        csv.write_text(csv_table(experiment, rows), encoding="utf-8")
    except OSError as error:
        msg = f"The table cannot be written into {out}: {error.strerror or error}."
        raise EnvironmentProblem(msg, "Free some space; nothing that was trained is lost.") from error
    return ExperimentResult(rows, markdown, table, csv, None if asked is None else asked.figure)


def _row(run_dir: Path, variant: Variant) -> Row | None:
    """What a finished run reached on its test photos; None while it is not finished."""
    if not (run_dir / _BUNDLE).is_file():
        return None
    try:
        report: dict[str, Any] = json.loads((run_dir / _REPORT).read_text(encoding="utf-8"))
        spec: dict[str, Any] = json.loads((run_dir / SPEC).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        msg = f"The report of {run_dir} cannot be read. Delete that folder and run the experiment again."
        raise UserError(msg) from error
    split = "test" if "test" in report["splits"] else "val"
    measured = report["splits"][split]
    return Row(
        name=variant.name,
        title=variant.title,
        figures=measured["figures"],
        baseline=measured["baseline"],
        photos=spec["parameters"]["photos"],
        best_epoch=int(report["best_epoch"]),
    )
