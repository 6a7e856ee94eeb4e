"""A reader without a network, for tests of the engine: the photo's first pixel tells it what to do.

Red is the act (see `Act`), green and blue the identity. It runs inside a real engine process.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from samples import sample_reading

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary

VOCABULARY = Path(__file__).parents[1] / "resources" / "vocabularies" / "studio.toml"


class Act(IntEnum):
    """What a photo makes the reader do."""

    READ = 0
    DIE = 10
    DIE_ONCE = 20
    RAISE = 30
    RUN_OUT_OF_MEMORY = 40
    BE_SLOW = 50
    HANG = 60
    PRINT = 70


def make_photo(path: Path, act: Act = Act.READ, number: int = 0, *, size: tuple[int, int] = (24, 32)) -> Path:
    """Writes a photo that makes `FakeReader` do something."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:] = (act, number // 256, number % 256)
    Image.fromarray(pixels).save(path)
    return path


class FakeReader:
    """Reads numbers off photos. Its model folder holds what `load` is to do: "ok", "damaged" or "die"."""

    def __init__(self, folder: Path, device: str) -> None:
        self.vocabulary = Vocabulary.from_file(VOCABULARY)
        self.model_id = f"fake-{(folder / 'model.txt').read_text(encoding='utf-8').strip()}"
        self.device_name = device
        self._folder = folder

    @classmethod
    def load(cls, folder: Path, device: str = "auto") -> FakeReader:
        order = (folder / "model.txt").read_text(encoding="utf-8").strip() if folder.exists() else ""
        if not order:
            raise CheckpointError(f"There is no model in {folder.name}.")
        if order == "die":
            os.kill(os.getpid(), signal.SIGKILL)
        if order == "slow":
            time.sleep(0.5)
        return cls(folder, device)

    def read(self, images: Any, *, with_maps: bool = False, measure_colors: bool = True) -> list[Reading]:
        with (self._folder / "batches.txt").open("a", encoding="utf-8") as log:
            log.write(" ".join(str(_number(image)) for image in images) + "\n")
        return [self._read(image, with_maps=with_maps) for image in images]

    def _read(self, image: NDArray[np.uint8], *, with_maps: bool) -> Reading:
        act = Act(int(image[0, 0, 0]))
        once = self._folder / "died"
        if act is Act.DIE or (act is Act.DIE_ONCE and not once.exists()):
            once.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        if act is Act.RAISE:
            raise ValueError("a strange tensor")
        if act is Act.RUN_OUT_OF_MEMORY:
            raise MemoryError
        if act is Act.PRINT:
            print("noise on stdout")
            os.write(1, b"noise on the descriptor\n")
            print("noise on stderr", file=sys.stderr)
        time.sleep({Act.BE_SLOW: 0.3, Act.HANG: 60.0}.get(act, 0.01))
        height, width = image.shape[:2]
        reading = sample_reading(self.vocabulary, _number(image), width_px=width, height_px=height)
        return reading if with_maps else Reading(reading.prediction)


def _number(image: NDArray[np.uint8]) -> int:
    return int(image[0, 0, 1]) * 256 + int(image[0, 0, 2])
