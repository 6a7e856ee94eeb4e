"""The architectures a weights bundle may name. Explicit: what is not listed here is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.zoo.two_stream import TwoStream

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fashion_studio.zoo.configuration import TwoStreamConfig

__all__ = ["ARCHITECTURES", "build"]

ARCHITECTURES: Final[Mapping[str, Callable[[TwoStreamConfig], TwoStream]]] = {"two_stream": TwoStream}


def build(architecture: str, config: TwoStreamConfig) -> TwoStream:
    """Builds a network with random weights.

    Raises:
        CheckpointError: no such architecture, or a configuration that it cannot be built from.
    """
    try:
        make = ARCHITECTURES[architecture]
    except KeyError:
        known = ", ".join(sorted(ARCHITECTURES))
        msg = f"The architecture “{architecture}” is not known here; known are: {known}."
        raise CheckpointError(msg) from None
    try:
        return make(config)
    except (RuntimeError, ValueError, IndexError) as error:
        msg = f"The architecture “{architecture}” cannot be built from this configuration: {error}."
        raise CheckpointError(msg) from error
