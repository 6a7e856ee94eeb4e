"""What a run tells while it trains: step blocks, epochs, example photos, TensorBoard curves."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, cast

import psutil
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping

from fashion_studio.learning.fitting import MethodModule
from fashion_studio.learning.keeping import best_so_far
from fashion_studio.learning.run_tables import all_short, append_row, fixed_examples, short, shown_examples

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    import lightning

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["METRICS", "STEP_EVENT_SECONDS", "Reporter", "device_memory_mb"]

METRICS: Final = "metrics.csv"
STEP_EVENT_SECONDS: Final = 2.0
_FIRST_EVENT_STEP: Final = 5
_MEGABYTE: Final = 1 << 20


class Reporter(Callback):
    """Step blocks, epochs and examples as events, rows and TensorBoard curves."""

    def __init__(
        self,
        voice: RunVoice,
        run_dir: Path,
        *,
        epochs: int,
        steps: int,
        training: Sequence[DataListPhoto],
        validation: Sequence[DataListPhoto],
    ) -> None:
        """`epochs` and `steps` are those of all phases."""
        self.voice, self.run_dir = voice, run_dir
        self.total_epochs, self.total_steps = epochs, steps
        self.training, self.validation = training, validation
        self.examples = fixed_examples(validation)
        self.seconds_per_step: float | None = None
        self.validation_seconds = 0.0
        self._named: set[int] = set()
        self._epoch_began = self._validation_began = self._block_began = 0.0
        self._batch_ended = self._waited = 0.0
        self._block_steps = self._photos = self._steps_here = 0

    # -- steps -------------------------------------------------------------------------------------------

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Starts the clocks."""
        del trainer, pl_module
        self._epoch_began = self._block_began = self._batch_ended = time.monotonic()

    def on_train_epoch_start(self, *_: Any) -> None:
        """The epoch's clock."""
        self._epoch_began = self._block_began = self._batch_ended = time.monotonic()

    def on_train_batch_start(self, *_: Any) -> None:
        """How long the photos were waited for."""
        self._waited += time.monotonic() - self._batch_ended

    def on_train_batch_end(
        self,
        trainer: lightning.Trainer,
        pl_module: lightning.LightningModule,
        outputs: Any,
        batch: Any,
        batch_idx: int,
    ) -> None:
        """Tells about every two seconds how it goes."""
        del outputs
        if not isinstance(pl_module, MethodModule):
            return
        now = self._batch_ended = time.monotonic()
        self._block_steps += 1
        self._steps_here += 1
        self._photos += len(batch) * trainer.world_size
        last = batch_idx + 1 >= pl_module.place.steps_per_epoch
        if self._steps_here == 1 and not last:  # the first step warms up and says nothing about the others
            self._begin_block(now)
            return
        due = now - self._block_began >= STEP_EVENT_SECONDS or self._steps_here == _FIRST_EVENT_STEP
        if due or last:
            self._tell_step(pl_module, batch_idx + 1)

    def _begin_block(self, now: float) -> None:
        self._block_began, self._waited, self._block_steps, self._photos = now, 0.0, 0, 0

    def _tell_step(self, module: MethodModule, steps_in_epoch: int) -> None:
        terms = module.block_terms()  # on a GPU this waits for the work to be done, so the clock is right
        now = time.monotonic()
        seconds = max(1e-9, now - self._block_began)
        found = seconds / self._block_steps
        kept = self.seconds_per_step
        self.seconds_per_step = found if kept is None else 0.7 * kept + 0.3 * found
        rest = module.place.steps_per_epoch - steps_in_epoch
        per_epoch = self.seconds_per_step * module.place.steps_per_epoch + self.validation_seconds
        epoch_left = self.seconds_per_step * rest + self.validation_seconds
        loss = terms.pop("loss")
        self.voice.tell(
            "step",
            epoch=module.epoch + 1,
            phase=module.place.phase.name,
            step=module.step,
            steps=self.total_steps,
            loss=short(loss),
            terms={name: short(value) for name, value in terms.items()},
            rates=module.rates(),
            photos_per_s=short(self._photos / seconds),
            seconds_per_step=short(self.seconds_per_step),
            waiting_share=round(min(1.0, self._waited / seconds), 3),
            memory_mb=round(psutil.Process().memory_info().rss / _MEGABYTE),
            device_memory_mb=device_memory_mb(module.device),
            epoch_left_s=round(epoch_left, 1),
            left_s=round(epoch_left + per_epoch * (self.total_epochs - module.epoch - 1), 1),
            seconds_per_epoch=round(per_epoch, 1),
        )
        self.voice.progress(
            module.step,
            self.total_steps,
            f"Epoch {module.epoch + 1} of {self.total_epochs}, loss {loss:.4g}",
        )
        self._curve(module, {"train/loss": loss} | {f"train/{name}": value for name, value in terms.items()})
        self._begin_block(time.monotonic())

    # -- epochs ------------------------------------------------------------------------------------------

    def on_validation_epoch_start(self, *_: Any) -> None:
        """The validation's clock."""
        self._validation_began = time.monotonic()

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Tells the epoch, after its photos were measured and the stopping was decided."""
        if not isinstance(pl_module, MethodModule) or pl_module.scores is None:
            return
        self.validation_seconds = time.monotonic() - self._validation_began
        best = best_so_far(self.run_dir, pl_module)
        value = pl_module.monitored()
        patience = next((c for c in cast("Any", trainer).callbacks if isinstance(c, EarlyStopping)), None)
        event: dict[str, Any] = {
            "epoch": pl_module.epoch + 1,
            "epochs": self.total_epochs,
            "phase": pl_module.place.phase.name,
            "step": pl_module.step,
            "seconds": round(time.monotonic() - self._epoch_began, 2),
            "train": {
                name if name == "loss" else f"loss.{name}": short(v)
                for name, v in pl_module.mean_terms().items()
                if name != "not_finite"
            },
            "val": {"loss": short(pl_module.validation_loss)} | all_short(pl_module.scores.figures),
            "baseline": all_short(pl_module.scores.baseline),
            "monitor": {
                "name": pl_module.recipe.monitor,
                "value": short(value),
                "best": short(best.value),
                "best_epoch": best.epoch,
                "is_best": best.epoch == pl_module.epoch + 1,
            },
            "patience_left": None if patience is None else patience.patience - patience.wait_count,
            "rates": pl_module.rates(),
        }
        self.voice.tell("epoch", **event)
        append_row(self.run_dir / METRICS, event)
        self.voice.tell(
            "examples",
            epoch=event["epoch"],
            photos=shown_examples(pl_module.book, pl_module.vocabulary, self.validation, self.examples),
        )
        self.voice.log(_epoch_line(event))
        self._curve(pl_module, {f"val/{name}": value for name, value in event["val"].items()})
        self._name_unreadable(pl_module)

    def _name_unreadable(self, module: MethodModule) -> None:
        for place in sorted(module.unreadable - self._named):
            self._named.add(place)
            photo = self.training[place].file
            text = f"{photo} could not be decoded; it is trained without it."
            self.voice.notice("warning", "refused_photos", text)

    def _curve(self, module: MethodModule, figures: Mapping[str, float]) -> None:
        logger: Any = module.logger
        if logger is None:
            return
        for name, value in figures.items():
            logger.experiment.add_scalar(name, value, module.step)


def _epoch_line(event: Mapping[str, Any]) -> str:
    monitor = event["monitor"]
    words = (
        " (best so far)" if monitor["is_best"] else f" (best {monitor['best']} in {monitor['best_epoch']})"
    )
    return (
        f"Epoch {event['epoch']} of {event['epochs']}: loss {event['train'].get('loss', float('nan'))}, "
        f"validation loss {event['val']['loss']}, {monitor['name']} {monitor['value']}{words}"
    )


def device_memory_mb(device: torch.device) -> int:
    """Most memory taken of a CUDA device so far, in MB; 0 on others."""
    return round(torch.cuda.max_memory_allocated(device) / _MEGABYTE) if device.type == "cuda" else 0
