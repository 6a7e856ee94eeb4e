"""What an adversarial run tells while it trains: the same kinds of events as the other trainings."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import psutil
from lightning.pytorch.loggers import TensorBoardLogger

from fashion_studio.learning.method_run import SHOWN_REFUSALS, device_title, tell_refused
from fashion_studio.learning.run_data import FEW
from fashion_studio.learning.run_tables import all_short, append_row, short
from fashion_studio.learning.run_watching import METRICS, STEP_EVENT_SECONDS, device_memory_mb

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.learning.amgan.material import GanMaterial
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.learning.amgan.stepping import GanStepper
    from fashion_studio.learning.phase_fit import Placing
    from fashion_studio.learning.run_folder import FrozenRun, Refusal
    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["GENERATOR", "GanReporter", "MeanTerms", "tell_pictures"]

GENERATOR: Final = "generator"
MONITOR: Final = "mean.edit_accuracy"
_FIRST_EVENT_STEP: Final = 5
_MEGABYTE: Final = 1 << 20


class MeanTerms:
    """Means of terms, each over the steps that had it: the generator has its terms in every fifth only."""

    def __init__(self, sums: Mapping[str, tuple[float, int]] | None = None) -> None:
        self.sums: dict[str, tuple[float, int]] = dict(sums or {})

    def add(self, terms: Mapping[str, float]) -> None:
        """Another step."""
        for name, value in terms.items():
            total, count = self.sums.get(name, (0.0, 0))
            self.sums[name] = (total + value, count + 1)

    def means(self) -> dict[str, float]:
        """By name."""
        return {name: total / count for name, (total, count) in self.sums.items()}


class GanReporter:
    """Step blocks, epochs, curves.

    Args:
        voice: whom to tell.
        run_dir: of the run.
        stepper: is looked at.
        plan: of the recipe.
        epochs: in all.
    """

    def __init__(
        self, voice: RunVoice, run_dir: Path, stepper: GanStepper, plan: GanPlan, epochs: int
    ) -> None:
        self._voice, self._run_dir, self._stepper = voice, run_dir, stepper
        self._plan, self._epochs, self._phase = plan, epochs, ""
        self._epoch, self._block = MeanTerms(), MeanTerms()
        self._writer: Any = None
        self._seconds_per_step = 0.0
        self._measuring_s = 0.0
        self._steps_here = self._block_steps = 0
        self._block_began = self._epoch_began = time.monotonic()
        self._last_generator = float("nan")

    def begin(self) -> None:
        """Starts the clocks."""
        self._block_began = self._epoch_began = time.monotonic()

    def tell_phase(self) -> None:
        """A phase begins, or goes on after a start."""
        stepper, phase = self._stepper, self._stepper.phase
        self._phase = phase.name
        self._voice.tell(
            "phase",
            phase=phase.name,
            number=stepper.phases.index(phase) + 1,
            epoch=stepper.done // self._plan.steps_per_epoch + 1,
            epochs=phase.epochs,
            trained_parameters=sum(p.numel() for p in stepper.networks.generator.parameters()),
        )

    def close(self) -> None:
        """Lets the curves' file go."""
        if self._writer is not None:
            self._writer.close()

    def add(self, terms: Mapping[str, Tensor]) -> None:
        """A step is done; says about every two seconds how it goes."""
        plain = {name: float(value) for name, value in terms.items()}
        self._epoch.add(plain)
        self._block.add(plain)
        self._block_steps += 1
        self._steps_here += 1
        self._last_generator = plain.get(GENERATOR, self._last_generator)
        seconds = time.monotonic() - self._block_began
        ends = self._stepper.done % self._plan.steps_per_epoch == 0
        if seconds >= STEP_EVENT_SECONDS or self._steps_here == _FIRST_EVENT_STEP or ends:
            self._tell_step(seconds)

    def end_epoch(self, figures: Mapping[str, float], baseline: Mapping[str, float]) -> None:
        """An epoch is done and measured."""
        epoch = self._stepper.done // self._plan.steps_per_epoch
        means = self._epoch.means()
        train = {f"loss.{name}": short(value) for name, value in means.items() if name != GENERATOR}
        if GENERATOR in means:
            train = {"loss": short(means[GENERATOR])} | train
        value = figures.get(MONITOR, 0.0)
        event: dict[str, Any] = {
            "epoch": epoch,
            "epochs": self._epochs,
            "phase": self._phase,
            "step": self._stepper.done,
            "seconds": round(time.monotonic() - self._epoch_began, 2),
            "train": train,
            "val": all_short(figures),
            "baseline": all_short(baseline),
            # the last weights are kept, not the best: no figure of a GAN in training says which those are
            "monitor": {
                "name": MONITOR,
                "value": short(value),
                "best": short(value),
                "best_epoch": epoch,
                "is_best": True,
            },
            "patience_left": None,
            "rates": self._rates(),
            "references": dict(self._stepper.references),
        }
        self._voice.tell("epoch", **event)
        append_row(self._run_dir / METRICS, event)
        for name, number in event["val"].items():
            self._curve(f"val/{name}", number)
        self._voice.log(_epoch_line(event))
        self._epoch = MeanTerms()
        now = time.monotonic()
        self._measuring_s = max(0.0, now - self._block_began)
        self._block_began = self._epoch_began = now

    def tell_run(
        self, frozen: FrozenRun, place: Placing, material: GanMaterial, loss: str, *, resumed: bool
    ) -> None:
        """The facts of a start."""
        recipe, networks, done = frozen.recipe, self._stepper.networks, self._stepper.done
        epoch = done // self._plan.steps_per_epoch
        size = sum(value.numel() for value in networks.generator.parameters())
        self._voice.tell(
            "run",
            recipe=recipe.name,
            variant=recipe.variant,
            title=recipe.title,
            method=self._plan.method,
            model_id=frozen.parameters["model_id"],
            seed=frozen.parameters["seed"],
            device=str(place.device),
            device_title=device_title(place.device),
            devices=1,
            nodes=1,
            precision=place.precision,
            batch_size=recipe.batch_size,
            epochs=recipe.epochs,
            phases=[{"name": phase.name, "epochs": phase.epochs} for phase in recipe.phases],
            steps_per_epoch=self._plan.steps_per_epoch,
            steps=self._stepper.steps,
            photos=material.counts(photos=True) | {"test": 0},
            renderings=material.counts(photos=False),
            heads={name: list(values) for name, values in self._plan.attributes.items()},
            parameters=size,
            trained_parameters=size,
            loss=loss,
            monitor=MONITOR,
            monitor_mode="max",
            resumed=resumed,
            epoch=epoch,
            step=done,
        )
        if place.changed:
            self._voice.notice("info", "precision", place.changed)
        if resumed:
            self._voice.notice("info", "resumed", f"Going on after epoch {epoch}, step {done}.")
        self._voice.log(f"“{recipe.title}” on {device_title(place.device)}, {place.precision}. {loss}")

    def state(self) -> dict[str, Any]:
        """The means of the epoch so far, for the checkpoint."""
        return {"epoch": {name: [total, count] for name, (total, count) in self._epoch.sums.items()}}

    def load_state(self, state: Mapping[str, Any]) -> None:
        """Takes the means up again."""
        self._epoch = MeanTerms({name: (float(v[0]), int(v[1])) for name, v in state["epoch"].items()})

    def _tell_step(self, seconds: float) -> None:
        done, per_epoch = self._stepper.done, self._plan.steps_per_epoch
        found = max(1e-9, seconds) / self._block_steps
        kept = self._seconds_per_step
        self._seconds_per_step = found if not kept else 0.7 * kept + 0.3 * found
        means = self._block.means()
        rest = per_epoch - (done - 1) % per_epoch - 1
        epoch_left = rest * self._seconds_per_step + self._measuring_s
        epoch = (done - 1) // per_epoch + 1
        whole = per_epoch * self._seconds_per_step + self._measuring_s
        terms = {name: short(value) for name, value in means.items() if name != GENERATOR}
        loss = means.get(GENERATOR, self._last_generator)
        # before the generator's first step there is only the discriminators' loss to tell
        shown = loss if loss == loss else means["discriminators"]  # noqa: PLR0124 - NaN is not itself
        self._voice.tell(
            "step",
            epoch=epoch,
            phase=self._phase,
            step=done,
            steps=self._stepper.steps,
            loss=short(shown),
            terms=terms,
            rates=self._rates(),
            photos_per_s=short(self._stepper.drawer.batch_size / found),
            seconds_per_step=short(self._seconds_per_step),
            waiting_share=0.0,
            memory_mb=round(psutil.Process().memory_info().rss / _MEGABYTE),
            device_memory_mb=device_memory_mb(self._stepper.device),
            epoch_left_s=round(epoch_left, 1),
            left_s=round(epoch_left + whole * (self._epochs - epoch), 1),
            seconds_per_epoch=round(whole, 1),
        )
        self._voice.progress(done, self._stepper.steps, f"Epoch {epoch} of {self._epochs}, loss {shown:.4g}")
        for name, value in ({"loss": short(shown)} | terms).items():
            self._curve(f"train/{name}", value)
        self._block, self._block_steps = MeanTerms(), 0
        self._block_began = time.monotonic()

    def _curve(self, name: str, value: float) -> None:
        if self._writer is None:
            self._writer = TensorBoardLogger(self._run_dir, name="tensorboard", version="").experiment
        self._writer.add_scalar(name, value, self._stepper.done)

    def _rates(self) -> dict[str, float]:
        return {"generator": self._stepper.rate, "discriminators": self._stepper.rate}


