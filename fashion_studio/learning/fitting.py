"""The Lightning module of one phase of a method recipe.

Every step draws its random numbers from the seed and its own number, so a run that is continued anywhere has
the same loss curve as one that never stopped. Optimisation is manual, because a batch that does not fit the
device's memory goes through it in parts whose gradients are added up (`learning.memory_guard`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, cast

import lightning
import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from fashion_studio.domain.errors import UserError
from fashion_studio.learning.checkpoints import MARK
from fashion_studio.learning.mixing import mix
from fashion_studio.learning.objectives import Objective
from fashion_studio.learning.schedules import make_optimiser, make_schedule, set_trained_parts
from fashion_studio.learning.scores import AnswerBook, score
from fashion_studio.learning.views import preprocessing_of

if TYPE_CHECKING:
    from lightning.pytorch.core.optimizer import LightningOptimizer
    from lightning.pytorch.utilities.types import OptimizerLRScheduler
    from torch import Tensor
    from torch.optim.lr_scheduler import LambdaLR

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.memory_guard import MemoryGuard
    from fashion_studio.learning.method_recipe import MethodRecipe, Phase
    from fashion_studio.learning.photo_batches import PhotoBatch
    from fashion_studio.learning.scores import Scores
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.registry import Network, NetworkOutput

__all__ = ["MONITOR", "LossNotFinite", "MethodModule", "PhasePlace", "measured"]

MONITOR: Final = "monitor"
STATE: Final = "fashion_studio_state"
_SEED_STRIDE: Final = 1_000_003


class LossNotFinite(UserError):  # noqa: N818 - reads as a state
    """The loss became NaN or infinite. The message says where the run can be taken up."""


@dataclass(frozen=True, slots=True)
class PhasePlace:
    """Where a phase stands in the run.

    Attributes:
        number: from 1.
        first_epoch, first_step: epochs and steps of the phases before.
        steps_per_epoch: optimiser steps in an epoch.
    """

    phase: Phase
    number: int
    first_epoch: int
    first_step: int
    steps_per_epoch: int

    @property
    def steps(self) -> int:
        """Of the phase."""
        return self.phase.epochs * self.steps_per_epoch


class MethodModule(lightning.LightningModule):
    """Trains a network through one phase and measures it after every epoch.

    Attributes:
        scores: of the last validation; `validation_loss` with it, `book` its answers.
    """

    def __init__(
        self,
        network: Network,
        recipe: MethodRecipe,
        place: PhasePlace,
        vocabulary: Vocabulary,
        guard: MemoryGuard,
        *,
        mark: str,
        seed: int,
    ) -> None:
        super().__init__()
        self.automatic_optimization = False
        self.network = network
        self.trained_parameters = set_trained_parts(network, place.phase)
        self.averaged = (
            AveragedModel(network, avg_fn=self._blend, use_buffers=True) if recipe.average_decay else None
        )
        self.recipe, self.place, self.vocabulary, self.guard = recipe, place, vocabulary, guard
        self.preprocessing = preprocessing_of(recipe.view)
        self.objective = Objective(recipe.loss, vocabulary, recipe.view.side_px)
        self.mark, self.seed = mark, seed
        self.scores: Scores | None = None
        self.validation_loss = float("nan")
        self.book = AnswerBook(recipe.view.side_px)
        self.unreadable: set[int] = set()
        self._sums: dict[str, Tensor] = {}
        self._steps_summed = 0
        self._not_finite = 0
        self._block: dict[str, Tensor] = {}
        self._block_steps = 0
        self._measured_loss: list[tuple[float, int]] = []

    @staticmethod
    def describe_loss(recipe: MethodRecipe, vocabulary: Vocabulary) -> str:
        """One line: every term with weight, reduction and what it covers."""
        return Objective(recipe.loss, vocabulary, recipe.view.side_px).describe()

    # -- what others ask ---------------------------------------------------------------------------------

    @property
    def kept(self) -> Network:
        """The network that is measured and kept: the moving average where there is one."""
        return self.network if self.averaged is None else cast("Network", self.averaged.module)

    @property
    def epoch(self) -> int:
        """The epoch of the whole run that is going on, from 0."""
        return self.place.first_epoch + int(self.trainer.current_epoch)

    @property
    def epochs_done(self) -> int:
        """Epochs of the whole run whose steps are all done."""
        return self.place.first_epoch + int(self.trainer.global_step) // self.place.steps_per_epoch

    @property
    def step(self) -> int:
        """Optimiser steps of the whole run that are done."""
        return self.place.first_step + int(self.trainer.global_step)

    def mean_terms(self) -> dict[str, float]:
        """Mean over the epoch so far: "loss" and each unweighted term."""
        return {name: float(total) / max(1, self._steps_summed) for name, total in self._sums.items()}

    def block_terms(self) -> dict[str, float]:
        """Mean since the last call; the place where a loss that is not finite is noticed on a GPU.

        Raises:
            LossNotFinite: it became so.
        """
        found = {name: float(total) / max(1, self._block_steps) for name, total in self._block.items()}
        scaled = getattr(self.trainer.precision_plugin, "scaler", None) is not None
        bad = int(found.get("not_finite", 0.0) * self._block_steps + 0.5)
        # with a gradient scaler single overflows are part of its work: it skips them and scales down
        if bad and (not scaled or bad == self._block_steps):
            self._refuse_loss()
        self._block, self._block_steps = {}, 0
        found.pop("not_finite", None)
        return found

    def rates(self) -> dict[str, float]:
        """Learning rate by part of the network."""
        optimiser = cast("LightningOptimizer", self.optimizers())
        return {str(group.get("name", "all")): float(group["lr"]) for group in optimiser.param_groups}

    def check_weights(self) -> None:
        """Refuses to keep weights that are not finite.

        Raises:
            LossNotFinite: some are not.
        """
        worst = torch.stack([value.detach().abs().max() for value in self.network.parameters()])
        if not bool(worst.isfinite().all()):
            self._refuse_loss()

    # -- training ----------------------------------------------------------------------------------------

    def on_train_start(self) -> None:
        """Parts that do not learn keep their running statistics too, and norms where the recipe says so."""
        self.network.train()
        for _, part in self.network.named_children():
            parameters = list(part.parameters())
            if parameters and not any(parameter.requires_grad for parameter in parameters):
                part.eval()
        if self.recipe.freeze_norms:
            for layer in self.network.modules():
                if isinstance(layer, nn.modules.batchnorm._BatchNorm):  # noqa: SLF001 - torch has no public name
                    layer.eval()

    def on_train_epoch_start(self) -> None:
        """A new epoch's means."""
        self._sums, self._steps_summed = {}, 0

    def on_train_batch_start(self, batch: PhotoBatch, batch_idx: int) -> None:
        """Dropout's numbers follow from the step."""
        del batch, batch_idx
        torch.manual_seed(self.seed * _SEED_STRIDE + self.step * 64 + self.global_rank)

    def training_step(self, batch: PhotoBatch, _index: int) -> None:
        """One step of the optimiser."""
        if not bool(batch.good.all()):
            self.unreadable.update(batch.index[~batch.good].tolist())
        optimiser = cast("LightningOptimizer", self.optimizers())
        found = self.guard.run(len(batch), lambda parts: self._gradients(batch, parts, optimiser))
        self._note(found)
        optimiser.step()
        cast("LambdaLR", self.lr_schedulers()).step()
        if self.averaged is not None:
            self.averaged.update_parameters(self.network)

    def on_before_optimizer_step(self, optimizer: torch.optim.Optimizer) -> None:
        """Clips, after mixed precision has scaled the gradients back."""
        if self.recipe.clip_norm:
            self.clip_gradients(optimizer, self.recipe.clip_norm, "norm")

    def configure_optimizers(self) -> OptimizerLRScheduler:
        """The phase's optimiser and schedule."""
        # with mixed precision Lightning cannot clip the gradients of a fused optimiser
        fused = self.device.type == "cpu" and self.trainer.precision == "32-true"
        optimiser = make_optimiser(self.network, self.place.phase.optimiser, fused=fused)
        schedule = make_schedule(optimiser, self.place.phase, self.place.steps_per_epoch)
        return cast("OptimizerLRScheduler", {"optimizer": optimiser, "lr_scheduler": schedule})

    def _gradients(
        self, batch: PhotoBatch, parts: list[slice], optimiser: LightningOptimizer
    ) -> dict[str, Tensor]:
        """Gradients of the whole batch, part by part; its loss and terms."""
        optimiser.zero_grad()
        only = self.place.phase.terms
        images = self.preprocessing.normalise(batch.squares).contiguous(memory_format=torch.channels_last)
        mixed = mix(images, self.recipe.mixing, self.seed * _SEED_STRIDE + self.step)
        places = torch.arange(len(batch))
        found: dict[str, Tensor] = {}
        for part in parts:
            output: NetworkOutput = self.network(mixed.images[part])
            targets = batch.targets.rows(places[part])
            if mixed.share < 1.0:
                partners = batch.targets.rows(mixed.partners[part])
                total, terms = self.objective.mixed(output, (targets, partners), mixed.share, only)
            else:
                total, terms = self.objective(output, targets, only)
            share = len(places[part]) / len(batch)
            self.manual_backward(total * share)
            for name, value in ({"loss": total} | terms).items():
                found[name] = found.get(name, 0.0) + value.detach() * share
        return found

    def _note(self, found: dict[str, Tensor]) -> None:
        loss = found["loss"]
        if loss.device.type == "cpu" and not bool(loss.isfinite()):
            self._refuse_loss()
        for sums, more in ((self._sums, {}), (self._block, {"not_finite": (~loss.isfinite()).float()})):
            for name, value in (found | more).items():
                sums[name] = sums[name] + value if name in sums else value.clone()
        self._steps_summed += 1
        self._block_steps += 1

    def _refuse_loss(self) -> None:
        msg = (
            f"The loss is not a finite number any more (epoch {self.epoch + 1}, step {self.step + 1}). "
            "The run stopped at its last good checkpoint; the best epoch's weights are kept. "
            "Train again with a lower learning rate or in 32-true precision."
        )
        raise LossNotFinite(msg)

    def _blend(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        # young averages follow quickly, so that the start is soon forgotten
        decay = min(self.recipe.average_decay, (1 + int(count)) / (10 + int(count)))
        return torch.lerp(current, average, decay) if average.is_floating_point() else current

    # -- validation --------------------------------------------------------------------------------------

    def on_validation_epoch_start(self) -> None:
        """An empty book."""
        self.book, self._measured_loss = AnswerBook(self.preprocessing.side_px), []

    def validation_step(self, batch: PhotoBatch, _index: int) -> None:
        """Gathers answers."""
        self._measured_loss += measured(
            self.kept, batch, self.book, self.preprocessing, self.guard, self.objective
        )

    def on_validation_epoch_end(self) -> None:
        """The figures, and the one that the best epoch is chosen by.

        Raises:
            UserError: the recipe chooses by a figure that these photos do not give.
        """
        count = sum(photos for _, photos in self._measured_loss)
        self.validation_loss = sum(loss * photos for loss, photos in self._measured_loss) / max(1, count)
        self.scores = score(self.book, self.vocabulary)
        self.log(MONITOR, self.monitored(), rank_zero_only=False)

    def monitored(self) -> float:
        """The figure that chooses.

        Raises:
            UserError: the validation photos do not give it.
        """
        figures = dict(self.scores.figures if self.scores else {}) | {"loss": self.validation_loss}
        if self.recipe.monitor not in figures:
            msg = (
                f"The recipe chooses the best epoch by “{self.recipe.monitor}”, which the validation "
                f"photos do not give. They give: {', '.join(sorted(figures))}."
            )
            raise UserError(msg)
        return figures[self.recipe.monitor]

    # -- checkpoints -------------------------------------------------------------------------------------

    def on_save_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """What it belongs to, and the means of the epoch so far."""
        checkpoint[MARK] = self.mark
        checkpoint[STATE] = {
            "phase": self.place.number,
            "epoch": self.epochs_done,
            "step": self.step,
            "sums": {name: value.cpu() for name, value in self._sums.items()},
            "steps_summed": self._steps_summed,
            "parts": self.guard.parts,
        }

    def on_load_checkpoint(self, checkpoint: dict[str, Any]) -> None:
        """Takes the means up again."""
        state = checkpoint[STATE]
        self._sums = {name: value.to(self.device) for name, value in state["sums"].items()}
        self._steps_summed = int(state["steps_summed"])
        self.guard.parts = int(state["parts"])


def measured(
    network: nn.Module,
    batch: PhotoBatch,
    book: AnswerBook,
    preprocessing: Preprocessing,
    guard: MemoryGuard,
    objective: Objective | None = None,
) -> list[tuple[float, int]]:
    """Puts a network's answers for a batch into a book; (loss, photos) of each part with an objective."""
    images = preprocessing.normalise(batch.squares).contiguous(memory_format=torch.channels_last)
    places = torch.arange(len(batch))

    def work(parts: list[slice]) -> list[tuple[NetworkOutput, slice]]:
        with torch.no_grad():
            return [(network(images[part]), part) for part in parts]

    losses = []
    for output, part in guard.run(len(batch), work):
        targets = batch.targets.rows(places[part])
        book.add(output, targets)
        if objective is not None:
            losses.append((float(objective(output, targets)[0]), len(places[part])))
    return losses
