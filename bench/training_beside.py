"""What a training in the background costs the window: stepping and key to paint, without and with one.

`python -m bench.training_beside` prints JSON lines. The training is real (a small network on renderings, as
the window starts it: lower priority, one core left free) and is cancelled at the end.
"""

from __future__ import annotations

import os
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PIL import Image

from bench.figures import say
from bench.window_speed import probe, project_of
from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.data_list import DataListHeader, DataListPhoto, write_data_list
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import TrainingChoice
from fashion_studio.rendering.render import render_seed
from fashion_studio.services.training import freeze_training, start_training

if TYPE_CHECKING:
    from fashion_studio.jobs.background import Job

__all__ = ["main"]

_PHOTOS: Final = 48
_ROUNDS: Final = 2
_PATIENCE_S: Final = 300.0
_RECIPE: Final = """
name = "beside"
title = "Beside the window"
heads = ["category"]
batch_size = 16
[backbone]
backbone = "mobilenetv3_small_050"
[view]
side_px = 128
[loss.labels]
kind = "cross_entropy"
[[phases]]
name = "all"
epochs = 1000
"""


def main() -> None:
    """Prints the figures of both and their ratios."""
    project = project_of(5_000)
    alone = [probe("stepping", project, "0") for _ in range(_ROUNDS)]
    with tempfile.TemporaryDirectory() as folder:
        job = _training(Path(folder))
        try:
            beside = [probe("stepping", project, "0") for _ in range(_ROUNDS)]
            if not job.state().phase.is_active:
                msg = f"the training ended too early: {job.state().text}"
                raise AssertionError(msg)
        finally:
            job.end()
    for name, title, limit in (("next_ms", "next photo", 15.0), ("key_ms", "key press to painted", 30.0)):
        before = statistics.median(run[name] for run in alone)
        after = statistics.median(run[name] for run in beside)
        say(f"training beside: {title} at 5,000, none running", before, "ms", limit)
        say(f"training beside: {title} at 5,000, one running", after, "ms", limit)
        say(f"training beside: {title}, with against without", after / before, "x")


def _training(folder: Path) -> Job:
    """A training that has taken its first steps."""
    photos = folder / "photos"
    photos.mkdir()
    listed = []
    for number in range(_PHOTOS):
        rendering = render_seed(
            number, category=("dress", "t-shirt")[number % 2], width_px=192, height_px=240
        )
        Image.fromarray(rendering.image).save(photos / f"{number}.png")
        split = "val" if number % 4 == 0 else "train"
        labels = {"category": rendering.category}
        listed.append(DataListPhoto(file=f"{number}.png", split=split, labels=labels))  # type: ignore[arg-type]
    data = folder / "data.jsonl"
    header = DataListHeader(root=str(photos), vocabulary=dict(load_vocabulary().source), title="renderings")
    write_data_list(data, header, listed)
    threads = max(1, (os.cpu_count() or 2) - 1)
    choice = TrainingChoice(parse_method_recipe(_RECIPE), device="cpu", threads=threads)
    freeze_training(folder / "run", data, choice)
    job = start_training(folder / "run")
    end = time.monotonic() + _PATIENCE_S
    while not any(event.kind == "step" for event in job.events()):
        if time.monotonic() > end or not job.state().phase.is_active:
            shutil.copyfileobj((folder / "run" / "log.txt").open(encoding="utf-8"), sys.stderr)
            msg = "the training did not begin"
            raise AssertionError(msg)
        time.sleep(0.2)
    return job


if __name__ == "__main__":
    main()
