"""Which device computes: CUDA, then Apple's MPS, then the CPU, or what the person set."""

from __future__ import annotations

import platform
from typing import Final

import torch

from fashion_studio.domain.errors import EnvironmentProblem, UserError

__all__ = ["AUTO", "choose_device", "device_title"]

AUTO: Final = "auto"


def choose_device(wanted: str = AUTO) -> torch.device:
    """The device to compute on.

    Args:
        wanted: "auto", "cpu", "cuda", "cuda:1" or "mps". "auto" takes the first of CUDA, MPS and CPU that
            really computes: a driver that is too old is noticed here and not in the middle of the work.

    Raises:
        UserError: no such name.
        EnvironmentProblem: the device was asked for by name and is not there.
    """
    if wanted == AUTO:
        for name in ("cuda", "mps"):
            if _is_present(name) and _computes(name):
                return torch.device(name)
        return torch.device("cpu")
    try:
        device = torch.device(wanted)
    except RuntimeError as error:
        msg = f"There is no device “{wanted}”; choose auto, cpu, cuda, cuda:1 or mps."
        raise UserError(msg) from error
    if device.type == "cpu":
        return device
    if device.type not in {"cuda", "mps"}:
        msg = f"The device “{wanted}” is not used here; choose auto, cpu, cuda, cuda:1 or mps."
        raise UserError(msg)
    if not _is_present(device.type) or not _computes(wanted):
        raise EnvironmentProblem(
            f"The device “{wanted}” is not available on this machine.",
            "Choose “auto” or “cpu”, or check its driver.",
        )
    return device


def device_title(device: torch.device) -> str:
    """A name for people: "CPU", "CUDA 0 (NVIDIA H200)", "Apple GPU"."""
    if device.type == "cuda":
        index = device.index if device.index is not None else torch.cuda.current_device()
        return f"CUDA {index} ({torch.cuda.get_device_name(index)})"
    if device.type == "mps":
        return f"Apple GPU ({platform.processor() or platform.machine()})"
    return "CPU"


def _is_present(kind: str) -> bool:
    if kind == "cuda":
        return torch.cuda.is_available()
    return torch.backends.mps.is_available()


def _computes(name: str) -> bool:
    """Whether a small convolution runs: `is_available` says nothing of kernels for this very device."""
    try:
        probe = torch.nn.functional.conv2d(
            torch.ones(1, 1, 3, 3, device=name), torch.ones(1, 1, 3, 3, device=name)
        )
        return float(probe.item()) == 9.0
    except (RuntimeError, AssertionError):
        return False
