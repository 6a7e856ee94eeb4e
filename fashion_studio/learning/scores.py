"""Figures of the published methods, with what always guessing the most frequent answer reaches beside them.

Names: "HEAD.top1", "HEAD.top3", "HEAD.macro_recall", "HEAD.ece" of one-valued heads; "HEAD.recall_at_3",
"HEAD.macro_recall_at_3", "HEAD.main_top1" of several-valued ones, "all.recall_at_3" over all of these joined;
"mean.top1" and "mean.macro_recall" over the one-valued heads; "landmarks.ne", "landmarks.ne_argmax",
"landmarks.pck_0.1", "visibility.accuracy". A figure whose labels are absent is left out. ACSA, FASHION-HOW's
mean of per-class accuracies, is a head's "macro_recall" (Σ over the classes that the truth has, by index into
the full list of classes; "HEAD.absent" says how many it has not).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import torch
from torchmetrics.functional.classification import binary_calibration_error, multiclass_accuracy

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.metrics import calibration_error, class_scores, normalised_error
from fashion_studio.learning.targets import UNKNOWN, Targets, known_classes
from fashion_studio.zoo.bundle import Calibration
from fashion_studio.zoo.decoding import argmax_positions, landmark_positions, visibility_probabilities
from fashion_studio.zoo.two_stream import TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.zoo.registry import NetworkOutput

__all__ = ["AnswerBook", "Scores", "ValueRow", "pck", "recall_at_k", "score"]

_RANKS: Final = (3, 5)
_PCK: Final = (0.05, 0.1)
_BINS: Final = 15


@dataclass(frozen=True, slots=True)
class ValueRow:
    """One value of an attribute: how many photos have it, and how well it is found. None where undefined."""

    value: str
    count: int
    recall: float | None
    precision: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """What was measured on N photos.

    Attributes:
        figures: by name, see the module's text.
        baseline: for the figures that have one, what the most frequent answer (for landmarks the mean place)
            of these same photos reaches.
        tables: per attribute a row for each value, absent ones included.
        confusion: per one-valued attribute (values, values) counts, truth down, prediction across.
    """

    photos: int
    figures: Mapping[str, float]
    baseline: Mapping[str, float]
    tables: Mapping[str, tuple[ValueRow, ...]] = field(default_factory=dict)
    confusion: Mapping[str, Tensor] = field(default_factory=dict)


@dataclass(slots=True)
class AnswerBook:
    """Gathers a network's answers and the truth over batches, on the CPU.

    Attributes:
        side_px: side of the input, in whose pixels landmarks are.
    """

    side_px: int
    _logits: list[dict[str, Tensor]] = field(default_factory=list)
    _places: list[tuple[Tensor, Tensor, Tensor]] = field(default_factory=list)
    _targets: list[Targets] = field(default_factory=list)

    def add(self, output: NetworkOutput, targets: Targets) -> None:
        """One batch: the network's output and its targets, landmarks in input pixels."""
        self._targets.append(targets.to("cpu"))
        self._logits.append({name: logits.float().cpu() for name, logits in output.logits.items()})
        if isinstance(output, TwoStreamOutput):
            peaks = argmax_positions(output.heatmaps).float().cpu()
            places = landmark_positions(output.heatmaps, self.side_px).cpu() / self.side_px
            self._places.append((places, peaks, output.visibility.float().cpu()))

    def __len__(self) -> int:
        return sum(len(targets.visibility) for targets in self._targets)

    def logits(self, head: str) -> Tensor:
        """(N, values) of one head."""
        return torch.cat([batch[head] for batch in self._logits])

    def allowed(self, head: str) -> Tensor:
        """(N, values) bool, the possible values of a one-valued attribute."""
        return torch.cat([targets.allowed[head] for targets in self._targets])

    def flags(self, head: str) -> tuple[Tensor, Tensor, Tensor]:
        """Of a several-valued attribute: present and known (N, values) bool, main value (N,) or -1."""
        return (
            torch.cat([targets.flags[head] for targets in self._targets]) > 0.5,
            torch.cat([targets.flags_known[head] for targets in self._targets]),
            torch.cat([targets.main[head] for targets in self._targets]),
        )

    def places(self) -> tuple[Tensor, Tensor, Tensor] | None:
        """Sub-cell positions and peaks (N, K, 2) in 0 to 1, visibility logits (N, K, states)."""
        if not self._places:
            return None
        places, peaks, visibility = zip(*self._places, strict=True)
        return torch.cat(places), torch.cat(peaks), torch.cat(visibility)

    def true_places(self) -> tuple[Tensor, Tensor]:
        """True positions (N, K, 2) in 0 to 1 and visibility (N, K), -1 unknown."""
        points = torch.cat([targets.points for targets in self._targets]) / self.side_px
        return points, torch.cat([targets.visibility for targets in self._targets])


