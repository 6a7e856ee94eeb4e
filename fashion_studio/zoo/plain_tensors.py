"""Weights as others hand them around: a dictionary of tensors, pickled or as safetensors."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.pretrained import read_state

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

__all__ = ["read_plain_tensors"]


def read_plain_tensors(path: Path, strange: str = "") -> dict[str, Tensor]:
    """Reads tensors by name; nothing in the file is executed.

    Args:
        path: the file.
        strange: what to say where it holds something else; a sentence.

    Raises:
        CheckpointError: missing, damaged, unsafe, or with anything else in it.
    """
    if path.suffix == ".safetensors":
        return read_state(path)
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        msg = f"The weights {path.name} cannot be read as plain tensors."
        raise CheckpointError(msg) from error
    if not isinstance(found, dict) or not all(isinstance(value, torch.Tensor) for value in found.values()):
        msg = strange or f"The weights {path.name} hold something else than tensors by name."
        raise CheckpointError(msg)
    return found
