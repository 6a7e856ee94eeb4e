from __future__ import annotations

import pytest
import torch

from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
from fashion_studio.learning.style.perceptual import losses_of
from fashion_studio.zoo.adain import AdaIn, AdaInSpec, adaptive_instance_norm
from fashion_studio.zoo.style_encoders import EncoderSpec, mirrored_decoder

BLOCKS = ((5, 5), (7,))


def network(seed: int = 0) -> AdaIn:
    torch.manual_seed(seed)
    made = AdaIn(AdaInSpec(EncoderSpec(blocks=BLOCKS), mirrored_decoder(BLOCKS)))
    made.encoder.requires_grad_(False)
    return made


def recipe(**more: float) -> AdaInRecipe:
    return AdaInRecipe("tiny", "Tiny", EncoderPlan("vgg"), **more)  # type: ignore[arg-type]


def test_the_losses_are_the_papers() -> None:
    made, content, style = network(), torch.rand(2, 3, 16, 16), torch.rand(2, 3, 16, 16)
    found = losses_of(made, made.encoder, (content, style), torch.ones(2), recipe(style_weight=3.0))
    with torch.no_grad():
        target = adaptive_instance_norm(made.encoder(content), made.encoder(style))
        again = made.encoder.taps(made.decoder(target))
        wanted = ((again[-1] - target) ** 2).mean()
        gaps = 0.0
        for own, theirs in zip(again, made.encoder.taps(style), strict=True):
            for over in (torch.Tensor.mean, lambda x, d: (x.var(d, correction=0) + 1e-5).sqrt()):
                gaps += float(((over(own, (2, 3)) - over(theirs, (2, 3))) ** 2).mean())
    assert found.content.item() == pytest.approx(float(wanted), rel=1e-4)
    assert found.style.item() == pytest.approx(gaps, rel=1e-4)
    assert found.total.item() == pytest.approx(float(wanted) + 3.0 * gaps, rel=1e-4)
    assert found.identity.item() == 0.0


def test_with_alpha_nought_the_style_does_not_count() -> None:
    made, content = network(), torch.rand(2, 3, 16, 16)
    found = losses_of(made, made.encoder, (content, torch.rand(2, 3, 16, 16)), torch.zeros(2), recipe())
    assert found.style.item() == 0.0


def test_only_what_learns_gets_gradients_and_identity_is_in_pixels() -> None:
    made, content = network(), torch.rand(2, 3, 16, 16)
    compare = network(1).encoder.eval()
    plan = recipe(identity_weight=2.0, content_weight=0.0, style_weight=0.0)
    found = losses_of(made, compare, (content, torch.rand(2, 3, 16, 16)), torch.ones(2), plan)
    again = made.decoder(made.encoder(content))
    assert found.total.item() == pytest.approx(2 * (again - content).abs().mean().item(), rel=1e-5)
    found.total.backward()
    assert all(value.grad is not None for value in made.decoder.parameters())
    assert all(value.grad is None for value in (*made.encoder.parameters(), *compare.parameters()))


def test_half_precision_changes_little() -> None:
    made, batch = network(), (torch.rand(2, 3, 32, 32), torch.rand(2, 3, 32, 32))
    whole = losses_of(made, made.encoder, batch, torch.ones(2), recipe())
    half = losses_of(
        made,
        made.encoder,
        batch,
        torch.ones(2),
        AdaInRecipe("t", "T", EncoderPlan("vgg"), precision="bf16-mixed"),
    )
    assert half.total.item() == pytest.approx(whole.total.item(), rel=0.05)
    assert half.total.dtype is torch.float32
