"""A person's settings: one table of what exists, a sparse TOML file of what differs from the defaults.

A key that cannot be used is reported and left as it stands in the file; it never costs the other keys, nor
those that a newer version of the program wrote.
"""

from __future__ import annotations

import dataclasses
import getpass
import os
import tempfile
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import platformdirs

from fashion_studio.config.toml_text import to_toml
from fashion_studio.domain.errors import EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "SCHEMA",
    "LoadedSettings",
    "Setting",
    "Settings",
    "config_dir",
    "load_settings",
    "save_settings",
    "settings_path",
]

_APP: Final = "fashion-studio"


@dataclass(frozen=True, slots=True)
class Setting:
    """One thing that can be set.

    Attributes:
        kind: type of the value: bool, int, float, str, or dict for a table of text by name.
        choices: the only allowed values; empty means any.
        minimum: smallest allowed number, `maximum` the largest.
    """

    name: str
    kind: type
    default: Any
    title: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None

    def problem(self, value: Any) -> str | None:
        """Why a value cannot be used, as the end of a sentence; None when it can."""
        accepted = (int, float) if self.kind is float else (self.kind,)
        if type(value) not in accepted:
            return f"must be {_KIND_NAMES[self.kind]}"
        if self.kind is dict and not all(isinstance(entry, str) for entry in value.values()):
            return "must hold only texts"
        if self.choices and value not in self.choices:
            return f"must be one of {', '.join(self.choices)}"
        if self.minimum is not None and self.maximum is not None:
            inside = self.minimum <= value <= self.maximum
            return None if inside else f"must lie between {self.minimum:g} and {self.maximum:g}"
        return None


_KIND_NAMES: Final = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    dict: "a table",
}


def _setting(default: Any, title: str, description: str, **limits: Any) -> Any:
    return field(default=default, metadata={"title": title, "help": description, **limits})


@dataclass(frozen=True)
class Settings:
    """Everything that can be set, typed, with the defaults."""

    theme: str = _setting("auto", "Theme", "Auto follows the system.", choices=("auto", "dark", "light"))
    text_scale: float = _setting(
        1.0, "Text size", "Factor on all text and the room around it.", minimum=0.8, maximum=2.0
    )
    reduced_motion: bool = _setting(False, "Reduced motion", "No fades and slides.")
    device: str = _setting(
        "auto",
        "Device",
        "Where the model runs; auto takes CUDA, then Apple MPS, then the processor.",
        choices=("auto", "cpu", "cuda", "mps"),
    )
    model: str = _setting("", "Model", "Folder of a weights bundle; empty means the shipped house model.")
    actor: str = _setting("", "Your name", "Written beside every change; empty means the login name.")
    log_level: str = _setting(
        "warning", "Log", "How much is logged.", choices=("debug", "info", "warning", "error")
    )
    read_ahead: int = _setting(
        4, "Read ahead", "Photos that the model reads ahead in each direction.", minimum=0, maximum=64
    )
    teach_every: int = _setting(
        25,
        "Quick teach",
        "The model's heads are taught after so many new labels; 0 means only on demand.",
        minimum=0,
        maximum=10_000,
    )
    activation_colormap: str = _setting(
        "magma",
        "Activation colours",
        "Colour map of class activation.",
        choices=("magma", "cividis", "viridis", "gray"),
    )
    heatmap_colormap: str = _setting(
        "cividis",
        "Heat map colours",
        "Colour map of landmarks.",
        choices=("magma", "cividis", "viridis", "gray"),
    )
    overlay_opacity: float = _setting(
        0.72, "Overlay opacity", "Opacity of maps laid over a photo.", minimum=0.0, maximum=1.0
    )
    matting_model: str = _setting(
        "u2net", "Fine matting", "The rembg model that cuts garments out; fetched when first used."
    )
    keys: Mapping[str, str] = field(
        default_factory=dict,
        metadata={"title": "Keys", "help": "Shortcuts that differ from the shipped ones, by command."},
    )

    @property
    def actor_name(self) -> str:
        """Who is written beside a change: the name set, else the login name, else "someone"."""
        if self.actor.strip():
            return self.actor.strip()
        try:
            return getpass.getuser()
        except (OSError, KeyError):  # no login name in a bare container
            return "someone"


def _schema() -> tuple[Setting, ...]:
    records = []
    for entry in dataclasses.fields(Settings):
        factory = entry.default_factory
        default = entry.default if factory is dataclasses.MISSING else factory()
        records.append(Setting(entry.name, type(default), default, **entry.metadata))
    return tuple(records)


SCHEMA: Final[tuple[Setting, ...]] = _schema()


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as they hold now, and one sentence for each key of the file that could not be used."""

    settings: Settings
    problems: tuple[str, ...] = ()


def config_dir() -> Path:
    """Folder of the person's own settings and lists; may not exist yet."""
    return Path(platformdirs.user_config_dir(_APP, appauthor=False))


def settings_path() -> Path:
    """The settings file; may not exist yet."""
    return config_dir() / "settings.toml"


def load_settings(path: Path | None = None) -> LoadedSettings:
    """Reads the file; what is missing or unusable is the default. Never raises for the file's content."""
    path = path or settings_path()
    try:
        written = _written(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return LoadedSettings(Settings(), (f"{path.name} cannot be read, so the defaults hold: {error}.",))
    usable: dict[str, Any] = {}
    problems: list[str] = []
    for setting in SCHEMA:
        if setting.name not in written:
            continue
        value = written[setting.name]
        reason = setting.problem(value)
        if reason is None:
            usable[setting.name] = float(value) if setting.kind is float else value
        else:
            problems.append(f"{path.name}: “{setting.name}” {reason}; the default holds.")
    return LoadedSettings(Settings(**usable), tuple(problems))


def save_settings(settings: Settings, path: Path | None = None) -> None:
    """Writes what differs from the defaults, atomically; keys this version cannot use are kept.

    Raises:
        EnvironmentProblem: the folder cannot be written.
    """
    path = path or settings_path()
    try:
        kept = _written(path)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        kept = {}
    for setting in SCHEMA:
        value = getattr(settings, setting.name)
        if value == setting.default:
            if setting.problem(kept.get(setting.name, value)) is None:
                kept.pop(setting.name, None)
        else:
            kept[setting.name] = dict(value) if setting.kind is dict else value
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, to_toml(kept))
    except OSError as error:
        msg = f"The settings cannot be written to {path}: {error.strerror or error}."
        raise EnvironmentProblem(
            msg, "Make the folder writable; the settings hold until the program ends."
        ) from error


def _written(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}


def _replace(path: Path, text: str) -> None:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
