"""One safetensors file of a network's weights: written as float16 or float32, checked before it is used."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final, Literal

import torch
from safetensors import SafetensorError
from safetensors.torch import load, save_file

from fashion_studio.domain.errors import CheckpointError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from torch import Tensor, nn

__all__ = ["WEIGHTS_NAME", "fill", "read_weights", "write_weights"]

WEIGHTS_NAME: Final = "model.safetensors"
MAX_WEIGHTS_BYTES: Final = 4 << 30
_MEGABYTE: Final = 1 << 20


def write_weights(
    path: Path,
    state: Mapping[str, Tensor],
    model_id: str,
    *,
    storage: Literal["float16", "float32"] = "float16",
    max_file_mb: float = 0.0,
) -> tuple[str, int]:
    """Writes a state dict; returns the file's SHA-256 and its size in bytes.

    Args:
        path: of the file; its folder exists.
        state: the network's.
        model_id: is kept in the file's metadata.
        storage: number format of the file.
        max_file_mb: largest file, in MB of 1024 × 1024 bytes; 0 is no limit. What counts is the file as it
            was written, not a count of parameters; a file that is too large is not left behind.

    Raises:
        CheckpointError: the weights are not finite, too large for float16, or their file is over the limit.
    """
    save_file(
        {key: _stored(key, value, storage) for key, value in state.items()},
        path,
        metadata={"model_id": model_id},
    )
    data = path.read_bytes()
    if max_file_mb and len(data) > max_file_mb * _MEGABYTE:
        path.unlink()
        msg = (
            f"The weights file has {len(data) / _MEGABYTE:.1f} MB, but at most {max_file_mb:g} are allowed. "
            "Save it as float16 or choose a smaller network."
        )
        raise CheckpointError(msg)
    return hashlib.sha256(data).hexdigest(), len(data)


def read_weights(path: Path, name: str, sha256: str, size_bytes: int) -> dict[str, Tensor]:
    """Reads the tensors after checking the file's size and hash against the manifest's.

    Raises:
        CheckpointError: missing, damaged, or no safetensors file; the message names it by `name`.
    """
    try:
        size = path.stat().st_size
        if size != size_bytes or size > MAX_WEIGHTS_BYTES:
            msg = f"The weights of {name} have {size} bytes, the manifest says {size_bytes}."
            raise CheckpointError(msg)
        data = path.read_bytes()
    except OSError as error:
        msg = f"The weights of {name} cannot be read: {error.strerror}."
        raise CheckpointError(msg) from error
    if hashlib.sha256(data).hexdigest() != sha256:
        msg = f"The weights of {name} are damaged: their hash is not the one in the manifest."
        raise CheckpointError(msg)
    try:
        return load(data)
    except SafetensorError as error:
        msg = f"The weights of {name} are no safetensors file: {error}."
        raise CheckpointError(msg) from error


def fill(network: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    """Puts the tensors into the network, widened to its number format.

    Raises:
        CheckpointError: another architecture, or values that are not finite.
    """
    wanted = network.state_dict()
    strange = sorted(wanted.keys() ^ state.keys())
    if strange:
        msg = f"The weights of {name} are of another architecture: {strange[0]} is in only one of the two."
        raise CheckpointError(msg)
    for key, value in state.items():
        if value.shape != wanted[key].shape:
            msg = f"The weights of {name} are of another architecture: {key} has shape {tuple(value.shape)}."
            raise CheckpointError(msg)
        if value.is_floating_point() and not bool(value.isfinite().all()):
            msg = f"The weights of {name} are damaged: {key} is not finite."
            raise CheckpointError(msg)
    network.load_state_dict({key: value.to(wanted[key].dtype) for key, value in state.items()})


def _stored(key: str, value: Tensor, storage: str) -> Tensor:
    value = value.detach().cpu().contiguous()
    if not value.is_floating_point():
        return value
    stored = value.to(torch.float16 if storage == "float16" else torch.float32)
    if not bool(stored.isfinite().all()):
        msg = f"The weights cannot be saved as {storage}: {key} is not finite."
        raise CheckpointError(msg)
    return stored
