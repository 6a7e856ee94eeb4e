"""What a finished generator's edits are worth, on rendered garments whose true edit is known.

Asked is a classifier that had no part in the training (the judge), and the renderer, which draws what the
edit should have come to. Retrieval is AMGAN's (section 4.3): a hit is a picture that has all wanted
attributes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torchmetrics.functional.image import structural_similarity_index_measure
from torchmetrics.image.kid import poly_mmd

from fashion_studio.domain.errors import UserError
from fashion_studio.imaging.colors import ciede2000, srgb_to_lab
from fashion_studio.imaging.letterbox import IMAGENET_MEAN_RGB
from fashion_studio.learning.amgan.figures import background_change
from fashion_studio.learning.amgan.paired import value_vector
from fashion_studio.learning.amgan.pairs import EDITED, pairs_of
from fashion_studio.learning.amgan.pictures import as_images
from fashion_studio.learning.amgan.sheets import as_squares
from fashion_studio.zoo.amgan import compose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fashion_studio.learning.amgan.pairs import VariantSet
    from fashion_studio.zoo.amgan import Generator
    from fashion_studio.zoo.attribute_resnet import AttributeResnet

__all__ = ["RETRIEVED", "EditReport", "Editing", "editing_of", "evaluate_edits", "report_table"]

RETRIEVED: Final = (1, 5, 10, 20, 30)
"""The k of top-k retrieval (AMGAN, table 2)."""

Editing: TypeAlias = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]
"""Pictures (B, 3, S, S), values (B, N) and edited (B, M) to the edited pictures and the mask (B, 1, S, S)."""

_KID_SUBSETS: Final = 50
_KID_SIZE: Final = 100
_HALF: Final = 127
_RIM_PIXELS: Final = 4


@dataclass(frozen=True, slots=True)
class EditReport:
    """Figures by name. `ATTRIBUTE` is one of `EDITED` or "mean".

    Attributes:
        figures: `ATTRIBUTE.accuracy`: the judge reads the wanted value in the edit; `ATTRIBUTE.kept`: the
            judge still reads what it rightly read of the other attributes before; `ATTRIBUTE.background`:
            mean change outside both garments, in shares of full scale; `ATTRIBUTE.lab`: mean CIEDE2000 to
            the true edit and `ATTRIBUTE.ssim`: structural similarity with it, inside either garment;
            `retrieval.K`; `kid`: the kernel distance between the judge's features of edits and of true
            edits (unbiased, mean of subsets); `ATTRIBUTE.n`: edits; and what `distance` says.
        bounds: the same of the true edits themselves: what the judge lets be reached.
        floor: the same of the pictures left as they are.
    """

    figures: Mapping[str, float]
    bounds: Mapping[str, float]
    floor: Mapping[str, float]


Distance: TypeAlias = Callable[[NDArray[np.uint8], NDArray[np.uint8]], Mapping[str, float]]
"""Figures of two sets of pictures, (N, S, S, 3) each."""


def editing_of(generator: Generator) -> Editing:
    """The generator's own edits, x* = a·z + (1 - a)·x.

    Raises:
        UserError: it edits other attributes than renderings are made for.
    """
    if {name: tuple(values) for name, values in generator.config.attributes.items()} != EDITED:
        msg = (
            "This generator edits other attributes or values than renderings are made in, so that its edits "
            f"cannot be compared with true ones. Train one for {', '.join(EDITED)}."
        )
        raise UserError(msg)

    def edit(images: Tensor, values: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
        picture, mask = generator(images, values, edited)
        return compose(images, picture, mask), mask

    return edit


def evaluate_edits(
    edit: Editing,
    judge: AttributeResnet,
    variants: VariantSet,
    *,
    batch_size: int = 32,
    distance: Distance | None = None,
    on_progress: Callable[[int, int], None] = lambda _done, _count: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> EditReport:
    """Edits every garment into each of its rendered variants that fits into the square, and compares.

    Args:
        edit: the generator, or what stands in its place.
        judge: reads attributes; had no part in the training.
        variants: of garments that nothing was trained on.
        batch_size: pictures at once.
        distance: compares the edits with the true ones as two sets of pictures; its figures are added.
        on_progress: edits done, edits in all.
        should_stop: asked before each batch; what is measured until then is reported.

    Raises:
        ValueError: no garment has a variant.
    """
    pairs = pairs_of(variants)
    pairs = pairs[(variants.edited[pairs[:, 0]] < 0) & (variants.edited[pairs[:, 1]] >= 0)]
    pairs = pairs[_shown_whole(variants, pairs)]
    if not len(pairs):
        msg = "There is no garment with a variant to measure edits by."
        raise ValueError(msg)
    sums = {kind: _Sums(keeps_squares=distance is not None) for kind in ("edit", "true", "none")}
    for start in range(0, len(pairs), batch_size):
        if should_stop():
            break
        part = pairs[start : start + batch_size]
        _measure(edit, judge, variants, part, sums)
        on_progress(min(start + batch_size, len(pairs)), len(pairs))
    gallery = sums["true"]
    found = {kind: sums[kind].figures(gallery) for kind in sums}
    if distance is not None:
        for kind in ("edit", "none"):
            found[kind] |= distance(sums[kind].pictures, gallery.pictures)
    return EditReport(found["edit"], found["true"], found["none"])


def _shown_whole(variants: VariantSet, pairs: NDArray[np.int32]) -> NDArray[np.bool_]:
    """Which true edits do not run out of the square further than the garment did: new sleeves that are cut
    off can be told by nobody. What lies beyond the rendering itself has no mask either; the picture's fill
    says where that begins.
    """
    before, after = (_at_rim(variants, pairs[:, column]) for column in (0, 1))
    return np.asarray(after <= before + _RIM_PIXELS)


def _at_rim(variants: VariantSet, rows: NDArray[np.int32]) -> NDArray[np.int64]:
    """(P,): pixels of the garment that lie on the rim of the picture or of the square."""
    found = []
    for row in rows:
        outside = (variants.squares[row] == IMAGENET_MEAN_RGB).all(axis=2).astype(np.uint8)
        outside = cv2.copyMakeBorder(outside, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
        near = cv2.dilate(outside, np.ones((5, 5), np.uint8))[1:-1, 1:-1] > 0
        found.append(int(((variants.masks[row] > _HALF) & near).sum()))
    return np.array(found, np.int64)


def _measure(
    edit: Editing,
    judge: AttributeResnet,
    variants: VariantSet,
    pairs: NDArray[np.int32],
    sums: Mapping[str, _Sums],
) -> None:
    sources, targets = variants.squares[pairs[:, 0]], variants.squares[pairs[:, 1]]
    garments = np.maximum(variants.masks[pairs[:, 0]], variants.masks[pairs[:, 1]])
    wanted = variants.values[pairs[:, 1]]
    which = pairs[:, 2]
    told = np.full_like(wanted, -1)
    rows = np.arange(len(pairs))
    told[rows, which] = wanted[rows, which]
    with torch.inference_mode():
        device = judge.mean.device
        values = torch.from_numpy(np.stack([value_vector(row) for row in told])).to(device)
        edited = torch.eye(len(EDITED), device=device)[torch.from_numpy(which.astype(np.int64)).to(device)]
        made, _ = edit(as_images(sources).to(device), values, edited)
        before = _read(judge, sources)
        for kind, squares in (("edit", as_squares(made)), ("true", targets), ("none", sources)):
            after = before if kind == "none" else _read(judge, squares)
            sums[kind].add(_Batch(which, wanted, before, after, sources, squares, targets, garments))
            sums[kind].owners.append(variants.garment[pairs[:, 0]])


@dataclass(frozen=True, slots=True)
class _Read:
    """What the judge says of a batch: (B, M) value indices in `EDITED`'s order, and (B, width) features."""

    said: NDArray[np.int64]
    features: NDArray[np.float32]


