"""A whole training as one resumable run: `run_training(spec)` is what the command line and jobs call.

Free of Qt and of the program's settings: everything comes with the `TrainSpec`, which is kept as JSON in the
run folder beside the environment, `events.jsonl`, the metrics of every round, and the weights.
"""

from __future__ import annotations

import hashlib
import json
import platform
import time
from dataclasses import dataclass, field, replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np
import torch
from safetensors.torch import load_file

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.balancing import balance_heads
from fashion_studio.learning.calibration import calibrate
from fashion_studio.learning.closing import close_heads
from fashion_studio.learning.context import RunContext
from fashion_studio.learning.eye_labels import read_eye_labels
from fashion_studio.learning.labels import Labels
from fashion_studio.learning.material import closing_sets, prepare, with_eye_labels
from fashion_studio.learning.measuring import answer, measure
from fashion_studio.learning.pseudo_labels import pseudo_labelled
from fashion_studio.learning.recipe import Recipe, recipe_from_mapping
from fashion_studio.learning.rounds import train_round
from fashion_studio.learning.style.house_copies import with_copies
from fashion_studio.learning.style.plan import shares_in_words
from fashion_studio.rendering.spec import RENDERER_VERSION
from fashion_studio.zoo.bundle import BundleManifest, load_bundle, save_bundle
from fashion_studio.zoo.configuration import FusionLayer, StreamConfig, TwoStreamConfig, heads_of
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.pretrained import fetch_state, load_trunks, read_state
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fashion_studio.learning.eye_labels import EyeLabel
    from fashion_studio.learning.material import Material

__all__ = ["TrainSpec", "TrainingResult", "read_spec", "run_training"]

SPEC_NAME: Final = "spec.json"
LICENCE: Final = "Apache-2.0"


@dataclass(frozen=True, slots=True)
class TrainSpec:
    """Everything a run needs, as plain data (`msgspec.json` reads and writes it).

    Attributes:
        recipe: a recipe's TOML as a mapping.
        vocabulary: a vocabulary's TOML as a mapping.
        run_dir: folder of the run; a run that is started again in its folder goes on where it stopped.
        model_id: written into the bundle and every prediction.
        photos: folder with `photos.csv` and `images`, or None to train on renderings alone.
        pretrained: safetensors file with the backbones' ImageNet weights; "timm" fetches timm's own; None
            starts from random weights.
        base: folder of a bundle to go on from instead of `pretrained`; it must speak the same vocabulary.
        first_round: from 1; with a `base` that has the rounds before it behind it, where to go on.
        eye_labels: files of labels made by eye (`learning.eye_labels`) for some of the photos.
        adain, styles: folders with a style transfer's weights and with pictures of styles, for a recipe that
            stylises (`learning.style.plan`); without styles rendered cloth is taken.
        cache_dir: where decoded pictures are kept; None for the run folder.
        device: "auto", "cpu", "cuda" or "mps".
        threads: CPU threads; None for torch's own choice.
        loader_processes: processes that prepare views ahead; the result does not depend on it.
    """

    recipe: dict[str, Any]
    vocabulary: dict[str, Any]
    run_dir: str
    model_id: str = "house-1"
    photos: str | None = None
    pretrained: str | None = None
    cache_dir: str | None = None
    base: str | None = None
    first_round: int = 1
    eye_labels: tuple[str, ...] = ()
    adain: str | None = None
    styles: str | None = None
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    loader_processes: int = 0


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """What a finished run leaves: the bundle's folder and the figures on the sets it was chosen by."""

    bundle: Path
    figures: Mapping[str, float] = field(default_factory=dict)


def read_spec(run_dir: Path) -> TrainSpec:
    """The specification kept in a run folder.

    Raises:
        UserError: there is none, or it is damaged.
    """
    try:
        return msgspec.json.decode((run_dir / SPEC_NAME).read_bytes(), type=TrainSpec)
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{run_dir.name} is no training run: {error}."
        raise UserError(msg) from error


