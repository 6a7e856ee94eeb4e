"""A folder of photos read without a project: pictures, `predictions.jsonl`, `skipped.jsonl`. Resumable."""

from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from PIL import Image

from fashion_studio.config.resources import house_model_dir, resources_dir
from fashion_studio.domain.errors import EnvironmentProblem, PhotoError, UserError
from fashion_studio.imaging.decode import PHOTO_SUFFIXES, decode
from fashion_studio.services.prediction_records import prediction_record, skipped_record
from fashion_studio.services.walking import FoundFile, Walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["OVERLAYS", "PREDICTIONS", "SKIPPED", "FolderReport", "PhotoReads", "open_reads", "predict_folder"]

PREDICTIONS: Final = "predictions.jsonl"
SKIPPED: Final = "skipped.jsonl"
OVERLAYS: Final = "overlays"

_JOURNAL: Final = ".unfinished.jsonl"
_OVERLAY_SIDE_PX: Final = 1024
_DRAWN_AT_ONCE: Final = 2
_WAITING: Final = 8


class PhotoReads(Protocol):
    """A loaded model that reads many photos; `open_reads` makes the real one."""

    model_id: str
    device_name: str
    vocabulary: Vocabulary

    def read(
        self, paths: Sequence[Path], *, with_maps: bool, should_stop: Callable[[], bool]
    ) -> Iterator[tuple[Path, Reading | PhotoError]]:
        """Readings in the order of the paths; ends early when `should_stop` says so."""


class _ModelReads:
    def __init__(self, model_dir: Path, device: str, batch_size: int | None) -> None:
        from fashion_studio.inference.reader import Reader  # noqa: PLC0415 - brings the network library

        self._reader = Reader.load(model_dir, device=device)
        self._batch_size = batch_size
        self.model_id = self._reader.model_id
        self.device_name = self._reader.device_name
        self.vocabulary = self._reader.vocabulary

    def read(
        self, paths: Sequence[Path], *, with_maps: bool, should_stop: Callable[[], bool]
    ) -> Iterator[tuple[Path, Reading | PhotoError]]:
        from fashion_studio.inference.folder import read_paths  # noqa: PLC0415 - as above

        if self._batch_size is None:
            return read_paths(self._reader, paths, with_maps=with_maps, should_stop=should_stop)
        return read_paths(
            self._reader, paths, batch_size=self._batch_size, with_maps=with_maps, should_stop=should_stop
        )


def open_reads(
    model_dir: Path | None = None, device: str = "auto", *, batch_size: int | None = None
) -> PhotoReads:
    """Loads a model for reading many photos; None means the house's.

    Raises:
        CheckpointError: the bundle is missing or damaged.
        EnvironmentProblem: the device is not there.
    """
    return _ModelReads(model_dir or house_model_dir(), device, batch_size)


@dataclass(frozen=True, slots=True)
class FolderReport:
    """What was made of a folder. `resumed` photos had been read by an earlier, interrupted run."""

    out: Path
    predicted: int
    skipped: int
    resumed: int
    cancelled: bool
    seconds: float


