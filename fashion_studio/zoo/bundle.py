"""Weights bundles: a folder with `model.safetensors` and `bundle.json`, checked before anything is loaded.

Only safetensors are read, never pickles. The manifest carries all that is needed to use the weights as they
were trained: architecture, vocabulary, preprocessing, calibration, licence, and the hash of the weights.
"""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - msgspec resolves the annotations
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import msgspec

from fashion_studio.domain.errors import CheckpointError, VocabularyError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.zoo.configuration import heads_of
from fashion_studio.zoo.preprocessing import Preprocessing  # noqa: TC001 - msgspec resolves it
from fashion_studio.zoo.registry import build, config_from
from fashion_studio.zoo.two_stream import TwoStream
from fashion_studio.zoo.weights_file import WEIGHTS_NAME, fill, read_weights, write_weights

if TYPE_CHECKING:
    from pathlib import Path

    from fashion_studio.zoo.registry import Network, NetworkConfig
else:
    NetworkConfig = Any  # msgspec cannot tell two dataclasses apart: `config_from` does, by the architecture

__all__ = [
    "Bundle",
    "BundleManifest",
    "Calibration",
    "load_bundle",
    "note_figures",
    "read_manifest",
    "save_bundle",
]

MANIFEST_NAME: Final = "bundle.json"
FORMAT: Final = 1


@dataclass(frozen=True, slots=True)
class Calibration:
    """What turns logits into honest probabilities, fitted on data the model was not trained on.

    Attributes:
        temperatures: per softmax head and for "visibility": logits are divided by it. 1 where not given.
        thresholds: per sigmoid head: the probability from which each value counts as present.
    """

    temperatures: Mapping[str, float] = field(default_factory=dict)
    thresholds: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def temperature(self, head: str) -> float:
        """The head's temperature."""
        return self.temperatures.get(head, 1.0)


@dataclass(frozen=True, slots=True)
class BundleManifest:
    """Everything beside the weights.

    Attributes:
        model_id: name with version, such as "house-1"; written into every prediction.
        architecture: a name of `zoo.registry`; `config` its configuration.
        vocabulary: the vocabulary as it was when the model was trained, in the shape of its TOML file, cut
            down to the attributes and landmarks that the network predicts (`Vocabulary.restricted`).
        licence: SPDX expression for the weights; `sources` names what they were made from.
        parents: name to SHA-256 of the weights that training started from.
        weights_sha256, weights_bytes: of the weights file; filled in by `save_bundle`.
        figures: what was measured, by name; the card explains them.
    """

    model_id: str
    architecture: str
    config: NetworkConfig
    vocabulary: dict[str, Any]
    preprocessing: Preprocessing
    calibration: Calibration
    licence: str
    sources: tuple[str, ...] = ()
    parents: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, float] = field(default_factory=dict)
    weights_sha256: str = ""
    weights_bytes: int = 0
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Bundle:
    """A network in evaluation mode with what belongs to it."""

    network: Network
    manifest: BundleManifest
    vocabulary: Vocabulary

    @property
    def two_stream(self) -> TwoStream:
        """The network where only a two-stream one will do.

        Raises:
            CheckpointError: it is another.
        """
        if not isinstance(self.network, TwoStream):
            msg = f"The model {self.manifest.model_id} predicts neither landmarks nor masks; this needs both."
            raise CheckpointError(msg)
        return self.network


def save_bundle(
    folder: Path,
    network: Network,
    manifest: BundleManifest,
    *,
    storage: Literal["float16", "float32"] = "float16",
    max_file_mb: float = 0.0,
) -> BundleManifest:
    """Writes weights and manifest; returns the manifest with hash and size filled in.

    float16 halves the file; loading widens to float32 again, in which everything is computed.

    Args:
        folder: is made where it is not there.
        network: its weights are written.
        manifest: all beside them.
        storage: number format of the file.
        max_file_mb: largest weights file, in MB of 1024 × 1024 bytes; 0 is no limit. What counts is the file
            as it was written, not a count of parameters; a file that is too large is not left behind.

    Raises:
        CheckpointError: the weights are not finite, too large for float16, do not fit the manifest, or their
            file is over the limit.
    """
    _check_heads(manifest)
    folder.mkdir(parents=True, exist_ok=True)
    sha256, size = write_weights(
        folder / WEIGHTS_NAME,
        network.state_dict(),
        manifest.model_id,
        storage=storage,
        max_file_mb=max_file_mb,
    )
    manifest = replace(manifest, weights_sha256=sha256, weights_bytes=size, format=FORMAT)
    _write_manifest(folder, manifest)
    return manifest


def note_figures(folder: Path, figures: Mapping[str, float]) -> BundleManifest:
    """Puts measured figures into a bundle's manifest, over those of the same name; the weights stay.

    Raises:
        CheckpointError: the folder is no usable bundle.
    """
    manifest = read_manifest(folder)
    rounded = {name: round(float(value), 5) for name, value in figures.items()}
    manifest = replace(manifest, figures=dict(manifest.figures) | rounded)
    _write_manifest(folder, manifest)
    return manifest


def read_manifest(folder: Path) -> BundleManifest:
    """Reads and checks the manifest alone, without torch tensors.

    Raises:
        CheckpointError: missing, not readable, of a newer format, or at odds with its own vocabulary.
    """
    path = folder / MANIFEST_NAME
    try:
        data = path.read_bytes()
    except OSError as error:
        msg = f"{folder.name} is no weights bundle: {MANIFEST_NAME} cannot be read."
        raise CheckpointError(msg) from error
    try:
        found = msgspec.json.decode(data, type=dict)
        if found.get("format") != FORMAT:
            msg = f"The weights bundle {folder.name} has format {found.get('format')!r}, not {FORMAT}."
            raise CheckpointError(msg)
        manifest = msgspec.convert(found, BundleManifest)
        manifest = replace(manifest, config=config_from(manifest.architecture, manifest.config))
    except msgspec.MsgspecError as error:
        msg = f"The manifest of the weights bundle {folder.name} is damaged: {error}."
        raise CheckpointError(msg) from error
    _check_heads(manifest)
    return manifest


def load_bundle(folder: Path, device: str = "cpu") -> Bundle:
    """Loads a bundle after checking its hash and every tensor's name, shape and values.

    Args:
        folder: the bundle's folder.
        device: a torch device.

    Raises:
        CheckpointError: damaged, unsafe, or of another architecture or vocabulary; the message says which.
    """
    manifest = read_manifest(folder)
    state = read_weights(folder / WEIGHTS_NAME, folder.name, manifest.weights_sha256, manifest.weights_bytes)
    network = build(manifest.architecture, manifest.config)
    fill(network, state, folder.name)
    network.eval().to(device)
    return Bundle(network, manifest, Vocabulary.from_mapping(manifest.vocabulary))


def _write_manifest(folder: Path, manifest: BundleManifest) -> None:
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"
    (folder / MANIFEST_NAME).write_bytes(text)


def _check_heads(manifest: BundleManifest) -> None:
    try:
        vocabulary = Vocabulary.from_mapping(manifest.vocabulary)
    except VocabularyError as error:
        msg = f"The weights bundle {manifest.model_id} carries no usable vocabulary: {error}"
        raise CheckpointError(msg) from error
    if manifest.config.heads != heads_of(vocabulary):
        msg = f"The weights bundle {manifest.model_id} has other heads than its vocabulary has attributes."
        raise CheckpointError(msg)
    if manifest.config.landmarks != len(vocabulary.landmarks):
        msg = f"The weights bundle {manifest.model_id} has other landmarks than its vocabulary."
        raise CheckpointError(msg)
