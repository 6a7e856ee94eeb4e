"""The figures on a model's card: measured on renderings and photos that took no part in its making."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.material import reported_eye_photos, reported_photos, reported_renderings
from fashion_studio.learning.measuring import answer, measure, prepared
from fashion_studio.learning.metrics import neighbours_accepted, states_of
from fashion_studio.zoo.activation import class_activation_maps

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.eye_labels import EyeLabel
    from fashion_studio.learning.measuring import Answers
    from fashion_studio.learning.recipe import Recipe
    from fashion_studio.zoo.bundle import Bundle

__all__ = ["COLOR_FAMILIES", "TARGETS", "Report", "evaluate", "forward_ms", "report_table"]

COLOR_FAMILIES: Final = (
    ("black", "navy", "gray"),
    ("white", "ivory", "beige"),
    ("khaki", "green", "brown"),
    ("red", "burgundy", "pink"),
    ("orange", "brown"),
    ("blue", "navy", "skyblue"),
)
"""Neighbouring colour names that people mix up; a second, milder figure counts them as right."""

TARGETS: Final[Mapping[str, tuple[str, float]]] = {
    "photos.category.top1": (">=", 0.83),
    "renderings.category.macro_recall": (">=", 0.85),
    "renderings.sleeve_length.macro_recall": (">=", 0.85),
    "renderings.neckline.macro_recall": (">=", 0.85),
    "renderings.pattern.macro_recall": (">=", 0.85),
    "renderings.fit.macro_recall": (">=", 0.85),
    "renderings.length.macro_recall": (">=", 0.85),
    "renderings.fabric.macro_recall": (">=", 0.85),
    "renderings.landmarks.ne": ("<=", 0.04),
    "renderings.visibility.accuracy": (">=", 0.95),
    "renderings.colors.main_accuracy": (">=", 0.9),
    "renderings.mask.iou": (">=", 0.93),
    "eye.attributes.mean_macro_recall": (">=", 0.70),
    "eye.colors.main_accuracy": (">=", 0.75),
    "eye.landmarks.ne": ("<=", 0.08),
}
"""What the house model is to reach."""

EYE_ATTRIBUTES: Final = ("sleeve_length", "neckline", "pattern", "fit", "length")
"""Their macro recalls on the eye-labelled photos are averaged; fabric is labelled only where it is plain."""


@dataclass(frozen=True, slots=True)
class Report:
    """Figures by name; recalls and supports per value, for the sets that have labels of them."""

    figures: Mapping[str, float]
    recalls: Mapping[str, Mapping[str, tuple[float, int]]] = field(default_factory=dict)

    def missed(self) -> list[str]:
        """Names of the targets that were measured and not reached."""
        return [name for name, (way, bound) in TARGETS.items() if not self._reached(name, way, bound)]

    def _reached(self, name: str, way: str, bound: float) -> bool:
        if name not in self.figures:
            return True
        return self.figures[name] >= bound if way == ">=" else self.figures[name] <= bound


def evaluate(
    bundle: Bundle,
    recipe: Recipe,
    *,
    cache: Path,
    photos: Path | None = None,
    eye: Mapping[str, EyeLabel] | None = None,
    rendering_count: int | None = None,
    photo_count: int | None = None,
) -> Report:
    """Measures a bundle on the recipe's reported renderings and on the validation photos.

    Args:
        bundle: the model.
        recipe: says which renderings were kept for the report.
        cache: folder for decoded pictures.
        photos: folder with `photos.csv`; None leaves the photo figures out.
        eye: labels made by eye for validation photos, by hash; measured as "eye.…".
        rendering_count: fewer renderings than the recipe says, for a quick check.
        photo_count: fewer photos, likewise.
    """
    figures: dict[str, float] = {}
    recalls: dict[str, dict[str, tuple[float, int]]] = {}
    sets: dict[str, PictureSet] = {
        "renderings": reported_renderings(recipe, bundle.vocabulary, cache, rendering_count)
    }
    if photos is not None:
        sets["photos"] = reported_photos(recipe, bundle.vocabulary, photos, cache, photo_count)
    if photos is not None and eye:
        sets["eye"] = reported_eye_photos(recipe, bundle.vocabulary, photos, cache, eye)
    for kind, pictures in sets.items():
        answers = answer(bundle.two_stream, pictures, bundle.manifest.preprocessing)
        found = measure(answers, pictures, bundle.vocabulary, bundle.manifest.calibration)
        wanted = {k: v for k, v in found.items() if kind != "photos" or k.startswith(CATEGORY)}
        figures |= {f"{kind}.{name}": value for name, value in wanted.items()}
        if kind != "photos":
            figures[f"{kind}.colors.main_accuracy_neighbours"] = _kind_color_accuracy(
                answers, pictures, bundle.vocabulary
            )
        for name in value_slices(bundle.vocabulary):
            if (name == CATEGORY) == (kind == "photos") or kind == "renderings":
                recalls[f"{kind}.{name}"] = _recalls(answers, pictures, bundle.vocabulary, name)
    each = [figures.get(f"eye.{name}.macro_recall") for name in EYE_ATTRIBUTES]
    known = [value for value in each if value is not None]
    if known:
        figures["eye.attributes.mean_macro_recall"] = float(np.mean(known))
    return Report(figures, recalls)


def _recalls(
    answers: Answers, pictures: PictureSet, vocabulary: Vocabulary, name: str
) -> dict[str, tuple[float, int]]:
    part = value_slices(vocabulary)[name]
    truth = states_of(torch.from_numpy(pictures.labels.allowed[:, part])[:, None]).squeeze(1)
    said = answers.logits[name].argmax(1)
    found: dict[str, tuple[float, int]] = {}
    for index, value in enumerate(vocabulary.attribute(name).value_names):
        rows = truth == index
        if bool(rows.any()):
            found[value] = (float((said[rows] == index).float().mean()), int(rows.sum()))
    return found


def _kind_color_accuracy(answers: Answers, pictures: PictureSet, vocabulary: Vocabulary) -> float:
    colors = vocabulary.attribute(COLORS)
    groups = [{colors.index(name) for name in family} for family in COLOR_FAMILIES]
    truth = np.asarray(pictures.labels.main_color)
    said = answers.logits[COLORS].argmax(1).numpy()
    return neighbours_accepted(said[truth >= 0], truth[truth >= 0], groups)


def forward_ms(bundle: Bundle, *, repeats: int = 20) -> tuple[float, float]:
    """Median milliseconds of one forward pass at batch 1, and of all activation maps of one photo."""
    side = bundle.manifest.preprocessing.side_px
    device = next(bundle.network.parameters()).device
    image = prepared(np.zeros((1, side, side, 3), np.uint8), bundle.manifest.preprocessing).to(device)
    passes, maps = [], []
    with torch.inference_mode():
        for _ in range(repeats + 3):
            begun = time.perf_counter()
            output = bundle.network(image)
            read = time.perf_counter()
            class_activation_maps(bundle.network, output.features)
            passes.append(read - begun)
            maps.append(time.perf_counter() - read)
    return float(np.median(passes[3:])) * 1000, float(np.median(maps[3:])) * 1000


def report_table(report: Report) -> str:
    """The targets with what was reached, then every other figure, as Markdown."""
    lines = ["| figure | measured | target | majority |", "|-|-|-|-|"]
    for name, (way, bound) in TARGETS.items():
        if name in report.figures:
            reached = "" if name not in report.missed() else " (missed)"
            base = report.figures.get(name.rsplit(".", 1)[0] + ".majority")
            majority = "" if base is None else f"{base:.3f}"
            lines.append(f"| {name} | {report.figures[name]:.4f}{reached} | {way} {bound} | {majority} |")
    lines += ["", "| other figure | measured |", "|-|-|"]
    lines += [
        f"| {name} | {value:.4f} |" for name, value in sorted(report.figures.items()) if name not in TARGETS
    ]
    lines += ["", "| value | recall | pictures |", "|-|-|-|"]
    for name, values in report.recalls.items():
        lines += [f"| {name} = {value} | {recall:.3f} | {n} |" for value, (recall, n) in values.items()]
    return "\n".join(lines)
