"""How long edits take: `python -m bench.edit_speed [GENERATOR]` prints JSON lines.

On the generator named, else the shipped one, else one of `_MADE`'s shape with random weights (the time is the
same). In the engine's own rooms, without the process border, which costs a millisecond or two. The median of
several runs; the grid and its single edits are computed in turn, so that both meet the same machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np
import torch
from PIL import Image, ImageDraw

from bench.figures import say
from fashion_studio.config.resources import generator_dir, house_model_dir
from fashion_studio.domain.edits import EditStack, EditStep, RegionKind, stack_to_json
from fashion_studio.editing.editor import Editor
from fashion_studio.imaging.decode import decode
from fashion_studio.imaging.edited_files import write_edited
from fashion_studio.inference.reader import Reader
from fashion_studio.zoo.amgan import AmganConfig, Generator
from fashion_studio.zoo.editor_bundle import EDITOR_MANIFEST, EditorManifest, save_generator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["garment_photo", "main"]

_ROUNDS: Final = 7
_VALUES: Final = {"colors": 18, "sleeve_length": 4, "pattern": 6}
_MADE: Final = {"size_px": 96, "width": 32, "blocks": 4, "conditioning": "film", "skips": True}
_RED: Final = EditStep.of("colors", "red")


def main(argv: Sequence[str] | None = None) -> int:
    """Measures; the generator's folder may be given."""
    given = list(sys.argv[1:] if argv is None else argv)
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(given[0]) if given else _shipped(Path(scratch))
        photo = Path(scratch) / "large.jpg"
        garment_photo(photo, 4000, 3000)
        _measure(Editor.load(folder, Reader.load(house_model_dir(), "cpu")), photo, Path(scratch))
    return 0


def _measure(editor: Editor, photo: Path, scratch: Path) -> None:
    shown = decode(photo, max_side_px=1024)
    sketch = editor.sketch(shown)
    facts = editor.generator.facts
    colors = facts.attributes["colors"]
    what = f"{facts.model}, {facts.size_px} px"
    editor.edit(shown, EditStack((_step(colors[0]),)), sketch)

    def another(number: int, kind: RegionKind = RegionKind.GARMENT) -> None:
        editor.edit(shown, EditStack((_step(colors[number % len(colors)], kind),)), sketch)

    say(f"Preview of one edit, another value ({what})", _median(lambda n: another(n + 1)), "ms", 150.0)
    fresh = [editor.sketch(shown) for _ in range(_ROUNDS)]

    def sleeves(number: int) -> None:
        stack = EditStack((_step(colors[number % len(colors)], RegionKind.SLEEVE),))
        editor.edit(shown, stack, fresh[number])

    for each in fresh:
        editor.doubt(each)
    say("Preview of one edit through the sleeves, first time", _median(sleeves), "ms", 150.0)

    def stronger(number: int) -> None:
        step = msgspec.structs.replace(_step(colors[0]), strength=(number + 1) / (_ROUNDS + 1))
        editor.edit(shown, EditStack((step,)), sketch)

    say("Preview while a slider moves", _median(stronger), "ms")
    _full(editor, photo, scratch)
    _grid(editor, shown)


def _full(editor: Editor, photo: Path, scratch: Path) -> None:
    stack = EditStack((_step(editor.generator.facts.attributes["colors"][3]),))
    sketch = editor.sketch(decode(photo, max_side_px=1024))
    editor.edit(sketch.small, stack, sketch)

    def whole(_: int) -> None:
        editor.edit(decode(photo), stack, sketch)

    say("12 megapixels: decoded and edited, after its preview", _median(whole), "ms", 1500.0)
    edited = editor.edit(decode(photo), stack, sketch)
    text = stack_to_json(edited.stack)

    def write(_: int) -> None:
        write_edited(scratch / "out.png", edited.image, text)

    say("12 megapixels: written as PNG", _median(write), "ms")


def _grid(editor: Editor, shown: np.ndarray) -> None:
    """A grid as the window asks for it beside as many previews as the window asks for."""
    tile = _tile(shown, 176)
    colors = editor.generator.facts.attributes["colors"]
    grids, singles = [], []
    for _ in range(3):
        sketch = editor.sketch(shown)
        began = time.perf_counter()
        filled = dict(editor.grid(sketch, EditStack(), _RED, tile))
        grids.append(time.perf_counter() - began)
        sketch = editor.sketch(shown)
        editor.doubt(sketch)
        began = time.perf_counter()
        for value in filled:
            editor.edit(shown, EditStack((_step(value),)), sketch)
        singles.append(time.perf_counter() - began)
    ratios = [grid / single for grid, single in zip(grids, singles, strict=True)]
    say(f"Grid of {len(colors)} colours", statistics.median(grids) * 1e3, "ms")
    say(f"Grid of {len(colors)} over {len(colors)} single edits", statistics.median(ratios), "x", 0.5)


def _tile(shown: np.ndarray, side_px: int) -> np.ndarray:
    """The photo at a tile's size."""
    scale = side_px / max(shown.shape[:2])
    size = (round(shown.shape[1] * scale), round(shown.shape[0] * scale))
    return np.asarray(Image.fromarray(shown).resize(size, Image.Resampling.BOX))


def _step(value: str, kind: RegionKind = RegionKind.GARMENT) -> EditStep:
    return EditStep.of("colors", value, kind)


def _median(act: Callable[[int], None]) -> float:
    taken = []
    for number in range(_ROUNDS):
        began = time.perf_counter()
        act(number)
        taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


def _shipped(scratch: Path) -> Path:
    if (generator_dir() / EDITOR_MANIFEST).is_file():
        return generator_dir()
    torch.manual_seed(0)
    attributes = {name: tuple(f"{name} {n}" for n in range(count)) for name, count in _VALUES.items()}
    attributes["sleeve_length"] = ("sleeveless", *attributes["sleeve_length"][1:])
    config = AmganConfig(attributes, **_MADE)
    save_generator(
        scratch / "made", Generator(config), EditorManifest("random weights", config, "Apache-2.0")
    )
    return scratch / "made"


def garment_photo(path: Path, width: int, height: int) -> None:
    """A shirt on a floor, in the middle half of the photo."""
    image = Image.new("RGB", (width, height), (196, 186, 172))
    draw = ImageDraw.Draw(image)
    body = [(0.36, 0.2), (0.64, 0.2), (0.76, 0.42), (0.69, 0.47), (0.64, 0.38), (0.64, 0.82), (0.36, 0.82)]
    outline = [*body, (0.36, 0.38), (0.31, 0.47), (0.24, 0.42)]
    draw.polygon([(x * width, y * height) for x, y in outline], fill=(52, 84, 150))
    rng = np.random.default_rng(0)
    grain = np.asarray(image, np.int16) + rng.integers(-7, 8, (height, width, 1))
    Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(path, quality=92)


if __name__ == "__main__":
    sys.exit(main())
