"""The table of two reviewers' agreement, against figures worked out by hand."""

from __future__ import annotations

import pytest

from bench.reviewer_agreement import agreement_lines, cohen_kappa
from fashion_studio.learning.eye_labels import EyeLabel


def seen(photo: int, pattern: str = "", *colors: str) -> tuple[str, EyeLabel]:
    sha256 = f"{photo:064d}"
    return sha256, EyeLabel(sha256, 30, 40, "dress", {"pattern": pattern} if pattern else {}, colors)


def test_kappa_takes_chance_off() -> None:
    # of 50 photos: both yes 20, both no 15, first alone yes 5, second alone yes 10
    pairs = [("yes", "yes")] * 20 + [("no", "no")] * 15 + [("yes", "no")] * 5 + [("no", "yes")] * 10
    # p_o = 35/50; p_e = 25/50 * 30/50 + 25/50 * 20/50
    assert cohen_kappa(pairs) == pytest.approx((0.7 - 0.5) / (1 - 0.5))
    assert cohen_kappa([("red", "red")] * 3) == 1.0
    assert cohen_kappa([("red", "blue")] * 3) == 0.0


def test_only_what_both_have_said_counts() -> None:
    first = dict(
        [seen(1, "solid", "red"), seen(2, "solid", "blue", "red"), seen(3, "dotted"), seen(4, "solid")]
    )
    second = dict(
        [seen(1, "solid", "red"), seen(2, "dotted", "red"), seen(3, "dotted", "red"), seen(5, "solid")]
    )
    rows = {
        line.split("|")[1].strip(): [cell.strip() for cell in line.split("|")[2:-1]]
        for line in agreement_lines(first, second)
    }
    # pattern: solid right 1 of 2, dotted 1 of 1
    assert rows["pattern"][:3] == ["3", "0.667", "0.750"]
    assert "fit" not in rows
    assert rows["main colour"][:3] == ["2", "0.500", "0.500"]
