"""Rendered garments in several values: only what is edited differs, and only pairs that can be told."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fashion_studio.learning.amgan.pairs import (
    EDITED,
    PairPlan,
    VariantSet,
    base_spec,
    edited_spec,
    make_variants,
    pairs_of,
    pattern_inks,
)
from fashion_studio.rendering.render import render, sample_spec

if TYPE_CHECKING:
    from pathlib import Path

SLEEVES = EDITED["sleeve_length"]
SOLID = EDITED["pattern"].index("solid")


@pytest.fixture(scope="module")
def variants() -> VariantSet:
    return make_variants(range(40, 46), PairPlan(48, colors=2, patterns=2))


def test_a_colour_edit_leaves_the_background_alone() -> None:
    spec = sample_spec(np.random.default_rng(41), "t-shirt")
    spec = replace(spec, colors=("red",), pattern="solid", fabric="cotton")
    scene = replace(spec.scene, noise=0.0, jpeg_quality=0, occluders=())
    spec = replace(spec, scene=scene)
    red, blue = (
        render(edited_spec(spec, "colors", name), width_px=96, height_px=128) for name in ("red", "blue")
    )
    changed = np.abs(red.image.astype(int) - blue.image.astype(int)).max(axis=2) > 8
    assert changed[red.mask > 0.9].mean() > 0.9
    assert changed[red.mask == 0.0].mean() < 0.02


def test_a_sleeve_edit_is_refused_for_trousers() -> None:
    pants = replace(base_spec(1), category="pants", sleeve_length="none")
    with pytest.raises(ValueError, match="pants"):
        edited_spec(pants, "sleeve_length", "long")


def test_plain_means_one_colour_and_a_pattern_has_inks_that_show() -> None:
    spec = replace(base_spec(1), colors=("white", "red", "blue"), pattern="other")
    assert edited_spec(spec, "pattern", "solid").colors == ("white",)
    assert edited_spec(spec, "pattern", "dotted").colors == ("white", "navy", "red")
    assert not set(pattern_inks("navy")) & {"navy"}


def test_the_same_seed_gives_the_same_variants(variants: VariantSet) -> None:
    again = make_variants(range(40, 42), PairPlan(48, colors=2, patterns=2))
    np.testing.assert_array_equal(again.squares, variants.squares[: len(again)])


def test_every_garment_comes_first_as_it_is(variants: VariantSet) -> None:
    firsts = np.flatnonzero(np.diff(variants.garment, prepend=-1))
    assert (variants.edited[firsts] == -1).all()
    assert (np.delete(variants.edited, firsts) >= 0).all()
    assert (variants.masks.reshape(len(variants), -1).max(axis=1) == 255).all()


def test_pairs_differ_in_their_attribute_and_lie_within_one_garment(variants: VariantSet) -> None:
    pairs = pairs_of(variants)
    assert len(pairs)
    for source, target, which in pairs:
        assert variants.garment[source] == variants.garment[target]
        assert variants.values[source, which] != variants.values[target, which]
        others = [k for k in range(len(EDITED)) if k != which]
        assert (variants.values[source, others] == variants.values[target, others]).all()


def test_no_pair_asks_for_what_its_picture_cannot_tell(variants: VariantSet) -> None:
    names = list(EDITED)
    for source, target, which in pairs_of(variants):
        made = variants.edited[source] >= 0
        if names[which] == "sleeve_length" and made:
            assert variants.values[source, which] != SLEEVES.index("sleeveless")
        if names[which] == "pattern" and variants.edited[target] < 0:
            assert variants.values[target, which] == SOLID


def test_sets_are_joined_and_kept(variants: VariantSet, tmp_path: Path) -> None:
    joined = VariantSet.joined([variants, variants])
    assert len(joined) == 2 * len(variants)
    assert len(pairs_of(joined)) == 2 * len(pairs_of(variants))
    joined.save(tmp_path / "v.npz")
    again = VariantSet.load(tmp_path / "v.npz")
    np.testing.assert_array_equal(again.squares, joined.squares)
    np.testing.assert_array_equal(again.values, joined.values)


def test_making_variants_stops_on_request() -> None:
    calls = iter([False, True])
    made = make_variants(range(40, 60), PairPlan(32), should_stop=lambda: next(calls))
    assert set(made.garment.tolist()) == {0}
