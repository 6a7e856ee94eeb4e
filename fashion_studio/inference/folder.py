"""Reads many photo files: decoding, network and measuring of several batches at once, answers in order."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TYPE_CHECKING, Final

import torch

from fashion_studio.domain.errors import EnvironmentProblem, PhotoError
from fashion_studio.domain.reading_scale import scaled_reading
from fashion_studio.imaging.decode import DecodedPhoto, load_photo
from fashion_studio.inference.threads import one_thread_each, usable_cores

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.inference.reader import Reader

__all__ = ["READ_SIDE_PX", "read_paths"]

READ_SIDE_PX: Final = 1024
"""Photos are decoded to at most this side; answers are in the full photo's pixels all the same."""

_BATCH: Final = 4
"""On a processor: activations of eight photos of 224 px lie in its cache no more and take a fifth longer."""
_BATCH_OF_A_GPU: Final = 8

Outcome = tuple["Path", "Reading | PhotoError"]


def read_paths(
    reader: Reader,
    paths: Iterable[Path],
    *,
    batch_size: int | None = None,
    with_maps: bool = False,
    measure_colors: bool = True,
    should_stop: Callable[[], bool] | None = None,
    workers: int | None = None,
) -> Iterator[Outcome]:
    """Reads photo files.

    On a CPU each worker takes whole batches from file to answer with one thread of its own, which keeps
    every core busy all the time; splitting each convolution over the cores would make them wait for each
    other. On a GPU the same workers decode and measure while one of them computes.

    Args:
        reader: the model.
        paths: files, taken up as they are needed, so a generator may go on finding them.
        batch_size: photos in one forward pass; by default what the device is quickest with.
        with_maps: see `Reader.read`.
        measure_colors: see `Reader.read`.
        should_stop: asked before every batch; once true, no further batch is begun, and the iterator ends
            after those that had been.
        workers: batches in work at once; by default one per core.

    Yields:
        Every path in the order given, with its reading in the full upright photo's pixels, or the error that
        says why it cannot be read.

    Raises:
        EnvironmentProblem: the device has no memory left.
    """
    size = (_BATCH if reader.device.type == "cpu" else _BATCH_OF_A_GPU) if batch_size is None else batch_size
    if size < 1:
        msg = f"a batch has at least one photo, not {size}"
        raise ValueError(msg)
    count = workers or usable_cores()
    source = iter(paths)
    waiting: deque[Future[list[Outcome]]] = deque()

    def work(batch: Sequence[Path]) -> list[Outcome]:
        return _read_batch(reader, batch, with_maps=with_maps, measure_colors=measure_colors)

    with one_thread_each(network_too=reader.device.type == "cpu"), ThreadPoolExecutor(count, "read") as pool:
        try:
            while True:
                while len(waiting) <= count and not (should_stop and should_stop()):
                    batch = list(islice(source, size))
                    if not batch:
                        break
                    waiting.append(pool.submit(work, batch))
                if not waiting:
                    return
                yield from waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()


def _read_batch(
    reader: Reader, paths: Sequence[Path], *, with_maps: bool, measure_colors: bool
) -> list[Outcome]:
    opened = [_open(path) for path in paths]
    photos = [photo for photo in opened if isinstance(photo, DecodedPhoto)]
    try:
        readings = iter(
            reader.read([photo.image for photo in photos], with_maps=with_maps, measure_colors=measure_colors)
        )
    except torch.OutOfMemoryError as error:
        raise EnvironmentProblem(
            f"The memory of {reader.device_name} is full.", "Close other programs or choose the CPU."
        ) from error
    return [
        (
            path,
            scaled_reading(next(readings), photo.width_px, photo.height_px)
            if isinstance(photo, DecodedPhoto)
            else photo,
        )
        for path, photo in zip(paths, opened, strict=True)
    ]


def _open(path: Path) -> DecodedPhoto | PhotoError:
    try:
        return load_photo(path, max_side_px=READ_SIDE_PX)
    except PhotoError as error:
        return error
