from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from samples import sample_reading

from fashion_studio.domain.errors import (
    BugError,
    CheckpointError,
    EnvironmentProblem,
    PhotoError,
    StudioError,
    UserError,
)
from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.jobs.arena import Arena, BlockAllocator
from fashion_studio.jobs.packing import pack, unpack
from fashion_studio.jobs.wire import (
    Cancel,
    Matte,
    Ping,
    Prioritise,
    Read,
    ReadingAnswer,
    Ready,
    Release,
    Request,
    Shutdown,
    decode_answer,
    decode_request,
    encode,
    error_from_wire,
    error_to_wire,
    path_from_wire,
    path_to_wire,
    read_frame,
    reading_from_wire,
    reading_to_wire,
    write_frame,
)


@pytest.fixture
def arena() -> Iterator[Arena]:
    arena = Arena.create(1 << 21)
    yield arena
    arena.close()


@pytest.mark.parametrize(
    "request_",
    [
        Read(1, b"a/b", with_maps=True, priority=0),
        Read(2, b"a", with_maps=False, priority=2, alone=True),
        Matte(3, b"a", "u2net", 1),
        Cancel((1, 2)),
        Prioritise(1, 0),
        Release(64),
        Ping(4),
        Shutdown(),
    ],
)
def test_requests_survive_the_wire(request_: Request) -> None:
    assert decode_request(encode(request_)) == request_


def test_answers_survive_the_wire() -> None:
    ready = Ready("house-1", "cpu", 12.5, {"fit": ("tight", "loose")}, ("left_hem",))
    assert decode_answer(encode(ready)) == ready


def test_frames_follow_each_other_and_a_torn_one_is_the_end() -> None:
    stream = io.BytesIO()
    write_frame(stream, b"one")
    write_frame(stream, b"")
    write_frame(stream, b"three")
    whole = stream.getvalue()
    stream = io.BytesIO(whole[:-1])
    assert [read_frame(stream) for _ in range(4)] == [b"one", b"", None, None]
    assert read_frame(io.BytesIO(whole[:2])) is None


def test_an_absurd_length_is_a_bug_not_an_allocation() -> None:
    with pytest.raises(BugError, match="out of step"):
        read_frame(io.BytesIO(b"\xff\xff\xff\xff"))


def test_a_file_name_that_is_not_utf8_travels() -> None:
    path = path_from_wire(b"/photos/\xe9t\xe9.jpg")
    assert path_to_wire(path) == b"/photos/\xe9t\xe9.jpg"


@pytest.mark.parametrize("capacity", [1 << 21, 64])
def test_a_reading_survives_in_the_arena_and_outside_it(
    studio: Vocabulary, arena: Arena, capacity: int
) -> None:
    reading, blocks = sample_reading(studio, 5), BlockAllocator(capacity)
    message = reading_to_wire(7, reading, (123, 456), arena, blocks)
    answer = decode_answer(encode(message))
    assert isinstance(answer, ReadingAnswer)
    assert answer.packed is not None
    assert (answer.packed.offset < 0) == (capacity == 64)
    assert (len(encode(message)) < 20_000) == (capacity != 64), "maps do not travel in the message"
    back = reading_from_wire(answer, arena)
    assert (answer.id, answer.stamp) == (7, (123, 456))
    assert back.prediction == reading.prediction
    assert back.maps is not None
    assert reading.maps is not None
    assert list(back.maps.cams) == list(reading.maps.cams)
    for head, cams in reading.maps.cams.items():
        np.testing.assert_array_equal(back.maps.cams[head], cams)
    np.testing.assert_array_equal(back.maps.heatmaps, reading.maps.heatmaps)
    np.testing.assert_array_equal(back.maps.mask, reading.maps.mask)
    assert back.maps.to_input == reading.maps.to_input
    assert back.maps.input_px == reading.maps.input_px


def test_arrays_read_out_stay_when_the_arena_is_written_again(arena: Arena) -> None:
    blocks = BlockAllocator(arena.size)
    packed = pack({"alpha": np.arange(10, dtype=np.uint8)}, arena, blocks)
    kept = unpack(packed, arena)["alpha"]
    blocks.release(packed.offset)
    pack({"alpha": np.zeros(10, np.uint8)}, arena, blocks)
    np.testing.assert_array_equal(kept, np.arange(10))


def test_a_reading_without_maps_takes_no_memory(studio: Vocabulary, arena: Arena) -> None:
    blocks = BlockAllocator(arena.size)
    message = reading_to_wire(1, Reading(sample_reading(studio).prediction), (0, 0), arena, blocks)
    assert blocks.used == 0
    assert reading_from_wire(message, arena).maps is None


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (PhotoError(Path("a.jpg"), "file ends too early"), PhotoError, "a.jpg: file ends too early"),
        (
            EnvironmentProblem("No memory.", "Close something."),
            EnvironmentProblem,
            "No memory. Close something.",
        ),
        (CheckpointError("Damaged."), UserError, "Damaged."),
        (ValueError("odd"), BugError, "The engine failed on a.jpg: ValueError: odd"),
        (BugError("odd"), BugError, "The engine failed on a.jpg: BugError: odd"),
    ],
)
def test_errors_arrive_as_what_they_are(error: Exception, kind: type[StudioError], words: str) -> None:
    back = error_from_wire(error_to_wire(1, error), Path("a.jpg"))
    assert type(back) is kind
    assert str(back) == words
    if isinstance(error, PhotoError):
        assert isinstance(back, PhotoError)
        assert (back.path, back.reason) == (error.path, error.reason)
