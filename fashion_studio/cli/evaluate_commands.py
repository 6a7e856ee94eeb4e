"""`evaluate`: the figures on a model's card, measured again."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Annotated, Final, Literal

import typer

from fashion_studio.cli.model_options import ChosenModel, DeviceOption, ModelOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag
from fashion_studio.cli.terminal import Terminal

__all__ = ["register"]

GARMENTS: Final = 300
"""That edits are measured on where nothing else is said."""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(evaluate)


def evaluate(
    what: Annotated[
        Literal["reader", "amgan"], typer.Argument(help="The model that reads, or the generator that edits.")
    ] = "reader",
    model: ModelOption = None,
    photos: Annotated[
        Path | None, typer.Option(help="Folder with photos.csv and images; else renderings alone.")
    ] = None,
    recipe: Annotated[str, typer.Option(help="Says which renderings are kept for the report.")] = "house",
    renderings: Annotated[int | None, typer.Option(min=1, help="So many of them, for a quick look.")] = None,
    generator: Annotated[
        list[Path] | None, typer.Option(help="For amgan: a generator's folder; several are compared.")
    ] = None,
    judge: Annotated[
        Path | None,
        typer.Option(help="For amgan: a model that reads the edits; else one is trained first."),
    ] = None,
    pretrained: Annotated[
        Path | None, typer.Option(help="For amgan: ImageNet weights that the judge begins from.")
    ] = None,
    inception: Annotated[
        Path | None,
        typer.Option(help="For amgan: Inception-v3 weights of torch-fidelity; gives FID and KID, too."),
    ] = None,
    note: Annotated[bool, typer.Option("--note", help="Write the figures into the bundle.")] = False,
    device: DeviceOption = "",
    as_json: JsonFlag = False,
) -> None:
    """Measure a model on held-out renderings, and a model that reads on validation photos, too."""
    if what == "amgan":
        from fashion_studio.cli.edit_evaluation import EditorChoice, evaluate_editor
        from fashion_studio.config.resources import generator_dir

        folders = tuple(generator or [generator_dir()])
        choice = EditorChoice(folders, judge, pretrained, inception, renderings or GARMENTS, device)
        evaluate_editor(choice, Terminal(as_json=as_json))
        return
    _evaluate_reader(
        chosen_model(model=model, device=device), photos, recipe, renderings, note=note, as_json=as_json
    )


def _evaluate_reader(
    chosen: ChosenModel,
    photos: Path | None,
    recipe: str,
    renderings: int | None,
    *,
    note: bool,
    as_json: bool,
) -> None:
    from fashion_studio.config.resources import eye_label_files, house_model_dir, resources_dir
    from fashion_studio.inference.device import choose_device
    from fashion_studio.learning.evaluate import evaluate as measure
    from fashion_studio.learning.evaluate import forward_ms, report_table
    from fashion_studio.learning.eye_labels import read_eye_labels
    from fashion_studio.learning.recipe import read_recipe
    from fashion_studio.zoo.bundle import load_bundle, note_figures

    terminal = Terminal(as_json=as_json)
    folder = chosen.model_dir or house_model_dir()
    bundle = load_bundle(folder, str(choose_device(chosen.device)))
    wanted = read_recipe(resources_dir() / "recipes" / f"{recipe}.toml")
    with tempfile.TemporaryDirectory(prefix="fashion-studio-") as cache:
        report = measure(
            bundle,
            wanted,
            cache=Path(cache),
            photos=photos.expanduser() if photos else None,
            eye=read_eye_labels(eye_label_files("validation"), bundle.vocabulary),
            rendering_count=renderings,
        )
    if note:
        note_figures(folder, report.figures)
    forward, maps = forward_ms(bundle)
    terminal.say(report_table(report))
    terminal.say(f"One forward pass {forward:.1f} ms, all activation maps {maps:.2f} ms (batch of one).")
    terminal.result(
        {"model": bundle.manifest.model_id, "figures": dict(report.figures), "missed": report.missed()}
    )
