"""Training a style transfer (`train adain…`), whose runs have a schema of their own, and with one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from fashion_studio.cli.terminal import stoppable
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from fashion_studio.cli.terminal import Terminal
    from fashion_studio.learning.style.plan import Regime

__all__ = ["StyleOptions", "adain_folder", "begin", "go_on", "regime"]


@dataclass(frozen=True, slots=True)
class StyleOptions:
    """The options of the command line that these recipes know."""

    recipe: str
    run_dir: Path
    photos: Path | None
    styles: Path | None
    weights: Path | None
    model_id: str
    seed: int
    device: str
    threads: int | None
    max_photos: int | None
    only_prepare: bool


def regime(name: str) -> Regime:
    """How a training uses stylised photos.

    Raises:
        UserError: there is no such regime.
    """
    from fashion_studio.learning.style.plan import Regime

    if name not in set(Regime):
        msg = f"There is no regime “{name}”. There are {', '.join(Regime)}."
        raise UserError(msg)
    return Regime(name)


def adain_folder(given: Path | None) -> Path | None:
    """The weights of style transfer: what was given, else the shipped ones, None where there are none."""
    from fashion_studio.config.resources import adain_dir

    return adain_dir() if given is None else given.expanduser().absolute()


def begin(options: StyleOptions, terminal: Terminal) -> None:
    """Freezes a run, and trains it unless it is only to be made."""
    from fashion_studio.learning.style.adain_recipe import parse_adain_recipe
    from fashion_studio.services.style_training import StyleTrainingChoice, freeze_style_training

    if options.photos is None:
        msg = "A style transfer learns from a folder of photos; name it with --photos."
        raise typer.BadParameter(msg)
    choice = StyleTrainingChoice(
        parse_adain_recipe(options.recipe),
        options.photos.expanduser().absolute(),
        None if options.styles is None else options.styles.expanduser().absolute(),
        options.weights,
        options.model_id,
        options.seed,
        options.device,
        options.threads,
        options.max_photos,
    )
    with stoppable() as should_stop:
        freeze_style_training(options.run_dir, choice, should_stop=should_stop)
    if options.only_prepare:
        terminal.result({"run": str(options.run_dir)})
        terminal.say(f"Train it with: fashion-studio train --run {options.run_dir}")
        return
    go_on(options.run_dir, terminal)


def go_on(run_dir: Path, terminal: Terminal, *, finish: bool = False) -> None:
    """Trains a frozen run, or continues it; or makes a style transfer of its last checkpoint."""
    from fashion_studio.services.style_training import run_style_training

    with stoppable() as should_stop, terminal.progress("Training") as progress:
        done = run_style_training(
            run_dir, finish=finish, on_line=terminal.note, on_progress=progress, should_stop=should_stop
        )
    terminal.result({"run": str(run_dir), "bundle": str(done.bundle), "figures": dict(done.figures)})
    for name, value in sorted(done.figures.items()):
        terminal.say(f"{name:<24} {value:.4f}")
    terminal.say(
        f"The style transfer is in {done.bundle}; pictures of its course are in {run_dir / 'examples'}."
    )
