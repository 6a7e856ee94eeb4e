"""The story of a training as its events tell it: curves, figures, examples, notices. No Qt, no torch.

A story is told line by line and may be read at any time. Kinds and fields that it does not know are passed
over, so that runs of newer and of other programs can be looked at.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from fashion_studio.jobs.events import Event

__all__ = ["EpochPoint", "Example", "ExampleSaying", "Notice", "RunStory", "SampleSheet", "StepPoint"]

_KEPT_STEPS: Final = 4000
_KINDS: Final = frozenset(
    {
        "run",
        "data",
        "phase",
        "step",
        "epoch",
        "examples",
        "samples",
        "notice",
        "checkpoint",
        "calibration",
        "evaluation",
        "base_evaluation",
        "finished",
        "ended",
    }
)


@dataclass(frozen=True, slots=True)
class StepPoint:
    """A block of optimiser steps: `step` counts through the run, `loss` is the block's mean."""

    step: int
    epoch: int
    loss: float


@dataclass(frozen=True, slots=True)
class EpochPoint:
    """An epoch's figures by name; `best` says whether it is the best so far."""

    epoch: int
    phase: str
    seconds: float
    train: Mapping[str, float]
    val: Mapping[str, float]
    baseline: Mapping[str, float]
    monitor: str
    best: bool


@dataclass(frozen=True, slots=True)
class ExampleSaying:
    """What the model said after an epoch: attribute to (value, confidence), the surest first."""

    epoch: int
    top: Mapping[str, tuple[tuple[str, float], ...]]


