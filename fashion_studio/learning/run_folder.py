"""What a training run is made of, frozen in its folder before it starts. Free of torch, for the window too.

docs/training.md lists the files. Freezing copies the data list with hashes, the recipe as it will be used and
the weights it starts from, so that the folder alone says what was trained, here or on another machine.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    check_listed_photo,
    photo_root,
    read_data_list_header,
    read_data_list_photos,
    write_data_list,
)
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, LabelError, PhotoError, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.imaging.decode import content_hash, probe
from fashion_studio.learning.method_recipe import MethodRecipe, read_method_recipe, recipe_toml
from fashion_studio.learning.run_data import check_heads, count_labels, learnt_heads, refuse_unlearnable
from fashion_studio.learning.style.run_files import check_style_choice, copy_style_choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from fashion_studio.learning.run_data import DataCounts

__all__ = [
    "DATA",
    "RECIPE",
    "REFUSED",
    "FrozenRun",
    "Refusal",
    "TrainingChoice",
    "checked_photos",
    "divided",
    "freeze_run",
    "read_frozen",
    "read_plain_manifest",
    "with_epochs",
]

DATA: Final = "data.jsonl"
RECIPE: Final = "recipe.toml"
REFUSED: Final = "refused.jsonl"
BASE: Final = "base"
PHOTOS: Final = "photos"

MIN_TRAIN: Final = 8
MIN_VAL: Final = 2
_HASHERS: Final = 4
_AHEAD: Final = 64
_BUNDLE_FILES: Final = ("bundle.json", "model.safetensors")


@dataclass(frozen=True, slots=True)
class TrainingChoice:
    """What a person chooses for a training.

    Attributes:
        recipe: with variant and overrides applied.
        base: folder of a bundle that goes on learning; only for recipes with `[base]`.
        weights: safetensors file with ImageNet weights for a recipe's backbones, where there is no network.
        max_photos: of each split at most this many, chosen by hash; None for all.
        with_photos: copy the photos into the run folder.
        loader_processes: None leaves it to the device.
        matting: what cuts garments out for a recipe without background: "house" or a model of rembg.
        adain, styles: folders with a style transfer's weights and with pictures of styles, for a recipe that
            stylises; without styles rendered cloth is taken.
    """

    recipe: MethodRecipe
    model_id: str = "own-1"
    seed: int = 0
    device: str = "auto"
    devices: int = 1
    nodes: int = 1
    base: Path | None = None
    weights: Path | None = None
    max_photos: int | None = None
    with_photos: bool = False
    threads: int | None = None
    loader_processes: int | None = None
    matting: str = "house"
    adain: Path | None = None
    styles: Path | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A photo that takes no part, and why."""

    file: str
    reason: str


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """A run folder as it was frozen.

    Attributes:
        parameters: as in `spec.json`.
        root: folder that the photos' paths start from.
    """

    run_dir: Path
    recipe: MethodRecipe
    vocabulary: Vocabulary
    header: DataListHeader
    root: Path
    parameters: Mapping[str, Any]

    @property
    def heads(self) -> tuple[str, ...]:
        """The attributes that are learnt."""
        base = self.path("base")
        spoken = self.vocabulary
        if base is not None:
            spoken = Vocabulary.from_mapping(read_plain_manifest(base)["vocabulary"])
        return learnt_heads(self.recipe, spoken)

    def photos(self) -> Iterator[DataListPhoto]:
        """The frozen list."""
        return read_data_list_photos(self.run_dir / DATA)

    def path(self, name: Literal["base", "weights", "adain", "styles"]) -> Path | None:
        """Folder or file inside the run folder; None where the run has none."""
        given = self.parameters.get(name)
        return None if given is None else self.run_dir / str(given)


def with_epochs(recipe: MethodRecipe, epochs: int) -> MethodRecipe:
    """The recipe with another number of epochs, shared out among its phases as they were.

    Raises:
        UserError: fewer epochs than phases.
    """
    if epochs < len(recipe.phases):
        msg = f"The recipe “{recipe.title}” has {len(recipe.phases)} phases and needs an epoch for each."
        raise UserError(msg)
    left, total, phases = epochs, recipe.epochs, []
    for place, phase in enumerate(recipe.phases):
        to_come = len(recipe.phases) - place - 1
        share = left if not to_come else min(max(1, round(epochs * phase.epochs / total)), left - to_come)
        phases.append(replace(phase, epochs=share))
        left -= share
    return replace(recipe, phases=tuple(phases))


