from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.errors import EnvironmentProblem, ProjectBusy, UserError
from fashion_studio.services.exporting import NothingToExport
from fashion_studio.services.project import Project

HEAVY = {"torch", "torchvision", "timm", "lightning", "rembg", "onnxruntime", "PySide6", "cv2", "sqlalchemy"}


def test_help_names_every_command(studio_command) -> None:
    ended = studio_command("--help")
    assert ended.code == ExitCode.OK
    for command in ("open", "new", "scan", "predict", "export", "info", "doctor", "render", "train"):
        assert f" {command} " in ended.out


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from fashion_studio.cli.app import run; run(['--help'], None);"
        f"print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stderr.strip() == "[]"


def test_commands_about_labels_bring_neither_network_nor_window(photos: Path, tmp_path: Path) -> None:
    project, out = tmp_path / "S.fstudio", tmp_path / "out"
    lines = [
        ["new", project, "--photos", photos],
        ["scan", project],
        ["info", project],
        ["export", project, "--format", "coco", "--out", out],
        ["export", project, "--format", "csv", "--out", out],
    ]
    code = (
        "import sys; from fashion_studio.cli.app import run;"
        f"codes = [run(line, None) for line in {[[str(part) for part in line] for line in lines]!r}];"
        f"print('END', codes, sorted({HEAVY - {'cv2', 'sqlalchemy'}!r} & set(sys.modules)))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "END [0, 0, 0, 0, 0] []"


@pytest.mark.parametrize(
    "arguments",
    [
        ("fly",),
        ("new",),
        ("export", "x.fstudio", "--format", "png", "--out", "y"),
        ("export", "x.fstudio", "--format", "csv", "--out", "y", "--person", "loose"),
        ("info", "x.fstudio", "--wings"),
    ],
)
def test_a_wrong_command_line_is_one_sentence_and_code_2(studio_command, arguments: tuple[str, ...]) -> None:
    ended = studio_command(*arguments)
    assert ended.code == ExitCode.USAGE
    assert len(ended.err.strip().splitlines()) == 1
    assert "fashion-studio --help" in ended.err


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserError("Do it so."), ExitCode.FAILED),
        (NothingToExport("Nothing."), ExitCode.NOTHING),
        (ProjectBusy("Ada has it."), ExitCode.BUSY),
        (EnvironmentProblem("The disk is full.", "Free some."), ExitCode.ENVIRONMENT),
        (OSError(28, "No space left on device", "/photos"), ExitCode.ENVIRONMENT),
        (MemoryError(), ExitCode.ENVIRONMENT),
        (KeyboardInterrupt(), ExitCode.CANCELLED),
        (ZeroDivisionError("division by zero"), ExitCode.BUG),
    ],
)
def test_every_error_is_a_sentence_and_a_code(
    studio_command, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: ExitCode
) -> None:
    def fail(*_args, **_options) -> None:
        raise error

    monkeypatch.setattr(Project, "open", fail)
    ended = studio_command("info", "x.fstudio")
    assert ended.code == code
    assert len(ended.err.strip().splitlines()) == 1
    assert "Traceback" not in ended.err
    as_json = studio_command("info", "x.fstudio", "--json")
    assert json.loads(as_json.out)["error"] == {"code": code, "message": as_json.err.strip()}


def test_a_mistake_of_ours_leaves_a_report(studio_command, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args, **_options) -> None:
        raise ZeroDivisionError("by nothing")

    monkeypatch.setattr(Project, "open", fail)
    ended = studio_command("info", "x.fstudio")
    report = Path(ended.err.strip().split("report is in ")[1].rstrip("."))
    assert "ZeroDivisionError: by nothing" in report.read_text()


def test_debug_shows_where_an_error_came_from(studio_command, tmp_path: Path) -> None:
    ended = studio_command("info", tmp_path / "none.fstudio", "--debug")
    assert ended.code == ExitCode.FAILED
    assert "Traceback" in ended.err


def test_version(studio_command) -> None:
    ended = studio_command("--version")
    assert (ended.code, ended.out.split()[:2]) == (0, ["Fashion", "Studio"])


@pytest.mark.skipif(os.name != "posix", reason="pipes end otherwise elsewhere")
def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    process = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys; from fashion_studio.cli.app import run; sys.exit(run(['--help'], None))",
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == ExitCode.OK


def test_the_module_runs_as_a_program() -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "fashion_studio", "--version"], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stderr) == (0, "")
