"""Heads at rest: every value counts alike, and what nothing is known of stays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.cache import PictureSet
from fashion_studio.learning.closing import FEWEST, balanced_head, close_heads, pooled_features
from fashion_studio.learning.labels import Labels, value_slices
from fashion_studio.zoo.configuration import FusionLayer, StreamConfig, TwoStreamConfig
from fashion_studio.zoo.preprocessing import Preprocessing
from fashion_studio.zoo.two_stream import TwoStream


def test_a_rare_value_is_found_as_often_as_a_frequent_one() -> None:
    rng = torch.Generator().manual_seed(0)
    values = torch.tensor([0] * 950 + [1] * 50)
    features = torch.randn(1000, 4, generator=rng)
    features[:, 0] += values * 1.5
    weight, bias = balanced_head(features, values, torch.zeros(2, 4), torch.zeros(2), ridge=1e-3)
    said = (features @ weight.T + bias).argmax(1)
    recalls = [float((said[values == k] == k).float().mean()) for k in (0, 1)]
    assert min(recalls) > 0.68
    assert abs(recalls[0] - recalls[1]) < 0.12


def test_a_strong_ridge_holds_on_to_what_was_trained() -> None:
    rng = torch.Generator().manual_seed(1)
    features = torch.randn(300, 4, generator=rng)
    values = (features[:, 0] > 0).long()
    trained = torch.randn(2, 4, generator=rng)
    weight, _ = balanced_head(features, values, trained, torch.zeros(2), ridge=1e5)
    torch.testing.assert_close(weight, trained, atol=1e-3, rtol=0)


@pytest.fixture
def tiny(studio: Vocabulary) -> TwoStream:
    torch.manual_seed(0)
    config = TwoStreamConfig.house(studio)
    small = StreamConfig("mobilenetv3_small_050", (4,))
    shape = StreamConfig("mobilenetv3_small_050", (1, 2, 3, 4))
    return TwoStream(
        replace(
            config,
            texture=small,
            shape=shape,
            fusion=(FusionLayer(1, 32),),
            decoder_width=8,
            color_width=0,
            dropout=0.5,
        )
    ).eval()


def test_only_wanted_heads_with_enough_labels_change_and_never_the_category(
    tiny: TwoStream, studio: Vocabulary
) -> None:
    count = FEWEST
    labels = Labels.unknown(studio, count)
    part = value_slices(studio)["fit"]
    fits = np.arange(count) % 3
    labels.allowed[:, part] = np.eye(3, dtype=bool)[fits]
    squares = np.full((count, 32, 32, 3), 20, np.uint8)
    squares[:, :, :, 0] += (fits * 90).astype(np.uint8)[:, None, None]
    pictures = PictureSet(tuple(map(str, fits)), squares, squares[..., 0], labels)
    before = {name: value.clone() for name, value in tiny.state_dict().items()}
    assert not close_heads(tiny, [pictures], studio, Preprocessing(32), ridge=1e-4, attributes=["length"])
    assert all(torch.equal(value, before[name]) for name, value in tiny.state_dict().items())
    fitted = close_heads(
        tiny, [pictures], studio, Preprocessing(32), ridge=1e-4, attributes=["fit", "length"]
    )
    assert fitted == {"fit": count}
    changed = {name for name, value in tiny.state_dict().items() if not torch.equal(value, before[name])}
    assert changed == {"heads.fit.weight", "heads.fit.bias"}
    features = pooled_features(tiny, pictures, Preprocessing(32))
    assert (tiny.head("fit")(features).argmax(1).numpy() == fits).mean() > 0.9
