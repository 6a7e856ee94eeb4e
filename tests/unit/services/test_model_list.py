from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from projects import make_project
from recorded_runs import put_run

from fashion_studio.domain.errors import UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.services.model_list import (
    earlier_model,
    list_models,
    model_in_use,
    model_uses,
    read_model,
    use_model,
)
from fashion_studio.services.project import Project
from fashion_studio.services.project_training import runs_dir


@pytest.fixture
def project(tmp_path: Path, studio: Vocabulary) -> Iterator[Project]:
    with make_project(tmp_path, studio) as opened:
        yield opened


def bundles(project: Project) -> tuple[Path, Path]:
    first, second = (put_run(runs_dir(project), name) / "bundle" for name in ("first", "second"))
    return first, second


def test_the_shipped_model_comes_first_and_then_ones_own(project: Project) -> None:
    first, second = bundles(project)
    found = list_models(project)
    assert found[0].run_dir is None
    assert {model.folder for model in found[1:]} == {first, second}
    assert {model.model_id for model in found[1:]} == {"own-1", "own-2"}


def test_a_model_is_used_and_the_one_before_comes_back(project: Project) -> None:
    first, second = bundles(project)
    assert (model_in_use(project), earlier_model(project)) == (None, None)
    use_model(project, first)
    before = earlier_model(project)
    assert before is not None
    assert before.folder is None
    use_model(project, second)
    assert model_in_use(project) == second
    earlier = earlier_model(project)
    assert earlier is not None
    assert (earlier.folder, earlier.model_id) == (first, "own-1")
    use_model(project, earlier.folder)
    assert model_in_use(project) == first
    assert [use.model_id for use in model_uses(project)] == ["own-1", "own-2", "own-1"]
    use_model(project, None)
    assert model_in_use(project) is None


def test_the_choice_moves_with_the_project(project: Project, tmp_path: Path) -> None:
    first, _ = bundles(project)
    use_model(project, first)
    moved = tmp_path / "elsewhere" / project.folder.name
    shutil.copytree(project.folder, moved)
    (moved / "project.lock").unlink(missing_ok=True)
    shutil.rmtree(runs_dir(project))
    with Project.open(moved, read_only=True) as copy:
        assert model_in_use(copy) == moved / first.relative_to(project.folder)
        with pytest.raises(UserError, match="reading only"):
            use_model(copy, first)


def test_a_model_that_has_gone_is_not_used(project: Project) -> None:
    first, _ = bundles(project)
    use_model(project, first)
    (first / "model.safetensors").unlink()
    assert model_in_use(project) is None
    with pytest.raises(UserError, match=r"no model.safetensors"):
        read_model(first)
