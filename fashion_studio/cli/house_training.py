"""Training by the shipped model's own recipe, which has a schema and a run folder of its own."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.cli import style_training
from fashion_studio.cli.terminal import Progress, Terminal, stoppable
from fashion_studio.domain.errors import UserError

if TYPE_CHECKING:
    from fashion_studio.learning.run import TrainSpec

__all__ = ["FROM_TIMM", "HouseChoice", "begin", "go_on", "is_house_recipe", "is_house_run", "recipe_content"]

FROM_TIMM: Final = "timm"


@dataclass(frozen=True, slots=True)
class HouseChoice:
    """The options of the command line that this recipe knows."""

    recipe: str
    vocabulary: str
    run_dir: Path
    model_id: str
    photos: Path | None
    pretrained: str
    base: Path | None
    from_round: int
    seed: int
    threads: int | None
    stylised: str = ""
    adain: Path | None = None
    styles: Path | None = None


def recipe_content(name: str) -> str:
    """The text of a shipped recipe, or of a TOML file.

    Raises:
        UserError: there is none, or it cannot be read.
    """
    from fashion_studio.config.resources import resources_dir

    path = Path(name).expanduser()
    if path.suffix != ".toml":
        path = resources_dir() / "recipes" / f"{name}.toml"
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        msg = f"The recipe {path.name} cannot be read: {error}."
        raise UserError(msg) from error


def is_house_recipe(content: str) -> bool:
    """Whether it is of this schema: it has rounds.

    Raises:
        UserError: no TOML.
    """
    return "rounds" in _toml(content)


def is_house_run(run_dir: Path) -> bool:
    """Whether a folder is a run by this recipe."""
    from fashion_studio.learning.run_folder import DATA

    try:
        found = json.loads((run_dir / "spec.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(found, dict) and "kind" not in found and not (run_dir / DATA).exists()


def go_on(run_dir: Path, terminal: Terminal) -> None:
    """Continues a run that is there, as it was specified."""
    from fashion_studio.learning.run import read_spec

    terminal.note(f"Going on with the run in {run_dir}, as it was specified then.")
    _train(read_spec(run_dir), terminal)


def begin(choice: HouseChoice, device: str, terminal: Terminal) -> None:
    """Trains from the beginning."""
    from fashion_studio.config.resources import eye_label_files
    from fashion_studio.learning.run import TrainSpec

    photos = choice.photos
    recipe, adain, styles = _stylised(choice)
    spec = TrainSpec(
        recipe=recipe,
        adain=adain,
        styles=styles,
        vocabulary=_vocabulary(choice.vocabulary),
        run_dir=str(choice.run_dir),
        model_id=choice.model_id,
        photos=str(photos.expanduser().absolute()) if photos else None,
        pretrained=_pretrained(choice.pretrained),
        base=str(choice.base.expanduser().absolute()) if choice.base else None,
        first_round=choice.from_round,
        eye_labels=tuple(map(str, eye_label_files("training"))) if photos else (),
        seed=choice.seed,
        device=device,
        threads=choice.threads,
    )
    _train(spec, terminal)


def _stylised(choice: HouseChoice) -> tuple[dict[str, Any], str | None, str | None]:
    """The recipe in the chosen regime, and where weights and styles lie in the run's folder.

    Raises:
        UserError: no such regime, or what it needs is missing.
        EnvironmentProblem: the run's folder cannot be written.
    """
    from fashion_studio.learning.recipe import recipe_from_mapping, recipe_mapping
    from fashion_studio.learning.style.plan import with_rounds_regime
    from fashion_studio.learning.style.run_files import frozen_style_choice

    plain = _toml(choice.recipe)
    recipe = recipe_from_mapping(plain)
    if choice.stylised:
        recipe = with_rounds_regime(recipe, style_training.regime(choice.stylised))
        plain = recipe_mapping(recipe)
    styles = None if choice.styles is None else choice.styles.expanduser().absolute()
    kept = frozen_style_choice(recipe, style_training.adain_folder(choice.adain), styles, choice.run_dir)
    weights, pictures = (None if each is None else str(each) for each in kept)
    return plain, weights, pictures


def _train(spec: TrainSpec, terminal: Terminal) -> None:
    from fashion_studio.learning.run import run_training

    with stoppable() as should_stop, terminal.progress("Training") as progress:
        result = run_training(spec, lambda event: _show(event, progress, terminal), should_stop)
    figures = dict(result.figures)
    terminal.result(
        {"run": spec.run_dir, "bundle": str(result.bundle), "model": spec.model_id, "figures": figures}
    )
    for name, value in sorted(figures.items()):
        terminal.say(f"{name:<48} {value:.4f}")
    terminal.say(f"The model is in {result.bundle}; use it with --model {result.bundle}")


def _show(event: dict[str, Any], progress: Progress, terminal: Terminal) -> None:
    match event["event"]:
        case "preparing":
            progress(event["done"], event["count"], event["what"])
        case "step":
            progress(event["step"], event["steps"], f"round {event['round']} · loss {event['loss']}")
        case "epoch":
            terminal.note(f"round {event['round']}, epoch {event['epoch']}: score {event['score']:.4f}")
        case "stylised":
            terminal.note(f"Made {event['made']:,} stylised copies. {event['words']}".rstrip())
        case "started":
            terminal.note(f"Training {event['model_id']} by the recipe “{event['recipe']}”.")


def _toml(content: str) -> dict[str, Any]:
    try:
        return tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        msg = f"The recipe is not valid TOML: {error}."
        raise UserError(msg) from error


def _vocabulary(name: str) -> dict[str, Any]:
    from fashion_studio.config.resources import load_vocabulary

    return dict(load_vocabulary(name).source)


def _pretrained(given: str) -> str | None:
    if given in {"", FROM_TIMM}:
        return given or None
    path = Path(given).expanduser().absolute()
    if not path.is_file():
        msg = f"There are no weights at {path}. Name a safetensors file, or “{FROM_TIMM}” to fetch them."
        raise UserError(msg)
    return str(path)
