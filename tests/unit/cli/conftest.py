"""The command line as a person meets it: arguments in, exit code, standard output and standard error out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.cli.app import run


@dataclass
class Ended:
    """How a command line ended, and which windows it asked for."""

    code: int
    out: str
    err: str
    windows: list[tuple[Path | None, bool]] = field(default_factory=list)


@pytest.fixture
def studio_command(capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Runs one command line in this process, with a window that only notes that it was asked for."""

    def call(*arguments: object) -> Ended:
        windows: list[tuple[Path | None, bool]] = []

        def open_window(project: Path | None, *, demo: bool) -> int:
            windows.append((project, demo))
            return 0

        capsys.readouterr()
        code = run([str(argument) for argument in arguments], open_window)
        out, err = capsys.readouterr()
        return Ended(code, out, err, windows)

    return call


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Three small photos in a folder and its sub-folder, and a file that only looks like one."""
    folder = tmp_path / "photos"
    (folder / "summer").mkdir(parents=True)
    for number, name in enumerate(("a.jpg", "b.png", "summer/c.jpg")):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 30, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    (folder / "broken.jpg").write_bytes(b"\xff\xd8\xff\xe0 not much of a picture")
    return folder


@pytest.fixture
def project(photos: Path, tmp_path: Path, studio_command: Callable[..., Ended]) -> Path:
    """A project of these photos, made by the command line."""
    folder = tmp_path / "Shop.fstudio"
    assert studio_command("new", folder, "--photos", photos).code == 0
    return folder
