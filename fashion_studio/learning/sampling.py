"""Which picture is shown when, and what the network is asked about it.

Every view is decided by (seed, epoch, picture) alone, so that two runs with one seed see the same pixels and
a resumed run goes on as if it had never stopped.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from torch.utils.data import Dataset, Sampler

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import COLORS
from fashion_studio.learning.augmentation import Augmentation, View, augment, replace_background
from fashion_studio.learning.labels import value_slices

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.cache import PictureSet
    from fashion_studio.learning.labels import Labels
    from fashion_studio.learning.style.square_copies import SquareCopies

__all__ = ["EpochSampler", "StylisedSets", "TrainingViews", "labels_of_view"]

Sample = dict[str, "NDArray[Any]"]

SURE_MASK = 0.99


class EpochSampler(Sampler[list[tuple[int, int]]]):
    """Batches of (epoch, picture): from each set so many pictures per epoch, shuffled together.

    Where an epoch wants fewer pictures than a set has, the set is gone through in a fixed random order, a
    part per epoch, so that all of it is seen before any of it again.

    Args:
        sizes: number of pictures of each set.
        per_epoch: how many of each set an epoch shows.
        batch_size: pictures per batch; what does not fill a batch is left out.
        seed: of the order.
        epoch: whose batches to make.
        turns: for each set the rows that one lap goes through; a row that stands there twice is shown twice
            as often. None for every row once.
    """

    def __init__(
        self,
        sizes: Sequence[int],
        per_epoch: Sequence[int],
        *,
        batch_size: int,
        seed: int,
        epoch: int = 0,
        turns: Sequence[NDArray[np.int64]] | None = None,
    ) -> None:
        self.sizes, self.per_epoch = tuple(sizes), tuple(per_epoch)
        self.batch_size, self.seed, self.epoch = batch_size, seed, epoch
        self.turns = [np.arange(size) for size in sizes] if turns is None else list(turns)

    def __len__(self) -> int:
        return sum(self.per_epoch) // self.batch_size

    def at(self, epoch: int) -> EpochSampler:
        """The same sampler for another epoch."""
        return EpochSampler(
            self.sizes,
            self.per_epoch,
            batch_size=self.batch_size,
            seed=self.seed,
            epoch=epoch,
            turns=self.turns,
        )

    def __iter__(self) -> Iterator[list[tuple[int, int]]]:
        chosen: list[int] = []
        start = 0
        for number, (size, wanted) in enumerate(zip(self.sizes, self.per_epoch, strict=True)):
            chosen += [start + self._pick(number, self.epoch * wanted + k) for k in range(wanted)]
            start += size
        order = np.random.default_rng((self.seed, self.epoch, 1)).permutation(len(chosen))
        for batch in range(len(self)):
            part = order[batch * self.batch_size : (batch + 1) * self.batch_size]
            yield [(self.epoch, chosen[k]) for k in part]

    def _pick(self, number: int, position: int) -> int:
        turns = self.turns[number]
        lap, place = divmod(position, len(turns))
        if not hasattr(self, "_laps"):
            self._laps: dict[tuple[int, int], NDArray[np.int64]] = {}
        if (number, lap) not in self._laps:
            shuffle = np.random.default_rng((self.seed, number, lap, 2)).permutation(len(turns))
            self._laps[number, lap] = turns[shuffle]
        return int(self._laps[number, lap][place])


@dataclass(frozen=True, slots=True)
class StylisedSets:
    """Stylised copies for the views of a round.

    Attributes:
        copies: of each set's squares.
        share: probability of a copy.
        values: where the values of single-valued attributes of the surface lie in `Labels.allowed`.
        colors: whether colours are of the surface.
    """

    copies: tuple[SquareCopies, ...]
    share: float
    values: tuple[slice, ...]
    colors: bool

    @classmethod
    def of(
        cls, copies: Sequence[SquareCopies], share: float, surface: Sequence[str], vocabulary: Vocabulary
    ) -> StylisedSets:
        """With the attributes of a recipe's `[stylising]`, those that the vocabulary has."""
        values = tuple(part for name, part in value_slices(vocabulary).items() if name in surface)
        return cls(tuple(copies), share, values, COLORS in surface)

    def forget(self, sample: Sample) -> Sample:
        """A copy's sample without what was true of its picture's surface."""
        allowed = sample["allowed"].copy()
        for part in self.values:
            allowed[part] = True
        colors: Sample = {}
        if self.colors:
            known = np.zeros_like(sample["colors_known"])
            colors = {"colors_known": known, "main_color": np.full_like(sample["main_color"], -1)}
        return sample | {"allowed": allowed} | colors


