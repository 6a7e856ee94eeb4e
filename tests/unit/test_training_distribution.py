"""The training's own distribution: a part of the program's requirements, and enough to train."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from fashion_studio.domain.vocabulary import Vocabulary
from tests.unit.learning.method_runs import HEADS_RECIPE, rendered_list

ROOT = Path(__file__).resolve().parents[2]

WITHOUT = """
import sys
for name in {absent!r}:
    sys.modules[name] = None
from fashion_studio.cli.app import run
code = run(sys.argv[1:], None)
loaded = {{name.partition(".")[0] for name in sys.modules if sys.modules[name] is not None}}
assert not loaded & set({absent!r}), loaded & set({absent!r})
sys.exit(code)
"""
ABSENT = (
    "PySide6",
    "shiboken6",
    "pyqtgraph",
    "sqlalchemy",
    "alembic",
    "rembg",
    "onnxruntime",
    "onnx",
    "onnxscript",
)


def requirements(path: Path) -> dict[str, str]:
    """Name to the whole requirement."""
    found = tomllib.loads(path.read_text(encoding="utf-8"))["project"]["dependencies"]
    return {entry.partition(">=")[0].lower(): entry for entry in found}


def test_its_requirements_are_a_part_of_the_programs() -> None:
    whole, training = (
        requirements(ROOT / "pyproject.toml"),
        requirements(ROOT / "packaging/train/pyproject.toml"),
    )
    assert training.items() <= whole.items()
    only_whole = whole.keys() - training.keys()
    assert {"pyside6-essentials", "sqlalchemy", "alembic", "rembg", "onnxruntime", "onnx"} <= only_whole
    versions = {
        tomllib.loads((ROOT / place / "pyproject.toml").read_text())["project"]["version"]
        for place in (".", "packaging/train")
    }
    assert len(versions) == 1


@pytest.mark.timeout(300)
def test_a_run_folder_is_trained_where_the_window_and_the_database_are_missing(
    tmp_path: Path, studio: Vocabulary
) -> None:
    """In a process of its own, through the command line, from a folder that holds its photos."""
    data = rendered_list(tmp_path / "photos", studio, train=8, val=2, test=2)
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(HEADS_RECIPE.replace("epochs = 3", "epochs = 1"))

    def command(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", WITHOUT.format(absent=ABSENT), *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=ROOT,
        )

    here, there = tmp_path / "here", tmp_path / "there"
    made = command(
        "train", recipe, "--data", data, "--out", here, "--device", "cpu", "--prepare", "--with-photos"
    )
    assert made.returncode == 0, made.stderr
    here.rename(there)
    for path in data.parent.iterdir():
        path.unlink()
    done = command("train", "--run", there, "--json")
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["best_epoch"] == 1
    assert (there / "bundle" / "model.safetensors").is_file()
    state = json.loads((there / "state.json").read_text())
    assert (state["phase"], state["exit_code"]) == ("done", 0)
    kinds = [json.loads(line)["kind"] for line in (there / "events.jsonl").read_text().splitlines()]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert {"run", "data", "step", "epoch", "examples", "evaluation", "finished"} <= set(kinds)
    assert "The model of epoch 1" in (there / "log.txt").read_text()
