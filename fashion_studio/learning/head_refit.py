"""Quick teaching: linear heads fitted anew to a person's labels, on features that do not change.

For each head the maximum a posteriori of multinomial logistic regression (for colours: one logistic
regression per value) with a Gaussian prior around the shipped weights,

    sum_i w_i · CE(softmax((W x_i + b) / T), y_i)  +  1 / (2 τ²) · |U|²,

where U is the change of the weights, for features standardised and scaled to length one, so that τ is the
standard deviation by which the prior lets a logit of a typical photo change: with five labels the shipped
head stays nearly as it is, with five thousand the labels decide (Bishop, Pattern Recognition and Machine
Learning, 2006, sections 4.3.4 and 4.5). τ is chosen by the log loss on parts of the training labels; where no
τ beats the shipped head there, that head stays. w_i is the tempered inverse frequency of the class.

The change lives in the span of the labelled photos, of which at most 192 principal directions are kept. In
these directions the Hessian is nearly diagonal and bounded by ½ ZᵀZ (Böhning, 1992; ¼ for a sigmoid), which
scales the variables of L-BFGS: a dozen steps suffice. Nothing is drawn at random.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from scipy.linalg import eigh
from scipy.optimize import minimize

from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.linear_heads import LinearHead

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

__all__ = ["CHANGES", "HeadFigures", "HeadLabels", "Refit", "fit_map", "measure_head", "refit"]

CHANGES: Final = (0.25, 0.5, 1.0, 2.0, 4.0)
"""The τ that are tried, in units of a logit."""
FEWEST: Final = 5
"""With fewer labels than this a head stays as it is."""

_CHOSEN_FROM: Final = 25
_CAUTIOUS: Final = 0.5
_FOLDS: Final = 4
_ALL_FOLDS_UP_TO: Final = 800
_MOST_DIRECTIONS: Final = 192
_BALANCE: Final = 0.5
_MOST_WEIGHT: Final = 3.0
_OFFSET: Final = 0.5  # the constant feature: the bias may change half as much as the rest
_WORTH: Final = 1e-3
_TRIAL_STEPS: Final = 15
_STEPS: Final = 60
_AT_ONCE: Final = 2
"""Heads fitted side by side; each matrix product takes one core (see `jobs.engine_process`)."""


@dataclass(frozen=True, slots=True)
class HeadLabels:
    """What is known for one head; photos without a label for it are not in here.

    Attributes:
        rows: (n,) rows of the feature matrix.
        targets: (n, values) float32: one 1 per row, or for a head of several values as many as are right.
    """

    rows: NDArray[np.int64]
    targets: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.rows)


@dataclass(frozen=True, slots=True)
class Refit:
    """One head's outcome.

    Attributes:
        change: the τ that was chosen; 0 where the head stays as shipped.
        labels: how many it was fitted to.
        reason: why it stays, a part of a sentence; empty where it was fitted.
    """

    head: LinearHead
    change: float
    labels: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class HeadFigures:
    """A head measured on photos that it was not fitted to.

    Attributes:
        count: photos with a label.
        right: of how many the likeliest value is (one of) the person's.
        log_loss: mean, in nats per photo.
    """

    count: int
    right: int
    log_loss: float

    @property
    def share(self) -> float:
        """Top-1, 0 to 1; 0 without photos."""
        return self.right / self.count if self.count else 0.0


def measure_head(head: LinearHead, features: NDArray[Any], labels: HeadLabels) -> HeadFigures:
    """Top-1 and log loss of a head on labelled rows of (N, width) features."""
    if not len(labels):
        return HeadFigures(0, 0, 0.0)
    chances = head.probabilities(features[labels.rows])
    best = chances.argmax(axis=1)
    right = int((labels.targets[np.arange(len(labels)), best] > 0).sum())
    return HeadFigures(len(labels), right, float(_log_loss(chances, labels.targets, head.several).mean()))


def refit(
    heads: Mapping[str, LinearHead],
    features: NDArray[Any],
    labels: Mapping[str, HeadLabels],
    folds: NDArray[np.int64],
    *,
    on_head: Callable[[int, int], None] = lambda _done, _total: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> dict[str, Refit]:
    """Fits every head for which there are labels.

    Args:
        heads: the shipped ones: the prior's centre, whatever was taught before.
        features: (N, width), pooled, of training photos and perhaps others.
        labels: per head; held-out photos must not be among them.
        folds: (N,) 0 to 3, fixed by content: the parts by which τ is chosen.
        on_head: heads done, heads in all.
        should_stop: asked at every evaluation.

    Raises:
        Cancelled: on request.
    """
    photos = _Labelled.of(features, labels)

    def one(name: str) -> Refit:
        head, known = heads[name], labels.get(name)
        if photos is None or known is None or len(known) < FEWEST:
            return Refit(head, 0.0, len(known) if known else 0, f"fewer than {FEWEST} labels")
        return _fitted(_Problem(head, known, photos, should_stop), folds[known.rows])

    found: dict[str, Refit] = {}
    with ThreadPoolExecutor(_AT_ONCE, "refit") as pool:
        for name, fitted in zip(heads, pool.map(one, heads), strict=True):
            found[name] = fitted
            on_head(len(found), len(heads))
    return found


def fit_map(head: LinearHead, features: NDArray[Any], labels: HeadLabels, change: float) -> LinearHead:
    """The maximum a posteriori for one τ; see the module's text."""
    photos = _Labelled.of(features, {head.name: labels})
    if photos is None:
        return head
    problem = _Problem(head, labels, photos, lambda: False)
    rows = np.arange(len(labels))
    return problem.head_of(problem.solve(rows, change, problem.start(), steps=500))


