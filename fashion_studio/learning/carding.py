"""The card of a trained model, made from its run."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.learning.style.plan import shares_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.zoo.bundle import BundleManifest

__all__ = ["card_text", "environment_lines", "markdown_table", "metrics_rows", "stylised_lines"]

_MEGABYTE: Final = 1 << 20
_WEAKEST: Final = 5
_FEW: Final = 30


def card_text(
    frozen: FrozenRun, recipe: MethodRecipe, manifest: BundleManifest, report: Mapping[str, Any]
) -> str:
    """The card as Markdown: what it is, what it was made from, how good it is, where it is weak.

    Args:
        frozen: the run.
        recipe: as it was trained.
        manifest: of the saved bundle.
        report: the content of `report.json`.
    """
    counts = frozen.parameters.get("photos", {})
    parents = ", ".join(manifest.parents) or "random weights"
    epochs = f"{recipe.epochs} epochs planned in {_counted(len(recipe.phases), 'phase')}"
    side_px = manifest.preprocessing.side_px
    lines = [f"# {manifest.model_id}", ""]
    lines.append(
        f"A model by the recipe “{recipe.title}” ({_recipe_name(recipe)}), made from its run folder by the "
        f"training command. Weights: {manifest.weights_bytes / _MEGABYTE:.1f} MB as {recipe.limits.storage}, "
        f"licence {manifest.licence}."
    )
    lines += ["", "## Made from", ""]
    lines.append(
        f"- Photos: {counts.get('train', 0)} for training, {counts.get('val', 0)} for choosing the epoch and "
        f"the temperatures, {counts.get('test', 0)} for the test; "
        f"{frozen.parameters.get('refused', 0)} refused. The list with every photo's SHA-256 is "
        f"`data.jsonl`{_titled(frozen)}."
    )
    lines.append(f"- Started from: {parents}.")
    lines.append(
        f"- Network: `{manifest.architecture}`, input {side_px} × {side_px} pixels "
        f"({manifest.preprocessing.fit})."
    )
    lines.append(
        f"- {epochs}, batch {recipe.batch_size}, seed {frozen.parameters['seed']}; kept is epoch "
        f"{report['best_epoch']}, the best by validation “{report['monitor']['name']}” "
        f"({report['monitor']['value']})."
    )
    lines += [*stylised_lines(recipe), *environment_lines(frozen)]
    for split, title in (("test", "Test photos, looked at once"), ("val", "Validation photos, chosen by")):
        if split in report["splits"]:
            base = report.get("base", {}).get("splits", {}).get(split)
            lines += ["", f"## {title}", "", *_figure_lines(report["splits"][split], base)]
    last = report["splits"].get("test") or report["splits"]["val"]
    lines += ["", "## Where it is weak", "", *_weak_lines(last)]
    lines += ["", "## How honest its probabilities are", "", *_calibration_lines(report["calibration"])]
    lines += ["", "## Course", "", *_course_lines(frozen)]
    if recipe.sources or recipe.published:
        lines += ["", "## Sources", "", *(f"- {source}" for source in recipe.sources)]
        lines += [
            f"- Published {name}: {value:g} (other data or split: not to be compared without care)"
            for name, value in recipe.published.items()
        ]
    return "\n".join(lines) + "\n"


def _recipe_name(recipe: MethodRecipe) -> str:
    return f"`{recipe.name}`, variant `{recipe.variant}`" if recipe.variant else f"`{recipe.name}`"


def stylised_lines(recipe: MethodRecipe) -> list[str]:
    """Which share of the training views had another surface, a line; none for a training on originals."""
    if not recipe.stylises:
        return []
    shares = [(phase.name, recipe.stylised_share(phase)) for phase in recipe.phases]
    return [f"- {shares_in_words(recipe.stylising, shares)}; their labels of the surface do not count."]


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _titled(frozen: FrozenRun) -> str:
    return f" ({frozen.header.title})" if frozen.header.title else ""


def environment_lines(frozen: FrozenRun) -> list[str]:
    """What it was trained on, a line of the card; none where the run does not say."""
    try:
        entries = json.loads((frozen.run_dir / "environment.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    found = entries[-1]
    commit = f", commit {found['code']}" if found.get("code") else ""
    times = f", continued {len(entries) - 1} times" if len(entries) > 1 else ""
    return [f"- Trained on {found['device']} with torch {found.get('torch', '?')}{commit}{times}."]


def _figure_lines(part: Mapping[str, Any], base: Mapping[str, float] | None) -> list[str]:
    """The figures beside the majority's, and beside the base model's where there is one."""
    names = ["figure", "this model", *(["base model"] if base else []), "most frequent answer"]
    rows = []
    for name, value in part["figures"].items():
        if not name.endswith((".n", ".absent")) and not name.startswith("landmarks.ne."):
            others = ([base] if base else []) + [part["baseline"]]
            cells = (f"{other[name]:.4g}" if name in other else "–" for other in others)
            rows.append((name, f"{value:.4g}", *cells))
    return [f"{part['photos']} photos.", "", *markdown_table(names, rows)]


def _weak_lines(part: Mapping[str, Any]) -> list[str]:
    lines = []
    for name, rows in part["tables"].items():
        known = [row for row in rows if row["count"] and row["recall"] is not None]
        weak = sorted(known, key=lambda row: row["recall"])[:_WEAKEST]
        words = ", ".join(f"{row['value']} {row['recall']:.2f} of {row['count']}" for row in weak)
        absent = sum(not row["count"] for row in rows)
        few = sum(0 < row["count"] < _FEW for row in rows)
        notes = f" {absent} values do not occur here." if absent else ""
        notes += f" {few} have fewer than {_FEW} photos, so their figures are rough." if few else ""
        lines.append(f"- {name}: lowest recall {words or '–'}.{notes}")
    return lines or ["- Nothing was labelled to tell."]


def _calibration_lines(effects: Mapping[str, Mapping[str, float]]) -> list[str]:
    if not effects:
        return [
            "Too few labelled validation photos to fit temperatures; probabilities are the network's own."
        ]
    rows = [
        (name, f"{e['temperature']:.3g}", f"{e['ece_before']:.4f}", f"{e['ece_after']:.4f}")
        for name, e in effects.items()
    ]
    words = (
        "Expected calibration error on the validation photos (15 bins), before and after dividing the logits "
        "by a temperature fitted on the same photos:"
    )
    return [words, "", *markdown_table(("attribute", "temperature", "before", "after"), rows)]


def metrics_rows(frozen: FrozenRun) -> list[dict[str, str]]:
    """The run's table of figures, a row per epoch; empty where there is none."""
    try:
        with (frozen.run_dir / "metrics.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    except OSError:
        return []


def _course_lines(frozen: FrozenRun) -> list[str]:
    rows = metrics_rows(frozen)
    if not rows:
        return ["No epoch was recorded."]
    monitor = f"val.{frozen.recipe.monitor}"
    names = ["epoch", "phase", "seconds", "train.loss", "val.loss"]
    names += [monitor] if monitor in rows[0] and monitor not in names else []
    step = max(1, len(rows) // 12)
    shown = [row for place, row in enumerate(rows) if place % step == 0 or place == len(rows) - 1]
    return list(markdown_table(names, [[row.get(name, "") for name in names] for row in shown]))


def markdown_table(names: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterable[str]:
    """The lines of a table."""
    yield f"| {' | '.join(names)} |"
    yield f"| {' | '.join('---' for _ in names)} |"
    for row in rows:
        yield f"| {' | '.join(row)} |"
