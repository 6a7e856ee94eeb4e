"""Synthetic projects of any size for measurements: photos, predictions and a third of the answers.

Everything goes through the store's own doors (`Intake.take`, `Writer.write`, `Project.put_predictions`),
only the hashing and decoding of real files is left out.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PIL import Image

from fashion_studio.domain.geometry import Box
from fashion_studio.domain.labels import Answer, Split, Status, Visibility
from fashion_studio.domain.predictions import (
    AttributePrediction,
    LandmarkPrediction,
    PaletteColor,
    Prediction,
    ScoredValue,
)
from fashion_studio.domain.vocabulary import COLORS, Vocabulary
from fashion_studio.services.project import Project
from fashion_studio.store.edits import Edit, Fact, Subject
from fashion_studio.store.facts import answer_data
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["HEIGHT_PX", "WIDTH_PX", "build", "prediction", "studio"]

WIDTH_PX: Final = 768
HEIGHT_PX: Final = 1024

_BATCH: Final = 5_000
_DIFFERENT_PHOTOS: Final = 64
_DIFFERENT_PREDICTIONS: Final = 512


def studio() -> Vocabulary:
    """The studio vocabulary of this checkout."""
    return Vocabulary.from_file(Path(__file__).parents[1] / "resources" / "vocabularies" / "studio.toml")


def build(
    folder: Path,
    count: int,
    *,
    with_photos: bool = False,
    photo_size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX),
    seed: int = 0,
    told: Callable[[int], object] | None = None,
) -> Path:
    """Makes a project of `count` photos in `folder`; returns NAME.fstudio, closed.

    Args:
        folder: gets `bench-COUNT.fstudio` and `photos/`.
        count: number of photos. All have a prediction, a third has answers of a person.
        with_photos: also writes the files (64 different JPEGs, the others hard links to them).
        photo_size_px: width and height of those files.
        seed: of everything random.
        told: called with the number of photos made so far.
    """
    photos = folder / "photos"
    photos.mkdir(parents=True, exist_ok=True)
    target = folder / f"bench-{count}.fstudio"
    vocabulary = studio()
    rng = np.random.default_rng(seed)
    with Project.create(target, [photos], vocabulary, actor="bench") as project:
        if with_photos:
            _write_photos(photos, count, photo_size_px)
        dataset = project._dataset  # noqa: SLF001 - the builder stands in for a scan
        intake = Intake(dataset)
        for start in range(0, count, _BATCH):
            numbers = range(start, min(count, start + _BATCH))
            taken = intake.take([_photo(number, photo_size_px, photos) for number in numbers], {1: photos})
            project.put_predictions(
                [(item_id, prediction(int(rng.integers(_DIFFERENT_PREDICTIONS)))) for item_id in taken.added]
            )
            dataset.writer.write("Answers made for a measurement", _answers(vocabulary, taken.added, rng))
            if told is not None:
                told(numbers.stop)
    return target


@lru_cache(maxsize=_DIFFERENT_PREDICTIONS)
def prediction(number: int, size_px: tuple[int, int] = (WIDTH_PX, HEIGHT_PX)) -> Prediction:
    """A prediction with every field filled; the same number gives the same one."""
    vocabulary = studio_once()
    rng = np.random.default_rng(number)
    attributes = {}
    for attribute in vocabulary.attributes:
        if attribute.name == COLORS:
            continue
        weights = rng.dirichlet(np.full(len(attribute.values), 0.4)).astype(np.float32)
        best = int(weights.argmax())
        names = attribute.value_names
        attributes[attribute.name] = AttributePrediction(
            names[best], float(weights[best]), dict(zip(names, weights.tolist(), strict=True))
        )
    colors = vocabulary.attribute(COLORS).value_names
    chances = rng.random(len(colors)).astype(np.float32)
    order = np.argsort(-chances)[: int(rng.integers(1, 3))]
    width, height = size_px
    return Prediction(
        model="bench-1",
        width_px=width,
        height_px=height,
        device="cpu",
        attributes=attributes,
        colors_predicted=tuple(ScoredValue(colors[i], float(chances[i])) for i in order),
        colors_probabilities=dict(zip(colors, chances.tolist(), strict=True)),
        colors_measured=(PaletteColor(colors[int(order[0])], 0.8, (120, 40, 40)),),
        box=Box(width * 0.1, height * 0.1, width * 0.8, height * 0.8),
        landmarks=tuple(
            LandmarkPrediction(
                name,
                float(rng.uniform(0, width)),
                float(rng.uniform(0, height)),
                Visibility(int(rng.integers(3))),
                0.9,
            )
            for name in vocabulary.landmark_names
        ),
    )


@lru_cache(maxsize=1)
def studio_once() -> Vocabulary:
    """The studio vocabulary, read once."""
    return studio()


def _photo(number: int, size_px: tuple[int, int], photos: Path) -> PhotoFile:
    """A photo as a scan would have found it; where the file is there, with its own size and time."""
    relative = f"{number // 1000:03d}/IMG_{number}.jpg"
    size_bytes, mtime_ns = 100_000 + number, 1_700_000_000_000_000_000 + number * 1_000_000_000
    if (photos / relative).exists():
        facts = (photos / relative).stat()
        size_bytes, mtime_ns = facts.st_size, facts.st_mtime_ns
    return PhotoFile(
        root_id=1,
        relative_path=relative,
        size_bytes=size_bytes,
        mtime_ns=mtime_ns,
        content_hash=f"{number * 2654435761 % 2**64:040x}",
        width_px=size_px[0],
        height_px=size_px[1],
    )


def _answers(vocabulary: Vocabulary, ids: list[int], rng: np.random.Generator) -> list[Edit]:
    edits: list[Edit] = []
    for item_id in ids:
        if rng.random() > 1 / 3:
            continue
        for attribute in vocabulary.attributes:
            value = attribute.value_names[int(rng.integers(len(attribute.values)))]
            answer: Any = answer_data(Answer.of(value))
            edits.append(Edit(Fact(Subject.ANSWER, item_id, attribute.name), None, answer))
        status = [Status.IN_WORK, Status.DONE, Status.REVIEWED][int(rng.integers(3))].value
        edits.append(Edit(Fact(Subject.ITEM, item_id, "status"), Status.NEW.value, status))
        split = [Split.TRAIN, Split.VALIDATION, Split.TEST][int(rng.integers(3))].value
        edits.append(Edit(Fact(Subject.ITEM, item_id, "split"), Split.NONE.value, split))
    return edits


def _write_photos(folder: Path, count: int, size_px: tuple[int, int]) -> None:
    """Soft blobs on a gradient: they compress about as well as a garment on a plain ground."""
    first: list[Path] = []
    for number in range(count):
        path = folder / f"{number // 1000:03d}" / f"IMG_{number}.jpg"
        path.parent.mkdir(exist_ok=True)
        if number < _DIFFERENT_PHOTOS:
            rng = np.random.default_rng(number)
            small = rng.integers(0, 255, (24, 18, 3), dtype=np.uint8)
            picture = Image.fromarray(small).resize(size_px, Image.Resampling.BICUBIC)
            grain = rng.normal(0, 6, (size_px[1], size_px[0], 1))
            pixels = np.clip(np.asarray(picture, dtype=np.float32) + grain, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(path, quality=88)
            first.append(path)
        elif not path.exists():
            os.link(first[number % _DIFFERENT_PHOTOS], path)
