"""Decoded photos, made ahead of the person in both directions, bounded in memory.

Its threads always work on the most urgent photo that is not there yet: the one on the screen, then its
neighbours, then its full pixels where somebody looks closely. What is no longer wanted is not begun.
"""

from __future__ import annotations

import logging
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import StudioError
from fashion_studio.gui.canvas.photo_image import build_photo_image
from fashion_studio.imaging.decode import load_photo

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from fashion_studio.gui.canvas.photo_image import PhotoImage

__all__ = ["PhotoShelf", "Wish"]

WORKERS: Final = min(2, max(1, (os.cpu_count() or 2) - 1))
"""Decoders at once: on two cores a second one takes its time from the window's thread."""

_WHOLE_UP_TO: Final = 3_000_000
"""Photos of at most so many pixels are decoded in full at once; larger ones first at the size shown."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """A photo that is or will be shown.

    Attributes:
        photo_px: width and height as known; (0, 0) when not.
        fitted_px: device pixels at which it will be shown first.
        full: whether its own pixels are needed, for a look closer than fitted.
    """

    item_id: int
    photo_px: tuple[int, int]
    fitted_px: tuple[int, int]
    full: bool = False

    @property
    def max_side_px(self) -> int | None:
        """How far the decoder may reduce it; None for not at all."""
        width, height = self.photo_px
        if self.full or width * height <= _WHOLE_UP_TO:
            return None
        return max(self.fitted_px)


class PhotoShelf:
    """The decoded photos.

    Args:
        path_of: the file of an item; called in the shelf's threads.
        arrived: called in the shelf's threads with the id and the photo, or the error that says why not.
        budget_bytes: the most memory kept; the photos wanted last go first.
        workers: how many threads.
    """

    def __init__(
        self,
        path_of: Callable[[int], Path],
        arrived: Callable[[int, PhotoImage | StudioError], None],
        *,
        budget_bytes: int = 128 * 2**20,
        workers: int = WORKERS,
    ) -> None:
        self._path_of, self._arrived, self._budget = path_of, arrived, budget_bytes
        self._changed = threading.Condition()
        self._wishes: tuple[Wish, ...] = ()
        self._busy: set[tuple[int, bool]] = set()
        self._failed: dict[int, StudioError] = {}
        self._no_room: set[int] = set()
        self._photos: OrderedDict[int, PhotoImage] = OrderedDict()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, name=f"photos-{number}", daemon=True)
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.start()

    @property
    def bytes_held(self) -> int:
        """Memory of the photos that are there."""
        with self._changed:
            return sum(photo.bytes_held for photo in self._photos.values())

    def get(self, item_id: int) -> PhotoImage | None:
        """The photo, if it is there."""
        with self._changed:
            photo = self._photos.get(item_id)
            if photo is not None:
                self._photos.move_to_end(item_id)
            return photo

    def failure(self, item_id: int) -> StudioError | None:
        """Why the photo could not be decoded, if it was tried."""
        with self._changed:
            return self._failed.get(item_id)

    def want(self, wishes: Sequence[Wish]) -> None:
        """What is wanted now, the most urgent first; replaces what was wanted before."""
        with self._changed:
            self._wishes = tuple(wishes)
            self._no_room.clear()
            self._changed.notify_all()

    def forget(self, item_ids: Sequence[int] | None = None) -> None:
        """Drops photos whose files changed, or all."""
        with self._changed:
            for item_id in list(self._photos) + list(self._failed) if item_ids is None else item_ids:
                self._photos.pop(item_id, None)
                self._failed.pop(item_id, None)
            self._no_room.clear()
            self._changed.notify_all()

    def close(self) -> None:
        """Ends the threads; nothing arrives afterwards."""
        with self._changed:
            self._closed = True
            self._wishes = ()
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()

    def _next(self) -> Wish | None:
        for wish in self._wishes:
            if wish.item_id in self._failed or (wish.item_id, wish.full) in self._busy:
                continue
            photo = self._photos.get(wish.item_id)
            if photo is None and wish.item_id in self._no_room:
                continue  # made again, it would push out another one that is wanted too, for ever
            if photo is None or (wish.full and not photo.is_full):
                return wish
        return None

    def _work(self) -> None:
        while True:
            with self._changed:
                wish = self._next()
                while wish is None and not self._closed:
                    self._changed.wait()
                    wish = self._next()
                if self._closed or wish is None:
                    return
                self._busy.add((wish.item_id, wish.full))
            outcome = self._decode(wish)
            with self._changed:
                self._busy.discard((wish.item_id, wish.full))
                if self._closed:
                    return
                self._keep(wish, outcome)
                self._changed.notify_all()
            self._arrived(wish.item_id, outcome)

    def _decode(self, wish: Wish) -> PhotoImage | StudioError:
        try:
            photo = load_photo(self._path_of(wish.item_id), max_side_px=wish.max_side_px)
            fitted = wish.fitted_px if photo.width_px * photo.height_px else None
            return build_photo_image(photo.image, (photo.width_px, photo.height_px), fitted)
        except StudioError as error:
            _log.info("photo %d cannot be shown: %s", wish.item_id, error)
            return error

    def _keep(self, wish: Wish, outcome: PhotoImage | StudioError) -> None:
        if isinstance(outcome, StudioError):
            self._failed[wish.item_id] = outcome
            return
        self._photos[wish.item_id] = outcome
        self._photos.move_to_end(wish.item_id)
        wanted = {wish.item_id for wish in self._wishes[:1]}
        held = sum(photo.bytes_held for photo in self._photos.values())
        urgency = {wish.item_id: place for place, wish in enumerate(reversed(self._wishes), start=1)}
        for item_id in sorted(self._photos, key=lambda known: urgency.get(known, 0)):
            if held <= self._budget:
                break
            if item_id not in wanted and item_id != wish.item_id:
                held -= self._photos.pop(item_id).bytes_held
                self._no_room.add(item_id)
