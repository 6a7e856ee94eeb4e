"""Edits inside the engine: one generator, the last photos made ready, an answer to every request."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from fashion_studio.domain.edits import stack_to_json
from fashion_studio.domain.reading_scale import scaled_reading
from fashion_studio.imaging.decode import load_photo
from fashion_studio.imaging.edited_files import check_target, write_edited
from fashion_studio.imaging.letterbox import resize
from fashion_studio.jobs.edit_wire import (
    DescribeGenerator,
    Edit,
    EditedAnswer,
    EditRequest,
    EditValues,
    GeneratorAnswer,
    Outcome,
    ReadEdited,
    ValueAnswer,
    ValuesAnswer,
    WriteEdited,
    WrittenAnswer,
)
from fashion_studio.jobs.reading_cache import file_stamp
from fashion_studio.jobs.wire import Answer, path_from_wire, reading_to_packed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditPreview
    from fashion_studio.domain.predictions import Reading
    from fashion_studio.editing.editor import Editor
    from fashion_studio.editing.sketch import Sketch
    from fashion_studio.jobs.packing import Packed

__all__ = ["EditDesk"]

_SKETCH_SIDE_PX: Final = 1024
_PHOTOS_KEPT: Final = 2


class _Reads(Protocol):
    @property
    def model_id(self) -> str: ...

    def read(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool = False) -> list[Reading]: ...


@dataclass(slots=True)
class _Photo:
    """A photo made ready: pixels at the sizes asked for last, and its sketch."""

    width_px: int
    height_px: int
    image: NDArray[np.uint8]
    sketch: Sketch
    shown: dict[int, NDArray[np.uint8]] = field(default_factory=dict)


class EditDesk:
    """Answers edit requests one after the other, on the worker's thread."""

    def __init__(
        self,
        reader: _Reads,
        reading: AbstractContextManager[Any],
        pack: Callable[[Mapping[str, NDArray[Any]]], Packed],
    ) -> None:
        """`reading` is held during each forward pass of the reader; `pack` makes arrays ready to be sent."""
        self._reader = reader
        self._reading = reading
        self._pack = pack
        self._editor: tuple[tuple[Path, object], Editor] | None = None
        self._photos: OrderedDict[tuple[Path, object], _Photo] = OrderedDict()
        self._grids: OrderedDict[int, tuple[Iterator[tuple[str, NDArray[np.uint8]]], list[float]]] = (
            OrderedDict()
        )

    def answer(self, request: EditRequest) -> tuple[list[Answer], bool]:
        """The answers, and whether that is all; otherwise the same request is to be put again.

        Raises:
            UserError: there is no generator; a value or ending is not known.
            PhotoError: the photo cannot be read.
            EnvironmentProblem: no memory; the target cannot be written.
        """
        editor = self._editor_of(path_from_wire(request.generator))
        if isinstance(request, DescribeGenerator):
            facts = editor.generator.facts
            return [
                GeneratorAnswer(
                    request.id,
                    facts.model,
                    facts.weights_sha256,
                    dict(facts.attributes),
                    facts.size_px,
                    facts.device,
                )
            ], True
        photo = self._photo(editor, path_from_wire(request.path))
        if isinstance(request, EditValues):
            return self._part_of_grid(editor, photo, request)
        if isinstance(request, Edit):
            return [self._shown(editor, photo, request)], True
        if isinstance(request, WriteEdited):
            return [_written(editor, photo.sketch, request)], True
        return [self._read(editor, photo, request)], True

    def _editor_of(self, folder: Path) -> Editor:
        from fashion_studio.editing.editor import Editor  # noqa: PLC0415 - brings the network library
        from fashion_studio.zoo.editor_bundle import EDITOR_MANIFEST  # noqa: PLC0415 - as above

        key = (folder, file_stamp(folder / EDITOR_MANIFEST))
        if self._editor is None or self._editor[0] != key:
            self._photos.clear()
            self._grids.clear()
            self._editor = (key, Editor.load(folder, self._reader))
        return self._editor[1]

    def _photo(self, editor: Editor, path: Path) -> _Photo:
        key = (path, (file_stamp(path), self._reader.model_id))
        photo = self._photos.get(key)
        if photo is None:
            decoded = load_photo(path, max_side_px=_SKETCH_SIDE_PX)
            with self._reading:
                sketch = editor.sketch(decoded.image)
            photo = self._photos[key] = _Photo(decoded.width_px, decoded.height_px, decoded.image, sketch)
            while len(self._photos) > _PHOTOS_KEPT:
                self._photos.popitem(last=False)
        self._photos.move_to_end(key)
        return photo

    def _shown(self, editor: Editor, photo: _Photo, request: Edit) -> EditedAnswer:
        image = _at_size(photo, path_from_wire(request.path), request.size_px)
        preview = editor.edit(image, request.stack, photo.sketch, outlined=request.outlined)
        arrays = {"image": preview.image, "mask": preview.mask}
        arrays |= {f"step:{place}": mask for place, mask in preview.step_masks.items()}
        return EditedAnswer(request.id, _outcome(preview), self._pack(arrays))

    def _read(self, editor: Editor, photo: _Photo, request: ReadEdited) -> Answer:
        preview = editor.edit(photo.image, request.stack, photo.sketch)
        with self._reading:
            reading = self._reader.read([preview.image], with_maps=True)[0]
        return reading_to_packed(
            request.id, scaled_reading(reading, photo.width_px, photo.height_px), (0, 0), self._pack
        )

    def _part_of_grid(self, editor: Editor, photo: _Photo, request: EditValues) -> tuple[list[Answer], bool]:
        from fashion_studio.editing.editor import GRID_PART  # noqa: PLC0415 - as above

        started_s = time.perf_counter()
        if request.id not in self._grids:
            image = _at_size(photo, path_from_wire(request.path), request.size_px)
            self._grids[request.id] = (editor.grid(photo.sketch, request.stack, request.step, image), [])
            while len(self._grids) > _PHOTOS_KEPT:
                self._grids.popitem(last=False)
        values, spent = self._grids[request.id]
        part = list(islice(values, GRID_PART))
        answers: list[Answer] = [
            ValueAnswer(request.id, value, self._pack({"image": image})) for value, image in part
        ]
        spent.append((time.perf_counter() - started_s) * 1000.0)
        if len(part) == GRID_PART:
            return answers, False
        del self._grids[request.id]
        problem = editor.problem(photo.sketch, request.stack, request.step)
        return [*answers, ValuesAnswer(request.id, problem, sum(spent))], True


