"""A loaded generator: a picture and a mask for every edit asked of it, with the memory there is."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch

from fashion_studio.domain.edits import GeneratorFacts
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.zoo.editor_bundle import EDITOR_MANIFEST, load_generator

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.zoo.amgan import Generator
    from fashion_studio.zoo.editor_bundle import EditorManifest

    Plane = NDArray[np.float32]

__all__ = ["NO_GENERATOR", "EditGenerator"]

NO_GENERATOR: Final = (
    "No generator is installed, so garments cannot be edited yet. Train one in the train workspace or with "
    "“fashion-studio train amgan”, or put a bundle into the program's folder models/amgan."
)

_CPU: Final = "cpu"

_log = logging.getLogger(__name__)


class EditGenerator:
    """Runs one generator. Not for several threads at once.

    Attributes:
        facts: what it edits, and where it computes.
        margin: see `zoo.editor_bundle.EditorManifest`.
        note: what had to be done differently since it was loaded, for want of memory; a sentence or empty.
    """

    def __init__(
        self, generator: Generator, manifest: EditorManifest, device: torch.device, device_name: str
    ) -> None:
        self._network = generator.to(device).to(memory_format=torch.channels_last)
        self._config = manifest.config
        self._device = device
        self._most_at_once = 64
        self.margin = manifest.margin
        self.note = ""
        self.facts = GeneratorFacts(
            manifest.model_id,
            manifest.weights_sha256,
            dict(manifest.config.attributes),
            manifest.config.size_px,
            device_name,
        )

    @classmethod
    def load(cls, folder: Path, device: torch.device | str = _CPU, device_name: str = "CPU") -> EditGenerator:
        """Loads a bundle onto a device that is there (the reading model's).

        Raises:
            UserError: there is none in this folder.
            CheckpointError: it is damaged.
        """
        if not (folder / EDITOR_MANIFEST).is_file():
            raise UserError(NO_GENERATOR)
        generator, manifest = load_generator(folder)
        return cls(generator, manifest, torch.device(device), device_name)

    def knows(self, attribute: str, value: str) -> bool:
        """Whether it can be asked for this."""
        return value in self.facts.attributes.get(attribute, ())

    def answers(
        self, square: Plane, wanted: Sequence[tuple[str, str]], seed: int = 0, *, quick: bool = False
    ) -> tuple[Plane, Plane]:
        """Every wanted edit of one picture, in as few passes as the memory allows.

        Args:
            square: (S, S, 3) float32 sRGB, 0 to 1.
            wanted: attribute and value of each edit; `knows` says which.
            seed: of random numbers, for a generator that draws any.
            quick: in bfloat16 where the processor computes in it, twice as fast and exact to about 1/256:
                for small pictures.

        Returns:
            Pictures z (n, S, S, 3), 0 to 1, and masks a (n, S, S), 0 to 1. Deterministic on one machine.

        Raises:
            EnvironmentProblem: not even the processor has memory for one.
        """
        pictures, masks = [], []
        start = 0
        while start < len(wanted):
            part = wanted[start : start + self._most_at_once]
            try:
                picture, mask = self._pass(square, part, seed, quick=quick)
            except (MemoryError, RuntimeError) as error:
                if not _is_out_of_memory(error):
                    raise
                self._make_room(len(part), error)
                continue
            pictures.append(picture)
            masks.append(mask)
            start += len(part)
        return np.concatenate(pictures), np.concatenate(masks)

    def _pass(
        self, square: Plane, wanted: Sequence[tuple[str, str]], seed: int, *, quick: bool
    ) -> tuple[Plane, Plane]:
        config = self._config
        target = torch.stack([config.target({name: value}) for name, value in wanted]).to(self._device)
        edited = torch.stack([config.edited(name) for name, _ in wanted]).to(self._device)
        image = torch.from_numpy(square.transpose(2, 0, 1)[None] * np.float32(2.0) - np.float32(1.0))
        images = image.to(self._device).expand(len(wanted), -1, -1, -1)
        on_gpu = [self._device] if self._device.type == "cuda" else []
        halved = quick and self._device.type == "cpu" and _computes_bfloat16()
        with (
            torch.inference_mode(),
            torch.random.fork_rng(on_gpu),
            torch.autocast("cpu", torch.bfloat16, enabled=halved),
        ):
            torch.manual_seed(seed)
            picture, mask = self._network(
                images.contiguous(memory_format=torch.channels_last), target, edited
            )
        return _numpy((picture.float() + 1.0) / 2.0).transpose(0, 2, 3, 1), _numpy(mask)[:, 0]

    def _make_room(self, tried: int, error: Exception) -> None:
        """Fewer at once, then the processor; the next pass tries with that."""
        if self._device.type == "cuda":
            torch.cuda.empty_cache()
        if tried > 1:
            self._most_at_once = max(1, tried // 2)
            _log.warning("No memory for %d edits at once; %d from now on.", tried, self._most_at_once)
            self.note = f"There is little memory: {self._most_at_once} edits are computed at once."
            return
        if self._device.type == "cpu":
            raise EnvironmentProblem(
                "There is not enough memory to compute this edit.", "Close other programs and try again."
            ) from error
        _log.warning("No memory on %s; edits are computed on the processor.", self.facts.device)
        self.note = f"The memory of {self.facts.device} is full: edits are computed on the processor, slower."
        self._device = torch.device("cpu")
        self._network = self._network.to(self._device)
        self.facts = replace(self.facts, device="CPU")


def _computes_bfloat16() -> bool:
    """Elsewhere it is emulated, and slower than float32."""
    asked = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(asked is not None and asked())


def _is_out_of_memory(error: Exception) -> bool:
    return isinstance(error, (MemoryError, torch.OutOfMemoryError)) or "memory" in str(error).lower()


def _numpy(tensor: Any) -> Plane:
    return np.asarray(tensor.float().cpu().numpy(), dtype=np.float32)
