"""One round of a recipe under Lightning's Trainer: epochs, checkpoints, resume, measuring, cancelling."""

from __future__ import annotations

import csv
import json
import logging
import time
import warnings
from typing import TYPE_CHECKING, Any, Final

import cv2
import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, ModelCheckpoint
from safetensors.torch import save_file
from torch.utils.data import DataLoader

from fashion_studio.domain.errors import Cancelled
from fashion_studio.learning.emphasis import emphasised_turns
from fashion_studio.learning.labels import value_slices
from fashion_studio.learning.losses import describe
from fashion_studio.learning.measuring import answer, joined_score, measure
from fashion_studio.learning.outside_ending import OwnEnding
from fashion_studio.learning.sampling import EpochSampler, StylisedSets, TrainingViews
from fashion_studio.learning.training import RoundModule
from fashion_studio.zoo.preprocessing import Preprocessing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fashion_studio.learning.context import RunContext
    from fashion_studio.learning.material import Material
    from fashion_studio.learning.recipe import Round
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["train_round"]

ACCELERATORS: Final = {"auto": "auto", "cpu": "cpu", "cuda": "gpu", "mps": "mps"}
STEP_EVENT_SECONDS: Final = 5.0


def train_round(network: TwoStream, number: int, material: Material, context: RunContext) -> None:
    """Trains `network` in place and writes `round-N/averaged.safetensors` to go on with.

    Args:
        network: as the round before left it.
        number: of the round, from 0.
        material: what is trained on and chosen by.
        context: the run.

    Raises:
        Cancelled: on request; `round-N/last.ckpt` is what the same call goes on from.
    """
    recipe, vocabulary = context.recipe, context.vocabulary
    settings = recipe.rounds[number]
    folder = context.run_dir / f"round-{number + 1}"
    folder.mkdir(parents=True, exist_ok=True)
    seed = context.seed * 97 + number
    sets = material.training_sets
    wanted, emphases = [settings.renderings_per_epoch], [settings.emphasis]
    if material.photos is not None:
        wanted.insert(0, min(settings.photos_per_epoch, len(material.photos)))
        emphases.insert(0, settings.photo_emphasis)
    turns = [
        emphasised_turns(part.labels, vocabulary, emphasis)
        for part, emphasis in zip(sets, emphases, strict=True)
    ]
    if len(material.eye_rows):
        turns[0] = np.concatenate((turns[0], np.repeat(material.eye_rows, settings.eye_emphasis - 1)))
    sampler = EpochSampler(
        [len(part) for part in sets],
        wanted,
        batch_size=settings.batch_size,
        seed=seed,
        turns=turns,
    )
    views = TrainingViews(
        sets,
        side_px=settings.side_px,
        mirror_order=vocabulary.mirror_order(),
        strength=settings.augmentation,
        seed=seed,
        floors=None if material.photos is None else material.photos.squares,
        stylised=_stylised_sets(settings, material, context),
    )
    module = RoundModule(
        network,
        settings,
        Preprocessing(settings.side_px),
        parts=value_slices(vocabulary),
        steps=settings.epochs * len(sampler),
        seed=seed,
        freeze_norms=recipe.freeze_norms,
    )
    module.to(memory_format=torch.channels_last)
    context.emit(
        {"event": "round", "round": number + 1, "steps": module.steps, "loss": describe(settings.loss)}
    )
    loaders = _EpochLoaders(views, sampler, context.loader_processes)
    _fit(module, loaders, folder, _Watcher(folder, number, material, context))


def _stylised_sets(settings: Round, material: Material, context: RunContext) -> StylisedSets | None:
    share = context.recipe.stylised_share(settings)
    if not share:
        return None
    surface = context.recipe.stylising.surface
    return StylisedSets.of(material.copies, share, surface, context.vocabulary)


def _fit(module: RoundModule, loaders: _EpochLoaders, folder: Path, watcher: _Watcher) -> None:
    context = watcher.context
    accelerator = ACCELERATORS.get(context.device, context.device)
    keeper = ModelCheckpoint(folder, filename="last", save_top_k=1, enable_version_counter=False)
    last = folder / "last.ckpt"
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        # Lightning advises on loaders and folders, and torch on its own internals: not the person's business
        warnings.simplefilter("ignore")
        trainer = lightning.Trainer(
            accelerator=accelerator,
            devices=1,
            precision="32-true" if accelerator == "mps" else context.recipe.precision,
            max_epochs=module.settings.epochs,
            callbacks=[watcher, keeper, OwnEnding()],
            logger=False,
            enable_progress_bar=False,
            enable_model_summary=False,
            use_distributed_sampler=False,
            reload_dataloaders_every_n_epochs=1,
            gradient_clip_val=module.settings.optimiser.clip_norm,
        )
        trainer.fit(module, datamodule=loaders, ckpt_path=str(last) if last.exists() else None)
    (folder / "best.safetensors").replace(folder / "averaged.safetensors")


