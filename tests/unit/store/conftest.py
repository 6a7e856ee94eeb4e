from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.project import Project
from tests.projects import make_project


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    """Five photos without files."""
    with make_project(tmp_path, studio, 5) as project:
        yield project
