"""Edits in an open project: a stack is kept, its picture saved as a photo that knows what it was made of."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import uuid4

from fashion_studio.domain.edits import stack_from_json, stack_to_json
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, ProjectError, UserError
from fashion_studio.domain.queries import Origin
from fashion_studio.imaging.decode import content_hash, probe
from fashion_studio.imaging.edited_files import unwritable
from fashion_studio.services.editing.edited_pictures import free_place, placed, write_picture
from fashion_studio.services.project_writes import ProjectWrites
from fashion_studio.services.wording import photos
from fashion_studio.store.derived import (
    EDITS,
    NewDerived,
    add_derived,
    children_of,
    own_root,
    read_origin,
)
from fashion_studio.store.edits import Fact, Subject
from fashion_studio.store.intake import Intake
from fashion_studio.store.photos import PhotoFile, items_by_hash, read_files

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.domain.edits import EditStack
    from fashion_studio.domain.queries import Changes

__all__ = ["EditedPicture", "ProjectEdits"]


@dataclass(frozen=True, slots=True)
class EditedPicture:
    """A finished PNG on the project's disk, made of a photo by a stack; saving moves it into the project."""

    parent_id: int
    stack: EditStack
    path: Path


class ProjectEdits(ProjectWrites):
    """The editing part of `services.project.Project`; errors as of its writes."""

    def keep_stack(self, item_id: int, stack: EditStack | None, title: str = "") -> Changes:
        """Keeps the edits that a person is working on with their photo; None, or one without steps, is none.

        Journalled, so undo gives back the stack before. It says nothing about the photo itself: its status
        stays. `title` says what undo would take back ("Color: Red").
        """
        data = json.loads(stack_to_json(stack)) if stack is not None and stack.steps else None
        words = title or ("Edits removed" if data is None else "Edits changed")
        return self._write(lambda _: words, {Fact(Subject.STACK, int(item_id), "stack"): data}, work=False)

    def kept_stack(self, item_id: int) -> EditStack | None:
        """The edits that a person is working on; None where there are none.

        Raises:
            UserError: it was written by a newer program.
        """
        fact = Fact(Subject.STACK, int(item_id), "stack")
        data = self._dataset.writer.current([fact])[fact]
        return None if data is None else stack_from_json(json.dumps(data))

    def save_edit(self, item_id: int, stack: EditStack, picture: NDArray[np.uint8]) -> Changes:
        """Adds an edited picture as a photo of its own, marked as derived; one undo takes it away again.

        Takes about a second for 12 megapixels: call it from a thread. The file stays in the project's folder
        of edits when the saving is undone, until `discard_undone_edits`.

        Args:
            item_id: the photo that the stack was applied to.
            stack: as it was computed, with the generator's id and hash.
            picture: (H, W, 3) uint8 sRGB.

        Returns:
            What changed; `item_ids` is the new photo.

        Raises:
            UserError: the photo is not in the project, or the picture is one of its photos unchanged.
            EnvironmentProblem: the disk does not take it; nothing changed, the kept stack stays.
            ProjectError: open for reading only.
        """
        path = self.edit_place()
        self._dataset.index.positions([int(item_id)])
        write_picture(path, picture, stack)
        try:
            return self.save_edits([EditedPicture(int(item_id), stack, path)])
        finally:
            path.unlink(missing_ok=True)

    def edit_place(self) -> Path:
        """A place for a picture that `save_edits` will take: in the folder of edits, and not seen by scans.

        Raises:
            EnvironmentProblem: the folder cannot be made.
            ProjectError: open for reading only.
        """
        self.check_edits_allowed()
        folder = self._folder / EDITS
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise unwritable(error) from error
        return folder / f".{uuid4().hex}.png"

    def save_edits(self, pictures: Sequence[EditedPicture]) -> Changes:
        """Adds finished pictures as photos, as one operation with one undo; their files are moved.

        Raises:
            UserError: a photo is not in the project, or a picture is one of its photos unchanged.
            EnvironmentProblem: the disk does not take it; nothing changed, the files are where they were.
            ProjectError: open for reading only.
        """
        self.check_edits_allowed()
        if not pictures:
            msg = "There is no edited picture to add."
            raise UserError(msg)
        names = {row.id: row.name for row in self.rows(sorted({each.parent_id for each in pictures}))}
        unique = {content_hash(each.path): each for each in reversed(pictures)}
        with self._dataset.writer.lock:
            root_id = own_root(self._dataset, self._folder)
            self._look_for_roots()
            known = self._known_edits(unique)
            moves, files = self._named(unique, known, names, root_id)
            fresh = [
                NewDerived(each.parent_id, stack_to_json(each.stack), files[digest])
                for digest, each in unique.items()
                if digest not in known
            ]
            with placed(moves):
                again = [files[digest] for digest in known if digest in files]
                Intake(self._dataset).take(again, {root_id: self._folder / EDITS})
                ids = [*known.values(), *add_derived(self._dataset, fresh)]
            # From here on the pictures are photos; only whether they are shown may have to wait in memory.
            first = names[pictures[0].parent_id]
            changes = self._write(
                lambda n: f"Edit of {first} saved" if len(pictures) == 1 else f"{photos(n)} added by edits",
                {Fact(Subject.DERIVED, item_id, "hidden"): False for item_id in ids},
                work=False,
            )
        return replace(changes, item_ids=tuple(ids))

    @property
    def derived_count(self) -> int:
        """Number of photos that edits made."""
        return len(self._dataset.index.origins) - len(self._dataset.index.hidden)

    def origin_of(self, item_id: int) -> Origin | None:
        """What a photo was made of; None for one that no edit made."""
        if int(item_id) not in self._dataset.index.origins:
            return None
        with self._dataset.reading() as connection:
            row = read_origin(connection, int(item_id))
        if row is None:
            return None
        return Origin(
            item_id=row.item_id,
            parent_id=row.parent_id,
            parent_name=self.rows([row.parent_id])[0].name,
            parent_changed=row.parent_changed,
            stack=stack_from_json(row.stack),
            made_at=datetime.fromtimestamp(row.made_us / 1e6, tz=UTC),
        )

    def derived_of(self, item_id: int) -> tuple[int, ...]:
        """Photos that edits of this one made, the oldest first, without those whose saving was undone."""
        with self._dataset.reading() as connection:
            found = children_of(connection, int(item_id))
        return tuple(child for child in found if child not in self._dataset.index.hidden)

    def ids_of_contents(self, hashes: Sequence[str]) -> dict[str, int]:
        """Content hash to photo, for those of these contents that are photos in the project's lists."""
        with self._dataset.reading() as connection:
            found = items_by_hash(connection, list(hashes))
        hidden = self._dataset.index.hidden
        return {digest: item_id for digest, item_id in found.items() if item_id not in hidden}

    def undone_edit_files(self) -> list[Path]:
        """The files of edited photos whose saving was undone, in the project's folder of edits."""
        paths = (self.path(item_id) for item_id in sorted(self._dataset.index.hidden))
        return [path for path in paths if path.is_relative_to(self._folder / EDITS) and path.is_file()]

    def discard_undone_edits(self, should_stop: Callable[[], bool] | None = None) -> int:
        """Deletes the files of edited photos whose saving was undone; returns how many.

        Doing such a saving again then shows a photo whose file is missing.

        Raises:
            ProjectError: open for reading only.
            EnvironmentProblem: one cannot be deleted; those before it are.
            Cancelled: `should_stop` said so.
        """
        self.check_edits_allowed()
        removed = 0
        with self._dataset.writer.lock:
            for path in self.undone_edit_files():
                if should_stop is not None and should_stop():
                    raise Cancelled
                try:
                    path.unlink()
                except OSError as error:
                    msg = f"{path.name} cannot be deleted: {error.strerror or error}."
                    raise EnvironmentProblem(msg, "Close what has it open and try again.") from error
                removed += 1
        return removed

    def check_edits_allowed(self) -> None:
        """Refuses where the project is open for reading only.

        Raises:
            ProjectError: it is.
        """
        if self._read_only:
            msg = "This project is open for reading only, so no edit can be saved. Close it where it is open."
            raise ProjectError(msg)

    def _known_edits(self, hashes: Iterable[str]) -> dict[str, int]:
        """Which of these contents are derived photos already, whether they are shown or not."""
        with self._dataset.reading() as connection:
            known = items_by_hash(connection, list(hashes))
        if any(item_id not in self._dataset.index.origins for item_id in known.values()):
            msg = "The edited picture is the same as a photo of the project, so nothing was added."
            raise UserError(msg)
        return known

    def _named(
        self,
        pictures: Mapping[str, EditedPicture],
        known: Mapping[str, int],
        names: Mapping[int, str],
        root_id: int,
    ) -> tuple[dict[Path, Path], dict[str, PhotoFile]]:
        """Where each picture (by content) goes, and what it is there, without those that are there."""
        folder = self._folder / EDITS
        with self._dataset.reading() as connection:
            taken = {folder / place for place in read_files(connection, root_id)}
        moves: dict[Path, Path] = {}
        found = {}
        for digest, each in pictures.items():
            if digest in known and self.path(known[digest]).is_file():
                continue
            moves[each.path] = place = free_place(folder, names[each.parent_id], taken)
            taken.add(place)
            info, stat = probe(each.path), each.path.stat()
            size = (info.width_px, info.height_px)
            found[digest] = PhotoFile(root_id, place.name, stat.st_size, stat.st_mtime_ns, digest, *size)
        return moves, found
