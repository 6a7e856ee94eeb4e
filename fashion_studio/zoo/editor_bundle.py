"""Bundles of garment editors: a generator's weights with what is needed to use them as they were trained."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

import msgspec

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.amgan import AmganConfig, Generator
from fashion_studio.zoo.weights_file import WEIGHTS_NAME, fill, read_weights, write_weights

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EDITOR_MANIFEST", "EditorManifest", "load_generator", "read_editor_manifest", "save_generator"]

EDITOR_MANIFEST: Final = "editor.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class EditorManifest:
    """Everything beside the weights.

    Attributes:
        model_id: name with version, such as "amgan-house-1"; kept with every edit.
        config: the generator's.
        margin: how much wider than the garment's box the square is that it was trained on, as a share of the
            box's longer side, on each side.
        licence: SPDX expression for the weights; `sources` names what they were made from.
        figures: what was measured, by name; the card explains them.
        weights_sha256, weights_bytes: of the weights file; filled in by `save_generator`.
    """

    model_id: str
    config: AmganConfig
    licence: str
    margin: float = 0.15
    sources: tuple[str, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    weights_sha256: str = ""
    weights_bytes: int = 0
    format: int = FORMAT


def save_generator(folder: Path, generator: Generator, manifest: EditorManifest) -> EditorManifest:
    """Writes weights (float16) and manifest; returns the manifest with hash and size filled in.

    Raises:
        CheckpointError: the weights are not finite or too large for float16.
    """
    folder.mkdir(parents=True, exist_ok=True)
    sha256, size = write_weights(folder / WEIGHTS_NAME, generator.state_dict(), manifest.model_id)
    manifest = replace(manifest, weights_sha256=sha256, weights_bytes=size, format=FORMAT)
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    (folder / EDITOR_MANIFEST).write_bytes(text)
    return manifest


def read_editor_manifest(folder: Path) -> EditorManifest:
    """Reads and checks the manifest alone.

    Raises:
        CheckpointError: missing, not readable, or of a newer format.
    """
    try:
        data = (folder / EDITOR_MANIFEST).read_bytes()
    except OSError as error:
        msg = f"{folder.name} is no editor bundle: {EDITOR_MANIFEST} cannot be read."
        raise CheckpointError(msg) from error
    try:
        manifest = msgspec.json.decode(data, type=EditorManifest)
    except msgspec.MsgspecError as error:
        msg = f"The manifest of the editor bundle {folder.name} is damaged: {error}."
        raise CheckpointError(msg) from error
    if manifest.format != FORMAT:
        msg = f"The editor bundle {folder.name} has format {manifest.format}, not {FORMAT}."
        raise CheckpointError(msg)
    return manifest


def load_generator(folder: Path, device: str = "cpu") -> tuple[Generator, EditorManifest]:
    """Loads a generator in evaluation mode after checking hash, names, shapes and values.

    Raises:
        CheckpointError: damaged, unsafe, or of another architecture; the message says which.
    """
    manifest = read_editor_manifest(folder)
    state = read_weights(folder / WEIGHTS_NAME, folder.name, manifest.weights_sha256, manifest.weights_bytes)
    generator = Generator(manifest.config)
    fill(generator, state, folder.name)
    generator.eval().requires_grad_(requires_grad=False).to(device)
    return generator, manifest
