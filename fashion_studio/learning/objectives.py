"""The losses of the published methods, put together as a recipe says. What is unknown never counts.

Reductions, because weight and reduction belong together (a mean over 1000 attributes and a sum over them
differ by a factor of 1000, a heatmap's sum and mean by its 784 cells):

| kind | "mean" | "sum" |
|-|-|-|
| cross_entropy, focal, main_value | over the labelled photos | over them, divided by the batch |
| binary_cross_entropy | over the known (photo, value) pairs | over a photo's known values, mean over photos |
| visibility | over the labelled landmarks | over a photo's labelled landmarks, mean over photos |
| heatmap_squared | Σ_k v_k, mean over cells and photos | Σ_k v_k Σ_xy, mean over photos |
| heatmap_cross_entropy | over the weighed landmarks | over a photo's weighed landmarks, mean over photos |

The losses of several one-valued heads are added up. Several-valued heads are joined into one vector first, so
that the mean over DeepFashion's 1000 attributes is one mean whatever groups they come in.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch
from torch.nn import functional

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.targets import UNKNOWN, cone_targets, gaussian_targets
from fashion_studio.zoo.two_stream import TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import LossTerm
    from fashion_studio.learning.targets import Targets
    from fashion_studio.zoo.registry import NetworkOutput

__all__ = [
    "Objective",
    "binary_cross_entropy",
    "class_cross_entropy",
    "focal_loss",
    "heatmap_cross_entropy",
    "heatmap_squared_error",
    "visibility_cross_entropy",
]

_ONE: Final = ("cross_entropy", "focal")
_SEVERAL: Final = ("binary_cross_entropy", "main_value")
_LEAST_MASS: Final = 1e-6


@dataclass(frozen=True, slots=True)
class _Part:
    """A term with the heads it covers in this vocabulary."""

    name: str
    term: LossTerm
    heads: tuple[str, ...]


class Objective:
    """The weighted sum of a recipe's loss terms for one vocabulary.

    Args:
        terms: `MethodRecipe.loss`.
        vocabulary: that of the network's heads.
        side_px: side of the input, in whose pixels landmarks are given.

    Raises:
        UserError: a term names an attribute that is not there or has the other cardinality, or no term covers
            anything. A term that covers nothing in this vocabulary is left out (see `describe`).
    """

    def __init__(self, terms: Mapping[str, LossTerm], vocabulary: Vocabulary, side_px: int) -> None:
        self.side_px = side_px
        named = {head for term in terms.values() for head in term.heads}
        parts = [_Part(name, term, _heads(name, term, vocabulary, named)) for name, term in terms.items()]
        landmarks = bool(vocabulary.landmarks)
        self._parts = [part for part in parts if part.heads or (landmarks and _is_place(part.term))]
        self._left_out = [part.name for part in parts if part not in self._parts]
        if not self._parts:
            msg = "No loss term of the recipe fits the data's attributes or landmarks. Choose another recipe."
            raise UserError(msg)

    @property
    def names(self) -> tuple[str, ...]:
        """Of the terms that count here."""
        return tuple(part.name for part in self._parts)

    def describe(self) -> str:
        """One line for the run's log: every term with weight, reduction and what it covers."""
        lines = []
        for part in self._parts:
            term = part.term
            extra = f", smoothing {term.smoothing:g}" if term.smoothing else ""
            extra += f", gamma {term.gamma:g}" if term.kind == "focal" else ""
            if term.kind.startswith("heatmap"):
                extra += f", {term.target} target {term.sigma:.4f} of the side, occluded {term.occluded:g}"
            heads = f" of {', '.join(part.heads)}" if part.heads else ""
            lines.append(f"{part.name}: {term.weight:g} × {term.kind} ({term.reduction}{extra}){heads}")
        if self._left_out:
            lines.append(f"left out, nothing to cover: {', '.join(self._left_out)}")
        return "loss: " + "; ".join(lines)

    def __call__(
        self, output: NetworkOutput, targets: Targets, only: Collection[str] = ()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """The weighted sum and its unweighted terms, in float32.

        Args:
            output: of the network, for B photos.
            targets: of a batch of B, landmarks in input pixels.
            only: names of the terms that count in this phase; () is all.
        """
        found: dict[str, Tensor] = {}
        total = torch.zeros((), device=targets.visibility.device)
        for part in self._parts:
            if only and part.name not in only:
                continue
            found[part.name] = self._term(part, output, targets)
            total = total + part.term.weight * found[part.name]
        return total, found

    def mixed(
        self, output: NetworkOutput, pair: tuple[Targets, Targets], share: float, only: Collection[str] = ()
    ) -> tuple[Tensor, dict[str, Tensor]]:
        """For a batch mixed of two (`learning.mixing`): `share` of the first one's loss, else the other's."""
        first, first_terms = self(output, pair[0], only)
        second, second_terms = self(output, pair[1], only)
        terms = {n: share * value + (1 - share) * second_terms[n] for n, value in first_terms.items()}
        return share * first + (1 - share) * second, terms

    def _term(self, part: _Part, output: NetworkOutput, targets: Targets) -> Tensor:
        term = part.term
        if _is_place(term):
            return self._place_term(term, output, targets)
        if term.kind == "binary_cross_entropy":
            return binary_cross_entropy(
                torch.cat([output.logits[head] for head in part.heads], dim=1),
                torch.cat([targets.flags[head] for head in part.heads], dim=1),
                torch.cat([targets.flags_known[head] for head in part.heads], dim=1),
                term.reduction,
            )
        losses = []
        for head in part.heads:
            logits = output.logits[head]
            if term.kind == "main_value":
                main = targets.main[head]
                allowed = functional.one_hot(main.clamp_min(0), logits.shape[1]).bool()
                allowed &= (main != UNKNOWN)[:, None]
            else:
                allowed = targets.allowed[head]
            if term.kind == "focal":
                losses.append(focal_loss(logits, allowed, term.gamma, term.reduction))
            else:
                losses.append(class_cross_entropy(logits, allowed, term.smoothing, term.reduction))
        return torch.stack(losses).sum()

    def _place_term(self, term: LossTerm, output: NetworkOutput, targets: Targets) -> Tensor:
        if not isinstance(output, TwoStreamOutput):
            msg = "landmark losses need a network with landmarks"
            raise TypeError(msg)
        if term.kind == "visibility":
            return visibility_cross_entropy(output.visibility, targets.visibility, term.reduction)
        maps = output.heatmaps
        shape = (maps.shape[2], maps.shape[3])
        make = gaussian_targets if term.target == "gaussian" else cone_targets
        wanted = make(targets.points, shape, self.side_px, term.sigma)
        weights = (targets.visibility == Visibility.VISIBLE).float()
        weights = weights + term.occluded * (targets.visibility == Visibility.OCCLUDED).float()
        loss = heatmap_squared_error if term.kind == "heatmap_squared" else heatmap_cross_entropy
        return loss(maps, wanted, weights, term.reduction)


def class_cross_entropy(
    logits: Tensor, allowed: Tensor, smoothing: float = 0.0, reduction: str = "mean"
) -> Tensor:
    """-log of the probability of the possible values; of one possible value it is the cross-entropy.

    Label smoothing (Szegedy et al., CVPR 2016) as torch's: (1 - ε)·CE + ε·mean over all values of -log p; of
    full labels only.

    Args:
        logits: (B, values).
        allowed: (B, values) bool; none or all is no label.
        smoothing: ε, 0 to 1.
        reduction: "mean" or "sum" as the module says.
    """
    likely, labelled = _log_allowed(logits, allowed)
    loss = -likely
    if smoothing:
        uniform = -logits.float().log_softmax(1).mean(1)
        loss = torch.where(allowed.sum(1) == 1, (1 - smoothing) * loss + smoothing * uniform, loss)
    return _reduced(loss, labelled.float(), reduction)


def focal_loss(logits: Tensor, allowed: Tensor, gamma: float = 2.0, reduction: str = "mean") -> Tensor:
    """-(1 - p)^γ·log p of the possible values' probability p (Lin et al., ICCV 2017, equation 4).

    Arguments as for `class_cross_entropy`; γ = 0 is the cross-entropy.
    """
    likely, labelled = _log_allowed(logits, allowed)
    # -expm1 keeps 1 - p exact where p is nearly 1, and its gradient finite
    wrong = (-torch.expm1(likely)).clamp_min(torch.finfo(torch.float32).tiny)
    return _reduced(wrong.pow(gamma) * -likely, labelled.float(), reduction)


def binary_cross_entropy(logits: Tensor, flags: Tensor, known: Tensor, reduction: str = "mean") -> Tensor:
    """Binary cross-entropy of logits, never of probabilities.

    Args:
        logits: (B, values).
        flags: (B, values), 0 or 1.
        known: (B, values) bool.
        reduction: "mean" or "sum" as the module says.
    """
    loss = functional.binary_cross_entropy_with_logits(logits.float(), flags.float(), reduction="none")
    return _reduced(loss, known.float(), reduction)


def visibility_cross_entropy(logits: Tensor, visibility: Tensor, reduction: str = "mean") -> Tensor:
    """Of a landmark's state.

    Args:
        logits: (B, K, 1), a sigmoid for "visible", or (B, K, 3), a softmax over the states.
        visibility: (B, K) long, `Visibility` or -1.
        reduction: "mean" or "sum" as the module says.
    """
    known = visibility != UNKNOWN
    if logits.shape[2] == 1:
        return binary_cross_entropy(logits[..., 0], visibility == Visibility.VISIBLE, known, reduction)
    values = logits.float().log_softmax(2)
    chosen = values.gather(2, visibility.clamp_min(0)[..., None])[..., 0]
    return _reduced(-chosen, known.float(), reduction)


def heatmap_squared_error(maps: Tensor, wanted: Tensor, weights: Tensor, reduction: str = "sum") -> Tensor:
    """Σ_k v_k Σ_xy (S_k - S_k^GT)², mean over photos (two-stream paper); "mean" divides by the cells.

    Args:
        maps: (B, K, h, w), the network's.
        wanted: (B, K, h, w), the targets.
        weights: (B, K), v_k: 0 for what is hidden, absent or not known.
        reduction: "sum" or "mean".
    """
    error = (maps.float() - wanted).square()
    cells = error.sum((2, 3)) if reduction == "sum" else error.mean((2, 3))
    return (cells * weights).sum(1).mean()


def heatmap_cross_entropy(maps: Tensor, wanted: Tensor, weights: Tensor, reduction: str = "mean") -> Tensor:
    """Cross-entropy between the target, scaled to sum 1, and the softmax over the map.

    Arguments as for `heatmap_squared_error`.
    """
    shares = wanted.flatten(2)
    shares = shares / shares.sum(2, keepdim=True).clamp_min(_LEAST_MASS)
    loss = -(shares * maps.float().flatten(2).log_softmax(2)).sum(2)
    return _reduced(loss, weights, reduction)


def _log_allowed(logits: Tensor, allowed: Tensor) -> tuple[Tensor, Tensor]:
    values = logits.float().log_softmax(1)
    count = allowed.sum(1)
    labelled = (count > 0) & (count < allowed.shape[1])
    kept = values.masked_fill(~allowed, float("-inf")).masked_fill(~labelled[:, None], 0.0)
    likely = torch.where(labelled, kept.logsumexp(1), 0.0)
    return likely, labelled


def _reduced(loss: Tensor, weights: Tensor, reduction: str) -> Tensor:
    total = (loss * weights).sum()
    return total / (weights.sum().clamp_min(1.0) if reduction == "mean" else len(loss))


def _is_place(term: LossTerm) -> bool:
    return term.kind == "visibility" or term.kind.startswith("heatmap")


def _heads(name: str, term: LossTerm, vocabulary: Vocabulary, named: set[str]) -> tuple[str, ...]:
    if _is_place(term):
        return ()
    wanted = Cardinality.ONE if term.kind in _ONE else Cardinality.SEVERAL
    fitting = [a.name for a in vocabulary.attributes if a.cardinality is wanted]
    if not term.heads:
        return tuple(fitting) if term.kind == "main_value" else tuple(n for n in fitting if n not in named)
    strange = [head for head in term.heads if head not in fitting]
    if strange:
        known = ", ".join(fitting) or "none"
        msg = (
            f"The recipe's loss term “{name}” is about “{strange[0]}”, which the data does not have as an "
            f"attribute with {wanted.value} value{'' if wanted is Cardinality.ONE else 's'}. It has: {known}."
        )
        raise UserError(msg)
    return term.heads
