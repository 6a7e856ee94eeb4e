"""The options that choose photos of a project, shared by commands."""

from __future__ import annotations

from typing import Annotated

import typer

from fashion_studio.domain.labels import Split, Status
from fashion_studio.domain.queries import ItemFilter

__all__ = [
    "ByModel",
    "ByPerson",
    "Edited",
    "Flagged",
    "InSplit",
    "Text",
    "WithEdited",
    "WithStatus",
    "item_filter",
]

_PAIR = "ATTRIBUTE=VALUE; several of one attribute are joined by “or”. VALUE may be ?unset or ?unknown."

WithStatus = Annotated[list[Status] | None, typer.Option(help="Only photos with this status.")]
InSplit = Annotated[list[Split] | None, typer.Option(help="Only photos of this split.")]
Text = Annotated[str, typer.Option(help="Only photos whose name or note contains this.")]
Flagged = Annotated[bool | None, typer.Option("--flagged/--not-flagged", help="Only (not) flagged photos.")]
Edited = Annotated[
    bool | None, typer.Option("--edited/--not-edited", help="Only (not) photos made by edits.")
]
WithEdited = Annotated[
    bool, typer.Option("--with-edited", help="Photos made by edits, too; else they are left out.")
]
ByPerson = Annotated[list[str] | None, typer.Option(help=f"Only what a person answered: {_PAIR}")]
ByModel = Annotated[list[str] | None, typer.Option(help=f"Only what the model proposes: {_PAIR}")]


def item_filter(
    *,
    text: str = "",
    statuses: list[Status] | None = None,
    splits: list[Split] | None = None,
    flagged: bool | None = None,
    edited: bool | None = None,
    person: list[str] | None = None,
    model: list[str] | None = None,
) -> ItemFilter | None:
    """The filter that the options ask for; None when they ask for nothing.

    Raises:
        typer.BadParameter: a pair is not ATTRIBUTE=VALUE.
    """
    question = ItemFilter(
        text=text,
        statuses=frozenset(statuses or ()),
        splits=frozenset(splits or ()),
        flagged=flagged,
        derived=edited,
        by_person=_pairs(person),
        by_model=_pairs(model),
    )
    return None if question == ItemFilter() else question


def _pairs(texts: list[str] | None) -> dict[str, frozenset[str]]:
    found: dict[str, frozenset[str]] = {}
    for text in texts or ():
        attribute, separator, value = text.partition("=")
        if not (attribute and separator and value):
            msg = f"“{text}” is not ATTRIBUTE=VALUE, such as fit=loose."
            raise typer.BadParameter(msg)
        found[attribute] = found.get(attribute, frozenset()) | {value}
    return found
