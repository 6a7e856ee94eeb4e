"""What a run keeps while it trains: the state to go on from and the best epoch's weights."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from lightning.pytorch.callbacks import Checkpoint

from fashion_studio.domain.errors import Cancelled
from fashion_studio.learning.checkpoints import BEST, BEST_NOTE, FOLDER, LAST, save_weights, written_whole
from fashion_studio.learning.fitting import MethodModule

if TYPE_CHECKING:
    from pathlib import Path

    import lightning

    from fashion_studio.learning.run_voice import RunVoice

__all__ = ["BestNote", "Keeper", "best_so_far", "read_best"]

CHECKPOINT_SECONDS: Final = 600.0
_ASK_EVERY_STEPS: Final = 10


class Keeper(Checkpoint):
    """Checkpoints: the last one to go on from, the best epoch's weights; and the stop that was asked for."""

    def __init__(self, voice: RunVoice, run_dir: Path) -> None:
        self.voice, self.run_dir = voice, run_dir
        self._saved = time.monotonic()

    def on_train_batch_start(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: Any
    ) -> None:
        """Between two steps: ends on request, and keeps the state every ten minutes.

        Raises:
            Cancelled: the person asked for it; the checkpoint is written.
        """
        if not isinstance(pl_module, MethodModule):
            return
        stop = self._asked_to_stop(trainer, pl_module)
        if stop or time.monotonic() - self._saved > CHECKPOINT_SECONDS:
            self.keep(trainer, pl_module)
        if stop:
            msg = "The training was cancelled; start it again in the same folder to go on."
            raise Cancelled(msg)

    def _asked_to_stop(self, trainer: lightning.Trainer, module: MethodModule) -> bool:
        if trainer.world_size == 1:
            return self.voice.should_stop()
        if module.step % _ASK_EVERY_STEPS:  # all processes have to agree, which costs a message
            return False
        asked = trainer.is_global_zero and self.voice.should_stop()
        return bool(trainer.strategy.broadcast(asked))

    def on_validation_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Keeps the best epoch's weights."""
        if not isinstance(pl_module, MethodModule) or not trainer.is_global_zero:
            return
        before = read_best(self.run_dir)
        value = pl_module.monitored()
        if before is not None and before.phase != pl_module.place.number:
            before = None
        if before is not None and not _better(value, before.value, pl_module.recipe.monitor_mode):
            return
        epoch = pl_module.epoch + 1
        pl_module.check_weights()
        folder = self.run_dir / FOLDER
        save_weights(folder / BEST, pl_module.kept.state_dict(), "The best epoch's weights")
        note = {
            "epoch": epoch,
            "monitor": pl_module.recipe.monitor,
            "value": value,
            "phase": pl_module.place.number,
        }
        written_whole(
            folder / BEST_NOTE, lambda path: path.write_text(json.dumps(note)), "The best epoch's note"
        )
        self.voice.tell("checkpoint", epoch=epoch, step=pl_module.step, file=f"{FOLDER}/{BEST}", best=True)

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Keeps the state at the end of each epoch."""
        if isinstance(pl_module, MethodModule):
            self.keep(trainer, pl_module)

    def keep(self, trainer: lightning.Trainer, module: MethodModule) -> None:
        """Writes the checkpoint that the run goes on from; all processes call it together.

        Raises:
            LossNotFinite: the weights are spoilt; the older checkpoint stays.
            EnvironmentProblem: the disk does not take it; the older one stays.
        """
        module.check_weights()
        trainer.save_checkpoint(self.run_dir / FOLDER / LAST)
        self._saved = time.monotonic()
        if trainer.is_global_zero:
            self.voice.tell(
                "checkpoint", epoch=module.epochs_done, step=module.step, file=f"{FOLDER}/{LAST}", best=False
            )


@dataclass(frozen=True, slots=True)
class BestNote:
    """The best epoch so far: see `checkpoints/best.json`."""

    epoch: int
    value: float
    phase: int


def read_best(run_dir: Path) -> BestNote | None:
    """The best epoch so far; None before the first."""
    try:
        note = json.loads((run_dir / FOLDER / BEST_NOTE).read_text(encoding="utf-8"))
        return BestNote(int(note["epoch"]), float(note["value"]), int(note["phase"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def best_so_far(run_dir: Path, module: MethodModule) -> BestNote:
    """The best epoch with the one just measured, whether its weights are written yet or not."""
    here = BestNote(module.epoch + 1, module.monitored(), module.place.number)
    before = read_best(run_dir)
    if before is None or before.phase != here.phase:
        return here
    return here if _better(here.value, before.value, module.recipe.monitor_mode) else before


def _better(value: float, than: float, mode: str) -> bool:
    return value > than if mode == "max" else value < than
