"""The models that a project can be read with: which there are, which is in use, and the way back."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.config.resources import house_model_dir
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.jobs.specification import replace_text
from fashion_studio.services.project_training import runs_dir
from fashion_studio.services.run_list import list_runs, unreadable_reason

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.services.project import Project

__all__ = [
    "Model",
    "ModelUse",
    "earlier_model",
    "list_models",
    "model_in_use",
    "model_uses",
    "read_model",
    "use_model",
]

_USES: Final = "models.json"


@dataclass(frozen=True, slots=True)
class Model:
    """A weights bundle.

    Attributes:
        folder: with bundle.json and model.safetensors.
        figures: as its makers measured them.
        run_dir: the run that made it; None for a shipped one.
        architecture: as the registry of networks calls it, such as "two_stream".
    """

    folder: Path
    model_id: str
    vocabulary: Mapping[str, Any] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    bytes: int = 0
    run_dir: Path | None = None
    architecture: str = ""


@dataclass(frozen=True, slots=True)
class ModelUse:
    """A model was put into use. `folder` None stands for the program's own choice (settings, else house)."""

    at: datetime
    model_id: str
    folder: Path | None


def read_model(folder: Path, run_dir: Path | None = None) -> Model:
    """What a bundle says of itself; its weights are not opened.

    Raises:
        UserError: not a bundle, or damaged.
    """
    reason = unreadable_reason(folder)
    if reason:
        msg = f"This is no model: {reason} Choose a folder with a finished model."
        raise UserError(msg)
    said = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
    figures = {
        name: float(value)
        for name, value in dict(said.get("figures") or {}).items()
        if isinstance(value, (int, float))
    }
    return Model(
        folder,
        str(said["model_id"]),
        dict(said.get("vocabulary") or {}),
        figures,
        int(said.get("weights_bytes", 0)),
        run_dir,
        str(said.get("architecture", "")),
    )


def list_models(project: Project) -> list[Model]:
    """The shipped model, then those of the project's runs, the newest first."""
    found = []
    if not unreadable_reason(house_model_dir()):
        found.append(read_model(house_model_dir()))
    made = [(entry.bundle, entry.run_dir) for entry in list_runs(runs_dir(project))]
    return found + [read_model(bundle, run_dir) for bundle, run_dir in made if bundle is not None]


def model_uses(project: Project) -> list[ModelUse]:
    """Every time a model was put into use in this project, the oldest first."""
    try:
        said = json.loads((runs_dir(project) / _USES).read_text(encoding="utf-8"))
        return [
            ModelUse(
                datetime.fromtimestamp(float(use["at"])).astimezone(),
                str(use["model"]),
                _absolute(project, use["folder"]),
            )
            for use in said["uses"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def model_in_use(project: Project) -> Path | None:
    """The bundle this project is read with; None means the program's own choice, also when it is gone."""
    uses = model_uses(project)
    folder = uses[-1].folder if uses else None
    return folder if folder is not None and not unreadable_reason(folder) else None


def use_model(project: Project, folder: Path | None) -> ModelUse:
    """Puts a bundle into use in a project, from the next start of the engine on.

    Args:
        project: must be writable.
        folder: the bundle; None goes back to the program's own choice.

    Raises:
        UserError: not a bundle, or the project is open for reading only.
        EnvironmentProblem: it cannot be written down.
    """
    if project.read_only:
        msg = "This project is open for reading only, so its model stays."
        raise UserError(msg)
    name = read_model(folder).model_id if folder is not None else ""
    use = ModelUse(datetime.now().astimezone(), name, folder)
    uses = [*model_uses(project), use]
    lines = [
        {"at": each.at.timestamp(), "model": each.model_id, "folder": _written(project, each.folder)}
        for each in uses
    ]
    try:
        runs_dir(project).mkdir(parents=True, exist_ok=True)
        replace_text(runs_dir(project) / _USES, json.dumps({"written": time.time(), "uses": lines}, indent=1))
    except OSError as error:
        raise EnvironmentProblem(
            f"The project's model cannot be changed: {error.strerror or error}.", "Make room and try again."
        ) from error
    return use


def earlier_model(project: Project) -> ModelUse | None:
    """The last use of another model than the present one that is still there; None where there was none."""
    uses = model_uses(project)
    if not uses:
        return None
    now = uses[-1].folder
    for use in reversed(uses[:-1]):
        gone = use.folder is not None and unreadable_reason(use.folder)
        if use.folder != now and not gone:
            return use
    return ModelUse(uses[0].at, "", None) if now is not None else None


def _written(project: Project, folder: Path | None) -> str | None:
    if folder is None:
        return None
    place = folder.absolute()
    home = project.folder.absolute()
    return place.relative_to(home).as_posix() if place.is_relative_to(home) else str(place)


def _absolute(project: Project, folder: str | None) -> Path | None:
    return None if folder is None else project.folder / folder
