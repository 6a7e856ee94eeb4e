"""A bundle's network as one ONNX file that answers probabilities, checked against torch before it is kept."""

from __future__ import annotations

import json
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import torch
from torch import Tensor, nn

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.domain.vocabulary import Cardinality
from fashion_studio.learning.checkpoints import written_whole
from fashion_studio.zoo.decoding import visibility_probabilities
from fashion_studio.zoo.two_stream import TwoStream, TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.zoo.bundle import Bundle

__all__ = ["TOLERANCE", "OnnxCheck", "export_onnx"]

TOLERANCE: Final = 1e-4
"""Largest difference of a probability between ONNX Runtime and torch, both in 32-bit on the CPU; heatmaps,
which are logits, are compared relative to their largest value."""
_OPSET: Final = 18
_BATCHES: Final = (1, 3)


@dataclass(frozen=True, slots=True)
class OnnxCheck:
    """What the comparison found.

    Attributes:
        differences: largest difference per output, over random pictures in batches of 1 and of 3.
        size_bytes: of the file.
    """

    path: Path
    differences: Mapping[str, float]
    size_bytes: int
    tolerance: float = TOLERANCE


def export_onnx(bundle: Bundle, path: Path) -> OnnxCheck:
    """Writes a bundle's network as ONNX and compares its answers with torch's.

    Input "image" (N, 3, S, S) float32, RGB, 0 to 1, fitted as the bundle's preprocessing says (its metadata
    repeats it); normalisation is inside. Outputs per attribute its calibrated probabilities (N, values);
    of a two-stream network also "heatmaps" (N, K, h, w), logits, "visibility" (N, K, 3), probabilities of
    visible, occluded and absent, and "mask" (N, 1, h, w), where there is one.

    Args:
        bundle: with its network on the CPU.
        path: replaced only once the new file was found to agree.

    Raises:
        CheckpointError: the network cannot be exported, or the file's answers differ.
        EnvironmentProblem: the ONNX packages are missing, or the disk does not take it.
    """
    runtime = _runtime()
    outward = _Outward(bundle).eval()
    side_px = bundle.manifest.preprocessing.side_px
    program = _exported(outward, torch.rand(2, 3, side_px, side_px), bundle.manifest.model_id)
    _describe(program.model, bundle)
    found: list[OnnxCheck] = []

    def write(partial: Path) -> None:
        program.save(str(partial), external_data=False)
        session = runtime.InferenceSession(str(partial), providers=["CPUExecutionProvider"])
        differences = _differences(session, outward, side_px)
        worst = max(differences, key=lambda name: differences[name])
        if not differences[worst] <= TOLERANCE:
            msg = (
                f"The exported file does not answer as the model does: {worst} differs by "
                f"{differences[worst]:.2g}, more than {TOLERANCE:g}. Nothing was written."
            )
            raise CheckpointError(msg)
        found.append(OnnxCheck(path, differences, partial.stat().st_size))

    written_whole(path, write, "The ONNX file")
    return found[0]


class _Outward(nn.Module):
    """Normalises, runs the network, and answers calibrated probabilities in a fixed order."""

    mean: Tensor
    std: Tensor

    def __init__(self, bundle: Bundle) -> None:
        super().__init__()
        self.network = bundle.network
        self.attributes = [
            (a.name, a.cardinality is Cardinality.SEVERAL, bundle.manifest.calibration.temperature(a.name))
            for a in bundle.vocabulary.attributes
        ]
        self.visibility_temperature = bundle.manifest.calibration.temperature("visibility")
        form = bundle.manifest.preprocessing
        self.register_buffer("mean", torch.tensor(form.mean)[:, None, None])
        self.register_buffer("std", torch.tensor(form.std)[:, None, None])
        self.has_places = isinstance(bundle.network, TwoStream)
        self.has_mask = isinstance(bundle.network, TwoStream) and bundle.network.config.mask

    @property
    def names(self) -> list[str]:
        """Of the outputs."""
        names = [name for name, _, _ in self.attributes]
        names += ["heatmaps", "visibility"] if self.has_places else []
        return names + (["mask"] if self.has_mask else [])

    def forward(self, image: Tensor) -> tuple[Tensor, ...]:
        """(N, 3, S, S), 0 to 1 → the outputs in the order of `names`."""
        output = self.network((image - self.mean) / self.std)
        found: list[Tensor] = []
        for name, several, temperature in self.attributes:
            logits = output.logits[name] / temperature
            found.append(logits.sigmoid() if several else logits.softmax(1))
        if isinstance(output, TwoStreamOutput):
            found += [
                output.heatmaps,
                visibility_probabilities(output.visibility, self.visibility_temperature),
            ]
            if output.mask is not None:
                found.append(output.mask.sigmoid())
        return tuple(found)


