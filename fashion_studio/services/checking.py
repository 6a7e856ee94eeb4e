"""Decoding every photo once: thumbnails are made before they are needed, and damaged pixels are found."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from fashion_studio.services.scanning import ScanProgress
from fashion_studio.services.thumbnails import THUMBNAIL_SIDE_PX, thumbnail_path
from fashion_studio.store.history import hashes

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.services.project_reads import ProjectReads
    from fashion_studio.store.dataset import Dataset

__all__ = ["check_photos"]

_PROGRESS_S: Final = 0.1


def check_photos(
    project: ProjectReads,
    dataset: Dataset,
    on_progress: Callable[[ScanProgress], None],
    should_stop: Callable[[], bool],
) -> None:
    """Makes every thumbnail that is not there; photos that cannot be decoded are noted with the reason.

    In the caller's thread and only there, so that a window beside it keeps a processor for itself.
    """
    cache = project.folder / "thumbnails"
    made = {path.name for path in cache.glob(f"*/*-{THUMBNAIL_SIDE_PX}.jpg")}
    waiting = [
        item_id
        for item_id, content_hash in hashes(dataset)
        if thumbnail_path(cache, content_hash, THUMBNAIL_SIDE_PX).name not in made
        and item_id not in dataset.index.failures
    ]
    told_at = 0.0
    for done, item_id in enumerate(waiting):
        if should_stop():
            return
        project.thumbnail(item_id)
        now = time.monotonic()
        if now - told_at >= _PROGRESS_S or done + 1 == len(waiting):
            told_at = now
            on_progress(ScanProgress(done + 1, len(waiting), 0, "", checking=True))
