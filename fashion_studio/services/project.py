"""An open project: the one object that the window and the command line work through. No Qt, any thread."""

from __future__ import annotations

import getpass
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from fashion_studio.domain.errors import EnvironmentProblem, ProjectError
from fashion_studio.services.checking import check_photos
from fashion_studio.services.editing.project_edits import ProjectEdits
from fashion_studio.services.scanning import PhotoReader, Scan, ScanProgress, ScanReport
from fashion_studio.store.database import Database
from fashion_studio.store.dataset import DATABASE_NAME, Dataset
from fashion_studio.store.lock import ProjectLock
from fashion_studio.store.photos import add_root, move_root

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["PROJECT_SUFFIX", "Project", "default_actor"]

PROJECT_SUFFIX: Final = ".fstudio"

_FOLDERS: Final = ("thumbnails", "runs", "edits", "snapshots")
_READING_ONLY: Final = "This project is open for reading only. Close it where it is open, then open it again."


class Project(ProjectEdits):
    """A project folder, open. Use `create` or `open`; a context manager that closes at the end."""

    def __init__(self, folder: Path, dataset: Dataset, lock: ProjectLock | None, *, read_only: bool) -> None:
        """Takes over an open dataset and its lock."""
        super().__init__(folder, dataset, read_only=read_only)
        self._lock = lock

    @classmethod
    def create(
        cls,
        folder: Path,
        roots: Sequence[Path],
        vocabulary: Vocabulary,
        *,
        actor: str | None = None,
        title: str | None = None,
    ) -> Self:
        """Makes a project folder and opens it. Nothing is scanned yet.

        Args:
            folder: NAME.fstudio; must not exist, or be empty.
            roots: folders of photos; they stay where they are and are never written to.
            vocabulary: what there is to say of a photo.
            actor: who works; None means the user of the computer.
            title: for people; None means the folder's name.

        Raises:
            ProjectError: there is something already, or a root is not a folder.
            EnvironmentProblem: the folder cannot be written.
        """
        folder = _absolute(folder)
        places = [_absolute(root) for root in roots]
        for place in places:
            if not place.is_dir():
                msg = f"{place} is not a folder. Choose a folder of photos."
                raise ProjectError(msg)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            msg = f"{folder.name} exists already. Open it, or choose another name."
            raise ProjectError(msg)
        lock = _prepared(folder)
        try:
            dataset = Dataset.create(
                folder / DATABASE_NAME, vocabulary, actor or default_actor(), title or folder.stem
            )
            with dataset.writer.transaction() as connection:
                for place in places:
                    add_root(connection, place, folder)
        except BaseException:
            lock.release()
            raise
        return cls(folder, dataset, lock, read_only=False)

    @classmethod
    def open(cls, folder: Path, *, actor: str | None = None, read_only: bool = False) -> Self:
        """Opens a project folder.

        A folder that cannot be written opens too: edits are then kept in memory, and said so at the first.

        Args:
            folder: NAME.fstudio.
            actor: who works; None means the user of the computer.
            read_only: look only; possible while another process writes.

        Raises:
            ProjectBusy: another process has it open for writing; the sentence says who and since when.
            ProjectError: not a project, damaged, or of a newer program.
            EnvironmentProblem: the disk does not allow it.
        """
        folder = _absolute(folder)
        if not (folder / DATABASE_NAME).is_file():
            msg = f"{folder.name} is not a project. Choose a folder that ends in {PROJECT_SUFFIX}."
            raise ProjectError(msg)
        lock: ProjectLock | None = None
        writable = not read_only
        if writable:
            try:
                lock = ProjectLock(folder)
            except OSError:
                writable = False
        try:
            dataset = Dataset.open(
                folder / DATABASE_NAME,
                actor or default_actor(),
                read_only=not writable,
                refused=_READING_ONLY if read_only else "",
            )
        except BaseException:
            if lock is not None:
                lock.release()
            raise
        return cls(folder, dataset, lock, read_only=read_only)

    def close(self) -> None:
        """Closes the database and lets others write. Edits that could not be written are lost: ask before."""
        self._dataset.close()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def scan(
        self,
        *,
        on_progress: Callable[[ScanProgress], None] | None = None,
        should_stop: Callable[[], bool] | None = None,
        check_pixels: bool = True,
        reader: PhotoReader | None = None,
    ) -> ScanReport:
        """Brings the project in line with its folders; photos are workable as they are found.

        Safe from a worker thread while others read and write. Files whose size and time are as before are not
        opened.

        Args:
            on_progress: called some ten times a second, in this thread.
            should_stop: asked often; what was found until then stays.
            check_pixels: afterwards decode every photo that has no thumbnail yet, to make one and to find
                files whose header is good and whose pixels are not.
            reader: how a file is hashed and measured; None means the real thing.

        Raises:
            ProjectError: open for reading only.
            EnvironmentProblem: the disk does not take it.
        """
        progress, stop = on_progress or (lambda _: None), should_stop or (lambda: False)
        scan = Scan(self._dataset, self._folder, reader or PhotoReader(), self._told)
        try:
            report = scan.run(progress, stop)
        finally:
            self._look_for_roots()
        if check_pixels:
            check_photos(self, self._dataset, progress, stop)
            report.cancelled = report.cancelled or stop()
        report.failed = self.failures()
        return report

    def add_root(self, folder: Path) -> None:
        """Declares another folder of photos; `scan` takes them in.

        Raises:
            ProjectError: it is not a folder.
        """
        place = _absolute(folder)
        if not place.is_dir():
            msg = f"{place} is not a folder. Choose a folder of photos."
            raise ProjectError(msg)
        with self._dataset.writer.transaction() as connection:
            add_root(connection, place, self._folder)
        self._look_for_roots()

    def relocate_root(self, root_id: int, folder: Path) -> None:
        """Says where a declared folder is now; `scan` then finds the photos there by their content."""
        with self._dataset.writer.transaction() as connection:
            move_root(connection, root_id, _absolute(folder), self._folder)
        self._look_for_roots()

    @property
    def unsaved_count(self) -> int:
        """How many operations wait in memory because they could not be written."""
        return len(self._dataset.writer.pending)

    def retry_unsaved(self) -> int:
        """Tries to write them now; returns how many still wait (0).

        Raises:
            EnvironmentProblem: it still does not work.
        """
        writer = self._dataset.writer
        if writer.pending and self._lock is None and not self._read_only:
            self._become_writable()
        return writer.retry()

    def save_elsewhere(self, folder: Path) -> None:
        """Copies the project, with what could not be written, to another folder and goes on there.

        Raises:
            ProjectError: there is something already.
            EnvironmentProblem: it cannot be written there either.
        """
        folder = _absolute(folder)
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            msg = f"{folder.name} exists already. Choose another name."
            raise ProjectError(msg)
        if self._read_only:
            raise ProjectError(_READING_ONLY)
        lock = _prepared(folder)
        previous = self._folder
        try:
            with self._dataset.writer.lock:
                self._dataset.writer.database.copy_to(folder / DATABASE_NAME)
                self._dataset.writer.move_to(Database(folder / DATABASE_NAME))
                self._folder = folder
            with self._dataset.writer.transaction() as connection:
                for root in self.roots:
                    move_root(connection, root.id, root.folder, folder)
        except BaseException:
            lock.release()
            raise
        for name in _FOLDERS:
            if (previous / name).is_dir():
                shutil.copytree(previous / name, folder / name, dirs_exist_ok=True)
        self._look_for_roots()  # the project's own one lies elsewhere now
        if self._lock is not None:
            self._lock.release()
        self._lock = lock

    def _become_writable(self) -> None:
        try:
            self._lock = ProjectLock(self._folder)
        except OSError as error:
            msg = "The project folder is still read-only."
            raise EnvironmentProblem(msg, "Make it writable, or save the project elsewhere.") from error
        try:
            self._dataset.writer.move_to(Database(self._folder / DATABASE_NAME))
        except BaseException:
            self._lock.release()
            self._lock = None
            raise


def _prepared(folder: Path) -> ProjectLock:
    """Makes a project's folders and takes its lock."""
    try:
        for name in _FOLDERS:
            (folder / name).mkdir(parents=True, exist_ok=True)
        return ProjectLock(folder)
    except OSError as error:
        msg = f"{folder.name} cannot be written there: {error.strerror}."
        raise EnvironmentProblem(msg, "Choose another place.") from error


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))  # noqa: PTH100 - a link keeps the name that the person knows


def default_actor() -> str:
    """The computer's name for who is working."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a user id without a name, as in containers
        return "someone"
