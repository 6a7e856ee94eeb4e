"""Two runs side by side: what their recipes and figures differ in, value by value, photo by photo."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.domain.data_list import photo_root, read_data_list_header, read_data_list_photos
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.prediction_codec import prediction_from_dict
from fashion_studio.domain.vocabulary import CATEGORY, COLORS
from fashion_studio.jobs.background import Job, start_job
from fashion_studio.jobs.events import whole_lines
from fashion_studio.jobs.specification import SPEC, JobSpec
from fashion_studio.learning.run_folder import DATA, RECIPE
from fashion_studio.services.run_list import read_report, read_run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.predictions import Prediction

__all__ = [
    "Disagreement",
    "FigurePair",
    "RecipeDifference",
    "ValueChange",
    "all_disagreements",
    "compare_figures",
    "compare_recipes",
    "compare_values",
    "disagreements",
    "read_for_comparison",
]

READINGS: Final = "readings"
_SNAPSHOT: Final = "snapshot.jsonl"
_RESULTS: Final = "results.jsonl"
_SILENT: Final = frozenset({"name", "title", "sources", "published"})


@dataclass(frozen=True, slots=True)
class RecipeDifference:
    """A field of the recipes, dotted, and its two values as text; "" where a recipe has none."""

    name: str
    first: str
    second: str


@dataclass(frozen=True, slots=True)
class FigurePair:
    """A figure of two models; None where not measured. `baseline`: always guessing the commonest."""

    name: str
    first: float | None
    second: float | None
    baseline: float | None


@dataclass(frozen=True, slots=True)
class ValueChange:
    """How well a value is found by two models, on `count` photos of the second's report."""

    attribute: str
    value: str
    count: int
    first: float | None
    second: float | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A photo on which two models say different things.

    Attributes:
        truth: what a person said; () where nobody did.
        first, second: each model's value with its confidence.
    """

    file: Path
    content_hash: str
    attribute: str
    truth: tuple[str, ...]
    first: tuple[str, float]
    second: tuple[str, float]


def compare_recipes(first: Path, second: Path) -> list[RecipeDifference]:
    """Fields in which the recipes of two run folders differ, in alphabetical order.

    Raises:
        UserError: a recipe cannot be read.
    """
    ours, theirs = _flat_recipe(first), _flat_recipe(second)
    names = sorted(ours.keys() | theirs.keys())
    return [
        RecipeDifference(name, ours.get(name, ""), theirs.get(name, ""))
        for name in names
        if ours.get(name) != theirs.get(name)
    ]


def compare_figures(
    first: Mapping[str, float], second: Mapping[str, float], baseline: Mapping[str, float]
) -> list[FigurePair]:
    """The figures that at least one of two models has, in the second's order."""
    names = [*second, *(name for name in first if name not in second)]
    return [FigurePair(name, first.get(name), second.get(name), baseline.get(name)) for name in names]


def compare_values(first: Path, second: Path) -> list[ValueChange]:
    """Recall of every value by two finished runs, the largest change first.

    Only values that both reports have; empty while one run has no report.
    """
    ours, theirs = _tables(first), _tables(second)
    found = []
    for attribute, rows in theirs.items():
        before = {row["value"]: row for row in ours.get(attribute, [])}
        for row in rows:
            old = before.get(row["value"])
            if old is not None and row.get("recall") is not None and old.get("recall") is not None:
                found.append(
                    ValueChange(attribute, row["value"], int(row["count"]), old["recall"], row["recall"])
                )
    return sorted(found, key=lambda c: -abs((c.second or 0.0) - (c.first or 0.0)))


def read_for_comparison(first: Path, second: Path, *, device: str = "auto") -> tuple[Job, Job]:
    """Lets both runs' models read the photos that neither was trained on; what was read before is kept.

    Returns:
        The two jobs, started in the background.

    Raises:
        UserError: a run has no model yet, or there is no photo that both may be asked about.
        EnvironmentProblem: the folders cannot be written or the processes not be started.
    """
    photos = _fair_photos(first, second)
    if not photos:
        msg = "There is no photo that neither of the two was trained on."
        raise UserError(msg)
    jobs = [_reading_job(run, photos, device) for run in (first, second)]
    return jobs[0], jobs[1]


def disagreements(first: Path, second: Path, attribute: str = CATEGORY) -> list[Disagreement]:
    """Photos on which the two models differ, those with the surest two answers first.

    Reads what `read_for_comparison` has brought so far.
    """
    return all_disagreements(first, second).get(attribute, [])