@dataclass(slots=True)
class Example:
    """A validation photo that is asked again after every epoch.

    Attributes:
        truth: attribute to a person's values, none where the attribute does not apply.
        sayings: by epoch, ascending.
    """

    file: str
    truth: dict[str, tuple[str, ...]]
    sayings: list[ExampleSaying] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """Edits that a training of an editor drew after a step; `file` is the path in the run folder."""

    step: int
    epoch: int
    file: str


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to know: `level` is "info" or "warning"."""

    at: float
    level: str
    code: str
    text: str


@dataclass(slots=True)
class RunStory:
    """All that has been told so far.

    Attributes:
        run: the last start's facts (`run` event): recipe, device, epochs, steps, heads and so on.
        data: what is trained on (`data` event).
        steps: step points, thinned to every second when there are too many.
        now: the last step block's own fields: rates, photos per second, time left.
        evaluations: split to the fields of its `evaluation`.
        base_evaluations: split to the fields of its `base_evaluation`: the model that it went on from.
        finished: fields of `finished`, empty before.
        told: events taken so far.
    """

    run: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    phase: str = ""
    steps: list[StepPoint] = field(default_factory=list)
    now: dict[str, Any] = field(default_factory=dict)
    epochs: dict[int, EpochPoint] = field(default_factory=dict)
    examples: dict[str, Example] = field(default_factory=dict)
    samples: list[SampleSheet] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    calibration: dict[str, Any] = field(default_factory=dict)
    evaluations: dict[str, dict[str, Any]] = field(default_factory=dict)
    base_evaluations: dict[str, dict[str, Any]] = field(default_factory=dict)
    checkpoint: dict[str, Any] = field(default_factory=dict)
    finished: dict[str, Any] = field(default_factory=dict)
    ended: dict[str, Any] = field(default_factory=dict)
    told: int = 0

    def take(self, events: Iterable[Event]) -> bool:
        """Takes events in, in order. Returns whether there were any."""
        count = 0
        for event in events:
            if event.kind in _KINDS:
                try:
                    getattr(self, f"_tell_{event.kind}")(event)
                except (KeyError, TypeError, ValueError, AttributeError):
                    continue  # a line of a newer program, or damaged: the rest of the story holds
            count += 1
        self.told += count
        return count > 0

    @property
    def epoch(self) -> int:
        """The epoch under way, or the last one; 0 before the first."""
        last = max(self.epochs, default=0)
        return max(last, int(self.now.get("epoch", 0)))

    @property
    def planned_epochs(self) -> int:
        """Of the recipe; 0 before it is known."""
        return int(self.run.get("epochs", 0))

    @property
    def best(self) -> EpochPoint | None:
        """The epoch whose weights become the model; None before the first."""
        marked = [point for point in self.epochs.values() if point.best]
        return max(marked, key=lambda point: point.epoch) if marked else None

    @property
    def edits(self) -> bool:
        """Whether it is the training of an editor: generator against discriminators."""
        return "method" in self.run

    @property
    def latest(self) -> EpochPoint | None:
        """The last whole epoch."""
        return self.epochs[max(self.epochs)] if self.epochs else None

    @property
    def share(self) -> float | None:
        """How much of the planned steps is done, 0 to 1; None before it is known."""
        total = int(self.run.get("steps", 0))
        if self.finished:
            return 1.0
        done = max((int(self.now.get("step", 0)), int(self.run.get("step", 0))), default=0)
        return min(1.0, done / total) if total else None

    def series(self, name: str, part: str = "val") -> tuple[list[int], list[float]]:
        """Epochs and values of a figure of `train`, `val` or `baseline`, where it is known and finite."""
        xs, ys = [], []
        for epoch in sorted(self.epochs):
            value = getattr(self.epochs[epoch], part).get(name)
            if value is not None and math.isfinite(value):
                xs.append(epoch)
                ys.append(float(value))
        return xs, ys

    def counts(self) -> dict[str, dict[str, tuple[int, int, int]]]:
        """Attribute to value to (train, val, test) photos."""
        return {
            name: {value: (int(n[0]), int(n[1]), int(n[2])) for value, n in values.items()}
            for name, values in self.data.get("counts", {}).items()
        }

    # ------------------------------------------------------------ tellers

    def _tell_run(self, event: Event) -> None:
        self.run = dict(event.data)
        self.ended, self.finished = {}, {}
        done = int(event.data.get("epoch", 0))
        # What was done again after a crash replaces what was told before it.
        self.epochs = {epoch: point for epoch, point in self.epochs.items() if epoch <= done}
        step = int(event.data.get("step", 0))
        self.steps = [point for point in self.steps if point.step <= step]
        self.samples = [sheet for sheet in self.samples if sheet.step <= step]
        self.now = {}

    def _tell_data(self, event: Event) -> None:
        self.data = dict(event.data)

    def _tell_phase(self, event: Event) -> None:
        self.phase = str(event.data["phase"])

    def _tell_step(self, event: Event) -> None:
        self.now = dict(event.data)
        loss = float(event.data["loss"])
        if math.isfinite(loss):
            self.steps.append(StepPoint(int(event.data["step"]), int(event.data["epoch"]), loss))
        if len(self.steps) > _KEPT_STEPS:
            self.steps = self.steps[::2]

    def _tell_epoch(self, event: Event) -> None:
        data = event.data
        monitor = data.get("monitor", {})
        epoch = int(data["epoch"])
        self.epochs[epoch] = EpochPoint(
            epoch,
            str(data.get("phase", "")),
            float(data.get("seconds", 0.0)),
            _figures(data.get("train", {})),
            _figures(data.get("val", {})),
            _figures(data.get("baseline", {})),
            str(monitor.get("name", "")),
            bool(monitor.get("is_best", False)),
        )

    def _tell_examples(self, event: Event) -> None:
        epoch = int(event.data["epoch"])
        for photo in event.data["photos"]:
            truth = {name: tuple(values or ()) for name, values in photo.get("truth", {}).items()}
            example = self.examples.setdefault(photo["file"], Example(photo["file"], truth))
            top = {
                name: tuple((str(value), float(sure)) for value, sure in said)
                for name, said in photo["top"].items()
            }
            example.sayings = [old for old in example.sayings if old.epoch < epoch]
            example.sayings.append(ExampleSaying(epoch, top))

    def _tell_samples(self, event: Event) -> None:
        data = event.data
        sheet = SampleSheet(int(data["step"]), int(data["epoch"]), str(data["file"]))
        self.samples = [*(old for old in self.samples if old.step < sheet.step), sheet]

    def _tell_notice(self, event: Event) -> None:
        data = event.data
        notice = Notice(
            event.at, str(data.get("level", "info")), str(data.get("code", "")), str(data["text"])
        )
        self.notices.append(notice)

    def _tell_checkpoint(self, event: Event) -> None:
        self.checkpoint = dict(event.data)

    def _tell_calibration(self, event: Event) -> None:
        self.calibration = dict(event.data)

    def _tell_evaluation(self, event: Event) -> None:
        self.evaluations[str(event.data["split"])] = dict(event.data)

    def _tell_base_evaluation(self, event: Event) -> None:
        self.base_evaluations[str(event.data["split"])] = dict(event.data)

    def _tell_finished(self, event: Event) -> None:
        self.finished = {"at": event.at, **event.data}

    def _tell_ended(self, event: Event) -> None:
        self.ended = {"at": event.at, **event.data}


def _figures(found: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in found.items() if isinstance(value, (int, float))}
