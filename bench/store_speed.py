"""How fast a project opens, filters, sorts, counts and saves at 5,000, 20,000 and 100,000 photos.

`python -m bench.store_speed [FOLDER]` prints JSON lines. Medians of repeated runs; opening is measured in a
fresh process each time, with a warm file cache and without the time Python takes to import the program.
"""

from __future__ import annotations

import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

import psutil

from bench.figures import say
from bench.window_speed import project_of
from fashion_studio.domain.labels import Answer, Status
from fashion_studio.domain.queries import Agreement, ItemFilter, Sort, SortKey
from fashion_studio.services.project import Project

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_SIZES: Final = (5_000, 20_000, 100_000)
_FILTER_TARGET_MS: Final = {5_000: 30.0, 20_000: 30.0, 100_000: 150.0}
_OPENINGS: Final = 5

FILTERS: Final = {
    "status": ItemFilter(statuses=frozenset({Status.NEW})),
    "text": ItemFilter(text="img_12"),
    "label text": ItemFilter(text="dress"),
    "category by person": ItemFilter(by_person={"category": frozenset({"dress", "shirt"})}),
    "colors by model": ItemFilter(by_model={"colors": frozenset({"red", "blue"})}),
    "disagreement and confidence": ItemFilter(
        agreements=frozenset({Agreement.DISAGREES}),
        confidence=(0.2, 0.7),
        by_person={"fit": frozenset({"loose"})},
    ),
}


def main(folder: Path | None = None) -> None:
    """Takes copies of the projects and prints one line per figure."""
    with tempfile.TemporaryDirectory() as scratch:
        place = folder or Path(scratch)
        for count in _SIZES:
            target = place / f"{count}" / f"bench-{count}.fstudio"
            if not target.exists():  # a copy, because answers are written into it
                left_out = shutil.ignore_patterns("thumbnails", "*.lock")
                shutil.copytree(project_of(count), target, ignore=left_out)
            _opening(target, count)
            with Project.open(target, actor="bench") as project:
                _questions(project, count)
                _writes(project, count)


def _opening(target: Path, count: int) -> None:
    runs = [_fresh(target) for _ in range(_OPENINGS)]
    limit = 500.0 if count == 100_000 else 200.0
    say(f"open {count:,} to first 60 rows", statistics.median(run[0] for run in runs), "ms", limit)
    say(f"memory of an open project {count:,}", statistics.median(run[1] for run in runs), "MB", None)


def _fresh(target: Path) -> tuple[float, float]:
    """(milliseconds to the first rows, resident megabytes afterwards) of a new process."""
    code = "import sys; from bench.store_speed import open_once; open_once(sys.argv[1])"
    done = subprocess.run(  # noqa: S603 - this very program
        [sys.executable, "-c", code, str(target)], check=True, capture_output=True, text=True
    )
    milliseconds, megabytes = json.loads(done.stdout)
    return milliseconds, megabytes


def open_once(target: str) -> None:
    """Opens a project once, asks for the first page, and prints [milliseconds, megabytes]."""
    began = time.perf_counter()
    with Project.open(Path(target), actor="bench") as project:
        project.rows(project.ids(ItemFilter(), Sort())[:60])
        taken = (time.perf_counter() - began) * 1e3
        project.facets(ItemFilter())
        memory = psutil.Process().memory_info().rss / 2**20
    sys.stdout.write(json.dumps([taken, memory]))


def _questions(project: Project, count: int) -> None:
    limit = _FILTER_TARGET_MS[count]
    for name, question in FILTERS.items():
        _time(f"filter by {name} {count:,}", partial(project.ids, question, Sort()), limit)
    for key in SortKey:
        sort = Sort(key, descending=True)
        _time(f"sort by {key.value} {count:,}", partial(project.ids, ItemFilter(), sort), limit)
    _time(f"facets {count:,}", lambda: project.facets(ItemFilter()), limit)
    mixed = FILTERS["disagreement and confidence"]
    _time(f"facets of a filter {count:,}", lambda: project.facets(mixed), limit)
    ids = project.ids(ItemFilter(), Sort(SortKey.CONFIDENCE))[:200]
    _time(f"200 rows {count:,}", lambda: project.rows(ids), 5.0)
    some = int(ids[0])
    _time(f"everything of one photo {count:,}", lambda: project.item(some), 5.0)


def _writes(project: Project, count: int) -> None:
    ids = [int(item_id) for item_id in project.ids(ItemFilter(), Sort())]
    values = ("tight", "regular", "loose")
    numbers = iter(range(10**6))

    def one() -> None:
        i = next(numbers)
        project.set_answers([ids[i % len(ids)]], {"fit": Answer.of(values[i % 3])})

    _time(f"one answer saved {count:,}", one, 5.0, repeats=60)
    _time(f"undo of one answer {count:,}", project.undo, 5.0, repeats=20)
    some = ids[:300]
    flips = iter(range(10**6))
    _time(
        f"answer on 300 photos {count:,}",
        lambda: project.set_answers(some, {"fabric": Answer.of(("denim", "knit")[next(flips) % 2])}),
        100.0,
        repeats=5,
    )
    began = time.perf_counter()
    project.set_answers(ids, {"pattern": Answer.of("checked")})
    say(f"answer on all {count:,}", time.perf_counter() - began, "s", 5.0)
    began = time.perf_counter()
    project.undo()
    say(f"undo on all {count:,}", time.perf_counter() - began, "s", 5.0)


def _time(name: str, act: Callable[[], object], limit: float, *, repeats: int = 9) -> None:
    act()
    taken = []
    for _ in range(repeats):
        began = time.perf_counter()
        act()
        taken.append((time.perf_counter() - began) * 1e3)
    say(name, statistics.median(taken), "ms", limit)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else None)
