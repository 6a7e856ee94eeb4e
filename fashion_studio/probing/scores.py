"""Shape bias and its like: pure arithmetic over decisions, without pictures or networks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.probing.records import Cue, Decision

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from fashion_studio.probing.records import ConflictResult, PhotoResult, ProbePhoto

__all__ = [
    "BiasScore",
    "ClassBias",
    "CuedDecision",
    "FlipScore",
    "SubjectScores",
    "VariantScore",
    "background_flips",
    "bias_score",
    "cue_of",
    "cued",
    "surest_first",
    "variant_scores",
]

RESAMPLES: Final = 2000
_COVERED: Final = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class CuedDecision:
    """A decision on a picture of one shape and another texture.

    Attributes:
        decision: None is no answer ("na").
        picture: the same for decisions on the same picture; "" is a picture of its own.
    """

    shape: str
    texture: str
    decision: str | None
    picture: str = ""


@dataclass(frozen=True, slots=True)
class ClassBias:
    """One class, over the pictures that have its shape. `bias` is None where no decision hit a cue."""

    name: str
    n: int
    shape_hits: int
    texture_hits: int
    bias: float | None


@dataclass(frozen=True, slots=True)
class BiasScore:
    """Shape bias over a set of pictures with two cues.

    Attributes:
        n: decisions on pictures whose cues differ.
        dropped: decisions on pictures whose cues are equal; they count nowhere.
        shape_hits, texture_hits: decisions that name the one or the other.
        bias: shape hits / (shape + texture hits), 0 to 1; None (undefined) when none hits.
        low, high: 95 % percentile bootstrap over pictures, each with all decisions on it; None where `bias`
            is.
        hit_share: share of decisions that hit a cue; None when n is 0.
        classes: per shape class, in alphabetical order.

    Source: Geirhos et al., "ImageNet-trained CNNs are biased towards texture", ICLR 2019, section 2 and
    figure 4.
    """

    n: int
    dropped: int
    shape_hits: int
    texture_hits: int
    bias: float | None
    low: float | None
    high: float | None
    hit_share: float | None
    classes: tuple[ClassBias, ...] = ()


@dataclass(frozen=True, slots=True)
class VariantScore:
    """One attribute on one variant.

    Attributes:
        n: photos decided on.
        kept: share whose decision is that of the original photo; None without any.
        labelled: photos with a truth that the subject knows.
        accuracy: share of these that are right; None without any.
    """

    n: int
    kept: float | None
    labelled: int
    accuracy: float | None


@dataclass(frozen=True, slots=True)
class FlipScore:
    """One attribute when the background is replaced.

    Attributes:
        n: pairs of decisions (photo, backdrop).
        flips: how many differ from the original's.
        share: flips / n; None without any.
        by_backdrop: backdrop to share.
        worst: photos by how surely they flip (confidence before × after), the surest first: (key, backdrop,
            before, after, that product).
    """

    n: int
    flips: int
    share: float | None
    by_backdrop: Mapping[str, float]
    worst: tuple[tuple[str, str, str, str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class SubjectScores:
    """All scores of one subject.

    Attributes:
        name: of the subject.
        bias: None without a conflict set that it can be asked about.
        variants: attribute → variant → score.
        flips: attribute → score of the background check.
    """

    name: str
    bias: BiasScore | None = None
    variants: Mapping[str, Mapping[str, VariantScore]] = field(default_factory=dict)
    flips: Mapping[str, FlipScore] = field(default_factory=dict)


def cue_of(shape: str, texture: str, decision: str | None) -> Cue:
    """Which cue a decision names."""
    if decision == shape:
        return Cue.SHAPE
    return Cue.TEXTURE if decision == texture else Cue.NEITHER


def cued(results: Iterable[ConflictResult], subject: int) -> list[CuedDecision]:
    """One subject's decisions on a conflict set; pictures on which it could not be asked are left out."""
    found = []
    for result in results:
        decision = result.decisions[subject]
        if decision is not None:
            found.append(CuedDecision(result.shape, result.texture, decision.value, result.file))
    return found


def surest_first(
    results: Iterable[ConflictResult], subject: int, shape: str | None = None, cue: Cue | None = None
) -> list[ConflictResult]:
    """Pictures of a shape class that a subject decided by a cue, surest first; None means any."""
    found = []
    for result in results:
        decision = result.decisions[subject]
        if decision is None or (shape is not None and result.shape != shape):
            continue
        if cue is None or cue_of(result.shape, result.texture, decision.value) is cue:
            found.append((decision.confidence, result))
    return [result for _, result in sorted(found, key=lambda pair: -pair[0])]


def bias_score(decisions: Iterable[CuedDecision], *, seed: int = 0, resamples: int = RESAMPLES) -> BiasScore:
    """Shape bias of any number of decisions; pictures with equal cues are dropped.

    Args:
        decisions: of one decider, or of several pooled.
        seed: of the bootstrap.
        resamples: of the bootstrap.
    """
    given = list(decisions)
    conflicting = [each for each in given if each.shape != each.texture]
    cues = [(each.shape, cue_of(each.shape, each.texture, each.decision)) for each in conflicting]
    per_class = Counter(cues)
    totals = Counter(shape for shape, _ in cues)
    classes = tuple(
        _class_bias(name, totals[name], per_class[name, Cue.SHAPE], per_class[name, Cue.TEXTURE])
        for name in sorted(totals)
    )
    n = len(cues)
    shape_hits = sum(each.shape_hits for each in classes)
    texture_hits = sum(each.texture_hits for each in classes)
    low, high = _interval(_by_picture(conflicting), seed, resamples)
    return BiasScore(
        n=n,
        dropped=len(given) - n,
        shape_hits=shape_hits,
        texture_hits=texture_hits,
        bias=_ratio(shape_hits, shape_hits + texture_hits),
        low=low,
        high=high,
        hit_share=_ratio(shape_hits + texture_hits, n),
        classes=classes,
    )


