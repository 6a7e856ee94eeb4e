from __future__ import annotations

import pytest

from fashion_studio.probing.records import (
    ConflictResult,
    Cue,
    Decision,
    PhotoResult,
    ProbePhoto,
    VariantResult,
)
from fashion_studio.probing.scores import (
    CuedDecision,
    background_flips,
    bias_score,
    cue_of,
    cued,
    variant_scores,
)


def decisions(shape: int, texture: int, neither: int = 0) -> list[CuedDecision]:
    return (
        [CuedDecision("cat", "dog", "cat")] * shape
        + [CuedDecision("cat", "dog", "dog")] * texture
        + [CuedDecision("cat", "dog", "car")] * neither
    )


def test_bias_is_shape_hits_among_hits_and_says_how_many_hit() -> None:
    score = bias_score(decisions(3, 1, 4))
    assert (score.n, score.shape_hits, score.texture_hits) == (8, 3, 1)
    assert score.bias == pytest.approx(0.75)
    assert score.hit_share == pytest.approx(0.5)
    assert score.low is not None
    assert score.high is not None
    assert score.low < 0.75 < score.high


def test_equal_cues_are_dropped_and_counted() -> None:
    score = bias_score([*decisions(1, 1), CuedDecision("cat", "cat", "cat")])
    assert (score.n, score.dropped, score.bias) == (2, 1, 0.5)


def test_bias_is_undefined_not_zero_when_nothing_hits() -> None:
    score = bias_score([*decisions(0, 0, 5), CuedDecision("cat", "dog", None)])
    assert score.n == 6
    assert (score.bias, score.low, score.high) == (None, None, None)
    assert score.hit_share == 0.0
    assert score.classes[0].bias is None
    assert bias_score([]).hit_share is None


def test_classes_are_those_of_the_shape() -> None:
    score = bias_score(
        [
            CuedDecision("cat", "dog", "cat"),
            CuedDecision("dog", "cat", "cat"),
            CuedDecision("dog", "car", "dog"),
        ]
    )
    assert [(own.name, own.n, own.shape_hits, own.texture_hits) for own in score.classes] == [
        ("cat", 1, 1, 0),
        ("dog", 2, 1, 1),
    ]


def test_the_interval_has_the_width_of_a_binomial_share() -> None:
    score = bias_score(decisions(220, 780))
    assert score.low is not None
    assert score.high is not None
    # 1.96 · √(.22 · .78 / 1000) = .0257
    assert score.low == pytest.approx(0.22 - 0.0257, abs=0.004)
    assert score.high == pytest.approx(0.22 + 0.0257, abs=0.004)
    assert bias_score(decisions(220, 780), seed=0) == score


def test_decisions_on_the_same_picture_are_drawn_together() -> None:
    """Two pictures, one always decided by shape, one by texture: a quarter of the draws has only the one."""
    own = bias_score(
        [CuedDecision("cat", "dog", "cat" if who < 10 else "dog", f"{who // 10}.png") for who in range(20)]
    )
    assert (own.bias, own.low, own.high) == (0.5, 0.0, 1.0)
    alone = bias_score(decisions(10, 10))
    assert alone.low is not None
    assert alone.low > 0.2  # 0.5 - 1.96 · √(.25 / 20) = .28


def test_five_who_decide_alike_on_a_picture_are_not_five_pictures() -> None:
    """Five copies of each decision say no more than one: the interval is that of the pictures."""
    names = [("cat" if place < 60 else "dog", f"{place}.png") for place in range(200)]
    once = [CuedDecision("cat", "dog", said, picture) for said, picture in names]
    score, pooled = bias_score(once), bias_score(once * 5)
    assert (pooled.n, pooled.bias) == (1000, 0.3)
    assert (pooled.low, pooled.high) == (score.low, score.high)
    # 1.96 · √(.3 · .7 / 200) = .0635; over decisions it would be .0284
    assert score.low == pytest.approx(0.3 - 0.0635, abs=0.008)


def test_those_who_decide_differently_on_a_picture_make_the_interval_no_wider_than_pictures() -> None:
    """Each picture is decided once by shape and once by texture, so every draw is one half."""
    both = [CuedDecision("cat", "dog", said, f"{place}.png") for place in range(9) for said in ("cat", "dog")]
    score = bias_score(both)
    assert (score.bias, score.low, score.high) == (0.5, 0.5, 0.5)


def test_published_counts_give_the_published_bias() -> None:
    """.135 shape and .4767 texture of 1,200 pictures: ResNet-50's .2207."""
    score = bias_score(decisions(162, 572, 466))
    assert score.bias == pytest.approx(0.2207, abs=5e-5)
    assert score.shape_hits / score.n == pytest.approx(0.135)
    assert score.texture_hits / score.n == pytest.approx(0.4767, abs=5e-5)


def test_cues() -> None:
    assert cue_of("a", "b", "a") is Cue.SHAPE
    assert cue_of("a", "b", "b") is Cue.TEXTURE
    assert cue_of("a", "b", "c") is Cue.NEITHER
    assert cue_of("a", "b", None) is Cue.NEITHER


def test_a_subject_that_could_not_be_asked_has_no_decisions() -> None:
    results = [
        ConflictResult("a1-b1.png", "a", "b", (Decision("a", 0.9), None)),
        ConflictResult("b1-a1.png", "b", "a", (Decision("a", 0.9), Decision("b", 0.6))),
    ]
    assert [each.decision for each in cued(results, 0)] == ["a", "a"]
    assert [each.decision for each in cued(results, 1)] == ["b"]


def result(key: str, original: str, grey: str, black: str = "") -> PhotoResult:
    def said(value: str, confidence: float = 0.8) -> tuple[dict[str, Decision]]:
        return ({"category": Decision(value, confidence)},)

    return PhotoResult(
        key,
        (VariantResult("original", said(original, 0.9)), VariantResult("grey", said(grey))),
        (VariantResult("on-black", said(black)),) if black else (),
    )


def test_variants_are_kept_and_right_by_their_own_counts() -> None:
    photos = {
        "1": ProbePhoto("1", "1.jpg", truth={"category": "dress"}),
        "2": ProbePhoto("2", "2.jpg"),
        "3": ProbePhoto("3", "3.jpg", truth={"category": "hat"}),
    }
    results = [result("1", "dress", "dress"), result("2", "hat", "dress"), result("3", "dress", "hat")]
    scores = variant_scores(photos, results, 0)["category"]
    assert (scores["original"].n, scores["original"].kept) == (3, 1.0)
    assert (scores["original"].labelled, scores["original"].accuracy) == (2, 0.5)
    assert scores["grey"].kept == pytest.approx(1 / 3)
    assert scores["grey"].accuracy == 1.0
    other_words = variant_scores(photos, results, 0, known={"category": ("dress", "skirt")})["category"]
    assert (other_words["original"].labelled, other_words["original"].accuracy) == (1, 1.0)
    assert other_words["original"].n == 3


def test_flips_are_counted_per_backdrop_and_the_surest_come_first() -> None:
    results = [
        result("1", "dress", "dress", "dress"),
        result("2", "hat", "hat", "shoes"),
        result("3", "hat", "hat"),
    ]
    score = background_flips(results, 0)["category"]
    assert (score.n, score.flips, score.share) == (2, 1, 0.5)
    assert score.by_backdrop == {"on-black": 0.5}
    assert score.worst == (("2", "on-black", "hat", "shoes", 0.72),)
