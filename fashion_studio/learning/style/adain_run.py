"""The training of a style transfer: run folder in, bundle out; the same at every continuation."""

from __future__ import annotations

import csv
import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import torch

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, UserError
from fashion_studio.learning.checkpoints import FOLDER, LAST, MARK, read_checkpoint, written_whole
from fashion_studio.learning.style.adain_card import adain_card
from fashion_studio.learning.style.encoder_start import start_adain, start_encoder
from fashion_studio.learning.style.perceptual import losses_of
from fashion_studio.learning.style.pictures import load_pictures
from fashion_studio.zoo.adain import AdaInManifest, save_adain

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor

    from fashion_studio.learning.run_voice import RunVoice
    from fashion_studio.learning.style.adain_recipe import AdaInRecipe
    from fashion_studio.learning.style.perceptual import StyleLosses
    from fashion_studio.learning.style.pictures import Pictures
    from fashion_studio.zoo.adain import AdaIn
    from fashion_studio.zoo.style_encoders import ConvEncoder, StageEncoder

__all__ = ["AdaInRun", "AdaInStart", "run_adain"]

METRICS: Final = "metrics.csv"
EXAMPLES: Final = "examples"
BUNDLE: Final = "bundle"
LICENCE: Final = "Apache-2.0"
_BLOCK: Final = 50
"""Steps between two rows of figures."""
_KEPT: Final = 250
"""Steps between two checkpoints and two sheets of examples."""
_SHOWN: Final = 6
_SEED_STRIDE: Final = 1_000_003


@dataclass(frozen=True, slots=True)
class AdaInStart:
    """What a run is made of.

    Attributes:
        photos, styles: pictures to learn from.
        house: folder of the shipped model; `weights` what `encoder_start.start_adain` takes.
        threads: None leaves torch's choice.
    """

    recipe: AdaInRecipe
    photos: tuple[Path, ...]
    styles: tuple[Path, ...]
    house: Path
    weights: Path | None
    model_id: str
    seed: int = 0
    device: str = "cpu"
    threads: int | None = None


@dataclass(frozen=True, slots=True)
class AdaInRun:
    """What it leaves: a bundle, and figures of photos that nothing was learnt from."""

    bundle: Path
    figures: Mapping[str, float]


def run_adain(run_dir: Path, start: AdaInStart, voice: RunVoice, *, finish_only: bool = False) -> AdaInRun:
    """Trains to the end; goes on where an earlier call stopped.

    `finish_only` makes a bundle of the last checkpoint instead.


    Raises:
        Cancelled: on request; a checkpoint is written, and the same call goes on.
        UserError: pictures, weights or checkpoint cannot be used, or the loss is not finite any more.
        EnvironmentProblem: the disk or the device.
    """
    if start.threads:
        torch.set_num_threads(start.threads)
    recipe, device = start.recipe, torch.device(start.device)
    torch.manual_seed(start.seed)
    network = start_adain(recipe, start.house, start.weights).to(device).train()
    compare: ConvEncoder | StageEncoder = network.encoder
    if recipe.loss_encoder is not None:
        compare = start_encoder(recipe.loss_encoder, start.house, start.weights).to(device)
    pictures = load_pictures(
        start.photos,
        start.styles,
        recipe,
        start.seed,
        on_progress=lambda done, total: voice.progress(0, 0, f"Reading pictures: {done:,} of {total:,}"),
        should_stop=voice.should_stop,
    )
    voice.log(
        f"“{recipe.title}”: {len(pictures.contents):,} contents, {len(pictures.styles):,} styles, "
        f"{len(pictures.held):,} photos held back."
    )
    trainer = _Trainer(run_dir, network, compare, start, voice)
    if not finish_only:
        trainer.train(pictures)
    elif not trainer.step:
        msg = "This run has no checkpoint yet, so there is nothing to make of it. Let it train on."
        raise UserError(msg)
    network.eval()
    figures = _measured(network, compare, pictures, recipe)
    _show(run_dir / EXAMPLES / "last.png", network, pictures)
    manifest = AdaInManifest(
        start.model_id,
        network.spec,
        LICENCE,
        (f"{len(start.photos)} photos, {recipe.renderings} renderings", f"recipe {recipe.name}"),
        {name: round(value, 5) for name, value in figures.items()},
    )
    saved = save_adain(run_dir / BUNDLE, network, manifest)
    card = adain_card(recipe, saved, pictures, trainer.step, trainer.seconds)
    (run_dir / BUNDLE / "CARD.md").write_text(card, encoding="utf-8")
    voice.tell("finished", bundle=BUNDLE, bytes=saved.weights_bytes, figures=dict(saved.figures))
    voice.progress(trainer.step, recipe.steps, "The style transfer is ready")
    return AdaInRun(run_dir / BUNDLE, saved.figures)


