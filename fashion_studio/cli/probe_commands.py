"""`probe`: what models look at, by variants of photos, conflicting cues and other backgrounds."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from typer.core import TyperGroup

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.model_options import DeviceOption, chosen_model
from fashion_studio.cli.probe_options import (
    AdainOption,
    AttributeOption,
    CountOption,
    MattingOption,
    ModelsOption,
    OutOption,
    SeedOption,
    StylesOption,
    WeightsOption,
    cue_classes,
    probe_subjects,
    sized,
)
from fashion_studio.cli.project_commands import JsonFlag, actor_name
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.probing.records import (
    Backdrop,
    ConflictSource,
    ConflictSpec,
    ProbePhoto,
    ProbeSpec,
    VariantKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.jobs.background import Job
    from fashion_studio.jobs.worker import JobState
    from fashion_studio.probing.scores import BiasScore, SubjectScores
    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = ["register"]

_Source = Annotated[
    Path,
    typer.Argument(metavar="PROJECT|FOLDER", help="A project, or a folder of photos.", show_default=False),
]
_OBJECT = "object"


class _PhotosUnlessNamed(TyperGroup):
    """`probe FOLDER` is `probe photos FOLDER`."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        if args and args[0] not in self.commands and args[0] not in {"-h", "--help"}:
            args = ["photos", *args]
        return super().parse_args(ctx, args)


