"""A frozen run from its first photo to its model: `run_method` is what the command line and jobs call.

docs/training.md says what lies in the run folder and what is told. Free of Qt, of the database and of the
program's settings, so that a run folder can be trained on any machine.
"""

from __future__ import annotations

import json
import platform
import time
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import torch

from fashion_studio.domain.errors import UserError
from fashion_studio.imaging.matting import matting_named
from fashion_studio.learning.background_masks import MASKS, make_masks
from fashion_studio.learning.checkpoints import (
    FOLDER,
    LAST,
    load_weights,
    read_checkpoint,
    run_mark,
    save_weights,
    written_whole,
)
from fashion_studio.learning.finishing import BUNDLE, FinishedRun, finish_run, finished_run
from fashion_studio.learning.fitting import STATE, MethodModule, PhasePlace
from fashion_studio.learning.memory_guard import MemoryGuard
from fashion_studio.learning.method_network import StartedNetwork, start_network
from fashion_studio.learning.phase_fit import Placing, fit_phase, placing
from fashion_studio.learning.photo_batches import EpochOrder, photo_views
from fashion_studio.learning.run_data import count_labels
from fashion_studio.learning.run_folder import MIN_TRAIN, MIN_VAL, checked_photos
from fashion_studio.learning.run_tables import drop_later_rows
from fashion_studio.learning.run_watching import METRICS, Reporter
from fashion_studio.learning.schedules import set_trained_parts
from fashion_studio.learning.style.copies import COPIES, StylisedCopies
from fashion_studio.learning.style.run_copies import prepare_copies

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_folder import FrozenRun, Refusal
    from fashion_studio.learning.run_voice import RunVoice

__all__ = [
    "SHOWN_REFUSALS",
    "device_title",
    "note_environment",
    "run_method",
    "tell_refused",
    "usable_photos",
]

ENVIRONMENT: Final = "environment.json"
START: Final = "start.json"
_PACKAGES: Final = (
    "fashion-studio",
    "fashion-studio-train",
    "torch",
    "torchvision",
    "timm",
    "lightning",
    "numpy",
)
_MEGABYTE: Final = 1 << 20
SHOWN_REFUSALS: Final = 20


@dataclass(frozen=True, slots=True)
class _Start:
    """What a run begins or goes on with."""

    recipe: MethodRecipe
    network: StartedNetwork
    checkpoint: Path | None
    state: dict[str, Any] | None
    mark: str


def run_method(
    frozen: FrozenRun, voice: RunVoice, *, code: str = "", finish_only: bool = False
) -> FinishedRun:
    """Trains a frozen run to its end; goes on where an earlier call stopped.

    Args:
        frozen: the run folder.
        voice: whom to tell, and who may end it.
        code: commit of the program, for `environment.json`.
        finish_only: makes the model of the best epoch so far instead of training on.

    Raises:
        Cancelled: on request; the same call goes on.
        UserError: photos, weights or checkpoint cannot be used, or the loss is not finite any more.
        EnvironmentProblem: memory, disk or device.
    """
    done = finished_run(frozen.run_dir)
    if done is not None:
        voice.log("This run is finished already; its model is in its folder.")
        return done
    parameters = frozen.parameters
    if parameters.get("threads"):
        torch.set_num_threads(int(parameters["threads"]))
    place = placing(
        str(parameters["device"]),
        int(parameters["devices"]),
        int(parameters["nodes"]),
        frozen.recipe,
        parameters.get("loader_processes"),
    )
    note_environment(frozen.run_dir, place, code)
    photos, refused = usable_photos(frozen, voice)
    start = _start(frozen)
    _keep_small(start)
    splits = {
        split: [photo for photo in photos if photo.split == split] for split in ("train", "val", "test")
    }
    _tell_data(photos, refused, start.network.vocabulary, voice)
    if start.recipe.view.background != "raw":
        _take_backgrounds_away(frozen, start.recipe, photos, voice)
    steps = 1
    if not finish_only:
        prepare_copies(frozen, start.recipe, splits["train"], place.device, voice)
        steps = _train(frozen, start, splits, place, voice)
    if torch.distributed.is_initialized() and torch.distributed.get_rank() != 0:
        return FinishedRun(frozen.run_dir / BUNDLE, 0)  # the first process makes the model
    done = finish_run(frozen, start.recipe, start.network, splits, place, voice)
    voice.progress(steps, steps, f"The model of epoch {done.best_epoch} is ready")
    return done


