"""What an experiment asks its trained models about texture and shape, by a probe as the workspace runs it."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.data_list import photo_root, read_data_list_header, read_data_list_photos
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.imaging.decode import content_hash
from fashion_studio.jobs.specification import SPEC
from fashion_studio.probing.records import (
    ConflictSource,
    ConflictSpec,
    ProbePhoto,
    ProbeSpec,
    Subject,
    VariantKind,
)
from fashion_studio.services.experiment_data import cue_classes
from fashion_studio.services.experiment_figure import bias_figure
from fashion_studio.services.probing.freezing import freeze_probe
from fashion_studio.services.probing.run_files import ProbeRun
from fashion_studio.services.probing.running import run_probe_job

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.probing.scores import SubjectScores
    from fashion_studio.services.experiment_plans import Experiment, ExperimentChoice

__all__ = ["AskedModels", "ask_models"]

_FOLDER: Final = "probe"
_FIGURE: Final = "figure.svg"
_VARIANTS: Final = (
    VariantKind.ORIGINAL,
    VariantKind.GREY,
    VariantKind.STYLISED,
    VariantKind.SILHOUETTE,
    VariantKind.EDGES,
    VariantKind.TEXTURE,
)
_SIDE_PX: Final = 256
_PER_PAIR: Final = 20


@dataclass(frozen=True, slots=True)
class AskedModels:
    """What came out.

    Attributes:
        figures: variant to figures: "probe.original" and so on (top-1 accuracy of the category on that
            variant of the test photos), "probe.bias", "probe.hit_share".
        figure: the paper's figure as SVG; None where no model has a bias.
        note: Markdown for below the table.
    """

    figures: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    figure: Path | None = None
    note: str = ""


def ask_models(
    out: Path, experiment: Experiment, data: Path, runs: Mapping[str, Path], choice: ExperimentChoice
) -> AskedModels:
    """Asks the models of the finished runs; what was asked before is not asked again.

    Args:
        out: the experiment's folder; the probe's is in it.
        experiment: with a plan for the probe.
        data: the data list; its test photos are asked about.
        runs: variant to run folder.
        choice: style transfer, seed, device.

    Raises:
        UserError: nothing can be asked.
        EnvironmentProblem: the disk or the device.
    """
    if experiment.probe is None or not runs:
        return AskedModels()
    titles = {variant.name: variant.title for variant in experiment.variants}
    subjects = tuple(Subject(titles[name], str(run / "bundle")) for name, run in runs.items())
    spec = _spec(experiment, subjects, choice)
    folder = out / _FOLDER
    if not _is_same(folder, spec):
        shutil.rmtree(folder, ignore_errors=True)
        freeze_probe(folder, spec, _photos(data, experiment.probe.photos)).write(folder)
    run_probe_job(folder)
    run = ProbeRun(folder)
    scores = run.scores()
    figures = {name: _figures(score) for name, score in zip(runs, scores, strict=True)}
    drawn = bias_figure(scores)
    figure = None
    if drawn:
        figure = out / _FIGURE
        try:
            figure.write_text(drawn, encoding="utf-8")
        except OSError as error:
            raise EnvironmentProblem(
                f"The figure cannot be written: {error.strerror or error}.", "Free some space."
            ) from error
    return AskedModels(figures, figure, _note(run, scores))


def _spec(experiment: Experiment, subjects: tuple[Subject, ...], choice: ExperimentChoice) -> ProbeSpec:
    plan = experiment.probe
    count = 0 if plan is None else plan.conflicts
    return ProbeSpec(
        subjects=subjects,
        attribute=CATEGORY,
        variants=_VARIANTS,
        backdrops=(),
        conflict=ConflictSpec(
            ConflictSource.RENDERER, classes=cue_classes(), per_pair=_PER_PAIR, limit=count
        ),
        adain="" if choice.stylist is None else str(choice.stylist),
        styles="" if choice.styles is None else str(choice.styles),
        side_px=_SIDE_PX,
        picture_px=_SIDE_PX,
        seed=choice.seed + 1,
        device=choice.device,
    )


def _is_same(folder: Path, spec: ProbeSpec) -> bool:
    if not (folder / SPEC).is_file():
        return False
    try:
        return ProbeRun(folder).spec == spec
    except UserError:
        return False


def _photos(data: Path, most: int) -> list[ProbePhoto]:
    root = photo_root(data, read_data_list_header(data))
    found: list[ProbePhoto] = []
    for photo in read_data_list_photos(data):
        if photo.split != "test" or len(found) == most:
            continue
        path = root / photo.file
        truth = {name: values[0] for name in photo.labels if (values := photo.values(name))}
        found.append(ProbePhoto(content_hash(path), str(path.absolute()), 0, truth))
    return found


def _figures(score: SubjectScores) -> dict[str, float]:
    figures = {
        f"probe.{name}": own.accuracy
        for name, own in score.variants.get(CATEGORY, {}).items()
        if own.accuracy is not None
    }
    if score.bias is not None and score.bias.bias is not None and score.bias.hit_share is not None:
        figures |= {"probe.bias": score.bias.bias, "probe.hit_share": score.bias.hit_share}
    return figures


def _note(run: ProbeRun, scores: list[SubjectScores]) -> str:
    asked = (
        f"Asked about {len(run.results):,} test photos in {len(_VARIANTS)} variants and "
        f"{len(run.conflicts):,} renderings with the shape of one class in the cloth of another. "
        "Shape bias, with its 95 % bootstrap interval:"
    )
    lines = ["", asked, ""]
    for score in scores:
        bias = score.bias
        if bias is None or bias.bias is None:
            lines.append(f"- {score.name}: not defined, no decision hit a cue.")
        else:
            hits = f"{bias.shape_hits} by shape and {bias.texture_hits} by texture of {bias.n}"
            lines.append(f"- {score.name}: {bias.bias:.3f} ({bias.low:.3f} to {bias.high:.3f}), {hits}.")
    lines += [f"- {note}" for note in run.notes]
    return "\n".join([*lines, ""])