def _read(judge: AttributeResnet, squares: NDArray[np.uint8]) -> _Read:
    reading = judge(as_images(np.ascontiguousarray(squares)).to(judge.mean.device))
    said = torch.stack([reading.logits[name].argmax(1) for name in EDITED], dim=1)
    return _Read(said.cpu().numpy(), reading.pooled.float().cpu().numpy())


@dataclass(frozen=True, slots=True)
class _Batch:
    which: NDArray[np.int32]
    wanted: NDArray[np.int8]
    before: _Read
    after: _Read
    sources: NDArray[np.uint8]
    squares: NDArray[np.uint8]
    targets: NDArray[np.uint8]
    garments: NDArray[np.uint8]


@dataclass(slots=True)
class _Sums:
    """Values by name, and what retrieval and the kernel distance need."""

    found: dict[str, list[float]] = field(default_factory=dict)
    features: list[NDArray[np.float32]] = field(default_factory=list)
    wanted: list[NDArray[np.int8]] = field(default_factory=list)
    owners: list[NDArray[np.int32]] = field(default_factory=list)
    keeps_squares: bool = False
    squares: list[NDArray[np.uint8]] = field(default_factory=list)

    @property
    def pictures(self) -> NDArray[np.uint8]:
        """(N, S, S, 3) of all that was added; only where they are kept."""
        return np.concatenate(self.squares)

    def add(self, batch: _Batch) -> None:
        names = list(EDITED)
        distance = _lab_distance(batch.squares, batch.targets)
        alike = _similarity(batch.squares, batch.targets)
        for k, which in enumerate(batch.which):
            name = names[which]
            right = batch.wanted[k]
            self._put(f"{name}.accuracy", float(batch.after.said[k, which] == right[which]))
            for other in range(len(names)):
                if other != which and right[other] >= 0 and batch.before.said[k, other] == right[other]:
                    self._put(f"{name}.kept", float(batch.after.said[k, other] == right[other]))
            one = slice(k, k + 1)
            change = background_change(batch.sources[one], batch.squares[one], batch.garments[one])
            if change is not None:
                self._put(f"{name}.background", change)
            inside = batch.garments[k] > _HALF
            if inside.any():
                self._put(f"{name}.lab", float(distance[k][inside].mean()))
                self._put(f"{name}.ssim", float(alike[k][inside].mean()))
        if self.keeps_squares:
            self.squares.append(batch.squares)
        self.features.append(batch.after.features)
        self.wanted.append(batch.wanted)

    def _put(self, name: str, value: float) -> None:
        self.found.setdefault(name, []).append(value)

    def figures(self, gallery: _Sums) -> dict[str, float]:
        """All means, "mean" over the attributes, and what is compared with the true edits as a whole."""
        found = {name: float(np.mean(values)) for name, values in self.found.items()}
        for kind in ("accuracy", "kept", "background", "lab", "ssim"):
            each = [found[f"{name}.{kind}"] for name in EDITED if f"{name}.{kind}" in found]
            if each:
                found[f"mean.{kind}"] = float(np.mean(each))
        for name in EDITED:
            found[f"{name}.n"] = float(len(self.found.get(f"{name}.accuracy", ())))
        features, wanted = np.concatenate(self.features), np.concatenate(self.wanted)
        found |= _retrieval(features, wanted, np.concatenate(self.owners), gallery)
        found["kid"] = _kernel_distance(features, np.concatenate(gallery.features))
        return found


