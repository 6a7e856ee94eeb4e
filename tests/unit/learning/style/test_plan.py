from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.method_recipe import parse_method_recipe, recipe_toml
from fashion_studio.learning.recipe import parse_recipe, recipe_from_mapping, recipe_mapping
from fashion_studio.learning.style.plan import SURFACE, Regime, with_regime, with_rounds_regime

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


@pytest.mark.parametrize("name", ["amgan", "amgan-house"])
@pytest.mark.parametrize("regime", Regime)
def test_an_editor_trains_in_every_regime_and_its_pairs_stay_as_they_are(name: str, regime: Regime) -> None:
    plain = parse_method_recipe(text_of(name))
    recipe = with_regime(plain, regime)
    assert parse_method_recipe(recipe_toml(recipe)) == recipe
    assert recipe.stylises == (regime is not Regime.ORIGINAL)
    wanted = {Regime.ORIGINAL: 0.0, Regime.STYLISED: 1.0}.get(regime, 0.5)
    shares = {phase.name: recipe.stylised_share(phase) for phase in recipe.phases}
    assert shares["adversarial"] == wanted
    assert shares.get("paired", 0.0) == 0.0
    assert shares.get("originals", 0.0) == 0.0
    assert len(recipe.phases) == len(plain.phases) + (regime is Regime.MIXED_THEN_ORIGINAL)


def test_an_editor_of_the_surface_alone_cannot_be_trained_on_copies() -> None:
    text = text_of("amgan").replace('"sleeve_length", ', "")
    text = "\n".join(line for line in text.splitlines() if not line.startswith("sleeve_length"))
    assert parse_method_recipe(text).heads == ("colors", "pattern")
    with pytest.raises(UserError, match="nothing but the surface"):
        parse_method_recipe(text + "\n[stylising]\nshare = 0.5\n")


@pytest.mark.parametrize("regime", Regime)
def test_the_house_recipe_takes_the_regimes_by_rounds(regime: Regime) -> None:
    plain = parse_recipe(text_of("house"))
    assert not plain.stylises  # as it is shipped
    recipe = with_rounds_regime(plain, regime)
    assert recipe_from_mapping(recipe_mapping(recipe)) == recipe
    assert recipe.stylises == (regime is not Regime.ORIGINAL)
    wanted = {Regime.ORIGINAL: 0.0, Regime.STYLISED: 1.0}.get(regime, 0.5)
    own = recipe.rounds[: len(plain.rounds)]
    assert [recipe.stylised_share(part) for part in own] == [wanted] * len(own)
    assert own == plain.rounds
    ends_on_originals = regime in {Regime.ORIGINAL, Regime.MIXED_THEN_ORIGINAL}
    assert recipe.closing.count == (plain.closing.count if ends_on_originals else 0)


def test_the_house_recipe_is_fine_tuned_on_the_originals_by_a_round_more() -> None:
    plain = parse_recipe(text_of("house"))
    recipe = with_rounds_regime(plain, Regime.MIXED_THEN_ORIGINAL)
    *before, last = recipe.rounds
    assert tuple(before) == plain.rounds
    assert recipe.stylised_share(last) == 0.0
    assert last.epochs == max(1, round(sum(part.epochs for part in plain.rounds) / 4))
    own = plain.rounds[-1].optimiser
    assert last.optimiser.trunk_rate == pytest.approx(own.trunk_rate / 10)
    assert last.optimiser.head_rate == pytest.approx(own.head_rate / 10)


def test_a_round_may_say_its_own_share() -> None:
    text = text_of("house").replace("[[rounds]]\n", "[[rounds]]\nstylised = 0.25\n", 1)
    recipe = parse_recipe(text)
    assert [recipe.stylised_share(part) for part in recipe.rounds[:2]] == [0.25, 0.0]
    with pytest.raises(UserError, match="share of stylised views of a round"):
        parse_recipe(text.replace("stylised = 0.25", "stylised = 1.5"))
    with pytest.raises(UserError, match="at least one copy"):
        parse_recipe(text_of("house") + "\n[stylising]\ncopies = 0\n")
