"""`doctor`: what is installed, which device, which models, what is missing and how to get it."""

from __future__ import annotations

import json
import os
import platform
import shutil
import sys
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from fashion_studio.cli.crash_report import program_version
from fashion_studio.cli.display import find_display
from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.terminal import Terminal
from fashion_studio.domain.errors import StudioError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Finding", "Verdict", "examine", "register"]

_PACKAGES: Final = (
    "PySide6-Essentials", "torch", "torchvision", "timm", "lightning", "rembg", "onnxruntime",
    "opencv-python-headless", "numpy", "Pillow", "SQLAlchemy", "alembic", "safetensors",
)  # fmt: skip
_MIN_FREE_BYTES: Final = 2 << 30
_GIGABYTE: Final = 1e9
_MEGABYTE: Final = 1e6


class Verdict(StrEnum):
    """How a finding is meant."""

    GOOD = "good"
    NOTE = "note"
    """Works without, only something is less comfortable or comes later."""
    MISSING = "missing"
    """The main job does not work without."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; `remedy` says how to get what is missing."""

    area: str
    verdict: Verdict
    text: str
    remedy: str = ""


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object for machines.")] = False,
) -> None:
    """Say what is installed, which device, which models, what is missing and how to get it."""
    terminal = Terminal(as_json=as_json)
    findings = []
    for finding in examine():
        findings.append(finding)
        mark = {Verdict.GOOD: "✓", Verdict.NOTE: "·", Verdict.MISSING: "✗"}[finding.verdict]
        terminal.say(f"{mark} {finding.area:<10} {finding.text}")
        if finding.remedy:
            terminal.say(f"             → {finding.remedy}")
    missing = any(finding.verdict is Verdict.MISSING for finding in findings)
    terminal.result({"ok": not missing, "findings": [asdict(finding) for finding in findings]})
    if missing:
        raise typer.Exit(ExitCode.ENVIRONMENT)


def examine() -> Iterator[Finding]:
    """Looks at one thing after the other; the device last, because asking it takes seconds."""
    yield _program()
    yield from _packages()
    yield from _models()
    yield _matting()
    yield _window()
    yield from _places()
    yield _device()


def _program() -> Finding:
    text = (
        f"Fashion Studio {program_version()}, Python {platform.python_version()}, {platform.platform()}, "
        f"{os.cpu_count()} processors"
    )
    return Finding("program", Verdict.GOOD, text)


def _packages() -> Iterator[Finding]:
    from importlib import metadata

    found, missing = [], []
    for name in _PACKAGES:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            missing.append(name)
    if found:
        yield Finding("packages", Verdict.GOOD, ", ".join(found))
    if missing:
        remedy = f"{sys.executable} -m pip install {' '.join(missing)}"
        yield Finding("packages", Verdict.MISSING, f"not installed: {', '.join(missing)}", remedy)


def _models() -> Iterator[Finding]:
    from fashion_studio.config.resources import DEFAULT_MODEL, models_dir

    remedy = "Install Fashion Studio again, or train one: fashion-studio train --help"
    try:
        folders = sorted(path.parent for path in models_dir().glob("*/bundle.json"))
    except StudioError as error:
        yield Finding("models", Verdict.MISSING, str(error), remedy)
        return
    for folder in folders:
        yield _model(folder)
    if DEFAULT_MODEL not in {folder.name for folder in folders}:
        yield Finding("models", Verdict.MISSING, f"the model “{DEFAULT_MODEL}” is not there", remedy)


def _model(folder: Path) -> Finding:
    weights = folder / "model.safetensors"
    try:
        manifest: dict[str, Any] = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        size = f"{weights.stat().st_size / _MEGABYTE:.1f} MB"
        text = (
            f"{manifest['model_id']} ({manifest['architecture']}), {size}, {manifest['licence']}, in {folder}"
        )
    except (OSError, ValueError, KeyError) as error:
        return Finding("models", Verdict.MISSING, f"{folder} cannot be read: {error}", "Install it again.")
    return Finding("models", Verdict.GOOD, text)


def _matting() -> Finding:
    from fashion_studio.config.settings import load_settings

    name = load_settings().settings.matting_model
    home = Path(
        os.environ.get("U2NET_HOME") or Path(os.environ.get("XDG_DATA_HOME") or Path.home()) / ".u2net"
    )
    places = {home / f"{name}.onnx", Path.home() / ".u2net" / f"{name}.onnx"}
    for place in places:
        if place.is_file():
            return Finding("matting", Verdict.GOOD, f"rembg's {name} is in {place}")
    return Finding(
        "matting",
        Verdict.NOTE,
        f"rembg's {name} is not there yet; masks come from the house model until then",
        "It is fetched when fine matting is first used, which needs the network once.",
    )


def _window() -> Finding:
    display = find_display()
    if display.usable:
        return Finding("window", Verdict.GOOD, "a window can be shown")
    text = f"{display.reason} Everything works headless."
    return Finding("window", Verdict.NOTE, text, display.remedy)


def _places() -> Iterator[Finding]:
    from fashion_studio.config.settings import config_dir, load_settings, settings_path

    loaded = load_settings()
    for problem in loaded.problems:
        yield Finding("settings", Verdict.NOTE, problem, f"Mend or remove the line in {settings_path()}.")
    if not loaded.problems:
        yield Finding("settings", Verdict.GOOD, f"in {config_dir()}")
    free = shutil.disk_usage(Path.home() if Path.home().is_dir() else Path.cwd()).free
    text = f"{free / _GIGABYTE:.1f} GB free at home"
    if free < _MIN_FREE_BYTES:
        yield Finding("disk", Verdict.NOTE, text, "Free some space; thumbnails and trainings need it.")
    else:
        yield Finding("disk", Verdict.GOOD, text)


def _device() -> Finding:
    remedy = f"{sys.executable} -m pip install --force-reinstall torch torchvision"
    try:
        from fashion_studio.inference.device import choose_device, device_title

        title = device_title(choose_device())
    except (ImportError, OSError, RuntimeError, StudioError) as error:
        return Finding("device", Verdict.MISSING, f"torch does not start: {error}", remedy)
    return Finding("device", Verdict.GOOD, title)
