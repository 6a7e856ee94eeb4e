"""The window's side of editing: what can be asked about edits of a photo, as futures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from fashion_studio.domain.edits import Doubt, EditedFile, EditGrid, EditPreview, GeneratorFacts
from fashion_studio.jobs.edit_wire import (
    DescribeGenerator,
    Edit,
    EditedAnswer,
    EditRequest,
    EditValues,
    GeneratorAnswer,
    ReadEdited,
    ValuesAnswer,
    WriteEdited,
    WrittenAnswer,
)
from fashion_studio.jobs.request_queue import Priority
from fashion_studio.jobs.wire import path_from_wire, path_to_wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Future
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditStack, EditStep
    from fashion_studio.domain.predictions import Reading

__all__ = ["EditingClient", "edit_result", "is_of_shown_photo"]


class _Asks(Protocol):
    """What this needs of the engine's client."""

    def ask_edit(
        self,
        make: Callable[[int], EditRequest],
        path: Path,
        on_value: Callable[[str, NDArray[np.uint8]], None] | None = None,
    ) -> Future[Any]: ...


class EditingClient:
    """Edits of photos by one generator. No call waits; see docs/editing.md.

    Attributes:
        generator: folder of the generator's bundle; it may not be there.
    """

    def __init__(self, engine: _Asks, generator: Path) -> None:
        self.generator = generator
        self._engine = engine
        self._latest: dict[str, Future[Any]] = {}

    def facts(self) -> Future[GeneratorFacts]:
        """What can be edited to what.

        Returns:
            A future that ends with UserError when there is no generator, and CheckpointError's sentence when
            it is damaged.
        """
        folder = path_to_wire(self.generator)
        return self._engine.ask_edit(
            lambda number: DescribeGenerator(number, folder, Priority.SHOWN), self.generator
        )

    def preview(
        self, path: Path, stack: EditStack, *, size_px: int = 1024, outlined: int | None = None
    ) -> Future[EditPreview]:
        """The photo with the stack done to it, long side at most `size_px`. Takes an older preview back.

        `outlined` is the place of a step whose region is wanted although it does nothing.
        """
        folder, photo = path_to_wire(self.generator), path_to_wire(path)
        return self._only(
            "preview",
            lambda number: Edit(number, folder, Priority.SHOWN, photo, stack, size_px, outlined),
            path,
        )

    def reading(self, path: Path, stack: EditStack) -> Future[Reading]:
        """What the reading model says of the result, with maps, in pixels of the full photo.

        Takes an older one back.
        """
        folder, photo = path_to_wire(self.generator), path_to_wire(path)
        return self._only(
            "reading", lambda number: ReadEdited(number, folder, Priority.AHEAD, photo, stack), path
        )

    def grid(
        self,
        path: Path,
        stack: EditStack,
        step: EditStep,
        *,
        size_px: int = 176,
        on_value: Callable[[str, NDArray[np.uint8]], None] | None = None,
    ) -> Future[EditGrid]:
        """The stack, then `step` with every value of its attribute. Takes an older grid back.

        Args:
            path: the photo.
            stack: what is done before.
            step: its value does not matter.
            size_px: long side of the pictures.
            on_value: called on the client's thread with each value and picture; from the first again when
                the engine had to be started again.
        """
        folder, photo = path_to_wire(self.generator), path_to_wire(path)
        return self._only(
            "grid",
            lambda number: EditValues(number, folder, Priority.AHEAD, photo, stack, step, size_px),
            path,
            on_value,
        )

    def write(self, path: Path, stack: EditStack, target: Path) -> Future[EditedFile]:
        """Writes the result at the photo's own size as PNG or TIFF; no other call takes it back."""
        folder, photo, place = path_to_wire(self.generator), path_to_wire(path), path_to_wire(target)
        return self._engine.ask_edit(
            lambda number: WriteEdited(number, folder, Priority.AHEAD, photo, stack, place), path
        )

    def cancel(self) -> None:
        """Takes back preview, reading and grid."""
        for future in list(self._latest.values()):
            future.cancel()

    def _only(
        self,
        kind: str,
        make: Callable[[int], EditRequest],
        path: Path,
        on_value: Callable[[str, NDArray[np.uint8]], None] | None = None,
    ) -> Future[Any]:
        older = self._latest.get(kind)
        if older is not None:
            older.cancel()
        future = self._latest[kind] = self._engine.ask_edit(make, path, on_value)
        return future


def edit_result(
    answer: GeneratorAnswer | EditedAnswer | ValuesAnswer | WrittenAnswer, arrays: dict[str, NDArray[Any]]
) -> object:
    """The record that an answer stands for.

    Args:
        answer: the last of a request.
        arrays: of the answer; of a grid all of its values.
    """
    if isinstance(answer, GeneratorAnswer):
        return GeneratorFacts(
            answer.model, answer.weights_sha256, answer.attributes, answer.size_px, answer.device
        )
    if isinstance(answer, ValuesAnswer):
        return EditGrid(arrays, answer.problem, answer.compute_ms)
    said = answer.outcome
    doubt = Doubt(*said.doubt)
    if isinstance(answer, EditedAnswer):
        masks = {
            int(name.removeprefix("step:")): mask for name, mask in arrays.items() if name.startswith("step:")
        }
        return EditPreview(
            arrays["image"],
            arrays["mask"],
            masks,
            said.changed_share,
            said.problems,
            doubt,
            said.stack,
            said.compute_ms,
            said.note,
            said.category,
        )
    return EditedFile(
        path_from_wire(answer.target),
        answer.width_px,
        answer.height_px,
        said.changed_share,
        said.problems,
        doubt,
        said.stack,
        said.compute_ms,
        said.note,
        said.category,
    )


def is_of_shown_photo(request: object) -> bool:
    """Whether a request is of no use once another photo is shown."""
    return isinstance(request, (Edit, ReadEdited, EditValues))
