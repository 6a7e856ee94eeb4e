"""The window's main job without a window: scan, predict, draw, export, and say where everything lies."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

import typer

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.cli.model_options import chosen_model
from fashion_studio.cli.project_commands import scanned
from fashion_studio.cli.terminal import stoppable
from fashion_studio.exchange.report import ExportFormat
from fashion_studio.services.exporting import export_project, root_names
from fashion_studio.services.predicting_folder import OVERLAYS, FolderReport, open_reads, predict_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from fashion_studio.cli.terminal import Terminal
    from fashion_studio.domain.errors import PhotoError
    from fashion_studio.domain.predictions import Prediction, Reading
    from fashion_studio.services.predicting_folder import PhotoReads
    from fashion_studio.services.project import Project

__all__ = ["work_without_window"]

_AT_ONCE: Final = 200


def work_without_window(
    project: Project, out: Path, terminal: Terminal, *, reads: PhotoReads | None = None
) -> None:
    """Does it all for a project, keeps the predictions in it, and prints the folder with the results.

    `reads` is a loaded model instead of the one in the settings.

    Raises:
        Cancelled: Ctrl-C; what was predicted until then is in the project.
        EnvironmentProblem: the results cannot be written.
        typer.Exit: no photo could be read.
    """
    report = scanned(project, terminal)
    for path, reason in report.failed:
        terminal.note(f"Skipped {path}: {reason}")
    if not project.count:
        terminal.note("There is no photo in this folder. Name a folder with photos in it.")
        raise typer.Exit(ExitCode.NOTHING)
    out = out.absolute()
    chosen = chosen_model()
    keeping = _KeepingReads(reads or open_reads(chosen.model_dir, chosen.device), project)
    done = [_predicted(root, place, keeping, terminal) for root, place in _places(project, out)]
    exports = [
        export_project(project, None, kind, out, include_proposals=True)
        for kind in (ExportFormat.COCO, ExportFormat.CSV)
    ]
    predicted = sum(folder.predicted for folder in done)
    terminal.result(
        {
            "folder": str(out),
            "project": str(project.folder),
            "predicted": predicted,
            "skipped": sum(folder.skipped for folder in done),
            "model": keeping.model_id,
            "device": keeping.device_name,
            "pictures": [str(folder.out / OVERLAYS) for folder in done],
            "exports": [report.to_dict() for report in exports],
        }
    )
    terminal.say(f"{predicted:,} photos read by {keeping.model_id} on {keeping.device_name}.")
    terminal.say(f"Project: {project.folder}")
    terminal.say("Pictures (overlays), predictions.jsonl, COCO (annotations) and labels.csv are in")
    terminal.say(str(out))
    if not predicted:
        raise typer.Exit(ExitCode.NOTHING)


def _places(project: Project, out: Path) -> list[tuple[Path, Path]]:
    """Each folder of photos with the folder for its results; a single one has `out` itself."""
    roots = [root.folder for root in project.roots if root.exists]
    names = root_names(roots)
    return [(root, out if len(roots) == 1 else out / names[root]) for root in roots]


def _predicted(root: Path, out: Path, reads: PhotoReads, terminal: Terminal) -> FolderReport:
    with stoppable() as should_stop, terminal.progress("Reading photos") as progress:
        return predict_folder(root, out, on_progress=progress, should_stop=should_stop, reads=reads)


class _KeepingReads:
    """A loaded model whose predictions also go into a project, some hundred at a time."""

    def __init__(self, reads: PhotoReads, project: Project) -> None:
        self._reads = reads
        self._project = project
        self._ids = {_key(path): item_id for item_id, path, _ in project.places(project.ids())}
        self.model_id = reads.model_id
        self.device_name = reads.device_name
        self.vocabulary = reads.vocabulary

    def read(
        self, paths: Sequence[Path], *, with_maps: bool, should_stop: Callable[[], bool]
    ) -> Iterator[tuple[Path, Reading | PhotoError]]:
        """Passes the readings on."""
        waiting: list[tuple[int, Prediction]] = []
        try:
            for path, outcome in self._reads.read(paths, with_maps=with_maps, should_stop=should_stop):
                item_id = self._ids.get(_key(path))
                prediction = getattr(outcome, "prediction", None)
                if item_id is not None and prediction is not None:
                    waiting.append((item_id, prediction))
                if len(waiting) >= _AT_ONCE:
                    self._project.put_predictions(waiting)
                    waiting = []
                yield path, outcome
        finally:
            if waiting:
                self._project.put_predictions(waiting)


def _key(path: Path) -> str:
    return os.path.normcase(path)
