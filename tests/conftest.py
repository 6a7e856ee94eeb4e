"""Fixtures shared by all tests: headless Qt, an isolated home, and the real photos where they are present."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fashion_studio.domain.vocabulary import Vocabulary

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show real windows instead of offscreen ones")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"


@pytest.fixture(autouse=True)
def _isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture(scope="session")
def studio() -> Vocabulary:
    """The shipped studio vocabulary."""
    return Vocabulary.from_file(REPOSITORY / "resources" / "vocabularies" / "studio.toml")


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real photographs beside the checkout; tests that want it are skipped without it."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("the folder of real photographs is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def shared_weights() -> Path:
    """The folder of ImageNet weights beside the checkout; tests that want it are skipped without it."""
    folder = SHARED / "weights"
    if not folder.is_dir():
        pytest.skip("the folder of pretrained weights is not beside this checkout")
    return folder