def _retrieval(
    features: NDArray[np.float32], wanted: NDArray[np.int8], owners: NDArray[np.int32], gallery: _Sums
) -> dict[str, float]:
    """Share of edits among whose k nearest pictures of other garments one has all wanted attributes."""
    shown, have = np.concatenate(gallery.features), np.concatenate(gallery.wanted)
    whose = np.concatenate(gallery.owners)
    normed, others = (each / np.linalg.norm(each, axis=1, keepdims=True) for each in (features, shown))
    hits = dict.fromkeys(RETRIEVED, 0)
    for k, row in enumerate(normed @ others.T):
        row[whose == owners[k]] = -2.0
        order = np.argsort(-row, kind="stable")[: max(RETRIEVED)]
        right = (have[order] == wanted[k]).all(axis=1)
        for most in RETRIEVED:
            hits[most] += bool(right[:most].any())
    return {f"retrieval.{most}": count / len(features) for most, count in hits.items()}


def _kernel_distance(first: NDArray[np.float32], second: NDArray[np.float32]) -> float:
    """Kernel distance (Bińkowski et al., ICLR 2018) between two sets of the judge's features."""
    rng = np.random.default_rng(0)
    size = min(_KID_SIZE, len(first), len(second))
    values = []
    for _ in range(_KID_SUBSETS):
        one, two = (
            torch.from_numpy(each[rng.choice(len(each), size, replace=False)]) for each in (first, second)
        )
        values.append(float(poly_mmd(one, two)))
    return float(np.mean(values))


def _lab_distance(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(B, S, S) CIEDE2000."""
    return ciede2000(srgb_to_lab(first), srgb_to_lab(second))


def _similarity(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> NDArray[np.float64]:
    """(B, S, S) structural similarity (Wang et al., 2004) of lightness at each pixel."""
    grey = [
        torch.from_numpy(np.stack([cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in each])[:, None]).float()
        for each in (first, second)
    ]
    _, full = structural_similarity_index_measure(
        grey[0], grey[1], data_range=255.0, reduction="none", return_full_image=True
    )
    return np.asarray(full[:, 0].numpy(), np.float64)


def report_table(reports: Mapping[str, EditReport], names: Sequence[str] = (*EDITED, "mean")) -> str:
    """One table in Markdown: a row per generator; below it what the judge lets be reached, and no edit."""
    kinds = ("accuracy", "kept", "background", "lab", "ssim")
    head = [f"{name} {kind}" for kind in kinds for name in names] + [f"top-{k}" for k in RETRIEVED] + ["KID"]
    rows: list[tuple[str, Mapping[str, float]]] = [(name, report.figures) for name, report in reports.items()]
    last = next(reversed(list(reports.values())))
    rows += [("*the true edit*", last.bounds), ("*no edit*", last.floor)]
    keys = [f"{name}.{kind}" for kind in kinds for name in names]
    keys += [f"retrieval.{k}" for k in RETRIEVED] + ["kid"]
    if "inception.fid" in last.figures:
        head += ["FID (Inception)", "KID (Inception)"]
        keys += ["inception.fid", "inception.kid"]
    lines = ["| | " + " | ".join(head) + " |", "|-" * (len(head) + 1) + "|"]
    for title, figures in rows:
        cells = [f"{figures[key]:.3f}" if key in figures else "" for key in keys]
        lines.append(f"| {title} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
