"""The work of a probe: what `fashion-studio probe run --run RUN_DIR` is. Goes on where it was stopped."""

from __future__ import annotations

import json
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from fashion_studio.config.resources import house_model_dir, resources_dir
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, PhotoError, StudioError, UserError
from fashion_studio.imaging.decode import PHOTO_SUFFIXES
from fashion_studio.jobs.events import append_lines
from fashion_studio.jobs.specification import JobExit, replace_text
from fashion_studio.jobs.worker import JobWorker
from fashion_studio.probing.planning import ConflictPlan, evenly_mixed, plan_conflict, read_cloths
from fashion_studio.probing.records import (
    ConflictResult,
    ConflictSource,
    PhotoResult,
    ProbePhoto,
    Skipped,
    SubjectNote,
    VariantKind,
    to_plain,
)
from fashion_studio.services.probing.report import write_report
from fashion_studio.services.probing.run_files import CONFLICT, RESULTS, SCORES, ProbeRun

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from fashion_studio.probing.asking import Asking
    from fashion_studio.probing.conflict_making import ConflictMaking, MadePicture
    from fashion_studio.probing.styles import Styler
    from fashion_studio.probing.subjects import AskedSubject

__all__ = ["run_probe_job"]

_SCORES_EVERY_S: Final = 3.0
_MATTES: Final = "mattes"
Outcome = PhotoResult | ConflictResult | Skipped
_SPARE: Final = 2
"""Photos waiting beside those in work, so that no core is idle."""


def run_probe_job(run_dir: Path) -> int:
    """Does what the run folder's specification asks, and writes scores and report.

    Returns:
        A `JobExit`: DONE or CANCELLED.

    Raises:
        UserError: not a probe, it is going on already, or none of its subjects can be asked.
        CheckpointError: the matting model cannot be used.
        EnvironmentProblem: the disk does not take the results, or there is no such device.
    """
    run = ProbeRun(run_dir)
    try:
        with JobWorker(run_dir) as job:
            _Probe(run, job).work()
    except Cancelled:
        return int(JobExit.CANCELLED)
    except OSError as error:
        raise EnvironmentProblem(
            f"The results cannot be written: {error.strerror or error}.",
            "Make room; the probe can be continued.",
        ) from error
    return int(JobExit.DONE)


