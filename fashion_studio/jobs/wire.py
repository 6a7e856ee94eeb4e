"""What window and engine say to each other.

Small things travel as length-prefixed msgpack frames over the engine's stdin and stdout; arrays travel
through the `Arena` that both processes see.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from fashion_studio.domain.errors import BugError, EnvironmentProblem, PhotoError, StudioError, UserError
from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.prediction_codec import prediction_from_dict, prediction_to_dict
from fashion_studio.domain.predictions import Maps, Reading
from fashion_studio.jobs.edit_wire import (
    DescribeGenerator,
    Edit,
    EditedAnswer,
    EditValues,
    GeneratorAnswer,
    ReadEdited,
    ValueAnswer,
    ValuesAnswer,
    WriteEdited,
    WrittenAnswer,
)
from fashion_studio.jobs.packing import Packed, pack, unpack

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from fashion_studio.jobs.arena import Arena, BlockAllocator

__all__ = [
    "Answer",
    "ArrayAnswer",
    "Cancel",
    "ErrorAnswer",
    "HeadResult",
    "HeadTask",
    "HeadsInUse",
    "MapsHeader",
    "Matte",
    "Ping",
    "Pong",
    "Prioritise",
    "Progress",
    "Read",
    "ReadingAnswer",
    "Ready",
    "Release",
    "Request",
    "Shutdown",
    "Started",
    "Taught",
    "Teach",
    "Unusable",
    "UseHeads",
    "decode_answer",
    "decode_request",
    "encode",
    "error_from_wire",
    "error_to_wire",
    "path_from_wire",
    "path_to_wire",
    "read_frame",
    "reading_from_wire",
    "reading_to_packed",
    "reading_to_wire",
    "write_frame",
]

_LENGTH: Final = struct.Struct(">I")
_MAX_FRAME_BYTES: Final = 1 << 30


# ---------------------------------------------------------------- from the window to the engine


class Read(msgspec.Struct, frozen=True, tag=True):
    """Read a photo. Lower `priority` comes first; `alone` keeps it out of batches (it is under suspicion)."""

    id: int
    path: bytes
    with_maps: bool
    priority: int
    alone: bool = False


class Matte(msgspec.Struct, frozen=True, tag=True):
    """Cut a garment out. `method` is "house" (the mask head, refined) or the name of a rembg model."""

    id: int
    path: bytes
    method: str
    priority: int


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Forget these requests where they have not begun; none of them is answered any more."""

    ids: tuple[int, ...]


class Prioritise(msgspec.Struct, frozen=True, tag=True):
    """A waiting request has become more (or less) urgent."""

    id: int
    priority: int


class Release(msgspec.Struct, frozen=True, tag=True):
    """The arrays at this place of the arena have been copied; the place is free again."""

    offset: int


class Ping(msgspec.Struct, frozen=True, tag=True):
    """Are you there?"""

    id: int


class Shutdown(msgspec.Struct, frozen=True, tag=True):
    """Leave now."""


class HeadTask(msgspec.Struct, frozen=True):
    """One head's labels: little-endian arrays, rows int64 (n,) and targets uint8 (n, values)."""

    name: str
    rows: bytes
    targets: bytes
    held_rows: bytes
    held_targets: bytes


class Teach(msgspec.Struct, frozen=True, tag=True):
    """Fit the heads to these labels, and measure them on the held-out ones, which are not fitted to.

    Attributes:
        features: file of records of `learning.features`, `width` features each.
        folds: int64 per row of that file, 0 to 3, by which the strength of the change is chosen.
        current: the heads in force as a file's content; empty for the model's own. Only measured.
        model: id that the model is to have with the new heads.
    """

    id: int
    features: bytes
    width: int
    folds: bytes
    tasks: tuple[HeadTask, ...]
    current: bytes
    model: str


class UseHeads(msgspec.Struct, frozen=True, tag=True):
    """Answer with these heads from the next photo on; `heads` empty means the model's own."""

    heads: bytes


