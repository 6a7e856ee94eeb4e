"""Edits of what a garment does not have, such as the sleeves of trousers: which they are, and what to say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from fashion_studio.domain.vocabulary import CATEGORY

if TYPE_CHECKING:
    from collections.abc import Collection

    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["misplaced_edits", "switched_off"]


def misplaced_edits(vocabulary: Vocabulary | None, stack: EditStack, category: str | None) -> dict[int, str]:
    """The active edits that are of what a garment of this category does not have.

    Args:
        vocabulary: says what applies to what; where it does not know the attribute or the category (a model
            with words of its own), nothing is held to be out of place.
        stack: the edits.
        category: what the garment is; None or "" where nobody knows.

    Returns:
        By the place in the stack, a sentence for a person.
    """
    if vocabulary is None or not category or not vocabulary.has(CATEGORY):
        return {}
    kinds = {value.name: value.title for value in vocabulary.attribute(CATEGORY).values}
    if category not in kinds:
        return {}
    return {
        place: f"The attribute “{vocabulary.attribute(step.attribute).title}” does not apply to a garment of "
        f"the category “{kinds[category]}”."
        for place, step in enumerate(stack.steps)
        if step in stack.active
        and vocabulary.has(step.attribute)
        and not vocabulary.applies(step.attribute, category)
    }


def switched_off(stack: EditStack, places: Collection[int]) -> EditStack:
    """The stack with the edits at these places switched off."""
    steps = tuple(
        msgspec.structs.replace(step, enabled=step.enabled and place not in places)
        for place, step in enumerate(stack.steps)
    )
    return msgspec.structs.replace(stack, steps=steps)
