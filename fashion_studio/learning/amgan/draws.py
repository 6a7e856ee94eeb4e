"""What each step works on: attribute, pictures, targets, references. All of it follows from seed and step.

So a run that goes on after a break draws exactly what it would have drawn without.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.references import NO_REFERENCE, Match, ReferenceFinder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.zoo.amgan import AmganConfig

__all__ = ["Condition", "Draw", "Drawer", "condition_of"]

_STREAM: Final = 4_000_037
"""Keeps this stream of random numbers apart from others of the same seed."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What the generator is told.

    Attributes:
        target: (B, N): of the edited attribute's values the wanted one is 1, all else is 0 (the paper's
            one-hot m; the masking vector of StarGAN).
        edited: (B, M), one-hot r.
    """

    target: Tensor
    edited: Tensor


@dataclass(frozen=True, slots=True)
class Draw:
    """A step's batch.

    Attributes:
        attribute: index of the one that is edited, the same for the whole batch.
        rows: (B,) pictures whose value of it is known.
        sources: (B,) their values; `targets` (B,) the wanted ones, always others.
        references: (B,) rows, -1 where there is none; None where no perceptual loss is computed.
        matches: how many references were exact, fallbacks, none.
        mirrored: (B,) bool.
        copies: (B,), which stylised copy of each picture is seen, -1 for the picture itself; None where the
            step sees none. A copy has no reference: one would ask for another surface.
    """

    attribute: int
    rows: NDArray[np.int64]
    sources: NDArray[np.int64]
    targets: NDArray[np.int64]
    references: NDArray[np.int64] | None
    matches: dict[str, int]
    mirrored: NDArray[np.bool_]
    copies: NDArray[np.int64] | None = None


def condition_of(config: AmganConfig, attribute: str, values: Tensor) -> Condition:
    """The condition for a batch whose pictures are all edited in one attribute.

    Args:
        config: of the generator.
        attribute: the edited one.
        values: (B,) long, the wanted value of each.
    """
    count = len(values)
    target = torch.zeros(count, config.values, device=values.device)
    places = config.slice_of(attribute).start + values
    target[torch.arange(count, device=values.device), places] = 1.0
    return Condition(target, config.edited(attribute).to(values.device).expand(count, -1))


class Drawer:
    """Draws a step's batch.

    Args:
        plan: of the recipe.
        pictures: trained on.
        batch_size: pictures in a batch.
        seed: of the run.
        copies: (N, C) bool, which stylised copies there are of each picture; None for none.
        surface: attributes whose value a copy does not have; their edits are learnt from originals alone.

    Raises:
        UserError: an attribute of the plan has fewer than two values among the pictures.
    """

    def __init__(
        self,
        plan: GanPlan,
        pictures: Pictures,
        batch_size: int,
        seed: int,
        *,
        copies: NDArray[np.bool_] | None = None,
        surface: Sequence[str] = (),
    ) -> None:
        self._copies = copies
        self._on_surface = [name in surface for name in plan.attributes]
        self._plan, self._pictures, self.batch_size, self.seed = plan, pictures, batch_size, seed
        self._counts = [len(values) for values in plan.attributes.values()]
        self._finder = ReferenceFinder(pictures.codes)
        self._pools = [self._pool(at, name) for at, name in enumerate(plan.attributes)]

    def draw(self, step: int, *, with_references: bool, stylised: float = 0.0) -> Draw:
        """The batch of a step (from 0).

        The attribute changes after each generator's step, so that the discriminators and the generator see
        all of them equally often.

        Args:
            step: of the adversarial training.
            with_references: whether references are looked for.
            stylised: probability that a picture is seen as a stylised copy.
        """
        rng = np.random.default_rng((_STREAM, self.seed, step))
        attribute = (step // self._plan.critic_steps) % len(self._counts)
        photos, renderings = self._pools[attribute]
        wanted = round(self._plan.photo_share * self.batch_size)
        if not len(photos) or not len(renderings):
            wanted = self.batch_size if len(photos) else 0
        rows = np.concatenate([_some(rng, photos, wanted), _some(rng, renderings, self.batch_size - wanted)])
        sources = self._pictures.codes[rows, attribute]
        # any other value, each equally likely
        targets = (sources + rng.integers(1, self._counts[attribute], len(rows))) % self._counts[attribute]
        mirrored = rng.random(len(rows)) < 0.5
        matches: dict[str, int] = {}
        references = None
        copies = self._drawn_copies(step, rows, attribute, stylised)
        if with_references:
            found = [
                self._finder.find(int(row), attribute, int(value), rng)
                for row, value in zip(rows, targets, strict=True)
            ]
            if copies is not None:
                found = [
                    NO_REFERENCE if copy >= 0 else each for each, copy in zip(found, copies, strict=True)
                ]
            references = np.array([each.row for each in found], np.int64)
            matches = {match.name.lower(): sum(each.match is match for each in found) for match in Match}
        return Draw(attribute, rows, sources, targets, references, matches, mirrored, copies)

    def noise(self, step: int, count: int) -> tuple[Tensor, Tensor]:
        """Two (B,) draws from 0 to 1 for the penalties of D_I and D_C."""
        rng = np.random.default_rng((_STREAM, self.seed, step, 1))
        shares = torch.from_numpy(rng.random((2, count), np.float32))
        return shares[0], shares[1]

    def _drawn_copies(
        self, step: int, rows: NDArray[np.int64], attribute: int, share: float
    ) -> NDArray[np.int64] | None:
        if self._copies is None or share <= 0 or self._on_surface[attribute]:
            return None
        # a stream of its own: pictures and targets are those of the training without copies
        rng = np.random.default_rng((_STREAM, self.seed, step, 2))
        seen = rng.random(len(rows)) < share
        number = rng.integers(self._copies.shape[1], size=len(rows))
        return np.where(seen & self._copies[rows, number], number, -1)

    def _pool(self, at: int, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        codes = self._pictures.codes[:, at]
        known = np.flatnonzero(codes >= 0)
        if len(np.unique(codes[known])) < 2:
            msg = (
                f"Fewer than two values of “{name}” occur among the pictures, so that nothing can be learnt "
                "of editing it. Label more photos, take renderings, or leave it out of the recipe."
            )
            raise UserError(msg)
        is_photo = self._pictures.is_photo[known]
        return known[is_photo], known[~is_photo]


def _some(rng: np.random.Generator, pool: NDArray[np.int64], count: int) -> NDArray[Any]:
    return pool[rng.integers(len(pool), size=count)] if count else pool[:0]