probe = typer.Typer(
    cls=_PhotosUnlessNamed,
    no_args_is_help=True,
    help="See what a model looks at: variants of photos, cue conflicts, other backgrounds.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.add_typer(probe, name="probe")


@probe.command()
def photos(
    source: _Source,
    out: OutOption = None,
    model: ModelsOption = None,
    weights: WeightsOption = None,
    variants: Annotated[
        str, typer.Option(help=f"Which, with commas between; of {', '.join(VariantKind)}.")
    ] = ",".join(VariantKind),
    backgrounds: Annotated[bool, typer.Option(help="Replace the backgrounds, too.")] = True,
    conflict: Annotated[
        ConflictSource | None, typer.Option(help="Make pictures with two cues, too, in this way.")
    ] = None,
    attribute: AttributeOption = CATEGORY,
    count: CountOption = 0,
    matting: MattingOption = "house",
    styles: StylesOption = None,
    adain: AdainOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Ask models about eight variants of each photo, and before other backgrounds.

    Leaves OUT/report with report.html and CSV; a project keeps it in its runs. The same call goes on.
    """
    spec = ProbeSpec(
        probe_subjects(model, weights),
        attribute,
        tuple(_variant(name) for name in variants.split(",") if name.strip()),
        tuple(Backdrop) if backgrounds else (),
        None if conflict is None else ConflictSpec(conflict, attribute),
        matting,
        seed=seed,
    )
    spec = sized(spec, styles, adain, chosen_model(device=device).device)
    _probe(source.expanduser(), out, spec, count, Terminal(as_json=as_json))


@probe.command()
def background(
    source: _Source,
    out: OutOption = None,
    model: ModelsOption = None,
    attribute: AttributeOption = CATEGORY,
    count: CountOption = 0,
    matting: MattingOption = "house",
    seed: SeedOption = 0,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Count the decisions that flip before another background: grey, black, white, another photo's."""
    spec = ProbeSpec(probe_subjects(model, None), attribute, (), matting=matting, seed=seed)
    spec = sized(spec, None, None, chosen_model(device=device).device)
    _probe(source.expanduser(), out, spec, count, Terminal(as_json=as_json))


@probe.command("conflict")
def conflict_command(
    source: Annotated[
        Path | None,
        typer.Argument(metavar="[PROJECT|FOLDER]", help="Photos to make it from; none for the renderer."),
    ] = None,
    out: OutOption = None,
    how: Annotated[
        ConflictSource | None, typer.Option(help="renderer, fabric (patches) or style (AdaIN).")
    ] = None,
    model: ModelsOption = None,
    attribute: AttributeOption = CATEGORY,
    classes: Annotated[
        list[str] | None,
        typer.Option(
            "--class",
            help="A class, and for the renderer its cues: NAME, or NAME:shape.ATTRIBUTE=VALUE,"
            "texture.ATTRIBUTE=VALUE; may be repeated.",
        ),
    ] = None,
    shape: Annotated[str, typer.Option(help="Attributes that are shape, with commas between.")] = CATEGORY,
    texture: Annotated[
        str, typer.Option(help="Attributes that are texture, with commas between.")
    ] = "fabric,pattern",
    per_pair: Annotated[int, typer.Option(min=1, help="Pictures per ordered pair of classes.")] = 4,
    limit: Annotated[int, typer.Option(min=0, help="Pictures at most; 0 for all.")] = 400,
    alpha: Annotated[float, typer.Option(min=0.0, max=1.0, help="Strength of the style.")] = 1.0,
    matting: MattingOption = "house",
    adain: AdainOption = None,
    seed: SeedOption = 0,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Make pictures with the shape of one class and the cloth of another, and score who decides by what.

    Leaves OUT/conflict with <shape>N-<texture>M.png, usable by others' code, and OUT/report.
    """
    way = how or (ConflictSource.RENDERER if source is None else ConflictSource.FABRIC)
    spec = ProbeSpec(
        probe_subjects(model, None),
        attribute,
        (),
        (),
        ConflictSpec(
            way,
            attribute,
            tuple(name.strip() for name in shape.split(",") if name.strip()),
            tuple(name.strip() for name in texture.split(",") if name.strip()),
            cue_classes(classes or []),
            per_pair,
            limit,
            alpha=alpha,
        ),
        matting,
        seed=seed,
    )
    spec = sized(spec, None, adain, chosen_model(device=device).device)
    _probe(None if source is None else source.expanduser(), out, spec, 0, Terminal(as_json=as_json))


@probe.command()
def score(
    paths: Annotated[
        list[Path], typer.Argument(metavar="CSV|FOLDER...", help="Decisions, or a set of pictures.")
    ],
    out: OutOption = None,
    model: ModelsOption = None,
    weights: WeightsOption = None,
    attribute: Annotated[
        str, typer.Option(help=f"What the classes are values of; {_OBJECT} for the published 16.")
    ] = "",
    limit: Annotated[int, typer.Option(min=0, help="Pictures at most; 0 for all.")] = 0,
    seed: SeedOption = 0,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Shape bias of decisions in the published raw-data layout, or of models on a folder of pictures.

    CSV: subj, session, trial, rt, object_response, category, condition, imagename. Pictures:
    <shape>N-<texture>M.png, sub-folders included; --model timm:resnet50 is asked by the mean of ImageNet's
    probabilities for 16 classes.
    """
    terminal = Terminal(as_json=as_json)
    folder = paths[0].expanduser()
    if model is None and out is None:
        _score_tables([path.expanduser() for path in paths], seed, terminal)
        return
    asks_imagenet = any(name.startswith("timm:") for name in model or ())
    decided = attribute or (_OBJECT if asks_imagenet else CATEGORY)
    conflict = ConflictSpec(ConflictSource.FOLDER, decided, limit=limit, folder=str(folder.absolute()))
    spec = ProbeSpec(probe_subjects(model, weights), decided, (), (), conflict, seed=seed)
    _probe(None, out, sized(spec, None, None, chosen_model(device=device).device), 0, terminal)


@probe.command()
def report(
    run: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a probe.")],
    out: OutOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Write the report of a probe again: HTML with its pictures, and CSV."""
    from fashion_studio.services.probing.report import write_report

    terminal = Terminal(as_json=as_json)
    written = write_report(run.expanduser(), out and out.expanduser())
    terminal.result(asdict(written))
    terminal.say(str(written.page))


@probe.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of a probe.")],
    second: Annotated[Path, typer.Argument(metavar="RUN", help="The folder of another one.")],
    out: OutOption = None,
    as_json: JsonFlag = False,
) -> None:
    """Lay two probes beside each other: the models of both, on what both were asked.

    With --out also comparison.html with pictures and comparison-*.csv.
    """
    from fashion_studio.services.probing.comparison import compare_probes
    from fashion_studio.services.probing.comparison_report import write_comparison
    from fashion_studio.services.probing.run_files import ProbeRun

    terminal = Terminal(as_json=as_json)
    found = compare_probes(ProbeRun(first.expanduser()), ProbeRun(second.expanduser()))
    written = None if out is None else write_comparison(found, out.expanduser().absolute())
    terminal.result(
        {
            "sentences": found.sentences,
            "scores": [asdict(each) for each in found.scores],
            "report": None if written is None else asdict(written),
        }
    )
    for sentence in found.sentences:
        terminal.note(sentence)
    for score in found.scores:
        _say_scores(score, found.runs[0].spec.attribute, terminal)
    if written is not None:
        terminal.say(f"The report is {written.page}")


@probe.command("run", hidden=True)
def run_command(run: Annotated[Path, typer.Option(help="Do the job in this run folder.")]) -> None:
    """Do the work of a probe that was frozen in a run folder."""
    from fashion_studio.services.probing.running import run_probe_job

    raise typer.Exit(run_probe_job(run))


def _probe(source: Path | None, out: Path | None, spec: ProbeSpec, count: int, terminal: Terminal) -> None:
    """Starts or continues the job, watches it, and prints what came out."""
    from fashion_studio.services.opening import is_project
    from fashion_studio.services.probing.following import start_or_continue
    from fashion_studio.services.probing.freezing import folder_photos, project_photos, start_probe
    from fashion_studio.services.project import Project

    found: Sequence[ProbePhoto] = ()
    if source is not None and is_project(source):
        with Project.open(source, actor=actor_name(), read_only=True) as project:
            if out is None:
                ids = [photo.item_id for photo in project_photos(project)]
                job = start_probe(project, spec, ids[: count or None])
                _watch(job, terminal)
                return
            found = project_photos(project)
    elif source is not None:
        found, failed = folder_photos(source)
        for sentence in failed:
            terminal.note(f"Skipped {sentence}.")
    if out is None:
        msg = "Name the folder for the results with --out."
        raise typer.BadParameter(msg)
    place = out.expanduser().absolute()
    spec = replace(spec, mattes=str(place / "mattes"))
    _watch(start_or_continue(place, spec, found[: count or None]), terminal)


def _watch(job: Job, terminal: Terminal) -> None:
    from fashion_studio.jobs.specification import JobExit
    from fashion_studio.jobs.worker import JobPhase
    from fashion_studio.services.probing.following import follow_probe
    from fashion_studio.services.probing.run_files import ProbeRun

    with stoppable() as should_stop, terminal.progress("Probing") as progress:

        def watch(state: JobState) -> None:
            progress(state.done, state.total or None, state.text)
            if should_stop():
                job.cancel()

        state = follow_probe(job, watch)
    if state.exit_code == JobExit.REFUSED:
        raise UserError(state.text)
    if state.phase is not JobPhase.DONE:
        raise EnvironmentProblem(state.text, f"The log is in {job.run_dir}.")
    _say_run(ProbeRun(job.run_dir), terminal)


def _say_run(run: ProbeRun, terminal: Terminal) -> None:
    from fashion_studio.services.probing.run_files import REPORT

    scores, page = run.scores(), run.run_dir / REPORT / "report.html"
    for note in run.subjects.values():
        if note.problem:
            terminal.note(f"{note.name} was not asked: {note.problem}")
    for sentence in run.notes:
        terminal.note(sentence)
    for each in run.skipped:
        terminal.note(f"Skipped {each.what}: {each.reason}")
    terminal.result(
        {
            "run": str(run.run_dir),
            "report": str(page),
            "photos": len(run.results),
            "pictures_with_two_cues": len(run.conflicts),
            "notes": run.notes,
            "skipped": [asdict(each) for each in run.skipped],
            "scores": [asdict(each) for each in scores],
        }
    )
    for each_score in scores:
        _say_scores(each_score, run.spec.attribute, terminal)
    terminal.say(f"The report is {page}")
    if not run.results and not run.conflicts:
        raise typer.Exit(ExitCode.NOTHING)


def _say_scores(scores: SubjectScores, attribute: str, terminal: Terminal) -> None:
    terminal.say(scores.name)
    if scores.bias is not None:
        terminal.say(f"  {_bias_line(scores.bias)}")
    for name, own in scores.variants.get(attribute, {}).items():
        right = "" if own.accuracy is None else f", right {own.accuracy:.1%} of {own.labelled:,}"
        if own.kept is not None:
            terminal.say(f"  {name}: {attribute} kept {own.kept:.1%} of {own.n:,}{right}")
    for name, flips in scores.flips.items():
        if flips.share is not None:
            terminal.say(f"  {name} flips with the background in {flips.share:.1%} of {flips.n:,} decisions")


def _score_tables(paths: list[Path], seed: int, terminal: Terminal) -> None:
    from fashion_studio.services.probing.scoring import score_raw_data

    found = score_raw_data(paths, seed=seed)
    if found.unread_count:
        terminal.note(f"{found.unread_count:,} rows could not be read: {'; '.join(found.unread[:3])}.")
    by_subject: Mapping[str, BiasScore] = found.by_subject
    terminal.result(
        {
            "subjects": {name: asdict(each) for name, each in by_subject.items()},
            "unread_rows": found.unread_count,
        }
    )
    for name, each in by_subject.items():
        terminal.say(f"{name}: {_bias_line(each)}")
    if not by_subject:
        raise typer.Exit(ExitCode.NOTHING)


def _bias_line(bias: BiasScore) -> str:
    if bias.bias is None or bias.low is None or bias.high is None or bias.hit_share is None:
        return f"shape bias undefined: none of {bias.n:,} decisions names a cue"
    dropped = f", {bias.dropped:,} with equal cues left out" if bias.dropped else ""
    return (
        f"shape bias {bias.bias:.4f} ({bias.low:.3f} to {bias.high:.3f}), {bias.n:,} decisions, "
        f"{bias.hit_share:.1%} hit a cue{dropped}"
    )


def _variant(name: str) -> VariantKind:
    try:
        return VariantKind(name.strip())
    except ValueError:
        msg = f"There is no variant “{name}”; there are {', '.join(VariantKind)}."
        raise typer.BadParameter(msg) from None
