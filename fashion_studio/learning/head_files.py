"""Taught heads as a small safetensors file, checked before anything of it is used.

No torch in here: the window's services use it, too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import load, save

from fashion_studio.domain.errors import CheckpointError, VocabularyError
from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.domain.vocabulary import Cardinality, Vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

__all__ = [
    "BundleHeads",
    "HeadFile",
    "bundle_heads",
    "check_fit",
    "head_bytes",
    "heads_of_bytes",
    "read_heads",
]

FORMAT: Final = "fashion-studio-heads"
_MOST_BYTES: Final = 256 << 20


@dataclass(frozen=True, slots=True)
class HeadFile:
    """What a file of heads holds.

    Attributes:
        parent: id of the model whose features the heads read.
        parent_sha256: of that model's weights file; features of other weights mean nothing to the heads.
        model_id: id with these heads, such as "house-1+t3".
        notes: counts and figures, as they were when the heads were made.
    """

    parent: str
    parent_sha256: str
    model_id: str
    heads: Mapping[str, LinearHead]
    notes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BundleHeads:
    """A bundle's own heads.

    Attributes:
        sha256: of its weights file.
        thresholds: per head of several values, the probability from which each counts as present.
    """

    model_id: str
    sha256: str
    heads: Mapping[str, LinearHead]
    thresholds: Mapping[str, tuple[float, ...]]

    @property
    def key(self) -> str:
        """Name of the folders in which what belongs to these weights is kept."""
        return f"{self.model_id}-{self.sha256[:12]}"


def head_bytes(kept: HeadFile) -> bytes:
    """The file's content: safetensors, weights as float32.

    Raises:
        CheckpointError: a weight is not finite.
    """
    tensors: dict[str, NDArray[Any]] = {}
    described = {}
    for name, head in kept.heads.items():
        if not (np.isfinite(head.weight).all() and np.isfinite(head.bias).all()):
            msg = f"The head {name} came out not finite; nothing was taught."
            raise CheckpointError(msg)
        tensors[f"{name}.weight"] = np.ascontiguousarray(head.weight, np.float32)
        tensors[f"{name}.bias"] = np.ascontiguousarray(head.bias, np.float32)
        described[name] = {
            "values": list(head.values),
            "several": head.several,
            "temperature": head.temperature,
        }
    said = {
        "format": FORMAT,
        "parent": kept.parent,
        "parent_sha256": kept.parent_sha256,
        "model_id": kept.model_id,
        "heads": described,
        "notes": dict(kept.notes),
    }
    return save(tensors, metadata={"fashion_studio": json.dumps(said)})


def read_heads(path: Path) -> HeadFile:
    """Reads and checks a file of heads.

    Raises:
        CheckpointError: missing, damaged, not of ours, or not finite.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            msg = f"The taught heads in {path.name} cannot be used: the file is too large. Teach again."
            raise CheckpointError(msg)
        data = path.read_bytes()
    except OSError as error:
        msg = f"The taught heads in {path.name} cannot be read: {error.strerror}. Teach again."
        raise CheckpointError(msg) from error
    return heads_of_bytes(data, path.name)


def heads_of_bytes(data: bytes, name: str = "this file") -> HeadFile:
    """The same of a file's content.

    Raises:
        CheckpointError: damaged, not of ours, or not finite.
    """
    try:
        tensors = load(data)
        said = _metadata(data)
        heads = {}
        for head, each in said["heads"].items():
            weight, bias = tensors[f"{head}.weight"], tensors[f"{head}.bias"]
            _check_shapes(head, each["values"], weight, bias)
            heads[head] = LinearHead(
                head,
                tuple(map(str, each["values"])),
                bool(each["several"]),
                weight,
                bias,
                float(each["temperature"]),
            )
        return HeadFile(
            str(said["parent"]), str(said["parent_sha256"]), str(said["model_id"]), heads, dict(said["notes"])
        )
    except (SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        msg = f"The taught heads in {name} cannot be used: {error}. Teach again."
        raise CheckpointError(msg) from error


def bundle_heads(folder: Path) -> BundleHeads:
    """The linear heads of a weights bundle, without loading its network.

    Raises:
        CheckpointError: no bundle, or one without such heads.
    """
    try:
        said = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        vocabulary = Vocabulary.from_mapping(said["vocabulary"])
        calibration = said["calibration"]
        heads = {}
        with safe_open(folder / "model.safetensors", framework="numpy") as file:
            for attribute in vocabulary.attributes:
                name = attribute.name
                weight = file.get_tensor(f"heads.{name}.weight").astype(np.float32)
                bias = file.get_tensor(f"heads.{name}.bias").astype(np.float32)
                _check_shapes(name, list(attribute.value_names), weight, bias)
                several = attribute.cardinality is Cardinality.SEVERAL
                temperature = float(calibration["temperatures"].get(name, 1.0))
                heads[name] = LinearHead(name, attribute.value_names, several, weight, bias, temperature)
        thresholds = {name: tuple(map(float, each)) for name, each in calibration["thresholds"].items()}
        return BundleHeads(str(said["model_id"]), str(said["weights_sha256"]), heads, thresholds)
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, VocabularyError) as error:
        msg = f"The model in {folder.name} has no heads that can be taught: {error}."
        raise CheckpointError(msg) from error


def _metadata(data: bytes) -> dict[str, Any]:
    # after load() has checked the header: 8 bytes of length, then JSON (the safetensors format)
    length = int.from_bytes(data[:8], "little")
    said = json.loads(json.loads(data[8 : 8 + length])["__metadata__"]["fashion_studio"])
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        msg = "it is of another kind"
        raise ValueError(msg)
    return said


def check_fit(kept: HeadFile, base: Mapping[str, LinearHead], parent: str, parent_sha256: str) -> None:
    """Refuses heads that were taught on another model or for another vocabulary.

    Raises:
        CheckpointError: with what differs.
    """
    if (kept.parent, kept.parent_sha256) != (parent, parent_sha256):
        msg = f"The heads {kept.model_id} were taught on other weights than {parent}. Teach again."
        raise CheckpointError(msg)
    for name, head in kept.heads.items():
        known = base.get(name)
        if known is None or known.values != head.values or known.several != head.several:
            msg = f"The heads {kept.model_id} are of another vocabulary: {name} differs. Teach again."
            raise CheckpointError(msg)
        if known.weight.shape != head.weight.shape:
            msg = f"The heads {kept.model_id} are of another architecture: {name} differs. Teach again."
            raise CheckpointError(msg)


def _check_shapes(
    name: str, values: list[str], weight: NDArray[np.float32], bias: NDArray[np.float32]
) -> None:
    if weight.dtype != np.float32 or weight.ndim != 2 or weight.shape[0] != len(values):
        msg = f"{name} has weights of a wrong shape"
        raise ValueError(msg)
    if bias.dtype != np.float32 or bias.shape != (len(values),):
        msg = f"{name} has a bias of a wrong shape"
        raise ValueError(msg)
    if not (np.isfinite(weight).all() and np.isfinite(bias).all()):
        msg = f"{name} is not finite"
        raise ValueError(msg)
