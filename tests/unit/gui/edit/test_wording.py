"""Edits are called as the vocabulary calls them, and what a garment does not have is said."""

from __future__ import annotations

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.gui.edit.wording import misplaced, step_title

VOCABULARY = load_vocabulary()
LONG = EditStep("sleeve_length", "long")
RED = EditStep("colors", "red")


def test_an_edit_is_named_with_its_value():
    assert step_title(VOCABULARY, RED) == "Color: Red"


def test_sleeves_of_trousers_are_said_to_be_out_of_place():
    said = misplaced(VOCABULARY, EditStack((RED, LONG)), "pants")
    assert said == "The attribute “Sleeve” does not apply to a garment of the category “Pants”."


def test_what_a_garment_has_and_what_is_not_known_is_not_doubted():
    assert misplaced(VOCABULARY, EditStack((RED, LONG)), "t-shirt") == ""
    assert misplaced(VOCABULARY, EditStack((RED,)), "pants") == ""
    assert misplaced(VOCABULARY, EditStack((LONG,)), None) == ""
    assert misplaced(None, EditStack((LONG,)), "pants") == ""
    off = EditStep("sleeve_length", "long", enabled=False)
    assert misplaced(VOCABULARY, EditStack((off,)), "pants") == ""
