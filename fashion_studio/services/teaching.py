"""Quick teaching of a project's model: fit, measure, put in force, take back. Blocking; for a thread.

The heads are fitted by the engine to features that were kept while photos were read. What is written here is
either whole or not there: an end in the middle leaves the former heads in force, and where only the stored
predictions had not all followed yet, `resume` lets them follow.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final, cast

import msgspec

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem, ProjectError, UserError
from fashion_studio.learning.features import FeatureCache
from fashion_studio.learning.head_files import bundle_heads, check_fit, heads_of_bytes
from fashion_studio.services.project import default_actor
from fashion_studio.services.teaching_labels import gather, label_count
from fashion_studio.services.teaching_predictions import PredictionRefresh
from fashion_studio.services.teaching_record import HeadRecord, TeachFolder, TeachHistory, TeachRecord
from fashion_studio.services.teaching_request import read_missing, teach_request, waited

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.linear_heads import LinearHead
    from fashion_studio.domain.predictions import Prediction
    from fashion_studio.jobs.wire import Taught
    from fashion_studio.learning.head_files import BundleHeads
    from fashion_studio.services.project import Project
    from fashion_studio.services.teaching_labels import Material
    from fashion_studio.services.teaching_request import Progress, TeachEngine

__all__ = ["FEATURES", "TEACHING", "Teaching"]

TEACHING: Final = "teaching"
FEATURES: Final = "features"
_NO_LABELS: Final = "There is no label to teach with yet. Answer attributes of some photos first."


def _silent(_text: str, _done: int, _total: int) -> None:
    """For those who do not want to know how far it is."""


class Teaching:
    """One project and one model. One act at a time; the others wait. `note_features` is safe meanwhile."""

    def __init__(
        self,
        project: Project,
        model_dir: Path,
        engine: TeachEngine | None = None,
        *,
        actor: str | None = None,
    ) -> None:
        """Opens what is there of the two.

        Args:
            project: may be open for reading only; then nothing but questions is answered.
            model_dir: the weights bundle that the engine runs.
            engine: may be given later, by `engine`.
            actor: who teaches; None means the user of the computer.

        Raises:
            CheckpointError: the model has no linear heads.
        """
        self.project, self.engine = project, engine
        self._actor = actor or default_actor()
        self.parent: BundleHeads = bundle_heads(model_dir)
        self.folder = TeachFolder(
            project.folder / TEACHING / self.parent.key, self.parent.model_id, self.parent.sha256
        )
        self._cache: FeatureCache | None = None
        self._acts = threading.RLock()

    # ------------------------------------------------------------ questions

    def history(self) -> TeachHistory:
        """Every teaching of this model in this project."""
        return self.folder.history()

    def new_labels(self) -> int:
        """How many labels there are more than at the last teaching; a quick look."""
        records = self.history().records
        return max(0, label_count(self.project) - (records[-1].labels_then if records else 0))

    def heads(self, number: int) -> dict[str, LinearHead]:
        """The heads that a teaching changed; none for the model's own.

        Raises:
            CheckpointError: their file is damaged, or of another model or vocabulary.
        """
        return dict(self._kept(number)[1]) if number else {}

    # ------------------------------------------------------------ features

    def note_features(self, found: Iterable[tuple[str, NDArray[Any] | None]]) -> int:
        """Keeps features of photos by content hash while photos are read anyway.

        Returns:
            How many were new; none when the project cannot be written (they are a cache, no more).
        """
        known = [(digest, features) for digest, features in found if features is not None]
        if self.project.read_only or not known:
            return 0
        try:
            return self._features().add(known)
        except (OSError, ValueError):  # full disk, or another network's: teaching reads these photos again
            return 0

    def has_features(self, content_hash: str) -> bool:
        """Whether teaching can use a photo without reading it."""
        cache = self._features_or_none()
        return cache is not None and cache.has(content_hash)

    def as_taught(self, read: Sequence[tuple[Prediction, NDArray[Any] | None]]) -> list[Prediction]:
        """Predictions of the model's own heads with their features, as the heads in force make them."""
        history = self.history()
        refresh = self._refresh(history) if history.in_force else None
        return [
            prediction
            if refresh is None or features is None or prediction.model != history.parent
            else refresh.one(prediction, features)
            for prediction, features in read
        ]

    # ------------------------------------------------------------ acts

    def teach(
        self,
        *,
        include_derived: bool = False,
        on_progress: Progress = _silent,
        should_stop: Callable[[], bool] = lambda: False,
    ) -> TeachRecord:
        """Fits the heads to all labels of the project and, unless they are worse, puts them in force.

        Heads that have fewer of the held-out labels right, or that nothing could measure, are only offered:
        `keep` puts them in force, `reject` or another teaching drops them.

        Args:
            include_derived: whether what people said of photos made by edits teaches, too.
            on_progress: what is done now, done, total; from any thread.
            should_stop: asked often, until the heads are put in force.

        Raises:
            UserError: no labels, or none that the model knows; a project open for reading only.
            EnvironmentProblem: no engine, or the disk is full; nothing has changed.
            Cancelled: on request; nothing has changed.
        """
        with self._acts:
            started_s = time.monotonic()
            self._check_writable()
            on_progress("Gathering labels", 0, 0)
            material = gather(self.project, self.parent.heads, include_derived=include_derived)
            if not material.photos:
                raise UserError(" ".join([_NO_LABELS, *material.skipped]))
            engine = self._engine()
            read_missing(self.project, engine, material, self, on_progress, should_stop)
            history = self.history()
            number = max((record.number for record in history.records), default=0) + 1
            answer = self._ask(engine, material, history, number, on_progress, should_stop)
            record = _offered(history, number, material, answer, label_count(self.project))
            took_s = round(time.monotonic() - started_s, 3)
            record = msgspec.structs.replace(record, actor=self._actor, seconds=took_s)
            return self._take(history, record, answer.heads, on_progress)

    def keep(self, *, on_progress: Progress = _silent) -> TeachRecord | None:
        """Puts offered heads in force; None where none are offered."""
        with self._acts:
            self._check_writable()
            history = self.history()
            offered = history.offered
            return None if offered is None else self._put_in_force(history, offered.number, on_progress)

    def reject(self) -> TeachRecord | None:
        """Drops offered heads; None where none are offered."""
        with self._acts:
            self._check_writable()
            history = self.history()
            offered = history.offered
            if offered is None:
                return None
            history = self.folder.write(history.marked(offered.number, "rejected"))
            return history.record(offered.number)

    def undo(self, *, on_progress: Progress = _silent) -> TeachRecord | None:
        """Takes the last teaching back, heads and predictions; None where the model's own heads answer."""
        with self._acts:
            self._check_writable()
            history = self.history()
            last = history.current
            if last is None:
                return None
            before = history.marked(last.number, "undone").marked(last.instead_of, "in_force")
            after = msgspec.structs.replace(before, in_force=last.instead_of, refreshed=False)
            content = self._content(last.instead_of)
            self.folder.write(after)
            self._use(content, history.model)
            refresh = self._refresh(after)
            refresh.restore_from(self.folder.before_path(last.number), history.model)
            refresh.run(on_progress)
            self.folder.write(msgspec.structs.replace(after, refreshed=True))
            return after.record(last.number)

    def redo(self, *, on_progress: Progress = _silent) -> TeachRecord | None:
        """Puts the teaching that was taken back last in force again; None where there is none.

        Raises:
            CheckpointError: its heads cannot be read any more; nothing has changed.
        """
        with self._acts:
            self._check_writable()
            history = self.history()
            undone = history.undone
            return None if undone is None else self._put_in_force(history, undone.number, on_progress)

    def resume(self, *, on_progress: Progress = _silent) -> TeachHistory:
        """After opening: the engine gets the heads in force; predictions that did not follow yet do.

        Raises:
            CheckpointError: the heads cannot be used any more; the model's own are in force from now on.
        """
        with self._acts:
            history = self.history()
            try:
                content = self._content(history.in_force)
            except CheckpointError:
                if not self.project.read_only:
                    broken = history.marked(history.in_force, "undone")
                    broken = msgspec.structs.replace(broken, in_force=0, refreshed=False)
                    self._follow(self.folder.write(broken), on_progress)
                raise
            if content:
                self._use(content, history.parent)
            if not history.refreshed and not self.project.read_only:
                history = self._follow(history, on_progress)
            return history

    # ------------------------------------------------------------ steps

    def _take(
        self, history: TeachHistory, record: TeachRecord, content: bytes, on_progress: Progress
    ) -> TeachRecord:
        records = tuple(
            msgspec.structs.replace(each, state="rejected") if each.state == "offered" else each
            for each in history.records
        )
        history = msgspec.structs.replace(history, records=records)
        changed = any(head.change for head in record.heads)
        if not changed and not history.in_force:
            record = msgspec.structs.replace(record, state="unchanged")
        else:
            self.folder.put(self.folder.heads_path(record.number).name, content)
        history = self.folder.write(msgspec.structs.replace(history, records=(*history.records, record)))
        if record.state == "unchanged" or record.verdict in {"worse", "unmeasured"}:
            return record
        return self._put_in_force(history, record.number, on_progress)

    def _put_in_force(self, history: TeachHistory, number: int, on_progress: Progress) -> TeachRecord:
        content = self._content(number)
        after = history.marked(history.in_force, "replaced").marked(number, "in_force")
        after = msgspec.structs.replace(after, in_force=number, refreshed=False)
        self.folder.write(after)
        self._use(content, history.model)
        refresh = self._refresh(after)
        refresh.keep_in(self.folder.before_path(number), history.model)
        refresh.run(on_progress)
        after = self.folder.write(msgspec.structs.replace(after, refreshed=True))
        return next(record for record in after.records if record.number == number)

    def _follow(self, history: TeachHistory, on_progress: Progress) -> TeachHistory:
        self._refresh(history).run(on_progress)
        return self.folder.write(msgspec.structs.replace(history, refreshed=True))

    def _refresh(self, history: TeachHistory) -> PredictionRefresh:
        return PredictionRefresh(self.project, self.parent, history, self._features_or_none(), self.heads)

    def _ask(
        self,
        engine: TeachEngine,
        material: Material,
        history: TeachHistory,
        number: int,
        on_progress: Progress,
        should_stop: Callable[[], bool],
    ) -> Taught:
        cache = self._features_or_none()
        if cache is None or not len(cache):
            msg = "None of the labelled photos can be read, so there is nothing to teach with."
            raise UserError(msg)
        try:
            current = self._content(history.in_force)
        except CheckpointError:
            current = b""
        request = teach_request(material, cache, self.parent.heads, current, history.model_of(number))
        on_progress("Teaching", 0, len(material.attributes))
        future = engine.teach(
            request, on_progress=lambda _, done, total: on_progress("Teaching", done, total)
        )
        return cast("Taught", waited(future, should_stop))

    def _use(self, content: bytes, instead_of: str) -> None:
        if self.engine is not None:
            self.engine.use_heads(content, instead_of=instead_of)

    def _engine(self) -> TeachEngine:
        if self.engine is None:
            msg = "The model is not running."
            raise EnvironmentProblem(msg, "Start it again from the status bar.")
        return self.engine

    def _check_writable(self) -> None:
        if self.project.read_only:
            msg = "This project is open for reading only, so nothing can be taught."
            raise ProjectError(msg)

    def _content(self, number: int) -> bytes:
        return self._kept(number)[0] if number else b""

    def _kept(self, number: int) -> tuple[bytes, dict[str, LinearHead]]:
        path = self.folder.heads_path(number)
        try:
            data = path.read_bytes()
        except OSError as error:
            msg = f"The taught heads {path.name} cannot be read: {error.strerror or error}. Teach again."
            raise CheckpointError(msg) from error
        kept = heads_of_bytes(data, path.name)
        check_fit(kept, self.parent.heads, self.parent.model_id, self.parent.sha256)
        return data, dict(kept.heads)

    def _features(self) -> FeatureCache:
        if self._cache is None:
            width = next(iter(self.parent.heads.values())).weight.shape[1]
            self._cache = FeatureCache(self.project.folder / FEATURES / self.parent.key, width)
        return self._cache

    def _features_or_none(self) -> FeatureCache | None:
        if self._cache is None and (self.project.folder / FEATURES / self.parent.key).is_dir():
            try:
                return self._features()
            except OSError:
                return None
        return self._cache


def _offered(
    history: TeachHistory, number: int, material: Material, answer: Taught, labels: int
) -> TeachRecord:
    """What came of a teaching, before it is put in force; nobody's yet."""
    results = tuple(
        HeadRecord(**{field: getattr(result, field) for field in HeadRecord.__struct_fields__})
        for result in answer.results
    )
    return TeachRecord(
        number=number,
        at=time.time(),
        actor="",
        model=history.model_of(number),
        photos=material.taught,
        held_out_photos=len(material.photos) - material.taught,
        heads=results,
        state="offered",
        instead_of=history.in_force,
        skipped=material.skipped,
        labels_then=labels,
    )
