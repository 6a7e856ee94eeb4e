"""`train`: one training as a resumable run, by a published method or by the shipped model's own recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fashion_studio.cli import house_training, model_export_commands, style_training
from fashion_studio.cli.model_options import DeviceOption, chosen_model
from fashion_studio.cli.project_commands import JsonFlag
from fashion_studio.cli.terminal import Terminal, stoppable

if TYPE_CHECKING:
    from fashion_studio.learning.finishing import FinishedRun
    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_folder import TrainingChoice

__all__ = ["register"]

_RecipeArgument = Annotated[
    str,
    typer.Argument(metavar="[RECIPE]", help="A shipped recipe's name or a TOML file.", show_default=False),
]
_RecipeOption = Annotated[str, typer.Option(help="The same as an option.", hidden=True)]
_Out = Annotated[Path | None, typer.Option(help="The run's folder; a run that is there already goes on.")]
_Run = Annotated[Path | None, typer.Option(help="Train the frozen run in this folder, or go on with it.")]
_Data = Annotated[Path | None, typer.Option(help="A data list (data.jsonl): photos, labels, splits.")]
_Base = Annotated[
    Path | None,
    typer.Option(
        help="A finished model's folder to go on from (AMGAN: that guides), of the same vocabulary."
    ),
]
_Pretrained = Annotated[
    str, typer.Option(help="Safetensors file with ImageNet weights; or “timm” to fetch them (house).")
]
_Variant = Annotated[str, typer.Option(help="One of the recipe's variants.")]
_Devices = Annotated[int, typer.Option(min=1, help="GPUs (or processes) per machine.")]
_Nodes = Annotated[int, typer.Option(min=1, help="Machines.")]
_Epochs = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's; shared among its phases.")]
_BatchSize = Annotated[int | None, typer.Option(min=1, help="Instead of the recipe's.")]
_MaxImages = Annotated[int | None, typer.Option(min=8, help="At most so many photos of each split.")]
_Loaders = Annotated[int | None, typer.Option(min=0, help="Processes that prepare photos ahead.")]
_Matting = Annotated[
    str, typer.Option(help="What removes the background where the recipe wants it: house, or a rembg model.")
]
_Prepare = Annotated[bool, typer.Option("--prepare", help="Only make the run folder; train it later.")]
_WithPhotos = Annotated[bool, typer.Option("--with-photos", help="Copy the photos into the run folder.")]
_Finish = Annotated[bool, typer.Option("--finish", help="Make the model of the best epoch so far.")]
_ModelId = Annotated[str, typer.Option(help="Name of the model, written into every prediction.")]
_Seed = Annotated[int, typer.Option(help="The same seed and machine give the same training.")]
_Threads = Annotated[int | None, typer.Option(min=1, help="Processor threads; else torch's choice.")]
_Photos = Annotated[
    Path | None, typer.Option(help="House: folder with photos.csv and images. Style transfer: any photos.")
]
_Styles = Annotated[Path | None, typer.Option(help="Folder of pictures whose style is taken.")]
_Stylised = Annotated[
    str,
    typer.Option(
        help="Train on other textures: stylised, mixed, mixed-then-original, or cloth (the cheap way)."
    ),
]
_AdaIn = Annotated[Path | None, typer.Option(help="Folder of a style transfer's weights, for --stylised.")]
_Vocabulary = Annotated[str, typer.Option(help="House: what the model learns to say.")]
_FromRound = Annotated[
    int, typer.Option(min=1, help="House: with a base that has the recipe's first rounds behind it.")
]


def register(app: typer.Typer) -> None:
    """Adds the commands."""
    app.command()(train)
    model_export_commands.register(app)


def train(
    recipe_name: _RecipeArgument = "",
    recipe: _RecipeOption = "",
    data: _Data = None,
    out: _Out = None,
    run: _Run = None,
    variant: _Variant = "",
    base: _Base = None,
    pretrained: _Pretrained = "",
    model_id: _ModelId = "own-1",
    seed: _Seed = 0,
    device: DeviceOption = "",
    devices: _Devices = 1,
    nodes: _Nodes = 1,
    epochs: _Epochs = None,
    batch_size: _BatchSize = None,
    max_images: _MaxImages = None,
    threads: _Threads = None,
    loaders: _Loaders = None,
    matting: _Matting = "house",
    with_photos: _WithPhotos = False,
    prepare: _Prepare = False,
    finish: _Finish = False,
    photos: _Photos = None,
    styles: _Styles = None,
    stylised: _Stylised = "",
    adain: _AdaIn = None,
    vocabulary: _Vocabulary = "studio",
    from_round: _FromRound = 1,
    as_json: JsonFlag = False,
) -> None:
    """Train a model by a recipe; leaves it in RUN/bundle. Ctrl-C leaves a checkpoint to go on from.

    Methods (two-stream-deepfashion, fashion-how-1, fashion-how-2, fine26-resnet50, fine-tune) take --data;
    editors (amgan, amgan-house) take it beside the garments that they render; the shipped model's own recipe
    (house) and the style transfers (adain, adain-house, adain-small) take --photos.
    """
    from fashion_studio.learning.run_folder import TrainingChoice
    from fashion_studio.learning.style.adain_recipe import is_adain_recipe

    terminal = Terminal(as_json=as_json)
    run_dir = _run_dir(run or out)
    if _goes_on_otherwise(run_dir, terminal, finish=finish):
        return
    if run is None and not _is_frozen(run_dir, terminal):
        content = house_training.recipe_content(recipe_name or recipe or "house")
        if is_adain_recipe(content):
            style_training.begin(style_training.StyleOptions(
                content, run_dir, photos, styles, _weights(pretrained), model_id, seed,
                chosen_model(device=device).device, threads, max_images, prepare,
            ), terminal)  # fmt: skip
            return
        if house_training.is_house_recipe(content):
            house_training.begin(house_training.HouseChoice(
                content, vocabulary, run_dir, model_id, photos, pretrained, base, from_round, seed, threads,
                stylised, adain, styles), chosen_model(device=device).device, terminal)  # fmt: skip
            return
        wanted = _method(content, variant, epochs, batch_size, stylised)
        choice = TrainingChoice(
            wanted, model_id, seed, chosen_model(device=device).device, devices, nodes,
            base=_base(wanted, base), weights=_weights(pretrained), max_photos=max_images,
            with_photos=with_photos, threads=threads, loader_processes=loaders, matting=matting,
            adain=style_training.adain_folder(adain), styles=styles,
        )  # fmt: skip
        _freeze(run_dir, data, choice, terminal)
    _prepare(run_dir, terminal) if prepare else _run(run_dir, terminal, finish=finish)


def _run_dir(named: Path | None) -> Path:
    if named is None:
        msg = "Name the run's folder with --out, or a run that is there with --run."
        raise typer.BadParameter(msg)
    return named.expanduser().absolute()


def _goes_on_otherwise(run_dir: Path, terminal: Terminal, *, finish: bool) -> bool:
    """Continues a run that is there and is of a schema of its own; False where there is none such."""
    from fashion_studio.services.style_training import is_style_run

    if house_training.is_house_run(run_dir):
        house_training.go_on(run_dir, terminal)
        return True
    if is_style_run(run_dir):
        style_training.go_on(run_dir, terminal, finish=finish)
        return True
    return False


def _is_frozen(run_dir: Path, terminal: Terminal) -> bool:
    from fashion_studio.jobs.specification import SPEC

    frozen = (run_dir / SPEC).is_file()
    if frozen:
        terminal.note(f"Going on with the run in {run_dir}, as it was specified then.")
    return frozen


def _method(
    content: str, variant: str, epochs: int | None, batch_size: int | None, stylised: str
) -> MethodRecipe:
    from dataclasses import replace

    from fashion_studio.learning.method_recipe import parse_method_recipe
    from fashion_studio.learning.run_folder import with_epochs
    from fashion_studio.learning.style.plan import with_regime

    wanted = parse_method_recipe(content, variant)
    if epochs is not None:
        wanted = with_epochs(wanted, epochs)
    if stylised:
        wanted = with_regime(wanted, style_training.regime(stylised))
    return replace(wanted, batch_size=batch_size or wanted.batch_size)


def _base(wanted: MethodRecipe, given: Path | None) -> Path | None:
    """The base model's folder: what was given, else what the recipe names."""
    from fashion_studio.config.resources import models_dir

    if given is not None:
        return given.expanduser().absolute()
    return None if wanted.base is None else models_dir() / wanted.base.bundle


