"""The photos of an experiment: renderings with exact labels, made once, the same for every variant."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final, Literal

import cv2
import numpy as np

from fashion_studio.config.resources import load_vocabulary, resources_dir
from fashion_studio.domain.data_list import (
    DataListHeader,
    DataListPhoto,
    ListSplit,
    points_of_landmarks,
    write_data_list,
)
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.exchange.incoming import ImportFormat
from fashion_studio.exchange.layouts import SetLayout
from fashion_studio.probing.conflicts import conflict_spec
from fashion_studio.probing.planning import read_cloths
from fashion_studio.probing.records import ConflictSource, ConflictSpec
from fashion_studio.rendering.dice import Dice
from fashion_studio.rendering.folder import PictureForm, truth_of, write_picture
from fashion_studio.rendering.independence import (
    SHAPE_ATTRIBUTES,
    SURFACE_ATTRIBUTES,
    sample_independent_spec,
)
from fashion_studio.rendering.palette import COLOR_NAMES, COLOR_WEIGHTS
from fashion_studio.rendering.render import render, sample_spec
from fashion_studio.rendering.spec import LOWERS, UPPERS
from fashion_studio.services.importing import ImportRequest
from fashion_studio.services.incoming_lists import write_incoming_list
from fashion_studio.services.rendered_sets import write_rendered_set

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.probing.records import CueClass
    from fashion_studio.rendering.folder import Truth
    from fashion_studio.rendering.spec import GarmentSpec

__all__ = [
    "DATA_KINDS",
    "MASKS",
    "DataKind",
    "cue_classes",
    "cued_spec",
    "independent_vocabulary",
    "prepare_data",
    "tail_share",
]

DataKind = Literal["independent", "long-tail", "cues", "fine26", "deepfashion"]
DATA_KINDS: Final = ("independent", "long-tail", "cues", "fine26", "deepfashion")

IMBALANCE: Final = 30.0
"""The most frequent colour has so many times the training photos of the rarest."""

MASKS: Final = "masks"
"""Folder of the renderings' own masks beside the list, `SHA256.png`; for "cues" only."""

_FAITHFUL: Final = 0.9
"""Share of garments that wear the cloth of their class, for "cues"; the others wear another class's."""

_LIST: Final = "data.jsonl"
_MADE: Final = "made.json"
_FORM: Final = PictureForm(168, 224)
_WORN: Final = (*UPPERS, *LOWERS, "dress")
_TITLES: Final = {
    "independent": "renderings, shape and surface independent",
    "long-tail": "renderings, imbalanced colours",
    "cues": "renderings, most in the cloth of their class",
}
_SPLITS: Final[tuple[ListSplit, ...]] = (
    "train", "val", "train", "test", "train", "train", "val", "train", "test", "train",
)  # fmt: skip
"""Of every ten renderings six are for training, two for validation, two for the test."""