def _take_backgrounds_away(
    frozen: FrozenRun, recipe: MethodRecipe, photos: Sequence[DataListPhoto], voice: RunVoice
) -> None:
    made = make_masks(
        photos,
        frozen.root,
        frozen.run_dir / MASKS,
        matting_named(recipe.view.matting),
        on_progress=lambda done, total: voice.progress(
            0, 0, f"Taking backgrounds away: {done:,} of {total:,}"
        ),
        should_stop=voice.should_stop,
    )
    if made:
        voice.log(f"Took the background of {made:,} photos away by {recipe.view.matting}.")


def usable_photos(frozen: FrozenRun, voice: RunVoice) -> tuple[list[DataListPhoto], list[Refusal]]:
    """Those that are there and unchanged.

    Raises:
        UserError: too few are left.
    """
    listed = list(frozen.photos())
    good, refused = checked_photos(
        listed,
        frozen.root,
        frozen.vocabulary,
        on_progress=lambda done, total: voice.progress(0, 0, f"Checking photos: {done:,} of {total:,}"),
        should_stop=voice.should_stop,
    )
    for entry in refused[:SHOWN_REFUSALS]:
        voice.log(f"Refused: {entry.file}: {entry.reason}.")
    left = {split: sum(photo.split == split for photo in good) for split in ("train", "val")}
    if not frozen.recipe.renders and (left["train"] < MIN_TRAIN or left["val"] < MIN_VAL):
        names = "; ".join(f"{entry.file}: {entry.reason}" for entry in refused[:3])
        msg = (
            f"Too few photos of this run are left: {left['train']} for training and {left['val']} for "
            f"validation of {len(listed)} in all ({names}). Put the photos back below {frozen.root}."
        )
        raise UserError(msg)
    return good, refused


def _start(frozen: FrozenRun) -> _Start:
    """The network as it starts, or as the checkpoint will fill it."""
    path = frozen.run_dir / FOLDER / LAST
    recipe, seed = frozen.recipe, int(frozen.parameters["seed"])
    goes_on = path.exists()
    # weights that a checkpoint replaces need not be fetched again
    built = _without_weights(recipe) if goes_on else recipe
    weights = None if goes_on else frozen.path("weights")
    network = start_network(built, frozen.vocabulary, weights=weights, base=frozen.path("base"), seed=seed)
    if goes_on:
        network = replace(network, parents=_read_parents(frozen.run_dir) or network.parents)
    else:
        text = json.dumps({"parents": dict(network.parents)}, indent=1)
        (frozen.run_dir / FOLDER).mkdir(exist_ok=True)
        (frozen.run_dir / FOLDER / START).write_text(text, encoding="utf-8")
    recipe = replace(recipe, view=network.view)
    vocabulary = network.vocabulary
    mark = run_mark(frozen.recipe, vocabulary, tuple(attribute.name for attribute in vocabulary.attributes))
    state = read_checkpoint(path, mark)[STATE] if goes_on else None
    return _Start(recipe, network, path if goes_on else None, state, mark)


def _without_weights(recipe: MethodRecipe) -> MethodRecipe:
    if recipe.backbone is not None:
        return replace(recipe, backbone=replace(recipe.backbone, weights="none"))
    if recipe.two_stream is not None:
        plan = recipe.two_stream
        texture, shape = replace(plan.texture, weights="none"), replace(plan.shape, weights="none")
        return replace(recipe, two_stream=replace(plan, texture=texture, shape=shape))
    return recipe