class _Probe:
    """One run of the job over a run folder."""

    def __init__(self, run: ProbeRun, job: JobWorker) -> None:
        self._run = run
        self._job = job
        self._spec = run.spec
        self._scored_s = 0.0
        self._ahead = _SPARE + 1

    def work(self) -> None:
        """Loads, plans, asks, scores, tells."""
        from fashion_studio.inference.device import choose_device  # noqa: PLC0415 - brings the network library
        from fashion_studio.inference.threads import one_thread_each, usable_cores  # noqa: PLC0415 - as above

        job, run = self._job, self._run
        job.progress(run.done, 0, "Loading the models")
        job.checkpoint()
        asking = self._asking()
        self._ahead = usable_cores() + _SPARE
        on_cpu = choose_device(self._spec.device).type == "cpu"
        with one_thread_each(network_too=on_cpu), ThreadPoolExecutor(usable_cores(), "probe") as pool:
            tasks, total = self._tasks(asking, pool)
            job.progress(run.done, total, "Asking")
            for outcome in self._in_order(pool, tasks):
                self._keep(outcome)
                job.progress(run.done, total, _title(outcome))
        job.checkpoint()
        self._score()
        job.progress(run.done, run.done, "Writing the report")
        write_report(run.run_dir)

    def _asking(self) -> Asking:
        from fashion_studio.probing.asking import Asking  # noqa: PLC0415 - brings the network library
        from fashion_studio.probing.mattes import Mattes, open_matting  # noqa: PLC0415 - as above

        spec = self._spec
        subjects = self._subjects()
        house = Path(spec.house_model) if spec.house_model else house_model_dir()
        matting = open_matting(spec.matting, house, spec.device)
        folder = Path(spec.mattes) if spec.mattes else self._run.run_dir / _MATTES
        photos = list(self._run.photos.values())
        return Asking(
            spec, subjects, Mattes(folder, matting), self._styler(photos), photos, self._run.run_dir
        )

    def _subjects(self) -> list[AskedSubject | None]:
        from fashion_studio.probing.subjects import load_subject  # noqa: PLC0415 - as above

        sixteen = resources_dir() / "probing" / "sixteen_classes.toml"
        found: list[AskedSubject | None] = []
        for index, subject in enumerate(self._spec.subjects):
            self._job.checkpoint()
            loaded = load_subject(index, subject, self._spec.device, sixteen)
            note = loaded if isinstance(loaded, SubjectNote) else loaded.note
            found.append(None if isinstance(loaded, SubjectNote) else loaded)
            self._append("subject", note)
            self._job.tell("subject", index=index, name=note.name, problem=note.problem)
        if not any(found):
            problems = [self._run.subjects[index].problem for index in range(len(found))]
            msg = f"None of the models can be asked. {' '.join(dict.fromkeys(problems))}".strip()
            raise UserError(msg)
        return found

    def _styler(self, photos: list[ProbePhoto]) -> Styler | None:
        conflict = self._spec.conflict
        wanted = VariantKind.STYLISED in self._spec.variants and bool(photos)
        if not wanted and (conflict is None or conflict.source is not ConflictSource.STYLE):
            return None
        from fashion_studio.probing.styles import Styler  # noqa: PLC0415 - as above

        if not self._spec.adain:
            self._note("There are no weights for style transfer; stylised pictures were left out.")
            return None
        styles = [Path(photo.path) for photo in photos]
        if self._spec.styles:
            folder = Path(self._spec.styles)
            styles = sorted(path for path in folder.rglob("*") if path.suffix.lower() in PHOTO_SUFFIXES)
            if not styles:
                self._note(f"There is no picture in {folder.name} to take a style from.")
                return None
        try:
            return Styler.load(Path(self._spec.adain), styles, self._spec.device)
        except StudioError as error:
            self._note(f"Stylised pictures were left out: {error}")
            return None

    def _tasks(self, asking: Asking, pool: ThreadPoolExecutor) -> tuple[Iterator[Any], int]:
        """What is left to do, and how much there is in all."""
        run, skipped = self._run, {each.what for each in self._run.skipped}
        asks_photos = bool(self._spec.variants or self._spec.backdrops)
        photos = list(run.photos.values()) if asks_photos else []
        plan = self._plan(asking, pool)
        making = self._making(asking, plan)
        pictures = [picture for picture in plan.made if picture.file not in run.conflicts]
        files = [file for file in plan.found if file not in run.conflicts]
        asked: list[Any] = [
            *(
                _bound(self._ask_made, asking, file, plan.found[file], _bound(making.load, file))
                for file in files
                if file not in skipped
            ),
            *(
                _bound(
                    self._ask_made,
                    asking,
                    picture.file,
                    (picture.name.shape, picture.name.texture),
                    _bound(making.make, picture),
                )
                for picture in pictures
                if picture.file not in skipped
            ),
        ]
        todo = [
            _bound(asking.ask_photo, photo)
            for photo in photos
            if photo.key not in run.results and photo.path not in skipped
        ]
        total = len(photos) + len(plan.made) + len(plan.found)
        return evenly_mixed(todo, asked) if todo else iter(asked), total

    def _plan(self, asking: Asking, pool: ThreadPoolExecutor) -> ConflictPlan:
        conflict = self._spec.conflict
        if conflict is None:
            return ConflictPlan((), {}, {})
        if conflict.source is ConflictSource.STYLE and asking.styler is None:
            return ConflictPlan((), {}, {})  # which has been said
        photos = list(self._run.photos.values())
        sure = {}
        if conflict.source in {ConflictSource.FABRIC, ConflictSource.STYLE}:
            sure = self._sure(asking, pool, [each for each in photos if conflict.attribute not in each.truth])
        cloths = read_cloths(resources_dir() / "probing" / "cloths.toml")
        try:
            plan = plan_conflict(conflict, photos, sure, cloths, self._spec.seed)
        except UserError as error:
            self._note(str(error))
            return ConflictPlan((), {}, {})
        for note in (*plan.notes, *self._strangers(plan, conflict.attribute)):
            self._note(note)
        return plan

    def _sure(self, asking: Asking, pool: ThreadPoolExecutor, photos: list[ProbePhoto]) -> dict[str, Any]:
        """What the matting model is sure of, for photos without a label; their mattes are kept on the way."""

        def look(photo: ProbePhoto) -> tuple[str, Any]:
            try:
                return photo.key, asking.picture(photo).matte.sure
            except PhotoError:
                return photo.key, {}  # told when its turn comes

        found = {}
        tasks = (_bound(look, photo) for photo in photos)
        for number, (key, sure) in enumerate(self._in_order(pool, tasks), start=1):
            found[key] = sure
            self._job.progress(number, len(photos), "Finding garments")
        self._job.checkpoint()
        return found

    def _strangers(self, plan: ConflictPlan, attribute: str) -> Iterator[str]:
        """A sentence for each subject that does not know the classes of the conflict set."""
        classes = set(plan.classes)
        for note in self._run.subjects.values():
            known = set(note.attributes.get(attribute, ()))
            if note.problem or classes <= known:
                continue
            strange = ", ".join(sorted(classes - known)[:6])
            how = "is asked about the others only" if len(classes & known) > 1 else "is not asked about them"
            yield f"{note.name} does not know these classes as a {attribute}: {strange}; it {how}."

    def _making(self, asking: Asking, plan: ConflictPlan) -> Any:
        from fashion_studio.probing.conflict_making import ConflictMaking  # noqa: PLC0415 - as above

        conflict = self._spec.conflict
        if conflict is None:
            return None
        folder = self._run.run_dir / CONFLICT
        making: ConflictMaking = ConflictMaking(
            conflict, plan.classes, self._run.photos, asking, folder, self._spec.picture_px
        )
        return making

    def _ask_made(
        self,
        asking: Asking,
        file: str,
        cues: tuple[str, str],
        make: Callable[[], MadePicture | Skipped],
    ) -> ConflictResult | Skipped:
        made = make()
        if isinstance(made, Skipped):
            return made
        attribute = self._spec.conflict.attribute if self._spec.conflict else ""
        return asking.ask_conflict(file, cues, made.image, attribute, made.truth)

    def _keep(self, outcome: Outcome) -> None:
        if isinstance(outcome, PhotoResult):
            self._append("photo", outcome)
            self._job.tell("photo", key=outcome.key)
        elif isinstance(outcome, ConflictResult):
            self._append("conflict", outcome)
            self._job.tell("conflict", file=outcome.file)
        else:
            self._append("skipped", outcome)
            self._job.tell("skipped", what=outcome.what, reason=outcome.reason)
        if time.monotonic() - self._scored_s > _SCORES_EVERY_S:
            self._score()

    def _in_order(self, pool: ThreadPoolExecutor, tasks: Iterable[Any]) -> Iterator[Any]:
        """Outcomes in the order of the tasks, a few ahead in work; ends early when the person wants it."""
        source, waiting = iter(tasks), deque[Future[Any]]()
        try:
            while True:
                if self._job.should_stop():
                    while waiting and waiting[0].done():
                        yield waiting.popleft().result()
                    return
                waiting.extend(pool.submit(task) for task in islice(source, self._ahead - len(waiting)))
                if not waiting:
                    return
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()

    def _append(self, kind: str, record: object) -> None:
        append_lines(self._run.run_dir / RESULTS, [json.dumps({kind: to_plain(record)})])
        self._run.refresh()

    def _score(self) -> None:
        scores = [to_plain(each) for each in self._run.scores()]
        replace_text(self._run.run_dir / SCORES, json.dumps(scores))
        self._job.tell("scores")
        self._scored_s = time.monotonic()

    def _note(self, text: str) -> None:
        if text not in self._run.notes:
            append_lines(self._run.run_dir / RESULTS, [json.dumps({"note": text})])
            self._run.refresh()
            self._job.tell("note", text=text)


def _bound(act: Callable[..., Any], *arguments: Any) -> Callable[[], Any]:
    return lambda: act(*arguments)


def _title(outcome: Outcome) -> str:
    if isinstance(outcome, ConflictResult):
        return outcome.file
    return outcome.key[:12] if isinstance(outcome, PhotoResult) else outcome.what