def all_disagreements(first: Path, second: Path) -> dict[str, list[Disagreement]]:
    """The same of every attribute that both models were asked about, the main colour among them.

    Attributes on which they agree have an empty list; nothing at all while the two have not read a photo.
    """
    ours, theirs = _readings(first, second), _readings(second, first)
    found: dict[str, list[Disagreement]] = {}
    for path, photo in _fair_photos(first, second):
        one, other = ours.get(photo.content_hash), theirs.get(photo.content_hash)
        if one is None or other is None:
            continue
        left, right = _answers(one), _answers(other)
        for name in left:
            if name not in right:
                continue
            kept = found.setdefault(name, [])
            if left[name][0] != right[name][0]:
                digest, truth = photo.content_hash, photo.values(name)
                kept.append(Disagreement(path, digest, name, truth, left[name], right[name]))
    return {name: sorted(kept, key=lambda d: -(d.first[1] + d.second[1])) for name, kept in found.items()}


def _answers(prediction: Prediction) -> dict[str, tuple[str, float]]:
    said = {name: (each.value, each.confidence) for name, each in prediction.attributes.items()}
    if prediction.colors_predicted:
        main = prediction.colors_predicted[0]
        said[COLORS] = (main.name, main.confidence)
    return said


def _flat_recipe(run_dir: Path) -> dict[str, str]:
    try:
        recipe = tomllib.loads((run_dir / RECIPE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        msg = f"The recipe of {run_dir.name} cannot be read."
        raise UserError(msg) from error
    flat: dict[str, str] = {}
    _flatten({key: value for key, value in recipe.items() if key not in _SILENT}, "", flat)
    return flat


def _flatten(value: Any, name: str, into: dict[str, str]) -> None:
    if isinstance(value, dict):
        for key, entry in value.items():
            _flatten(entry, f"{name}.{key}" if name else key, into)
    elif isinstance(value, list) and any(isinstance(entry, dict) for entry in value):
        for number, entry in enumerate(value, start=1):
            label = entry.get("name", number) if isinstance(entry, dict) else number
            _flatten(entry, f"{name}.{label}", into)
    elif isinstance(value, list):
        into[name] = ", ".join(map(str, value))
    else:
        into[name] = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def _tables(run_dir: Path) -> dict[str, list[dict[str, Any]]]:
    splits = read_report(run_dir).get("splits", {})
    tables = (splits.get("test") or splits.get("val") or {}).get("tables", {})
    return {
        name: [row for row in rows if isinstance(row, dict) and "value" in row]
        for name, rows in tables.items()
    }


def _fair_photos(first: Path, second: Path) -> list[tuple[Path, DataListPhoto]]:
    """Held-out photos of either run that the other did not learn from."""
    found: dict[str, tuple[Path, DataListPhoto]] = {}
    learnt: set[str] = set()
    for run_dir in (first, second):
        listed = run_dir / DATA
        root = photo_root(listed, read_data_list_header(listed))
        for photo in read_data_list_photos(listed):
            if photo.split == "train":
                learnt.add(photo.content_hash)
            elif photo.content_hash:
                found[photo.content_hash] = (root / photo.file, photo)
    return [found[key] for key in found if key not in learnt]


def _reading_place(run: Path, photos: Sequence[tuple[Path, DataListPhoto]]) -> Path:
    digest = blake2b("".join(sorted(p.content_hash for _, p in photos)).encode(), digest_size=6).hexdigest()
    return run / READINGS / digest


def _reading_job(run: Path, photos: Sequence[tuple[Path, DataListPhoto]], device: str) -> Job:
    entry = read_run(run)
    if entry.bundle is None:
        msg = f"“{entry.title}” has no model yet. Let it finish first."
        raise UserError(msg)
    place = _reading_place(run, photos)
    if (place / SPEC).exists():
        job = Job(place)
        job.restart()
        return job
    try:
        place.mkdir(parents=True, exist_ok=True)
        lines = [
            json.dumps({"id": number, "path": str(path), "hash": photo.content_hash})
            for number, (path, photo) in enumerate(photos)
        ]
        (place / _SNAPSHOT).write_text("".join(f"{line}\n" for line in lines), encoding="ascii")
    except OSError as error:
        raise EnvironmentProblem(
            f"The run folder cannot be written: {error.strerror or error}.", "Make room and try again."
        ) from error
    spec = JobSpec(
        "predict",
        f"{entry.model_id} reads {len(photos):,} held-out photos",
        ("predict", "--run", "{run}"),
        {"model": str(entry.bundle.absolute()), "device": device, "batch_size": None, "count": len(photos)},
    )
    return start_job(spec, place)


def _readings(run: Path, other: Path) -> dict[str, Prediction]:
    place = _reading_place(run, _fair_photos(run, other))
    found: dict[str, Prediction] = {}
    for line in whole_lines(place / _RESULTS)[0]:
        try:
            entry = json.loads(line)
        except ValueError:  # torn by a crash; the photo was read again
            continue
        if "prediction" in entry:
            found[entry["hash"]] = prediction_from_dict(entry["prediction"])
    return found
