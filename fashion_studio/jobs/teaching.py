"""Quick teaching inside the engine: a thread of its own fits heads while photos go on being read."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, Protocol, cast

import numpy as np

from fashion_studio.domain.errors import Cancelled, CheckpointError, UserError
from fashion_studio.jobs.wire import HeadResult, HeadsInUse, Progress, Taught, error_to_wire, path_from_wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.jobs.wire import Answer, Teach, UseHeads
    from fashion_studio.learning.head_refit import HeadLabels, Refit

__all__ = ["Teachable", "TeachableReader", "Teacher"]

_log = logging.getLogger(__name__)
_NONE: Final = "This model cannot be taught in the window. Fine-tune it in the train workspace."


class Teachable(Protocol):
    """What teaching needs of `inference.teachable.TeachableHeads`."""

    base: Mapping[str, LinearHead]
    parent: str
    parent_sha256: str


class TeachableReader(Protocol):
    """What teaching needs of `inference.reader.Reader`."""

    teachable: Teachable
    model_id: str

    def use_heads(self, heads: Mapping[str, LinearHead] | None, model_id: str) -> None:
        """Answers with other heads from now on."""


class Teacher:
    """Fits heads on request and puts heads into the reader. All methods may be called from any thread.

    Attributes:
        reading: held during each forward pass, so that heads change between two.
    """

    def __init__(self, send: Callable[[Answer], None]) -> None:
        self.reading = threading.Lock()
        self._send = send
        self._pool = ThreadPoolExecutor(1, "teach")
        self._reader: object | None = None
        self._loaded = threading.Event()
        self._lock = threading.Lock()
        self._stops: dict[int, threading.Event] = {}
        self._wanted: UseHeads | None = None

    def ready(self, reader: object) -> None:
        """The model is there; what was asked before begins now."""
        self._reader = reader
        self._loaded.set()

    def teach(self, request: Teach) -> None:
        """Fits in a thread of its own and answers when done."""
        with self._lock:
            stop = self._stops[request.id] = threading.Event()
        self._pool.submit(self._run, request, stop)

    def close(self) -> None:
        """Ends its thread when that has nothing to do; the engine itself just leaves."""
        self._pool.shutdown()

    def cancel(self, ids: Iterable[int]) -> None:
        """Stops these; they are not answered."""
        with self._lock:
            for number in ids:
                if number in self._stops:
                    self._stops[number].set()

    def want(self, request: UseHeads) -> None:
        """Heads to be used from the next photo on."""
        with self._lock:
            self._wanted = request
        threading.Thread(target=self._settle_soon, name="heads", daemon=True).start()

    def _settle_soon(self) -> None:
        self._loaded.wait()
        self.settle()

    def settle(self) -> None:
        """Puts wanted heads into the reader; the thread that reads calls it before every photo, too."""
        with self.reading:
            self._settle()

    def _settle(self) -> None:
        with self._lock:
            wanted, self._wanted = self._wanted, None
        reader = self._reader
        if wanted is None or reader is None:
            return
        model, problem = getattr(reader, "model_id", ""), ""
        try:
            model = _put(_teachable(reader), wanted.heads)
        except UserError as error:
            _log.warning("Heads are not used: %s", error)
            problem = str(error)
        self._send(HeadsInUse(model, problem))

    def _run(self, request: Teach, stop: threading.Event) -> None:
        self._loaded.wait()
        try:
            answer: Answer = self._taught(request, stop)
        except Cancelled:
            return
        except OSError as error:
            answer = error_to_wire(
                request.id, UserError(f"The kept features cannot be read: {error.strerror or error}.")
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this request's answer
            if not isinstance(error, UserError):
                _log.exception("Teaching failed.")
            answer = error_to_wire(request.id, error)
        finally:
            with self._lock:
                self._stops.pop(request.id, None)
        self._send(answer)

    def _taught(self, request: Teach, stop: threading.Event) -> Taught:
        # after the window is up: scipy takes a moment
        from fashion_studio.learning.features import feature_matrix  # noqa: PLC0415
        from fashion_studio.learning.head_files import HeadFile, head_bytes  # noqa: PLC0415
        from fashion_studio.learning.head_refit import refit  # noqa: PLC0415

        started_s = time.perf_counter()
        teachable = _teachable(self._reader).teachable
        _check(request, teachable.base)
        features = feature_matrix(path_from_wire(request.features), request.width)
        folds = np.frombuffer(request.folds, "<i8")
        labels = {task.name: _labels(task.rows, task.targets) for task in request.tasks}
        held = {task.name: _labels(task.held_rows, task.held_targets) for task in request.tasks}
        heads = {task.name: teachable.base[task.name] for task in request.tasks}
        found = refit(
            heads,
            features,
            labels,
            folds,
            on_head=lambda done, total: self._send(Progress(request.id, "", done, total)),
            should_stop=stop.is_set,
        )
        current = _current(request.current, teachable)
        results = tuple(
            _result(found[name], features, held[name], current.get(name, head))
            for name, head in heads.items()
        )
        if stop.is_set():
            raise Cancelled
        changed = {name: each.head for name, each in found.items() if each.change}
        content = head_bytes(HeadFile(teachable.parent, teachable.parent_sha256, request.model, changed))
        return Taught(request.id, content, results, time.perf_counter() - started_s)


def _result(fitted: Refit, features: np.ndarray, held: HeadLabels, current: LinearHead) -> HeadResult:
    from fashion_studio.learning.head_refit import HeadLabels, measure_head  # noqa: PLC0415 - as above

    mine = features[held.rows].astype(np.float32)  # gathered once for both heads
    known = HeadLabels(np.arange(len(held)), held.targets)
    before = measure_head(current, mine, known)
    after = measure_head(fitted.head, mine, known)
    return HeadResult(
        fitted.head.name,
        fitted.change,
        fitted.labels,
        fitted.reason,
        before.count,
        before.right,
        after.right,
        before.log_loss,
        after.log_loss,
    )


def _labels(rows: bytes, targets: bytes) -> HeadLabels:
    from fashion_studio.learning.head_refit import HeadLabels  # noqa: PLC0415 - as above

    places = np.frombuffer(rows, "<i8")
    marks = np.frombuffer(targets, np.uint8).reshape(len(places), -1) if len(places) else np.empty((0, 0))
    return HeadLabels(places, marks.astype(np.float32))


def _check(request: Teach, base: Mapping[str, LinearHead]) -> None:
    for task in request.tasks:
        head = base.get(task.name)
        if head is None or head.weight.shape[1] != request.width:
            msg = f"The labels for {task.name} are of another vocabulary or model. Read the photos again."
            raise CheckpointError(msg)
        for rows, targets in ((task.rows, task.targets), (task.held_rows, task.held_targets)):
            if len(targets) != len(rows) // 8 * len(head.values):
                msg = f"The labels for {task.name} are of another vocabulary than the model's."
                raise CheckpointError(msg)


def _current(content: bytes, teachable: Teachable) -> Mapping[str, LinearHead]:
    from fashion_studio.learning.head_files import check_fit, heads_of_bytes  # noqa: PLC0415 - as above

    if not content:
        return {}
    kept = heads_of_bytes(content, "the project")
    check_fit(kept, teachable.base, teachable.parent, teachable.parent_sha256)
    return kept.heads


def _put(reader: TeachableReader, content: bytes) -> str:
    from fashion_studio.learning.head_files import check_fit, heads_of_bytes  # noqa: PLC0415 - as above

    teachable = reader.teachable
    if not content:
        reader.use_heads(None, teachable.parent)
        return teachable.parent
    kept = heads_of_bytes(content, "the project")
    check_fit(kept, teachable.base, teachable.parent, teachable.parent_sha256)
    reader.use_heads(kept.heads, kept.model_id)
    return kept.model_id


def _teachable(reader: object) -> TeachableReader:
    if not hasattr(reader, "teachable") or not hasattr(reader, "use_heads"):
        raise UserError(_NONE)
    return cast("TeachableReader", reader)