def prepare_data(
    folder: Path,
    kind: DataKind,
    count: int,
    seed: int,
    *,
    on_progress: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> Path:
    """Renders the photos of an experiment; those of an earlier call with the same arguments stay.

    Args:
        folder: of the photos and their data list.
        kind: "independent": fabric, pattern and colours do not depend on the shape; "long-tail": the colours
            of the training photos are imbalanced, those for validation and test are not; "cues": nine of ten
            garments wear the cloth of their class, so that shape and texture both tell it; "fine26" and
            "deepfashion": files in the layout of that data set, taken in by its importer.
        count: photos in all.
        seed: of the first.
        on_progress: photos rendered, photos in all.
        should_stop: asked for every photo; a list that is not whole does not appear.

    Returns:
        The data list.

    Raises:
        Cancelled: on request.
        EnvironmentProblem: the disk does not take it.
    """
    path, made = folder / _LIST, {"kind": kind, "count": count, "seed": seed}
    if path.is_file() and _made(folder) == made:
        return path
    try:
        folder.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        if kind in {"independent", "long-tail", "cues"}:
            _render(folder, kind, count, seed, on_progress, should_stop)
        else:
            write_rendered_set(
                folder,
                SetLayout(kind),
                count,
                seed,
                form=_FORM,
                on_progress=on_progress,
                should_stop=should_stop,
            )
            write_incoming_list(ImportRequest(ImportFormat(kind), folder), path, load_vocabulary())
        (folder / _MADE).write_text(json.dumps(made), encoding="utf-8")
    except OSError as error:
        msg = f"The renderings cannot be written into {folder}: {error.strerror or error}."
        raise EnvironmentProblem(msg, "Choose another folder or free some space.") from error
    return path


def independent_vocabulary(studio: Vocabulary) -> dict[str, Any]:
    """Category, and every attribute that a rendering has as one that takes several values.

    So the two-stream recipe learns them as it learns DeepFashion's groups of attributes: jointly, by binary
    cross-entropy, with one weight.
    """
    source = dict(studio.source)
    wanted = (CATEGORY, *SURFACE_ATTRIBUTES, *SHAPE_ATTRIBUTES)
    entries = [_entry(entry) for entry in source["attributes"] if entry["name"] in wanted]
    groups = {name: [kind for kind in kinds if kind in _WORN] for name, kinds in source["groups"].items()}
    return source | {
        "name": "independent",
        "title": "Shape and surface",
        "attributes": entries,
        "groups": groups,
    }


def _entry(entry: dict[str, Any]) -> dict[str, Any]:
    kept = {key: entry[key] for key in ("name", "title", "key", "values")}
    if entry["name"] == CATEGORY:
        return kept | {"takes": "one", "values": [v for v in entry["values"] if v["name"] in _WORN]}
    return kept | {"takes": "several"}


def _color_vocabulary(studio: Vocabulary) -> dict[str, Any]:
    """The main colour as FASHION-HOW asks for it: one of 18."""
    (colors,) = (entry for entry in studio.source["attributes"] if entry["name"] == COLORS)
    color = {"name": "color", "title": "Color", "key": "K", "takes": "one", "values": colors["values"]}
    return {"name": "color", "title": "Color", "version": 1, "attributes": [color]}


def tail_share(place: int, classes: int, imbalance: float = IMBALANCE) -> float:
    """Share of its photos that class number `place` of `classes` keeps: exponentially fewer, to 1/imbalance.

    The long tail of Cao et al., "Learning Imbalanced Datasets with Label-Distribution-Aware Margin Loss"
    (NeurIPS 2019), n_i = n μ^i.
    """
    return float(imbalance ** (-place / max(1, classes - 1)))


def _render(
    folder: Path,
    kind: DataKind,
    count: int,
    seed: int,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> None:
    studio = load_vocabulary()
    attributes = kind != "long-tail"
    vocabulary = independent_vocabulary(studio) if attributes else _color_vocabulary(studio)
    classes = cue_classes() if kind == "cues" else ()
    (folder / "img").mkdir(exist_ok=True)
    photos: list[DataListPhoto] = []
    while len(photos) < count:
        if should_stop():
            raise Cancelled
        number, split = len(photos), _SPLITS[len(photos) % len(_SPLITS)]
        if classes:
            spec = cued_spec(classes, number, seed)
        else:
            seed, spec = _next_garment(seed, kind, split)
        rendering = render(spec, width_px=_FORM.width_px, height_px=_FORM.height_px)
        truth = truth_of(rendering, f"img/{number:05d}{_FORM.suffix}", seed)
        seed += 1
        if truth.box is None:
            continue
        write_picture(folder / truth.file, rendering.image)
        if classes:
            _write_mask(folder, truth.file, rendering.mask)
        photos.append(_photo(truth, split, attributes=attributes))
        on_progress(len(photos), count)
    header = DataListHeader(root=".", vocabulary=vocabulary, title=_TITLES[kind])
    write_data_list(folder / _LIST, header, photos)


def cue_classes() -> tuple[CueClass, ...]:
    """The classes that the renderer can set against each other, each with the cloth that goes with it."""
    table = read_cloths(resources_dir() / "probing" / "cloths.toml")
    return tuple(each for each in table if each.name in _WORN)


def cued_spec(classes: Sequence[CueClass], number: int, seed: int) -> GarmentSpec:
    """A garment of the class whose turn it is, in the cloth of that class or, one time in ten, of another."""
    rng = np.random.default_rng((seed, 2))
    shape = classes[number % len(classes)]
    others = [each for each in classes if each.name != shape.name]
    cloth = shape if rng.random() < _FAITHFUL else others[int(rng.integers(len(others)))]
    return conflict_spec(shape, cloth, ConflictSpec(ConflictSource.RENDERER), seed)


def _write_mask(folder: Path, file: str, mask: NDArray[np.float32]) -> None:
    digest = hashlib.sha256((folder / file).read_bytes()).hexdigest()
    (folder / MASKS).mkdir(exist_ok=True)
    _, data = cv2.imencode(".png", np.rint(mask * 255).astype(np.uint8))
    (folder / MASKS / f"{digest}.png").write_bytes(data.tobytes())


def _next_garment(seed: int, kind: DataKind, split: ListSplit) -> tuple[int, GarmentSpec]:
    """The first garment from this seed on that the data takes, and its seed."""
    while True:
        if kind == "independent":
            spec = sample_independent_spec(seed)
            taken = spec.category in _WORN
        else:
            spec = sample_spec(np.random.default_rng(seed))
            taken = Dice(seed).chance("taken", _TAKEN[split == "train"].get(spec.colors[0], 0.0))
        if taken:
            return seed, spec
        seed += 1


def _taken_shares(*, tailed: bool) -> dict[str, float]:
    """How likely a garment of a main colour is taken, so that colours are equally frequent or a long tail."""
    wanted = {
        name: (tail_share(place, len(COLOR_NAMES)) if tailed else 1.0) / COLOR_WEIGHTS[name]
        for place, name in enumerate(COLOR_NAMES)
    }
    return {name: share / max(wanted.values()) for name, share in wanted.items()}


_TAKEN: Final = {tailed: _taken_shares(tailed=tailed) for tailed in (False, True)}


def _photo(truth: Truth, split: ListSplit, *, attributes: bool) -> DataListPhoto:
    labels: dict[str, Any] = {"color": truth.colors[0]}
    if attributes:
        labels = {CATEGORY: truth.category, COLORS: truth.colors}
        labels |= {name: (value,) for name, value in truth.attributes.items()}
    return DataListPhoto(
        file=truth.file,
        width=truth.width_px,
        height=truth.height_px,
        split=split,
        labels=labels,
        landmarks=points_of_landmarks(truth.landmarks) if attributes else {},
        box=truth.box,
    )


def _made(folder: Path) -> Any:
    try:
        return json.loads((folder / _MADE).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