Request = (
    Read
    | Matte
    | Teach
    | UseHeads
    | Cancel
    | Prioritise
    | Release
    | Ping
    | Shutdown
    | DescribeGenerator
    | Edit
    | ReadEdited
    | EditValues
    | WriteEdited
)


# ---------------------------------------------------------------- from the engine to the window


class MapsHeader(msgspec.Struct, frozen=True):
    """The part of `Maps` that is not an array."""

    to_input: tuple[float, float, float, float]
    input_px: int


class Ready(msgspec.Struct, frozen=True, tag=True):
    """The model is loaded. `heads` gives each head's values in the order of its maps."""

    model: str
    device: str
    load_ms: float
    heads: dict[str, tuple[str, ...]]
    landmarks: tuple[str, ...]


class Unusable(msgspec.Struct, frozen=True, tag=True):
    """The model cannot be loaded, and another try would end the same way. A sentence for a person."""

    reason: str


class Started(msgspec.Struct, frozen=True, tag=True):
    """Work on these has begun; if the engine dies now, one of them was the cause."""

    ids: tuple[int, ...]


class ReadingAnswer(msgspec.Struct, frozen=True, tag=True):
    """A reading. `stamp` is the file's (mtime in ns, size in bytes) before it was opened.

    `features` is little-endian float16 (width,).
    """

    id: int
    prediction: dict[str, Any]
    stamp: tuple[int, int]
    maps: MapsHeader | None = None
    packed: Packed | None = None
    features: bytes = b""


class ArrayAnswer(msgspec.Struct, frozen=True, tag=True):
    """A single array, named "alpha": uint8 (H, W) of the upright photo, 255 on the garment."""

    id: int
    packed: Packed


class ErrorAnswer(msgspec.Struct, frozen=True, tag=True):
    """A request failed. `kind`: photo, user, environment, bug; `detail`: the photo's reason or the remedy."""

    id: int
    kind: str
    message: str
    detail: str = ""


class Progress(msgspec.Struct, frozen=True, tag=True):
    """A long request (weights being fetched) is alive. `done` and `total` in bytes; total 0 = not known."""

    id: int
    text: str
    done: int = 0
    total: int = 0


class Pong(msgspec.Struct, frozen=True, tag=True):
    """Here."""

    id: int


class HeadResult(msgspec.Struct, frozen=True):
    """What became of one head: see `learning.head_refit.Refit` and `HeadFigures`.

    Attributes:
        labels: that it was fitted to.
        held_out: that it was measured by.
        before, after: of those, right with the heads in force and with the new ones.
        loss_before, loss_after: mean log loss.
    """

    name: str
    change: float
    labels: int
    reason: str
    held_out: int
    before: int
    after: int
    loss_before: float
    loss_after: float


class Taught(msgspec.Struct, frozen=True, tag=True):
    """New heads as a file's content; nothing uses them yet."""

    id: int
    heads: bytes
    results: tuple[HeadResult, ...]
    seconds: float


class HeadsInUse(msgspec.Struct, frozen=True, tag=True):
    """From the next photo on the engine answers as this model. `problem`: why not with the heads wanted."""

    model: str
    problem: str = ""


Answer = (
    Ready
    | Unusable
    | Started
    | ReadingAnswer
    | ArrayAnswer
    | ErrorAnswer
    | Progress
    | Pong
    | Taught
    | HeadsInUse
    | GeneratorAnswer
    | EditedAnswer
    | ValueAnswer
    | ValuesAnswer
    | WrittenAnswer
)

_encoder: Final = msgspec.msgpack.Encoder()
_request_decoder: Final[msgspec.msgpack.Decoder[Request]] = msgspec.msgpack.Decoder(Request)
_answer_decoder: Final[msgspec.msgpack.Decoder[Answer]] = msgspec.msgpack.Decoder(Answer)


def encode(message: Request | Answer) -> bytes:
    """The message as msgpack, without its length."""
    return _encoder.encode(message)


def decode_request(data: bytes) -> Request:
    """A message to the engine.

    Raises:
        msgspec.DecodeError: not one of ours.
    """
    return _request_decoder.decode(data)


