from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from pycocotools import mask as coco_mask

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.run_lengths import RunLengths, mask_of_runs, runs_of_mask

masks = hnp.arrays(bool, hnp.array_shapes(min_dims=2, max_dims=2, min_side=1, max_side=40))


@given(masks)
def test_cocos_own_tools_write_and_read_the_same(mask: np.ndarray) -> None:
    runs = runs_of_mask(mask)
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert theirs["counts"].decode() == runs.counts
    assert tuple(theirs["size"]) == runs.size
    assert coco_mask.area({"size": list(runs.size), "counts": runs.counts.encode()}) == mask.sum()
    np.testing.assert_array_equal(mask_of_runs(runs), mask)


def test_long_runs_need_several_groups() -> None:
    mask = np.zeros((1500, 1100), bool)
    mask[300:1200, 100:900] = True
    mask[5, 7] = True
    theirs = coco_mask.encode(np.asfortranarray(mask.astype(np.uint8)))
    assert theirs["counts"].decode() == runs_of_mask(mask).counts
    np.testing.assert_array_equal(mask_of_runs(runs_of_mask(mask)), mask)


@given(st.text(max_size=12))
def test_a_damaged_text_is_refused_or_fills_the_size(text: str) -> None:
    try:
        mask = mask_of_runs(RunLengths((3, 4), text))
    except UserError:
        return
    assert mask.shape == (3, 4)


def test_runs_that_do_not_fill_the_size_are_refused() -> None:
    whole = runs_of_mask(np.ones((4, 4), bool))
    with pytest.raises(UserError, match="damaged"):
        mask_of_runs(RunLengths((4, 5), whole.counts))
    with pytest.raises(UserError, match="damaged"):
        mask_of_runs(RunLengths((1 << 20, 1 << 20), whole.counts))
