"""`experiment`: the variants of a method on the same renderings, and one table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fashion_studio.cli.model_options import DeviceOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag
from fashion_studio.cli.terminal import Terminal, stoppable
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from fashion_studio.services.experiments import ExperimentResult

__all__ = ["register"]

_RANDOM = "none"
_FROM_TIMM = "timm"

_Name = Annotated[
    str,
    typer.Argument(metavar="NAME", help="A shipped experiment's name, or a TOML file.", show_default=False),
]
_Out = Annotated[
    Path, typer.Option(help="The experiment's folder; one that is there goes on.", show_default=False)
]
_Images = Annotated[int | None, typer.Option(min=40, help="Renderings in all; else the experiment's number.")]
_Epochs = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's; shared among its phases.")]
_Side = Annotated[int | None, typer.Option(min=32, max=1024, help="Side of the network's input in pixels.")]
_BatchSize = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")]
_Rate = Annotated[float | None, typer.Option(min=0.0, help="Learning rate instead of the recipe's.")]
_Backbone = Annotated[str, typer.Option(help="Another timm backbone, for recipes with one.")]
_Small = Annotated[bool, typer.Option("--small", help="Two streams: the recipe's small pair of backbones.")]
_Pretrained = Annotated[
    str,
    typer.Option(
        help="Safetensors file with the backbone's ImageNet weights, “timm” to fetch them, or “none”."
    ),
]
_Variants = Annotated[str, typer.Option(help="Only these rows, with commas between.")]
_Seed = Annotated[int, typer.Option(help="Of the renderings and the trainings.")]
_AdaIn = Annotated[
    Path | None, typer.Option(help="Folder of a style transfer's weights; else the shipped one.")
]
_Styles = Annotated[Path | None, typer.Option(help="Folder of pictures to take styles from.")]
_Threads = Annotated[int | None, typer.Option(min=1, help="Processor threads; else torch's choice.")]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(experiment)


def experiment(
    name: _Name,
    out: _Out,
    images: _Images = None,
    epochs: _Epochs = None,
    side: _Side = None,
    batch_size: _BatchSize = None,
    rate: _Rate = None,
    backbone: _Backbone = "",
    small: _Small = False,
    pretrained: _Pretrained = _FROM_TIMM,
    variants: _Variants = "",
    seed: _Seed = 0,
    device: DeviceOption = "",
    threads: _Threads = None,
    adain: _AdaIn = None,
    styles: _Styles = None,
    as_json: JsonFlag = False,
) -> None:
    """Train the variants of a method on the same renderings; leaves OUT/table.md and table.csv.

    two-stream-ablation, two-stream-deepfashion, fine26, fashion-how-2, stylised-training (which also draws
    OUT/figure.svg). Ctrl-C stops; the same command goes on.
    """
    from fashion_studio.services.experiment_plans import ExperimentChoice, read_experiment
    from fashion_studio.services.experiments import run_experiment

    terminal = Terminal(as_json=as_json)
    plan = read_experiment(name)
    choice = ExperimentChoice(
        images=images,
        epochs=epochs,
        side_px=side,
        batch_size=batch_size,
        rate=rate,
        backbone=backbone,
        small=small,
        weights=_weights(pretrained),
        random_weights=pretrained == _RANDOM,
        variants=tuple(entry.strip() for entry in variants.split(",") if entry.strip()),
        seed=seed,
        device=chosen_model(device=device).device,
        threads=threads,
        adain=_absolute(adain),
        styles=_absolute(styles),
    )
    with stoppable() as should_stop, terminal.progress(plan.title) as progress:
        result = run_experiment(
            plan,
            out.expanduser().absolute(),
            choice,
            on_line=terminal.note,
            on_progress=progress,
            should_stop=should_stop,
        )
    _tell(plan.name, result, terminal)


def _weights(pretrained: str) -> Path | None:
    file = None if pretrained in {"", _FROM_TIMM, _RANDOM} else Path(pretrained).expanduser().absolute()
    if file is not None and not file.is_file():
        msg = f"There are no weights at {file}. Name a safetensors file, “{_FROM_TIMM}” or “{_RANDOM}”."
        raise UserError(msg)
    return file


def _tell(name: str, result: ExperimentResult, terminal: Terminal) -> None:
    rows = [
        {"variant": row.name, "best_epoch": row.best_epoch, "figures": row.figures} for row in result.rows
    ]
    terminal.result({"experiment": name, "table": str(result.table), "csv": str(result.csv), "rows": rows})
    terminal.say(result.markdown)
    terminal.say(f"The table is in {result.table} and {result.csv}.")
    if result.figure is not None:
        terminal.say(f"The figure is in {result.figure}.")


def _absolute(path: Path | None) -> Path | None:
    return None if path is None else path.expanduser().absolute()
