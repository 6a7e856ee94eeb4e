"""The set motifs, and templates that begin as them."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from fashion_studio.learning.amgan.motifs import ink_shares, start_templates
from fashion_studio.learning.amgan.pairs import EDITED
from fashion_studio.zoo.amgan import AmganConfig, Generator


@pytest.mark.parametrize("pattern", [name for name in EDITED["pattern"] if name != "solid"])
def test_every_motif_covers_some_of_the_square_and_never_all(pattern: str) -> None:
    shares = ink_shares(pattern, 96)
    assert shares.shape == (96, 96, 2)
    assert shares.min() >= 0
    assert shares.sum(axis=2).max() <= 1.01
    assert 0.01 < float((shares.sum(axis=2) > 0.5).mean()) < 0.75


def test_stripes_run_across() -> None:
    rows = ink_shares("striped", 96)[..., 0]
    assert float(np.ptp(rows, axis=1).max()) < 0.05
    assert float(np.ptp(rows, axis=0).min()) > 0.9


def test_templates_begin_as_motifs() -> None:
    config = AmganConfig(EDITED, size_px=32, width=4, blocks=1, templates=3)
    generator = Generator(config)
    start_templates(generator)
    assert generator.templates is not None
    at = config.slice_of("pattern").start
    for place, pattern in enumerate(EDITED["pattern"]):
        planes = generator.templates[at + place].detach()
        expected = torch.zeros(32, 32, 2) if pattern == "solid" else torch.from_numpy(ink_shares(pattern, 32))
        torch.testing.assert_close(planes[:2].permute(1, 2, 0), expected)
        assert not planes[2].any()
    assert not generator.templates[:at].any()


def test_a_generator_without_templates_is_left_alone() -> None:
    generator = Generator(AmganConfig(EDITED, size_px=32, width=4, blocks=1))
    before = {name: value.clone() for name, value in generator.state_dict().items()}
    start_templates(generator)
    assert all(torch.equal(value, before[name]) for name, value in generator.state_dict().items())
