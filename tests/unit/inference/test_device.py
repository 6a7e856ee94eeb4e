"""Choosing a device."""

from __future__ import annotations

import pytest
import torch

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.inference import device as devices
from fashion_studio.inference.device import choose_device, device_title


def test_the_cpu_is_always_there() -> None:
    assert choose_device("cpu").type == "cpu"
    assert device_title(torch.device("cpu")) == "CPU"


@pytest.mark.parametrize(
    ("present", "computing", "chosen"),
    [
        ({"cuda", "mps"}, {"cuda", "mps"}, "cuda"),
        ({"cuda", "mps"}, {"mps"}, "mps"),  # a driver that is there but too old
        ({"mps"}, {"mps"}, "mps"),
        (set(), set(), "cpu"),
    ],
)
def test_auto_takes_the_first_that_computes(monkeypatch, present, computing, chosen) -> None:
    monkeypatch.setattr(devices, "_is_present", lambda kind: kind in present)
    monkeypatch.setattr(devices, "_computes", lambda name: name in computing)
    assert choose_device().type == chosen


def test_a_device_that_is_not_there_is_said_plainly(monkeypatch) -> None:
    monkeypatch.setattr(devices, "_is_present", lambda kind: False)
    for name in ("cuda", "cuda:3", "mps"):
        with pytest.raises(EnvironmentProblem, match=f"“{name}” is not available.*“cpu”"):
            choose_device(name)


@pytest.mark.parametrize("name", ["gpu", "cudda", "meta", ""])
def test_nonsense_is_refused(name) -> None:
    with pytest.raises(UserError, match="auto, cpu, cuda"):
        choose_device(name)


def test_computing_is_tried_out() -> None:
    assert devices._computes("cpu")
    if not torch.cuda.is_available():
        assert not devices._computes("cuda")
