"""An editor with a painting generator and a reader that knows the made-up shirt."""

from __future__ import annotations

import cv2
import pytest
import torch
from garments import ShirtReader, painting_generator

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.editing.editor import Editor


@pytest.fixture(scope="session", autouse=True)
def _mild() -> None:
    torch.set_num_threads(1)
    cv2.setNumThreads(1)


@pytest.fixture
def reader(studio: Vocabulary) -> ShirtReader:
    return ShirtReader(studio)


@pytest.fixture
def editor(reader: ShirtReader) -> Editor:
    return Editor(painting_generator(), lambda image: reader.read([image])[0])
