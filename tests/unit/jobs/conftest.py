"""A folder that stands for a model, and clients that are closed whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from engines import QUICK, MakeClient

from fashion_studio.jobs.engine_client import EngineClient, EngineOptions, EngineState

TESTS = Path(__file__).parents[2]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A model folder for `fake_reader`, which engine processes can import."""
    monkeypatch.setenv("PYTHONPATH", str(TESTS))
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.txt").write_text("ok", encoding="utf-8")
    return folder


@pytest.fixture
def states() -> list[EngineState]:
    """Every state that the clients of this test went through."""
    return []


@pytest.fixture
def make_client(tmp_path: Path, model: Path, states: list[EngineState]) -> Iterator[MakeClient]:
    clients: list[EngineClient] = []

    def make(options: EngineOptions = QUICK, *, start: bool = True) -> EngineClient:
        client = EngineClient(
            model, "cpu", on_state=states.append, log_file=tmp_path / "logs" / "engine.log", options=options
        )
        clients.append(client)
        if start:
            client.start()
        return client

    yield make
    for client in clients:
        client.close()
