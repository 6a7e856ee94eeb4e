from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.learning.amgan.figures import background_change, edit_figures
from fashion_studio.learning.amgan.pictures import Pictures
from fashion_studio.zoo.attribute_resnet import AttributeResnet
from tests.unit.learning.amgan.conftest import Steppers


def test_background_change_is_a_share_of_full_scale_outside_the_garment() -> None:
    before = np.zeros((1, 20, 20, 3), np.uint8)
    garment = np.zeros((1, 20, 20), np.uint8)
    garment[0, 5:15, 5:15] = 255
    after = before.copy()
    after[0, 4:16, 4:16] = 200  # the garment and a rim of one pixel
    assert background_change(before, after, garment) == 0.0
    after[0, 0] = 255  # 20 of 144 pixels outside garment and rim
    assert background_change(before, after, garment) == pytest.approx(20 / (400 - 16 * 16))
    assert background_change(before, after, np.full_like(garment, 255)) is None


def test_an_editor_that_changes_nothing_reaches_the_baseline(
    steppers: Steppers, pictures: Pictures, guide: AttributeResnet
) -> None:
    stepper = steppers.make()
    generator = stepper.networks.generator
    assert generator.mask is not None
    with torch.no_grad():
        generator.mask.weight.zero_()
        assert generator.mask.bias is not None
        generator.mask.bias.fill_(-200.0)
    figures, baseline = edit_figures(generator, stepper.objective, guide, pictures, batch_size=8, seed=0)
    assert baseline == {name: figures[name] for name in baseline}
    assert figures["kept.agreement"] == 1.0
    assert figures["cycle.error"] == figures["background.change"] == figures["mask.mean"] == 0.0
    names = [name for name in figures if name.endswith(".edit_accuracy") and not name.startswith("mean")]
    mean = sum(figures[name] for name in names) / 3
    assert figures["mean.edit_accuracy"] == pytest.approx(mean)
