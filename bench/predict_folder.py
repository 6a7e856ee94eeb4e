"""Photos per second over a folder, against a plain loop, and what all class activation maps cost.

`python -m bench.predict_folder [FOLDER]` prints JSON lines. The plain loop is what one writes first: Pillow
decode, resize, normalise, the same network photo by photo with torch's own threads, and nothing else. The
program's figure includes everything it answers: probabilities, landmarks, box, refined mask, palette.
"""

from __future__ import annotations

import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import torch
from PIL import Image

from bench.figures import AT_LEAST, one_by_one, say
from fashion_studio.config.resources import models_dir
from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging.letterbox import letterbox
from fashion_studio.inference.folder import read_paths
from fashion_studio.inference.reader import Reader
from fashion_studio.rendering.folder import PictureForm, write_folder
from fashion_studio.zoo.activation import class_activation_maps
from fashion_studio.zoo.bundle import load_bundle

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.zoo.bundle import Bundle

__all__ = ["main"]

_PHOTOS: Final = 32
_ROUNDS: Final = 3
_REPEATS: Final = 20


def main(folder: Path | None = None) -> None:
    """Reads the photos of a folder, or renders some, and prints one line per figure."""
    bundle_dir = models_dir() / "house"
    with tempfile.TemporaryDirectory() as scratch:
        if folder is None:
            folder = Path(scratch)
            write_folder(folder, _PHOTOS, seed=7_000_000, form=PictureForm(600, 800))
        paths = sorted(folder.glob("*.jpg"))[: 4 * _PHOTOS]
        one_by_one(partial(_folder_speed, bundle_dir, paths), partial(_map_cost, bundle_dir))


def _folder_speed(bundle_dir: Path, paths: list[Path]) -> None:
    bundle = load_bundle(bundle_dir)
    reader = Reader.load(bundle_dir, "cpu")
    _plain_loop(bundle, paths[:4])
    _program(reader, paths[:16])
    # In turn, and the best of each, so that a busy moment of the machine hits neither alone.
    plain, program = [], []
    for _ in range(_ROUNDS):
        plain.append(_seconds(lambda: _plain_loop(bundle, paths)))
        program.append(_seconds(lambda: _program(reader, paths)))
    say("predict folder, plain loop", len(paths) / min(plain), "photos/s")
    say("predict folder", len(paths) / min(program), "photos/s")
    say("predict folder, times the plain loop", min(plain) / min(program), "x", 1.5, goal=AT_LEAST)


def _plain_loop(bundle: Bundle, paths: list[Path]) -> None:
    form = bundle.manifest.preprocessing
    mean = torch.tensor(form.mean)[:, None, None]
    std = torch.tensor(form.std)[:, None, None]
    for path in paths:
        with Image.open(path) as image:
            small = image.convert("RGB").resize((form.side_px, form.side_px), Image.Resampling.BICUBIC)
        pixels = torch.from_numpy(np.array(small)).permute(2, 0, 1).float() / 255.0
        with torch.inference_mode():
            output = bundle.network(((pixels - mean) / std)[None])
            output.logits["category"].softmax(1).max(1)


def _program(reader: Reader, paths: list[Path]) -> None:
    for path, outcome in read_paths(reader, paths):
        if isinstance(outcome, PhotoError):
            raise SystemExit(f"{path} cannot be read: {outcome.reason}")


def _map_cost(bundle_dir: Path) -> None:
    """All maps of all heads of one photo, against the forward pass that they come from."""
    bundle = load_bundle(bundle_dir)
    form = bundle.manifest.preprocessing
    square, _ = letterbox(np.zeros((800, 600, 3), np.uint8), form.side_px, form.fill)
    inputs = form.normalise(torch.from_numpy(square[None]))
    with torch.inference_mode():
        features = bundle.network(inputs).features
        forward = min(_seconds(lambda: bundle.network(inputs)) for _ in range(_REPEATS))
        maps = min(_seconds(lambda: _all_maps(bundle, features)) for _ in range(_REPEATS))
    say("forward pass of one photo", forward * 1e3, "ms")
    say("all activation maps of one photo", maps * 1e3, "ms")
    say("all activation maps, share of the forward pass", maps / forward, "x", 0.1)


def _all_maps(bundle: Bundle, features: torch.Tensor) -> None:
    for maps in class_activation_maps(bundle.network, features).values():
        maps.numpy()


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
