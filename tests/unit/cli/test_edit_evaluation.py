"""`evaluate amgan` from the command line, on a generator that has learnt nothing."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.learning.amgan.judging import train_judge
from fashion_studio.learning.amgan.pairs import EDITED, PairPlan, make_variants
from fashion_studio.zoo.amgan import AmganConfig, Generator
from fashion_studio.zoo.bundle import save_bundle
from fashion_studio.zoo.editor_bundle import EditorManifest, save_generator

if TYPE_CHECKING:
    from pathlib import Path

SMALL = AmganConfig(EDITED, size_px=32, width=4, blocks=1)


@pytest.fixture(scope="module")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("judge")
    bundle = train_judge(make_variants(range(3), PairPlan(32, colors=1)), pretrained=None, epochs=1)
    save_bundle(folder, bundle.network, bundle.manifest)
    return folder


def _generator(folder: Path, config: AmganConfig) -> Path:
    save_generator(folder, Generator(config), EditorManifest(folder.name, config, "Apache-2.0"))
    return folder


def _evaluated(studio_command, judge: Path, *generators: Path):
    named = [part for folder in generators for part in ("--generator", folder)]
    return studio_command(
        "evaluate", "amgan", "--judge", judge, "--renderings", 2, *named, "--device", "cpu", "--json"
    )


def test_generators_are_compared_in_one_table(studio_command, tmp_path: Path, judge: Path) -> None:
    ended = _evaluated(
        studio_command, judge, *(_generator(tmp_path / name, SMALL) for name in ("one", "two"))
    )
    assert ended.code == ExitCode.OK, ended.err
    found = json.loads(ended.out)
    assert set(found["generators"]) == {"one", "two"}
    assert found["judge"] == "edit-judge"
    assert found["floor"]["mean.background"] == 0.0
    assert found["generators"]["one"]["mean.background"] > 0.0


def test_generators_of_different_sizes_are_not_compared(studio_command, tmp_path: Path, judge: Path) -> None:
    other = _generator(tmp_path / "two", replace(SMALL, size_px=64))
    ended = _evaluated(studio_command, judge, _generator(tmp_path / "one", SMALL), other)
    assert ended.code == ExitCode.FAILED
    assert "different sizes" in ended.err


def test_no_generator_is_one_sentence(studio_command, tmp_path: Path, judge: Path) -> None:
    ended = _evaluated(studio_command, judge, tmp_path / "none")
    assert ended.code != ExitCode.OK
    assert "none is no editor bundle" in ended.err