def run_training(
    spec: TrainSpec,
    on_event: Callable[[dict[str, Any]], None] = lambda _event: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> TrainingResult:
    """Trains by a recipe, calibrates, and saves a bundle in `run_dir/bundle`.

    Args:
        spec: see `TrainSpec`.
        on_event: called with each event as it is written to `events.jsonl`: a mapping with "event" (started,
            preparing, step, epoch, pseudo_labels, finished) and what belongs to it.
        should_stop: asked often; True leaves a checkpoint that the same call resumes from.

    Raises:
        Cancelled: on request.
        UserError: the recipe, vocabulary, photos or weights cannot be used.
    """
    recipe = recipe_from_mapping(spec.recipe)
    run_dir = Path(spec.run_dir)
    run_dir.mkdir(parents=True, exist_ok=True)
    if spec.threads:
        torch.set_num_threads(spec.threads)
    context = RunContext(
        recipe=recipe,
        vocabulary=Vocabulary.from_mapping(spec.vocabulary),
        run_dir=run_dir,
        seed=spec.seed,
        device=spec.device,
        emit=_emitter(run_dir, on_event),
        should_stop=should_stop,
        loader_processes=spec.loader_processes,
    )
    _describe_run(spec, context)
    torch.manual_seed(spec.seed)
    network = TwoStream(_architecture(recipe, context.vocabulary))
    parents = _start(network, spec.pretrained) if spec.base is None else _go_on(network, Path(spec.base))
    material = prepare(
        recipe,
        context.vocabulary,
        photos=None if spec.photos is None else Path(spec.photos),
        cache=Path(spec.cache_dir or run_dir / "cache"),
        should_stop=should_stop,
        on_progress=lambda what, done, count: _report_preparing(context, what, done, count),
        with_hashes=bool(spec.eye_labels),
    )
    eye = read_eye_labels([Path(path) for path in spec.eye_labels], context.vocabulary)
    material = _with_copies(material, eye, context, spec)
    for number in range(spec.first_round - 1, len(recipe.rounds)):
        weights = run_dir / f"round-{number + 1}" / "averaged.safetensors"
        if not weights.exists():
            shown = _with_pseudo_labels(network, number, material, context)
            train_round(network, number, with_eye_labels(shown, eye, context.vocabulary), context)
        network.load_state_dict(load_file(weights))
    if recipe.closing.count:
        _close(network, with_eye_labels(material, eye, context.vocabulary), context, spec)
    return _finish(network, material, context, spec, parents)


def _emitter(run_dir: Path, on_event: Callable[[dict[str, Any]], None]) -> Callable[[dict[str, Any]], None]:
    def emit(event: dict[str, Any]) -> None:
        event = {"time": round(time.time(), 3)} | event
        with (run_dir / "events.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(event) + "\n")
        on_event(event)

    return emit


def _report_preparing(context: RunContext, what: str, done: int, count: int) -> None:
    if done == count or done % 100 == 0:
        context.emit({"event": "preparing", "what": what, "done": done, "count": count})


def _describe_run(spec: TrainSpec, context: RunContext) -> None:
    run_dir = context.run_dir
    (run_dir / SPEC_NAME).write_bytes(msgspec.json.format(msgspec.json.encode(spec), indent=1))
    packages = ("torch", "timm", "lightning", "torchmetrics", "numpy", "opencv-python-headless")
    environment = {
        "python": platform.python_version(),
        "machine": platform.machine(),
        "threads": torch.get_num_threads(),
        "renderer": RENDERER_VERSION,
    } | {name: version(name) for name in packages}
    (run_dir / "environment.json").write_text(json.dumps(environment, indent=1) + "\n", encoding="utf-8")
    context.emit(
        {"event": "started", "model_id": spec.model_id, "recipe": context.recipe.name, "seed": spec.seed}
    )


def _architecture(recipe: Recipe, vocabulary: Vocabulary) -> TwoStreamConfig:
    if recipe.architecture == "house":
        return TwoStreamConfig.house(vocabulary)
    return TwoStreamConfig(
        texture=StreamConfig("mobilenetv3_small_050", (4,)),
        shape=StreamConfig("mobilenetv3_small_050", (1, 2, 3, 4)),
        heads=heads_of(vocabulary),
        fusion=(FusionLayer(1, 128),),
        landmarks=len(vocabulary.landmarks),
        visibility_states=3,
        decoder="pyramid",
        decoder_width=24,
    )


def _start(network: TwoStream, pretrained: str | None) -> dict[str, str]:
    """Loads ImageNet weights into both streams; the hashes of what was loaded, by name."""
    if pretrained is None:
        return {}
    if pretrained == "timm":
        states = [fetch_state(stream.backbone) for stream in (network.config.texture, network.config.shape)]
        load_trunks(network, states[0], states[1])
        return {f"timm {network.config.texture.backbone}": "", f"timm {network.config.shape.backbone}": ""}
    path = Path(pretrained)
    state = read_state(path)
    load_trunks(network, state, state)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}


def _go_on(network: TwoStream, base: Path) -> dict[str, str]:
    """Loads a finished bundle's weights; its id and hash.

    Raises:
        UserError: no bundle, a damaged one, or one of another vocabulary or architecture.
    """
    bundle = load_bundle(base)
    if bundle.manifest.config != network.config:
        msg = (
            f"The model “{bundle.manifest.model_id}” has other heads or another architecture than this "
            "recipe trains; choose a base model of the same vocabulary."
        )
        raise UserError(msg)
    network.load_state_dict(bundle.network.state_dict())
    return {bundle.manifest.model_id: bundle.manifest.weights_sha256, **bundle.manifest.parents}


def _with_pseudo_labels(network: TwoStream, number: int, material: Material, context: RunContext) -> Material:
    rules = context.recipe.rounds[number].pseudo_labels
    if rules is None or material.photos is None:
        return material
    kept = context.run_dir / f"round-{number + 1}" / "pseudo"
    if (kept / "labels.npz").exists():  # a resumed round: its own first weights are not to be had again
        return replace(
            material,
            photos=replace(
                material.photos,
                labels=Labels.load(kept / "labels.npz"),
                masks=np.load(kept / "masks.npy", mmap_mode="r"),
            ),
        )
    photos, coverage = pseudo_labelled(
        network,
        material.photos,
        context.vocabulary,
        Preprocessing(context.recipe.input_px),
        rules,
        on_progress=lambda done, count: _report_preparing(context, "pseudo-labels", done, count),
    )
    kept.mkdir(parents=True, exist_ok=True)
    np.save(kept / "masks.npy", photos.masks)
    photos.labels.save(kept / "labels.npz")
    context.emit({"event": "pseudo_labels", "coverage": {name: round(v, 3) for name, v in coverage.items()}})
    return replace(material, photos=photos)


def _with_copies(
    material: Material, eye: Mapping[str, EyeLabel], context: RunContext, spec: TrainSpec
) -> Material:
    adain, styles = (None if each is None else Path(each) for each in (spec.adain, spec.styles))
    known = with_copies(
        with_eye_labels(material, eye, context.vocabulary),
        context,
        adain,
        styles,
        lambda done, count: _report_preparing(context, "stylised copies", done, count),
    )
    return replace(material, copies=known.copies)


def _close(network: TwoStream, material: Material, context: RunContext, spec: TrainSpec) -> None:
    recipe = context.recipe
    sets = closing_sets(
        recipe,
        context.vocabulary,
        material,
        cache=Path(spec.cache_dir or context.run_dir / "cache"),
        should_stop=context.should_stop,
        on_progress=lambda done, count: _report_preparing(context, "closing renderings", done, count),
    )
    preprocessing = Preprocessing(recipe.input_px)
    wanted = recipe.closing
    fitted = close_heads(
        network,
        sets,
        context.vocabulary,
        preprocessing,
        ridge=wanted.ridge,
        attributes=wanted.attributes,
    )
    context.emit({"event": "closed", "labels": fitted})


def _finish(
    network: TwoStream, material: Material, context: RunContext, spec: TrainSpec, parents: Mapping[str, str]
) -> TrainingResult:
    recipe, vocabulary = context.recipe, context.vocabulary
    preprocessing = Preprocessing(recipe.input_px)
    rendered = answer(network, material.choosing_renderings, preprocessing)
    if recipe.balance:
        chosen = balance_heads(
            network, rendered, material.choosing_renderings, material.renderings, vocabulary
        )
        context.emit({"event": "balanced", "strengths": chosen})
    pictured = None
    if material.choosing_photos is not None:
        pictured = (answer(network, material.choosing_photos, preprocessing), material.choosing_photos)
    calibration = calibrate(vocabulary, pictured, (rendered, material.choosing_renderings))
    figures = {
        f"choosing.renderings.{name}": value
        for name, value in measure(rendered, material.choosing_renderings, vocabulary, calibration).items()
    }
    if pictured:
        found = measure(*pictured, vocabulary, calibration)
        figures |= {
            f"choosing.photos.{name}": value for name, value in found.items() if name.startswith("category.")
        }
    sources = [f"renderings {recipe.renderings.count} (renderer {RENDERER_VERSION})"]
    if spec.photos is not None:
        sources.append("photos (class labels" + (", labels by eye)" if spec.eye_labels else ")"))
    if recipe.stylises:
        shares = [
            (f"round {number}", recipe.stylised_share(part)) for number, part in enumerate(recipe.rounds, 1)
        ]
        sources.append(shares_in_words(recipe.stylising, shares))
    manifest = BundleManifest(
        model_id=spec.model_id,
        architecture="two_stream",
        config=network.config,
        vocabulary=dict(vocabulary.source),
        preprocessing=preprocessing,
        calibration=calibration,
        licence=LICENCE,
        sources=tuple(sources),
        parents=parents,
        figures={name: round(value, 5) for name, value in figures.items()},
    )
    folder = Path(spec.run_dir) / "bundle"
    saved = save_bundle(folder, network, manifest)
    context.emit(
        {"event": "finished", "bundle_bytes": saved.weights_bytes, "figures": dict(manifest.figures)}
    )
    return TrainingResult(folder, manifest.figures)
