"""The training of a style transfer as a job: freezing its run folder, and working on it."""

from __future__ import annotations

import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.imaging.decode import PHOTO_SUFFIXES
from fashion_studio.jobs.specification import LOG, SPEC, JobSpec
from fashion_studio.jobs.worker import JobWorker
from fashion_studio.learning.style.adain_recipe import adain_recipe_toml, parse_adain_recipe
from fashion_studio.learning.style.run_files import copy_adain
from fashion_studio.services.walking import Walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.learning.style.adain_recipe import AdaInRecipe
    from fashion_studio.learning.style.adain_run import AdaInRun

__all__ = ["KIND", "StyleTrainingChoice", "freeze_style_training", "is_style_run", "run_style_training"]

KIND: Final = "train-style"
_RECIPE: Final = "recipe.toml"
_BASE: Final = "base"


@dataclass(frozen=True, slots=True)
class StyleTrainingChoice:
    """What a person chooses.

    Attributes:
        photos: folder of contents, sub-folders included.
        styles: folder of styles; None leaves the photos and rendered cloth.
        weights: safetensors file with ImageNet's weights of a VGG, or the folder of a pair; None fetches.
        max_photos: at most so many of either folder, in the order of their names evenly; None for all.
    """

    recipe: AdaInRecipe
    photos: Path
    styles: Path | None = None
    weights: Path | None = None
    model_id: str = "adain-own-1"
    seed: int = 0
    device: str = "auto"
    threads: int | None = None
    max_photos: int | None = None


def is_style_run(run_dir: Path) -> bool:
    """Whether a folder is a run of this kind."""
    return (run_dir / SPEC).is_file() and JobSpec.read(run_dir).kind == KIND


def freeze_style_training(
    run_dir: Path, choice: StyleTrainingChoice, *, should_stop: Callable[[], bool] = lambda: False
) -> None:
    """Makes the run folder: recipe, list of pictures, and the weights that it starts from.

    Raises:
        UserError: no pictures, no such weights, or a run is there already.
        EnvironmentProblem: the folder cannot be written.
        Cancelled: on request.
    """
    photos = _pictures(choice.photos, choice.max_photos, should_stop)
    styles = [] if choice.styles is None else _pictures(choice.styles, choice.max_photos, should_stop)
    if choice.weights is not None and not choice.weights.exists():
        msg = f"There are no weights at {choice.weights}."
        raise UserError(msg)
    parameters: dict[str, Any] = {
        "recipe": choice.recipe.name,
        "model_id": choice.model_id,
        "seed": choice.seed,
        "device": choice.device,
        "threads": choice.threads,
        "photos": photos,
        "styles": styles,
        "weights": None if choice.weights is None else f"{_BASE}/{choice.weights.name}",
    }
    try:
        run_dir.mkdir(parents=True, exist_ok=True)
        (run_dir / _RECIPE).write_text(adain_recipe_toml(choice.recipe), encoding="utf-8")
        if choice.weights is not None:
            _copy(choice.weights, run_dir / _BASE)
        title = f"{choice.recipe.title}: {choice.model_id}"
        JobSpec(KIND, title, ("train", "--run", "{run}"), parameters).write(run_dir)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {run_dir.name} cannot be written: {error.strerror or error}.",
            "Make room or choose another.",
        ) from error


def run_style_training(
    run_dir: Path,
    *,
    finish: bool = False,
    on_line: Callable[[str], None] = lambda _line: None,
    on_progress: Callable[[int, int, str], None] = lambda _done, _total, _text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AdaInRun:
    """Works on a frozen run, or goes on with it; state, events and log go into its folder.

    `finish` makes a style transfer of the last checkpoint instead of training on.

    Raises:
        Cancelled: on request; the same call goes on.
        UserError: not such a run, going on already, or it cannot be trained; the message says why.
        EnvironmentProblem: memory, disk or device.
    """
    from fashion_studio.inference.device import choose_device  # noqa: PLC0415 - torch, in the job alone
    from fashion_studio.learning.run_voice import RunVoice  # noqa: PLC0415
    from fashion_studio.learning.style.adain_run import AdaInStart, run_adain  # noqa: PLC0415

    with JobWorker(run_dir) as job:

        def progress(done: int, total: int, text: str) -> None:
            job.progress(done, total, text)
            on_progress(done, total, text)

        def log(line: str) -> None:
            with (run_dir / LOG).open("a", encoding="utf-8") as stream:
                stream.write(f"{time.strftime('%H:%M:%S')} {line}\n")
            on_line(line)

        given = job.spec.parameters
        weights = given["weights"]
        start = AdaInStart(
            parse_adain_recipe((run_dir / _RECIPE).read_text(encoding="utf-8")),
            tuple(map(Path, given["photos"])),
            tuple(map(Path, given["styles"])),
            house_model_dir(),
            None if weights is None else run_dir / weights,
            str(given["model_id"]),
            int(given["seed"]),
            str(choose_device(str(given["device"]))),
            given["threads"],
        )
        voice = RunVoice(job.tell, progress, log, lambda: should_stop() or job.should_stop())
        return run_adain(run_dir, start, voice, finish_only=finish)


def _pictures(folder: Path, most: int | None, should_stop: Callable[[], bool]) -> list[str]:
    if not folder.is_dir():
        msg = f"There is no folder {folder}."
        raise UserError(msg)
    found = [
        str(folder / file.relative_path)
        for file in Walk(folder, PHOTO_SUFFIXES, should_stop).files()
        if Path(file.relative_path).suffix.lower() in PHOTO_SUFFIXES
    ]
    if should_stop():
        raise Cancelled
    if not found:
        msg = f"There are no photos in {folder}."
        raise UserError(msg)
    if most is None or len(found) <= most:
        return found
    return [found[number * len(found) // most] for number in range(most)]


def _copy(weights: Path, target: Path) -> None:
    if weights.is_file():
        target.mkdir(exist_ok=True)
        shutil.copyfile(weights, target / weights.name)
        return
    copy_adain(weights, target / weights.name)
