from __future__ import annotations

from pathlib import Path

import pytest

from fashion_studio.domain.errors import EnvironmentProblem
from fashion_studio.learning.method_recipe import MethodRecipe, parse_method_recipe
from fashion_studio.learning.style.plan import Regime, with_regime
from fashion_studio.services.experiment_files import shared_files

PLAIN = parse_method_recipe(
    (Path(__file__).parents[3] / "resources" / "recipes" / "two-stream-deepfashion.toml").read_text("utf-8")
)


def recipe(regime: Regime) -> MethodRecipe:
    return with_regime(PLAIN, regime)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data" / "masks").mkdir(parents=True)
    (tmp_path / "data" / "masks" / "a.png").write_bytes(b"mask")
    return tmp_path / "data"


def test_copies_of_one_run_are_there_for_the_next_of_the_same_kind(tmp_path: Path, data: Path) -> None:
    with shared_files(data, tmp_path, tmp_path / "one", recipe(Regime.STYLISED)):
        (tmp_path / "one" / "stylised").mkdir(parents=True)
        (tmp_path / "one" / "stylised" / "a-0.jpg").write_bytes(b"copy")
        (tmp_path / "one" / "stylised" / "b-0.part").write_bytes(b"half")
    with shared_files(data, tmp_path, tmp_path / "two", recipe(Regime.MIXED)):
        assert [p.name for p in (tmp_path / "two" / "stylised").iterdir()] == ["a-0.jpg"]
        assert not (tmp_path / "two" / "masks").exists()
    with shared_files(data, tmp_path, tmp_path / "three", recipe(Regime.CLOTH)):
        assert not (tmp_path / "three" / "stylised").exists()
        assert (tmp_path / "three" / "masks" / "a.png").read_bytes() == b"mask"


def test_what_was_made_stays_when_the_run_is_stopped(tmp_path: Path, data: Path) -> None:
    def stopped() -> None:
        with shared_files(data, tmp_path, tmp_path / "one", recipe(Regime.STYLISED)):
            (tmp_path / "one" / "stylised").mkdir(parents=True)
            (tmp_path / "one" / "stylised" / "a-0.jpg").write_bytes(b"copy")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert (tmp_path / "stylised" / "adain" / "a-0.jpg").is_file()


def test_originals_alone_share_nothing_and_a_full_disk_is_said(tmp_path: Path, data: Path) -> None:
    with shared_files(data, tmp_path, tmp_path / "one", recipe(Regime.ORIGINAL)):
        assert not (tmp_path / "one").exists()
    (tmp_path / "two").write_bytes(b"no folder")
    with (
        pytest.raises(EnvironmentProblem, match="cannot be written"),
        shared_files(data, tmp_path, tmp_path / "two", recipe(Regime.CLOTH)),
    ):
        pytest.fail("it began all the same")
