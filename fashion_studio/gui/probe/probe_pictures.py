"""Pictures and heat maps of a probe by number, made in threads at the size of their frame."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtGui import QImageReader

from fashion_studio.gui.annotate.heat_choice import color_table
from fashion_studio.gui.canvas.heat import colored
from fashion_studio.gui.library.pictures import filled
from fashion_studio.gui.train.examples_pane import load_picture

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray
    from PySide6.QtCore import QSize
    from PySide6.QtGui import QImage

    from fashion_studio.services.probing.run_files import ProbeRun

__all__ = ["HeatPlace", "ProbePictures"]

_OPEN_MAPS: Final = 64


@dataclass(frozen=True, slots=True)
class HeatPlace:
    """A class activation map: of a photo's picture, for a subject's decision on an attribute.

    Attributes:
        key: of the photo; `number` the picture's place among the photo's variants.
        picture: the file that the map lies on.
        run_dir: of the probe that the subject belongs to.
    """

    key: str
    subject: int
    attribute: str
    number: int
    picture: Path
    run_dir: Path


class ProbePictures:
    """Numbers for files and heat maps, and the way from a number to an image. Loading is safe in threads."""

    def __init__(self, run: ProbeRun) -> None:
        self._places: list[Path | HeatPlace] = []
        self._numbers: dict[Path | HeatPlace, int] = {}
        self._lock = threading.Lock()
        self._runs: dict[Path, ProbeRun] = {}
        self._maps = lru_cache(maxsize=_OPEN_MAPS)(self._read_maps)
        self.add(run)

    def add(self, run: ProbeRun) -> None:
        """Another probe, whose maps are asked for, too."""
        self._runs[run.run_dir] = run

    def number(self, place: Path | HeatPlace) -> int:
        """The number of a file or map; the same every time."""
        found = self._numbers.get(place)
        if found is None:
            found = self._numbers[place] = len(self._places)
            self._places.append(place)
        return found

    def load(self, number: int, size: QSize, ratio: float) -> QImage | None:
        """In a thread: the image, scaled and cut to the frame; None where there is none."""
        place = self._places[number]
        if isinstance(place, Path):
            return load_picture(place, size, ratio)
        with self._lock:
            maps: Mapping[str, NDArray[Any]] = self._maps(place.run_dir, place.key, place.subject)
        fields = maps.get(place.attribute)
        if fields is None or place.number >= len(fields):
            return None
        whole = QImageReader(str(place.picture)).size()
        if not whole.isValid():
            return None
        scale = ratio * max(size.width() / whole.width(), size.height() / whole.height())
        across = (max(1, round(whole.width() * scale)), max(1, round(whole.height() * scale)))
        field = np.asarray(fields[place.number], dtype=np.float32) / 255.0
        return filled(colored(field, color_table("magma"), across), size, ratio)

    def _read_maps(self, run_dir: Path, key: str, subject: int) -> Mapping[str, NDArray[Any]]:
        return self._runs[run_dir].cams(key, subject)


def load(pictures: ProbePictures, number: int, size: QSize, ratio: float) -> QImage | None:
    """`ProbePictures.load` in the form that a picture cache asks for."""
    return pictures.load(number, size, ratio)
