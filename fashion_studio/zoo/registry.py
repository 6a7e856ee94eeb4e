"""The architectures a weights bundle may name. Explicit: what is not listed here is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import msgspec

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.backbone_heads import BackboneHeads, HeadsOutput
from fashion_studio.zoo.configuration import BackboneHeadsConfig, TwoStreamConfig
from fashion_studio.zoo.two_stream import TwoStream, TwoStreamOutput

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ARCHITECTURES",
    "Network",
    "NetworkConfig",
    "NetworkOutput",
    "architecture_of",
    "build",
    "config_from",
]

Network = TwoStream | BackboneHeads
NetworkConfig = TwoStreamConfig | BackboneHeadsConfig
NetworkOutput = TwoStreamOutput | HeadsOutput

ARCHITECTURES: Final[Mapping[str, type[NetworkConfig]]] = {
    "two_stream": TwoStreamConfig,
    "backbone_heads": BackboneHeadsConfig,
}
"""Name to the configuration it is built from."""


def architecture_of(config: NetworkConfig) -> str:
    """The name that a bundle gives to networks of this configuration."""
    return next(name for name, kind in ARCHITECTURES.items() if isinstance(config, kind))


def config_from(architecture: str, data: object) -> NetworkConfig:
    """A configuration from plain data.

    Raises:
        CheckpointError: no such architecture, or a field is missing or of the wrong type.
    """
    try:
        config: NetworkConfig = msgspec.convert(data, _config_type(architecture))
    except msgspec.ValidationError as error:
        msg = f"The configuration of the architecture “{architecture}” is damaged: {error}."
        raise CheckpointError(msg) from error
    return config


def build(architecture: str, config: NetworkConfig) -> Network:
    """Builds a network with random weights.

    Raises:
        CheckpointError: no such architecture, or a configuration that it cannot be built from.
    """
    kind = _config_type(architecture)
    if not isinstance(config, kind):
        msg = f"The architecture “{architecture}” is not built from a {type(config).__name__}."
        raise CheckpointError(msg)
    try:
        return TwoStream(config) if isinstance(config, TwoStreamConfig) else BackboneHeads(config)
    except (RuntimeError, ValueError, IndexError, AttributeError) as error:
        msg = f"The architecture “{architecture}” cannot be built from this configuration: {error}."
        raise CheckpointError(msg) from error


def _config_type(architecture: str) -> type[Any]:
    try:
        return ARCHITECTURES[architecture]
    except KeyError:
        known = ", ".join(sorted(ARCHITECTURES))
        msg = f"The architecture “{architecture}” is not known here; known are: {known}."
        raise CheckpointError(msg) from None
