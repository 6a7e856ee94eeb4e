"""The same photos and steps with labelme 6.3.1, in the same run, as ratios.

labelme is installed by pip into an environment of its own in the folder for temporary files and runs as a
process of its own. Both programs show 1600 × 1000 windows, draw a box and eight points on every photo, and
have a warm file cache. Where pip finds no labelme, the figures are left out and the reason is said.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
from functools import partial
from pathlib import Path
from typing import Any, Final

from PIL import Image

from bench.figures import AT_LEAST, cache_dir, one_by_one, output_of, say
from bench.window_speed import large_photos_project, probe, project_of

__all__ = ["main"]

_VERSION: Final = "6.3.1"
_CHILD: Final = Path(__file__).with_name("labelme_child.py")
_STEPS: Final = 100
_RUNS: Final = 3
_PATIENCE_S: Final = 240.0
"""Longer than labelme takes for 20,000 photos several times over."""
_INSTALLING_S: Final = 300.0
_PATTERN: Final = "IMG_12"


def main() -> None:
    """Prints labelme's figures and how many times as long it takes."""
    python = _environment()
    if python is None:
        sys.stderr.write(f"  labelme {_VERSION} could not be installed; no comparison.\n")
        return
    one_by_one(
        partial(_steps, python, 5_000),
        partial(_steps, python, 20_000),
        partial(_large_photos, python),
    )


def _steps(python: Path, count: int) -> None:
    project = project_of(count)
    runs = [_labelme(python, project, _STEPS, _PATTERN) for _ in range(_RUNS)]
    theirs = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    ours = _ours(project)
    for title, name in (
        (f"open {count:,} photos to the first picture", "picture_ms"),
        (f"next photo at {count:,}, with box and points", "next_ms"),
        (f"filter by name at {count:,}", "filter_ms"),
    ):
        _compare(title, theirs[name], ours[name])
    say(f"labelme: memory at {count:,}", theirs["memory_mb"], "MB")


def _large_photos(python: Path) -> None:
    large = large_photos_project()
    theirs = _labelme(python, large, 24, "")
    _compare("next photo of 12 MP", theirs["next_ms"], probe("stepping", large, "300")["next_ms"])


def _ours(project: Path) -> dict[str, float]:
    opened = [probe("opening", project)["picture_ms"] for _ in range(_RUNS)]
    stepped = [probe("stepping", project, "0")["next_ms"] for _ in range(_RUNS)]
    return {
        "picture_ms": statistics.median(opened),
        "next_ms": statistics.median(stepped),
        "filter_ms": probe("listing", project)["filter by text"],
    }


def _compare(title: str, theirs: float, ours: float) -> None:
    say(f"labelme: {title}", theirs, "ms")
    say(f"labelme: {title}, times ours", theirs / ours, "x", 1.0, goal=AT_LEAST)


def _labelme(python: Path, project: Path, steps: int, pattern: str) -> dict[str, float]:
    photos = project.parent / "photos"
    answer: dict[str, float] = _run_child(python, photos, _labels(project.parent), steps, pattern)
    if answer["shapes"] != 9:
        msg = f"labelme showed {answer['shapes']:.0f} shapes instead of 9"
        raise AssertionError(msg)
    return answer


def _run_child(python: Path, *arguments: object) -> dict[str, Any]:
    home = cache_dir() / "labelme-home"
    home.mkdir(exist_ok=True)
    said = output_of(
        f"labelme with {Path(str(arguments[0])).parent.name}",
        [python, _CHILD, *map(str, arguments)],
        patience_s=_PATIENCE_S,
        env={**_clean_environment(), "HOME": str(home), "USERPROFILE": str(home)},
    )
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def _labels(folder: Path) -> Path:
    """One file per photo, made once."""
    labels = folder / "labelme"
    ready = folder / "labelme-ready"
    if not ready.exists():
        labels.mkdir(exist_ok=True)
        for photo in (folder / "photos").rglob("*.jpg"):
            (labels / f"{photo.stem}.json").write_text(json.dumps(_label(photo)), encoding="utf-8")
        ready.touch()
    return labels


def _label(photo: Path) -> dict[str, Any]:
    def shape(label: str, kind: str, points: list[list[float]]) -> dict[str, Any]:
        return {
            "label": label,
            "points": points,
            "group_id": None,
            "description": "",
            "shape_type": kind,
            "flags": {},
            "mask": None,
        }

    with Image.open(photo) as header:  # labelme refuses a label file whose size is not the photo's
        width, height = header.size
    marks = [shape(f"point {number}", "point", [[100.0 + 60 * number, 300.0]]) for number in range(8)]
    return {
        "version": _VERSION,
        "flags": {},
        "imagePath": str(photo),
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
        "shapes": [shape("garment", "rectangle", [[80.0, 100.0], [680.0, 920.0]]), *marks],
    }


def _environment() -> Path | None:
    """Python of an environment with labelme; None where it cannot be made."""
    folder = cache_dir() / f"labelme-{_VERSION}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    steps: list[list[str | Path]] = [
        [sys.executable, "-m", "venv", folder],
        [python, "-m", "pip", "install", "--quiet", f"labelme=={_VERSION}"],
    ]
    check: list[str | Path] = [
        python,
        "-c",
        "import labelme, sys; sys.exit(labelme.__version__ != sys.argv[1])",
        _VERSION,
    ]
    if python.exists() and _succeeds(check):
        return python
    sys.stderr.write(f"  installing labelme {_VERSION} once …\n")
    return python if all(_succeeds(step) for step in steps) and _succeeds(check) else None


def _succeeds(command: list[str | Path]) -> bool:
    try:
        output_of("labelme's environment", command, patience_s=_INSTALLING_S, env=_clean_environment())
    except (TimeoutError, RuntimeError, OSError) as error:
        sys.stderr.write(f"  {error}\n")
        return False
    return True


def _clean_environment() -> dict[str, str]:
    """Ours without what would lead another environment's Python or Qt to our packages."""
    dropped = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "QT_PLUGIN_PATH", "QT_QPA_PLATFORM_PLUGIN_PATH"}
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return {**kept, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")}


if __name__ == "__main__":
    main()