def _read_parents(run_dir: Path) -> dict[str, str]:
    try:
        return dict(json.loads((run_dir / FOLDER / START).read_text(encoding="utf-8"))["parents"])
    except (OSError, ValueError, KeyError):
        return {}


def _keep_small(start: _Start) -> None:
    """Refuses a network that cannot come below the recipe's file limit, before anything is trained."""
    limits = start.recipe.limits
    width = 2 if limits.storage == "float16" else 4
    size_mb = sum(value.numel() for value in start.network.network.parameters()) * width / _MEGABYTE
    if limits.max_file_mb and size_mb > limits.max_file_mb:
        msg = (
            f"The network's weights take {size_mb:.1f} MB as {limits.storage}, and the recipe “"
            f"{start.recipe.title}” allows {limits.max_file_mb:g} MB. Choose a smaller backbone."
        )
        raise UserError(msg)


def _train(
    frozen: FrozenRun,
    start: _Start,
    splits: dict[str, list[DataListPhoto]],
    place: Placing,
    voice: RunVoice,
) -> int:
    """Trains what is left of all phases; the number of steps that the whole run has."""
    recipe, vocabulary = start.recipe, start.network.vocabulary
    masks = frozen.run_dir / MASKS
    views = (
        photo_views(splits["train"], frozen.root, recipe, vocabulary, training=True, masks=masks),
        photo_views(splits["val"], frozen.root, recipe, vocabulary, training=False, masks=masks),
    )
    seed = int(frozen.parameters["seed"])
    order = EpochOrder(views[0], recipe.sampler, recipe.batch_size, seed, processes=place.processes)
    places = _places(recipe, len(order))
    steps = places[-1].first_step + places[-1].steps
    reporter = Reporter(
        voice,
        frozen.run_dir,
        epochs=recipe.epochs,
        steps=steps,
        training=splits["train"],
        validation=splits["val"],
    )
    _tell_run(frozen, start, splits, place, places, voice)
    guard = MemoryGuard(
        lambda photos, words: _tell_halved(voice, photos, words), may_split=place.processes == 1
    )
    network = start.network.network.to(memory_format=torch.channels_last)
    if start.state is not None:
        drop_later_rows(frozen.run_dir / METRICS, int(start.state["epoch"]))
    for phase in places:
        kept = frozen.run_dir / FOLDER / f"phase-{phase.number}.safetensors"
        if kept.exists():
            network.load_state_dict(load_weights(kept))
            continue
        module = MethodModule(network, recipe, phase, vocabulary, guard, mark=start.mark, seed=seed)
        _tell_phase(phase, module, voice)
        share = recipe.stylised_share(phase.phase)
        views[0].copies = StylisedCopies(frozen.run_dir / COPIES, recipe.stylising, share) if share else None
        here = start.state is not None and start.state["phase"] == phase.number
        fit_phase(
            module,
            views,
            place,
            order=order,
            reporter=reporter,
            checkpoint=start.checkpoint if here else None,
            is_last=phase is places[-1],
        )
        network.load_state_dict(module.kept.state_dict())
        save_weights(kept, network.state_dict())
    return steps


def _tell_phase(place: PhasePlace, module: MethodModule, voice: RunVoice) -> None:
    voice.tell(
        "phase",
        phase=place.phase.name,
        number=place.number,
        epoch=place.first_epoch + 1,
        epochs=place.phase.epochs,
        trained_parameters=module.trained_parameters,
    )


def _places(recipe: MethodRecipe, steps_per_epoch: int) -> list[PhasePlace]:
    places, epochs = [], 0
    for number, phase in enumerate(recipe.phases, start=1):
        places.append(PhasePlace(phase, number, epochs, epochs * steps_per_epoch, steps_per_epoch))
        epochs += phase.epochs
    return places


def _tell_halved(voice: RunVoice, photos: int, words: str) -> None:
    text = (
        f"The device's memory is full ({words}). The batch goes through it in parts of {photos} photo"
        f"{'' if photos == 1 else 's'} from now on, and their gradients are added up."
    )
    voice.notice("warning", "out_of_memory", text, batch_size=photos)


