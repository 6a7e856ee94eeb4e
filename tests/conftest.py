"""Fixtures shared by all tests: headless Qt, an isolated home, and the real photos where they are present."""

from __future__ import annotations

import gc
import os
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fashion_studio.domain.vocabulary import Vocabulary

REPOSITORY = Path(__file__).parents[1]
SHARED = REPOSITORY.parent / "shared"
sys.path.insert(0, str(Path(__file__).parent))  # modules shared by tests: leaks, samples, fake_reader

from leaks import UnexpectedLogs, leaves_nothing_behind  # noqa: E402 - found only now
from patience import PatientBot  # noqa: E402


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--headed", action="store_true", help="show real windows instead of offscreen ones")


def pytest_configure(config: pytest.Config) -> None:
    if not config.getoption("--headed"):
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
    config.addinivalue_line("markers", "logs_warnings: our own loggers are expected to warn in this test")
    config.addinivalue_line(
        "markers", "leaks(reason): something foreign stays behind, and why that is all right"
    )


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Iterator[None]:
    """Puts what the imports made, most of a million objects, out of the collector's sight.

    The leak checks collect after nearly every test with a window: 20 ms then, instead of half a second.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or extensions take what lives till the end for leaked, and say so


@pytest.fixture(autouse=True)
def _isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home / name.lower()))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            msg = f"a test wanted to connect to {address[0]}"
            raise OSError(msg)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _no_leaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails a test that leaves threads, processes, timers or windows behind, or logs a warning."""
    if request.node.get_closest_marker("leaks"):
        yield
        return
    with leaves_nothing_behind(), UnexpectedLogs.caught() as logs:
        yield
    expected = request.node.get_closest_marker("logs_warnings") or "caplog" in request.fixturenames
    assert expected or not logs.lines, f"unexpected in the log: {logs.lines}"


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> PatientBot:
    """pytest-qt's driver of widgets, with more patience."""
    return PatientBot(request)


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
