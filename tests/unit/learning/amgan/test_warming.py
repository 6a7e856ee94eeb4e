"""What the paired warm-up draws from: renderings, and photos of which mask and colour are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.material import GanMaterial
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, VariantSet, make_variants
from fashion_studio.learning.amgan.pictures import Pictures, joined, pictures_of_variants
from fashion_studio.learning.amgan.plan import GanPlan
from fashion_studio.learning.amgan.warming import pair_draw
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe
from tests.unit.learning.amgan.gan_runs import RECIPE

PAIRED = RECIPE.replace(
    "[[phases]]",
    """[[phases]]
name = "paired"
epochs = 1
optimiser = { kind = "adam", rate = 1e-3, weight_decay = 0.0, betas = [0.5, 0.999] }
schedule = { kind = "linear_half" }

[[phases]]""",
    1,
)


@pytest.fixture(scope="module")
def variants() -> VariantSet:
    return make_variants(range(60, 63), PairPlan(32, colors=2, patterns=2))


def _asked(plan_attributes: dict[str, tuple[str, ...]]) -> tuple[MethodRecipe, GanPlan]:
    recipe = parse_method_recipe(PAIRED)
    assert recipe.gan is not None
    plan = replace(recipe.gan, attributes=plan_attributes)
    return replace(recipe, gan=plan), plan


def _material(variants: VariantSet, *, photos: bool) -> GanMaterial:
    _, plan = _asked(EDITED)
    rendered = pictures_of_variants(variants, plan)
    training = rendered
    if photos:
        square = np.full((2, 32, 32, 3), (40, 200, 40), np.uint8)
        masks = np.zeros((2, 32, 32), np.uint8)
        masks[0, 4:28, 4:28] = 255  # the second photo has none
        codes = np.array([[EDITED["colors"].index("green"), -1, 0]] * 2, np.int64)
        seen = Pictures(("a", "b"), codes, np.ones(2, bool), (square,), (masks,))
        training = joined([seen, rendered])
    held = training.taken(np.empty(0, np.int64))
    return GanMaterial(training, held, held, variants)


def test_photos_with_a_mask_join_the_renderings(variants: VariantSet) -> None:
    recipe, plan = _asked(EDITED)
    found = []
    for photos in (False, True):
        draw = pair_draw(recipe, plan, _material(variants, photos=photos))
        assert draw is not None
        batch = draw.batch(60, np.random.default_rng(0))
        corner = batch.source[:, :, 0, 0].numpy()
        green = np.abs(corner - (np.array([40, 200, 40]) / 127.5 - 1)).max(axis=1) < 0.02
        found.append(int(green.sum()))
    assert found[0] == 0
    assert 4 < found[1] < 40


def test_a_recipe_without_pairs_draws_none(variants: VariantSet) -> None:
    recipe, plan = _asked(EDITED)
    one_phase = replace(recipe, phases=recipe.phases[-1:])
    assert pair_draw(one_phase, plan, _material(variants, photos=False)) is None


def test_pairs_of_other_values_are_refused(variants: VariantSet) -> None:
    recipe, plan = _asked({"colors": ("red", "blue")})
    with pytest.raises(UserError, match="learns from pairs"):
        pair_draw(recipe, plan, _material(variants, photos=False))
