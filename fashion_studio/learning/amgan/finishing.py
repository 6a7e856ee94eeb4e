"""After the last step: the averaged generator becomes an editor's bundle with its card."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.learning.amgan.card import editor_card
from fashion_studio.learning.checkpoints import written_whole
from fashion_studio.learning.finishing import BUNDLE, CARD, LICENCE, REPORT, FinishedRun
from fashion_studio.learning.run_tables import all_short
from fashion_studio.zoo.editor_bundle import EDITOR_MANIFEST, EditorManifest, load_generator, save_generator

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.learning.amgan.material import GanMaterial
    from fashion_studio.learning.amgan.stepping import GanStepper
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["finish_editor", "finished_editor"]

_HELD: Final = "val"


def finished_editor(run_dir: Path) -> FinishedRun | None:
    """The result of a run that has ended; None while it has not."""
    if not (run_dir / BUNDLE / EDITOR_MANIFEST).is_file():
        return None
    try:
        report = json.loads((run_dir / REPORT).read_text(encoding="utf-8"))
        figures = report["splits"][_HELD]["figures"]
        return FinishedRun(run_dir / BUNDLE, int(report["best_epoch"]), figures)
    except (OSError, ValueError, KeyError):
        return None


def finish_editor(
    frozen: FrozenRun,
    stepper: GanStepper,
    measured: tuple[Mapping[str, float], Mapping[str, float]],
    material: GanMaterial,
    device: str,
    voice: RunVoice,
) -> FinishedRun:
    """Saves and describes the averaged generator.

    Args:
        frozen: the run.
        stepper: after its last step, or the last that is to count.
        measured: figures of the held-out pictures and their baseline.
        material: what was trained on.
        device: for reading the saved file back.
        voice: whom to tell.

    Raises:
        CheckpointError: the weights are not finite.
        EnvironmentProblem: the disk does not take it.
    """
    plan = stepper.objective.plan
    folder = frozen.run_dir / f"{BUNDLE}.part"
    shutil.rmtree(folder, ignore_errors=True)
    figures, baseline = all_short(measured[0]), all_short(measured[1])
    guide = stepper.objective.guide
    manifest = save_generator(
        folder,
        stepper.networks.kept,
        EditorManifest(
            model_id=str(frozen.parameters["model_id"]),
            config=stepper.networks.generator.config,
            licence=LICENCE,
            margin=plan.margin,
            sources=_sources(frozen, material),
            parents={} if guide is None else {f"guided by {guide.model_id}": ""},
            figures={f"{_HELD}.{name}": value for name, value in figures.items()},
        ),
    )
    load_generator(folder, device)  # what was written can be used
    epoch = -(-stepper.done // plan.steps_per_epoch)
    report: dict[str, Any] = {
        "best_epoch": epoch,
        "monitor": {"name": "mean.edit_accuracy", "value": figures.get("mean.edit_accuracy")},
        "splits": {
            _HELD: {
                "photos": len(material.held),
                "figures": figures,
                "baseline": baseline,
                "tables": {},
                "confusion": {},
            }
        },
        "references": dict(stepper.references),
        "calibration": {},
        "bundle_bytes": manifest.weights_bytes,
    }
    _put_in_place(frozen.run_dir, folder, editor_card(frozen, stepper, material, manifest, report), report)
    voice.tell("evaluation", split=_HELD, photos=len(material.held), figures=figures, baseline=baseline)
    voice.tell(
        "finished",
        bundle=BUNDLE,
        bytes=manifest.weights_bytes,
        best_epoch=epoch,
        seconds=0.0,
        figures=figures,
    )
    voice.log(f"The editor of step {stepper.done} is in {frozen.run_dir / BUNDLE}.")
    return FinishedRun(frozen.run_dir / BUNDLE, epoch, figures)


def _put_in_place(run_dir: Path, folder: Path, card: str, report: Mapping[str, Any]) -> None:
    (folder / CARD).write_text(card, encoding="utf-8")
    written_whole(run_dir / CARD, lambda path: path.write_text(card, encoding="utf-8"), "The card")
    text = json.dumps(report, indent=1, ensure_ascii=False)
    written_whole(run_dir / REPORT, lambda path: path.write_text(text, encoding="utf-8"), "The report")
    target = run_dir / BUNDLE
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)


def _sources(frozen: FrozenRun, material: GanMaterial) -> tuple[str, ...]:
    photos, renderings = material.counts(photos=True)["train"], material.counts(photos=False)["train"]
    what = frozen.header.title or Path(str(frozen.parameters.get("data_source", ""))).name
    found = [f"{photos} photos of {what}"] if photos else []
    found += [f"{renderings} renderings"] if renderings else []
    recipe = frozen.recipe
    return (*found, f"recipe {recipe.name} {recipe.variant}".strip())