def _tell_data(
    photos: list[DataListPhoto], refused: list[Refusal], vocabulary: Vocabulary, voice: RunVoice
) -> None:
    counts = count_labels(photos, vocabulary, [attribute.name for attribute in vocabulary.attributes])
    warnings = counts.warnings(vocabulary)
    voice.tell(
        "data",
        counts=counts.values,
        refused=len(refused),
        refused_files=[{"file": e.file, "reason": e.reason} for e in refused[:SHOWN_REFUSALS]],
        warnings=warnings,
    )
    for sentence in warnings:
        voice.notice("warning", "rare_class", sentence)
    tell_refused(refused, voice)


def tell_refused(refused: Sequence[Refusal], voice: RunVoice) -> None:
    """A notice where photos were refused."""
    if refused:
        text = f"{len(refused)} photo{'' if len(refused) == 1 else 's'} refused; the rest goes on."
        voice.notice("warning", "refused_photos", text)


def _tell_run(
    frozen: FrozenRun,
    start: _Start,
    splits: dict[str, list[DataListPhoto]],
    place: Placing,
    places: list[PhasePlace],
    voice: RunVoice,
) -> None:
    recipe, network = start.recipe, start.network.network
    loss = MethodModule.describe_loss(recipe, start.network.vocabulary)
    state = start.state or {"epoch": 0, "step": 0}
    voice.tell(
        "run",
        recipe=recipe.name,
        variant=recipe.variant,
        title=recipe.title,
        model_id=frozen.parameters["model_id"],
        seed=frozen.parameters["seed"],
        device=str(place.device),
        device_title=device_title(place.device),
        devices=place.processes // place.nodes,
        nodes=place.nodes,
        precision=place.precision,
        batch_size=recipe.batch_size,
        epochs=recipe.epochs,
        phases=[{"name": phase.name, "epochs": phase.epochs} for phase in recipe.phases],
        steps_per_epoch=places[0].steps_per_epoch,
        steps=places[-1].first_step + places[-1].steps,
        photos={split: len(part) for split, part in splits.items()},
        heads={a.name: list(a.value_names) for a in start.network.vocabulary.attributes},
        parameters=sum(value.numel() for value in network.parameters()),
        trained_parameters=set_trained_parts(network, recipe.phases[-1]),
        loss=loss,
        monitor=recipe.monitor,
        monitor_mode=recipe.monitor_mode,
        resumed=start.state is not None,
        epoch=int(state["epoch"]),
        step=int(state["step"]),
    )
    if place.changed:
        voice.notice("info", "precision", place.changed)
    if start.state is not None:
        text = f"Going on after epoch {int(state['epoch'])}, step {int(state['step'])}."
        voice.notice("info", "resumed", text)
    voice.log(f"“{recipe.title}” on {device_title(place.device)}, {place.precision}. {loss}")


def device_title(device: torch.device) -> str:
    """The device's name for people."""
    return torch.cuda.get_device_name(device) if device.type == "cuda" else device.type.upper()


def note_environment(run_dir: Path, place: Placing, code: str) -> None:
    """Adds this start to `environment.json`."""
    path = run_dir / ENVIRONMENT
    entries: list[dict[str, Any]] = []
    if path.exists():
        entries = json.loads(path.read_text(encoding="utf-8"))
    entries.append(
        {
            "started": time.strftime("%Y-%m-%dT%H:%M:%S%z"),
            "python": platform.python_version(),
            "system": platform.platform(),
            "machine": platform.machine(),
            "device": device_title(place.device),
            "threads": torch.get_num_threads(),
            "code": code,
        }
        | {name: found for name in _PACKAGES if (found := _version(name))}
    )
    text = json.dumps(entries, indent=1) + "\n"
    written_whole(path, lambda partial: partial.write_text(text, encoding="utf-8"), "The environment")


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return ""
