"""Thumbnails for views: loaded in threads, ready at the frame's size, the most recently seen kept.

A view asks for what it paints; what has scrolled away before its turn is dropped unread.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPixmap

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.services.project import Project

__all__ = ["Pictures", "filled"]

_SIDE_PX: Final = 256
_KEPT_BYTES: Final = 96 * 1024 * 1024
_WAITING: Final = 160
_THREADS: Final = 2
_FIRST: Final = 16
_FIRST_S: Final = 0.06
_RADIUS: Final = 6


def filled(image: QImage, size: QSize, ratio: float, radius: float = _RADIUS) -> QImage:
    """The middle of an image, scaled to fill `size` (logical px), with round corners."""
    width, height = round(size.width() * ratio), round(size.height() * ratio)
    scaled = image.scaled(
        width,
        height,
        Qt.AspectRatioMode.KeepAspectRatioByExpanding,
        Qt.TransformationMode.SmoothTransformation,
    )
    target = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    target.fill(Qt.GlobalColor.transparent)
    painter = QPainter(target)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    clip = QPainterPath()
    clip.addRoundedRect(QRectF(0, 0, width, height), radius * ratio, radius * ratio)
    painter.setClipPath(clip)
    painter.drawImage((width - scaled.width()) // 2, (height - scaled.height()) // 2, scaled)
    painter.end()
    target.setDevicePixelRatio(ratio)
    return target


class Pictures(QObject):
    """A cache of thumbnails of one size, filled by two threads of its own.

    `arrived` carries the photo's id when its picture can be painted; `failed` ids have none.
    """

    arrived = Signal(int)
    _made = Signal(int, int, object)

    def __init__(
        self,
        size: QSize,
        parent: QObject | None = None,
        *,
        ratio: float = 1.0,
        load: Callable[[Any, int, QSize, float], QImage | None] | None = None,
    ) -> None:
        """`load` makes a picture in a thread of what was opened, an id, size and ratio; None: thumbnails."""
        super().__init__(parent)
        self._size, self._ratio = size, ratio
        self._load = load or _load
        self._project: Any = None
        self._prepared: tuple[Project, QSize, float, dict[int, QImage]] | None = None
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()
        self._failed: set[int] = set()
        self._generation = 0
        self._waiting: OrderedDict[int, None] = OrderedDict()
        self._being_made: set[int] = set()
        self._condition = threading.Condition()
        self._closed = False
        self._threads: list[threading.Thread] = []
        self._made.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._wake = QTimer(self)  # after the painting that asks, which would have to share the processor
        self._wake.setSingleShot(True)
        self._wake.setInterval(0)
        self._wake.timeout.connect(self._start)

    def prepare(self, project: Project) -> None:
        """Makes the first pictures of a project that is about to be opened; called in the opening thread.

        They are there when the window first paints, because nothing else wants the processor yet. What takes
        too long is left to later.
        """
        size, ratio, end = self._size, self._ratio, time.monotonic() + _FIRST_S

        def made(item_id: int) -> QImage | None:
            return _load(project, item_id, size, ratio) if time.monotonic() < end else None

        first = [int(item_id) for item_id in project.ids()[:_FIRST]]
        with ThreadPoolExecutor(_THREADS, thread_name_prefix="first-pictures") as pool:
            images = dict(zip(first, pool.map(made, first), strict=True))
        there = {item_id: image for item_id, image in images.items() if image is not None}
        self._prepared = (project, size, ratio, there)

    def open(self, project: Any) -> None:
        """Another project, or whatever `load` reads from: forgets everything but what was prepared of it."""
        with self._condition:
            self._project = project
            self._generation += 1
            self._waiting.clear()
            self._being_made.clear()
        self._kept.clear()
        self._failed.clear()
        prepared, self._prepared = self._prepared, None
        if prepared is not None and prepared[:3] == (project, self._size, self._ratio):
            for item_id, image in prepared[3].items():
                self._kept[item_id] = QPixmap.fromImage(image)
                self.arrived.emit(item_id)

    def set_size(self, size: QSize, ratio: float) -> None:
        """Another frame: pictures are made again as they are asked for; old ones serve until then."""
        if size == self._size and ratio == self._ratio:
            return
        with self._condition:
            self._size, self._ratio = size, ratio
            self._generation += 1
            self._waiting.clear()
            self._being_made.clear()
        self._kept.clear()

    def get(self, item_id: int) -> QPixmap | None:
        """The picture if it is here; otherwise it is asked for, the latest first."""
        found = self._kept.get(item_id)
        if found is not None:
            self._kept.move_to_end(item_id)
            return found
        if item_id in self._failed:
            return None
        with self._condition:
            if item_id not in self._being_made:
                self._waiting[item_id] = None
                self._waiting.move_to_end(item_id)
                while len(self._waiting) > _WAITING:
                    self._waiting.popitem(last=False)
        if not self._wake.isActive():
            self._wake.start()
        return None

    def forget(self, item_id: int) -> None:
        """The file has changed: its picture is made again."""
        self._kept.pop(item_id, None)
        self._failed.discard(item_id)

    def has_failed(self, item_id: int) -> bool:
        """Whether no picture could be made."""
        return item_id in self._failed

    @property
    def idle(self) -> bool:
        """Nothing is waited for."""
        with self._condition:
            return not self._waiting and not self._being_made

    def close(self) -> None:
        """Ends the threads."""
        self._wake.stop()
        with self._condition:
            self._closed = True
            self._waiting.clear()
            self._condition.notify_all()
        for thread in self._threads:
            thread.join()

    def _start(self) -> None:
        with self._condition:
            self._condition.notify_all()
        if not self._threads:
            for number in range(_THREADS):
                thread = threading.Thread(target=self._work, name=f"pictures-{number}", daemon=True)
                self._threads.append(thread)
                thread.start()

    def _work(self) -> None:
        while True:
            with self._condition:
                while not self._waiting and not self._closed:
                    self._condition.wait()
                if self._closed:
                    return
                item_id, _ = self._waiting.popitem(last=True)
                self._being_made.add(item_id)
                project, generation = self._project, self._generation
                size, ratio = self._size, self._ratio
            image = self._load(project, item_id, size, ratio) if project is not None else None
            with self._condition:
                if self._closed:
                    return
            self._made.emit(generation, item_id, image)

    def _take(self, generation: int, item_id: int, image: QImage | None) -> None:
        with self._condition:
            if generation != self._generation:
                return
            self._being_made.discard(item_id)
        if image is None:
            self._failed.add(item_id)
        else:
            self._kept[item_id] = QPixmap.fromImage(image)
            each = image.sizeInBytes()
            while len(self._kept) * each > _KEPT_BYTES:
                self._kept.popitem(last=False)
        self.arrived.emit(item_id)


def _load(project: Project, item_id: int, size: QSize, ratio: float) -> QImage | None:
    """In a thread: the project's thumbnail, scaled and cut. None where the photo cannot be shown."""
    try:
        data = project.thumbnail(item_id, _SIDE_PX)
    except Exception:  # noqa: BLE001 - a project closed meanwhile, or a photo gone: a tile without picture
        return None
    if data is None:
        return None
    # Told the format: to guess it, Qt's SVG plugin takes Qt's lock of signals while this thread holds
    # Python's, and the window's thread, which may hold that lock and wait for Python, would never go on.
    image = QImage.fromData(data, "JPG")  # type: ignore[arg-type]  # the stub is wrong
    return None if image.isNull() else filled(image, size, ratio)
