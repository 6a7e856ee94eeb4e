from __future__ import annotations

import pytest
import torch

from fashion_studio.zoo.decoding import (
    argmax_positions,
    heatmap_images,
    landmark_positions,
    visibility_probabilities,
)


def blob(x: float, y: float, side: int, sigma: float = 1.2) -> torch.Tensor:
    """Log of a Gaussian around (x, y) in cells, cell centres at half integers."""
    at = torch.arange(side) + 0.5
    return -((at[None, :] - x) ** 2 + (at[:, None] - y) ** 2) / (2 * sigma**2)


@pytest.mark.parametrize(("x", "y"), [(20.5, 30.5), (20.9, 30.2), (5.1, 40.7)])
def test_a_peak_is_found_between_the_cells(x: float, y: float) -> None:
    maps = blob(x, y, 48)[None, None]
    found = landmark_positions(maps, 192)[0, 0]
    assert found.tolist() == pytest.approx([x * 4, y * 4], abs=0.6)


def test_a_second_peak_far_away_does_not_pull() -> None:
    maps = torch.logaddexp(blob(10.5, 10.5, 48), blob(40.5, 40.5, 48) - 0.5)[None, None]
    assert landmark_positions(maps, 48)[0, 0].tolist() == pytest.approx([10.5, 10.5], abs=0.1)


def test_the_published_protocol_is_the_bare_peak() -> None:
    maps = torch.zeros(1, 2, 28, 28)
    maps[0, 0, 27, 0] = 1
    maps[0, 1, 0, 27] = 1
    assert argmax_positions(maps).tolist() == [[[0.0, 1.0], [1.0, 0.0]]]


def test_heatmaps_for_the_eye_lie_in_zero_to_one() -> None:
    images = heatmap_images(torch.randn(2, 8, 12, 12) * 5)
    assert images.amax((2, 3)).tolist() == [[1.0] * 8] * 2
    assert images.min() >= 0


def test_visibility_of_three_states_and_of_one() -> None:
    three = visibility_probabilities(torch.tensor([[[2.0, 0.0, 0.0]]]), temperature=2.0)
    assert three.sum(2).item() == pytest.approx(1.0)
    assert three[0, 0, 0].item() == pytest.approx(torch.tensor([1.0, 0, 0]).softmax(0)[0].item())
    one = visibility_probabilities(torch.tensor([[[0.0], [100.0]]]))
    assert one.tolist() == [[[0.5, 0.0, 0.5], [1.0, 0.0, 0.0]]]
