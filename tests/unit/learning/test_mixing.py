from __future__ import annotations

import pytest
import torch

from fashion_studio.learning.mixing import mix
from fashion_studio.learning.view_plans import Mixing


def plain(count: int = 6) -> torch.Tensor:
    """Photos of one grey each, 0, 1, 2, …"""
    return torch.arange(count).float()[:, None, None, None].expand(count, 3, 16, 16).clone()


def test_mixup_is_the_weighted_mean_of_photo_and_partner() -> None:
    images = plain()
    mixed = mix(images, Mixing(mixup_share=1.0, mixup_alpha=1.0), seed=3)
    assert 0 < mixed.share < 1
    assert not torch.equal(mixed.partners, torch.arange(6))
    torch.testing.assert_close(
        mixed.images, mixed.share * images + (1 - mixed.share) * images[mixed.partners]
    )


def test_cutmix_takes_a_window_of_the_partner_and_counts_its_area() -> None:
    images = plain()
    for seed in range(5):
        mixed = mix(images, Mixing(cutmix_share=1.0), seed=seed)
        own = (mixed.images == images)[:, 0].float().mean((1, 2))
        other = (mixed.images == images[mixed.partners])[:, 0].float().mean((1, 2))
        torch.testing.assert_close(own, torch.full((6,), mixed.share), atol=1e-6, rtol=0)
        torch.testing.assert_close(own + other, torch.ones(6))


def test_nothing_is_mixed_without_a_share_or_a_partner() -> None:
    images = plain()
    for mixed in (mix(images, Mixing(), seed=0), mix(images[:1], Mixing(cutmix_share=1.0), seed=0)):
        assert mixed.share == 1.0
        assert mixed.partners.tolist() == list(range(len(mixed.images)))
    assert torch.equal(mix(images, Mixing(), seed=0).images, images)


def test_shares_are_kept_and_the_seed_decides() -> None:
    plan = Mixing(cutmix_share=0.25, mixup_share=0.25)
    mixed = [mix(plain(), plan, seed=s).share < 1 for s in range(300)]
    assert sum(mixed) / 300 == pytest.approx(0.5, abs=0.1)
    state = torch.get_rng_state()
    first, again = mix(plain(), plan, seed=11), mix(plain(), plan, seed=11)
    assert torch.equal(first.images, again.images)
    assert torch.equal(torch.get_rng_state(), state)
