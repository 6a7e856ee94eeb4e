"""From a project's labels to a question to the engine: features that are missing, rows, folds."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as NotYet
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from fashion_studio.domain.errors import Cancelled, PhotoError
from fashion_studio.jobs.request_queue import Priority
from fashion_studio.jobs.wire import Taught, Teach, path_to_wire
from fashion_studio.services.teaching_labels import fold_by_content, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from concurrent.futures import Future
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.domain.predictions import Reading
    from fashion_studio.learning.features import FeatureCache
    from fashion_studio.services.project import Project
    from fashion_studio.services.teaching_labels import Material

__all__ = ["FeatureKeeper", "Progress", "TeachEngine", "read_missing", "teach_request", "waited"]

Progress = Callable[[str, int, int], None]
"""What is done now, how much of it, of how much."""

_LOOK_S: Final = 0.05


class TeachEngine(Protocol):
    """What teaching needs of `jobs.engine_client.EngineClient`."""

    def read(self, path: Path, *, with_maps: bool = True, priority: Priority = ...) -> Future[Reading]:
        """Reads a photo."""

    def teach(self, request: Teach, *, on_progress: Progress | None = None) -> Future[Taught]:
        """Fits heads."""

    def use_heads(self, heads: bytes, *, instead_of: str = "") -> None:
        """Answers with other heads."""


class FeatureKeeper(Protocol):
    """Who keeps features by content hash."""

    def has_features(self, content_hash: str) -> bool:
        """Whether a photo's are kept."""

    def note_features(self, found: Iterable[tuple[str, NDArray[Any] | None]]) -> int:
        """Keeps them."""


def read_missing(
    project: Project,
    engine: TeachEngine,
    material: Material,
    keeper: FeatureKeeper,
    on_progress: Progress,
    should_stop: Callable[[], bool],
) -> None:
    """Reads labelled photos whose features are not kept; those that cannot be read are left out.

    Raises:
        EnvironmentProblem: there is no engine.
        Cancelled: on request.
    """
    wanted = [photo.item_id for photo in material.photos if not keeper.has_features(photo.content_hash)]
    asked = [
        (digest, engine.read(path, with_maps=False, priority=Priority.LATER))
        for _, path, digest in project.places(wanted)
    ]
    try:
        for done, (digest, future) in enumerate(asked):
            on_progress("Reading labelled photos", done, len(asked))
            try:
                reading = waited(future, should_stop)
            except PhotoError:
                continue
            keeper.note_features([(digest, reading.features)])
    finally:
        for _, future in asked:
            future.cancel()


def teach_request(
    material: Material,
    cache: FeatureCache,
    heads: Mapping[str, LinearHead],
    current: bytes,
    model: str,
) -> Teach:
    """The question; photos without features are not in it.

    Args:
        material: the labels.
        cache: of the model that has these heads.
        heads: the model's own.
        current: content of the file of heads in force; empty for the model's own.
        model: id with the new heads.
    """
    hashes = [photo.content_hash for photo in material.photos]
    parts = {photo.content_hash: photo.part_hash for photo in material.photos}
    rows = {digest: int(row) for digest, row in zip(hashes, cache.rows(hashes), strict=True) if row >= 0}
    folds = np.zeros(len(cache), "<i8")
    for digest, row in rows.items():
        folds[row] = fold_by_content(parts[digest])
    return Teach(
        0,
        path_to_wire(cache.path),
        cache.width,
        folds.tobytes(),
        tasks(material, rows, heads),
        current,
        model,
    )


def waited(future: Future[Any], should_stop: Callable[[], bool]) -> Any:
    """The result of a future, asking now and then whether to stop.

    Raises:
        Cancelled: on request, or the future was cancelled.
    """
    while True:
        if should_stop():
            future.cancel()
            raise Cancelled
        try:
            return future.result(_LOOK_S)
        except NotYet:
            continue
        except CancelledError as error:
            raise Cancelled from error