def class_weights(targets: NDArray[np.float32]) -> Floats:
    """(n,) the square root of the inverse frequency of each row's class, at most 3 to 1, mean 1."""
    frequency = targets.sum(axis=0)
    per_class = np.maximum(frequency, 1.0) ** -_BALANCE
    present = per_class[frequency > 0]
    per_class = np.minimum(per_class, _MOST_WEIGHT * present.min()) if present.size else per_class
    weights: Floats = (targets * per_class).sum(axis=1) / np.maximum(targets.sum(axis=1), 1.0)
    return weights / weights.mean() if weights.sum() > 0 else np.ones(len(targets))


@dataclass(frozen=True, slots=True)
class _Space:
    """Principal directions of the labelled photos' standardised features.

    Attributes:
        mean, scale: (width,): standardised is (x - mean) · scale; constant features have scale 0. The scale
            holds 1 / sqrt(width) too, so that a typical photo has length 1.
        directions: (width, r) orthonormal.
        power: (r,) mean square along each.
    """

    mean: Floats
    scale: Floats
    directions: Floats
    power: Floats

    @classmethod
    def of(cls, whole: NDArray[np.float32]) -> tuple[_Space, Floats]:
        """The space of (n, width) photos, and these photos in it: (n, r + 1), the last column constant."""
        mean = whole.mean(axis=0, dtype=np.float64)
        deviation = whole.std(axis=0, dtype=np.float64)
        living = deviation > 1e-3 * max(float(deviation.max()), 1e-12)
        scale = np.where(living, 1.0 / np.where(living, deviation, 1.0), 0.0) / np.sqrt(max(living.sum(), 1))
        plain = (whole - mean.astype(np.float32)) * scale.astype(np.float32)
        count, width = plain.shape
        keep = min(count, width, _MOST_DIRECTIONS)
        if count < width:
            gram = (plain @ plain.T).astype(np.float64)
            power, inner = eigh(gram, subset_by_index=[count - keep, count - 1])
            usable = power > 1e-7 * max(power[-1], 1e-12)
            directions = plain.T.astype(np.float64) @ (inner[:, usable] / np.sqrt(power[usable]))
            power = power[usable]
        else:
            power, directions = eigh(
                (plain.T @ plain).astype(np.float64), subset_by_index=[width - keep, width - 1]
            )
        projected = (plain @ directions.astype(np.float32)).astype(np.float64)
        inner = np.hstack([projected, np.full((count, 1), _OFFSET)])
        return cls(mean, scale, directions, np.maximum(power, 0.0) / count), inner


@dataclass(frozen=True, slots=True)
class _Labelled:
    """Photos with a label for any head, made ready once for all heads.

    Attributes:
        rows: (n,) of the feature matrix, ascending.
        whole: (n, width) their features.
        inner: (n, r + 1) the same in the space.
    """

    rows: NDArray[np.int64]
    whole: NDArray[np.float32]
    space: _Space
    inner: Floats

    @classmethod
    def of(cls, features: NDArray[Any], labels: Mapping[str, HeadLabels]) -> _Labelled | None:
        rows = np.unique(np.concatenate([np.empty(0, np.int64), *(known.rows for known in labels.values())]))
        if not len(rows):
            return None
        whole = features[rows].astype(np.float32)
        return cls(rows, whole, *_Space.of(whole))


