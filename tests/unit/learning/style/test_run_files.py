from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe
from fashion_studio.learning.style.plan import Regime, with_regime
from fashion_studio.learning.style.run_files import (
    check_style_choice,
    copy_style_choice,
    frozen_style_choice,
    style_pictures,
)

PLAIN = parse_method_recipe(
    (Path(__file__).parents[4] / "resources" / "recipes" / "fine26-resnet50.toml").read_text(encoding="utf-8")
)
STYLISED: MethodRecipe = with_regime(PLAIN, Regime.STYLISED)


@pytest.fixture
def adain(tmp_path: Path) -> Path:
    folder = tmp_path / "weights"
    folder.mkdir()
    for name in ("adain.json", "model.safetensors", "another.safetensors"):
        (folder / name).write_text(name, encoding="utf-8")
    return folder


@pytest.fixture
def styles(tmp_path: Path) -> Path:
    (tmp_path / "styles" / "more").mkdir(parents=True)
    for name in ("b.PNG", "more/a.jpg"):
        Image.new("RGB", (20, 20)).save(tmp_path / "styles" / name)
    (tmp_path / "styles" / "notes.txt").write_text("no picture", encoding="utf-8")
    return tmp_path / "styles"


def test_a_run_takes_weights_and_styles_along(tmp_path: Path, adain: Path, styles: Path) -> None:
    found = copy_style_choice(STYLISED, adain, styles, tmp_path / "run")
    assert found == {"adain": "stylising/adain", "styles": "stylising/styles"}
    assert sorted(p.name for p in (tmp_path / "run" / found["adain"]).iterdir()) == [
        "adain.json",
        "model.safetensors",
    ]
    names = [path.name for path in style_pictures(tmp_path / "run" / found["styles"])]
    assert names == ["0000.png", "0001.jpg"]


@pytest.mark.parametrize("regime", [Regime.ORIGINAL, Regime.CLOTH])
def test_what_needs_no_style_transfer_takes_none(tmp_path: Path, adain: Path, regime: Regime) -> None:
    recipe = with_regime(PLAIN, regime)
    check_style_choice(recipe, None, None)
    assert copy_style_choice(recipe, adain, None, tmp_path / "run") == {"adain": None, "styles": None}
    assert not (tmp_path / "run").exists()


def test_a_choice_that_cannot_be_done_says_what_to_do(tmp_path: Path, adain: Path) -> None:
    with pytest.raises(UserError, match="--stylised cloth"):
        check_style_choice(STYLISED, None, None)
    with pytest.raises(UserError, match="holds no style transfer"):
        check_style_choice(STYLISED, tmp_path, None)
    with pytest.raises(UserError, match="no pictures"):
        check_style_choice(STYLISED, adain, tmp_path / "absent")


def test_a_choice_is_frozen_in_the_run_folder_or_says_why_not(
    tmp_path: Path, adain: Path, styles: Path
) -> None:
    run = tmp_path / "run"
    assert frozen_style_choice(STYLISED, adain, styles, run) == (
        run / "stylising" / "adain",
        run / "stylising" / "styles",
    )
    assert frozen_style_choice(PLAIN, None, None, run) == (None, None)
    with pytest.raises(UserError, match="--adain"):
        frozen_style_choice(STYLISED, None, styles, run)
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        frozen_style_choice(STYLISED, adain, None, tmp_path / "file")
