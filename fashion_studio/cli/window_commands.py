"""`open`, and what happens without any command: the window, or the same work without one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Protocol

import typer

from fashion_studio.cli.display import Display, find_display
from fashion_studio.cli.project_commands import JsonFlag, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import EnvironmentProblem, UserError

__all__ = ["WindowOpener", "open_welcome", "register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("open")(open_path)


class WindowOpener(Protocol):
    """Shows the window and returns its exit code when it is closed; given by `__main__`, which knows Qt."""

    def __call__(self, project: Path | None, *, demo: bool) -> int:
        """On a project or a folder of photos, on the demo, or on the welcome screen."""


def open_welcome(open_window: WindowOpener) -> int:
    """Shows the welcome screen; returns when the window is closed.

    Raises:
        EnvironmentProblem: no window can be shown.
    """
    display = find_display()
    if not display.usable:
        _explain(display)
        msg = "No window can be shown here."
        raise EnvironmentProblem(msg, "To work without one, name photos: fashion-studio open FOLDER")
    return open_window(None, demo=False)


def open_path(
    context: typer.Context,
    path: Annotated[
        Path | None, typer.Argument(help="A folder of photos or a NAME.fstudio project.", show_default=False)
    ] = None,
    demo: Annotated[bool, typer.Option("--demo", help="Open the demo project of rendered garments.")] = False,
    headless: Annotated[
        bool, typer.Option("--headless", help="Do not show a window even where one could be shown.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Where results go without a window; else out/NAME here.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Open the window on photos or a project; without a display do the same work headless.

    Headless means: predict, draw, export. The folder with the results is printed at the end.
    """
    if path is not None and demo:
        msg = "Name a folder or project, or --demo, but not both."
        raise UserError(msg)
    path = path and path.expanduser()
    if path is not None and not path.is_dir():
        msg = f"{path} is not a folder. Name a folder of photos or a NAME.fstudio project."
        raise UserError(msg)
    open_window: WindowOpener = context.obj
    if path is None and not demo and not headless:
        raise typer.Exit(open_welcome(open_window))
    display = Display(usable=False) if headless else find_display()
    if display.usable:
        raise typer.Exit(open_window(path, demo=demo))
    if not headless:
        _explain(display)
        sys.stderr.write("Working without a window.\n")
    _work_headless(path, out, Terminal(as_json=as_json))


def _work_headless(path: Path | None, out: Path | None, terminal: Terminal) -> None:
    from fashion_studio.cli.headless import work_without_window
    from fashion_studio.config.resources import load_vocabulary
    from fashion_studio.services.demo import create_demo
    from fashion_studio.services.opening import is_project, open_photos
    from fashion_studio.services.project import Project

    if path is None:
        with stoppable() as should_stop, terminal.progress("Rendering the demo") as progress:
            project = create_demo(actor=actor_name(), on_progress=progress, should_stop=should_stop)
    elif is_project(path):
        project = Project.open(path, actor=actor_name())
    else:
        project = open_photos(path, load_vocabulary(), actor=actor_name())
    with project:
        work_without_window(project, out or Path("out") / (project.folder.stem if path else "demo"), terminal)


def _explain(display: Display) -> None:
    sys.stderr.write(f"{display.reason}\n")
    if display.remedy:
        sys.stderr.write(f"To get the window:\n    {display.remedy}\n")