def predict_folder(
    folder: Path,
    out: Path,
    *,
    model_dir: Path | None = None,
    device: str = "auto",
    overlays: bool = True,
    on_progress: Callable[[int, int, str], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
    reads: PhotoReads | None = None,
) -> FolderReport:
    """Reads every photo of a folder and its sub-folders and writes what the model sees.

    The two lists appear complete or not at all. Interrupted, the next call with the same folders and model
    goes on where this one was.

    Args:
        folder: of photos; never written to, unless `out` lies in it (which is then not read).
        out: where `predictions.jsonl`, `skipped.jsonl` and `overlays/<file>.png` go.
        model_dir: weights bundle; None means the house's.
        device: "auto", "cpu", "cuda", "mps".
        overlays: whether to draw the pictures.
        on_progress: photos done, photos in all, the file just done.
        should_stop: asked often; what is done stays for the next call.
        reads: a loaded model instead of `model_dir`.

    Raises:
        UserError: there is no such folder.
        CheckpointError: the model cannot be used.
        EnvironmentProblem: the disk does not take the results.
    """
    started_s = time.monotonic()
    stop = should_stop or (lambda: False)
    if not folder.is_dir():
        msg = f"{folder} is not a folder. Name a folder of photos."
        raise UserError(msg)
    try:
        out.mkdir(parents=True, exist_ok=True)
        files = _files(folder, out, stop)
        reads = reads or open_reads(model_dir, device)
        with _Journal(out, folder, reads.model_id, overlays=overlays) as journal:
            todo = [file for file in files if not journal.has(file)]
            resumed = len(files) - len(todo)
            work = _FolderWork(folder, out, reads, journal, overlays=overlays)
            for number, name in enumerate(work.run(todo, stop)):
                if on_progress is not None:
                    on_progress(resumed + number + 1, len(files), name)
            complete = all(map(journal.has, files)) and not stop()
            predicted, skipped = journal.finish(files) if complete else (0, 0)
    except OSError as error:
        raise EnvironmentProblem(
            f"The results cannot be written to {out}: {error.strerror or error}.",
            "Make room or choose another folder; what is done is kept.",
        ) from error
    return FolderReport(
        out, predicted, skipped, resumed, cancelled=not complete, seconds=time.monotonic() - started_s
    )


def _files(folder: Path, out: Path, stop: Callable[[], bool]) -> list[FoundFile]:
    own = out.resolve()
    walk = Walk(folder, PHOTO_SUFFIXES, stop)
    if not own.is_relative_to(folder.resolve()):
        return list(walk.files())
    return [file for file in walk.files() if not (folder / file.relative_path).resolve().is_relative_to(own)]


class _FolderWork:
    """Reading on one thread, drawing on others, writing down in order."""

    def __init__(
        self, folder: Path, out: Path, reads: PhotoReads, journal: _Journal, *, overlays: bool
    ) -> None:
        self._folder = folder
        self._out = out
        self._reads = reads
        self._journal = journal
        self._overlays = overlays

    def run(self, files: Sequence[FoundFile], stop: Callable[[], bool]) -> Iterator[str]:
        """Yields the name of each file when all of it is on the disk."""
        paths = [self._folder / file.relative_path for file in files]
        waiting: deque[tuple[FoundFile, Reading | PhotoError, Future[None] | None]] = deque()
        with ThreadPoolExecutor(_DRAWN_AT_ONCE, "overlays") as pool:
            try:
                outcomes = self._reads.read(paths, with_maps=self._overlays, should_stop=stop)
                for file, (path, outcome) in zip(files, outcomes, strict=False):
                    drawn = None
                    if self._overlays and not isinstance(outcome, PhotoError):
                        drawn = pool.submit(self._draw, file, path, outcome)
                    waiting.append((file, outcome, drawn))
                    while len(waiting) > _WAITING:
                        yield self._write_down(*waiting.popleft())
                while waiting:
                    yield self._write_down(*waiting.popleft())
            finally:
                pool.shutdown(cancel_futures=True)

    def _write_down(self, file: FoundFile, outcome: Reading | PhotoError, drawn: Future[None] | None) -> str:
        if drawn is not None:
            drawn.result()
        name = file.relative_path
        if isinstance(outcome, PhotoError):
            self._journal.add(file, skipped_record(name, outcome.reason))
        else:
            self._journal.add(file, prediction_record(name, outcome.prediction))
        return name

    def _draw(self, file: FoundFile, path: Path, reading: Reading) -> None:
        from fashion_studio.imaging.overlays import draw_overlay  # noqa: PLC0415 - only where pictures are wanted

        image = decode(path, max_side_px=_OVERLAY_SIDE_PX)
        picture = draw_overlay(
            image,
            reading,
            self._reads.vocabulary,
            caption=file.relative_path,
            fonts=resources_dir() / "fonts",
        )
        target = self._out / OVERLAYS / f"{file.relative_path}.png"
        target.parent.mkdir(parents=True, exist_ok=True)
        partial = target.with_name(f".{target.name}.part")
        Image.fromarray(picture).save(partial, "PNG", compress_level=1)
        partial.replace(target)


class _Journal:
    """What is done so far, one line per file, in `out` until all is done. Bytes: lines have places."""

    def __init__(self, out: Path, folder: Path, model_id: str, *, overlays: bool) -> None:
        self._out = out
        self._path = out / _JOURNAL
        self._done: dict[str, tuple[tuple[int, int], int]] = {}  # file → (size, mtime), place of its line
        self._stream = self._path.open("a+b")
        head = {"folder": str(folder.resolve()), "model": model_id, "overlays": overlays}
        if not self._take_up(head):
            self._stream.truncate(0)
            self._append(head)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stream.close()

    def has(self, file: FoundFile) -> bool:
        """Whether this very file is done."""
        known = self._done.get(file.relative_path)
        return known is not None and known[0] == (file.size_bytes, file.mtime_ns)

    def add(self, file: FoundFile, record: dict[str, Any]) -> None:
        """Notes a file as done."""
        stamp = (file.size_bytes, file.mtime_ns)
        self._done[file.relative_path] = (stamp, self._append({"stamp": stamp, "record": record}))

    def finish(self, files: Sequence[FoundFile]) -> tuple[int, int]:
        """Writes the two lists in the order of `files`; returns how many were predicted and skipped."""
        parts = {name: self._out / f".{name}.part" for name in (PREDICTIONS, SKIPPED)}
        counts = dict.fromkeys(parts, 0)
        with parts[PREDICTIONS].open("wb") as predictions, parts[SKIPPED].open("wb") as skipped:
            for file in files:
                self._stream.seek(self._done[file.relative_path][1])
                record = json.loads(self._stream.readline())["record"]
                name, stream = (SKIPPED, skipped) if "reason" in record else (PREDICTIONS, predictions)
                stream.write(_line(record))
                counts[name] += 1
        for name, part in parts.items():
            part.replace(self._out / name)
        self._stream.close()
        self._path.unlink()
        return counts[PREDICTIONS], counts[SKIPPED]

    def _take_up(self, head: dict[str, Any]) -> bool:
        """Goes on with what an interrupted run left, if it did the same; its torn last line is cut off."""
        self._stream.seek(0)
        place = 0
        for line in self._stream:
            entry = _parsed(line)
            if entry is None:
                self._stream.truncate(place)
                break
            if place == 0:
                if entry != head:
                    return False
            else:
                size, mtime_ns = entry["stamp"]
                self._done[entry["record"]["file"]] = ((size, mtime_ns), place)
            place += len(line)
        return place > 0

    def _append(self, entry: dict[str, Any]) -> int:
        place = self._stream.seek(0, 2)
        self._stream.write(_line(entry))
        self._stream.flush()
        return place


def _line(data: dict[str, Any]) -> bytes:
    return json.dumps(data).encode("ascii") + b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return data if isinstance(data, dict) else None
