from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import parse_method_recipe, recipe_toml
from fashion_studio.learning.style.plan import SURFACE, Regime, with_regime

RECIPES = Path(__file__).parents[4] / "resources" / "recipes"
METHODS = ("fashion-how-1", "fashion-how-2", "fine-tune", "fine26-resnet50", "two-stream-deepfashion")


def text_of(name: str) -> str:
    return (RECIPES / f"{name}.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.parametrize("regime", Regime)
def test_every_recipe_trains_in_every_regime_and_comes_back_from_its_text(name: str, regime: Regime) -> None:
    recipe = with_regime(parse_method_recipe(text_of(name)), regime)
    assert parse_method_recipe(recipe_toml(recipe)) == recipe
    assert recipe.stylises == (regime is not Regime.ORIGINAL)
    shares = [recipe.stylised_share(phase) for phase in recipe.phases]
    wanted = {Regime.ORIGINAL: 0.0, Regime.STYLISED: 1.0}.get(regime, 0.5)
    assert shares[0] == wanted
    assert recipe.wants_masks == (regime is Regime.CLOTH or recipe.view.background != "raw")


def test_fine_tuning_on_the_originals_is_a_phase_more_at_a_tenth_of_the_rate() -> None:
    plain = parse_method_recipe(text_of("two-stream-deepfashion"))
    recipe = with_regime(plain, Regime.MIXED_THEN_ORIGINAL)
    *before, last = recipe.phases
    assert tuple(before) == plain.phases
    assert recipe.stylised_share(last) == 0.0
    assert last.optimiser.rate == pytest.approx(plain.phases[-1].optimiser.rate / 10)
    assert last.epochs == round(plain.epochs / 4)


def test_parts_with_their_own_rate_are_slowed_in_proportion() -> None:
    plain = parse_method_recipe(text_of("fine-tune"))
    last = with_regime(plain, Regime.MIXED_THEN_ORIGINAL).phases[-1]
    for part, rate in plain.phases[-1].optimiser.rates.items():
        assert last.optimiser.rates[part] == pytest.approx(rate / 10)


def test_a_recipe_may_say_it_itself() -> None:
    text = text_of("two-stream-deepfashion") + "\n[stylising]\nshare = 0.3\nalpha = 0.8\ncopies = 2\n"
    recipe = parse_method_recipe(text)
    assert (recipe.stylising.share, recipe.stylising.copies, recipe.stylising.surface) == (0.3, 2, SURFACE)
    for wrong in ("share = 2.0", "alpha = -1.0", "copies = 0"):
        with pytest.raises(UserError, match="stylising"):
            parse_method_recipe(text_of("two-stream-deepfashion") + f"\n[stylising]\n{wrong}\n")