def freeze_run(
    run_dir: Path,
    data: Path,
    choice: TrainingChoice,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FrozenRun:
    """Writes everything but `spec.json` into a run folder.

    Args:
        run_dir: made here; must not be a run already.
        data: a data list.
        choice: what is to be trained and how.
        on_progress: photos read, photos in all.
        should_stop: asked often.

    Raises:
        UserError: the data cannot teach what the recipe learns, or the base does not fit; says what to do.
        EnvironmentProblem: the folder cannot be written.
        Cancelled: on request.
    """
    header = read_data_list_header(data)
    vocabulary = Vocabulary.from_mapping(header.vocabulary)
    recipe = choice.recipe
    base, heads = _checked_base(choice, vocabulary)
    check_style_choice(recipe, choice.adain, choice.styles)
    root = photo_root(data, header)
    listed = list(read_data_list_photos(data))
    useful = _chosen(listed, heads, choice)
    good, refused = checked_photos(useful, root, vocabulary, on_progress=on_progress, should_stop=should_stop)
    good = divided(good)
    counts = count_labels(good, vocabulary, heads)
    if not recipe.renders:
        _enough(counts, len(useful), len(listed), refused)
    refuse_unlearnable(counts, recipe, vocabulary)
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        kept = _copy_photos(good, root, run_dir) if choice.with_photos else root
        where = PHOTOS if choice.with_photos else str(kept)
        frozen = replace(header, root=where)
        write_data_list(run_dir / DATA, frozen, good)
        (run_dir / RECIPE).write_text(recipe_toml(recipe), encoding="utf-8")
        lines = [json.dumps(asdict(entry), ensure_ascii=False) for entry in refused]
        (run_dir / REFUSED).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        parameters = _parameters(choice, data, header, counts, len(refused)) | _copy_base(
            choice, run_dir, base
        )
        parameters |= copy_style_choice(recipe, choice.adain, choice.styles, run_dir)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {run_dir.name} cannot be written: {error.strerror or error}.",
            "Make room or choose another.",
        ) from error
    return FrozenRun(run_dir, recipe, vocabulary, frozen, photo_root(run_dir / DATA, frozen), parameters)


def read_frozen(run_dir: Path, parameters: Mapping[str, Any]) -> FrozenRun:
    """What a run folder was frozen with.

    Raises:
        UserError: a file of it is missing or damaged.
    """
    header = read_data_list_header(run_dir / DATA)
    return FrozenRun(
        run_dir,
        read_method_recipe(run_dir / RECIPE),
        Vocabulary.from_mapping(header.vocabulary),
        header,
        photo_root(run_dir / DATA, header),
        parameters,
    )


