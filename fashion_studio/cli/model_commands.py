"""Commands with a model in them: predict, render, train."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.model_options import ChosenModel, DeviceOption, ModelOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.exchange.layouts import SetLayout

if TYPE_CHECKING:
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.rendering.folder import PictureForm
    from fashion_studio.services.predicting import TakenIn

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(predict)
    app.command()(render)


def predict(
    source: Annotated[
        Path | None,
        typer.Argument(
            metavar="FOLDER", help="A folder of photos, or a NAME.fstudio project.", show_default=False
        ),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Where the results of a folder of photos go.")] = None,
    run: Annotated[Path | None, typer.Option(help="Do the job in this run folder.", hidden=True)] = None,
    model: ModelOption = None,
    device: DeviceOption = "",
    overlays: Annotated[bool, typer.Option(help="Draw what the model sees, as PNG.")] = True,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 if a photo had to be skipped.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Say what the model sees in every photo of a folder, or propose labels for a project.

    A folder gets DIR/predictions.jsonl, DIR/skipped.jsonl and DIR/overlays.
    What was interrupted is continued by the same call.
    """
    from fashion_studio.services.opening import is_project
    from fashion_studio.services.predicting import run_prediction_job

    terminal = Terminal(as_json=as_json)
    if run is not None:
        raise typer.Exit(run_prediction_job(run))
    if source is None:
        msg = "Name a folder of photos or a project."
        raise typer.BadParameter(msg)
    chosen = chosen_model(model, device)
    if is_project(source):
        if out is not None:
            msg = "--out goes with a folder of photos; the proposals of a project stay in it. Export them."
            raise typer.BadParameter(msg)
        skipped = _predict_project(source.expanduser(), chosen, terminal)
    elif out is None:
        msg = "Name the folder for the results with --out."
        raise typer.BadParameter(msg)
    else:
        skipped = _predict_folder(source.expanduser(), out.expanduser(), chosen, terminal, overlays=overlays)
    if strict and skipped:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _predict_folder(
    folder: Path, out: Path, chosen: ChosenModel, terminal: Terminal, *, overlays: bool
) -> int:
    """Returns how many photos were skipped."""
    from fashion_studio.services.predicting_folder import SKIPPED, predict_folder

    with stoppable() as should_stop, terminal.progress("Reading photos") as progress:
        report = predict_folder(
            folder,
            out,
            model_dir=chosen.model_dir,
            device=chosen.device,
            overlays=overlays,
            on_progress=progress,
            should_stop=should_stop,
        )
    terminal.result(asdict(report))
    for line in (out / SKIPPED).read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        terminal.note(f"Skipped {entry['file']}: {entry['reason']}")
    terminal.say(f"{report.predicted:,} photos read in {report.seconds:.1f} s, {report.skipped:,} skipped:")
    terminal.say(str(out))
    if not report.predicted:
        raise typer.Exit(ExitCode.NOTHING)
    return report.skipped


def _predict_project(folder: Path, chosen: ChosenModel, terminal: Terminal) -> int:
    """Returns how many photos could not be read."""
    from fashion_studio.jobs.worker import JobPhase
    from fashion_studio.services.predicting import follow_prediction, predict_project
    from fashion_studio.services.project import Project

    with Project.open(folder, actor=actor_name()) as project:
        job = predict_project(project, model_dir=chosen.model_dir, device=chosen.device)
        with stoppable() as should_stop, terminal.progress("Reading photos") as progress:

            def watch(state: JobState, _taken: TakenIn) -> None:
                progress(state.done, state.total or None, state.text)
                if should_stop():
                    job.cancel()

            taken = follow_prediction(project, job, on_progress=watch)
        names = {
            item_id: path for item_id, path, _ in project.places([item_id for item_id, _ in taken.failed])
        }
    state = job.state()
    if state.phase is not JobPhase.DONE:
        raise EnvironmentProblem(state.text, f"The log is in {job.run_dir}.")
    failed = [
        {"file": str(names.get(item_id, item_id)), "reason": reason} for item_id, reason in taken.failed
    ]
    terminal.result(
        {"project": str(folder), "predicted": taken.read, "stale": taken.stale, "skipped": failed}
    )
    for entry in failed:
        terminal.note(f"Skipped {entry['file']}: {entry['reason']}")
    terminal.say(f"{taken.read:,} photos read, {len(failed):,} skipped. The proposals are in {folder}.")
    return len(failed)


def render(
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    count: Annotated[int, typer.Option(min=1, help="How many pictures.")] = 24,
    seed: Annotated[int, typer.Option(help="Seed of the first; the same seed gives the same pixels.")] = 0,
    category: Annotated[str, typer.Option(help="Only this kind of garment.")] = "",
    width: Annotated[int, typer.Option(min=32, max=4096, help="Width in pixels.")] = 384,
    height: Annotated[int, typer.Option(min=32, max=4096, help="Height in pixels.")] = 512,
    masks: Annotated[bool, typer.Option("--masks", help="Write the garments' masks too.")] = False,
    png: Annotated[bool, typer.Option("--png", help="Lossless PNG instead of JPEG.")] = False,
    layout: Annotated[
        SetLayout | None, typer.Option(help="A data set in these files, with parts train, val and test.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Render garments with their exact truth: pictures and truth.jsonl."""
    from fashion_studio.config.resources import load_vocabulary
    from fashion_studio.domain.vocabulary import CATEGORY
    from fashion_studio.rendering.folder import PictureForm, write_folder

    terminal = Terminal(as_json=as_json)
    if category:
        load_vocabulary().attribute(CATEGORY).index(category)
    form = PictureForm(width, height, ".png" if png else ".jpg", masks)
    if layout is not None:
        _render_set(out.expanduser(), layout, count, seed, form, category or None, terminal)
        return
    with stoppable() as should_stop, terminal.progress("Rendering") as progress:
        written = write_folder(
            out.expanduser(),
            count,
            seed,
            category=category or None,
            form=form,
            on_progress=progress,
            should_stop=should_stop,
        )
    terminal.result(
        {"folder": str(out), "pictures": written, "seed": seed, "truth": str(out / "truth.jsonl")}
    )
    terminal.say(f"{written:,} pictures and truth.jsonl in {out}")
    if not written:
        raise typer.Exit(ExitCode.NOTHING)


def _render_set(
    out: Path,
    layout: SetLayout,
    count: int,
    seed: int,
    form: PictureForm,
    category: str | None,
    terminal: Terminal,
) -> None:
    """Renders into the files of a foreign data set."""
    from fashion_studio.services.rendered_sets import write_rendered_set

    if form.masks:
        msg = f"The layout {layout.value} has no masks; leave --masks out."
        raise typer.BadParameter(msg)
    with stoppable() as should_stop, terminal.progress("Rendering") as progress:
        written = write_rendered_set(
            out,
            layout,
            count,
            seed,
            form=form,
            category=category,
            on_progress=progress,
            should_stop=should_stop,
        )
    parts = written.parts
    terminal.result(
        {"folder": str(out), "layout": layout.value, "pictures": written.photos, "parts": parts, "seed": seed}
    )
    split = ", ".join(f"{number:,} {part}" for part, number in parts.items())
    terminal.say(f"{written.photos:,} pictures ({split}) in the layout {layout.value} in {out}")
