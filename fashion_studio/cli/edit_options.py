"""The options that say what an edit does, shared by commands."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.domain.edits import RegionKind

if TYPE_CHECKING:
    from fashion_studio.domain.edits import EditStack

__all__ = ["GeneratorOption", "InRegion", "SetValue", "StackFile", "Strength", "Threshold", "asked_stack"]

SetValue = Annotated[
    list[str] | None,
    typer.Option("--set", help="ATTRIBUTE=VALUE, such as colors=red; several are done in this order."),
]
InRegion = Annotated[
    RegionKind | None, typer.Option("--region", help="Where it is done; else the attribute's usual region.")
]
Strength = Annotated[float, typer.Option(min=0.0, max=1.0, help="0 changes nothing, 1 is the whole edit.")]
StackFile = Annotated[
    Path | None,
    typer.Option("--stack", help="A picture with edits in its metadata, or edits as JSON; instead of --set."),
]
Threshold = Annotated[
    float | None,
    typer.Option(min=0.0, max=1.0, help="Mask values below it become 0; else as is usual for the region."),
]
GeneratorOption = Annotated[
    Path | None, typer.Option(help="Folder of a generator's bundle; else the one of the program.")
]


def asked_stack(
    values: list[str] | None,
    region: RegionKind | None,
    strength: float,
    file: Path | None,
    threshold: float | None = None,
) -> EditStack:
    """The stack that the options ask for.

    Raises:
        typer.BadParameter: nothing is asked for, both ways are used, or a pair is not ATTRIBUTE=VALUE.
        UserError: the file cannot be read as a stack.
    """
    import msgspec

    from fashion_studio.domain.edits import EditStack, EditStep, stack_from_json
    from fashion_studio.imaging.edited_files import read_stack_json

    if bool(values) == (file is not None):
        msg = "Say what to change with --set ATTRIBUTE=VALUE, or with --stack FILE."
        raise typer.BadParameter(msg)
    if file is not None:
        return stack_from_json(read_stack_json(file.expanduser()))
    steps = []
    for text in values or ():
        attribute, separator, value = text.partition("=")
        if not (attribute and separator and value):
            msg = f"“{text}” is not ATTRIBUTE=VALUE, such as colors=red."
            raise typer.BadParameter(msg)
        step = msgspec.structs.replace(EditStep.of(attribute, value, region), strength=strength)
        if threshold is not None:
            step = msgspec.structs.replace(step, threshold=threshold)
        steps.append(step)
    return EditStack(tuple(steps))
