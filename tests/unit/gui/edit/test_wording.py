"""Edits are called as the vocabulary calls them."""

from __future__ import annotations

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.edits import EditStep
from fashion_studio.gui.edit.wording import step_title


def test_an_edit_is_named_with_its_value():
    assert step_title(load_vocabulary(), EditStep("colors", "red")) == "Color: Red"
