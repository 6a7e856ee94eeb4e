from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fashion_studio.domain.edits import (
    EditRegion,
    EditStack,
    EditStep,
    PaintedMask,
    RegionKind,
    default_region,
    stack_from_json,
    stack_to_json,
)
from fashion_studio.domain.errors import UserError
from fashion_studio.domain.run_lengths import runs_of_mask

shares = st.floats(0, 1)
hard = st.builds(
    lambda seed, h, w: PaintedMask.from_array(np.random.default_rng(seed).random((h, w)) > 0.5),
    st.integers(0, 99),
    st.integers(1, 9),
    st.integers(1, 9),
)
regions = st.builds(EditRegion, st.sampled_from(RegionKind), st.none() | hard, st.none() | hard)
steps = st.builds(
    EditStep, st.text(), st.text(), regions, shares, shares, st.booleans(), st.integers(0, 2**31)
)
stacks = st.builds(EditStack, st.lists(steps, max_size=4).map(tuple), st.text(), st.text())


@given(stacks)
def test_a_stack_survives_json_to_the_last_digit(stack: EditStack) -> None:
    assert stack_from_json(stack_to_json(stack)) == stack


@pytest.mark.parametrize(
    "text", ["", "[]", '{"steps": 3}', '{"steps":[{"attribute":"a","value":"b","strength":2}]}']
)
def test_a_text_that_is_no_stack_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        stack_from_json(text)


def test_a_step_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        EditStep("colors", "red", strength=1.5)


def test_only_steps_that_do_something_are_active() -> None:
    on, off = EditStep.of("colors", "red"), EditStep("pattern", "striped", enabled=False)
    assert EditStack((on, off, EditStep("colors", "blue", strength=0.0))).active == (on,)


def test_a_step_begins_with_its_regions_threshold() -> None:
    assert EditStep.of("colors", "red", RegionKind.SLEEVE).threshold == 0.9
    assert default_region("sleeve_length") is RegionKind.EDIT
    assert EditStep.of("colors", "red").region.kind is RegionKind.GARMENT


def test_a_hard_mask_is_kept_exactly_and_a_soft_one_in_steps() -> None:
    hard_mask = np.zeros((20, 30), bool)
    hard_mask[3:9, 4:20] = True
    painted = PaintedMask.from_array(hard_mask)
    assert len(painted.levels) == 1
    np.testing.assert_array_equal(painted.array(), hard_mask)
    soft = np.linspace(0, 1, 600, dtype=np.float32).reshape(20, 30)
    assert np.abs(PaintedMask.from_array(soft).array() - soft).max() <= 1 / 16 + 1e-6
    as_bytes = PaintedMask.from_array((soft * 255).astype(np.uint8))
    assert np.abs(as_bytes.array() - soft).max() <= 1 / 16 + 1 / 255


def test_levels_of_two_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match="one size"):
        PaintedMask((runs_of_mask(np.ones((2, 2))), runs_of_mask(np.ones((2, 3)))))
