"""What a round trains of the backbones, and what it leaves as it is."""

from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.recipe import Optimiser, Round
from fashion_studio.learning.training import RoundModule
from fashion_studio.zoo.configuration import TwoStreamConfig
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream

SIDE_PX = 64


def a_step_moves(vocabulary: Vocabulary, optimiser: Optimiser) -> dict[str, bool]:
    """Parameter by name: whether one step of the round's optimiser changed it."""
    torch.manual_seed(0)
    network = TwoStream(TwoStreamConfig.house(vocabulary))
    settings = Round(
        epochs=1,
        side_px=SIDE_PX,
        photos_per_epoch=0,
        renderings_per_epoch=2,
        optimiser=optimiser,
    )
    module = RoundModule(
        network, settings, Preprocessing(SIDE_PX), parts={}, steps=10, seed=0, freeze_norms=True
    )
    before = {name: parameter.detach().clone() for name, parameter in network.named_parameters()}
    found = module.configure_optimizers()["optimizer"]
    assert isinstance(found, torch.optim.Optimizer)
    output = network(torch.rand(2, 3, SIDE_PX, SIDE_PX))
    told = [*output.logits.values(), output.heatmaps, output.visibility]
    assert output.mask is not None
    sum(part.square().sum() for part in [*told, output.mask]).backward()
    found.step()
    return {name: not torch.equal(value, before[name]) for name, value in network.named_parameters()}


def is_early(name: str, blocks: int) -> bool:
    stream, _, rest = name.partition(".")
    if stream not in {"texture", "shape"}:
        return False
    return not rest.startswith("blocks.") or int(rest.split(".")[1]) < blocks


def test_a_round_trains_everything_unless_it_is_told_otherwise(studio: Vocabulary) -> None:
    moved = a_step_moves(studio, Optimiser(warmup_steps=0))
    assert all(moved.values())


@pytest.mark.parametrize("blocks", [1, 3])
def test_resting_blocks_and_the_stem_before_them_stay_as_they_are(studio: Vocabulary, blocks: int) -> None:
    moved = a_step_moves(studio, Optimiser(warmup_steps=0, resting_blocks=blocks))
    assert {name for name, has in moved.items() if not has} == {
        name for name in moved if is_early(name, blocks)
    }


def test_without_a_rate_both_backbones_rest(studio: Vocabulary) -> None:
    moved = a_step_moves(studio, Optimiser(warmup_steps=0, trunk_rate=0.0))
    assert {name for name, has in moved.items() if not has} == {
        name for name in moved if name.startswith(("texture.", "shape."))
    }
