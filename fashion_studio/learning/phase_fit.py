"""One phase of a run under Lightning's Trainer: devices, precision, loaders, logging, stopping."""

from __future__ import annotations

import logging
import os
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import lightning
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping
from lightning.pytorch.loggers import TensorBoardLogger
from lightning.pytorch.utilities.exceptions import SIGTERMException

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.learning.checkpoints import WholeCheckpointIO
from fashion_studio.learning.fitting import MONITOR, MethodModule
from fashion_studio.learning.freed_memory import keep_freed_memory
from fashion_studio.learning.keeping import Keeper
from fashion_studio.learning.outside_ending import OwnEnding
from fashion_studio.learning.photo_batches import EpochOrder, epoch_loader, plain_loader

if TYPE_CHECKING:
    from pathlib import Path

    from torch.utils.data import DataLoader

    from fashion_studio.learning.method_recipe import MethodRecipe
    from fashion_studio.learning.photo_batches import PhotoBatch, PhotoViews
    from fashion_studio.learning.run_watching import Reporter

__all__ = ["Placing", "device_kind", "fit_phase", "placing"]

_MOST_LOADERS: Final = 8
_ENDED: Final = "The training was ended from outside; start it again in the same folder to go on."


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a run computes.

    Attributes:
        accelerator, devices: as Lightning's Trainer takes them; `devices` per machine.
        nodes: machines.
        device: the first of this process, for what is not Lightning's work.
        precision: Lightning's word; `changed` says why it is not the recipe's, or "".
        loaders: processes that prepare photos ahead.
    """

    accelerator: str
    devices: int | list[int]
    nodes: int
    device: torch.device
    precision: Any
    changed: str
    loaders: int

    @property
    def processes(self) -> int:
        """That train together."""
        return (self.devices if isinstance(self.devices, int) else len(self.devices)) * self.nodes


def placing(device: str, devices: int, nodes: int, recipe: MethodRecipe, loaders: int | None) -> Placing:
    """Turns what was asked for into what there is.

    Args:
        device: "auto", "cpu", "cuda", "cuda:1" or "mps".
        devices: per machine; on a CPU so many processes.
        nodes: machines.
        recipe: its precision is changed where the device does not have it.
        loaders: None takes what suits the device.

    Raises:
        EnvironmentProblem: the device is not there.
        UserError: no such device.
    """
    kind = device_kind(device)
    number: int | list[int] = devices
    if ":" in device and devices == 1:
        number = [int(device.partition(":")[2])]
    precision, changed = recipe.precision, ""
    if kind != "cuda" and precision == "16-mixed":
        precision = "32-true"
        changed = "Half precision needs a CUDA device; this run computes in 32-bit precision."
    elif kind == "mps" and precision == "bf16-mixed":
        precision = "32-true"
        changed = "This device computes in 32-bit precision."
    if loaders is None:
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        loaders = min(_MOST_LOADERS, max(1, cores // devices - 1)) if kind == "cuda" else 0
    own = f"cuda:{number[0]}" if isinstance(number, list) else kind
    accelerator = {"cuda": "gpu"}.get(kind, kind)
    return Placing(accelerator, number, nodes, torch.device(own), precision, changed, loaders)


def fit_phase(
    module: MethodModule,
    views: tuple[PhotoViews, PhotoViews],
    place: Placing,
    *,
    order: EpochOrder,
    reporter: Reporter,
    checkpoint: Path | None,
    is_last: bool,
) -> None:
    """Trains a phase to its end, or from a checkpoint on.

    Args:
        module: the phase's.
        views: of the photos for training and validation.
        place: where.
        order: of the training photos.
        reporter: lives through all phases; knows the run folder and whom to tell.
        checkpoint: of this phase, to go on from.
        is_last: only the last phase stops early.

    Raises:
        Cancelled: on request; the checkpoint is written.
        LossNotFinite: the loss is; the last checkpoint is good.
        EnvironmentProblem: memory or disk are full.
    """
    keep_freed_memory()
    recipe, run_dir, voice = module.recipe, reporter.run_dir, reporter.voice
    callbacks: list[Callback] = [_NextEpoch(order), OwnEnding()]
    stopping = recipe.early_stopping if is_last else None
    if stopping is not None:
        callbacks.append(
            EarlyStopping(
                MONITOR,
                min_delta=stopping.min_delta,
                patience=stopping.patience,
                mode=recipe.monitor_mode,
                check_on_train_epoch_end=False,
            )
        )
    callbacks += [reporter, Keeper(voice, run_dir)]
    logger = TensorBoardLogger(run_dir, name="tensorboard", version="")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Lightning advises on loaders and folders, and torch on its own internals: not the person's business
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(
            accelerator=place.accelerator,
            devices=place.devices,
            num_nodes=place.nodes,
            strategy="ddp_find_unused_parameters_true" if place.processes > 1 else "auto",
            precision=place.precision,
            benchmark=place.device.type == "cuda",
            max_epochs=module.place.phase.epochs,
            callbacks=callbacks,
            logger=logger,
            plugins=[WholeCheckpointIO()],
            log_every_n_steps=1_000_000,
            num_sanity_val_steps=0,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            default_root_dir=run_dir,
        )
        loaders = _Loaders(module, views, order, place)
        try:
            trainer.fit(module, datamodule=loaders, ckpt_path=None if checkpoint is None else str(checkpoint))
        except SIGTERMException as error:  # nobody of ours listened, or several processes train together
            raise Cancelled(_ENDED) from error
    if trainer.should_stop and module.epochs_done < module.place.first_epoch + module.place.phase.epochs:
        voice.notice(
            "info",
            "early_stop",
            f"Stopped early after epoch {module.epochs_done}: {stopping.patience if stopping else 0} epochs "
            "without a better one.",
        )


class _Loaders(lightning.LightningDataModule):
    """The loaders; training begins where the step counter stands."""

    def __init__(
        self, module: MethodModule, views: tuple[PhotoViews, PhotoViews], order: EpochOrder, place: Placing
    ) -> None:
        super().__init__()
        self._module, self._views, self._order, self._place = module, views, order, place

    def train_dataloader(self) -> DataLoader[PhotoBatch]:
        """From the first batch that is not done yet."""
        trainer = self._module.trainer
        epoch, start = divmod(int(trainer.global_step), self._module.place.steps_per_epoch)
        self._order.rank = trainer.global_rank
        self._order.at(self._module.place.first_epoch + epoch, start)
        return epoch_loader(
            self._views[0], self._order, self._place.loaders, pin=self._place.device.type == "cuda"
        )

    def val_dataloader(self) -> DataLoader[PhotoBatch]:
        """All validation photos, in every process: so each can decide by the same figures."""
        size = max(1, self._module.recipe.batch_size // self._place.processes)
        return plain_loader(self._views[1], size, self._place.loaders)


class _NextEpoch(Callback):
    """Tells the order which epoch begins."""

    def __init__(self, order: EpochOrder) -> None:
        self._order = order

    def on_train_epoch_start(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """From the first batch on."""
        del trainer
        if isinstance(pl_module, MethodModule):
            self._order.at(pl_module.epoch)


def device_kind(device: str) -> str:
    """What "auto", "cpu", "cuda", "cuda:1" or "mps" is on this machine: "cpu", "cuda" or "mps".

    Raises:
        EnvironmentProblem: the device is not there.
        UserError: no such device.
    """
    if device == "auto":
        if torch.cuda.is_available():
            return "cuda"
        return "mps" if torch.backends.mps.is_available() else "cpu"
    kind = device.partition(":")[0]
    if kind not in {"cpu", "cuda", "mps"}:
        msg = f"There is no device “{device}”; choose auto, cpu, cuda, cuda:1 or mps."
        raise UserError(msg)
    there = {"cpu": True, "cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if not there[kind]:
        raise EnvironmentProblem(
            f"The device “{device}” is not available on this machine.",
            "Choose “auto” or “cpu”, or check its driver.",
        )
    return kind