def _written(editor: Editor, sketch: Sketch, request: WriteEdited) -> WrittenAnswer:
    started_s = time.perf_counter()
    target = path_from_wire(request.target)
    check_target(target)
    full = load_photo(path_from_wire(request.path)).image
    edited = editor.edit(full, request.stack, sketch)
    write_edited(target, edited.image, stack_to_json(edited.stack))
    outcome = _outcome(edited, (time.perf_counter() - started_s) * 1000.0)
    return WrittenAnswer(request.id, request.target, full.shape[1], full.shape[0], outcome)


def _at_size(photo: _Photo, path: Path, size_px: int) -> NDArray[np.uint8]:
    """The photo with this long side, at most its own."""
    longest = max(photo.width_px, photo.height_px)
    size_px = max(1, min(size_px, longest))
    if size_px not in photo.shown:
        sketched = max(photo.image.shape[:2])
        if size_px > sketched:
            image = load_photo(path, max_side_px=size_px).image
        else:
            scale = size_px / sketched
            rows, columns = photo.image.shape[:2]
            image = resize(photo.image, max(1, round(columns * scale)), max(1, round(rows * scale)))
        photo.shown = {size_px: image} if size_px > sketched else {**photo.shown, size_px: image}
    return photo.shown[size_px]


def _outcome(preview: EditPreview, compute_ms: float | None = None) -> Outcome:
    return Outcome(
        preview.changed_share,
        dict(preview.problems),
        (preview.doubt.score, preview.doubt.reasons),
        preview.stack,
        preview.compute_ms if compute_ms is None else compute_ms,
        preview.note,
        preview.category,
    )
