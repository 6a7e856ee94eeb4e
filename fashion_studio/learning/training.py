"""The Lightning module of one training round: loss, optimiser, and the moving average that is kept."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

import lightning
import torch
from lightning.pytorch.utilities.types import OptimizerLRSchedulerConfig
from torch import Tensor, nn
from torch.optim.swa_utils import AveragedModel

from fashion_studio.learning.losses import total_loss

if TYPE_CHECKING:
    from fashion_studio.learning.recipe import Round
    from fashion_studio.zoo.preprocessing import Preprocessing
    from fashion_studio.zoo.two_stream import TwoStream

__all__ = ["RoundModule"]


class RoundModule(lightning.LightningModule):
    """Trains a two-stream network for one round of a recipe.

    The moving average of the weights is part of the checkpoint, and every epoch seeds its own random
    numbers, so that a resumed run ends with the same weights as one that never stopped.
    """

    def __init__(
        self,
        network: TwoStream,
        settings: Round,
        preprocessing: Preprocessing,
        *,
        parts: dict[str, slice],
        steps: int,
        seed: int,
        freeze_norms: bool,
    ) -> None:
        super().__init__()
        self.network = network
        self.averaged = AveragedModel(network, avg_fn=self._blend, use_buffers=True)
        self.settings, self.preprocessing, self.parts = settings, preprocessing, parts
        self.steps, self.seed, self.freeze_norms = steps, seed, freeze_norms
        self.terms: dict[str, list[float]] = {}
        for trunk in (network.texture, network.shape):
            trunk.requires_grad_(settings.optimiser.trunk_rate > 0)
            _rest(trunk, settings.optimiser.resting_blocks)

    def _blend(self, average: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        # young averages follow quickly, so that the random start is soon forgotten
        decay = min(self.settings.optimiser.average_decay, (1 + int(count)) / (10 + int(count)))
        if not average.is_floating_point():
            return current
        return torch.lerp(current, average, decay)

    def on_train_epoch_start(self) -> None:
        """Seeds dropout by epoch and puts the backbones' statistics to rest."""
        torch.manual_seed(self.seed * 1_000_003 + self.current_epoch)
        self.terms = {}
        if self.freeze_norms:
            for trunk in (self.network.texture, self.network.shape):
                for layer in trunk.modules():
                    if isinstance(layer, nn.BatchNorm2d):
                        layer.eval()

    def training_step(self, batch: dict[str, Tensor], _index: int) -> Tensor:
        """One step's loss."""
        side = self.settings.side_px
        images = self.preprocessing.normalise(batch["square"])
        output = self.network(images.contiguous(memory_format=torch.channels_last))
        ready = batch | {"mask": batch["mask"][:, None].float() / 255.0}
        total, terms = total_loss(output, ready, self.parts, side, self.settings.loss)
        for name, term in (terms | {"total": total}).items():
            self.terms.setdefault(name, []).append(float(term.detach()))
        return total

    def optimizer_step(self, *args: Any, **kwargs: Any) -> None:
        """Follows each step with the moving average."""
        super().optimizer_step(*args, **kwargs)
        self.averaged.update_parameters(self.network)

    def configure_optimizers(self) -> OptimizerLRSchedulerConfig:
        """AdamW in two speeds; no decay for norms and biases; warm-up and cosine."""
        wanted = self.settings.optimiser
        groups: dict[tuple[float, float], list[nn.Parameter]] = {}
        for name, parameter in self.network.named_parameters():
            if not parameter.requires_grad:
                continue
            rate = wanted.trunk_rate if name.startswith(("texture.", "shape.")) else wanted.head_rate
            decay = wanted.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((rate, decay), []).append(parameter)
        optimiser = torch.optim.AdamW(
            [{"params": found, "lr": rate, "weight_decay": decay} for (rate, decay), found in groups.items()]
        )
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, self._rate)
        return OptimizerLRSchedulerConfig(
            optimizer=optimiser, lr_scheduler={"scheduler": schedule, "interval": "step"}
        )

    def _rate(self, step: int) -> float:
        wanted = self.settings.optimiser
        warm = min(wanted.warmup_steps, max(1, self.steps // 5))
        if step < warm:
            return (step + 1) / warm
        progress = min(1.0, (step - warm) / max(1, self.steps - warm))
        cosine = 0.5 * (1 + math.cos(math.pi * progress))
        return wanted.final_fraction + (1 - wanted.final_fraction) * cosine

    def mean_terms(self) -> dict[str, float]:
        """Mean of every unweighted loss term over the epoch so far."""
        return {name: sum(values) / len(values) for name, values in self.terms.items()}

    @property
    def best(self) -> TwoStream:
        """The averaged network."""
        return cast("TwoStream", self.averaged.module)


def _rest(trunk: Any, blocks: int) -> None:
    if not blocks:
        return
    for name, part in trunk.named_children():
        if name != "blocks":  # the stem; a trunk that gives features has nothing behind its blocks
            part.requires_grad_(False)
    trunk.blocks[:blocks].requires_grad_(False)
