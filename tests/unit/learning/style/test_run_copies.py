"""A tiny run on stylised copies: what it makes, what it sees in which phase, and what it says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.fitting import MethodModule
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.method_run import run_method
from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice, freeze_run
from fashion_studio.learning.style.plan import Regime, with_regime
from tests.unit.learning.method_runs import STREAMS_RECIPE, Told, rendered_list
from tests.unit.learning.style_runs import tiny_adain


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return rendered_list(tmp_path_factory.mktemp("photos"), studio, train=16, val=4, test=4)


@pytest.fixture(scope="module")
def adain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_adain(tmp_path_factory.mktemp("adain"))


@pytest.fixture
def seen(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int, int]]:
    """Per training step: its phase, photos with a fabric's label, photos with a category's."""
    found: list[tuple[int, int, int]] = []
    plain = MethodModule.training_step

    def step(module: MethodModule, batch: Any, *rest: Any) -> Any:
        known = [int(batch.targets.allowed[name].any(1).sum()) for name in ("fabric", "category")]
        found.append((module.place.number, *known))
        return plain(module, batch, *rest)

    monkeypatch.setattr(MethodModule, "training_step", step)
    return found


def frozen(folder: Path, data: Path, regime: Regime, **choice: Any) -> FrozenRun:
    recipe = with_regime(parse_method_recipe(STREAMS_RECIPE), regime)
    return freeze_run(folder, data, TrainingChoice(recipe, device="cpu", **choice))


def test_stylised_views_lose_the_surfaces_labels_and_the_last_phase_sees_originals(
    tmp_path: Path, data: Path, adain: Path, seen: list[tuple[int, int, int]]
) -> None:
    run = frozen(tmp_path / "run", data, Regime.MIXED_THEN_ORIGINAL, adain=adain)
    told = Told()
    run_method(run, told.voice())
    copies = sorted((run.run_dir / "stylised").glob("*.jpg"))
    training = [photo for photo in run.photos() if photo.split == "train"]
    assert [path.name for path in copies] == sorted(f"{photo.sha256}-0.jpg" for photo in training)
    assert "Made 16 stylised copies by adain." in told.lines
    card = (run.run_dir / "CARD.md").read_text(encoding="utf-8")
    assert "(style transfer, α 1): shape 50%, joint 50%, originals 0%" in card
    mixed = [step for step in seen if step[0] < 3]
    last = [step for step in seen if step[0] == 3]
    assert mixed
    assert last
    assert all(category == 8 for _, _, category in seen)
    assert 0 < sum(fabric for _, fabric, _ in mixed) < 8 * len(mixed)
    assert all(fabric == 8 for _, fabric, _ in last)


def test_cloth_needs_masks_and_says_where_there_are_none(
    tmp_path: Path, data: Path, seen: list[tuple[int, int, int]]
) -> None:
    run = frozen(tmp_path / "run", data, Regime.CLOTH)
    training = [photo for photo in run.photos() if photo.split == "train"]
    (run.run_dir / "masks").mkdir()
    for photo in training[:10]:
        mask = np.zeros((80, 64), np.uint8)
        mask[20:60, 16:48] = 255
        cv2.imwrite(str(run.run_dir / "masks" / f"{photo.sha256}.png"), mask)
    told = Told()
    run_method(run, told.voice())
    assert len(list((run.run_dir / "stylised").glob("*.jpg"))) == 10
    assert "not_stylised" in told.codes()
    assert sum(fabric for _, fabric, _ in seen) < 8 * len(seen)