def _weights(given: str) -> Path | None:
    return None if given in {"", house_training.FROM_TIMM} else Path(given).expanduser().absolute()


def _freeze(run_dir: Path, data: Path | None, choice: TrainingChoice, terminal: Terminal) -> None:
    from fashion_studio.services.training import freeze_training

    if data is None and not choice.recipe.renders:
        msg = f"The recipe “{choice.recipe.title}” trains on a data list; name it with --data."
        raise typer.BadParameter(msg)
    listed = None if data is None else data.expanduser().absolute()
    with stoppable() as should_stop, terminal.progress("Reading photos") as progress:
        frozen = freeze_training(run_dir, listed, choice, on_progress=progress, should_stop=should_stop)
    counts, refused = frozen.parameters["photos"], frozen.parameters["refused"]
    words = ", ".join(f"{number:,} {split}" for split, number in counts.items())
    terminal.note(f"Run folder {run_dir}: {words}, {refused:,} refused.")


def _prepare(run_dir: Path, terminal: Terminal) -> None:
    """What a run needs that the training's own installation may not be able to make."""
    from fashion_studio.jobs.specification import JobSpec
    from fashion_studio.learning.run_folder import read_frozen
    from fashion_studio.services.training_masks import ensure_masks

    frozen = read_frozen(run_dir, JobSpec.read(run_dir).parameters)
    with stoppable() as should_stop, terminal.progress("Cutting out") as progress:
        made = ensure_masks(frozen, on_progress=progress, should_stop=should_stop)
    terminal.result({"run": str(run_dir), "photos": frozen.parameters["photos"], "masks": made})
    terminal.say(f"Train it with: fashion-studio train --run {run_dir}")


def _run(run_dir: Path, terminal: Terminal, *, finish: bool) -> None:
    from fashion_studio.services.training_job import is_leader, run_training_job

    with stoppable() as should_stop, terminal.progress("Training") as progress:
        done = run_training_job(
            run_dir,
            finish=finish,
            on_line=terminal.note,
            on_progress=progress,
            should_stop=should_stop,
        )
    if is_leader():
        _say_end(run_dir, done, terminal)


def _say_end(run_dir: Path, done: FinishedRun, terminal: Terminal) -> None:
    result: dict[str, Any] = {
        "run": str(run_dir),
        "bundle": str(done.bundle),
        "best_epoch": done.best_epoch,
        "figures": dict(done.figures),
    }
    terminal.result(result)
    for name, value in sorted(done.figures.items()):
        terminal.say(f"{name:<48} {value:.4f}")
    from fashion_studio.zoo.editor_bundle import EDITOR_MANIFEST

    if (done.bundle / EDITOR_MANIFEST).is_file():
        terminal.say(f"The editor is in {done.bundle}; its sample sheets are in {run_dir / 'samples'}")
        return
    terminal.say(
        f"The model of epoch {done.best_epoch} is in {done.bundle}; use it with --model {done.bundle}"
    )
