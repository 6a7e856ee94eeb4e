"""From what a person points at to the project on the screen: folders, projects, the demo, dropped things.

Opening runs in a thread and is a piece of long work like others, so that a slow disk or an old project shows
progress and can be given up; scanning follows in the background, and photos appear as they are found.
"""

from __future__ import annotations

import contextlib
import logging
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.errors import Cancelled, ProjectBusy, StudioError
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Future
    from pathlib import Path

    from fashion_studio.gui.bridge import Ticket
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.project import Project
    from fashion_studio.services.scanning import ScanProgress, ScanReport

__all__ = ["Opener", "is_photo", "photo_folders"]

_log = logging.getLogger(__name__)
_PROJECT_SUFFIX = ".fstudio"
_LOOK_FIRST_S = 0.5
_FIRST_FOUND_S = 0.15


def is_photo(path: Path) -> bool:
    """Whether a file looks like a photo by its name."""
    from fashion_studio.imaging.decode import PHOTO_SUFFIXES  # noqa: PLC0415 - OpenCV: not at start

    return path.suffix.lower() in PHOTO_SUFFIXES


def photo_folders(paths: Sequence[Path]) -> list[Path]:
    """The folders to take in for dropped folders and photos: each photo's own folder, no folder twice."""
    folders: dict[Path, None] = {}
    for path in paths:
        if path.is_dir():
            folders[path] = None
        elif path.is_file() and is_photo(path):
            folders[path.parent] = None
    return list(folders)


def _find_first(project: Project) -> int:
    """Takes in the first photos of a new project, so that the window opens on them; a scan finds the rest."""
    if project.count or project.read_only or not all(root.exists for root in project.roots):
        return 0
    end = time.monotonic() + _FIRST_FOUND_S
    with contextlib.suppress(StudioError):  # the scan that follows meets it again and tells
        project.scan(check_pixels=False, should_stop=lambda: project.count > 0 or time.monotonic() > end)
    return project.count


@dataclass(frozen=True, slots=True)
class _Opening:
    """A project on its way."""

    work: Work
    ticket: Ticket

    def abandon(self) -> None:
        """Nobody waits for it any more: it is closed as soon as it is open, so that others can have it."""
        self.work.cancel()
        self.ticket.cancel()
        self.ticket.future.add_done_callback(_close_opened)


def _close_opened(ended: Future[Project]) -> None:
    if not ended.cancelled() and ended.exception() is None:
        ended.result().close()


