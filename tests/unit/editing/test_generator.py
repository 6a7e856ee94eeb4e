from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from garments import ATTRIBUTES, SIDE_PX, painting_generator, tiny_generator

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem, UserError
from fashion_studio.editing.generator import EditGenerator

SQUARE = np.random.default_rng(0).random((SIDE_PX, SIDE_PX, 3), np.float32)
WANTED = [("colors", value) for value in ATTRIBUTES["colors"]] + [("pattern", "solid")]


def test_one_pass_answers_every_value_in_its_order() -> None:
    generator = painting_generator()
    pictures, masks = generator.answers(SQUARE, WANTED)
    assert generator._network.batches == [4]
    assert (pictures.shape, masks.shape) == ((4, SIDE_PX, SIDE_PX, 3), (4, SIDE_PX, SIDE_PX))
    for row, wanted in enumerate(WANTED):
        alone, mask = generator.answers(SQUARE, [wanted])
        np.testing.assert_allclose(pictures[row], alone[0], atol=1e-6)
        np.testing.assert_allclose(masks[row], mask[0], atol=1e-6)


@pytest.mark.logs_warnings
def test_without_memory_for_all_there_are_several_passes_and_a_note() -> None:
    generator = painting_generator(most=2)
    pictures, _ = generator.answers(SQUARE, WANTED)
    np.testing.assert_array_equal(pictures, painting_generator().answers(SQUARE, WANTED)[0])
    assert generator._network.batches == [2, 2]
    assert "little memory" in generator.note


@pytest.mark.logs_warnings
def test_without_memory_for_one_the_processor_takes_over_and_then_it_is_said(monkeypatch) -> None:
    generator = painting_generator(most=0, device_name="CUDA 0")
    with pytest.raises(EnvironmentProblem, match="not enough memory"):
        generator.answers(SQUARE, WANTED[:1])
    monkeypatch.setattr(generator, "_device", type("Gpu", (), {"type": "mps"})())
    tried = []

    def one_pass(square, wanted, seed, *, quick):
        tried.append(generator._device.type)
        if generator._device.type == "mps":
            raise RuntimeError("MPS backend out of memory")
        return SQUARE[None], SQUARE[None, ..., 0]

    monkeypatch.setattr(generator, "_pass", one_pass)
    generator.answers(SQUARE, WANTED[:1])
    assert tried == ["mps", "cpu"]
    assert "on the processor" in generator.note
    assert generator.facts.device == "CPU"


def test_another_mistake_is_not_taken_for_want_of_memory(monkeypatch) -> None:
    generator = painting_generator()
    monkeypatch.setattr(
        generator, "_pass", lambda *_, **__: (_ for _ in ()).throw(RuntimeError("shape mismatch"))
    )
    with pytest.raises(RuntimeError, match="shape"):
        generator.answers(SQUARE, WANTED)


def test_a_bundle_says_what_it_edits_and_gives_the_same_again(tmp_path: Path) -> None:
    folder = tiny_generator(tmp_path / "g")
    generator = EditGenerator.load(folder)
    assert generator.facts.attributes == ATTRIBUTES
    assert (generator.facts.model, generator.facts.size_px) == ("tiny-1", 32)
    assert generator.knows("colors", "red")
    assert not generator.knows("colors", "teal")
    assert not generator.knows("fit", "tight")
    square = SQUARE[:32, :32]
    one, two = (EditGenerator.load(folder).answers(square, WANTED, seed=7) for _ in range(2))
    np.testing.assert_array_equal(one[0], two[0])
    np.testing.assert_array_equal(one[1], two[1])
    assert one[0].min() >= 0
    assert one[0].max() <= 1


def test_quick_answers_are_nearly_the_same(tmp_path: Path) -> None:
    generator = EditGenerator.load(tiny_generator(tmp_path / "g"))
    exact, quick = (generator.answers(SQUARE[:32, :32], WANTED, quick=quick) for quick in (False, True))
    for one, other in zip(exact, quick, strict=True):
        assert other.dtype == np.float32
        assert np.abs(one - other).mean() < 0.01


def test_no_bundle_and_a_damaged_one_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="No generator is installed"):
        EditGenerator.load(tmp_path)
    folder = tiny_generator(tmp_path / "g")
    weights = next(folder.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-3])
    with pytest.raises(CheckpointError):
        EditGenerator.load(folder)
