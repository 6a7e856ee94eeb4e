"""A small two-stream network for quick tests."""

from __future__ import annotations

from copy import deepcopy
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


@pytest.fixture(scope="session")
def _one_house_network(studio: Vocabulary) -> TwoStream:
    torch.manual_seed(0)
    return TwoStream(TwoStreamConfig.house(studio)).eval()


@pytest.fixture
def house_network(_one_house_network: TwoStream) -> TwoStream:
    """A copy of its own; the numbers drawn after it are the same every time."""
    torch.manual_seed(0)
    return deepcopy(_one_house_network)
