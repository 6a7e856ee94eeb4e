"""A small two-stream network for quick tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import torch

from fashion_studio.zoo.configuration import TwoStreamConfig
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from fashion_studio.domain.vocabulary import Vocabulary


@pytest.fixture
def house_config(studio: Vocabulary) -> TwoStreamConfig:
    return TwoStreamConfig.house(studio)


@pytest.fixture
def house_network(house_config: TwoStreamConfig) -> TwoStream:
    torch.manual_seed(0)
    return TwoStream(house_config).eval()
