from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.amgan.draws import Drawer, condition_of
from fashion_studio.learning.amgan.pictures import Pictures
from fashion_studio.learning.amgan.plan import GanPlan
from fashion_studio.learning.amgan.stepping import config_of


def test_the_masking_vector_names_one_attribute_and_its_value(plan: GanPlan) -> None:
    config = config_of(plan)
    condition = condition_of(config, "sleeve_length", torch.tensor([3, 0]))
    assert condition.target.shape == (2, 18)
    assert condition.target.nonzero().tolist() == [[0, 8 + 3], [1, 8 + 0]]
    assert condition.edited.tolist() == [[0.0, 1.0, 0.0]] * 2


def test_attributes_alternate_so_that_the_generator_sees_all(plan: GanPlan, pictures: Pictures) -> None:
    """Also where the number of attributes divides the discriminators' steps."""
    three = replace(plan, critic_steps=3)
    drawer = Drawer(three, pictures, 4, 0)
    seen = [drawer.draw(step, with_references=False).attribute for step in range(18)]
    assert seen == [0, 0, 0, 1, 1, 1, 2, 2, 2] * 2
    assert {seen[step] for step in range(2, 18, 3)} == {0, 1, 2}


def test_only_known_values_are_edited_and_always_into_another(plan: GanPlan, pictures: Pictures) -> None:
    drawer = Drawer(plan, pictures, 8, 0)
    counts = [len(values) for values in plan.attributes.values()]
    wanted = set()
    for step in range(60):
        draw = drawer.draw(step, with_references=False)
        assert (draw.sources == pictures.codes[draw.rows, draw.attribute]).all()
        assert (draw.sources >= 0).all()
        assert (draw.sources != draw.targets).all()
        assert ((draw.targets >= 0) & (draw.targets < counts[draw.attribute])).all()
        assert pictures.is_photo[draw.rows].sum() == 4
        wanted |= {(draw.attribute, int(value)) for value in draw.targets}
    assert len(wanted) == sum(counts)


def test_a_step_draws_the_same_whatever_came_before(plan: GanPlan, pictures: Pictures) -> None:
    first, second = Drawer(plan, pictures, 4, 7), Drawer(plan, pictures, 4, 7)
    for step in range(5):
        second.draw(step, with_references=True)
    one, two = first.draw(9, with_references=True), second.draw(9, with_references=True)
    assert one.references is not None
    for name in ("rows", "sources", "targets", "references", "mirrored"):
        assert np.array_equal(getattr(one, name), getattr(two, name))
    assert torch.equal(first.noise(9, 4)[0], second.noise(9, 4)[0])
    assert not torch.equal(first.noise(9, 4)[0], first.noise(10, 4)[0])
    other = Drawer(plan, pictures, 4, 8).draw(9, with_references=True)
    assert not np.array_equal(one.rows, other.rows)


def test_references_have_the_wanted_value_and_are_counted(plan: GanPlan, pictures: Pictures) -> None:
    drawer = Drawer(plan, pictures, 8, 0)
    for step in range(20):
        draw = drawer.draw(step, with_references=True)
        assert draw.references is not None
        assert sum(draw.matches.values()) == 8
        assert (draw.references < 0).sum() == draw.matches["none"]
        there = draw.references >= 0
        found = pictures.codes[draw.references[there], draw.attribute]
        assert (found == draw.targets[there]).all()


def test_an_attribute_of_one_value_cannot_be_learnt(plan: GanPlan, pictures: Pictures) -> None:
    codes = pictures.codes.copy()
    codes[:, 1] = np.where(codes[:, 1] >= 0, 2, codes[:, 1])
    with pytest.raises(UserError, match="sleeve_length"):
        Drawer(plan, replace(pictures, codes=codes), 4, 0)


def test_copies_are_drawn_for_edits_that_are_not_of_the_surface(plan: GanPlan, pictures: Pictures) -> None:
    plain = Drawer(plan, pictures, 8, 3)
    there = np.ones((len(pictures), 2), bool)
    there[5] = False
    drawer = Drawer(plan, pictures, 8, 3, copies=there, surface=("colors", "pattern"))
    drawn = []
    for step in range(60):
        draw = drawer.draw(step, with_references=True, stylised=0.5)
        same = plain.draw(step, with_references=True)
        for name in ("rows", "sources", "targets", "mirrored"):
            assert np.array_equal(getattr(draw, name), getattr(same, name))
        assert draw.references is not None
        assert same.references is not None
        if list(plan.attributes)[draw.attribute] != "sleeve_length":
            assert draw.copies is None
            assert np.array_equal(draw.references, same.references)
            continue
        assert draw.copies is not None
        copied = draw.copies >= 0
        assert (draw.references[copied] == -1).all()
        assert np.array_equal(draw.references[~copied], same.references[~copied])
        assert draw.matches["none"] == (draw.references < 0).sum()
        assert not copied[draw.rows == 5].any()
        drawn += draw.copies.tolist()
    assert set(drawn) == {-1, 0, 1}
    assert 0.35 < np.mean(np.array(drawn) >= 0) < 0.65
    always = drawer.draw(2, with_references=False, stylised=1.0)
    assert always.copies is not None
    assert np.array_equal(always.copies >= 0, always.rows != 5)
    assert drawer.draw(2, with_references=False).copies is None