def decode_answer(data: bytes) -> Answer:
    """A message from the engine.

    Raises:
        msgspec.DecodeError: not one of ours.
    """
    return _answer_decoder.decode(data)


def write_frame(stream: IO[bytes], data: bytes) -> None:
    """Writes one length-prefixed frame and flushes.

    Raises:
        OSError: the other side is gone.
    """
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def read_frame(stream: IO[bytes]) -> bytes | None:
    """The next frame; None when the other side is gone, also in the middle of a frame.

    Raises:
        BugError: the length cannot be right, so that the stream is out of step.
    """
    head = stream.read(_LENGTH.size)
    if head is None or len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    if length > _MAX_FRAME_BYTES:
        msg = f"A message of {length} bytes was announced; the stream is out of step."
        raise BugError(msg)
    data = stream.read(length)
    return data if data is not None and len(data) == length else None


def path_to_wire(path: Path) -> bytes:
    """A path as bytes, so that file names that are not valid UTF-8 travel too."""
    return os.fsencode(path)


def path_from_wire(data: bytes) -> Path:
    """The way back."""
    return Path(os.fsdecode(data))


# ---------------------------------------------------------------- arrays, readings and errors


def reading_to_wire(
    request_id: int, reading: Reading, stamp: tuple[int, int], arena: Arena, blocks: BlockAllocator
) -> ReadingAnswer:
    """A reading as a message; its maps go through the arena."""
    return reading_to_packed(request_id, reading, stamp, lambda arrays: pack(arrays, arena, blocks))


def reading_to_packed(
    request_id: int,
    reading: Reading,
    stamp: tuple[int, int],
    packing: Callable[[Mapping[str, NDArray[Any]]], Packed],
) -> ReadingAnswer:
    """The same with another way to make its maps ready."""
    prediction, maps = prediction_to_dict(reading.prediction), reading.maps
    features = b"" if reading.features is None else reading.features.astype("<f2").tobytes()
    if maps is None:
        return ReadingAnswer(request_id, prediction, stamp, features=features)
    arrays = {"heatmaps": maps.heatmaps, "mask": maps.mask}
    arrays |= {f"cam:{head}": cams for head, cams in maps.cams.items()}
    affine = maps.to_input
    header = MapsHeader((affine.scale_x, affine.scale_y, affine.shift_x, affine.shift_y), maps.input_px)
    return ReadingAnswer(request_id, prediction, stamp, header, packing(arrays), features)


def reading_from_wire(answer: ReadingAnswer, arena: Arena) -> Reading:
    """The reading of a message. Its arrays are read-only copies."""
    prediction = prediction_from_dict(answer.prediction)
    features = np.frombuffer(answer.features, "<f2") if answer.features else None
    if answer.maps is None or answer.packed is None:
        return Reading(prediction, features=features)
    arrays = unpack(answer.packed, arena)
    cams = {name.removeprefix("cam:"): array for name, array in arrays.items() if name.startswith("cam:")}
    maps = Maps(cams, arrays["heatmaps"], arrays["mask"], Affine(*answer.maps.to_input), answer.maps.input_px)
    return Reading(prediction, maps, features)


def error_to_wire(request_id: int, error: Exception) -> ErrorAnswer:
    """An error as a message; what is not in our tree becomes a bug."""
    if isinstance(error, PhotoError):
        return ErrorAnswer(request_id, "photo", str(error), error.reason)
    if isinstance(error, EnvironmentProblem):
        message = str(error).removesuffix(error.remedy).strip()
        return ErrorAnswer(request_id, "environment", message, error.remedy)
    if isinstance(error, UserError):
        return ErrorAnswer(request_id, "user", str(error))
    return ErrorAnswer(request_id, "bug", f"{type(error).__name__}: {error}")


def error_from_wire(answer: ErrorAnswer, path: Path) -> StudioError:
    """The error of a message about the photo at `path`."""
    if answer.kind == "photo":
        return PhotoError(path, answer.detail)
    if answer.kind == "user":
        return UserError(answer.message)
    if answer.kind == "environment":
        return EnvironmentProblem(answer.message, answer.detail)
    return BugError(f"The engine failed on {path.name}: {answer.message}")
