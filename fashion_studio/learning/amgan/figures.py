"""How edits of held-out pictures do while a generator is trained. Watched, not chosen by.

What an edit has come to is read by the attribute network that guides the training: it is flattered. The
evaluation of a finished generator asks an independent classifier (docs/amgan.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import cv2
import numpy as np
import torch

from fashion_studio.learning.amgan.losses import cycle_loss
from fashion_studio.learning.amgan.sheets import as_squares

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.learning.amgan.objective import Objective
    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.zoo.amgan import Generator
    from fashion_studio.zoo.attribute_resnet import AttributeReading, AttributeResnet

__all__ = ["background_change", "edit_figures"]

_RIM_PX: Final = 3
"""The garment's rim counts as garment: there the picture is a mixture of both."""


def background_change(
    before: NDArray[np.uint8], after: NDArray[np.uint8], garments: NDArray[np.uint8]
) -> float | None:
    """Mean absolute change outside the garments, as a share of full scale; None without any outside.

    Args:
        before: (B, S, S, 3) uint8.
        after: the same, edited.
        garments: (B, S, S) uint8, 255 garment.
    """
    rim = np.ones((2 * _RIM_PX + 1, 2 * _RIM_PX + 1), np.uint8)
    outside = np.stack([cv2.dilate(garment, rim) == 0 for garment in garments])
    if not outside.any():
        return None
    change = np.abs(after.astype(np.int16) - before.astype(np.int16)).mean(3)
    return float(change[outside].mean()) / 255


def edit_figures(
    generator: Generator,
    objective: Objective,
    guide: AttributeResnet,
    pictures: Pictures,
    *,
    batch_size: int,
    seed: int,
) -> tuple[dict[str, float], dict[str, float]]:
    """Figures of one edit of each picture in each attribute it can be edited in.

    Args:
        generator: the averaged one.
        objective: composes the edits.
        guide: reads the results.
        pictures: held out.
        batch_size: pictures at once.
        seed: of the wanted values, the same each time.

    Returns:
        Figures, and what the untouched pictures would reach ("baseline"): `ATTRIBUTE.edit_accuracy` (the
        wanted value is read), `mean.edit_accuracy`, `kept.agreement` (the other attributes are read as
        before), `background.change` (renderings only), `cycle.error` and `mask.mean`.
    """
    plan = objective.plan
    rng = np.random.default_rng((seed, 77))
    sums, plain = _Sums(), _Sums()
    for at, (name, values) in enumerate(plan.attributes.items()):
        rows = np.flatnonzero(pictures.codes[:, at] >= 0)
        targets = (pictures.codes[rows, at] + rng.integers(1, len(values), len(rows))) % len(values)
        for start in range(0, len(rows), batch_size):
            part = slice(start, start + batch_size)
            work = _Work(name, rows[part], targets[part])
            _measure(generator, objective, guide, pictures, work, (sums, plain))
    return sums.means(), plain.means()


class _Sums:
    """Values by name, and their means."""

    def __init__(self) -> None:
        self._found: dict[str, list[float]] = {}

    def add(self, name: str, values: Iterable[float]) -> None:
        self._found.setdefault(name, []).extend(values)

    def means(self) -> dict[str, float]:
        found = {name: float(np.mean(values)) for name, values in self._found.items() if values}
        edited = [value for name, value in found.items() if name.endswith(".edit_accuracy")]
        return found | ({"mean.edit_accuracy": float(np.mean(edited))} if edited else {})


@dataclass(frozen=True, slots=True)
class _Work:
    """A batch of edits of one attribute: rows of the pictures and the wanted values."""

    attribute: str
    rows: NDArray[np.int64]
    targets: NDArray[np.int64]


def _measure(
    generator: Generator,
    objective: Objective,
    guide: AttributeResnet,
    pictures: Pictures,
    work: _Work,
    into: tuple[_Sums, _Sums],
) -> None:
    name, rows, (sums, plain) = work.attribute, work.rows, into
    device = next(generator.parameters()).device
    images = pictures.images(rows).to(device)
    at = list(objective.plan.attributes).index(name)
    sources = torch.from_numpy(pictures.codes[rows, at]).to(device)
    wanted = torch.from_numpy(work.targets).to(device)
    with torch.no_grad():
        edit = objective.edit(generator, images, name, sources, wanted)
        back = objective.edit(generator, edit.images, name, wanted, sources)
        before, after = guide(images), guide(edit.images)
    sums.add(f"{name}.edit_accuracy", (_said(after, name) == wanted).float().tolist())
    plain.add(f"{name}.edit_accuracy", (_said(before, name) == wanted).float().tolist())
    for other in objective.plan.attributes:
        if other != name:
            sums.add("kept.agreement", (_said(after, other) == _said(before, other)).float().tolist())
    sums.add("cycle.error", [float(cycle_loss(images, back.images))])
    sums.add("mask.mean", [float(edit.mask.float().mean())])
    rendered = ~pictures.is_photo[rows]
    if rendered.any():
        made = as_squares(edit.images[torch.from_numpy(rendered).to(device)])
        change = background_change(pictures.squares(rows[rendered]), made, pictures.garment(rows[rendered]))
        sums.add("background.change", [] if change is None else [change])


def _said(reading: AttributeReading, name: str) -> Tensor:
    return reading.logits[name].argmax(1)
