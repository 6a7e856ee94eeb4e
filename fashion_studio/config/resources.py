"""Where the program's own files lie: in a checkout beside the package, in an installed wheel inside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "DEFAULT_GENERATOR",
    "DEFAULT_MODEL",
    "DEFAULT_VOCABULARY",
    "adain_dir",
    "eye_label_files",
    "garment_icon",
    "generator_dir",
    "house_model_dir",
    "load_vocabulary",
    "models_dir",
    "resources_dir",
    "vocabulary_names",
]

DEFAULT_VOCABULARY: Final = "studio"
DEFAULT_MODEL: Final = "house"
DEFAULT_GENERATOR: Final = "amgan"

_SAME_ICON: Final = {"t-shirt": "shirt"}

_PACKAGE: Final = Path(__file__).resolve().parents[1]


def resources_dir() -> Path:
    """Folder with icons, fonts, style sheets, vocabularies and recipes.

    Raises:
        EnvironmentProblem: the installation is incomplete.
    """
    return _found("resources")


def models_dir() -> Path:
    """Folder with the shipped weights bundles, one sub-folder each.

    Raises:
        EnvironmentProblem: the installation is incomplete.
    """
    return _found("models")


def house_model_dir() -> Path:
    """Folder of the model that is used when none is named; it is not checked here.

    Raises:
        EnvironmentProblem: the installation is incomplete.
    """
    return models_dir() / DEFAULT_MODEL


def generator_dir() -> Path:
    """Folder of the generator that edits garments when none is named; it may not be there.

    Raises:
        EnvironmentProblem: the installation is incomplete.
    """
    return models_dir() / DEFAULT_GENERATOR


def adain_dir() -> Path | None:
    """Folder of the shipped style transfer; None where none is shipped."""
    folder = models_dir() / "adain"
    return folder if (folder / "adain.json").is_file() else None


@cache
def garment_icon(value: str) -> str:
    """The name of a garment class's icon; empty where none is drawn."""
    name = _SAME_ICON.get(value, f"garment-{value}")
    return name if (resources_dir() / "icons" / f"{name}.svg").is_file() else ""


def vocabulary_names() -> tuple[str, ...]:
    """Names that `load_vocabulary` knows, in alphabetical order.

    Raises:
        EnvironmentProblem: the installation is incomplete.
    """
    return tuple(sorted(path.stem for path in (resources_dir() / "vocabularies").glob("*.toml")))


def load_vocabulary(name: str = DEFAULT_VOCABULARY) -> Vocabulary:
    """A shipped vocabulary.

    Raises:
        VocabularyError: no such vocabulary, or its file is damaged.
        EnvironmentProblem: the installation is incomplete.
    """
    return Vocabulary.from_file(resources_dir() / "vocabularies" / f"{name}.toml")


def eye_label_files(part: str) -> tuple[Path, ...]:
    """The shipped labels made by eye for "training" or "validation" photos, in alphabetical order."""
    return tuple(sorted((resources_dir() / "eye_labels").glob(f"{part}*.jsonl")))


def _found(name: str) -> Path:
    for parent in (_PACKAGE, _PACKAGE.parent):
        folder = parent / name
        if folder.is_dir() and not (folder / "__init__.py").exists():
            return folder
    msg = f"The program's folder “{name}” is missing from this installation."
    raise EnvironmentProblem(msg, "Install Fashion Studio again.")