class TrainingViews(Dataset[Sample]):
    """Augmented views of several picture sets, asked for by (epoch, picture)."""

    def __init__(
        self,
        sets: Sequence[PictureSet],
        *,
        side_px: int,
        mirror_order: Sequence[int],
        strength: Augmentation,
        seed: int,
        floors: NDArray[np.uint8] | None = None,
        stylised: StylisedSets | None = None,
    ) -> None:
        self.stylised = stylised
        self.sets = list(sets)
        self.ends = np.cumsum([len(pictures) for pictures in sets])
        self.side_px, self.mirror_order = side_px, list(mirror_order)
        self.strength, self.seed = strength, seed
        self.floors = floors

    def __len__(self) -> int:
        return int(self.ends[-1])

    def __getitem__(self, place: tuple[int, int]) -> Sample:
        """The view of (epoch, picture): uint8 `square`, `mask` and the labels as they are in the view."""
        epoch, picture = place
        rng = np.random.default_rng((self.seed, epoch, picture, 3))
        number = int(np.searchsorted(self.ends, picture, side="right"))
        pictures = self.sets[number]
        row = picture - (int(self.ends[number - 1]) if number else 0)
        labels = pictures.labels
        square, mask = np.asarray(pictures.squares[row]), np.asarray(pictures.masks[row])
        sure = labels.mask_weight[row] >= SURE_MASK
        copy = self._copy(number, row, place)
        if copy is not None:  # its style is the whole picture's, with the background
            square = copy
        elif self.floors is not None and sure and rng.random() < self.strength.background_share:
            other = np.asarray(self.floors[int(rng.integers(len(self.floors)))])
            square = replace_background(square, mask, other, rng)
        view = augment(
            square,
            mask,
            labels.points[row],
            side_px=self.side_px,
            mirror_order=self.mirror_order,
            strength=self.strength,
            rng=rng,
        )
        sample = labels_of_view(view, labels, row, self.mirror_order)
        return sample if copy is None or self.stylised is None else self.stylised.forget(sample)

    def _copy(self, number: int, row: int, place: tuple[int, int]) -> NDArray[np.uint8] | None:
        if self.stylised is None:
            return None
        # of numbers of its own: without copies a view is what it has always been
        seed = int(np.random.default_rng((self.seed, *place, 4)).integers(1 << 62))
        return self.stylised.copies[number].drawn(row, self.stylised.share, seed)


def labels_of_view(view: View, labels: Labels, row: int, mirror_order: Sequence[int]) -> Sample:
    """What is true of a view, from what is true of its picture.

    Mirroring exchanges left and right; a known point that was pushed out of the picture is absent, one that
    was covered is occluded; a view without colour has no colour labels.
    """
    order = list(mirror_order) if view.mirrored else list(range(len(view.points)))
    weights = labels.point_weights[row][order].copy()
    visibility = labels.visibility[row][order].copy()
    known = weights > 0
    visibility[known & ~view.inside] = np.arange(len(Visibility)) == Visibility.ABSENT
    weights[~view.inside] = 0.0
    left, top, right, bottom = view.erased
    covered = (view.points >= (left, top)).all(1) & (view.points < (right, bottom)).all(1)
    only_visible = visibility[:, Visibility.VISIBLE] & ~visibility[:, Visibility.ABSENT]
    visibility[known & covered & only_visible] = np.arange(len(Visibility)) == Visibility.OCCLUDED
    return {
        "square": view.square,
        "mask": view.mask,
        "points": view.points,
        "point_weights": weights,
        "visibility": visibility,
        "mask_weight": labels.mask_weight[row],
        "allowed": labels.allowed[row],
        "colors": labels.colors[row],
        "colors_known": labels.colors_known[row] & (not view.gray),
        "main_color": np.int64(-1) if view.gray else labels.main_color[row],
    }
