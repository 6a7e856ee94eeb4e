"""Files that the runs of an experiment share, so that each is made once: masks and stylised copies."""

from __future__ import annotations

import os
import shutil
from contextlib import contextmanager
from typing import TYPE_CHECKING

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.services.experiment_data import MASKS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fashion_studio.learning.method_recipe import MethodRecipe

__all__ = ["shared_files"]

_COPIES = "stylised"


@contextmanager
def shared_files(data: Path, out: Path, run_dir: Path, recipe: MethodRecipe) -> Iterator[None]:
    """Lends a run the renderings' own masks and the copies that runs before it made; takes its own in after.

    Args:
        data: folder of the photos, with their masks.
        out: the experiment's folder; copies are kept per way of making them.
        run_dir: the run's folder.
        recipe: as the run is trained.

    Raises:
        EnvironmentProblem: the disk does not take them.
    """
    kept = out / _COPIES / recipe.stylising.source
    if recipe.wants_masks:
        _link(data / MASKS, run_dir / MASKS)
    if recipe.stylises:
        _link(kept, run_dir / _COPIES)
    try:
        yield
    finally:
        _link(run_dir / _COPIES, kept)


def _link(source: Path, target: Path) -> None:
    """Every finished file of one folder also in another, as a link where the disk can do that."""
    try:
        for path in sorted(source.glob("*.*")):
            if path.suffix == ".part" or (target / path.name).exists():
                continue
            target.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, target / path.name)
            except OSError:  # another disk, or one without links
                shutil.copyfile(path, target / path.name)
    except OSError as error:
        raise EnvironmentProblem(
            f"{target} cannot be written: {error.strerror or error}.", "Free some space and go on."
        ) from error
