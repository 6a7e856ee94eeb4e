"""Quick teaching in the window: when it runs, what it costs nobody to wait for, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from fashion_studio.config.settings import load_settings
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.gui.works import WorkState
from fashion_studio.jobs.engine_client import EnginePhase

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.domain.queries import Changes
    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.teaching import Teaching
    from fashion_studio.services.teaching_record import TeachHistory, TeachRecord

__all__ = ["TeachDesk", "TeachView", "figures_text", "teach_sentence"]

_KEEP_AFTER_MS: Final = 400


@dataclass(frozen=True, slots=True)
class TeachView:
    """What there is to show.

    Attributes:
        waiting: labels since the last teaching; `every` of them start the next (0: never by itself).
        running: what is done now; empty when nothing is.
        offered: a worse (or unmeasured) result that waits for a person.
        current: the teaching in force; None for the model's own heads.
        undone: the teaching that redo would put in force again.
        usable: whether there is anything to teach: a writable project and an engine.
    """

    waiting: int = 0
    every: int = 25
    running: str = ""
    done: int = 0
    total: int = 0
    offered: TeachRecord | None = None
    current: TeachRecord | None = None
    undone: TeachRecord | None = None
    usable: bool = False


def figures_text(record: TeachRecord, titles: dict[str, str]) -> str:
    """Before and after of each attribute that was measured, one per line."""
    lines = [
        f"{titles.get(head.name, head.name)} {head.before / head.held_out:.0%} → "
        f"{head.after / head.held_out:.0%} of {head.held_out}"
        for head in record.heads
        if head.held_out
    ]
    return "\n".join(line.replace("%", " %") for line in lines)


def teach_sentence(record: TeachRecord, titles: dict[str, str]) -> str:
    """What came of a teaching, for a toast."""
    if record.state == "unchanged":
        return f"The labels of {record.photos:,} photos do not improve on the model; it stays as it is."
    parts = figures_text(record, titles).splitlines()
    more = f", and {len(parts) - 3} more" if len(parts) > 3 else ""
    return f"Taught by {record.photos:,} photos. Held out: {', '.join(parts[:3])}{more}."


class TeachDesk(QObject):
    """Runs teaching in a thread of the window; the fitting itself is the engine's.

    Signals:
        changed: `view` is another.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._teaching: Teaching | None = None
        self._work: Work | None = None
        self._found: dict[int, Any] = {}
        self._due = 0
        self._spent = 0
        self.view = TeachView()
        self._keep = QTimer(self)
        self._keep.setSingleShot(True)
        self._keep.setInterval(_KEEP_AFTER_MS)
        self._keep.timeout.connect(self.keep_features)
        session.project_changed.connect(self._on_project)
        session.engine_state_changed.connect(lambda _state: self._open())
        session.changed.connect(self._on_change)

    # ------------------------------------------------------------ acts

    @property
    def titles(self) -> dict[str, str]:
        """Attribute titles by name."""
        vocabulary = self._session.vocabulary
        return {} if vocabulary is None else {each.name: each.title for each in vocabulary.attributes}

    def teach(self) -> None:
        """Teaches with all labels so far."""
        teaching = self._teaching
        if teaching is None or self._work is not None:
            if teaching is None and self._session.project is not None:
                self._session.problem.emit("The model is not ready yet. Teach again when the engine is.")
            return
        self.keep_features()

        def run(work: Work) -> TeachRecord:
            return teaching.teach(on_progress=self._teller(work), should_stop=work.should_stop)

        self._run("Teaching", teaching, run, self._taught)
        self._spent = self.view.waiting

    def undo(self) -> None:
        """Takes the last teaching back."""
        teaching = self._teaching
        if teaching is None or self._work is not None:
            return
        if self.view.current is None:
            self._session.toast.emit(
                "There is no teaching to undo; the model answers with its own heads.", False
            )
            return

        def told(record: TeachRecord | None) -> None:
            if record is not None:
                model = teaching.history().model
                self._session.toast.emit(f"Teaching {record.number} undone; {model} answers again.", False)

        self._run("Undoing", teaching, lambda work: teaching.undo(on_progress=self._teller(work)), told)

    def redo(self) -> None:
        """Puts the teaching that was taken back last in force again."""
        teaching = self._teaching
        if teaching is None or self._work is not None:
            return
        if self.view.undone is None:
            self._session.toast.emit("There is no undone teaching to redo.", False)
            return

        def told(record: TeachRecord | None) -> None:
            if record is not None:
                self._session.toast.emit(f"Teaching {record.number} is in force again.", False)

        self._run("Redoing", teaching, lambda work: teaching.redo(on_progress=self._teller(work)), told)

    def set_every(self, every: int) -> None:
        """Teaches by itself after so many new labels from now on; 0 for never."""
        if every != self.view.every:
            self._due = 0
            self._show(self.view, every=every)

    def keep_offered(self) -> None:
        """Puts a worse result in force all the same."""
        teaching = self._teaching
        if teaching is not None and self._work is None and self.view.offered is not None:
            self._run(
                "Teaching", teaching, lambda work: teaching.keep(on_progress=self._teller(work)), self._kept
            )

    def reject_offered(self) -> None:
        """Drops a worse result."""
        teaching = self._teaching
        if teaching is not None and self._work is None and self.view.offered is not None:

            def told(_record: object) -> None:
                self._session.toast.emit("The worse heads are dropped; nothing has changed.", False)

            self._run("Teaching", teaching, lambda _work: teaching.reject(), told)

    def cancel(self) -> None:
        """Stops a running teaching; nothing has changed then."""
        if self._work is not None:
            self._work.cancel()

    # ------------------------------------------------------------ features

    def note(self, item_id: int, reading: Reading) -> None:
        """A photo was just read; its features are kept on the disk in a moment, in a thread."""
        if reading.features is not None and self._teaching is not None:
            self._found[item_id] = reading.features
            self._keep.start()

    def keep_features(self) -> None:
        """Writes what came in."""
        self._keep.stop()
        found, self._found = self._found, {}
        teaching = self._teaching
        if not found or teaching is None:
            return

        def write() -> None:
            teaching.note_features(
                (digest, found[item_id]) for item_id, _, digest in teaching.project.places(list(found))
            )

        self._session.bridge.submit(write, None, self._session.report)

    def close(self) -> None:
        """Nothing more is asked or written."""
        self._keep.stop()
        self._session.bridge.forget("teach.open")

    # ------------------------------------------------------------ following the session

    def _on_project(self) -> None:
        self._teaching, self._found = None, {}
        self._keep.stop()
        self._show(TeachView())
        self._open()

    def _open(self) -> None:
        """Project and model are known: what was taught of the two so far."""
        project, engine = self._session.project, self._session.engine
        if project is None or engine is None or engine.state.phase is not EnginePhase.READY:
            return
        if self._teaching is not None and self._teaching.engine is engine:
            return

        def look() -> tuple[Teaching | None, TeachHistory | None, int, int, str]:
            from fashion_studio.services.teaching import Teaching  # noqa: PLC0415 - not at start

            every = load_settings().settings.teach_every
            try:
                teaching = Teaching(project, engine.model_dir, engine)
            except UserError:  # its heads cannot be taught; reading works all the same
                return None, None, 0, every, ""
            problem = ""
            try:
                history = teaching.resume()
            except UserError as error:
                problem, history = str(error), teaching.history()
            return teaching, history, teaching.new_labels(), every, problem

        def found(seen: tuple[Teaching | None, TeachHistory | None, int, int, str]) -> None:
            teaching, history, waiting, every, problem = seen
            if project is not self._session.project or engine is not self._session.engine:
                return
            self._teaching = teaching
            if teaching is None or history is None:
                return
            if problem:
                self._session.problem.emit(problem)
            usable = not project.read_only
            self._show(TeachView(waiting, every, usable=usable), **_standing(history))

        self._session.bridge.submit(look, found, self._session.report, lane="teach.open")

    def _on_change(self, changes: Changes) -> None:
        vocabulary = self._session.vocabulary
        if not changes.operation_id or vocabulary is None or not self.view.usable:
            return
        names = {attribute.name for attribute in vocabulary.attributes}
        labels = len(changes.item_ids) * len(changes.fields & names)
        if not labels:
            return
        self._show(self.view, waiting=self.view.waiting + labels)
        if self.view.every and self.view.waiting >= max(self.view.every, self._due) and self._work is None:
            self._due = self.view.waiting + self.view.every  # one that fails is not tried at every key
            self.teach()

    # ------------------------------------------------------------ running

    def _run(
        self,
        title: str,
        teaching: Teaching,
        act: Callable[[Work], Any],
        done: Callable[[Any], None],
    ) -> None:
        session = self._session
        work = self._work = session.works.begin(title)
        self._spent = 0
        self._show(self.view, running=title, done=0, total=0)

        def finished(record: Any) -> None:
            self._end(work, teaching, WorkState.DONE)
            if self._teaching is teaching:
                done(record)

        def failed(error: Exception) -> None:
            self._end(work, teaching, WorkState.FAILED, str(error))
            session.report(error)

        def run() -> Any:
            try:
                return act(work)
            except Cancelled:
                session.bridge.post(lambda: self._end(work, teaching, WorkState.CANCELLED))
                raise

        work.thread_future = session.bridge.submit(run, finished, failed, long=True).future

    def _end(self, work: Work, teaching: Teaching, state: WorkState, detail: str = "") -> None:
        if work.active:
            work.end(state, detail)
        if self._work is work:
            self._work = None
        if self._teaching is teaching:
            history = teaching.history()
            waiting = self.view.waiting
            if state is WorkState.DONE and self._spent:
                waiting, self._due = max(0, waiting - self._spent), 0
            self._show(self.view, running="", waiting=waiting, **_standing(history))

    def _teller(self, work: Work) -> Callable[[str, int, int], None]:
        def tell(text: str, done: int, total: int) -> None:
            self._session.bridge.post(lambda: self._on_progress(work, text, done, total))

        return tell

    def _on_progress(self, work: Work, text: str, done: int, total: int) -> None:
        if work.active and self._work is work:
            work.progress(done, total, text)
            self._show(self.view, running=text, done=done, total=total)

    def _taught(self, record: TeachRecord) -> None:
        if record.state == "offered":
            return  # the bar asks
        self._session.toast.emit(teach_sentence(record, self.titles), False)

    def _kept(self, record: TeachRecord | None) -> None:
        if record is not None:
            self._session.toast.emit(teach_sentence(record, self.titles), False)

    def _show(self, view: TeachView, **changes: Any) -> None:
        self.view = replace(view, **changes)
        self.changed.emit()


def _standing(history: TeachHistory) -> dict[str, TeachRecord | None]:
    return {"offered": history.offered, "current": history.current, "undone": history.undone}
