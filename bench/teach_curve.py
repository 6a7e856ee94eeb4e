"""How validation top-1 grows with the number of corrected labels: quick teaching on the real photos.

python -m bench.teach_curve --photos ../shared/data/photos --weights …/mobilenetv2_100.imagenet.safetensors

The labels of the training photos are hidden and revealed as a person would correct them, 25 at a time: those
of which the model is least sure first (the order is made anew after each teaching), or at random. As in the
program a fifth of them, by content, only measures, and heads that have fewer of that fifth right than those
in force are rejected. Top-1 is that of the validation photos, which nothing is ever fitted to or chosen by.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np

from bench.figures import cache_dir
from bench.projects import studio
from bench.teach_features import FeatureSet, house_features, imagenet_features
from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.imaging.decode import content_hash
from fashion_studio.learning.head_files import bundle_heads
from fashion_studio.learning.head_refit import HeadLabels, measure_head, refit
from fashion_studio.services.teaching_labels import fold_by_content, is_held_out

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

__all__ = ["curve_of", "draw"]

STEP: Final = 25
MOST: Final = 300
SEEDS: Final = (1, 2, 3)
RENDERINGS: Final = 1_530
_NAME: Final = "category"


def curve_of(
    base: LinearHead,
    train: FeatureSet,
    held_out: NDArray[np.bool_],
    folds: NDArray[np.int64],
    valid: FeatureSet,
    *,
    seed: int | None,
) -> list[float]:
    """Validation top-1 at 0, 25, … 300 labels; least sure first, or with a seed in random order."""
    values = len(base.values)
    checked = HeadLabels(np.arange(len(valid.classes)), np.eye(values, dtype=np.float32)[valid.classes])
    order = np.random.default_rng(seed).permutation(len(train.classes)) if seed is not None else None
    head, shown = base, np.empty(0, np.int64)
    found = [measure_head(head, valid.features, checked).share]
    while len(shown) < MOST:
        hidden = np.setdiff1d(np.arange(len(train.classes)), shown)
        if order is None:
            sure = head.probabilities(train.features[hidden]).max(axis=1)
            fresh = hidden[np.argsort(sure, kind="stable")[:STEP]]
        else:
            fresh = order[len(shown) : len(shown) + STEP]
        shown = np.concatenate([shown, fresh])
        taught, kept = shown[~held_out[shown]], shown[held_out[shown]]
        labels = HeadLabels(taught, np.eye(values, dtype=np.float32)[train.classes[taught]])
        new = refit({_NAME: base}, train.features, {_NAME: labels}, folds)[_NAME].head
        honest = HeadLabels(kept, np.eye(values, dtype=np.float32)[train.classes[kept]])
        before = measure_head(head, train.features, honest)
        after = measure_head(new, train.features, honest)
        if after.right >= before.right:
            head = new
        found.append(measure_head(head, valid.features, checked).share)
    return found


def draw(curves: dict[str, list[float]], title: str) -> str:
    """The curves as SVG text, 720 by 400."""
    left, right, top, bottom = 56.0, 560.0, 40.0, 350.0
    whole = [value for curve in curves.values() for value in curve]
    low = np.floor(min(whole) * 20) / 20
    high = np.ceil(max(whole) * 20) / 20 + (0.05 if min(whole) == max(whole) else 0.0)
    colors = {"least sure first": "#1F6FEB", "without teaching": "#6E7781"}

    def at(label: float, share: float) -> str:
        x = left + (right - left) * label / MOST
        return f"{x:.1f},{bottom - (bottom - top) * (share - low) / (high - low):.1f}"

    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="400" font-family="sans-serif">',
        '<rect width="720" height="400" fill="#FFFFFF"/><g font-size="12">',
        f'<text x="{left}" y="22" font-size="14" font-weight="bold">{title}</text>',
    ]
    for step in range(round((high - low) / 0.05) + 1):
        share = low + 0.05 * step
        grid = at(0, share).split(",")[1]
        lines.append(f'<line x1="{left}" x2="{right}" y1="{grid}" y2="{grid}" stroke="#E1E4E8"/>')
        lines.append(f'<text x="{left - 8}" y="{float(grid) + 4}" text-anchor="end">{share:.2f}</text>')
    for label in range(0, MOST + 1, 50):
        x = at(label, low).split(",")[0]
        lines.append(f'<text x="{x}" y="{bottom + 18}" text-anchor="middle">{label}</text>')
    middle = (left + right) / 2
    lines.append(f'<text x="{middle}" y="{bottom + 38}" text-anchor="middle">labels corrected</text>')
    ends: list[float] = []
    for name, curve in sorted(curves.items(), key=lambda item: item[1][-1]):
        color = colors.get(name, "#BC4C00")
        points = " ".join(at(STEP * step, share) for step, share in enumerate(curve))
        dash = ' stroke-dasharray="5 4"' if name == "without teaching" else ""
        lines.append(f'<polyline points="{points}" fill="none" stroke="{color}" stroke-width="2"{dash}/>')
        y = float(points.rsplit(",", 1)[1]) + 4
        y = min(y, ends[-1] - 14) if ends else y
        ends.append(y)
        lines.append(f'<text x="{right + 8}" y="{y:.1f}" fill="{color}">{name}</text>')
    return "\n".join([*lines, "</g></svg>\n"])


def _rendering_head(renderings: FeatureSet, width: int) -> LinearHead:
    """A head that has seen renderings only, fitted by the same means from zero."""
    names = studio().attribute(_NAME).value_names
    zero = LinearHead(
        _NAME,
        names,
        several=False,
        weight=np.zeros((len(names), width), np.float32),
        bias=np.zeros(len(names), np.float32),
    )
    rows = np.arange(len(renderings.classes))
    labels = HeadLabels(rows, np.eye(len(names), dtype=np.float32)[renderings.classes])
    return refit({_NAME: zero}, renderings.features, {_NAME: labels}, rows % 4)[_NAME].head


def _experiment(base: LinearHead, features: FeatureSet, photos: Path) -> dict[str, list[float]]:
    train, valid = features.part("train"), features.part("validation")
    hashes = [content_hash(photos / "images" / name) for name in train.names]
    held_out = np.array([is_held_out(digest) for digest in hashes])
    folds = np.array([fold_by_content(digest) for digest in hashes], np.int64)
    curves = {"least sure first": curve_of(base, train, held_out, folds, valid, seed=None)}
    for seed in SEEDS:
        curves[f"random, seed {seed}"] = curve_of(base, train, held_out, folds, valid, seed=seed)
    curves["without teaching"] = [curves["least sure first"][0]] * (MOST // STEP + 1)
    return curves


def _table(curves: dict[str, list[float]]) -> str:
    head = ["labels", *(str(STEP * step) for step in range(MOST // STEP + 1))]
    rows = [head, ["---"] * len(head)]
    rows += [[name, *(f"{value:.3f}" for value in curve)] for name, curve in curves.items()]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


def run(argv: Sequence[str] | None = None) -> int:
    """Prints tables and writes the pictures."""
    parser = argparse.ArgumentParser(description="Quick teaching on the real photos.")
    parser.add_argument("--photos", type=Path, required=True, help="folder with photos.csv and images/")
    parser.add_argument("--weights", type=Path, help="ImageNet weights of mobilenetv2_100 (safetensors)")
    parser.add_argument("--out", type=Path, default=Path("docs/pictures"))
    parser.add_argument("--house", action="store_true", help="also with the shipped model's features")
    options = parser.parse_args(argv)
    cache, words = cache_dir() / "teach", studio()
    options.out.mkdir(parents=True, exist_ok=True)
    runs = {}
    if options.weights is not None:
        whole = imagenet_features(options.photos, options.weights, words, cache, renderings=RENDERINGS)
        base = _rendering_head(whole.part("rendering"), whole.features.shape[1])
        runs["imagenet"] = ("Features that never saw a label of these photos", base, whole)
    if options.house:
        kept = bundle_heads(house_model_dir())
        found = house_features(options.photos, words, cache)
        runs["house"] = (f"The shipped model, {kept.model_id}", kept.heads[_NAME], found)
    for name, (title, base, features) in runs.items():
        curves = _experiment(base, features, options.photos)
        (options.out / f"quick_teach_{name}.svg").write_text(draw(curves, title), encoding="utf-8")
        sys.stdout.write(f"\n{title}\n\n{_table(curves)}\n")
        sys.stdout.write(json.dumps({"features": name, "curves": curves}) + "\n")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(run())