class _Trainer:
    """The loop with its checkpoint."""

    def __init__(
        self,
        run_dir: Path,
        network: AdaIn,
        compare: ConvEncoder | StageEncoder,
        start: AdaInStart,
        voice: RunVoice,
    ) -> None:
        self._run_dir, self._network, self._compare = run_dir, network, compare
        self._start, self._voice, self._recipe = start, voice, start.recipe
        self._trained = [value for value in network.parameters() if value.requires_grad]
        self._optimiser = torch.optim.Adam(self._trained, lr=self._recipe.rate)
        self._mark = f"adain {network.spec}"
        self.step, self.seconds = 0, 0.0
        self._go_on()

    def train(self, pictures: Pictures) -> None:
        """From the step where it stands to the last one."""
        sums: dict[str, float] = {}
        began = time.monotonic() - self.seconds
        while self.step < self._recipe.steps:
            if self._voice.should_stop():
                self.seconds = time.monotonic() - began
                self._keep()
                raise Cancelled
            found = self._one(pictures)
            for name in ("total", "content", "style", "identity"):
                sums[name] = sums.get(name, 0.0) + float(getattr(found, name).detach()) / _BLOCK
            self.step += 1
            self.seconds = time.monotonic() - began
            if self.step % _BLOCK == 0:
                self._note(sums)
                sums = {}
            if self.step % _KEPT == 0 or self.step == self._recipe.steps:
                self._keep()
                _show(self._run_dir / EXAMPLES / f"step-{self.step:06d}.png", self._network, pictures)

    def _one(self, pictures: Pictures) -> StyleLosses:
        recipe = self._recipe
        share = self.step / max(1, recipe.steps)
        rate = recipe.final_rate + (recipe.rate - recipe.final_rate) * (1 + math.cos(math.pi * share)) / 2
        for group in self._optimiser.param_groups:
            group["lr"] = rate
        device = self._trained[0].device
        content, style, alpha = pictures.batch(self._start.seed * _SEED_STRIDE + self.step, recipe)
        batch = (content.to(device), style.to(device))
        losses = losses_of(self._network, self._compare, batch, alpha.to(device), recipe)
        if not bool(losses.total.isfinite()):
            msg = (
                f"The loss is not a finite number any more (step {self.step + 1}). Train again with a lower "
                "rate; the last checkpoint stays."
            )
            raise UserError(msg)
        self._optimiser.zero_grad(set_to_none=True)
        losses.total.backward()
        if recipe.clip_norm:
            torch.nn.utils.clip_grad_norm_(self._trained, recipe.clip_norm)
        self._optimiser.step()
        return losses

    def _note(self, sums: Mapping[str, float]) -> None:
        row = {"step": self.step, "seconds": round(self.seconds, 1)}
        row |= {name: float(f"{value:.5g}") for name, value in sums.items()}
        path = self._run_dir / METRICS
        rows = [found for found in _rows(path) if int(found["step"]) < self.step]
        lines = [",".join(row), *(",".join(map(str, each.values())) for each in [*rows, row])]
        text = "\n".join(lines) + "\n"
        written_whole(path, lambda part: part.write_text(text, encoding="utf-8"), "The figures")
        self._voice.tell("steps", **row)
        self._voice.progress(self.step, self._recipe.steps, f"loss {row['total']:.4g}")

    def _keep(self) -> None:
        checkpoint = {
            MARK: self._mark,
            "network": self._network.state_dict(),
            "optimiser": self._optimiser.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        path = self._run_dir / FOLDER / LAST
        written_whole(path, lambda part: torch.save(checkpoint, part), "The checkpoint")

    def _go_on(self) -> None:
        path = self._run_dir / FOLDER / LAST
        if not path.exists():
            return
        found = read_checkpoint(path, self._mark)
        self._network.load_state_dict(found["network"])
        self._optimiser.load_state_dict(found["optimiser"])
        self.step, self.seconds = int(found["step"]), float(found["seconds"])
        self._voice.notice("info", "resumed", f"Going on after step {self.step:,}.")


def _rows(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@torch.no_grad()
def _measured(
    network: AdaIn, compare: ConvEncoder | StageEncoder, pictures: Pictures, recipe: AdaInRecipe
) -> dict[str, float]:
    """Of photos that nothing was learnt from, each with the style of another one; α = 1.

    Returns:
        "reconstruction_db": peak signal to noise; "style_gap" and "content_gap": the two losses
        of the stylised pictures, without their weights.
    """
    held = _planes(pictures.held).to(next(network.parameters()).device)
    noise = ((held - network.reconstruct(held)) ** 2).mean((1, 2, 3))
    own = -10 * torch.log10(noise.clamp_min(1e-10)).mean()
    one = torch.ones(1, device=held.device)
    made = []
    for number in range(len(held)):
        pair = (held[number : number + 1], held[(number + 1) % len(held)][None])
        made.append(losses_of(network, compare, pair, one, recipe))
    count = len(made)
    return {
        "reconstruction_db": float(own),
        "style_gap": sum(float(each.style) for each in made) / count,
        "content_gap": sum(float(each.content) for each in made) / count,
    }


def _planes(squares: np.ndarray[Any, np.dtype[np.uint8]]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(squares)).permute(0, 3, 1, 2).float() / 255.0


def _show(path: Path, network: AdaIn, pictures: Pictures) -> None:
    """A sheet: contents down the left, styles along the top, each content in each style; α = 1.

    Raises:
        EnvironmentProblem: the disk does not take it.
    """
    device = next(network.parameters()).device
    places = np.linspace(0, len(pictures.held) - 1, _SHOWN).astype(int)
    contents = _planes(pictures.held[places]).to(device)
    styles = _planes(pictures.styles[np.linspace(0, len(pictures.styles) - 1, _SHOWN).astype(int)]).to(device)
    blank = torch.ones_like(contents[:1])
    rows = [torch.cat((blank, styles))]
    rows += [torch.cat((one[None], network.stylise(one[None].expand_as(styles), styles))) for one in contents]
    sheet = torch.cat([torch.cat(list(row), dim=2) for row in rows], dim=1)
    pixels = (sheet.permute(1, 2, 0).cpu().numpy() * 255).round().astype(np.uint8)
    _, data = cv2.imencode(".png", pixels[:, :, ::-1])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data.tobytes())
    except OSError as error:
        raise EnvironmentProblem(
            f"The examples cannot be written: {error.strerror or error}.", "Make room and go on."
        ) from error
