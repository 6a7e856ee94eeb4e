"""The linear heads of a loaded network as numbers that can be exchanged, and the features that they read."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch

from fashion_studio.domain.errors import BugError, CheckpointError
from fashion_studio.domain.linear_heads import LinearHead
from fashion_studio.domain.vocabulary import Cardinality

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from torch import Tensor

    from fashion_studio.zoo.bundle import Bundle
    from fashion_studio.zoo.registry import Network

__all__ = ["Heard", "TeachableHeads"]


@dataclass(slots=True)
class Heard:
    """What went into the heads during one forward pass, (B, width)."""

    caught: Tensor | None = None

    @property
    def features(self) -> Tensor:
        """The features.

        Raises:
            BugError: no forward pass was heard.
        """
        if self.caught is None:
            msg = "The network answered without its heads."
            raise BugError(msg)
        return self.caught


class TeachableHeads:
    """Every head of our networks is one linear layer on the same features, whatever makes these.

    Attributes:
        base: the bundle's own heads.
        parent, parent_sha256: id of the bundle and hash of its weights.
    """

    def __init__(self, network: Network, bundle: Bundle) -> None:
        self._network = network
        self.parent = bundle.manifest.model_id
        self.parent_sha256 = bundle.manifest.weights_sha256
        self.base = {
            attribute.name: LinearHead(
                attribute.name,
                attribute.value_names,
                attribute.cardinality is Cardinality.SEVERAL,
                _plain(network.head(attribute.name).weight),
                _plain(network.head(attribute.name).bias),
                bundle.manifest.calibration.temperature(attribute.name),
            )
            for attribute in bundle.vocabulary.attributes
        }
        self._local = threading.local()
        network.head(next(iter(self.base))).register_forward_pre_hook(self._hear)

    @contextmanager
    def listening(self) -> Iterator[Heard]:
        """Catches the features of a forward pass made in this thread inside the block."""
        heard = Heard()
        self._local.heard = heard
        try:
            yield heard
        finally:
            self._local.heard = None

    def use(self, heads: Mapping[str, LinearHead]) -> None:
        """Gives the network these heads, and its own where none is named.

        Raises:
            CheckpointError: a head of another vocabulary or shape; nothing has changed.
        """
        for name, head in heads.items():
            own = self.base.get(name)
            if own is None or own.values != head.values or own.weight.shape != head.weight.shape:
                msg = f"The taught head {name} does not fit the model {self.parent}. Teach again."
                raise CheckpointError(msg)
        with torch.no_grad():
            for name, own in self.base.items():
                head, layer = heads.get(name, own), self._network.head(name)
                layer.weight.copy_(torch.from_numpy(np.array(head.weight)))
                layer.bias.copy_(torch.from_numpy(np.array(head.bias)))

    def _hear(self, _layer: Any, inputs: tuple[Tensor, ...]) -> None:
        heard = getattr(self._local, "heard", None)
        if heard is not None:
            heard.caught = inputs[0]


def _plain(parameter: Tensor) -> Any:
    return parameter.detach().float().cpu().numpy().copy()