class _Problem:
    """One head, its labels, and the objective over U, (values, r + 1)."""

    def __init__(
        self,
        head: LinearHead,
        labels: HeadLabels,
        photos: _Labelled,
        should_stop: Callable[[], bool],
    ) -> None:
        self.head, self.space = head, photos.space
        self.targets = labels.targets.astype(np.float64)
        mine = np.searchsorted(photos.rows, labels.rows)
        self.base = head.logits(photos.whole)[mine]
        self.inner = photos.inner[mine]
        self.weights = np.ones(len(labels)) if head.several else class_weights(labels.targets)
        self._should_stop = should_stop

    def start(self) -> Floats:
        """No change."""
        return np.zeros((len(self.head.values), self.inner.shape[1]))

    def solve(self, rows: NDArray[np.int64], change: float, start: Floats, *, steps: int) -> Floats:
        """U for these rows of the labels and this τ, from a start; L-BFGS in scaled variables."""
        prior = 1.0 / change**2
        inner, base, targets = self.inner[rows], self.base[rows], self.targets[rows]
        weights = self.weights[rows, None]
        bound = 0.25 if self.head.several else 0.5
        power = np.append(self.space.power, _OFFSET**2)
        scale = 1.0 / np.sqrt(bound * len(rows) * power + prior)

        def objective(flat: Floats) -> tuple[float, Floats]:
            if self._should_stop():
                raise Cancelled
            change_of = flat.reshape(start.shape) * scale
            loss, slope = self._loss(base + inner @ change_of.T, targets, weights)
            value = loss + 0.5 * prior * float((change_of**2).sum())
            gradient = (slope.T @ inner + prior * change_of) * scale
            return value, gradient.ravel()

        answer = minimize(
            objective,
            (start / scale).ravel(),
            jac=True,
            method="L-BFGS-B",
            options={"maxiter": steps, "ftol": 1e-9, "gtol": 1e-5, "maxcor": 10},
        )
        solved: Floats = answer.x.reshape(start.shape) * scale
        return solved

    def _loss(self, logits: Floats, targets: Floats, weights: Floats) -> tuple[float, Floats]:
        if self.head.several:
            value = np.logaddexp(0.0, logits) - targets * logits
            slope = 1.0 / (1.0 + np.exp(-np.clip(logits, -60.0, 60.0))) - targets
            return float(value.sum()), slope
        top = logits.max(axis=1, keepdims=True)
        shares = np.exp(logits - top)
        whole = shares.sum(axis=1, keepdims=True)
        logs = logits - top - np.log(whole)
        return float(-(weights * targets * logs).sum()), weights * (shares / whole - targets)

    def log_loss(self, rows: NDArray[np.int64], change_of: Floats) -> float:
        """Summed, without class weights: what τ is chosen by."""
        logits = self.base[rows] + self.inner[rows] @ change_of.T
        return self._loss(logits, self.targets[rows], np.ones((len(rows), 1)))[0]

    def head_of(self, change_of: Floats) -> LinearHead:
        """The head in terms of the features as they are."""
        head, space = self.head, self.space
        turn = (change_of[:, :-1] @ space.directions.T) * space.scale * head.temperature
        shift = change_of[:, -1] * _OFFSET * head.temperature - turn @ space.mean
        return LinearHead(
            head.name,
            head.values,
            head.several,
            (head.weight + turn).astype(np.float32),
            (head.bias + shift).astype(np.float32),
            head.temperature,
        )


def _fitted(problem: _Problem, folds: NDArray[np.int64]) -> Refit:
    count = len(problem.targets)
    change = _CAUTIOUS if count < _CHOSEN_FROM else _chosen_change(problem, folds)
    if not change:
        reason = "the labels do not improve on the shipped head"
        return Refit(problem.head, 0.0, count, reason)
    solved = problem.solve(np.arange(count), change, problem.start(), steps=_STEPS)
    return Refit(problem.head_of(solved), change, count)


def _chosen_change(problem: _Problem, folds: NDArray[np.int64]) -> float:
    """The τ with the least log loss on the parts not fitted to; 0 where no change is better."""
    parts = range(_FOLDS if len(folds) <= _ALL_FOLDS_UP_TO else 1)
    losses = dict.fromkeys((0.0, *CHANGES), 0.0)
    measured = 0
    for part in parts:
        out, rows = np.flatnonzero(folds == part), np.flatnonzero(folds != part)
        if not len(out) or not len(rows):
            continue
        measured += len(out)
        solved = problem.start()
        losses[0.0] += problem.log_loss(out, solved)
        for change in CHANGES:
            solved = problem.solve(rows, change, solved, steps=_TRIAL_STEPS)
            losses[change] += problem.log_loss(out, solved)
    if not measured:
        return _CAUTIOUS
    best = min(CHANGES, key=lambda change: losses[change])
    return best if losses[best] < losses[0.0] * (1.0 - _WORTH) else 0.0


def _log_loss(chances: NDArray[np.float32], targets: NDArray[np.float32], several: bool) -> Floats:
    safe = np.clip(chances.astype(np.float64), 1e-7, 1.0 - 1e-7)
    if several:
        losses: Floats = -(targets * np.log(safe) + (1.0 - targets) * np.log1p(-safe)).sum(axis=1)
        return losses
    logs: Floats = -(targets * np.log(safe)).sum(axis=1)
    return logs
