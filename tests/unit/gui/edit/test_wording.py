"""Edits are called as the vocabulary calls them."""

from __future__ import annotations

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.edits import EditStep
from fashion_studio.gui.edit.wording import filling_title, in_all_title, step_title


def test_an_edit_is_named_with_its_value():
    assert step_title(load_vocabulary(), EditStep("colors", "red")) == "Color: Red"


def test_the_grid_is_named_by_what_it_varies():
    assert in_all_title("colors", 18) == "In all 18 colors"
    assert filling_title("sleeve_length") == "Filling sleeve lengths"
    assert filling_title("fit") == "Filling fits"
