"""Pictures without renderings: coloured squares with codes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.amgan.draws import Drawer
from fashion_studio.learning.amgan.objective import Objective
from fashion_studio.learning.amgan.pictures import Pictures
from fashion_studio.learning.amgan.plan import GanPlan
from fashion_studio.learning.amgan.stepping import GanNetworks, GanStepper
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.zoo.attribute_resnet import AttributeResnet
from tests.unit.learning.amgan.gan_runs import RECIPE, attribute_bundle


@pytest.fixture(scope="session")
def plan() -> GanPlan:
    found = parse_method_recipe(RECIPE).gan
    assert found is not None
    return found


@pytest.fixture(scope="session")
def pictures(plan: GanPlan) -> Pictures:
    """24 squares, every other a photo; every sixth label is unknown or none of the values."""
    rng = np.random.default_rng(1)
    sizes = [len(values) for values in plan.attributes.values()]
    codes = np.stack([rng.integers(0, size, 24) for size in sizes], axis=1)
    codes[rng.random(codes.shape) < 0.1] = -1
    codes[rng.random(codes.shape) < 0.1] = -2
    squares = rng.integers(0, 256, (24, 32, 32, 3), dtype=np.uint8)
    masks = np.zeros((24, 32, 32), np.uint8)
    masks[:, 8:24, 8:24] = 255
    names = tuple(f"{number}" for number in range(24))
    return Pictures(
        names, codes, np.arange(24) % 2 == 0, (squares[:10], squares[10:]), (masks[:10], masks[10:])
    )


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return attribute_bundle(tmp_path_factory.mktemp("attributes") / "bundle", studio)


@pytest.fixture(scope="session")
def guide(base: Path, plan: GanPlan) -> AttributeResnet:
    return AttributeResnet.load(base, plan.attributes, side_px=plan.guide_px)


@dataclass
class Steppers:
    """Makes steppers of the tiny recipe."""

    plan: GanPlan
    pictures: Pictures
    guide: AttributeResnet

    def make(self, *, precision: str = "32-true", seed: int = 5, **changes: Any) -> GanStepper:
        plan = replace(self.plan, **changes)
        recipe = parse_method_recipe(RECIPE)
        device = torch.device("cpu")
        return GanStepper(
            GanNetworks.new(plan, seed, 0.9, device),
            Objective(plan, self.guide),
            Drawer(plan, self.pictures, recipe.batch_size, seed),
            self.pictures,
            phases=recipe.phases,
            pairs=None,
            precision=precision,
            device=device,
        )


@pytest.fixture(scope="session")
def steppers(plan: GanPlan, pictures: Pictures, guide: AttributeResnet) -> Steppers:
    return Steppers(plan, pictures, guide)