class _EpochLoaders(lightning.LightningDataModule):
    """A fresh loader for every epoch, so that the epoch is known before anything is fetched ahead."""

    def __init__(self, views: TrainingViews, sampler: EpochSampler, processes: int) -> None:
        super().__init__()
        self.views, self.sampler, self.processes = views, sampler, processes

    def train_dataloader(self) -> DataLoader[Any]:
        """The loader of the trainer's current epoch."""
        epoch = 0 if self.trainer is None else self.trainer.current_epoch
        sampler = self.sampler.at(epoch)
        # a generator of its own: making an iterator must not draw from the numbers dropout is made of
        own = torch.Generator()
        if not self.processes:
            return DataLoader(self.views, batch_sampler=sampler, generator=own)
        return DataLoader(
            self.views,
            batch_sampler=sampler,
            generator=own,
            num_workers=self.processes,
            prefetch_factor=3,
            worker_init_fn=_calm_worker,
        )


def _calm_worker(_number: int) -> None:
    # one thread per loader: the cores belong to the network
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


class _Watcher(Callback):
    """Events, measuring after every epoch, and cancelling."""

    def __init__(self, folder: Path, number: int, material: Material, context: RunContext) -> None:
        self.folder, self.number = folder, number
        self.material, self.context = material, context
        self.last_event = 0.0

    def on_train_batch_end(
        self, trainer: lightning.Trainer, pl_module: lightning.LightningModule, *_: Any
    ) -> None:
        """Reports every few seconds; stops on request."""
        if self.context.should_stop():
            msg = "The training was cancelled; start it again in the same folder to go on."
            raise Cancelled(msg)
        now = time.monotonic()
        if now - self.last_event < STEP_EVENT_SECONDS or not isinstance(pl_module, RoundModule):
            return
        self.last_event = now
        loss = pl_module.terms["total"]
        self.context.emit(
            {
                "event": "step",
                "round": self.number + 1,
                "epoch": trainer.current_epoch + 1,
                "step": trainer.global_step,
                "steps": pl_module.steps,
                "loss": round(sum(loss[-20:]) / len(loss[-20:]), 4),
            }
        )

    def on_train_epoch_end(self, trainer: lightning.Trainer, pl_module: lightning.LightningModule) -> None:
        """Measures the averaged weights on what is held out for choosing, and keeps what is wanted."""
        if not isinstance(pl_module, RoundModule):
            return
        photos, renderings = measure_choosing(pl_module.best, self.material, self.context)
        score = joined_score(photos, renderings)
        terms = {f"loss.{name}": round(value, 5) for name, value in pl_module.mean_terms().items()}
        figures = {f"photos.{name}": value for name, value in photos.items()}
        figures |= {f"renderings.{name}": value for name, value in renderings.items()}
        row = {"epoch": trainer.current_epoch + 1, "score": round(score, 5)} | terms
        row |= {name: round(value, 5) for name, value in figures.items()}
        _append_row(self.folder / "metrics.csv", row)
        record = self.folder / "best.json"
        best = json.loads(record.read_text(encoding="utf-8"))["score"] if record.exists() else -1.0
        if score > best or self.context.recipe.rounds[self.number].keep == "last":
            state = {name: value.contiguous() for name, value in pl_module.best.state_dict().items()}
            save_file(state, self.folder / "best.safetensors")
            record.write_text(json.dumps({"epoch": row["epoch"], "score": score}), encoding="utf-8")
        self.context.emit({"event": "epoch", "round": self.number + 1} | row)


def measure_choosing(
    network: TwoStream, material: Material, context: RunContext
) -> tuple[dict[str, float], dict[str, float]]:
    """Figures on the held-out photos (empty without any) and the held-out renderings."""
    preprocessing = Preprocessing(context.recipe.input_px)
    found: list[dict[str, float]] = []
    for pictures in (material.choosing_photos, material.choosing_renderings):
        if pictures is None:
            found.append({})
        else:
            found.append(measure(answer(network, pictures, preprocessing), pictures, context.vocabulary))
    return found[0], found[1]


def _append_row(path: Path, row: Mapping[str, Any]) -> None:
    new = not path.exists()
    with path.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(row))
        if new:
            writer.writeheader()
        writer.writerow(row)
