"""Which model on which device: the command line's word, else the settings', else the shipped one."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["ChosenModel", "DeviceOption", "ModelOption", "chosen_model"]


ModelOption = Annotated[Path | None, typer.Option(help="Folder of a weights bundle; else the shipped model.")]
DeviceOption = Annotated[
    str, typer.Option(help="Where the model runs: auto, cpu, cuda, cuda:1, mps; else as in the settings.")
]


@dataclass(frozen=True, slots=True)
class ChosenModel:
    """A bundle's folder and a device; None means the house's."""

    model_dir: Path | None
    device: str


def chosen_model(model: Path | None = None, device: str = "") -> ChosenModel:
    """What holds, options before settings."""
    from fashion_studio.config.settings import load_settings

    settings = load_settings().settings
    folder = model or (Path(settings.model) if settings.model else None)
    return ChosenModel(folder and folder.expanduser(), device or settings.device)
