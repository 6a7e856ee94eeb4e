"""Which model on which device: the command line's word, else the settings', else the shipped one."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ChosenModel", "DeviceOption", "DeviceWish", "ModelOption", "chosen_model"]


class DeviceWish(StrEnum):
    """Where a model may be asked to run."""

    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"
    MPS = "mps"


ModelOption = Annotated[Path | None, typer.Option(help="Folder of a weights bundle; else the shipped model.")]
DeviceOption = Annotated[
    DeviceWish | None, typer.Option(help="Where the model runs; else as in the settings.")
]


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A bundle's folder and a device; None means the house's."""

    model_dir: Path | None
    device: str


def chosen_model(model: Path | None = None, device: DeviceWish | None = None) -> ChosenModel:
    """What holds, options before settings."""
    from fashion_studio.config.settings import load_settings

    settings = load_settings().settings
    folder = model or (Path(settings.model) if settings.model else None)
    return ChosenModel(folder and folder.expanduser(), device or settings.device)
