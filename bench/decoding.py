"""Decoding times: `python -m bench.decoding` prints JSON lines. Best of several runs, warm file cache."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from PIL import Image

from bench.figures import say
from fashion_studio.imaging.decode import content_hash, decode, probe
from fashion_studio.imaging.thumbnails import make_thumbnail

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_REPEATS: Final = 15


def main() -> None:
    """Writes two JPEGs and prints one line per figure."""
    with tempfile.TemporaryDirectory() as scratch:
        middle, large = Path(scratch) / "middle.jpg", Path(scratch) / "large.jpg"
        _write(middle, 768, 1024)
        _write(large, 4000, 3000)
        _best("decode 768×1024 JPEG", lambda: decode(middle), 10.0)
        _best("thumbnail of 768×1024 JPEG", lambda: make_thumbnail(middle), 10.0)
        _best("header of 768×1024 JPEG", lambda: probe(middle), 1.0)
        _best("hash of 768×1024 JPEG", lambda: content_hash(middle), 2.0)
        _best("decode 12 MP JPEG, whole", lambda: decode(large))  # the window shows a smaller one first
        _best("decode 12 MP JPEG to 1024", lambda: decode(large, max_side_px=1024), 60.0)
        _best("thumbnail of 12 MP JPEG", lambda: make_thumbnail(large), 60.0)


def _write(path: Path, width: int, height: int) -> None:
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (height // 8, width // 8, 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(small).resize((width, height), Image.Resampling.BICUBIC))
    grain = soft.astype(np.int16) + rng.integers(-6, 7, soft.shape)
    Image.fromarray(np.clip(grain, 0, 255).astype(np.uint8)).save(path, quality=90)


def _best(name: str, act: Callable[[], object], target: float | None = None) -> None:
    taken = []
    for _ in range(_REPEATS):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1e3)
    say(name, min(taken), "ms", target)


if __name__ == "__main__":
    main()