def score(book: AnswerBook, vocabulary: Vocabulary, calibration: Calibration | None = None) -> Scores:
    """All figures of what the book holds.

    Args:
        book: answers and truth.
        vocabulary: of the network's heads.
        calibration: temperatures for the calibration error; without it that of the bare logits.
    """
    calibration = calibration or Calibration()
    found = _Found()
    for attribute in vocabulary.attributes:
        if attribute.cardinality is Cardinality.ONE:
            _score_one(book, attribute.name, attribute.value_names, calibration, found)
        else:
            _score_several(book, attribute.name, attribute.value_names, found)
    _score_joined(book, vocabulary, found)
    for name in ("top1", "macro_recall"):
        heads = [a.name for a in vocabulary.attributes if f"{a.name}.{name}" in found.figures]
        if heads:
            for part in (found.figures, found.baseline):
                part[f"mean.{name}"] = sum(part[f"{head}.{name}"] for head in heads) / len(heads)
    _score_places(book, vocabulary.landmark_names, calibration, found)
    return Scores(len(book), found.figures, found.baseline, found.tables, found.confusion)


@dataclass(slots=True)
class _Found:
    figures: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, float] = field(default_factory=dict)
    tables: dict[str, tuple[ValueRow, ...]] = field(default_factory=dict)
    confusion: dict[str, Tensor] = field(default_factory=dict)


def _score_one(
    book: AnswerBook, name: str, values: tuple[str, ...], calibration: Calibration, found: _Found
) -> None:
    truth, logits = known_classes(book.allowed(name)), book.logits(name)
    if not bool((truth >= 0).any()):
        return
    scores = class_scores(logits.argmax(1), truth, len(values))
    support = scores.confusion.sum(1)
    present = int((support > 0).sum())
    known = truth >= 0
    found.figures |= {
        f"{name}.n": float(scores.n),
        f"{name}.absent": float(len(values) - present),
        f"{name}.top1": scores.top1,
        f"{name}.macro_recall": scores.macro_recall,
        f"{name}.ece": calibration_error((logits / calibration.temperature(name)).softmax(1), truth),
    }
    found.baseline |= {f"{name}.top1": scores.majority, f"{name}.macro_recall": 1.0 / present}
    ordered = support.sort(descending=True).values
    for k in _RANKS:
        if k < len(values):
            found.figures[f"{name}.top{k}"] = float(
                multiclass_accuracy(
                    logits[known], truth[known], num_classes=len(values), top_k=k, average="micro"
                )
            )
            found.baseline[f"{name}.top{k}"] = float(ordered[:k].sum() / support.sum())
    found.tables[name] = _rows(values, scores.confusion.diagonal(), support, scores.confusion.sum(0))
    found.confusion[name] = scores.confusion


def _score_several(book: AnswerBook, name: str, values: tuple[str, ...], found: _Found) -> None:
    logits = book.logits(name)
    present, known, main = book.flags(name)
    if bool((present & known).any()):
        _put_recalls(name, logits, present, known, found)
        chances = logits.sigmoid()
        found.figures[f"{name}.ece"] = float(
            binary_calibration_error(chances[known], present[known].int(), n_bins=_BINS)
        )
        said = (chances >= 0.5) & known
        found.tables[name] = _rows(values, (said & present).sum(0), (present & known).sum(0), said.sum(0))
    if bool((main != UNKNOWN).any()):
        scores = class_scores(logits.argmax(1), main, len(values))
        found.figures |= {
            f"{name}.n": float(scores.n),
            f"{name}.main_top1": scores.top1,
            f"{name}.main_macro_recall": scores.macro_recall,
        }
        classes = int((scores.confusion.sum(1) > 0).sum())
        found.baseline |= {f"{name}.main_top1": scores.majority, f"{name}.main_macro_recall": 1.0 / classes}


def _score_joined(book: AnswerBook, vocabulary: Vocabulary, found: _Found) -> None:
    heads = [a.name for a in vocabulary.attributes if a.cardinality is Cardinality.SEVERAL]
    if len(heads) < 2:
        return
    flags = [book.flags(head) for head in heads]
    present, known = torch.cat([f[0] for f in flags], 1), torch.cat([f[1] for f in flags], 1)
    if bool((present & known).any()):
        _put_recalls("all", torch.cat([book.logits(head) for head in heads], 1), present, known, found)


