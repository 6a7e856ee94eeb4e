"""After the last epoch: the best one's weights become a bundle, calibrated and measured as it is saved.

Temperatures and thresholds are fitted on validation photos; the test photos are looked at once, after that.
"""

from __future__ import annotations

import json
import shutil
import time
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.background_masks import MASKS
from fashion_studio.learning.carding import card_text
from fashion_studio.learning.checkpoints import BEST, FOLDER, load_weights, written_whole
from fashion_studio.learning.fitting import measured
from fashion_studio.learning.keeping import read_best
from fashion_studio.learning.memory_guard import MemoryGuard
from fashion_studio.learning.photo_batches import photo_views, plain_loader
from fashion_studio.learning.run_tables import all_short, figures_of, short
from fashion_studio.learning.scores import AnswerBook, score
from fashion_studio.learning.temperature import fit_calibration
from fashion_studio.learning.views import preprocessing_of
from fashion_studio.zoo.bundle import BundleManifest, Calibration, load_bundle, save_bundle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.keeping import BestNote
    from fashion_studio.learning.method_network import StartedNetwork
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.phase_fit import Placing
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.learning.run_voice import RunVoice
    from fashion_studio.learning.temperature import TemperatureEffect
    from fashion_studio.zoo.bundle import Bundle

__all__ = ["BUNDLE", "CARD", "REPORT", "FinishedRun", "finish_run", "finished_run"]

BUNDLE: Final = "bundle"
REPORT: Final = "report.json"
CARD: Final = "CARD.md"
LICENCE: Final = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class FinishedRun:
    """What a finished run leaves.

    Attributes:
        figures: of the test photos, or of the validation photos where the list has none for testing.
    """

    bundle: Path
    best_epoch: int
    figures: Mapping[str, float] = field(default_factory=dict)


def finished_run(run_dir: Path) -> FinishedRun | None:
    """The result of a run that has ended; None while it has not."""
    if not (run_dir / BUNDLE / "bundle.json").is_file():
        return None
    try:
        report = json.loads((run_dir / REPORT).read_text(encoding="utf-8"))
        last = report["splits"].get("test") or report["splits"]["val"]
        return FinishedRun(run_dir / BUNDLE, int(report["best_epoch"]), last["figures"])
    except (OSError, ValueError, KeyError):
        return None


def finish_run(
    frozen: FrozenRun,
    recipe: MethodRecipe,
    started: StartedNetwork,
    splits: Mapping[str, Sequence[DataListPhoto]],
    place: Placing,
    voice: RunVoice,
) -> FinishedRun:
    """Saves, calibrates, measures and describes the best epoch's network.

    Args:
        frozen: the run.
        recipe: as it was trained, with the base model's input.
        started: the network; it is filled with the best epoch's weights.
        splits: photos for "val" and "test".
        place: where to compute.
        voice: whom to tell.

    Raises:
        UserError: no epoch was measured yet.
        CheckpointError: the saved file is over the recipe's limit, or not finite.
        EnvironmentProblem: the disk does not take it.
    """
    began = time.monotonic()
    best = read_best(frozen.run_dir)
    if best is None:
        msg = "No epoch of this run was finished yet, so there is no model to make. Let it train on."
        raise UserError(msg)
    voice.progress(0, 0, "Saving and measuring the best epoch")
    started.network.load_state_dict(load_weights(frozen.run_dir / FOLDER / BEST))
    folder = frozen.run_dir / f"{BUNDLE}.part"
    shutil.rmtree(folder, ignore_errors=True)
    manifest = _manifest(frozen, recipe, started)
    limits = recipe.limits
    save_bundle(folder, started.network, manifest, storage=limits.storage, max_file_mb=limits.max_file_mb)
    saved = load_bundle(folder, str(place.device))
    books = {
        split: _answers(frozen, recipe, saved, splits[split], place, voice)
        for split in ("val", "test")
        if splits[split]
    }
    calibration, effects = fit_calibration(books["val"], saved.vocabulary)
    before = _measure_base(frozen, recipe, splits, place, voice)
    if before is not None:  # what the new photos are too few to fit stays as the base model had it
        calibration = Calibration(
            dict(before.calibration.temperatures) | dict(calibration.temperatures),
            dict(before.calibration.thresholds) | dict(calibration.thresholds),
        )
    _tell_calibration(effects, voice)
    report = _report(recipe, best, effects, before)
    for split, book in books.items():
        report["splits"][split] = _told(split, figures_of(score(book, saved.vocabulary, calibration)), voice)
    figures = {
        f"{split}.{name}": value
        for split, plain in report["splits"].items()
        for name, value in plain["figures"].items()
    }
    manifest = replace(manifest, calibration=calibration, figures=figures)
    manifest = save_bundle(
        folder, started.network, manifest, storage=limits.storage, max_file_mb=limits.max_file_mb
    )
    report["bundle_bytes"] = manifest.weights_bytes
    _put_in_place(frozen, recipe, manifest, report, folder)
    last = report["splits"].get("test") or report["splits"]["val"]
    voice.tell(
        "finished",
        bundle=BUNDLE,
        bytes=manifest.weights_bytes,
        best_epoch=best.epoch,
        seconds=round(time.monotonic() - began, 1),
        figures=last["figures"],
    )
    voice.log(f"The model of epoch {best.epoch} is in {frozen.run_dir / BUNDLE}.")
    return FinishedRun(frozen.run_dir / BUNDLE, best.epoch, last["figures"])


