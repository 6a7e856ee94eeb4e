"""`evaluate amgan`: what a generator's edits are worth on rendered garments that nothing was trained on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from fashion_studio.cli.terminal import stoppable

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.cli.terminal import Terminal
    from fashion_studio.learning.amgan.pairs import VariantSet

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
        generator: its bundle's folder.
        judge: a model's folder that reads the edited attributes and had no part in the generator's training;
            None to train one first, on garments of its own.
        pretrained: ImageNet weights that the judge begins from.
        garments: how many are edited, in all their variants.
    """

    generator: Path
    judge: Path | None
    pretrained: Path | None
    garments: int
    device: str


def evaluate_editor(choice: EditorChoice, terminal: Terminal) -> None:
    """Measures and prints.

    Raises:
        CheckpointError: generator or judge cannot be used.
        UserError: the generator edits other attributes than renderings are made in.
        Cancelled: on request.
    """
    from fashion_studio.inference.device import choose_device
    from fashion_studio.learning.amgan.evaluating import editing_of, evaluate_edits, report_table
    from fashion_studio.learning.amgan.judging import train_judge
    from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, make_variants
    from fashion_studio.zoo.attribute_resnet import AttributeResnet
    from fashion_studio.zoo.bundle import load_bundle
    from fashion_studio.zoo.editor_bundle import load_generator

    device = choose_device(choice.device)
    generator, manifest = load_generator(choice.generator, str(device))
    edit = editing_of(generator)
    plan = PairPlan(manifest.config.size_px, manifest.margin)
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
        report = evaluate_edits(
            edit,
            AttributeResnet(judge, EDITED).to(device),
            rendered(REPORTED_SEED, choice.garments),
            on_progress=partial(progress, text="editing"),
            should_stop=should_stop,
        )
    terminal.say(report_table({manifest.model_id: report}))
    terminal.result(
        {
            "model": manifest.model_id,
            "judge": judge.manifest.model_id,
            "figures": dict(report.figures),
            "bounds": dict(report.bounds),
            "floor": dict(report.floor),
        }
    )
