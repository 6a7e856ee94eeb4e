from __future__ import annotations

import json
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.errors import UserError
from fashion_studio.jobs.specification import JobExit, JobSpec, replace_text


def test_a_specification_is_frozen_and_read_back(tmp_path: Path) -> None:
    spec = JobSpec(
        "predict", "Reading 3 photos", ("predict", "--run", "{run}"), {"device": "cpu", "count": 3}
    )
    spec.write(tmp_path / "run")
    assert JobSpec.read(tmp_path / "run") == spec
    assert spec.command(Path("there")) == ("predict", "--run", "there")
    with pytest.raises(UserError, match="is a run already"):
        spec.write(tmp_path / "run")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": 1}', '{"version": 1, "kind": "x", "odd": 2}'])
def test_a_damaged_specification_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "spec.json").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="not a run folder"):
        JobSpec.read(tmp_path)


def test_a_newer_specification_is_refused(tmp_path: Path) -> None:
    (tmp_path / "spec.json").write_text(json.dumps({"version": 99}), encoding="utf-8")
    with pytest.raises(UserError, match="newer program"):
        JobSpec.read(tmp_path)


def test_replacing_leaves_no_half_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "state.json"
    replace_text(target, "old")

    def full(self: Path, text: str, encoding: str = "") -> int:
        self.write_bytes(b"ha")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        replace_text(target, "new")
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]
    assert target.read_text(encoding="utf-8") == "old"


def test_a_job_ends_with_the_exit_codes_of_the_command_it_is() -> None:
    ours = {code.name: code.value for code in JobExit}
    theirs = {code.name: code.value for code in ExitCode}
    assert ours == {
        "DONE": theirs["OK"],
        "REFUSED": theirs["FAILED"],
        **{name: theirs[name] for name in ("ENVIRONMENT", "BUG", "CANCELLED")},
    }