def checked_photos(
    photos: Sequence[DataListPhoto],
    root: Path,
    vocabulary: Vocabulary,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[list[DataListPhoto], list[Refusal]]:
    """Reads every photo's bytes: those that are there, unchanged, labelled rightly, and the others by name.

    Raises:
        Cancelled: on request.
    """
    good: list[DataListPhoto] = []
    refused: list[Refusal] = []
    with ThreadPoolExecutor(_HASHERS) as pool:
        for start in range(0, len(photos), _AHEAD):
            if should_stop():
                raise Cancelled
            part = photos[start : start + _AHEAD]
            for photo, found in zip(
                part, pool.map(lambda p: _checked(p, root, vocabulary), part), strict=True
            ):
                if isinstance(found, str):
                    refused.append(Refusal(photo.file, found))
                else:
                    good.append(found)
            on_progress(start + len(part), len(photos))
    return good, refused


def divided(photos: Sequence[DataListPhoto]) -> list[DataListPhoto]:
    """Photos with a split each: without any for validation, every tenth training photo by hash becomes it."""
    placed = [photo if photo.split else replace(photo, split="train") for photo in photos]
    if any(photo.split == "val" for photo in placed):
        return placed
    training = sorted((photo for photo in placed if photo.split == "train"), key=lambda p: p.sha256)
    held = {photo.file for photo in training[:: max(2, min(10, len(training) // MIN_VAL))]}
    return [replace(photo, split="val") if photo.file in held else photo for photo in placed]


def _checked(photo: DataListPhoto, root: Path, vocabulary: Vocabulary) -> DataListPhoto | str:
    """The photo with hash and size, or the reason why it takes no part."""
    try:
        check_listed_photo(photo, vocabulary)
        return _with_facts(photo, root / photo.file)
    except LabelError as error:
        return str(error).removeprefix(f"{photo.file}: ")
    except PhotoError as error:
        return error.reason
    except OSError as error:
        return f"it cannot be read: {error.strerror or error}"


def _with_facts(photo: DataListPhoto, path: Path) -> DataListPhoto:
    if not path.is_file():
        raise PhotoError(path, "it is not there")
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    listed = photo.sha256.lower() or digest
    own = photo.content_hash if not photo.sha256 else ""
    if digest != listed or (own and content_hash(path) != own):
        raise PhotoError(path, "its bytes have changed since it was listed")
    if photo.width and photo.height and photo.sha256:
        return photo
    info = probe(path)
    return replace(photo, sha256=digest, width=info.width_px, height=info.height_px)


def _chosen(
    photos: Sequence[DataListPhoto], heads: Sequence[str], choice: TrainingChoice
) -> list[DataListPhoto]:
    """Photos of which something is known that the recipe learns, of each split at most so many."""
    points = choice.recipe.learns_landmarks
    useful = [
        photo
        for photo in photos
        if any(name in photo.labels for name in heads) or (points and photo.landmarks)
    ]
    if choice.max_photos is None:
        return useful
    taken: dict[str, int] = {}
    kept: set[str] = set()
    for photo in sorted(useful, key=lambda p: _lot(p.file, choice.seed)):
        split = photo.split or "train"
        taken[split] = taken.get(split, 0) + 1
        if taken[split] <= choice.max_photos:
            kept.add(photo.file)
    return [photo for photo in useful if photo.file in kept]


def _lot(file: str, seed: int) -> str:
    return hashlib.blake2b(f"{seed}:{file}".encode(), digest_size=8).hexdigest()


def _enough(counts: DataCounts, useful: int, listed: int, refused: Sequence[Refusal]) -> None:
    train, val = counts.photos["train"], counts.photos["val"]
    if train >= MIN_TRAIN and val >= MIN_VAL:
        return
    reasons = "".join(f" {entry.file}: {entry.reason}." for entry in refused[:3])
    more = f" And {len(refused) - 3} more." if len(refused) > 3 else ""
    msg = (
        f"There are too few photos to train: {train} for training and {val} for validation, and it takes "
        f"{MIN_TRAIN} and {MIN_VAL}. The list has {listed}, {useful} of them with labels that this recipe "
        f"learns, {len(refused)} of those were refused.{reasons}{more}"
    )
    raise UserError(msg)


def _checked_base(
    choice: TrainingChoice, vocabulary: Vocabulary
) -> tuple[Mapping[str, Any], tuple[str, ...]]:
    """The base bundle's manifest as plain data (empty without a base), and the attributes that are learnt."""
    recipe = choice.recipe
    if recipe.limits.forbid_pretrained and (choice.base or choice.weights):
        msg = f"The recipe “{recipe.title}” forbids pretrained weights; leave the base and the weights out."
        raise UserError(msg)
    if recipe.base is None and choice.base is not None:
        msg = f"The recipe “{recipe.title}” builds its own network and takes no base model; use “fine-tune”."
        raise UserError(msg)
    if choice.weights is not None and not choice.weights.is_file():
        msg = f"There are no weights at {choice.weights}."
        raise UserError(msg)
    if recipe.base is None:
        return {}, learnt_heads(recipe, vocabulary)
    if choice.base is None:
        msg = f"The recipe “{recipe.title}” goes on from a model; name its bundle as base."
        raise UserError(msg)
    manifest = read_plain_manifest(choice.base)
    model = Vocabulary.from_mapping(manifest["vocabulary"])
    heads = learnt_heads(recipe, model)
    check_heads(vocabulary, model, heads, f"The model “{manifest['model_id']}”")
    return manifest, heads


def read_plain_manifest(bundle: Path) -> dict[str, Any]:
    """A bundle's manifest as plain data, without torch; only that it has an id and a vocabulary is checked.

    Raises:
        UserError: the folder is no bundle.
    """
    try:
        manifest = msgspec.json.decode((bundle / _BUNDLE_FILES[0]).read_bytes(), type=dict[str, Any])
        if {"model_id", "vocabulary"} <= manifest.keys():
            return manifest
    except (OSError, msgspec.MsgspecError) as error:
        msg = f"{bundle.name} is no weights bundle: its bundle.json is missing or damaged."
        raise UserError(msg) from error
    msg = f"{bundle.name} is no weights bundle: its bundle.json names no model and vocabulary."
    raise UserError(msg)


def _copy_base(choice: TrainingChoice, run_dir: Path, manifest: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"base": None, "base_id": None, "weights": None}
    if choice.base is not None:
        (run_dir / BASE).mkdir(exist_ok=True)
        for name in _BUNDLE_FILES:
            shutil.copyfile(choice.base / name, run_dir / BASE / name)
        found |= {"base": BASE, "base_id": manifest["model_id"]}
    if choice.weights is not None:
        (run_dir / BASE).mkdir(exist_ok=True)
        shutil.copyfile(choice.weights, run_dir / BASE / choice.weights.name)
        found["weights"] = f"{BASE}/{choice.weights.name}"
    return found


def _copy_photos(photos: Iterable[DataListPhoto], root: Path, run_dir: Path) -> Path:
    target = run_dir / PHOTOS
    for photo in photos:
        copy = target / photo.file
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / photo.file, copy)
    return target


def _parameters(
    choice: TrainingChoice, data: Path, header: DataListHeader, counts: DataCounts, refused: int
) -> dict[str, Any]:
    return {
        "recipe": choice.recipe.name,
        "variant": choice.recipe.variant,
        "model_id": choice.model_id,
        "seed": choice.seed,
        "device": choice.device,
        "devices": choice.devices,
        "nodes": choice.nodes,
        "threads": choice.threads,
        "loader_processes": choice.loader_processes,
        "matting": choice.matting,
        "data_source": str(data),
        "data_title": header.title,
        "photos": dict(counts.photos),
        "refused": refused,
    }
