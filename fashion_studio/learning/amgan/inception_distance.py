"""FID and KID as other papers have them: on the features of Inception-v3, by torch-fidelity."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import torch

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.zoo.plain_tensors import read_plain_tensors

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["InceptionDistance"]

InceptionLayer = Literal["64", "192", "768", "2048"]

_BATCH: Final = 16
_SUBSETS: Final = 100
_SUBSET_SIZE: Final = 1000
"""torch-fidelity's own defaults; smaller sets are compared whole."""


class InceptionDistance:
    """Compares two sets of pictures.

    Args:
        weights: torch-fidelity's `weights-inception-2015-12-05-6726825d.pth`, or the same tensors as
            safetensors.
        device: where to compute.
        layer: whose features are compared, by their number: 2048 in every paper; 768, 192 and 64 are quicker.

    Raises:
        EnvironmentProblem: torch-fidelity is not installed.
        CheckpointError: the weights cannot be read, or are another network's.
    """

    def __init__(
        self, weights: Path, device: torch.device | str = "cpu", layer: InceptionLayer = "2048"
    ) -> None:
        try:
            from torch_fidelity.feature_extractor_inceptionv3 import (  # noqa: PLC0415 - an extra
                FeatureExtractorInceptionV3,
            )
        except ImportError as error:
            msg = "FID and KID are computed by torch-fidelity, which is not installed."
            raise EnvironmentProblem(msg, "pip install 'fashion-studio[fidelity]'") from error
        state = read_plain_tensors(weights)
        self._device = torch.device(device)
        with tempfile.TemporaryDirectory() as folder:
            # It unpickles whatever lies in the file it is given: so it is given one of our own making.
            own = Path(folder) / "inception.pth"
            torch.save(state, own)
            try:
                network = FeatureExtractorInceptionV3(
                    "inception-v3-compat", [layer], feature_extractor_weights_path=str(own)
                )
            except RuntimeError as error:
                msg = f"{weights.name} does not hold the Inception-v3 weights that FID is computed with."
                raise CheckpointError(msg) from error
        self._network = network.to(self._device)

    def __call__(self, made: NDArray[np.uint8], wanted: NDArray[np.uint8]) -> dict[str, float]:
        """FID (Heusel et al., NeurIPS 2017) and KID (Bińkowski et al., ICLR 2018), 100 subsets of 1,000.

        Args:
            made: (N, S, S, 3) RGB, at least two.
            wanted: as many or another number, of the same kind.
        """
        from torch_fidelity.metric_fid import (  # noqa: PLC0415 - an extra
            fid_features_to_statistics,
            fid_statistics_to_metric,
        )
        from torch_fidelity.metric_kid import kid_features_to_metric  # noqa: PLC0415 - an extra

        one, two = (self._features(each) for each in (made, wanted))
        fid = fid_statistics_to_metric(
            fid_features_to_statistics(one), fid_features_to_statistics(two), verbose=False
        )
        kid = kid_features_to_metric(
            one,
            two,
            kid_subsets=_SUBSETS,
            kid_subset_size=min(_SUBSET_SIZE, len(one), len(two)),
            rng_seed=0,
            verbose=False,
        )
        return {
            "inception.fid": float(fid["frechet_inception_distance"]),
            "inception.kid": float(kid["kernel_inception_distance_mean"]),
        }

    def _features(self, pictures: NDArray[np.uint8]) -> torch.Tensor:
        found = []
        with torch.inference_mode():
            for start in range(0, len(pictures), _BATCH):
                batch = torch.from_numpy(pictures[start : start + _BATCH]).permute(0, 3, 1, 2)
                found.append(self._network(batch.to(self._device))[0].cpu())
        return torch.cat(found)