def _put_recalls(name: str, logits: Tensor, present: Tensor, known: Tensor, found: _Found) -> None:
    frequency = (present & known).sum(0).float()
    for k in _RANKS:
        if k >= logits.shape[1]:
            continue
        micro, macro = recall_at_k(logits, present, known, k)
        plain_micro, plain_macro = recall_at_k(frequency.expand_as(logits), present, known, k)
        found.figures |= {f"{name}.recall_at_{k}": micro, f"{name}.macro_recall_at_{k}": macro}
        found.baseline |= {f"{name}.recall_at_{k}": plain_micro, f"{name}.macro_recall_at_{k}": plain_macro}


def recall_at_k(scores: Tensor, present: Tensor, known: Tensor, k: int) -> tuple[float, float]:
    """Micro and macro recall of the k highest scores of each photo.

    Micro is ΣTP / ΣGT over all photos and values, as Liu & Lu's code counts it (ECCV 2018 workshop). Macro is
    the mean of TP / GT over every value that the truth has, not over the best ones. Values of which nothing
    is known on a photo take no rank there.

    Args:
        scores: (N, values).
        present: (N, values) bool.
        known: (N, values) bool.
        k: at least 1, less than the number of values.

    Returns:
        Both NaN where the truth has no value at all.
    """
    ranked = scores.masked_fill(~known, float("-inf")).topk(k, dim=1).indices
    chosen = torch.zeros_like(present).scatter_(1, ranked, value=True)
    wanted = present & known
    hits, support = (chosen & wanted).sum(0).float(), wanted.sum(0).float()
    there = support > 0
    return float(hits.sum() / support.sum()), float((hits[there] / support[there]).mean())


def pck(predicted: Tensor, truth: Tensor, visible: Tensor, within: float) -> float:
    """Share of the visible landmarks that lie within a distance of the truth, in fractions of the side.

    Args:
        predicted: (N, K, 2) in 0 to 1.
        truth: (N, K, 2) in 0 to 1.
        visible: (N, K) bool.
        within: largest distance.
    """
    distance = (predicted - truth).square().sum(2).sqrt()
    return float((distance <= within)[visible].float().mean())


def _score_places(book: AnswerBook, names: tuple[str, ...], calibration: Calibration, found: _Found) -> None:
    answers = book.places()
    if answers is None:
        return
    places, peaks, logits = answers
    points, visibility = book.true_places()
    visible = visibility == Visibility.VISIBLE
    if bool(visible.any()):
        unit = torch.ones(len(points), 2)
        error, each = normalised_error(places, points, visible, unit)
        found.figures |= {"landmarks.n": float(visible.sum()), "landmarks.ne": error}
        found.figures["landmarks.ne_argmax"] = normalised_error(peaks, points, visible, unit)[0]
        seen = visible.any(0).tolist()
        found.figures |= {
            f"landmarks.ne.{n}": float(v) for n, v, is_seen in zip(names, each, seen, strict=True) if is_seen
        }
        mean = torch.where(visible[..., None], points, 0.0).sum(0) / visible.sum(0).clamp_min(1)[:, None]
        usual = mean.expand_as(points)
        plain = normalised_error(usual, points, visible, unit)[0]
        found.baseline |= {"landmarks.ne": plain, "landmarks.ne_argmax": plain}
        for within in _PCK:
            found.figures[f"landmarks.pck_{within:g}"] = pck(places, points, visible, within)
            found.baseline[f"landmarks.pck_{within:g}"] = pck(usual, points, visible, within)
    known = visibility != UNKNOWN
    if bool(known.any()):
        states = visibility_probabilities(logits, calibration.temperature("visibility")).argmax(2)
        if logits.shape[2] == 1:  # it knows visible or not, so that is what it is measured by
            states, visibility = states.clamp_max(1), visibility.clamp_max(1)
            states = (states > 0).long()
        found.figures["visibility.accuracy"] = float((states == visibility)[known].float().mean())
        counts = torch.stack([((visibility == s) & known).sum(0) for s in range(len(Visibility))])
        found.baseline["visibility.accuracy"] = float(counts.amax(0).sum() / counts.sum())


def _rows(values: tuple[str, ...], hits: Tensor, support: Tensor, said: Tensor) -> tuple[ValueRow, ...]:
    return tuple(
        ValueRow(
            value,
            int(count),
            float(hit / count) if count else None,
            float(hit / claimed) if claimed else None,
        )
        for value, hit, count, claimed in zip(values, hits, support, said, strict=True)
    )
