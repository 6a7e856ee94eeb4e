"""How runs and figures are said: names, numbers, times, icons of states."""

from __future__ import annotations

import math
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = [
    "PHASE_ICONS",
    "PHASE_WORDS",
    "change_text",
    "duration_text",
    "figure_text",
    "figure_title",
    "is_gain",
    "main_figures",
    "when_text",
]

PHASE_ICONS: Final[dict[str, tuple[str, str]]] = {
    "prepared": ("circle-dashed", "text3"),
    "queued": ("clock", "text3"),
    "starting": ("circle-play", "accent"),
    "running": ("circle-play", "accent"),
    "paused": ("pause", "text2"),
    "finished": ("circle-check", "agree"),
    "cancelled": ("circle-slash", "text3"),
    "failed": ("triangle-alert", "danger"),
    "interrupted": ("triangle-alert", "disagree"),
}

PHASE_WORDS: Final[dict[str, str]] = {
    "prepared": "Prepared",
    "queued": "Queued",
    "starting": "Preparing",
    "running": "Running",
    "paused": "Paused",
    "finished": "Finished",
    "cancelled": "Cancelled",
    "failed": "Failed",
    "interrupted": "Interrupted",
}

_KINDS: Final[dict[str, str]] = {
    "top1": "top-1",
    "top3": "top-3",
    "top5": "top-5",
    "macro_recall": "macro recall",
    "acsa": "ACSA",
    "ece": "calibration error",
    "recall_at_3": "recall at 3",
    "recall_at_5": "recall at 5",
    "macro_recall_at_3": "macro recall at 3",
    "macro_recall_at_5": "macro recall at 5",
    "main_top1": "main value top-1",
    "ne": "NE",
    "ne_argmax": "NE, highest cell",
    "pck_0.05": "PCK at 0.05",
    "pck_0.1": "PCK at 0.1",
    "accuracy": "accuracy",
    "iou": "IoU",
    "edit_accuracy": "edits as wanted",
}
_WHOLE: Final[dict[str, str]] = {
    "loss": "Loss",
    "category.ece": "Calibration error",
    "mean.edit_accuracy": "Edits read as wanted",
    "kept.agreement": "Other attributes kept",
    "background.change": "Change outside garment",
    "cycle.error": "Cycle error",
    "mask.mean": "Mask, mean",
}
_LESS_IS_BETTER: Final = ("ece", "ne", "ne_argmax", "loss", "absent", "change", "error")
_PLAIN: Final = ("ece", "ne", "ne_argmax", "loss", "error")
_SILENT: Final = ("n", "absent", "loss", "majority")
_ORDER: Final = (
    "mean.edit_accuracy",
    "kept.agreement",
    "background.change",
    "category.top1",
    "category.macro_recall",
    "mean.top1",
    "mean.macro_recall",
    "colors.main_top1",
    "all.recall_at_3",
    "landmarks.ne",
    "visibility.accuracy",
    "category.ece",
)


def figure_title(name: str, vocabulary: Vocabulary | None = None) -> str:
    """Turns "category.top1" into "Category top-1"."""
    if name in _WHOLE:
        return _WHOLE[name]
    head, _, kind = name.partition(".")
    if vocabulary is not None and vocabulary.has(head):
        title = vocabulary.attribute(head).title
    else:
        title = {"mean": "Mean", "all": "All tags,"}.get(head, head.replace("_", " ").capitalize())
    return f"{title} {_KINDS.get(kind, kind.replace('_', ' '))}".strip()


def figure_text(name: str, value: float | None) -> str:
    """A share in per cent with one decimal, an error or loss as it is; a dash where there is none."""
    if value is None or not math.isfinite(value):
        return "–"
    kind = name.rpartition(".")[2]
    if kind in _PLAIN:
        return f"{value:.3f}"
    return f"{100 * value:.1f}" if 0 <= value <= 1 else f"{value:,.4g}"


def change_text(name: str, before: float | None, after: float | None) -> str:
    """The difference with its sign, in the figure's own unit."""
    if before is None or after is None:
        return "–"
    kind = name.rpartition(".")[2]
    step = after - before
    text = f"{step:+.3f}" if kind in _PLAIN else f"{100 * step:+.1f}"
    return text.replace("-", "−")


def is_gain(name: str, before: float | None, after: float | None) -> bool | None:
    """Whether a change is for the better; None where there is none to speak of."""
    if before is None or after is None or abs(after - before) < 5e-4:
        return None
    less = name.rpartition(".")[2] in _LESS_IS_BETTER
    return (after < before) if less else (after > before)


def main_figures(figures: Sequence[str] | Mapping[str, Any], limit: int = 8) -> list[str]:
    """The figures to show first: those that every method is known by, then the others' top-1."""
    figures = [name for name in figures if name.rpartition(".")[2] not in _SILENT]
    known = [name for name in _ORDER if name in figures]
    rest = [name for name in figures if name not in known and name.endswith((".top1", ".main_top1"))]
    other = [name for name in figures if name not in known and name not in rest]
    return [*known, *rest, *other][:limit]


def duration_text(seconds: float) -> str:
    """A few words: "48 s", "9 min", "2 h 10 min"."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    return f"{minutes // 60} h {minutes % 60:02d} min"


def when_text(at: datetime, now: datetime | None = None) -> str:
    """The clock of today, the weekday of the last days, else the date."""
    now = now or datetime.now().astimezone()
    days = (now.date() - at.date()).days
    if days == 0:
        return at.strftime("%H:%M")
    return at.strftime("%a %H:%M") if 0 < days < 7 else at.strftime("%Y-%m-%d")
