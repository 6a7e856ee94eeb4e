"""The command line as a whole: its commands, and how every way to end becomes a sentence and an exit code."""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli import (
    bulk_edit_commands,
    doctor,
    edit_commands,
    evaluate_commands,
    experiment_commands,
    import_commands,
    model_commands,
    probe_commands,
    project_commands,
    run_commands,
    teach_commands,
    train_commands,
    window_commands,
)
from fashion_studio.cli.crash_report import program_version, write_crash_report
from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, ProjectBusy, StudioError, UserError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.cli.window_commands import WindowOpener

__all__ = ["run"]

PROGRAM = "fashion-studio"


app = typer.Typer(
    name=PROGRAM,
    help="Turn a folder of garment photographs into a labelled data set, and see what a model sees in them.",
    epilog="Without a command the window opens.",
    no_args_is_help=False,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
window_commands.register(app)
project_commands.register(app)
import_commands.register(app)
model_commands.register(app)
edit_commands.register(app)
bulk_edit_commands.register(app)
teach_commands.register(app)
train_commands.register(app)
run_commands.register(app)
evaluate_commands.register(app)
experiment_commands.register(app)
probe_commands.register(app)
doctor.register(app)


def _print_version(value: bool) -> None:
    if value:
        sys.stdout.write(f"Fashion Studio {program_version()}\n")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001 - answered by its callback
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Say the version.")
    ] = False,
    debug: Annotated[  # noqa: ARG001 - taken out of the arguments by `run`, wherever it stands
        bool, typer.Option("--debug", help="Show where an error came from.")
    ] = False,
) -> None:
    if context.invoked_subcommand is None:
        raise typer.Exit(window_commands.open_welcome(context.obj))


def run(arguments: Sequence[str], open_window: WindowOpener) -> int:
    """Runs one command line; never raises. Errors are one sentence on standard error."""
    debug = "--debug" in arguments
    as_json = "--json" in arguments
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s")
    logging.getLogger("fashion_studio").setLevel(logging.DEBUG if debug else logging.NOTSET)
    try:
        code = typer.main.get_command(app).main(
            [argument for argument in arguments if argument != "--debug"],
            prog_name=PROGRAM,
            standalone_mode=False,
            obj=open_window,
        )
    except (BrokenPipeError, SystemExit):  # typer turns the first into the second
        # Nobody reads the output any more; Python would complain once more when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ExitCode.OK
    except BaseException as error:  # noqa: BLE001 - the last place where an error can become a sentence
        if debug:
            traceback.print_exc()
        return _end(error, as_json=as_json)
    if code == ExitCode.CANCELLED:  # typer turns Ctrl-C into this code without a word
        return _end(Cancelled(), as_json=as_json)
    return int(code or ExitCode.OK)


def _end(error: BaseException, *, as_json: bool) -> int:
    code, message = _code_and_message(error)
    sys.stderr.write(f"{message}\n")
    if as_json:
        sys.stdout.write(json.dumps({"error": {"code": int(code), "message": message}}) + "\n")
    return int(code)


def _code_and_message(error: BaseException) -> tuple[ExitCode, str]:
    for kind, code in _code_of_kind():
        if isinstance(error, kind):
            return code, str(error)
    if isinstance(error, (KeyboardInterrupt, Cancelled, typer.Abort)):
        return ExitCode.CANCELLED, "Stopped."
    if isinstance(error, typer.TyperException):
        return ExitCode.USAGE, f"{error.format_message()} See {PROGRAM} --help."
    if isinstance(error, (OSError, MemoryError)):
        return ExitCode.ENVIRONMENT, _refusal(error)
    if isinstance(error, ModuleNotFoundError) and error.name and not error.name.startswith("fashion_studio"):
        return ExitCode.ENVIRONMENT, (
            f"This needs the package {error.name.partition('.')[0]}, which is not installed here. "
            "Install the whole program: pip install fashion-studio"
        )
    report = write_crash_report(error)
    where = f" A report is in {report}." if report else ""
    return (
        ExitCode.BUG,
        f"Fashion Studio made a mistake: {type(error).__name__}: {str(error).rstrip('.')}.{where}",
    )


def _refusal(error: OSError | MemoryError) -> str:
    if isinstance(error, MemoryError):
        return "There is not enough memory. Close other programs and try again."
    where = f" ({error.filename})" if error.filename else ""
    return f"The system refused: {error.strerror or error}{where}."


def _code_of_kind() -> tuple[tuple[type[StudioError], ExitCode], ...]:
    """Errors whose text is the sentence, the more special ones first."""
    from fashion_studio.services.exporting import NothingToExport

    return (
        (NothingToExport, ExitCode.NOTHING),
        (ProjectBusy, ExitCode.BUSY),
        (UserError, ExitCode.FAILED),
        (EnvironmentProblem, ExitCode.ENVIRONMENT),
    )
