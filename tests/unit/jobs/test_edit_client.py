"""Editing through a real engine process, with a generator of random weights."""

from __future__ import annotations

import os
import signal
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from engines import QUICK, MakeClient, until
from garments import ATTRIBUTES, shirt_photo, tiny_generator
from PIL import Image
from samples import sample_prediction

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.edits import EditStack, EditStep
from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.imaging.edited_files import read_stack_json
from fashion_studio.jobs.edit_client import EditingClient
from fashion_studio.jobs.engine_client import EnginePhase

WAIT_S = 100.0  # the engine brings the network library
SHIRTS = replace(QUICK, reader="garments:ShirtReader")
RED = EditStack((EditStep.of("colors", "red"),))


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "a.png"
    Image.fromarray(shirt_photo(150, 200)).save(path)
    return path


def test_a_whole_session_of_editing(make_client: MakeClient, tmp_path: Path, photo: Path) -> None:
    client = make_client(SHIRTS)
    client.editing.generator = tmp_path / "nothing here"
    with pytest.raises(UserError, match="No generator is installed"):
        client.editing.facts().result(WAIT_S)
    client.editing.generator = tiny_generator(tmp_path / "g")
    facts = client.editing.facts().result(WAIT_S)
    assert (facts.model, facts.attributes) == ("tiny-1", ATTRIBUTES)

    preview = client.editing.preview(photo, RED, size_px=100).result(WAIT_S)
    assert preview.image.shape == (100, 75, 3)
    assert list(preview.step_masks) == [0]
    seen = sample_prediction(load_vocabulary(), 3).category.value  # by `ShirtReader`
    assert preview.category == seen
    off = EditStack((msgspec.structs.replace(RED.steps[0], enabled=False),))
    assert client.editing.preview(photo, off).result(WAIT_S).step_masks == {}
    outlined = client.editing.preview(photo, off, size_px=100, outlined=0).result(WAIT_S)
    np.testing.assert_array_equal(outlined.step_masks[0], preview.step_masks[0])
    again = client.editing.preview(photo, RED).result(WAIT_S)
    own = np.asarray(Image.open(photo))
    np.testing.assert_array_equal(again.image[again.mask == 0], own[again.mask == 0])

    came: list[str] = []
    asked = client.editing.grid(
        photo, RED, EditStep.of("pattern", ""), on_value=lambda value, _: came.append(value)
    )
    grid = asked.result(WAIT_S)
    assert came == list(grid.images) == list(ATTRIBUTES["pattern"])
    assert grid.problem == ""

    result = client.editing.reading(photo, RED).result(WAIT_S)
    assert result.prediction.model == "shirt-1"
    assert client.cached(photo) is None  # what is said of the result is not said of the photo

    target = tmp_path / "b.tif"
    written = client.editing.write(photo, RED, target).result(WAIT_S)
    assert (written.path, written.category) == (target, seen)
    assert "tiny-1" in read_stack_json(target)
    (tmp_path / "file").touch()
    with pytest.raises(EnvironmentProblem, match="cannot be written"):
        client.editing.write(photo, RED, tmp_path / "file" / "c.png").result(WAIT_S)


@pytest.mark.logs_warnings
def test_an_engine_killed_in_the_middle_is_asked_again(
    make_client: MakeClient, tmp_path: Path, photo: Path
) -> None:
    client = make_client(SHIRTS)
    until(lambda: client.state.phase is EnginePhase.READY, WAIT_S)
    client.editing.generator = tiny_generator(tmp_path / "g")
    grid = client.editing.grid(photo, RED, EditStep.of("colors", ""))
    assert client.pid is not None
    os.kill(client.pid, signal.SIGKILL)
    assert list(grid.result(WAIT_S).images) == list(ATTRIBUTES["colors"])
    assert client.state.restarts == 1


class Asked:
    """An engine's client that only notes what it is asked."""

    def __init__(self) -> None:
        self.requests: list[Any] = []
        self.futures: list[Future[Any]] = []

    def ask_edit(self, make: Any, path: Path, on_value: Any = None) -> Future[Any]:
        self.requests.append(make(len(self.requests)))
        self.futures.append(Future())
        return self.futures[-1]


def test_a_newer_request_takes_the_older_of_its_kind_back() -> None:
    asked = Asked()
    editing = EditingClient(asked, Path("g"))
    a = Path("a.jpg")
    first = editing.preview(a, EditStack())
    grid = editing.grid(a, EditStack(), EditStep.of("colors", "red"))
    file = editing.write(a, EditStack(), Path("b.png"))
    second = editing.preview(a, RED)
    assert first.cancelled()
    with pytest.raises(CancelledError):
        first.result(0)
    assert not second.cancelled()
    assert not grid.cancelled()
    editing.cancel()
    assert second.cancelled()
    assert grid.cancelled()
    assert not file.cancelled()
    assert len({request.id for request in asked.requests}) == 4