def tell_pictures(material: GanMaterial, plan: GanPlan, refused: Sequence[Refusal], voice: RunVoice) -> None:
    """What is trained on, photos and renderings together, with a notice for what is rare or refused."""
    counts = {
        name: {
            value: [int((part.codes[:, at] == k).sum()) for part in (material.training, material.held)] + [0]
            for k, value in enumerate(values)
        }
        for at, (name, values) in enumerate(plan.attributes.items())
    }
    rare = {name: [v for v, n in values.items() if n[0] < FEW] for name, values in counts.items()}
    warnings = [
        f"{name.replace('_', ' ').capitalize()}: fewer than {FEW} training pictures of {', '.join(values)}."
        for name, values in rare.items()
        if values
    ]
    named = [{"file": entry.file, "reason": entry.reason} for entry in refused[:SHOWN_REFUSALS]]
    voice.tell("data", counts=counts, refused=len(refused), refused_files=named, warnings=warnings)
    for sentence in warnings:
        voice.notice("warning", "rare_class", sentence)
    tell_refused(refused, voice)


def _epoch_line(event: Mapping[str, Any]) -> str:
    train, val = event["train"], event["val"]
    told = {
        "generator": train.get("loss"),
        "discriminators": train.get("loss.discriminators"),  # none in the paired warm-up
        "edits read as wanted (by the guiding network)": val.get(MONITOR),
    }
    figures = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
    return f"Epoch {event['epoch']} of {event['epochs']}: {figures}"
