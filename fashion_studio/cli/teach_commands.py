"""The command about quick teaching: teach a project's model with its labels, say what came of it, undo it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.filters import WithEdited
from fashion_studio.cli.model_options import DeviceOption, ModelOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag, ProjectArgument, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.services.project import Project
    from fashion_studio.services.teaching import Teaching
    from fashion_studio.services.teaching_record import TeachHistory, TeachRecord

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(teach)


def teach(
    project: ProjectArgument,
    undo: Annotated[bool, typer.Option("--undo", help="Take the last teaching back.")] = False,
    redo: Annotated[bool, typer.Option("--redo", help="Put the undone teaching in force again.")] = False,
    status: Annotated[bool, typer.Option("--status", help="Say what was taught so far.")] = False,
    keep: Annotated[bool, typer.Option("--keep", help="Put a worse teaching in force all the same.")] = False,
    edited: WithEdited = False,
    model: ModelOption = None,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Teach the model's heads with the project's labels; a fifth of the photos only measures the effect."""
    from fashion_studio.config.resources import house_model_dir
    from fashion_studio.services.project import Project
    from fashion_studio.services.teaching import Teaching

    terminal = Terminal(as_json=as_json)
    chosen = chosen_model(model, device)
    folder = chosen.model_dir or house_model_dir()
    with Project.open(project.expanduser(), actor=actor_name(), read_only=status) as opened:
        teaching = Teaching(opened, folder, actor=actor_name())
        if status:
            _tell_history(terminal, opened, teaching.history(), teaching.new_labels())
            return
        if undo or redo or keep:
            act, nothing = (
                (teaching.undo, "There is nothing to undo.")
                if undo
                else (teaching.redo, "There is nothing to redo.")
                if redo
                else (teaching.keep, "No teaching waits for an answer.")
            )
            record = act()
            if record is None:
                terminal.note(nothing)
                raise typer.Exit(ExitCode.NOTHING)
        else:
            record = _teach(teaching, folder, chosen.device, terminal, edited=edited)
        _tell(terminal, opened, record, teaching.history())


def _teach(teaching: Teaching, model: Path, device: str, terminal: Terminal, *, edited: bool) -> TeachRecord:
    from fashion_studio.jobs.engine_client import EngineClient

    engine = EngineClient(model, device)
    engine.start()
    teaching.engine = engine
    try:
        with stoppable() as should_stop, terminal.progress("Teaching") as progress:
            return teaching.teach(
                include_derived=edited,
                on_progress=lambda text, done, total: progress(done, total or None, text),
                should_stop=should_stop,
            )
    finally:
        engine.close()


def _tell(terminal: Terminal, project: Project, record: TeachRecord, history: TeachHistory) -> None:
    terminal.result({**_record(record), "in_force": history.model})
    terminal.say(
        f"Teaching {record.number}: {record.photos:,} photos taught, "
        f"{record.held_out_photos:,} only measured."
    )
    _tell_heads(terminal, project, record)
    sentences = {
        "in_force": f"{record.model} answers from now on.",
        "undone": f"Undone; {history.model} answers again.",
        "offered": "It is not in force, for it is not better. Put it in force all the same with --keep.",
        "unchanged": "The labels do not improve on the model; it stays as it is.",
    }
    terminal.say(sentences.get(record.state, f"State: {record.state}."))


def _tell_heads(terminal: Terminal, project: Project, record: TeachRecord) -> None:
    for head in record.heads:
        title = project.vocabulary.attribute(head.name).title
        shares = (
            f"{head.before / head.held_out:6.1%} → {head.after / head.held_out:6.1%} "
            f"of {head.held_out} held out"
            if head.held_out
            else "nothing held out to measure by"
        )
        terminal.say(
            f"  {title:<14} {head.labels:>6,} labels  {shares}"
            + (f"  (as it was: {head.reason})" if head.reason else "")
        )
    for sentence in record.skipped:
        terminal.say(f"  {sentence}")


def _tell_history(terminal: Terminal, project: Project, history: TeachHistory, waiting: int) -> None:
    terminal.result(
        {
            "model": history.parent,
            "in_force": history.model,
            "new_labels": waiting,
            "teachings": [_record(record) for record in history.records],
        }
    )
    terminal.say(f"{history.model} answers; {waiting:,} labels are new since the last teaching.")
    for record in history.records:
        verdict = (
            f"{record.before:.1%} → {record.after:.1%} of {record.held_out} held-out labels"
            if record.held_out
            else "not measured"
        )
        terminal.say(f"  t{record.number:<4} {record.state:<10} {record.photos:>6,} photos  {verdict}")
    if history.offered is not None:
        _tell_heads(terminal, project, history.offered)


def _record(record: TeachRecord) -> dict[str, Any]:
    import msgspec

    data: dict[str, Any] = msgspec.to_builtins(record)
    shares = {"before": record.before, "after": record.after} if record.held_out else {}
    return {**data, "held_out": record.held_out, "verdict": record.verdict, **shares}
