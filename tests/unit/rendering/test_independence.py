from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from scipy.stats import chi2_contingency

from fashion_studio.rendering.independence import SHAPE_ATTRIBUTES, sample_independent_spec
from fashion_studio.rendering.render import render, sample_spec

COUNT = 600
SPECS = [sample_independent_spec(seed) for seed in range(COUNT)]


def dependence(one: list[str], other: list[str]) -> float:
    """Probability of a table at least this uneven if both were independent (chi-square test)."""
    rows, columns = sorted(set(one)), sorted(set(other))
    counts = Counter(zip(one, other, strict=True))
    return float(chi2_contingency([[counts[row, column] for column in columns] for row in rows]).pvalue)


@pytest.mark.parametrize("shape", ["category", *SHAPE_ATTRIBUTES])
@pytest.mark.parametrize("surface", ["pattern", "fabric", "main color"])
def test_the_surface_says_nothing_about_the_shape(shape: str, surface: str):
    shapes = [str(getattr(spec, shape)) for spec in SPECS]
    surfaces = [spec.colors[0] if surface == "main color" else str(getattr(spec, surface)) for spec in SPECS]
    assert dependence(shapes, surfaces) > 1e-4


def test_plausible_garments_are_not_independent():
    plausible = [sample_spec(np.random.default_rng(seed)) for seed in range(COUNT)]
    assert dependence([s.category for s in plausible], [s.fabric for s in plausible]) < 1e-12


def test_inks_differ_and_a_solid_garment_has_one():
    for spec in SPECS:
        assert len(set(spec.colors)) == len(spec.colors) == (1 if spec.pattern == "solid" else 3)


def test_the_same_seed_gives_the_same_garment_and_the_truth_is_what_was_drawn():
    assert sample_independent_spec(7) == SPECS[7]
    rendering = render(SPECS[7], width_px=48, height_px=64)
    assert rendering.category == SPECS[7].category
    assert rendering.attributes["pattern"] == SPECS[7].pattern
    assert rendering.attributes["fabric"] == SPECS[7].fabric
