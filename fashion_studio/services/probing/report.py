"""Writes a probe down for others: one HTML page with its pictures, and CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.jobs.specification import JobSpec, replace_text
from fashion_studio.services.probing.report_page import report_page
from fashion_studio.services.probing.run_files import REPORT, ProbeRun
from fashion_studio.services.probing.tables import conflict_csv, decisions_csv, scores_csv

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["ProbeReport", "write_files", "write_report"]


@dataclass(frozen=True, slots=True)
class ProbeReport:
    """The files that were written; `conflict` is None for a probe without pictures with two cues."""

    page: Path
    decisions: Path
    scores: Path
    conflict: Path | None


def write_report(run_dir: Path, folder: Path | None = None) -> ProbeReport:
    """Writes report.html, decisions.csv, scores.csv and conflict.csv, of a finished probe or one under way.

    Args:
        run_dir: of the probe.
        folder: where they go; None means the run's own `report`.

    Raises:
        UserError: it is no probe.
        EnvironmentProblem: the folder cannot be written.
    """
    run, out = ProbeRun(run_dir), folder or run_dir / REPORT
    scores = run.scores()
    texts = {
        "report.html": report_page(run, scores, title=JobSpec.read(run_dir).title),
        "decisions.csv": decisions_csv(run),
        "scores.csv": scores_csv(scores),
    }
    if run.conflicts:
        texts["conflict.csv"] = conflict_csv(run)
    write_files(out, texts, "The report")
    return ProbeReport(
        out / "report.html",
        out / "decisions.csv",
        out / "scores.csv",
        out / "conflict.csv" if run.conflicts else None,
    )


def write_files(folder: Path, texts: Mapping[str, str], what: str) -> None:
    """Writes texts by their file names; each file is whole or not there.

    Raises:
        EnvironmentProblem: the folder cannot be written; the sentence begins with `what`.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            replace_text(folder / name, text)
    except OSError as error:
        raise EnvironmentProblem(
            f"{what} cannot be written to {folder}: {error.strerror or error}.",
            "Make room or choose another folder.",
        ) from error
