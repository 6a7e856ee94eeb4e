"""FID and KID by torch-fidelity: on weights as they are handed around, without running what lies in them."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch
from torch_fidelity import feature_extractor_inceptionv3 as inception
from tqdm import tqdm

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.learning.amgan.inception_distance import InceptionDistance

if TYPE_CHECKING:
    from pathlib import Path


class Harmful:
    """Pickled, it would write a file when it is read."""

    def __init__(self, target: Path) -> None:
        self.target = target

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return (open, (str(self.target), "w"))


@pytest.fixture
def random_weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Of the right build, never trained."""
    with monkeypatch.context() as patched:
        patched.setattr(inception, "load_state_dict_from_url", lambda *_args, **_options: {})
        patched.setattr(
            inception.FeatureExtractorInceptionV3, "load_state_dict", lambda *_args, **_options: None
        )
        network = inception.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    path = tmp_path / "weights.pth"
    torch.save(network.state_dict(), path)
    return path


def test_equal_sets_are_no_distance_apart_and_others_are(
    random_weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # its watching thread outlives the test
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
    flat = np.full((6, 32, 32, 3), 40, np.uint8) + np.arange(6, dtype=np.uint8)[:, None, None, None] * 10
    distance = InceptionDistance(random_weights, layer="64")
    same, other = distance(noise, noise), distance(noise, flat)
    assert set(same) == {"inception.fid", "inception.kid"}
    assert same["inception.fid"] == pytest.approx(0.0, abs=1e-2 * other["inception.fid"])
    assert other["inception.fid"] > 0
    assert other["inception.kid"] > same["inception.kid"]


def test_a_file_that_would_run_code_is_refused_and_not_run(tmp_path: Path) -> None:
    target, path = tmp_path / "written", tmp_path / "weights.pth"
    with path.open("wb") as file:
        pickle.dump(Harmful(target), file, protocol=2)
    with pytest.raises(CheckpointError, match="cannot be read as plain tensors"):
        InceptionDistance(path)
    assert not target.exists()


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "weights.pth"
    torch.save({"a": torch.zeros(2)}, path)
    with pytest.raises(CheckpointError, match="does not hold the Inception-v3 weights"):
        InceptionDistance(path)


def test_without_the_package_the_command_that_installs_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "torch_fidelity.feature_extractor_inceptionv3", None)
    with pytest.raises(EnvironmentProblem) as caught:
        InceptionDistance(tmp_path / "weights.pth")
    assert "fidelity" in caught.value.remedy
