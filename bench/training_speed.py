"""Photos per second of our training loop against timm's published training script, in the same run.

`python -m bench.training_speed` prints JSON lines. The script is `train.py` of timm's repository, neither in
timm's package nor in this one: fetch it from https://github.com/huggingface/pytorch-image-models (the tag of
the installed timm, or a little older), and name it with `TIMM_TRAIN_SCRIPT=/somewhere/train.py`. Without it
there is nothing to compare with, and only our own figure is printed.

Both train the same network from random weights with AdamW on the same JPEG files (a folder per class, the
studio's categories), with the same batch and input size, one thread and one loader process, in 32 bits,
channels last, resizing and flipping. Each trains in a process of its own; they take turns, and the best of
each counts, so that a busy moment hits neither alone. The rate is that of all epochs but the first: photos
over the seconds from an epoch's beginning to its last step, loading included, validation left out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path
from typing import Final

from bench.figures import AT_LEAST, cache_dir, say
from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.data_list import DataListHeader, DataListPhoto, write_data_list
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.run_folder import TrainingChoice
from fashion_studio.rendering.folder import PictureForm, read_truth, write_folder
from fashion_studio.services.training import freeze_training

__all__ = ["main"]

_SCRIPT: Final = "TIMM_TRAIN_SCRIPT"
_NETWORK: Final = "mobilenetv2_100"
_SIDE_PX: Final = 128
_BATCH: Final = 32
_PHOTOS: Final = 512
_EPOCHS: Final = 2
_THREADS: Final = 1
"""Of each, so that a core is left for the loader on the smallest machine."""
_ROUNDS: Final = 3
_LOADERS: Final = 1
_FORM: Final = PictureForm(168, 224)

_RECIPE: Final = f"""
name = "speed"
title = "Speed"
heads = ["category"]
batch_size = {_BATCH}
precision = "32-true"
monitor = "category.top1"
monitor_mode = "max"
[backbone]
backbone = "{_NETWORK}"
weights = "none"
[view]
side_px = {_SIDE_PX}
fit = "stretch"
interpolation = "bilinear"
[augmenting]
flip_share = 0.5
[loss.category]
kind = "cross_entropy"
heads = ["category"]
[[phases]]
name = "all"
epochs = {_EPOCHS}
optimiser = {{ kind = "adamw", rate = 1e-3, weight_decay = 0.01 }}
"""

_TIMM: Final = [
    "--model", _NETWORK, "--input-size", "3", str(_SIDE_PX), str(_SIDE_PX), "--batch-size", str(_BATCH),
    "--opt", "adamw", "--lr", "1e-3", "--weight-decay", "0.01", "--sched", "step", "--warmup-epochs", "0",
    "--epochs", str(_EPOCHS), "--scale", "1", "1", "--ratio", "0.75", "0.75", "--hflip", "0.5",
    "--color-jitter", "0", "--train-interpolation", "bilinear", "--smoothing", "0", "--channels-last",
    "--val-split", "val", "--log-interval", "1", "--checkpoint-hist", "1",
    "--device", "cpu",
]  # fmt: skip
_TIMM_STEP: Final = re.compile(r"Train: (\d+) \[\s*\d+/.*?Time: ([\d.]+)s,")


def main() -> None:
    """Prepares the photos, lets both train in turn and prints one line per figure."""
    script = os.environ.get(_SCRIPT, "")
    folder = cache_dir() / "training-speed"
    data = _photos(folder)
    if not script:
        sys.stderr.write(
            f"{_SCRIPT} is not set, so our own loop is measured alone. To compare, fetch train.py from "
            "github.com/huggingface/pytorch-image-models and name it with this variable.\n"
        )
    rates: dict[str, list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as scratch:
        for number in range(_ROUNDS):
            rates["ours"].append(_ours(data, Path(scratch) / f"ours-{number}"))
            if script:
                rates["timm"].append(_timm(Path(script), folder, Path(scratch) / f"timm-{number}"))
            last = ", ".join(f"{name} {found[-1]:.1f}" for name, found in rates.items())
            sys.stderr.write(f"round {number + 1}, photos/s: {last}\n")
    name = f"training, {_NETWORK} at {_SIDE_PX} px, batch {_BATCH}"
    say(name, max(rates["ours"]), "photos/s")
    if script:
        say(f"{name}, timm's script", max(rates["timm"]), "photos/s")
        say(
            "training, times timm's script",
            max(rates["ours"]) / max(rates["timm"]),
            "x",
            0.95,
            goal=AT_LEAST,
        )


def _photos(folder: Path) -> Path:
    """Renderings as timm wants them (`train/CLASS/…`, `val/CLASS/…`), with a data list beside; made once."""
    data = folder / "data.jsonl"
    if data.is_file():
        return data
    shutil.rmtree(folder, ignore_errors=True)
    count = _PHOTOS + _BATCH
    write_folder(folder / "all", count, seed=8_000_000, form=_FORM)
    photos = []
    for number, truth in enumerate(read_truth(folder / "all")):
        split = "train" if number < _PHOTOS else "val"
        place = Path(split) / truth.category / truth.file
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / "all" / truth.file).rename(folder / place)
        photos.append(
            DataListPhoto(
                file=place.as_posix(),
                width=truth.width_px,
                height=truth.height_px,
                split="train" if split == "train" else "val",
                labels={"category": truth.category},
            )
        )
    write_data_list(data, DataListHeader(root=".", vocabulary=dict(load_vocabulary().source)), photos)
    return data


def _ours(data: Path, run_dir: Path) -> float:
    """Photos per second of the epochs after the first, from the run's own events."""
    choice = TrainingChoice(
        parse_method_recipe(_RECIPE), device="cpu", threads=_THREADS, loader_processes=_LOADERS
    )
    freeze_training(run_dir, data, choice)
    _run([sys.executable, "-m", "fashion_studio", "train", "--run", str(run_dir)])
    lines = (run_dir / "events.jsonl").read_text(encoding="utf-8").splitlines()
    steps, seconds, before = 0, 0.0, 0
    for event in map(json.loads, lines):
        if event["kind"] != "step":
            continue
        if event["epoch"] > 1:
            steps += event["step"] - before
            seconds += (event["step"] - before) * _BATCH / event["photos_per_s"]
        before = event["step"]
    return steps * _BATCH / seconds


def _timm(script: Path, folder: Path, out: Path) -> float:
    """The same of timm's script, from the time of every step that it logs."""
    classes = len(list((folder / "train").iterdir()))
    places = ["--data-dir", str(folder), "--output", str(out), "--workers", str(_LOADERS)]
    told = _run([sys.executable, str(script), *_TIMM, *places, "--num-classes", str(classes)])
    steps = [float(seconds) for epoch, seconds in _TIMM_STEP.findall(told) if int(epoch) > 0]
    if not steps:
        sys.exit(f"timm's script said no times. Its last words:\n{told[-2000:]}")
    return _BATCH * len(steps) / sum(steps)


def _run(command: list[str]) -> str:
    environment = os.environ | {"OMP_NUM_THREADS": str(_THREADS)}
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603
    if done.returncode:
        sys.exit(f"{' '.join(command[:3])} … failed:\n{(done.stdout + done.stderr)[-3000:]}")
    return done.stdout + done.stderr


if __name__ == "__main__":
    main()
