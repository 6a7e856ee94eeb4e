"""What becomes of SIGTERM while Lightning trains."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING

from lightning.pytorch.callbacks import Callback

if TYPE_CHECKING:
    import lightning

__all__ = ["OwnEnding"]


class OwnEnding(Callback):
    """Lets who listened to SIGTERM before Lightning go on listening alone, so that it cancels like Ctrl-C.

    Lightning would break off after the step or in the middle of a validation, without a checkpoint. Several
    processes need its handler, which ends the others. To be made before the fit begins.
    """

    def __init__(self) -> None:
        self._listens = threading.current_thread() is threading.main_thread()
        self._handler = signal.getsignal(signal.SIGTERM)

    def on_train_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """After Lightning has put its own there; at the end of the fit it restores what was."""
        del pl_module
        if self._listens and trainer.world_size == 1 and callable(self._handler):
            signal.signal(signal.SIGTERM, self._handler)
