"""The engine: the one process beside jobs that holds a loaded model. Started by `engine_client`, ended by it.

It listens on stdin and answers on stdout (see `wire`); whatever else is printed, also by native code, goes to
stderr, which is the log. When stdin closes, the window is gone, and the engine leaves at once.
"""

from __future__ import annotations

import argparse
import importlib
import logging
import os
import signal
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, StudioError
from fashion_studio.domain.reading_scale import scaled_reading
from fashion_studio.imaging.decode import DecodedPhoto, load_photo
from fashion_studio.jobs.arena import Arena, BlockAllocator
from fashion_studio.jobs.cutting_out import Cutter
from fashion_studio.jobs.edit_desk import EditDesk
from fashion_studio.jobs.packing import pack
from fashion_studio.jobs.request_queue import Queued, RequestQueue
from fashion_studio.jobs.teaching import Teacher
from fashion_studio.jobs.wire import (
    Answer,
    ArrayAnswer,
    Cancel,
    Matte,
    Ping,
    Pong,
    Prioritise,
    Progress,
    Read,
    Ready,
    Release,
    Shutdown,
    Started,
    Teach,
    Unusable,
    UseHeads,
    decode_request,
    encode,
    error_to_wire,
    path_from_wire,
    read_frame,
    reading_to_wire,
    write_frame,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.jobs.edit_wire import EditRequest
    from fashion_studio.jobs.packing import Packed

__all__ = ["DEFAULT_READER", "READ_SIDE_PX", "EngineServer", "PhotoReader", "main"]

DEFAULT_READER: Final = "fashion_studio.inference.reader:Reader"
READ_SIDE_PX: Final = 1024
"""Photos are decoded to at most this side for reading; results are scaled to the full photo."""

_MOST_IN_A_BATCH: Final = 16
_BATCH_TARGET_S: Final = 0.15
_NICENESS: Final = 5

_log = logging.getLogger(__name__)


class PhotoReader(Protocol):
    """What the engine needs of `inference.reader.Reader`."""

    @property
    def vocabulary(self) -> Vocabulary:
        """What the model answers in."""

    @property
    def model_id(self) -> str:
        """Id of the weights bundle."""

    @property
    def device_name(self) -> str:
        """The device in a word a person knows."""

    def read(
        self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool = False, measure_colors: bool = True
    ) -> list[Reading]:
        """Reads images in one pass."""


class EngineServer:
    """Answers requests of one window. `run` is the worker; `listen` feeds it from its own thread."""

    def __init__(self, answers: IO[bytes], arena: Arena) -> None:
        self._answers = answers
        self._arena = arena
        self._blocks = BlockAllocator(arena.size)
        self._lock = threading.Lock()
        self._queue = RequestQueue()
        self._wanted: set[int] = set()
        self._pool = ThreadPoolExecutor(2, "decode")
        self._seconds_per_photo = _BATCH_TARGET_S
        self._teacher = Teacher(self._send)

    def listen(self, requests: IO[bytes]) -> None:
        """Reads requests until the window is gone or says goodbye."""
        while (data := read_frame(requests)) is not None:
            request = decode_request(data)
            if isinstance(request, Shutdown):
                break
            self._accept(request)
        self._queue.close()

    def run(self, load: Callable[[], PhotoReader]) -> bool:
        """Loads the model, says so, and answers until the queue is closed.

        Returns:
            False when the model cannot be loaded; the window has been told why.
        """
        started = time.perf_counter()
        try:
            reader = load()
        except Exception as error:  # noqa: BLE001 - whatever it is, the next try would end the same way
            _log.exception("The model cannot be loaded.")
            self._send(Unusable(_why_not_loaded(error)))
            return False
        vocabulary = reader.vocabulary
        self._send(
            Ready(
                reader.model_id,
                reader.device_name,
                (time.perf_counter() - started) * 1000.0,
                {attribute.name: attribute.value_names for attribute in vocabulary.attributes},
                vocabulary.landmark_names,
            )
        )
        self._teacher.ready(reader)
        cutter = Cutter(reader)
        desk = EditDesk(reader, self._teacher.reading, self._pack)
        while batch := self._queue.take(self._batch_limit()):
            self._teacher.settle()
            self._begin(batch)
            first = batch[0]
            if isinstance(first, Matte):
                self._answer_matte(cutter, first)
            elif not isinstance(first, Read):
                self._answer_edit(desk, first)
            else:
                self._answer_reads(reader, [request for request in batch if isinstance(request, Read)])
        return True

    def _accept(self, request: object) -> None:
        if isinstance(request, Queued):
            self._queue.put(request)
        elif isinstance(request, Teach):
            self._teacher.teach(request)
        elif isinstance(request, UseHeads):
            self._teacher.want(request)
        elif isinstance(request, Cancel):
            self._queue.cancel(request.ids)
            self._teacher.cancel(request.ids)
            with self._lock:
                self._wanted.difference_update(request.ids)
        elif isinstance(request, Prioritise):
            self._queue.prioritise(request.id, request.priority)
        elif isinstance(request, Release):
            with self._lock:
                self._blocks.release(request.offset)
        elif isinstance(request, Ping):
            self._send(Pong(request.id))

    def _send(self, answer: Answer) -> None:
        with self._lock:
            write_frame(self._answers, encode(answer))

    def _batch_limit(self) -> int:
        """So many that a photo shown meanwhile does not wait noticeably longer than for itself."""
        return max(1, min(_MOST_IN_A_BATCH, int(_BATCH_TARGET_S / max(self._seconds_per_photo, 1e-4))))

    def _begin(self, batch: list[Queued]) -> None:
        ids = tuple(request.id for request in batch)
        with self._lock:
            self._wanted = set(ids)
        self._send(Started(ids))

    def _is_wanted(self, request: Queued) -> bool:
        with self._lock:
            return request.id in self._wanted

    def _answer_reads(self, reader: PhotoReader, requests: list[Read]) -> None:
        opened = self._pool.map(_open, requests) if len(requests) > 1 else map(_open, requests)
        photos: list[tuple[Read, DecodedPhoto, tuple[int, int]]] = []
        for request, outcome in zip(requests, opened, strict=True):
            if isinstance(outcome, PhotoError):
                self._send(error_to_wire(request.id, outcome))
            elif self._is_wanted(request):
                photos.append((request, *outcome))
        if not photos:
            return
        started = time.perf_counter()
        try:
            with self._teacher.reading:
                readings = reader.read(
                    [photo.image for _, photo, _ in photos], with_maps=requests[0].with_maps
                )
        except Exception as error:  # noqa: BLE001 - one photo's failure, of any kind, is that photo's answer
            if len(photos) > 1:  # too large together, or one of them is the cause: find out which
                _log.warning("A batch of %d failed; one by one.", len(photos), exc_info=True)
                for request, _, _ in photos:
                    self._answer_reads(reader, [request])
                return
            _log.exception("Reading %s failed.", path_from_wire(photos[0][0].path))
            self._send(error_to_wire(photos[0][0].id, _explained(error)))
            return
        self._learn_speed((time.perf_counter() - started) / len(photos))
        for (request, photo, stamp), reading in zip(photos, readings, strict=True):
            full = scaled_reading(reading, photo.width_px, photo.height_px)
            with self._lock:
                answer = reading_to_wire(request.id, full, stamp, self._arena, self._blocks)
            self._send(answer)

    def _answer_matte(self, cutter: Cutter, request: Matte) -> None:
        path = path_from_wire(request.path)

        def on_progress(text: str, done: int, total: int) -> None:
            self._send(Progress(request.id, text, done, total))

        try:
            alpha = cutter.cut_out(path, request.method, on_progress)
        except Exception as error:  # noqa: BLE001 - as above
            _log.exception("Cutting out %s failed.", path)
            self._send(error_to_wire(request.id, _explained(error)))
            return
        self._send(ArrayAnswer(request.id, self._pack({"alpha": alpha})))

    def _answer_edit(self, desk: EditDesk, request: EditRequest) -> None:
        """Answers; a grid goes back into the queue between its parts, so that others can overtake it."""
        try:
            answers, done = desk.answer(request)
        except Exception as error:  # noqa: BLE001 - as above
            if not isinstance(error, StudioError):
                _log.exception("An edit failed.")
            self._send(error_to_wire(request.id, _explained(error)))
            return
        for answer in answers:
            self._send(answer)
        if not done and self._is_wanted(request):
            self._queue.put(request)

    def _pack(self, arrays: Mapping[str, NDArray[Any]]) -> Packed:
        with self._lock:
            return pack(arrays, self._arena, self._blocks)

    def _learn_speed(self, seconds: float) -> None:
        self._seconds_per_photo += 0.3 * (seconds - self._seconds_per_photo)


def _open(request: Read) -> tuple[DecodedPhoto, tuple[int, int]] | PhotoError:
    path = path_from_wire(request.path)
    try:
        facts = path.stat()
        return load_photo(path, max_side_px=READ_SIDE_PX), (facts.st_mtime_ns, facts.st_size)
    except OSError as error:
        return PhotoError(path, error.strerror or "cannot be opened")
    except PhotoError as error:
        return error


def _explained(error: Exception) -> Exception:
    """Running out of memory is the machine's, not ours; anything else stays what it is."""
    if isinstance(error, MemoryError) or "out of memory" in str(error).lower():
        return EnvironmentProblem("The device ran out of memory.", "Close other programs or use the CPU.")
    return error


def _why_not_loaded(error: Exception) -> str:
    if isinstance(error, StudioError):
        return str(error)
    if isinstance(error, ImportError):
        return f"The model needs a package that is not installed: {error.name or error}."
    return f"The model cannot be loaded ({type(error).__name__}: {error})."


def _loader(reader: str, model: Path, device: str) -> Callable[[], PhotoReader]:
    def load() -> PhotoReader:
        module, _, name = reader.partition(":")
        loaded: PhotoReader = getattr(importlib.import_module(module), name).load(model, device=device)
        return loaded

    return load


def _protected_stdout() -> IO[bytes]:
    """The real stdout, for answers alone; everything that is printed goes to stderr."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    return answers


def _protected_stdin() -> IO[bytes]:
    """The real stdin; nobody else can read from it."""
    requests = os.fdopen(os.dup(0), "rb")
    with Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
    return requests


def _leave_when_done(server: EngineServer, requests: IO[bytes]) -> None:
    code = 0
    try:
        server.listen(requests)
    except Exception:  # noqa: BLE001 - the thread is the last to know; without this nobody would
        _log.exception("The stream of requests broke.")
        code = 1
    # The worker may be in the middle of a forward pass; nobody waits for it any more.
    logging.shutdown()
    os._exit(code)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="fashion-studio engine")
    parser.add_argument("--model", type=Path, required=True, help="folder of the weights bundle")
    parser.add_argument("--device", default="auto")
    parser.add_argument("--arena", required=True, help="handle of the shared memory")
    parser.add_argument("--arena-bytes", type=int, required=True)
    parser.add_argument("--reader", default=DEFAULT_READER, help="module:class; another one only in tests")
    return parser.parse_args(argv)


def main(argv: Sequence[str] | None = None) -> int:
    """Serves until the window is gone.

    Returns:
        0 after a goodbye, 2 when no model could be loaded (the window has been told why).
    """
    options = _arguments(argv)
    logging.basicConfig(
        level=logging.INFO, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    if hasattr(os, "nice"):
        os.nice(_NICENESS)  # the window comes first
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C in the terminal is for the window to answer
    requests, answers = _protected_stdin(), _protected_stdout()
    server = EngineServer(answers, Arena.attach(options.arena, options.arena_bytes))
    threading.Thread(target=_leave_when_done, args=(server, requests), name="requests", daemon=True).start()
    usable = server.run(_loader(options.reader, options.model, options.device))
    return 0 if usable else 2


if __name__ == "__main__":
    sys.exit(main())