def variant_scores(
    photos: Mapping[str, ProbePhoto],
    results: Sequence[PhotoResult],
    subject: int,
    *,
    known: Mapping[str, Sequence[str]] | None = None,
) -> dict[str, dict[str, VariantScore]]:
    """Per attribute and variant: how often the original's decision was kept, and how often it is right.

    Args:
        photos: by key, for their truth.
        results: of these photos.
        subject: index.
        known: attribute to the values that the subject answers with; a truth in other words than these does
            not count as labelled. None takes every truth.
    """
    rows: dict[tuple[str, str], list[tuple[bool | None, bool | None]]] = {}
    for result in results:
        original = _of(result, "original", subject)
        truth = photos[result.key].truth if result.key in photos else {}
        for variant in result.variants:
            for attribute, decision in (variant.decisions[subject] or {}).items():
                before = original.get(attribute)
                said = truth.get(attribute)
                if known is not None and said not in known.get(attribute, ()):
                    said = None
                rows.setdefault((attribute, variant.name), []).append(
                    (
                        None if before is None else before.value == decision.value,
                        None if said is None else said == decision.value,
                    )
                )
    scores: dict[str, dict[str, VariantScore]] = {}
    for (attribute, name), pairs in rows.items():
        kept = [same for same, _ in pairs if same is not None]
        right = [correct for _, correct in pairs if correct is not None]
        scores.setdefault(attribute, {})[name] = VariantScore(
            len(pairs), _ratio(sum(kept), len(kept)), len(right), _ratio(sum(right), len(right))
        )
    return scores


def background_flips(
    results: Iterable[PhotoResult], subject: int, *, worst: int = 12
) -> dict[str, FlipScore]:
    """Per attribute: how often the decision changes with the background, and where most surely."""
    seen: dict[str, list[tuple[str, str, Decision, Decision]]] = {}
    for result in results:
        original = _of(result, "original", subject)
        for changed in result.backgrounds:
            for attribute, after in (changed.decisions[subject] or {}).items():
                if attribute in original:
                    seen.setdefault(attribute, []).append(
                        (result.key, changed.name, original[attribute], after)
                    )
    return {attribute: _flip_score(pairs, worst) for attribute, pairs in seen.items()}


def _flip_score(pairs: Sequence[tuple[str, str, Decision, Decision]], worst: int) -> FlipScore:
    flipped = [pair for pair in pairs if pair[2].value != pair[3].value]
    totals, changed = Counter(pair[1] for pair in pairs), Counter(pair[1] for pair in flipped)
    surest = sorted(flipped, key=lambda pair: -pair[2].confidence * pair[3].confidence)[:worst]
    return FlipScore(
        n=len(pairs),
        flips=len(flipped),
        share=_ratio(len(flipped), len(pairs)),
        by_backdrop={name: changed[name] / totals[name] for name in totals},
        worst=tuple(
            (key, name, before.value, after.value, round(before.confidence * after.confidence, 4))
            for key, name, before, after in surest
        ),
    )


def _of(result: PhotoResult, name: str, subject: int) -> Mapping[str, Decision]:
    for variant in result.variants:
        if variant.name == name:
            return variant.decisions[subject] or {}
    return {}


def _class_bias(name: str, n: int, shape_hits: int, texture_hits: int) -> ClassBias:
    return ClassBias(name, n, shape_hits, texture_hits, _ratio(shape_hits, shape_hits + texture_hits))


def _by_picture(decisions: Iterable[CuedDecision]) -> list[tuple[int, int]]:
    """Each picture's (shape hits, texture hits), over all that decided on it."""
    hits: dict[object, list[int]] = {}
    for place, each in enumerate(decisions):
        counted = hits.setdefault(each.picture or place, [0, 0])
        cue = cue_of(each.shape, each.texture, each.decision)
        if cue is not Cue.NEITHER:
            counted[cue is Cue.TEXTURE] += 1
    return [(shape, texture) for shape, texture in hits.values()]


def _interval(
    pictures: Sequence[tuple[int, int]], seed: int, resamples: int
) -> tuple[float | None, float | None]:
    """Percentile bootstrap that draws as many pictures with replacement, each with all its decisions.

    Decisions on the same picture are not independent, so they are drawn together (cluster bootstrap; Davison
    & Hinkley, "Bootstrap Methods and their Application", 1997, section 3.8). Pictures of equal counts are
    the same to it, so drawing them is one multinomial draw of how often each pair of counts comes up.
    """
    kinds = Counter(pictures)
    counts = np.array(sorted({(1, 0), (0, 1), (0, 0), *kinds}, reverse=True))
    shares = np.array([kinds[int(shape), int(texture)] for shape, texture in counts]) / max(1, len(pictures))
    if not (counts[shares > 0] > 0).any():
        return None, None
    drawn = np.random.default_rng(seed).multinomial(len(pictures), shares, size=resamples)
    shape_hits, texture_hits = (drawn @ counts).T
    hits = shape_hits + texture_hits
    low, high = np.percentile(shape_hits[hits > 0] / hits[hits > 0], _COVERED)
    return float(low), float(high)


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None
