"""The command that edits one photo file and writes one picture file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli.edit_options import (
    GeneratorOption,
    InRegion,
    SetValue,
    StackFile,
    Strength,
    Threshold,
    asked_stack,
)
from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.model_options import DeviceOption, ModelOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag, ProjectArgument, actor_name
from fashion_studio.cli.terminal import Terminal

if TYPE_CHECKING:
    from fashion_studio.domain.edits import EditedFile

__all__ = ["register"]

_DOUBTFUL = 0.5
edits = typer.Typer(help="A project's edited photos.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(edit)
    app.add_typer(edits, name="edits")


def edit(
    photo: Annotated[Path, typer.Argument(help="A photo file; it is not changed.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="The picture to write: .png, .tif or .tiff.")],
    values: SetValue = None,
    region: InRegion = None,
    strength: Strength = 1.0,
    threshold: Threshold = None,
    stack: StackFile = None,
    generator: GeneratorOption = None,
    model: ModelOption = None,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Edit a garment in a photo: another colour, pattern or sleeve, in one region or all of it.

    The picture has the photo's size and carries the edits in its metadata; --stack PICTURE does them again to
    another photo. Pixels outside the region are the photo's own.
    """
    from fashion_studio.services.editing.one_photo import edit_one_photo

    terminal = Terminal(as_json=as_json)
    wanted = asked_stack(values, region, strength, stack, threshold)
    chosen = chosen_model(model, device)
    done = edit_one_photo(
        photo.expanduser(),
        wanted,
        out.expanduser(),
        generator=generator and generator.expanduser(),
        model_dir=chosen.model_dir,
        device=chosen.device,
    )
    if wanted.weights_sha256 not in {"", done.stack.weights_sha256}:
        terminal.note(
            f"These edits were made by {wanted.model}; {done.stack.model} does them a little otherwise."
        )
    _tell(done, terminal)
    if not done.changed_share:
        raise typer.Exit(ExitCode.NOTHING)


@edits.command()
def discard(
    project: ProjectArgument,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much there is.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Delete the pictures of edited photos whose saving was undone, for good."""
    from fashion_studio.services.freeing import Keepsake, free, held, size_words
    from fashion_studio.services.project import Project

    terminal = Terminal(as_json=as_json)
    with Project.open(project.expanduser(), actor=actor_name(), read_only=dry_run) as opened:
        freed = held(opened, Keepsake.EDITS) if dry_run else free(opened, Keepsake.EDITS)
    terminal.result({"discarded": 0 if dry_run else freed.count, "freed_bytes": freed.size_bytes})
    word = "picture" if freed.count == 1 else "pictures"
    size = size_words(freed.size_bytes)
    terminal.say(
        f"{freed.count:,} {word}, {size}, would be deleted."
        if dry_run
        else f"{freed.count:,} {word} deleted, {size} freed."
    )


def _tell(done: EditedFile, terminal: Terminal) -> None:
    import msgspec

    from fashion_studio.config.resources import load_vocabulary
    from fashion_studio.services.editing.misplaced import misplaced_edits

    misplaced = misplaced_edits(load_vocabulary(), done.stack, done.category)
    terminal.result(
        {
            "file": str(done.path) if done.changed_share else None,
            "width": done.width_px,
            "height": done.height_px,
            "changed_share": done.changed_share,
            "problems": {str(place + 1): sentence for place, sentence in done.problems.items()},
            "misplaced": {str(place + 1): sentence for place, sentence in misplaced.items()},
            "doubt": {"score": done.doubt.score, "reasons": list(done.doubt.reasons)},
            "stack": msgspec.to_builtins(done.stack),
            "milliseconds": done.compute_ms,
        }
    )
    for place, sentence in [*done.problems.items(), *misplaced.items()]:
        step = done.stack.steps[place]
        terminal.note(f"Edit {place + 1} ({step.attribute}={step.value}): {sentence}")
    if done.note:
        terminal.note(done.note)
    if not done.changed_share:
        terminal.note("Nothing changes, so nothing was written.")
        return
    terminal.say(
        f"{done.path}: {done.width_px:,} × {done.height_px:,} px, {done.changed_share:.1%} of the photo "
        f"changed by {done.stack.model}, in {done.compute_ms / 1000.0:.1f} s."
    )
    if done.doubt.score >= _DOUBTFUL:
        terminal.note(f"The result is doubtful ({done.doubt.score:.2f}): {' '.join(done.doubt.reasons)}")
