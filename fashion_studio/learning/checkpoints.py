"""Checkpoints that are whole or not there, hold plain tensors, and are refused when they belong elsewhere."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import torch
from lightning.pytorch.plugins.io import TorchCheckpointIO
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from torch import Tensor

    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = [
    "BEST",
    "BEST_NOTE",
    "FOLDER",
    "LAST",
    "MARK",
    "WholeCheckpointIO",
    "load_weights",
    "read_checkpoint",
    "run_mark",
    "save_weights",
    "written_whole",
]

FOLDER: Final = "checkpoints"
LAST: Final = "last.ckpt"
BEST: Final = "best.safetensors"
BEST_NOTE: Final = "best.json"
MARK: Final = "fashion_studio_run"
"""Key in a checkpoint of what it belongs to: see `run_mark`."""


def run_mark(recipe: MethodRecipe, vocabulary: Vocabulary, heads: tuple[str, ...]) -> str:
    """A hash of what has to stay the same for a checkpoint to go on: network, heads, values, landmarks."""
    spoken = {name: vocabulary.attribute(name).value_names for name in heads}
    network = repr((recipe.two_stream, recipe.backbone, recipe.base))
    text = json.dumps([spoken, vocabulary.landmark_names, network])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def written_whole(path: Path, write: Callable[[Path], object], what: str) -> None:
    """Lets `write` fill a file beside `path`, then puts it in its place: the old one stays until then.

    Args:
        path: the file.
        write: fills the path it is given.
        what: for the message, such as "The checkpoint".

    Raises:
        EnvironmentProblem: the disk does not take it; the older file stays.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(partial)
        with partial.open("rb+") as stream:
            os.fsync(stream.fileno())
        partial.replace(path)
    except (OSError, RuntimeError, SafetensorError) as error:
        if not _is_disk_error(error):
            raise
        kept = " The one written before stays." if path.exists() else ""
        raise EnvironmentProblem(
            f"{what} could not be written: {_reason(error)}.{kept}",
            "Make room and start the run again; it goes on from there.",
        ) from error
    finally:
        partial.unlink(missing_ok=True)


class WholeCheckpointIO(TorchCheckpointIO):
    """Lightning's checkpoints, replaced only by a whole new one and read without running anything in them."""

    def save_checkpoint(
        self, checkpoint: dict[str, Any], path: str | Path, storage_options: Any | None = None
    ) -> None:
        """Writes a checkpoint.

        Raises:
            EnvironmentProblem: the disk does not take it; the older one stays.
        """
        del storage_options
        written_whole(Path(path), lambda partial: torch.save(checkpoint, partial), "The checkpoint")

    def load_checkpoint(self, path: str | Path, *_args: Any, **_options: Any) -> dict[str, Any]:
        """Reads a checkpoint of plain tensors and numbers.

        Raises:
            CheckpointError: missing, damaged, or with anything else in it.
        """
        return read_checkpoint(Path(path))


def read_checkpoint(path: Path, mark: str | None = None) -> dict[str, Any]:
    """Reads a training checkpoint; nothing in it is executed.

    Args:
        path: the file.
        mark: what it has to belong to (`run_mark`); None accepts any.

    Raises:
        CheckpointError: missing, damaged, unsafe, or of another run's vocabulary or network.
    """
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        msg = f"The checkpoint {path.name} cannot be read: {error.strerror or error}."
        raise CheckpointError(msg) from error
    except pickle.UnpicklingError as error:
        msg = (
            f"The checkpoint {path.name} is refused: it holds more than weights and could run code when "
            "loaded, or it is damaged. Delete it to train from the beginning."
        )
        raise CheckpointError(msg) from error
    except (RuntimeError, EOFError, ValueError, KeyError, zipfile.BadZipFile) as error:
        msg = f"The checkpoint {path.name} is damaged. Delete it to train from the beginning."
        raise CheckpointError(msg) from error
    if not isinstance(found, dict) or MARK not in found:
        msg = f"{path.name} is no checkpoint of a training run of this program."
        raise CheckpointError(msg)
    if mark is not None and found[MARK] != mark:
        msg = (
            f"The checkpoint {path.name} is of another vocabulary or network than this run. "
            "Put the run's own checkpoint back, or delete it to train from the beginning."
        )
        raise CheckpointError(msg)
    return found


def save_weights(path: Path, state: Mapping[str, Tensor], what: str = "The weights") -> None:
    """Writes tensors as safetensors, whole or not at all.

    Raises:
        EnvironmentProblem: the disk does not take it; the older file stays.
    """
    plain = {name: value.detach().cpu().contiguous().clone() for name, value in state.items()}
    written_whole(path, lambda partial: save_file(plain, partial), what)


def load_weights(path: Path) -> dict[str, Tensor]:
    """Reads a safetensors file.

    Raises:
        CheckpointError: it is missing, no safetensors, or not finite.
    """
    try:
        state = load_file(path)
    except (OSError, SafetensorError) as error:
        msg = f"The weights {path.name} cannot be read: {error}."
        raise CheckpointError(msg) from error
    for name, value in state.items():
        if value.is_floating_point() and not bool(value.isfinite().all()):
            msg = f"The weights {path.name} are damaged: {name} is not finite."
            raise CheckpointError(msg)
    return state


def _is_disk_error(error: BaseException) -> bool:
    # torch reports a full disk as a RuntimeError of its writer, safetensors as an error of its own
    return isinstance(error, (OSError, SafetensorError)) or "PytorchStreamWriter" in str(error)


def _reason(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return "the disk is full or took no more" if isinstance(error, RuntimeError) else str(error)