class Opener(QObject):
    """Opens, scans, remembers.

    `opened` says that a project is there; `busy` carries why a project cannot be opened for writing, and its
    folder. `may_leave` is asked before the open project is closed.
    `demo_ready` says that the open demo has all its garments.
    `prepare` is called in the thread that has opened a project, before the window shows it.
    """

    opened = Signal()
    failed = Signal()
    busy = Signal(str, object)
    demo_ready = Signal()

    def __init__(self, session: Session, actor: Callable[[], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._actor = actor
        self._scan: Work | None = None
        self._under_way: _Opening | None = None
        self._found_first = 0
        self.prepare: Callable[[Project], None] = lambda _project: None
        self.may_leave: Callable[[], bool] = lambda: True

    # ------------------------------------------------------------ opening

    def open_project(self, folder: Path, *, read_only: bool = False) -> None:
        """Opens NAME.fstudio and looks for what is new in its folders."""

        def work() -> Project:
            from fashion_studio.services.project import Project  # noqa: PLC0415 - SQL only once needed

            return Project.open(folder, actor=self._actor(), read_only=read_only)

        self._open(work, folder.stem, folder=folder)

    def open_photos(self, folder: Path) -> None:
        """Opens the project of a folder of photos; one is made if there is none."""

        def work() -> Project:
            from fashion_studio.services.opening import open_photos  # noqa: PLC0415 - SQL only once needed

            return open_photos(folder, load_vocabulary(), actor=self._actor())

        self._open(work, folder.name)

    def open_demo(self) -> None:
        """Opens the demo; what is missing of its garments is rendered in the background."""

        def work() -> Project:
            from fashion_studio.services.demo import open_demo  # noqa: PLC0415 - SQL only once needed

            return open_demo(actor=self._actor())

        self._open(work, "Demo garments", then=self._fill_demo)

    def open_any(self, path: Path) -> None:
        """Opens a project or a folder of photos, whichever it is."""
        if path.suffix == _PROJECT_SUFFIX:
            self.open_project(path)
        else:
            self.open_photos(path)

    def open_dropped(self, paths: Sequence[Path]) -> None:
        """Opens a dropped project; adds dropped folders and photos to the open project, or makes one."""
        projects = [path for path in paths if path.suffix == _PROJECT_SUFFIX and path.is_dir()]
        if projects:
            self.open_project(projects[0])
            return
        folders = photo_folders(paths)
        if not folders:
            self._session.problem.emit(
                "That is neither a photo, a folder nor a project. Drop photos or a folder."
            )
        elif self._session.project is None:
            self.open_photos(folders[0])
        else:
            self.add_folders(folders)

    def _open(
        self,
        work: Callable[[], Project],
        name: str,
        *,
        then: Callable[[Project], None] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.give_up()
        said = self._session.works.begin(f"Opening {name}")

        def opened() -> Project:
            project = work()
            self._found_first = 0 if said.should_stop() else _find_first(project)
            self.prepare(project)
            return project

        ticket = self._session.bridge.submit(
            opened,
            lambda project: self._adopt(project, then or self._first_scan),
            lambda error: self._refuse(error, folder),
        )
        self._under_way = _Opening(said, ticket)
        said.cancel_asked.connect(self.give_up)

    def give_up(self) -> None:
        """Lets go of what is being opened; its thread closes it again whenever it is there."""
        under_way = self._under_way
        if under_way is not None:
            self._end(WorkState.CANCELLED)
            under_way.abandon()

    def _end(self, state: WorkState) -> None:
        under_way, self._under_way = self._under_way, None
        if under_way is not None:
            under_way.work.end(state)
            self._session.works.forget(under_way.work)

    def _refuse(self, error: Exception, folder: Path | None) -> None:
        self._end(WorkState.FAILED)
        self.failed.emit()
        if isinstance(error, ProjectBusy) and folder is not None:
            self.busy.emit(str(error), folder)
            return
        self._session.report(error)

    def _adopt(self, project: Project, then: Callable[[Project], None]) -> None:
        self._end(WorkState.DONE)
        if not self.may_leave():
            project.close()
            return
        previous = self._session.project
        if previous is not None:
            self.remember()
        self._session.adopt(project)
        self.opened.emit()
        then(project)

    def remember(self) -> None:
        """Puts the open project at the top of the recent ones."""
        from fashion_studio.services.recent import remember  # noqa: PLC0415 - SQL only once needed

        project = self._session.project
        if project is not None:
            try:
                remember(project)
            except StudioError as error:
                _log.info("not remembered: %s", error)

    # ------------------------------------------------------------ scanning

    def _first_scan(self, project: Project) -> None:
        if not project.read_only:
            self.scan(after_s=_LOOK_FIRST_S if project.count else 0.0)

    def scan(self, *, after_s: float = 0.0) -> None:
        """Looks for new, changed and vanished photos in the background.

        Args:
            after_s: how long it leaves disk and processor to the photos that are there already.
        """
        project = self._session.project
        if project is None or (self._scan is not None and self._scan.active):
            return
        work = self._session.works.begin(f"Looking for photos in {project.title}")
        self._scan = work
        bridge = self._session.bridge

        def told(progress: ScanProgress) -> None:
            bridge.post(lambda: work.progress(progress.looked_at, progress.total or 0, progress.current))

        def look() -> ScanReport:
            work.hold(after_s)
            return project.scan(on_progress=told, should_stop=work.should_stop)

        ticket = bridge.submit(
            look,
            lambda report: self._scanned(work, report),
            lambda error: self._broken(work, error),
            long=True,
        )
        work.thread_future = ticket.future

    def add_folders(self, folders: Sequence[Path]) -> None:
        """Declares further folders of photos and scans."""
        project = self._session.project
        if project is None:
            return
        known = [root.folder for root in project.roots]
        try:
            for folder in folders:
                if not any(folder == root or root in folder.parents for root in known):
                    project.add_root(folder)
        except StudioError as error:
            self._session.report(error)
        self.scan()

    def _scanned(self, work: Work, report: ScanReport) -> None:
        project = self._session.project
        there = project.count if project is not None else report.new
        # What was taken in first, unlooked at, may have turned out to be damaged.
        report.new, self._found_first = min(report.new + self._found_first, there), 0
        parts = [
            f"{count:,} {word}"
            for count, word in (
                (report.new, "new"),
                (report.changed, "changed"),
                (report.moved, "found elsewhere"),
                (report.returned, "back again"),
                (report.vanished, "missing"),
                (len(report.failed), "could not be read"),
            )
            if count
        ]
        words = ", ".join(parts) or "nothing new"
        work.end(WorkState.CANCELLED if report.cancelled else WorkState.DONE, words)
        session = self._session
        session.refresh_listing(extend=True)
        if report.missing_roots:
            names = ", ".join(str(root) for root in report.missing_roots)
            session.problem.emit(
                f"The folder {names} is not there. Connect the disk, or drop the folder here."
            )
        elif report.changed or report.vanished or report.failed:
            session.toast.emit(f"Scan: {words}", False)

    def _broken(self, work: Work, error: Exception) -> None:
        work.end(WorkState.FAILED, str(error))
        self._session.report(error)

    # ------------------------------------------------------------ demo

    def _fill_demo(self, project: Project) -> None:
        from fashion_studio.services.demo import fill_demo, is_demo_complete  # noqa: PLC0415 - renders

        if is_demo_complete(project):
            self.demo_ready.emit()
            return
        work = self._session.works.begin("Rendering the demo garments")
        bridge = self._session.bridge

        def told(done: int, total: int) -> None:
            bridge.post(lambda: work.progress(done, total))

        def ended(error: Exception) -> None:
            if isinstance(error, Cancelled):
                work.end(WorkState.CANCELLED)
            else:
                self._broken(work, error)

        def run() -> None:
            try:
                fill_demo(project, on_progress=told, should_stop=work.should_stop)
            except Cancelled:
                bridge.post(lambda: work.end(WorkState.CANCELLED))
                return
            bridge.post(filled)

        def filled() -> None:
            work.end(WorkState.DONE)
            if project is self._session.project:
                self.demo_ready.emit()

        work.thread_future = bridge.submit(run, None, ended, long=True).future
