from __future__ import annotations

import pytest
import torch

from fashion_studio.learning.chance import own_chance


def drawn(seed: int) -> list[float]:
    with own_chance(seed):
        return torch.rand(3).tolist()


def test_the_seed_decides_and_nothing_outside_is_disturbed() -> None:
    torch.manual_seed(4)
    undisturbed = torch.rand(4).tolist()
    torch.manual_seed(4)
    found = torch.rand(2).tolist()
    first = drawn(1)
    found += torch.rand(2).tolist()
    assert found == undisturbed
    assert first == drawn(1)
    assert first != drawn(2)


def test_an_error_inside_puts_everything_back() -> None:
    torch.manual_seed(4)
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), own_chance(7):
        _ = torch.rand(1) / (1 // 0)
    assert torch.equal(torch.get_rng_state(), before)
