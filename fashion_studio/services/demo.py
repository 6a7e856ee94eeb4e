"""The demo project: rendered garments in the person's own data folder, so that nobody needs photos."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import platformdirs

from fashion_studio.config.resources import load_vocabulary
from fashion_studio.domain.errors import Cancelled
from fashion_studio.rendering.folder import PictureForm, write_folder
from fashion_studio.services.project import PROJECT_SUFFIX, Project

if TYPE_CHECKING:
    from collections.abc import Callable

    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["DEMO_COUNT", "create_demo", "demo_folder", "fill_demo", "is_demo_complete", "open_demo"]

DEMO_COUNT: Final = 48

_TITLE: Final = "Demo garments"
_PHOTOS: Final = "photos"
_SEED: Final = 10  # a hanging dress comes first; the training draws its seeds elsewhere
_FORM: Final = PictureForm(width_px=576, height_px=768)
_FIRST: Final = 2
_EVERY: Final = 6


def demo_folder() -> Path:
    """Where the demo lies unless told otherwise."""
    return Path(platformdirs.user_data_dir("fashion-studio", appauthor=False)) / "demo"


def open_demo(
    folder: Path | None = None, *, vocabulary: Vocabulary | None = None, actor: str | None = None
) -> Project:
    """Opens the demo project, made empty at once if there is none; `fill_demo` brings the garments.

    Args:
        folder: gets the project and its photos; None means `demo_folder()`.
        vocabulary: None means the studio vocabulary.
        actor: who works; None means the user of the computer.

    Raises:
        ProjectError: it is open elsewhere, or damaged.
        EnvironmentProblem: the folder cannot be written.
    """
    place = folder or demo_folder()
    target = place / f"{_TITLE}{PROJECT_SUFFIX}"
    if target.is_dir() and any(target.iterdir()):
        return Project.open(target, actor=actor)
    photos = place / _PHOTOS
    photos.mkdir(parents=True, exist_ok=True)
    return Project.create(target, [photos], vocabulary or load_vocabulary(), actor=actor, title=_TITLE)


def is_demo_complete(project: Project, count: int = DEMO_COUNT) -> bool:
    """Whether all garments are rendered and taken in."""
    return project.count >= count


def fill_demo(
    project: Project,
    count: int = DEMO_COUNT,
    *,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> None:
    """Renders what is missing and takes it in a few at a time, so that the first can be worked on at once.

    The same garments every time; those that are there already keep their labels.

    Args:
        project: of `open_demo`.
        count: how many garments there shall be.
        on_progress: called with (done, count) after every garment, in this thread.
        should_stop: asked before every garment; what is done so far is kept.

    Raises:
        Cancelled: `should_stop` said so.
        EnvironmentProblem: the disk does not take it.
    """
    if is_demo_complete(project, count):
        return

    def after_each(done: int, total: int) -> None:
        if done == _FIRST or done % _EVERY == 0:
            project.scan(should_stop=should_stop)
        if on_progress is not None:
            on_progress(done, total)

    done = write_folder(
        project.roots[0].folder, count, _SEED, form=_FORM, on_progress=after_each, should_stop=should_stop
    )
    project.scan(should_stop=should_stop)
    if done < count:
        msg = "The demo was stopped before all garments were rendered."
        raise Cancelled(msg)


def create_demo(
    folder: Path | None = None,
    count: int = DEMO_COUNT,
    *,
    vocabulary: Vocabulary | None = None,
    actor: str | None = None,
    on_progress: Callable[[int, int], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Project:
    """The demo project with all its garments, open: `open_demo` and `fill_demo` in one."""
    project = open_demo(folder, vocabulary=vocabulary, actor=actor)
    try:
        fill_demo(project, count, on_progress=on_progress, should_stop=should_stop)
    except BaseException:
        project.close()
        raise
    return project
