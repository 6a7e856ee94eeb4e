"""Thread counts are lent and given back."""

from __future__ import annotations

import cv2
import pytest
import torch

from fashion_studio.inference.folder import read_paths
from fashion_studio.inference.threads import one_thread_each


@pytest.fixture
def several() -> tuple[int, int]:
    before = torch.get_num_threads(), cv2.getNumThreads()
    torch.set_num_threads(3)
    cv2.setNumThreads(2)
    yield 3, cv2.getNumThreads()
    torch.set_num_threads(before[0])
    cv2.setNumThreads(before[1])


def settings() -> tuple[int, int]:
    return torch.get_num_threads(), cv2.getNumThreads()


def test_threads_are_one_inside_and_as_before_after(several) -> None:
    with one_thread_each():
        assert settings() == (1, 1)
    assert settings() == several
    with one_thread_each(network_too=False):
        assert settings() == (3, 1)
    assert settings() == several


def test_they_come_back_after_an_error_and_after_leaving_a_folder_early(several, reader, tmp_path) -> None:
    with pytest.raises(ZeroDivisionError), one_thread_each():
        _ = 1 / 0
    assert settings() == several
    answers = read_paths(reader, [tmp_path / "gone.jpg"] * 5, batch_size=1)
    next(answers)
    assert settings() == (1, 1)
    answers.close()
    assert settings() == several
