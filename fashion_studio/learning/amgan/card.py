"""The card of a trained editor, made from its run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from fashion_studio.learning.carding import environment_lines, markdown_table, metrics_rows, stylised_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fashion_studio.learning.amgan.material import GanMaterial
    from fashion_studio.learning.amgan.stepping import GanStepper
    from fashion_studio.learning.run_folder import FrozenRun
    from fashion_studio.zoo.editor_bundle import EditorManifest

__all__ = ["editor_card"]

_MEGABYTE: Final = 1 << 20
_ROWS: Final = 12


def editor_card(
    frozen: FrozenRun,
    stepper: GanStepper,
    material: GanMaterial,
    manifest: EditorManifest,
    report: Mapping[str, Any],
) -> str:
    """The card as Markdown: what it edits, what it was made from, how its edits did on held-out pictures."""
    recipe, plan, config = frozen.recipe, stepper.objective.plan, manifest.config
    photos, renderings = material.counts(photos=True), material.counts(photos=False)
    named = f"`{recipe.name}`, variant `{recipe.variant}`" if recipe.variant else f"`{recipe.name}`"
    whole = "" if stepper.done >= stepper.steps else f" of {stepper.steps:,} that were planned"
    lines = [
        f"# {manifest.model_id}",
        "",
        (
            f"A generator that edits garments, by the recipe “{recipe.title}” ({named}), method "
            f"{plan.method}. Weights: {manifest.weights_bytes / _MEGABYTE:.1f} MB as float16, licence "
            f"{manifest.licence}."
        ),
        "",
        "## What it edits",
        "",
        *(f"- {name}: {', '.join(values)}" for name, values in config.attributes.items()),
        *("", "## Made from", ""),
        (
            f"- Photos: {photos['train']} for training, {photos['val']} held out. "
            f"Renderings: {renderings['train']} for training, {renderings['val']} of other seeds held out."
        ),
        (
            f"- Generator: {config.size_px} × {config.size_px} pixels, width {config.width}, {config.blocks} "
            f"residual blocks, target by “{config.conditioning}”{', with skips' if config.skips else ''}."
        ),
        (
            f"- {stepper.done:,} steps{whole}: the discriminators in each, the generator after every "
            f"{plan.critic_steps} of them; batch {recipe.batch_size}, seed {frozen.parameters['seed']}. Kept "
            "is the moving average of the last step: nothing was chosen by a figure."
        ),
        *_paired_lines(stepper),
        f"- {stepper.objective.describe()}",
        *_stylised_lines(frozen),
        *_reference_lines(report["references"]),
        *environment_lines(frozen),
        "",
        "## Held-out pictures",
        "",
        (
            "Edits are read here by the attribute network that guided the training, which flatters them; "
            "`fashion-studio evaluate amgan` asks an independent classifier. “Untouched” is what the picture "
            "without any edit reaches."
        ),
        "",
        *_figure_lines(report["splits"]["val"]),
        "",
        "## Course",
        "",
        *_course_lines(frozen),
    ]
    if recipe.sources:
        lines += ["", "## Sources", "", *(f"- {source}" for source in recipe.sources)]
    return "\n".join(lines) + "\n"


def _paired_lines(stepper: GanStepper) -> list[str]:
    if not stepper.paired_steps:
        return []
    done = min(stepper.done, stepper.paired_steps)
    return [
        (
            f"- The first {done:,} of these steps trained the generator alone on renderings whose true edit "
            "is known. This paired warm-up is the house's own, not AMGAN's."
        )
    ]


def _stylised_lines(frozen: FrozenRun) -> list[str]:
    recipe = frozen.recipe
    there = ", ".join(name for name in recipe.heads if name not in recipe.stylising.surface)
    return [f"{line} Copies are edited in {there} alone." for line in stylised_lines(recipe)]


def _reference_lines(counts: Mapping[str, int]) -> list[str]:
    total = sum(counts.values())
    if not total:
        return []
    shares = {name: count / total for name, count in counts.items()}
    return [
        (
            f"- References of the perceptual loss: {shares['exact']:.1%} agreed in all attributes, "
            f"{shares['fallback']:.1%} only in as many as any picture did, {shares['none']:.1%} had none."
        )
    ]


def _figure_lines(part: Mapping[str, Any]) -> list[str]:
    rows = [
        (name, f"{value:.4g}", f"{part['baseline'][name]:.4g}" if name in part["baseline"] else "–")
        for name, value in part["figures"].items()
    ]
    return [f"{part['photos']} pictures.", "", *markdown_table(("figure", "edited", "untouched"), rows)]


def _course_lines(frozen: FrozenRun) -> list[str]:
    rows = metrics_rows(frozen)
    if not rows:
        return ["No epoch was recorded."]
    names = ["epoch", "step", "seconds", "train.loss", "train.loss.discriminators", "val.mean.edit_accuracy"]
    step = max(1, len(rows) // _ROWS)
    shown = [row for place, row in enumerate(rows) if place % step == 0 or place == len(rows) - 1]
    return list(markdown_table(names, [[row.get(name, "") for name in names] for row in shown]))
