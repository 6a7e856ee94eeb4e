"""Small picture sets and a small recipe."""

from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.cache import PictureSet, cache_renderings


@pytest.fixture(autouse=True, scope="session")
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture(scope="session")
def rendered(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> PictureSet:
    """One rendering of each category."""
    cache = tmp_path_factory.mktemp("renderings")
    return cache_renderings(range(17), studio, cache=cache, side_px=96, render_px=128)