def _report(
    recipe: MethodRecipe,
    best: BestNote,
    effects: Mapping[str, TemperatureEffect],
    before: _Before | None,
) -> dict[str, Any]:
    report: dict[str, Any] = {
        "best_epoch": best.epoch,
        "monitor": {"name": recipe.monitor, "value": short(best.value)},
        "splits": {},
        "calibration": {name: asdict(effect) for name, effect in effects.items()},
    }
    if before is not None:
        report["base"] = {"model_id": before.model_id, "splits": before.figures}
    return report


def _told(split: str, plain: dict[str, Any], voice: RunVoice) -> dict[str, Any]:
    voice.tell(
        "evaluation",
        split=split,
        photos=plain["photos"],
        figures=plain["figures"],
        baseline=plain["baseline"],
    )
    return plain


def _put_in_place(
    frozen: FrozenRun, recipe: MethodRecipe, manifest: BundleManifest, report: Mapping[str, Any], folder: Path
) -> None:
    card = card_text(frozen, recipe, manifest, report)
    (folder / CARD).write_text(card, encoding="utf-8")
    written_whole(frozen.run_dir / CARD, lambda path: path.write_text(card, encoding="utf-8"), "The card")
    text = json.dumps(report, indent=1, ensure_ascii=False)
    written_whole(frozen.run_dir / REPORT, lambda path: path.write_text(text, encoding="utf-8"), "The report")
    target = frozen.run_dir / BUNDLE
    shutil.rmtree(target, ignore_errors=True)
    folder.rename(target)


def _manifest(frozen: FrozenRun, recipe: MethodRecipe, started: StartedNetwork) -> BundleManifest:
    counts = frozen.parameters.get("photos", {})
    what = frozen.header.title or Path(str(frozen.parameters.get("data_source", "data.jsonl"))).name
    return BundleManifest(
        model_id=str(frozen.parameters["model_id"]),
        architecture=started.architecture,
        config=started.config,
        vocabulary=dict(started.vocabulary.source),
        preprocessing=preprocessing_of(recipe.view),
        calibration=Calibration(),
        licence=LICENCE,
        sources=(
            f"{counts.get('train', 0)} photos of {what}",
            f"recipe {recipe.name} {recipe.variant}".strip(),
        ),
        parents=started.parents,
    )


def _answers(
    frozen: FrozenRun,
    recipe: MethodRecipe,
    saved: Bundle,
    photos: Sequence[DataListPhoto],
    place: Placing,
    voice: RunVoice,
) -> AnswerBook:
    """The saved network's answers, in 32-bit precision as in prediction."""
    views = photo_views(
        photos, frozen.root, recipe, saved.vocabulary, training=False, masks=frozen.run_dir / MASKS
    )
    book, guard = AnswerBook(recipe.view.side_px), MemoryGuard(lambda *_: None)
    network = saved.network.to(memory_format=torch.channels_last)
    preprocessing = preprocessing_of(recipe.view)
    for batch in plain_loader(views, recipe.batch_size, place.loaders):
        voice.should_stop()  # lets a paused run rest here too; a few minutes at most are left to do
        measured(network, batch.to(place.device), book, preprocessing, guard)
    return book


@dataclass(frozen=True, slots=True)
class _Before:
    model_id: str
    calibration: Calibration
    figures: dict[str, dict[str, float]]


def _measure_base(
    frozen: FrozenRun,
    recipe: MethodRecipe,
    splits: Mapping[str, Sequence[DataListPhoto]],
    place: Placing,
    voice: RunVoice,
) -> _Before | None:
    """The base model's figures on the same photos, to see what the training brought; None without a base."""
    folder = frozen.path("base")
    if folder is None:
        return None
    base = load_bundle(folder, str(place.device))
    manifest, found = base.manifest, {}
    for split in ("val", "test"):
        if splits[split]:
            book = _answers(frozen, recipe, base, splits[split], place, voice)
            found[split] = all_short(score(book, base.vocabulary, manifest.calibration).figures)
            voice.tell("base_evaluation", split=split, model_id=manifest.model_id, figures=found[split])
    return _Before(manifest.model_id, manifest.calibration, found)


def _tell_calibration(effects: Mapping[str, TemperatureEffect], voice: RunVoice) -> None:
    voice.tell(
        "calibration",
        temperatures={name: effect.temperature for name, effect in effects.items()},
        ece_before=all_short({name: effect.ece_before for name, effect in effects.items()}),
        ece_after=all_short({name: effect.ece_after for name, effect in effects.items()}),
    )
