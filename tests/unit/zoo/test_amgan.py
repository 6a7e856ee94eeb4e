"""AMGAN's networks: the paper's shapes, what composing does, and that the condition reaches the picture."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import pytest
import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.amgan import AmganConfig, Discriminator, Generator, compose, edited_value
from fashion_studio.zoo.editor_bundle import (
    EDITOR_MANIFEST,
    EditorManifest,
    load_generator,
    save_generator,
)

if TYPE_CHECKING:
    from pathlib import Path

ATTRIBUTES = {"colors": ("red", "blue"), "sleeve_length": ("short", "long", "sleeveless")}
SMALL = AmganConfig(ATTRIBUTES, size_px=32, width=4, blocks=1, judge_width=4, judge_layers=4)


def test_the_papers_generator_and_discriminators_have_its_shapes() -> None:
    config = AmganConfig({"colors": tuple("abcdefghijklmnopq"), "sleeve_length": tuple("abcd")})
    generator = Generator(config)
    assert generator.stem.convolution.weight.shape == (64, 3 + 21 + 2, 7, 7)
    assert len(generator.body) == 6
    z, a = generator(torch.zeros(1, 3, 128, 128), torch.zeros(1, 21), torch.eye(2)[:1])
    assert z.shape == (1, 3, 128, 128)
    assert a.shape == (1, 1, 128, 128)
    whole, crop = Discriminator.of_picture(config), Discriminator.of_crop(config)
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in whole.body) == 6
    assert sum(isinstance(layer, torch.nn.Conv2d) for layer in crop.body) == 4
    assert whole(torch.zeros(2, 3, 128, 128)).realness.shape == (2, 1, 2, 2)
    judged = crop(torch.zeros(2, 3, 64, 64))
    assert judged.realness.shape == (2, 1, 4, 4)
    assert {name: tuple(logits.shape) for name, logits in judged.logits.items()} == {
        "colors": (2, 17),
        "sleeve_length": (2, 4),
    }


def test_no_norm_in_the_discriminators() -> None:
    for network in (Discriminator.of_picture(SMALL), Discriminator.of_crop(SMALL)):
        assert not [m for m in network.modules() if "Norm" in type(m).__name__]


def test_nothing_pads_by_reflection() -> None:
    modes = {m.padding_mode for m in Generator(SMALL).modules() if isinstance(m, torch.nn.Conv2d)}
    assert modes == {"zeros"}


def test_composing_keeps_the_photo_where_the_mask_is_zero() -> None:
    photo, picture = torch.rand(1, 3, 4, 4), torch.rand(1, 3, 4, 4)
    mask = torch.zeros(1, 1, 4, 4)
    mask[..., :2] = 1.0
    mask[..., 3, 2] = 0.25
    out = compose(photo, picture, mask)
    assert torch.equal(out[..., 3], photo[..., 3])
    assert torch.equal(out[..., :2], picture[..., :2])
    torch.testing.assert_close(out[..., 3, 2], 0.25 * picture[..., 3, 2] + 0.75 * photo[..., 3, 2])


@pytest.mark.parametrize("conditioning", ["concat", "film"])
@pytest.mark.parametrize("skips", [False, True])
def test_the_target_changes_the_picture(conditioning: Literal["concat", "film"], skips: bool) -> None:
    torch.manual_seed(0)
    config = replace(SMALL, conditioning=conditioning, skips=skips)
    generator = Generator(config)
    photo = torch.rand(1, 3, 32, 32) * 2 - 1
    red, blue = (config.target({"colors": name})[None] for name in ("red", "blue"))
    which = config.edited("colors")[None]
    assert not torch.allclose(generator(photo, red, which)[0], generator(photo, blue, which)[0])


def test_a_template_is_seen_by_edits_to_its_value_alone() -> None:
    torch.manual_seed(0)
    config = replace(SMALL, templates=2)
    generator = Generator(config)
    assert generator.stem.convolution.weight.shape[1] == 3 + 5 + 2 + 2
    photo = torch.zeros(1, 3, 32, 32)
    asked = {
        name: (config.target({attribute: name})[None], config.edited(attribute)[None])
        for attribute, name in (("colors", "red"), ("colors", "blue"), ("sleeve_length", "long"))
    }
    before = {name: generator(photo, *wanted)[0] for name, wanted in asked.items()}
    assert generator.templates is not None
    with torch.no_grad():
        generator.templates[config.slice_of("colors").start + 1, :, 8:16, 8:16] = 1.0
    after = {name: generator(photo, *wanted)[0] for name, wanted in asked.items()}
    changed = [name for name in asked if not torch.equal(before[name], after[name])]
    assert changed == ["blue"]


def test_without_attention_the_mask_is_everything() -> None:
    generator = Generator(replace(SMALL, attention=False))
    _, mask = generator(torch.zeros(2, 3, 32, 32), torch.zeros(2, 5), torch.zeros(2, 2))
    assert torch.equal(mask, torch.ones(2, 1, 32, 32))
    assert not [name for name, _ in generator.named_parameters() if name.startswith("mask")]


def test_targets_are_written_and_read_back() -> None:
    target = SMALL.target({"colors": "blue", "sleeve_length": "sleeveless"})
    assert target.tolist() == [0, 1, 0, 0, 1]
    assert SMALL.edited("sleeve_length").tolist() == [0, 1]
    both = torch.stack([target, target]), torch.eye(2)
    assert edited_value(SMALL, *both) == [("colors", "blue"), ("sleeve_length", "sleeveless")]
    with pytest.raises(ValueError, match="purple"):
        SMALL.target({"colors": "purple"})
    with pytest.raises(KeyError):
        SMALL.target({"hat": "tall"})


def test_too_many_halvings_are_refused() -> None:
    with pytest.raises(CheckpointError, match="judge layers"):
        Discriminator.of_picture(replace(SMALL, judge_layers=7))


def test_a_generator_comes_back_from_its_bundle(tmp_path: Path) -> None:
    generator = Generator(replace(SMALL, conditioning="film", skips=True))
    saved = save_generator(tmp_path, generator, EditorManifest("tiny-1", generator.config, "Apache-2.0"))
    loaded, manifest = load_generator(tmp_path)
    assert manifest == saved
    assert not loaded.training
    photo, target, which = torch.rand(1, 3, 32, 32), torch.ones(1, 5), torch.eye(2)[:1]
    for new, old in zip(loaded(photo, target, which), generator(photo, target, which), strict=True):
        torch.testing.assert_close(new, old, atol=5e-3, rtol=0)


def test_a_damaged_editor_bundle_is_refused_by_name(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    generator = Generator(SMALL)
    save_generator(folder, generator, EditorManifest("tiny-1", SMALL, "Apache-2.0"))
    weights = folder / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    with pytest.raises(CheckpointError, match="mine are damaged"):
        load_generator(folder)
    (folder / EDITOR_MANIFEST).write_text('{"format": 9}')
    with pytest.raises(CheckpointError, match="mine"):
        load_generator(folder)
    (folder / EDITOR_MANIFEST).unlink()
    with pytest.raises(CheckpointError, match="no editor bundle"):
        load_generator(folder)
