"""`evaluate amgan`: what a generator's edits are worth on rendered garments that nothing was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from fashion_studio.cli.terminal import stoppable
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.cli.terminal import Terminal
    from fashion_studio.learning.amgan.evaluating import Editing
    from fashion_studio.learning.amgan.pairs import PairPlan, VariantSet

__all__ = ["EditorChoice", "evaluate_editor"]

JUDGE_SEED: Final = 40_000_000
"""First seed of the garments that the judge learns from."""

REPORTED_SEED: Final = 7_000_000
"""First seed of the garments that edits are measured on."""

JUDGE_GARMENTS: Final = 800


@dataclass(frozen=True, slots=True)
class EditorChoice:
    """What is asked for.

    Attributes:
        generators: folders of their bundles, all for pictures of one size; one table compares them.
        judge: a model's folder that reads the edited attributes and had no part in the generator's training;
            None to train one first, on garments of its own.
        pretrained: ImageNet weights that the judge begins from.
        inception: weights of Inception-v3 for FID and KID by torch-fidelity; None leaves both out.
        garments: how many are edited, in all their variants.
    """

    generators: tuple[Path, ...]
    judge: Path | None
    pretrained: Path | None
    inception: Path | None
    garments: int
    device: str


def evaluate_editor(choice: EditorChoice, terminal: Terminal) -> None:
    """Measures and prints.

    Raises:
        CheckpointError: generator, judge or Inception weights cannot be used.
        EnvironmentProblem: FID is asked for, and torch-fidelity is not installed.
        UserError: a generator edits other attributes than renderings are made in, or another size.
        Cancelled: on request.
    """
    from fashion_studio.inference.device import AUTO, choose_device
    from fashion_studio.learning.amgan.evaluating import evaluate_edits, report_table
    from fashion_studio.learning.amgan.inception_distance import InceptionDistance
    from fashion_studio.learning.amgan.judging import train_judge
    from fashion_studio.learning.amgan.pairs import EDITED, make_variants
    from fashion_studio.zoo.attribute_resnet import AttributeResnet
    from fashion_studio.zoo.bundle import load_bundle

    device = choose_device(choice.device or AUTO)
    edits, plan = _loaded(choice.generators, str(device))
    distance = None if choice.inception is None else InceptionDistance(choice.inception, device)
    with stoppable() as should_stop, terminal.progress("Evaluating") as progress:

        def rendered(first: int, count: int) -> VariantSet:
            told = partial(progress, text="rendering")
            return make_variants(range(first, first + count), plan, should_stop=should_stop, on_progress=told)

        if choice.judge is None:
            terminal.note(
                "Training the judge first, on garments of its own; --judge takes one that is there."
            )
            judge = train_judge(
                rendered(JUDGE_SEED, JUDGE_GARMENTS),
                pretrained=choice.pretrained,
                on_progress=partial(progress, text="judge"),
                should_stop=should_stop,
            )
        else:
            judge = load_bundle(choice.judge)
        reader = AttributeResnet(judge, EDITED).to(device)
        variants = rendered(REPORTED_SEED, choice.garments)
        reports = {
            name: evaluate_edits(
                edit,
                reader,
                variants,
                distance=distance,
                on_progress=partial(progress, text=name),
                should_stop=should_stop,
            )
            for name, edit in edits.items()
        }
    terminal.say(report_table(reports))
    terminal.result(
        {
            "judge": judge.manifest.model_id,
            "generators": {name: dict(report.figures) for name, report in reports.items()},
            "bounds": dict(next(iter(reports.values())).bounds),
            "floor": dict(next(iter(reports.values())).floor),
        }
    )


def _loaded(folders: tuple[Path, ...], device: str) -> tuple[dict[str, Editing], PairPlan]:
    """Every generator's edits by its name, and the squares they all work on."""
    from fashion_studio.learning.amgan.evaluating import editing_of
    from fashion_studio.learning.amgan.pairs import PairPlan
    from fashion_studio.zoo.editor_bundle import load_generator

    loaded = [load_generator(folder, device) for folder in folders]
    plans = {PairPlan(manifest.config.size_px, manifest.margin) for _, manifest in loaded}
    if len(plans) > 1:
        msg = "The generators work on pictures of different sizes; compare those of one size."
        raise UserError(msg)
    return {manifest.model_id: editing_of(generator) for generator, manifest in loaded}, plans.pop()
