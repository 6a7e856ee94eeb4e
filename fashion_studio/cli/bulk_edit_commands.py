"""The command that does one stack of edits to many photos of a project."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashion_studio.cli.edit_options import (
    GeneratorOption,
    InRegion,
    SetValue,
    StackFile,
    Strength,
    Threshold,
    asked_stack,
)
from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.filters import (
    ByModel,
    ByPerson,
    Edited,
    Flagged,
    InSplit,
    Text,
    WithEdited,
    WithStatus,
    item_filter,
)
from fashion_studio.cli.model_options import DeviceOption, ModelOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem

if TYPE_CHECKING:
    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.queries import ItemFilter
    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.services.editing.bulk import BulkEdit
    from fashion_studio.services.project import Project

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("edit-all")(edit_all)


def edit_all(
    project: Annotated[
        Path | None, typer.Argument(help="The project folder, NAME.fstudio.", show_default=False)
    ] = None,
    values: SetValue = None,
    region: InRegion = None,
    strength: Strength = 1.0,
    threshold: Threshold = None,
    stack: StackFile = None,
    run: Annotated[Path | None, typer.Option(help="Do the job in this run folder.", hidden=True)] = None,
    with_edited: WithEdited = False,
    status: WithStatus = None,
    split: InSplit = None,
    text: Text = "",
    flagged: Flagged = None,
    edited: Edited = None,
    person: ByPerson = None,
    by_model: ByModel = None,
    generator: GeneratorOption = None,
    model: ModelOption = None,
    device: DeviceOption = "",
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 3 if a photo was not edited.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Edit every photo of a project that matches; the results are photos of the project with their origin.

    One undo in the window takes all of them away again. Photos made by edits are edited only if asked for.
    """
    from fashion_studio.services.editing.bulk import run_edit_job

    if run is not None:
        raise typer.Exit(run_edit_job(run))
    if project is None:
        msg = "Name a project."
        raise typer.BadParameter(msg)
    question = item_filter(
        text=text,
        statuses=status,
        splits=split,
        flagged=flagged,
        edited=edited if edited is not None or with_edited else False,
        person=person,
        model=by_model,
    )
    terminal = Terminal(as_json=as_json)
    wanted = asked_stack(values, region, strength, stack, threshold)
    chosen = chosen_model(model, device)
    options: dict[str, Any] = {
        "generator": generator and generator.expanduser(),
        "model_dir": chosen.model_dir,
        "device": chosen.device,
    }
    failed = _edit(project.expanduser(), question, wanted, options, terminal)
    if strict and failed:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _edit(
    folder: Path,
    question: ItemFilter | None,
    stack: EditStack,
    options: dict[str, Any],
    terminal: Terminal,
) -> int:
    """Returns how many photos were not edited."""
    from fashion_studio.services.editing.bulk import edit_photos
    from fashion_studio.services.project import Project

    with Project.open(folder, actor=actor_name()) as opened:
        ids = opened.ids(question)
        if not len(ids):
            terminal.note("No photo matches, so nothing was edited. Widen the filter.")
            raise typer.Exit(ExitCode.NOTHING)
        job = edit_photos(opened, ids, stack, **options)
        done = _followed(opened, job, terminal)
        _tell(opened, done, terminal)
    return len(done.failed)


def _followed(project: Project, job: Job, terminal: Terminal) -> BulkEdit:
    """Waits for the end of the job.

    Raises:
        Cancelled: Ctrl-C; what was finished is in the project.
        EnvironmentProblem: the job could not go on; what was finished is in the project.
    """
    from fashion_studio.jobs.worker import JobPhase
    from fashion_studio.services.editing.bulk import follow_edit

    with stoppable() as should_stop, terminal.progress("Editing photos") as progress:

        def watch(state: JobState) -> None:
            progress(state.done, state.total or None, state.text)
            if should_stop():
                job.cancel()

        done = follow_edit(project, job, on_progress=watch)
    state = job.state()
    if state.phase is JobPhase.CANCELLED:
        terminal.note(done.sentence)
        raise Cancelled
    if state.phase is not JobPhase.DONE:
        raise EnvironmentProblem(state.text, f"The log is in {job.run_dir}.")
    return done


def _tell(project: Project, done: BulkEdit, terminal: Terminal) -> None:
    named = [*dict(done.failed), *dict(done.partly), *done.added]
    places = {item_id: path for item_id, path, _ in project.places(named)}
    skipped = [{"file": str(places[item_id]), "reason": reason} for item_id, reason in done.failed]
    partly = [{"file": str(places[item_id]), "reason": reason} for item_id, reason in done.partly]
    added = [str(places[item_id]) for item_id in done.added]
    terminal.result(
        {
            "project": str(project.folder),
            "edited": added,
            "partly": partly,
            "stale": done.stale,
            "skipped": skipped,
        }
    )
    for entry in skipped:
        terminal.note(f"Not edited {entry['file']}: {entry['reason']}")
    for entry in partly:
        terminal.note(f"Edited only in part {entry['file']}: {entry['reason']}")
    terminal.say(f"{done.sentence} The edited photos are in {project.folder}.")
