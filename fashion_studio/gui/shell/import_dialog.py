"""Import: from which files; then what they would bring and where they differ from you; then the labels.

In two steps, so that nobody's labels are overwritten unasked: "Check" reads and compares, "Import" writes.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFileDialog, QFrame, QScrollArea

from fashion_studio.domain.errors import Cancelled, StudioError
from fashion_studio.gui.components.base import Label, column, row
from fashion_studio.gui.components.buttons import Button
from fashion_studio.gui.components.choices import Segment
from fashion_studio.gui.components.dialogs import Dialog
from fashion_studio.gui.components.inputs import Field
from fashion_studio.gui.components.marks import ProgressBar
from fashion_studio.gui.works import WorkState

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

    from fashion_studio.gui.session import Session
    from fashion_studio.gui.works import Work
    from fashion_studio.services.importing import ImportOutcome, ImportPlan, ImportRequest
    from fashion_studio.services.project import Project

__all__ = ["ImportDialog", "outcome_text", "plan_text"]

T = TypeVar("T")


class _Format(NamedTuple):
    """One format as the dialog asks for it."""

    name: str
    title: str
    hint: str
    extra: str = ""
    example: str = ""
    is_file: bool = False


_FORMATS: Final = (
    _Format(
        "deepfashion",
        "DeepFashion",
        "The data set's folder, or Anno_coarse in it: list_category_img.txt and the other lists.",
    ),
    _Format(
        "fine26", "26 attributes", "DeepFashion's fine set: the folder Anno_fine with train.txt and the rest."
    ),
    _Format(
        "fashion-how",
        "FASHION-HOW",
        "The folder with the CSV files of one sub-task. Its classes are numbers: a TOML file names them.",
        "Class names",
        "class_names.toml",
    ),
    _Format(
        "folders",
        "Folders",
        "A folder per class, such as shirt/1.jpg. The folders' names become the answer to one question.",
        "Answers to",
        "category",
    ),
    _Format(
        "csv",
        "CSV",
        "One line a photo. Our own export needs no map; other tables say which column is what.",
        "Columns",
        "file=path, category=kind",
        is_file=True,
    ),
    _Format("coco", "COCO", "COCO keypoints, ours or others'; answers come from “attributes”.", is_file=True),
)
_REPORT_HEIGHT: Final = 190
_SHOWN: Final = 8


class ImportDialog(Dialog):
    """Reads and writes in the background; closing it while it works cancels."""

    finished_reading = Signal(object)
    finished_writing = Signal(object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__("Import labels", primary="Check", secondary="Cancel", wide=True, parent=parent)
        self._session = session
        self._work: Work | None = None
        self._plan: ImportPlan | None = None
        self._is_done = False
        self.format = Segment([entry.title for entry in _FORMATS], stretch=True)
        self.hint = Label("", "caption", role="text3", wrap=True)
        self.place = Field("", "", "Where the labels are")
        self.place.line.setAccessibleName("Labels")
        self.photos = Field("Photos start from", "", "found by itself")
        self.more = Field("", "", "")
        self._more_title = Label("", "small", 500, "text2")
        self.choice = Segment(["Keep mine", "Take the file's"])
        self.differing = Label("", "small", 600)
        self._asking = (self.differing, self.choice)
        self.bar = ProgressBar()
        self.report = Label("", "small", role="text2", wrap=True)
        self.report.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        self.report.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.area = QScrollArea()
        self.area.setWidget(self.report)
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self.format.picked.connect(lambda _index: self._show_format())
        for field in (self.place, self.photos, self.more):
            field.edited.connect(lambda _text: self._begin_anew())
        self.choice.picked.connect(lambda _index: self._name_primary())
        self.primary.clicked.disconnect(self.accept)
        self.primary.clicked.connect(self._go_on)
        self._show_format()

    def _lay_out(self) -> None:
        choose = Button("Choose", icon="folder-open")
        choose.setToolTip("Choose the file or folder with the labels")
        choose.clicked.connect(self._choose)
        where = row(self.place, choose, gap=8)
        where.setStretch(0, 1)
        further = row(self.photos, gap=12)
        further.addLayout(column(self._more_title, self.more, gap=4))
        further.setStretch(0, 1)
        further.setStretch(1, 1)
        self.body.addWidget(self.format)
        self.body.addWidget(self.hint)
        self.body.addLayout(column(Label("Labels", "small", 500, "text2"), where, gap=4))
        self.body.addLayout(further)
        self.body.addWidget(self.bar)
        self.body.addWidget(self.area)
        self.body.addLayout(row(self.differing, None, self.choice, gap=16))
        for part in (self.bar, self.area, *self._asking):
            part.hide()

    # ------------------------------------------------------------ what is asked

    @property
    def chosen(self) -> _Format:
        """The format that is chosen."""
        return _FORMATS[self.format.index]

    def _show_format(self) -> None:
        entry = self.chosen
        self.hint.setText(entry.hint)
        self._more_title.setText(entry.extra)
        self.more.line.setAccessibleName(entry.extra)
        self.more.line.setPlaceholderText(entry.example)
        self.more.line.clear()
        for part in (self.more, self._more_title):
            part.setVisible(bool(entry.extra))
        self._begin_anew()

    def _begin_anew(self) -> None:
        """What was checked holds no longer."""
        if self._work is not None:
            return
        self._plan, self._is_done = None, False
        for part in (self.bar, self.area, *self._asking):
            part.hide()
        self.place.set_error("")
        self.secondary.show()
        self._name_primary()
        self._settle()

    def _choose(self) -> None:
        start = self.place.text or str(Path.home())
        if self.chosen.is_file:
            found, _ = QFileDialog.getOpenFileName(self, "The file with the labels", start)
        else:
            found = QFileDialog.getExistingDirectory(self, "The folder with the labels", start)
        if found:
            self.place.line.setText(found)

    def _request(self) -> ImportRequest:
        from fashion_studio.exchange.incoming import ImportFormat  # noqa: PLC0415 - not at start
        from fashion_studio.exchange.incoming_sources import SourceOptions  # noqa: PLC0415
        from fashion_studio.services.importing import ImportRequest  # noqa: PLC0415

        extra, name = self.more.text.strip(), self.chosen.name
        photos = self.photos.text.strip()
        pairs = [part.partition("=") for part in extra.split(",") if "=" in part]
        options = SourceOptions(
            photos=Path(photos).expanduser() if photos else None,
            class_names=Path(extra).expanduser() if name == "fashion-how" and extra else None,
            columns={ours.strip(): theirs.strip() for ours, _, theirs in pairs} if name == "csv" else {},
            attribute=extra if name == "folders" and extra else "category",
        )
        return ImportRequest(ImportFormat(name), Path(self.place.text.strip()).expanduser(), options)

    # ------------------------------------------------------------ checking and writing

    def _go_on(self) -> None:
        project = self._session.project
        if self._is_done or project is None:
            self.accept()
        elif self._plan is None:
            self._check(project)
        else:
            self._write(project, self._plan)

    def _check(self, project: Project) -> None:
        from fashion_studio.services.importing import plan_import  # noqa: PLC0415 - SQL

        if not self.place.text.strip():
            self.place.set_error("Name the file or folder with the labels.")
            self._settle()
            return
        request = self._request()
        work = self._begin(f"Reading {self.chosen.title} labels", "Reading…")
        bridge = self._session.bridge

        def told(done: int, total: int | None) -> None:
            bridge.post(lambda: self._progress(work, done, total or 0))

        self._run(
            work,
            lambda: plan_import(project, request, on_progress=told, should_stop=work.should_stop),
            self._checked,
        )

    def _write(self, project: Project, plan: ImportPlan) -> None:
        from fashion_studio.services.importing import apply_import  # noqa: PLC0415 - SQL

        replace = self.choice.index == 1
        work = self._begin("Importing labels", "Writing…")
        self._run(work, lambda: apply_import(project, plan, replace=replace), self._written)

    def _begin(self, title: str, words: str) -> Work:
        work = self._session.works.begin(title)
        self._work = work
        self._enable(ready=False)
        self.bar.set_share(None)
        self.bar.show()
        self._say(words)
        return work

    def _run(self, work: Work, act: Callable[[], T], done: Callable[[Work, T], None]) -> None:
        def guarded() -> T | None:
            try:
                return act()
            except Cancelled:
                return None

        def ended(result: T | None) -> None:
            self._enable(ready=True)
            self.bar.hide()
            if result is None:
                work.end(WorkState.CANCELLED, "Cancelled; nothing was changed.")
                self._say("Cancelled; nothing was changed.")
            else:
                done(work, result)

        ticket = self._session.bridge.submit(
            guarded, ended, lambda error: self._failed(work, error), long=True
        )
        work.thread_future = ticket.future

    def _progress(self, work: Work, done: int, total: int) -> None:
        if work.active:
            work.progress(done, total)
            self.bar.set_share(min(1.0, done / total) if total else None)
            self.report.setText(f"{done:,} of about {total:,} read…" if total else f"{done:,} read…")

    def _checked(self, work: Work, plan: ImportPlan) -> None:
        work.end(WorkState.DONE, f"{plan.found:,} of {plan.records:,} photos are in this project.")
        self._plan = plan if plan.open_facts or plan.other_facts else None
        count = len(plan.other_facts)
        self.differing.setText("1 label differs" if count == 1 else f"{count:,} labels differ from yours")
        self.choice.set_index(0)
        for part in self._asking:
            part.setVisible(bool(count))
        self._name_primary()
        self._say(plan_text(plan))
        self.finished_reading.emit(plan)

    def _written(self, work: Work, outcome: ImportOutcome) -> None:
        words = outcome_text(outcome)
        work.end(WorkState.DONE, words)
        self._is_done, self._plan = True, None
        for part in self._asking:
            part.hide()
        self.primary.setText("Done")
        self.secondary.hide()
        self._say(words)
        if outcome.changes.item_ids:
            self._session.toast.emit(outcome.changes.title, True)
        self.finished_writing.emit(outcome)

    def _failed(self, work: Work, error: Exception) -> None:
        if not isinstance(error, StudioError):
            raise error
        work.end(WorkState.FAILED, str(error))
        self._enable(ready=True)
        self._plan = None
        self.bar.hide()
        self._name_primary()
        self._say(str(error), "danger")

    def _enable(self, *, ready: bool) -> None:
        if ready:
            self._work = None
        for part in (self.primary, self.format, self.place, self.photos, self.more, self.choice):
            part.setEnabled(ready)

    def _name_primary(self) -> None:
        plan = self._plan
        if plan is None:
            self.primary.setText("Check")
            self.primary.setEnabled(True)
            return
        count = len(plan.open_facts) + (len(plan.other_facts) if self.choice.index == 1 else 0)
        self.primary.setText(f"Import {count:,} labels" if count != 1 else "Import 1 label")
        self.primary.setEnabled(count > 0)

    # ------------------------------------------------------------ how it looks

    def _say(self, words: str, role: str = "text2") -> None:
        self.report.set_role(role)
        self.report.setText(words)
        self.area.show()
        self._settle()

    def _settle(self) -> None:
        """As high as what it says, in the middle of the window."""
        width = self.theme.px(640) - 40
        wanted = self.report.heightForWidth(width - 16) + 4
        self.area.setFixedHeight(min(self.theme.px(_REPORT_HEIGHT), wanted))
        self._layout.activate()
        self.resize(self.width(), self._layout.totalSizeHint().height())
        parent = self.parentWidget()
        if parent is not None and self.isVisible():
            window = parent.window()
            center = window.mapToGlobal(window.rect().center())
            self.move(center.x() - self.width() // 2, max(0, center.y() - self.height() // 2))

    def reject(self) -> None:
        """Cancels what is being read."""
        if self._work is not None and self._work.active:
            self._work.cancel()
        super().reject()


def plan_text(plan: ImportPlan) -> str:
    """What an import would do, in sentences."""
    counts = f"{len(plan.open_facts):,} labels fill gaps, {plan.agreeing:,} say what you say."
    lines = [f"{plan.found:,} of {plan.records:,} named photos are in this project. {counts}"]
    if plan.conflicts:
        lines.append("Where the file differs from you:")
        lines += [
            f"•  {each.file}: {each.field} is {each.mine}, the file says {each.theirs}"
            for each in plan.conflicts[:_SHOWN]
        ]
        if len(plan.other_facts) > _SHOWN:
            lines.append(f"    and {len(plan.other_facts) - _SHOWN:,} more")
    return "\n".join([*lines, *_shortfall_lines(plan)])


def outcome_text(outcome: ImportOutcome) -> str:
    """What an import did, in sentences."""
    count = len(outcome.changes.item_ids)
    where = "1 photo" if count == 1 else f"{count:,} photos"
    lines = [f"{outcome.labels:,} labels imported on {where}. One undo takes them all back."]
    if outcome.plan.other_facts and not outcome.replaced:
        lines.append(f"{len(outcome.plan.other_facts):,} of your labels differ and were kept.")
    return "\n".join([*lines, *_shortfall_lines(outcome.plan)])


def _shortfall_lines(plan: ImportPlan) -> list[str]:
    if not plan.shortfalls:
        return ["Nothing was left out."]
    lines = ["What could not be taken:"]
    for each in plan.shortfalls:
        example = f", such as {each.examples[0]}" if each.examples else ""
        lines.append(f"•  {each.sentence}{example}")
        if each.code == "unmapped":
            lines += [f"    {count:,} × {name}: {value}" for name, value, count in plan.unmapped[:_SHOWN]]
    return lines
