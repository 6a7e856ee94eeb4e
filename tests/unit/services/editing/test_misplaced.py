"""What a garment does not have is said, in the vocabulary's words, and can be switched off."""

from __future__ import annotations

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.services.editing.misplaced import misplaced_edits, switched_off

VOCABULARY = load_vocabulary()
LONG = EditStep("sleeve_length", "long")
RED = EditStep("colors", "red")


def test_sleeves_of_trousers_are_said_to_be_out_of_place():
    said = misplaced_edits(VOCABULARY, EditStack((RED, LONG)), "pants")
    assert said == {1: "The attribute “Sleeve” does not apply to a garment of the category “Pants”."}


def test_what_a_garment_has_and_what_is_not_known_is_not_doubted():
    assert misplaced_edits(VOCABULARY, EditStack((RED, LONG)), "t-shirt") == {}
    assert misplaced_edits(VOCABULARY, EditStack((RED,)), "pants") == {}
    assert misplaced_edits(VOCABULARY, EditStack((LONG,)), None) == {}
    assert misplaced_edits(VOCABULARY, EditStack((LONG,)), "") == {}
    assert misplaced_edits(None, EditStack((LONG,)), "pants") == {}


def test_words_of_another_vocabulary_are_not_doubted():
    assert misplaced_edits(VOCABULARY, EditStack((LONG,)), "Kaftan") == {}
    assert misplaced_edits(VOCABULARY, EditStack((EditStep("buttons", "five"),)), "pants") == {}


def test_an_edit_that_does_nothing_is_not_out_of_place():
    off = EditStep("sleeve_length", "long", enabled=False)
    faint = EditStep("sleeve_length", "long", strength=0.0)
    assert misplaced_edits(VOCABULARY, EditStack((off, faint)), "pants") == {}


def test_edits_are_switched_off_by_their_place():
    stack = EditStack((RED, LONG), model="amgan-1")
    fitting = switched_off(stack, {1})
    assert [step.enabled for step in fitting.steps] == [True, False]
    assert (fitting.model, fitting.active) == ("amgan-1", (RED,))
    assert switched_off(stack, {}) == stack
