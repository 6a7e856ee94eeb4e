"""Commands about projects: new, scan, info, export."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.exchange.report import ExportFormat

if TYPE_CHECKING:
    from fashion_studio.services.project import Project
    from fashion_studio.services.scanning import ScanReport

__all__ = ["JsonFlag", "ProjectArgument", "actor_name", "register", "scan_report", "scanned"]

ProjectArgument = Annotated[
    Path, typer.Argument(help="The project folder, NAME.fstudio.", show_default=False)
]
JsonFlag = Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(new)
    app.command()(scan)
    app.command()(info)
    app.command()(export)


def actor_name() -> str:
    """Who is written beside changes that come from the command line."""
    from fashion_studio.config.settings import load_settings

    return load_settings().settings.actor_name


def new(
    project: ProjectArgument,
    photos: Annotated[
        list[Path], typer.Option(help="A folder of photos, sub-folders too; may be given several times.")
    ],
    vocabulary: Annotated[str, typer.Option(help="What there is to say of a photo.")] = "studio",
    title: Annotated[str, typer.Option(help="Name for people; else the folder's.")] = "",
    as_json: JsonFlag = False,
) -> None:
    """Make a project from folders of photos, which stay where they are, and scan them."""
    from fashion_studio.config.resources import load_vocabulary
    from fashion_studio.services.opening import is_project
    from fashion_studio.services.project import PROJECT_SUFFIX, Project

    terminal = Terminal(as_json=as_json)
    words = load_vocabulary(vocabulary)
    folder = project.expanduser()
    folder = folder if is_project(folder) else folder.with_name(folder.name + PROJECT_SUFFIX)
    roots = [root.expanduser() for root in photos]
    with Project.create(folder, roots, words, actor=actor_name(), title=title or None) as made:
        report = scanned(made, terminal)
        _finish_scan(made, report, terminal)


def scan(
    project: ProjectArgument,
    add: Annotated[list[Path] | None, typer.Option(help="Take in another folder of photos.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """Find new, changed, moved and vanished photos of a project."""
    from fashion_studio.services.project import Project

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name()) as opened:
        for folder in add or []:
            opened.add_root(folder.expanduser())
        report = scanned(opened, terminal)
        _finish_scan(opened, report, terminal)


def info(project: ProjectArgument, as_json: JsonFlag = False) -> None:
    """Say what a project holds."""
    from fashion_studio.services.project import Project

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), read_only=True) as opened:
        data = _summary(opened)
    terminal.result(data)
    terminal.say(f"{data['title']} · {data['photos']:,} photos · vocabulary {data['vocabulary']}")
    terminal.say("Folders   " + ", ".join(root["folder"] for root in data["folders"]))
    for title, counts in (
        ("Status", data["statuses"]),
        ("Split", data["splits"]),
        ("Category", data["category"]),
    ):
        terminal.say(
            f"{title:<9} " + " · ".join(f"{name} {count:,}" for name, count in counts.items() if count)
        )
    terminal.say(
        f"Also      flagged {data['flagged']:,} · with prediction {data['predicted']:,} · "
        f"made by edits {data['edited']:,} · without landmarks {data['without_landmarks']:,} · "
        f"unreadable {len(data['unreadable']):,}"
    )


def export(
    project: ProjectArgument,
    kind: Annotated[ExportFormat, typer.Option("--format", help="Which file format.")],
    out: Annotated[Path, typer.Option(help="Folder to write to; for CSV also a file that ends in .csv.")],
    proposals: Annotated[
        bool, typer.Option("--proposals", help="Fill gaps with the model's proposals, marked as such.")
    ] = False,
    with_edited: WithEdited = False,
    status: WithStatus = None,
    split: InSplit = None,
    text: Text = "",
    flagged: Flagged = None,
    edited: Edited = None,
    person: ByPerson = None,
    model: ByModel = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the labels of a project, or of the photos that match, as COCO keypoints or CSV."""
    from fashion_studio.services.exporting import export_project
    from fashion_studio.services.project import Project

    terminal = Terminal(as_json=as_json)
    question = item_filter(
        text=text,
        statuses=status,
        splits=split,
        flagged=flagged,
        edited=edited,
        person=person,
        model=model,
    )
    with (
        Project.open(project.expanduser(), read_only=True) as opened,
        stoppable() as should_stop,
        terminal.progress("Exporting") as progress,
    ):
        report = export_project(
            opened,
            question,
            kind,
            out.expanduser(),
            include_proposals=proposals,
            include_derived=with_edited,
            on_progress=progress,
            should_stop=should_stop,
        )
    terminal.result(report.to_dict())
    terminal.say(f"{report.photos:,} photos, {report.labelled:,} of them labelled:")
    for path in report.files:
        terminal.say(f"  {path}")
    if report.losses:
        terminal.say("What this format does not carry:")
        for sentence in report.sentences():
            terminal.say(f"  {sentence}")


def scanned(project: Project, terminal: Terminal) -> ScanReport:
    """Scans with a bar; Ctrl-C keeps what was found."""
    with stoppable() as should_stop, terminal.progress("Scanning") as progress:
        return project.scan(
            on_progress=lambda now: progress(now.looked_at, now.total, now.current), should_stop=should_stop
        )


def scan_report(project: Project, report: ScanReport) -> dict[str, Any]:
    """A scan's result for machines."""
    return {
        "project": str(project.folder),
        "photos": project.count,
        "new": report.new,
        "changed": report.changed,
        "moved": report.moved,
        "vanished": report.vanished,
        "returned": report.returned,
        "duplicates": report.duplicates,
        "unchanged": report.unchanged,
        "unreadable": [{"file": str(path), "reason": reason} for path, reason in report.failed],
        "missing_folders": [str(folder) for folder in report.missing_roots],
    }


def _finish_scan(project: Project, report: ScanReport, terminal: Terminal) -> None:
    data = scan_report(project, report)
    terminal.result(data)
    counts = ("new", "changed", "moved", "vanished", "returned", "duplicates")
    found = [f"{data[name]:,} {name}" for name in counts if data[name]]
    terminal.say(f"{project.folder}: {project.count:,} photos" + (f" ({', '.join(found)})" if found else ""))
    for folder in report.missing_roots:
        terminal.note(f"The folder {folder} is not there.")
    for path, reason in report.failed:
        terminal.note(f"Skipped {path}: {reason}")
    if not project.count:
        raise typer.Exit(ExitCode.NOTHING)


def _summary(project: Project) -> dict[str, Any]:
    facets = project.facets()
    return {
        "project": str(project.folder),
        "title": project.title,
        "vocabulary": f"{project.vocabulary.name} {project.vocabulary.version}",
        "folders": [{"folder": str(root.folder), "exists": root.exists} for root in project.roots],
        "photos": project.count,
        "statuses": {status.value: count for status, count in facets.statuses.items()},
        "splits": {split.value: count for split, count in facets.splits.items()},
        "category": dict(facets.person.get("category", {})),
        "flagged": facets.flagged,
        "edited": facets.derived,
        "predicted": project.count - facets.model.get("category", {}).get("?unset", 0),
        "without_landmarks": facets.without_landmarks,
        "unreadable": [{"file": str(path), "reason": reason} for path, reason in project.failures()],
    }
