"""The command import: labels from foreign files into a project, or a foreign data set as a data list."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.project_commands import JsonFlag, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.exchange.incoming import ImportFormat

if TYPE_CHECKING:
    from fashion_studio.exchange.incoming import Shortfall
    from fashion_studio.services.importing import ImportOutcome, ImportPlan, ImportRequest
    from fashion_studio.services.incoming_lists import ListOutcome

__all__ = ["register"]

_SHOWN = 12


_Kind = Annotated[ImportFormat, typer.Argument(metavar="FORMAT", help="Which file format.")]
_Place = Annotated[
    Path, typer.Argument(metavar="PATH", help="The file or folder with the labels.", show_default=False)
]
_IntoProject = Annotated[
    Path | None, typer.Option(help="Into this project (NAME.fstudio); its photos are found by name.")
]
_AsDataList = Annotated[
    Path | None, typer.Option(help="Instead: write a data list for training, in the format's own words.")
]
_Photos = Annotated[
    Path | None, typer.Option(help="Folder that the names of the photos start from; else it is found.")
]
_Replace = Annotated[
    bool, typer.Option("--replace", help="Where a person said otherwise, the file is right.")
]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and change nothing.")]
_Map = Annotated[
    Path | None, typer.Option("--map", help="Your own mapping of names, TOML; goes before the shipped one.")
]
_Columns = Annotated[
    list[str] | None, typer.Option(help="For CSV: OURS=THEIRS, such as file=path; may be repeated.")
]
_Encoding = Annotated[str, typer.Option(help="For CSV that is not UTF-8.")]
_ClassNames = Annotated[
    Path | None, typer.Option(help="For FASHION-HOW: TOML with the classes' names, one list a head.")
]
_Task = Annotated[
    int | None, typer.Option(min=1, max=2, help="For FASHION-HOW: the sub-task where a folder has both.")
]
_Attribute = Annotated[
    str, typer.Option(help="For a folder per class: what the folders' names are values of.")
]
_Attributes = Annotated[str, typer.Option(help="For data lists: only these attributes, with commas between.")]
_InVocabulary = Annotated[
    str, typer.Option(help="For data lists: in this vocabulary's words instead of the format's own.")
]
_Strict = Annotated[bool, typer.Option("--strict", help="Exit with 3 if anything could not be taken.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("import")(import_labels)


def import_labels(
    kind: _Kind,
    place: _Place,
    project: _IntoProject = None,
    as_data_list: _AsDataList = None,
    photos: _Photos = None,
    replace: _Replace = False,
    dry_run: _DryRun = False,
    map_file: _Map = None,
    column: _Columns = None,
    encoding: _Encoding = "",
    class_names: _ClassNames = None,
    task: _Task = None,
    attribute: _Attribute = "category",
    attributes: _Attributes = "",
    vocabulary: _InVocabulary = "",
    strict: _Strict = False,
    as_json: JsonFlag = False,
) -> None:
    """Take in labels from DeepFashion, FASHION-HOW, COCO, CSV or a folder per class.

    Only what nobody has labelled is filled; labels that contradict a person's are counted and listed. One
    undo takes the whole import back. Photos stay where they are: a project has to know them already.
    """
    from fashion_studio.exchange.incoming_sources import SourceOptions
    from fashion_studio.services.importing import ImportRequest

    if (project is None) == (as_data_list is None):
        msg = "Say where to: --project NAME.fstudio, or --as-data-list FILE.jsonl."
        raise typer.BadParameter(msg)
    options = SourceOptions(
        photos=_place(photos),
        task=task,
        class_names=_place(class_names),
        columns=_columns(column or []),
        encoding=encoding,
        attribute=attribute,
    )
    request = ImportRequest(kind, place.expanduser(), options, _place(map_file))
    terminal = Terminal(as_json=as_json)
    if as_data_list is not None:
        wanted = [name.strip() for name in attributes.split(",") if name.strip()]
        missing = _list(request, as_data_list.expanduser(), vocabulary, wanted, terminal)
    elif project is not None:
        missing = _project(request, project.expanduser(), terminal, replace=replace, dry_run=dry_run)
    if strict and missing:
        raise typer.Exit(ExitCode.INCOMPLETE)


def _project(
    request: ImportRequest, folder: Path, terminal: Terminal, *, replace: bool, dry_run: bool
) -> bool:
    """Returns whether something could not be taken."""
    from fashion_studio.services.importing import apply_import, plan_import
    from fashion_studio.services.project import Project

    with Project.open(folder, actor=actor_name(), read_only=dry_run) as opened:
        with stoppable() as should_stop, terminal.progress("Reading labels") as progress:
            plan = plan_import(opened, request, on_progress=progress, should_stop=should_stop)
        if dry_run:
            terminal.result(_plan_data(plan))
        else:
            outcome = apply_import(opened, plan, replace=replace)
            terminal.result(outcome.to_dict())
            _say_outcome(outcome, terminal)
    if dry_run:
        terminal.say(
            f"{plan.found:,} of {plan.records:,} photos are in the project: "
            f"{len(plan.open_facts):,} labels to fill, {plan.agreeing:,} agree, "
            f"{len(plan.other_facts):,} contradict. Nothing was changed."
        )
    _say_conflicts(plan, terminal)
    _say_shortfalls(plan.shortfalls, plan.unmapped, terminal)
    if not plan.found:
        raise typer.Exit(ExitCode.NOTHING)
    return bool(plan.shortfalls)


def _list(
    request: ImportRequest, out: Path, vocabulary: str, attributes: list[str], terminal: Terminal
) -> bool:
    """Returns whether something could not be taken."""
    from fashion_studio.config.resources import DEFAULT_VOCABULARY, load_vocabulary
    from fashion_studio.services.incoming_lists import write_incoming_list

    with stoppable() as should_stop, terminal.progress("Reading labels") as progress:
        outcome = write_incoming_list(
            request,
            out,
            load_vocabulary(vocabulary or DEFAULT_VOCABULARY),
            translate=bool(vocabulary),
            attributes=attributes or None,
            on_progress=progress,
            should_stop=should_stop,
        )
    terminal.result(outcome.to_dict())
    _say_list(outcome, terminal)
    _say_shortfalls(outcome.shortfalls, outcome.unmapped, terminal)
    return bool(outcome.shortfalls)


def _say_outcome(outcome: ImportOutcome, terminal: Terminal) -> None:
    plan = outcome.plan
    terminal.say(
        f"{outcome.labels:,} labels from {plan.title} on {len(outcome.changes.item_ids):,} photos; "
        f"{plan.found:,} of {plan.records:,} named photos are in the project, "
        f"{plan.agreeing:,} labels agreed."
    )
    if plan.other_facts and not outcome.replaced:
        terminal.say(
            f"{len(plan.other_facts):,} labels contradict what a person said and were left alone; "
            "--replace takes them."
        )


def _say_list(outcome: ListOutcome, terminal: Terminal) -> None:
    parts = ", ".join(f"{count:,} {part}" for part, count in outcome.splits.items())
    terminal.say(f"{outcome.photos:,} photos ({parts}) from {outcome.source}:")
    terminal.say(f"  {outcome.path}")
    heads = ", ".join(f"{each.name} {len(each.values):,}" for each in outcome.vocabulary.attributes)
    terminal.say(f"Values by attribute: {heads}")


def _say_conflicts(plan: ImportPlan, terminal: Terminal) -> None:
    for each in plan.conflicts[:_SHOWN]:
        terminal.say(f"  {each.file}: {each.field} is {each.mine}, the file says {each.theirs}")
    if len(plan.other_facts) > _SHOWN:
        terminal.say(f"  … and {len(plan.other_facts) - _SHOWN:,} more (the first thousand with --json)")


def _say_shortfalls(
    shortfalls: tuple[Shortfall, ...], unmapped: list[tuple[str, str, int]], terminal: Terminal
) -> None:
    if shortfalls:
        terminal.say("What could not be taken:")
    for each in shortfalls:
        example = f" (such as {each.examples[0]})" if each.examples else ""
        terminal.say(f"  {each.sentence}{example}")
    for name, value, count in unmapped[:_SHOWN]:
        terminal.say(f"    {count:,} × {name}: {value}")
    if len(unmapped) > _SHOWN:
        terminal.say(f"    … and {len(unmapped) - _SHOWN:,} more values without a counterpart")


def _plan_data(plan: ImportPlan) -> dict[str, object]:
    from fashion_studio.services.importing import shortfall_data

    return {
        "source": plan.title,
        "records": plan.records,
        "photos_found": plan.found,
        "labels_to_fill": len(plan.open_facts),
        "labels_agreeing": plan.agreeing,
        "conflicts": len(plan.other_facts),
        **shortfall_data(plan.shortfalls, plan.unmapped),
    }


def _place(path: Path | None) -> Path | None:
    return None if path is None else path.expanduser()


def _columns(pairs: list[str]) -> dict[str, str]:
    columns = {}
    for pair in pairs:
        ours, equals, theirs = pair.partition("=")
        if not (ours and equals and theirs):
            msg = f"--column takes OURS=THEIRS, not “{pair}”."
            raise typer.BadParameter(msg)
        columns[ours.strip()] = theirs.strip()
    return columns
