"""`runs`: a project's trainings in the terminal: list, rename, remove, bring back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.project_commands import JsonFlag, ProjectArgument, actor_name
from fashion_studio.cli.terminal import Terminal
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import RunEntry

__all__ = ["register"]

runs = typer.Typer(help="A project's training runs: list, rename, remove, bring back.", no_args_is_help=True)
_Run = Annotated[str, typer.Argument(metavar="RUN", help="The run's folder name, as `runs list` says it.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(runs, name="runs")


@runs.command("list")
def list_(project: ProjectArgument, as_json: JsonFlag = False) -> None:
    """Say which runs there are, the newest first, and which were removed."""
    from fashion_studio.services.model_list import model_in_use
    from fashion_studio.services.project import Project
    from fashion_studio.services.project_training import runs_dir
    from fashion_studio.services.run_list import list_runs
    from fashion_studio.services.run_removal import removed_runs

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), read_only=True) as opened:
        entries, removed = list_runs(runs_dir(opened)), removed_runs(opened)
        used = model_in_use(opened)
    terminal.result(
        {
            "runs": [
                {**_said(entry), "in_use": entry.bundle is not None and entry.bundle == used}
                for entry in entries
            ],
            "removed": [{"run": run.run_dir.name, "title": run.title} for run in removed],
        }
    )
    for entry in entries:
        in_use = ", in use" if entry.bundle is not None and entry.bundle == used else ""
        terminal.say(f"{entry.run_dir.name:<32} {entry.phase.value + in_use:<20} {entry.title}")
    for run in removed:
        terminal.say(f"{run.run_dir.name:<32} {'removed':<20} {run.title}")


@runs.command()
def rename(
    project: ProjectArgument,
    run: _Run,
    title: Annotated[str, typer.Argument(help="The new title; empty gives back the first one.")],
    as_json: JsonFlag = False,
) -> None:
    """Give a run another title; its folder and its model keep their names."""
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_list import read_run
    from fashion_studio.services.run_removal import rename_run

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name()) as opened:
        run_dir = _run_dir(opened, run)
        before = rename_run(opened, run_dir, title)
        now = read_run(run_dir).title
    terminal.result({"run": run, "title": now, "before": before})
    terminal.say(f"“{before}” is called “{now}” now.")


@runs.command()
def remove(project: ProjectArgument, run: _Run, as_json: JsonFlag = False) -> None:
    """Take a run out of the project; `runs restore` brings it back."""
    from fashion_studio.config.settings import load_settings
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_removal import remove_run

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name()) as opened:
        removed = remove_run(
            opened, _run_dir(opened, run), also_used=_models_of_settings(load_settings().settings.model)
        )
    terminal.result({"run": run, "title": removed.title, "place": str(removed.place)})
    terminal.say(f"“{removed.title}” is removed. Bring it back with: fashion-studio runs restore {project}")


@runs.command()
def restore(
    project: ProjectArgument,
    run: Annotated[str, typer.Argument(metavar="[RUN]", help="Which one; else the last.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Bring a removed run back."""
    from fashion_studio.services.project import Project
    from fashion_studio.services.run_removal import bring_back_run, removed_runs

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name()) as opened:
        wanted = next((each for each in removed_runs(opened) if run in {"", each.run_dir.name}), None)
        if wanted is None:
            terminal.note(f"No removed run is called {run}." if run else "No run was removed.")
            raise typer.Exit(ExitCode.NOTHING)
        bring_back_run(opened, wanted)
    terminal.result({"run": wanted.run_dir.name, "title": wanted.title})
    terminal.say(f"“{wanted.title}” is back.")


@runs.command()
def discard(project: ProjectArgument, as_json: JsonFlag = False) -> None:
    """Delete removed runs for good."""
    from fashion_studio.services.freeing import Keepsake, free, size_words
    from fashion_studio.services.project import Project

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name()) as opened:
        freed = free(opened, Keepsake.RUNS)
    terminal.result({"discarded": freed.count, "freed_bytes": freed.size_bytes})
    word = "run" if freed.count == 1 else "runs"
    terminal.say(f"{freed.count} removed {word} deleted, {size_words(freed.size_bytes)} freed.")


def _run_dir(project: Project, name: str) -> Path:
    """The folder of one of its trainings.

    Raises:
        UserError: there is none of that name.
    """
    from fashion_studio.services.project_training import runs_dir
    from fashion_studio.services.run_list import list_runs

    found = [entry.run_dir for entry in list_runs(runs_dir(project)) if entry.run_dir.name == name]
    if not found:
        msg = f"This project has no run {name}. `fashion-studio runs list` says which there are."
        raise UserError(msg)
    return found[0]


def _models_of_settings(model: str) -> list[Path]:
    from pathlib import Path

    return [Path(model).expanduser()] if model else []


def _said(entry: RunEntry) -> dict[str, object]:
    return {
        "run": entry.run_dir.name,
        "title": entry.title,
        "phase": entry.phase.value,
        "model_id": entry.model_id,
        "figures": dict(entry.figures),
    }
