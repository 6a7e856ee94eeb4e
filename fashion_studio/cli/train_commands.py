"""`train`: one training as a resumable run."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fashion_studio.cli.model_options import DeviceOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag
from fashion_studio.cli.terminal import Progress, Terminal, stoppable
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from fashion_studio.learning.run import TrainSpec

__all__ = ["register"]

_FROM_TIMM: Final = "timm"


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(train)


def train(
    out: Annotated[Path, typer.Option(help="The run's folder; a run that is there already goes on.")],
    recipe: Annotated[str, typer.Option(help="A shipped recipe's name, or a TOML file.")] = "house",
    photos: Annotated[
        Path | None, typer.Option(help="Folder with photos.csv and images; else renderings alone.")
    ] = None,
    pretrained: Annotated[
        str,
        typer.Option(help="Safetensors file with the backbones' ImageNet weights, or “timm” to fetch them."),
    ] = "",
    base: Annotated[
        Path | None, typer.Option(help="A finished model's folder to go on from, of the same vocabulary.")
    ] = None,
    from_round: Annotated[
        int, typer.Option(min=1, help="With a base that has the recipe's first rounds behind it.")
    ] = 1,
    vocabulary: Annotated[str, typer.Option(help="What the model learns to say.")] = "studio",
    model_id: Annotated[
        str, typer.Option(help="Name of the model, written into every prediction.")
    ] = "own-1",
    seed: Annotated[int, typer.Option(help="The same seed and machine give the same training.")] = 0,
    device: DeviceOption = "",
    threads: Annotated[
        int | None, typer.Option(min=1, help="Processor threads; else torch's choice.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Train a model by a recipe; leaves a bundle in RUN/bundle. Ctrl-C leaves a checkpoint to go on from."""
    from fashion_studio.config.resources import eye_label_files
    from fashion_studio.learning.run import SPEC_NAME, TrainSpec, read_spec, run_training

    terminal = Terminal(as_json=as_json)
    run_dir = out.expanduser().absolute()
    if (run_dir / SPEC_NAME).is_file():
        spec = read_spec(run_dir)
        terminal.note(f"Going on with the run in {run_dir}, as it was specified then.")
    else:
        spec = TrainSpec(
            recipe=_recipe(recipe),
            vocabulary=_vocabulary(vocabulary),
            run_dir=str(run_dir),
            model_id=model_id,
            photos=str(photos.expanduser().absolute()) if photos else None,
            pretrained=_pretrained(pretrained),
            base=str(base.expanduser().absolute()) if base else None,
            first_round=from_round,
            eye_labels=tuple(map(str, eye_label_files("training"))) if photos else (),
            seed=seed,
            device=chosen_model(device=device).device,
            threads=threads,
        )
    with stoppable() as should_stop, terminal.progress("Training") as progress:
        result = run_training(spec, lambda event: _show(event, progress, terminal), should_stop)
    _finish(spec, result.bundle, dict(result.figures), terminal)


def _finish(spec: TrainSpec, bundle: Path, figures: dict[str, float], terminal: Terminal) -> None:
    terminal.result({"run": spec.run_dir, "bundle": str(bundle), "model": spec.model_id, "figures": figures})
    for name, value in sorted(figures.items()):
        terminal.say(f"{name:<48} {value:.4f}")
    terminal.say(f"The model is in {bundle}; use it with --model {bundle}")


def _show(event: dict[str, Any], progress: Progress, terminal: Terminal) -> None:
    match event["event"]:
        case "preparing":
            progress(event["done"], event["count"], event["what"])
        case "step":
            progress(event["step"], event["steps"], f"round {event['round']} · loss {event['loss']}")
        case "epoch":
            terminal.note(f"round {event['round']}, epoch {event['epoch']}: score {event['score']:.4f}")
        case "started":
            terminal.note(f"Training {event['model_id']} by the recipe “{event['recipe']}”.")


def _recipe(name: str) -> dict[str, Any]:
    from fashion_studio.config.resources import resources_dir

    path = Path(name).expanduser()
    if path.suffix != ".toml":
        path = resources_dir() / "recipes" / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"The recipe {path.name} cannot be read: {error}."
        raise UserError(msg) from error


def _vocabulary(name: str) -> dict[str, Any]:
    from fashion_studio.config.resources import load_vocabulary

    return dict(load_vocabulary(name).source)


def _pretrained(given: str) -> str | None:
    if given in {"", _FROM_TIMM}:
        return given or None
    path = Path(given).expanduser().absolute()
    if not path.is_file():
        msg = f"There are no weights at {path}. Name a safetensors file, or “{_FROM_TIMM}” to fetch them."
        raise UserError(msg)
    return str(path)
