"""The work of a training run: what `fashion-studio train --run RUN_DIR` is, in the terminal or as a job.

Imports neither the database nor anything of a project: it runs where only the training's packages are.
"""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fashion_studio.config.resources import resources_dir
from fashion_studio.imaging.lettering import Fonts
from fashion_studio.jobs.specification import LOG, JobSpec
from fashion_studio.jobs.worker import JobWorker
from fashion_studio.services.training_masks import ensure_masks

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.learning.finishing import FinishedRun

__all__ = ["code_version", "is_leader", "run_training_job"]

_RANKS: Final = ("RANK", "LOCAL_RANK", "NODE_RANK", "SLURM_PROCID")
_GIT_SECONDS: Final = 5


def run_training_job(
    run_dir: Path,
    *,
    finish: bool = False,
    on_line: Callable[[str], None] = lambda _line: None,
    on_progress: Callable[[int, int, str], None] = lambda _done, _total, _text: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> FinishedRun:
    """Trains a frozen run, or goes on with it; state, events and log go into its folder.

    Args:
        run_dir: a frozen run folder.
        finish: makes the model of the best epoch so far instead of training on.
        on_line: gets each line of the log.
        on_progress: steps done, steps in all, a few words.
        should_stop: ends it besides what is asked through the run folder; asked often.

    Raises:
        Cancelled: on request; the same call goes on.
        UserError: not a run folder, going on already, or it cannot be trained; the message says why.
        EnvironmentProblem: memory, disk or device.
    """
    from fashion_studio.learning.method_run import run_method  # noqa: PLC0415 - torch, in the job alone
    from fashion_studio.learning.run_folder import read_frozen  # noqa: PLC0415
    from fashion_studio.learning.run_voice import RunVoice  # noqa: PLC0415

    if not is_leader():  # one of several processes that train together: the first one speaks
        frozen = read_frozen(run_dir, JobSpec.read(run_dir).parameters)
        silent = RunVoice(lambda _kind, **_data: None, lambda *_: None, lambda _: None, lambda: False)
        return run_method(frozen, silent, finish_only=finish)

    with JobWorker(run_dir) as job:

        def progress(done: int, total: int, text: str) -> None:
            job.progress(done, total, text)
            on_progress(done, total, text)

        def log(line: str) -> None:
            with (run_dir / LOG).open("a", encoding="utf-8") as stream:
                stream.write(f"{time.strftime('%H:%M:%S')} {line}\n")
            on_line(line)

        def stop() -> bool:
            return should_stop() or job.should_stop()

        frozen = read_frozen(run_dir, job.spec.parameters)
        ensure_masks(frozen, on_progress=progress, should_stop=stop)
        voice = RunVoice(job.tell, progress, log, stop)
        if frozen.recipe.gan is not None:
            from fashion_studio.learning.amgan.run import run_amgan  # noqa: PLC0415 - torch, in the job alone

            fonts = Fonts(resources_dir() / "fonts")
            return run_amgan(frozen, voice, fonts, code=code_version(), finish_only=finish)
        return run_method(frozen, voice, code=code_version(), finish_only=finish)


def is_leader() -> bool:
    """Whether this process is the first of those that train a run together (or the only one)."""
    return all(os.environ.get(name, "0") in ("", "0") for name in _RANKS)


def code_version() -> str:
    """The commit of a checkout, with "+" where files were changed since; "" for an installed package."""
    root = Path(__file__).resolve().parents[2]
    if not (root / ".git").exists():
        return ""
    try:
        commit = _git(root, "rev-parse", "--short=12", "HEAD")
        return commit + ("+" if _git(root, "status", "--porcelain", "--untracked-files=no") else "")
    except (OSError, subprocess.SubprocessError):  # no git here: the version in the environment has to do
        return ""


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_GIT_SECONDS, check=True)  # noqa: S603
    return done.stdout.strip()
