"""How fast the window is: up, opening, next photo, filter and sort, key to saved; memory at two sizes.

`python -m bench.window_speed` prints JSON lines. Every scenario runs in a fresh process (`window_probe`),
openings several times. The first run makes photos and projects in the system's folder for temporary files.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Any, Final

from bench.figures import AT_LEAST, cache_dir, one_by_one, output_of, say
from bench.projects import _DIFFERENT_PHOTOS as DIFFERENT_PHOTOS
from bench.projects import HEIGHT_PX, WIDTH_PX, build
from bench.projects import _photo as photo_file
from fashion_studio.imaging.thumbnails import THUMBNAIL_SIDE_PX, make_thumbnail
from fashion_studio.services.thumbnails import thumbnail_path

__all__ = ["large_photos_project", "main", "project_of"]

_OPENINGS: Final = 5
_LARGE_PX: Final = (4000, 3000)
_LARGE_COUNT: Final = 32
_PATIENCE_S: Final = 180.0
"""Several times what the slowest scenario takes; it is then ended and told, and the others go on."""


def main() -> None:
    """Prints one line per figure."""
    small, middle, large = project_of(5_000), project_of(20_000), project_of(100_000)
    one_by_one(
        _up,
        partial(_opening, small, 5_000, 200.0),
        partial(_opening, large, 100_000, 500.0),
        partial(_new_folder, small),
        partial(_stepping, small, large),
        partial(_readings, small),
        _large_photos,
        _editing,
        partial(_listing, middle, 20_000, 30.0),
        partial(_listing, large, 100_000, 150.0),
        partial(_undoing, large),
    )


def _opening(project: Path, count: int, limit_ms: float) -> None:
    runs = [probe("opening", project) for _ in range(_OPENINGS)]
    say(f"window: open {count:,} photos to the first picture", _median(runs, "picture_ms"), "ms", limit_ms)
    title = f"window: open {count:,} photos to the photo on the canvas"
    say(title, _median(runs, "photo_ms"), "ms", limit_ms)


def _readings(project: Path) -> None:
    seen = probe("readings", project)
    say("window: next photo, heat map and mask of a reading", seen["next_ms"], "ms", 15.0)
    say("window: … share of those steps with a heat map", seen["with_heat"], "x", 1.0, goal=AT_LEAST)
    say("window: … share of those steps with the mask", seen["with_mask"], "x", 1.0, goal=AT_LEAST)


def _large_photos() -> None:
    dwelt = probe("stepping", large_photos_project(), "300")
    say("window: next photo of 12 MP, 300 ms between steps", dwelt["next_ms"], "ms", 60.0)


def _editing() -> None:
    from bench.edit_speed import garment_photo  # noqa: PLC0415 - brings the network library

    photos = cache_dir() / "garments-12mp"
    if not (photos / "ready").exists():
        photos.mkdir(parents=True, exist_ok=True)
        garment_photo(photos / "shirt.jpg", *_LARGE_PX)
        (photos / "ready").touch()
    with tempfile.TemporaryDirectory() as scratch:
        shutil.copytree(photos, Path(scratch) / "photos")
        seen = probe("editing", Path(scratch) / "photos")
    say("window: click on a value to its picture, 12 MP photo", seen["click_ms"], "ms")
    say("window: … of a value again, as soon as the last is seen", seen["again_ms"], "ms")
    say("window: threshold moved to its outline painted", seen["threshold_ms"], "ms")


def _listing(project: Path, count: int, limit_ms: float) -> None:
    for name, taken in probe("listing", project).items():
        say(f"window: {name} at {count:,}, painted", taken, "ms", limit_ms)


def _undoing(project: Path) -> None:
    seen = probe("undoing", project)
    say(f"window: undo of {seen['labels']:,} labels, until the key is free again", seen["key_ms"], "ms")
    say("window: … until it is done", seen["seconds"], "s")
    say("window: … longest silence of the window meanwhile", seen["silence_ms"], "ms")


def _up() -> None:
    runs = [_child("bench.window_up_probe", repr(time.time())) for _ in range(_OPENINGS)]
    heavy = sorted({name for run in runs for name in run["present"]})
    if heavy:
        msg = f"the window brought {', '.join(heavy)}"
        raise AssertionError(msg)
    say("window: up after the process starts", _median(runs, "seconds"), "s", 1.0)


def _new_folder(small: Path) -> None:
    """The same photos as a folder never seen before: project made, photos found while one looks."""
    runs = []
    for _ in range(_OPENINGS):
        photos = cache_dir() / "never-seen"
        shutil.rmtree(photos, ignore_errors=True)
        _linked(small.parent / "photos", photos)
        for project in cache_dir().glob("never-seen*.fstudio"):
            shutil.rmtree(project)
        runs.append(probe("opening", photos))
    say("window: open a new folder of 5,000 to the first picture", _median(runs, "picture_ms"), "ms", 200.0)


def _linked(source: Path, target: Path) -> None:
    for path in source.rglob("*.jpg"):
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.hardlink_to(path)


def _stepping(small: Path, large: Path) -> None:
    few, many = probe("stepping", small, "0"), probe("stepping", large, "0")
    say("window: next photo at 5,000, overlays on", few["next_ms"], "ms", 15.0)
    say("window: next photo at 100,000, overlays on", many["next_ms"], "ms", 15.0)
    say("window: next photo, 100,000 against 5,000", many["next_ms"] / few["next_ms"], "x", 1.2)
    say("window: next photo at 5,000, 95 of 100", few["next_p95_ms"], "ms")
    say("window: key press to saved and painted at 5,000", few["key_ms"], "ms", 30.0)
    say("window: key press to saved and painted at 100,000", many["key_ms"], "ms", 30.0)
    say("window: memory at 5,000", few["memory_mb"], "MB")
    say("window: memory at 100,000", many["memory_mb"], "MB")
    say("window: memory, 100,000 against 5,000", many["memory_mb"] / few["memory_mb"], "x", 1.5)


def probe(scenario: str, *arguments: object) -> dict[str, Any]:
    """Runs a scenario of `window_probe` in a fresh process.

    Raises:
        TimeoutError, RuntimeError: see `output_of`.
    """
    return _child("bench.window_probe", scenario, *map(str, arguments))


def _child(module: str, *arguments: str) -> dict[str, Any]:
    said = output_of(
        " ".join((module, *(Path(argument).name for argument in arguments))),
        [sys.executable, "-m", module, *arguments],
        patience_s=_PATIENCE_S,
        cwd=Path(__file__).parents[1],
        env={**os.environ, "QT_QPA_PLATFORM": os.environ.get("QT_QPA_PLATFORM", "offscreen")},
    )
    answer: dict[str, Any] = json.loads(said.splitlines()[-1])
    return answer


def project_of(count: int) -> Path:
    """A project of so many photos of 768 × 1024, with files, predictions and a third of the answers."""
    return _built(f"project-{count}", count, (WIDTH_PX, HEIGHT_PX))


def large_photos_project() -> Path:
    """A project of 12-megapixel photos."""
    return _built("project-12mp", _LARGE_COUNT, _LARGE_PX)


def _built(name: str, count: int, size_px: tuple[int, int]) -> Path:
    folder = cache_dir() / f"{name}-{_schema()}"
    project = folder / f"bench-{count}.fstudio"
    ready = folder / "ready"
    if not ready.exists():
        for stale in cache_dir().glob(f"{name}-*"):
            shutil.rmtree(stale, ignore_errors=True)
        folder.mkdir(parents=True)
        sys.stderr.write(f"  making {count:,} photos once …\n")
        build(folder, count, with_photos=True, photo_size_px=size_px, told=_say_made)
        ready.touch()
    if not (folder / "thumbnails-ready").exists():
        _write_thumbnails(folder / "photos", project, count)
        (folder / "thumbnails-ready").touch()
    return project


def _say_made(count: int) -> None:
    """On stdout, where `python -m bench` hears that this goes on."""
    sys.stdout.write(f"made {count:,} photos\n")
    sys.stdout.flush()


def _write_thumbnails(photos: Path, project: Path, count: int) -> None:
    """As a first scan leaves them; it would decode for minutes while something else is measured."""
    made: list[Path] = []
    for number in range(count):
        photo = photo_file(number, (WIDTH_PX, HEIGHT_PX), photos)
        place = thumbnail_path(project / "thumbnails", photo.content_hash, THUMBNAIL_SIDE_PX)
        place.parent.mkdir(parents=True, exist_ok=True)
        if number < DIFFERENT_PHOTOS:
            place.write_bytes(make_thumbnail(photos / photo.relative_path))
            made.append(place)
        elif not place.exists():
            place.hardlink_to(made[number % DIFFERENT_PHOTOS])


def _schema() -> str:
    """Changes when the builder or the database does, so that no stale project is measured."""
    root = Path(__file__).parents[1]
    store = root / "fashion_studio" / "store"
    formats = [store / f"{name}.py" for name in ("tables", "summaries", "payloads")]
    sources = [root / "bench" / "projects.py", *formats, *sorted((store / "migrations").rglob("*.py"))]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sources))
    return digest.hexdigest()[:10]


def _median(runs: list[dict[str, Any]], name: str) -> float:
    return float(statistics.median(run[name] for run in runs))


if __name__ == "__main__":
    main()
