"""How fast foreign labels are read, and that memory does not grow with their number.

`python -m bench.import_speed` prints JSON lines. Each format is read in a process of its own at 10,000 and at
100,000 photos (DeepFashion with all 1000 attributes at 2,000 and 20,000); the growth of that process's
largest memory between the two is the figure. Then 20,000 photos are imported into a project. Times are of the
processor, so that other programs on the machine do not count.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bench.figures import say
from bench.projects import studio_once
from fashion_studio.exchange.incoming import ImportFormat, IncomingReport
from fashion_studio.exchange.incoming_sources import open_source
from fashion_studio.services.importing import ImportRequest, apply_import, plan_import
from fashion_studio.services.project import Project
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import PhotoFile

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["main"]

_ATTRIBUTES: Final = 1_000
_PHOTOS: Final = 20_000
_GROWTH_MB: Final = {"COCO": 60.0}
"""Of each COCO image its id, name and size stay in memory; the other formats keep nothing."""


def main() -> None:
    """Writes the files and prints one line per figure."""
    if len(sys.argv) == 3:
        _read(ImportFormat(sys.argv[1]), Path(sys.argv[2]))
        return
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        _measure("CSV", ImportFormat.CSV, place, _csv, (10_000, 100_000))
        _measure("COCO", ImportFormat.COCO, place, _coco, (10_000, 100_000))
        _measure("DeepFashion", ImportFormat.DEEPFASHION, place, _lists, (10_000, 100_000))
        _measure(
            "DeepFashion, 1000 attributes", ImportFormat.DEEPFASHION, place, _attributes, (2_000, 20_000)
        )
        _into_project(place)


def _measure(
    name: str, kind: ImportFormat, place: Path, write: Callable[[Path, int], Path], counts: tuple[int, int]
) -> None:
    peaks = []
    for count in counts:
        target = write(place / f"{name} {count}", count)
        command = [sys.executable, "-m", "bench.import_speed", kind.value, str(target)]
        result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - ours
        found = json.loads(result.stdout)
        peaks.append(found["peak_mb"])
    say(f"read {name}, {counts[1]:,} photos", found["records"] / found["seconds"], "photos/CPU s")
    say(
        f"memory of {name}, {counts[1]:,} against {counts[0]:,} photos",
        peaks[1] - peaks[0],
        "MB",
        _GROWTH_MB.get(name, 5.0),
    )


def _read(kind: ImportFormat, place: Path) -> None:
    began = time.process_time()
    source = open_source(kind, place, IncomingReport(), studio_once())
    records = sum(1 for _ in source.records())
    seconds = time.process_time() - began
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(json.dumps({"records": records, "seconds": seconds, "peak_mb": peak_mb}))


def _into_project(place: Path) -> None:
    table = _csv(place / "project", _PHOTOS)
    with Project.create(place / "Import.fstudio", [place], studio_once(), actor="bench") as project:
        photos = [PhotoFile(1, _name(number), 1, 1, f"{number:040x}", 768, 1024) for number in range(_PHOTOS)]
        Intake(project._dataset).take(photos, {1: place})  # noqa: SLF001 - photos without files
        began = time.process_time()
        plan = plan_import(project, ImportRequest(ImportFormat.CSV, table))
        compared = time.process_time()
        outcome = apply_import(project, plan)
        written = time.process_time()
        project.undo()
        undone = time.process_time()
    what = f"{outcome.labels:,} labels on {_PHOTOS:,} photos"
    say(f"import: compare {what}", compared - began, "CPU s")
    say(f"import: write {what}", written - compared, "CPU s")
    say(f"import: undo {what}", undone - written, "CPU s")


def _name(number: int) -> str:
    return f"img/{number % 1000:03d}/photo_{number:08d}.jpg"


def _csv(place: Path, count: int) -> Path:
    place.mkdir()
    with (place / "labels.csv").open("w", encoding="utf-8") as stream:
        stream.write("file_name,width,height,split,category,fit,colors,left_hem_x,left_hem_y,left_hem_v\n")
        for number in range(count):
            stream.write(f"{_name(number)},768,1024,train,dress,loose,navy|white,{number % 700},900,2\n")
    return place / "labels.csv"


def _coco(place: Path, count: int) -> Path:
    place.mkdir()
    points = [12.5, 34.5, 2] * 8
    with (place / "labels.json").open("w", encoding="utf-8") as stream:
        names = json.dumps([f"point {place}" for place in range(8)])
        stream.write('{"categories": [{"id": 1, "name": "dress", "keypoints": ' + names + '}], "images": [')
        for number in range(count):
            image = {"id": number, "file_name": _name(number), "width": 768, "height": 1024}
            stream.write(("," if number else "") + json.dumps(image))
        stream.write('], "annotations": [')
        for number in range(count):
            entry = {
                "id": number,
                "image_id": number,
                "category_id": 1,
                "bbox": [1, 2, 300, 400],
                "keypoints": points,
                "attributes": {"fit": "loose", "colors": ["navy", "white"]},
            }
            stream.write(("," if number else "") + json.dumps(entry))
        stream.write("]}")
    return place / "labels.json"


def _lists(place: Path, count: int) -> Path:
    points = " ".join("0 012 034" for _ in range(8))
    _list(place, "list_category_cloth", 1, lambda _n: "Dress 3")
    _list(place, "list_category_img", count, lambda n: f"{_name(n)} 1")
    _list(place, "list_bbox", count, lambda n: f"{_name(n)} 001 002 300 400")
    _list(place, "list_landmarks", count, lambda n: f"{_name(n)} 3 1 {points}")
    _list(place, "list_eval_partition", count, lambda n: f"{_name(n)} train")
    return place


def _attributes(place: Path, count: int) -> Path:
    _lists(place, count)
    marks = " ".join("1" if place % 100 == 0 else "-1" for place in range(_ATTRIBUTES))
    _list(place, "list_attr_cloth", _ATTRIBUTES, lambda n: f"attribute {n} {n % 5 + 1}")
    _list(place, "list_attr_img", count, lambda n: f"{_name(n)} {marks}")
    return place


def _list(place: Path, name: str, count: int, row: Callable[[int], str]) -> None:
    place.mkdir(exist_ok=True)
    with (place / f"{name}.txt").open("w", encoding="utf-8") as stream:
        stream.write(f"{count}\nheader\n")
        stream.writelines(f"{row(number)}\n" for number in range(count))


if __name__ == "__main__":
    main()
