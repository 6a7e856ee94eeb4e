"""What a run folder takes along for stylised copies: a style transfer and pictures of styles. No torch."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.imaging.decode import PHOTO_SUFFIXES

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.learning.style.plan import StylisedRecipe

__all__ = [
    "STYLES",
    "check_style_choice",
    "copy_adain",
    "copy_style_choice",
    "frozen_style_choice",
    "style_pictures",
]

FOLDER: Final = "stylising"
STYLES: Final = f"{FOLDER}/styles"
ADAIN: Final = f"{FOLDER}/adain"
MOST_STYLES: Final = 500
_WEIGHTS: Final = ("adain.json", "model.safetensors", "vgg_normalised*", "feature_invertor*", "decoder*")
"""A bundle of ours, or the two files of a handed-around pair (`zoo.adain_pairs`)."""


def style_pictures(folder: Path) -> list[Path]:
    """The pictures of a folder of styles, sub-folders included, in order; at most 500, evenly chosen.

    Raises:
        UserError: there is no such folder, or no picture in it.
    """
    found = sorted(
        path
        for path in (folder.rglob("*") if folder.is_dir() else ())
        if path.suffix.lower() in PHOTO_SUFFIXES and not path.name.startswith(".")
    )
    if not found:
        msg = f"There are no pictures in {folder} to take styles from."
        raise UserError(msg)
    most = min(len(found), MOST_STYLES)
    return [found[number * len(found) // most] for number in range(most)]


def check_style_choice(recipe: StylisedRecipe, adain: Path | None, styles: Path | None) -> None:
    """Refuses a stylised training that could not be done.

    Raises:
        UserError: no weights for style transfer, or no styles; says what to do.
    """
    if not recipe.stylises or recipe.stylising.source != "adain":
        return
    if adain is None:
        msg = (
            "Stylised training needs the weights of a style transfer. Name their folder with --adain, train "
            "one (fashion-studio train adain-small), or take rendered cloth instead (--stylised cloth)."
        )
        raise UserError(msg)
    _weights_of(adain)
    if styles is not None:
        style_pictures(styles)


def copy_style_choice(
    recipe: StylisedRecipe, adain: Path | None, styles: Path | None, run_dir: Path
) -> dict[str, Any]:
    """Copies what the run needs; returns the entries of its parameters, paths inside the run folder.

    Raises:
        UserError: as `check_style_choice`.
        OSError: the folder cannot be written.
    """
    found: dict[str, Any] = {"adain": None, "styles": None}
    if not recipe.stylises or recipe.stylising.source != "adain" or adain is None:
        return found
    copy_adain(adain, run_dir / ADAIN)
    found["adain"] = ADAIN
    if styles is not None:
        (run_dir / STYLES).mkdir(parents=True, exist_ok=True)
        for number, path in enumerate(style_pictures(styles)):
            shutil.copyfile(path, run_dir / STYLES / f"{number:04d}{path.suffix.lower()}")
        found["styles"] = STYLES
    return found


def frozen_style_choice(
    recipe: StylisedRecipe, adain: Path | None, styles: Path | None, run_dir: Path
) -> tuple[Path | None, Path | None]:
    """Checks the choice and copies what the run needs; where it lies in the run folder then.

    Raises:
        UserError: as `check_style_choice`.
        EnvironmentProblem: the folder cannot be written.
    """
    check_style_choice(recipe, adain, styles)
    try:
        kept = copy_style_choice(recipe, adain, styles, run_dir)
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder {run_dir.name} cannot be written: {error.strerror or error}.",
            "Make room or choose another.",
        ) from error
    found = [None if kept[name] is None else run_dir / kept[name] for name in ("adain", "styles")]
    return found[0], found[1]


def copy_adain(source: Path, target: Path) -> None:
    """Copies the weights of a style transfer from a folder into another, which is made.

    Raises:
        UserError: there are none.
        OSError: the target cannot be written.
    """
    files = _weights_of(source)
    target.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, target / file.name)


def _weights_of(folder: Path) -> list[Path]:
    files = sorted({path for pattern in _WEIGHTS for path in folder.glob(pattern) if path.is_file()})
    if not folder.is_dir() or len(files) < 2:
        msg = f"{folder} holds no style transfer (adain.json and model.safetensors, or a VGG pair)."
        raise UserError(msg)
    return files