def _runtime() -> Any:
    try:
        import onnx  # noqa: F401, PLC0415 - the training's own installation does without
        import onnxruntime  # noqa: PLC0415
        import onnxscript  # noqa: F401, PLC0415
    except ImportError as error:
        raise EnvironmentProblem(
            f"ONNX files need the package {error.name}, which is not installed here.",
            "Install the whole program: pip install fashion-studio",
        ) from error
    return onnxruntime


def _exported(outward: _Outward, example: Tensor, model_id: str) -> Any:
    try:
        with _no_progress_thread():
            program = torch.onnx.export(
                outward,
                (example,),
                dynamo=True,
                input_names=["image"],
                output_names=outward.names,
                dynamic_shapes={"image": {0: torch.export.Dim("batch", min=1, max=4096)}},
                opset_version=_OPSET,
                verbose=False,
            )
    except (torch.onnx.errors.OnnxExporterError, RuntimeError) as error:
        msg = f"The model {model_id} cannot be exported as ONNX: {str(error).strip().splitlines()[0]}"
        raise CheckpointError(msg) from error
    if program is None:
        msg = f"The model {model_id} cannot be exported as ONNX."
        raise CheckpointError(msg)
    return program


@contextmanager
def _no_progress_thread() -> Iterator[None]:
    """The exporter shows bars with tqdm, whose first bar leaves a thread that watches it for good."""
    tqdm: Any = import_module("tqdm").tqdm  # comes with the exporter's packages
    before = tqdm.monitor_interval
    tqdm.monitor_interval = 0
    try:
        yield
    finally:
        tqdm.monitor_interval = before


def _describe(model: Any, bundle: Bundle) -> None:
    """Puts what is needed to use the file into its metadata."""
    manifest = bundle.manifest
    form = manifest.preprocessing
    values = {a.name: list(a.value_names) for a in bundle.vocabulary.attributes}
    model.metadata_props.update(
        {
            "model_id": manifest.model_id,
            "licence": manifest.licence,
            "input": f"RGB 0 to 1, {form.side_px} px {form.fit}, {form.interpolation}, fill {form.fill}",
            "values": json.dumps(values),
            "landmarks": json.dumps(list(bundle.vocabulary.landmark_names)),
            "thresholds": json.dumps({n: list(t) for n, t in manifest.calibration.thresholds.items()}),
        }
    )


def _differences(session: Any, outward: _Outward, side_px: int) -> dict[str, float]:
    generator = torch.Generator().manual_seed(0)
    worst = dict.fromkeys(outward.names, 0.0)
    for count in _BATCHES:
        image = torch.rand(count, 3, side_px, side_px, generator=generator)
        with torch.inference_mode():
            wanted = [value.numpy() for value in outward(image)]
        given: list[NDArray[np.float32]] = session.run(outward.names, {"image": image.numpy()})
        for name, ours, theirs in zip(outward.names, wanted, given, strict=True):
            scale = max(1.0, float(np.abs(ours).max())) if name == "heatmaps" else 1.0
            difference = float(np.abs(ours - theirs).max()) / scale if ours.shape == theirs.shape else np.inf
            worst[name] = max(worst[name], difference if np.isfinite(difference) else np.inf)
    return worst
