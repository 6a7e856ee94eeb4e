"""The house stays a house: sizes, names, rooms, and what the window may not bring along."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]
PACKAGE = REPOSITORY / "fashion_studio"
DOCUMENT = REPOSITORY / "docs" / "architecture.md"

MODULE_LINES = 500
CLASS_LINES = 300
FUNCTION_LINES = 60
MAIN_WINDOW_LINES = 400
NO_ROOM_FOR = {"util", "utils", "misc", "core", "common", "helper", "helpers", "manager", "managers"}
OF_A_WHOLE_ROOM = {"round_trip"}
NOT_IN_THE_WINDOW = ("torch", "torchvision", "timm", "lightning", "rembg", "onnxruntime")


def modules() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def name_of(path: Path) -> str:
    return path.relative_to(REPOSITORY).as_posix()


def lines_of(node: ast.AST) -> int:
    """Lines of a class, or of a function without its docstring."""
    assert isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    whole = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    if isinstance(node, ast.ClassDef) or not is_docstring:
        return whole
    return whole - ((first.end_lineno or first.lineno) - first.lineno + 1)


def too_long(tree: ast.Module, path: Path) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and lines_of(node) > FUNCTION_LINES:
            yield f"{name_of(path)}:{node.lineno} {node.name}: {lines_of(node)} lines"
        if isinstance(node, ast.ClassDef) and lines_of(node) > CLASS_LINES:
            yield f"{name_of(path)}:{node.lineno} {node.name}: {lines_of(node)} lines"


def layers() -> list[list[str]]:
    """The rooms from top to bottom, as the import contract has them."""
    with (REPOSITORY / "pyproject.toml").open("rb") as stream:
        contracts = tomllib.load(stream)["tool"]["importlinter"]["contracts"]
    (contract,) = (contract for contract in contracts if contract["type"] == "layers")
    return [[room.strip() for room in layer.split("|")] for layer in contract["layers"]]


def test_modules_classes_and_functions_stay_readable() -> None:
    found = []
    for path in modules():
        text = path.read_text(encoding="utf-8")
        cap = MAIN_WINDOW_LINES if path.name == "main_window.py" else MODULE_LINES
        if (count := text.count("\n")) > cap:
            found.append(f"{name_of(path)}: {count} lines")
        found += too_long(ast.parse(text), path)
    assert found == []


def test_no_room_has_a_name_that_says_nothing() -> None:
    names = {part for path in modules() for part in path.relative_to(PACKAGE).with_suffix("").parts}
    words = {name: set(name.split("_")) for name in names}
    assert [name for name in sorted(names) if words[name] & NO_ROOM_FOR] == []


def test_every_module_begins_by_saying_what_it_is_for() -> None:
    silent = [
        name_of(path)
        for path in modules()
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_the_packages_are_the_rooms_of_the_contract() -> None:
    rooms = {room for layer in layers() for room in layer}
    packages = {path.name for path in PACKAGE.iterdir() if (path / "__init__.py").exists()} | {"__main__"}
    assert packages == rooms


def test_the_document_and_the_contract_have_the_same_rooms() -> None:
    rows = re.findall(r"^\| \d+ \| (.+?) \|", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    documented = [re.findall(r"`(\w+)/?`", row) for row in rows]
    assert documented == layers()


def test_the_document_names_only_files_that_exist() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:fashion_studio|docs|tests|resources|models|bench)/[\w./-]*)`", text))
    assert named
    assert [name for name in sorted(named) if not (REPOSITORY / name).exists()] == []


@pytest.mark.parametrize(
    "module",
    [
        "fashion_studio.gui.main_window",
        "fashion_studio.jobs.engine_client",
        "fashion_studio.services.predicting",
    ],
)
def test_the_window_brings_no_network_library(module: str) -> None:
    assert importlib.util.find_spec(module) is not None
    code = f"import sys, {module}; print([n for n in {NOT_IN_THE_WINDOW!r} if n in sys.modules])"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == "[]"


def test_nothing_unfinished_is_left_behind() -> None:
    marks = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
    found = [
        f"{name_of(path)}:{number}"
        for path in modules()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line)
    ]
    assert found == []


def test_every_test_mirrors_a_module() -> None:
    strangers = []
    for path in sorted((REPOSITORY / "tests" / "unit").rglob("test_*.py")):
        folder = PACKAGE / path.parent.relative_to(REPOSITORY / "tests" / "unit")
        name = path.stem.removeprefix("test_")
        if (
            folder.is_relative_to(PACKAGE / "gui") and folder.is_dir()
        ):  # widgets are tested as they work together
            continue
        if (
            path.parent.name != "unit"
            and name not in OF_A_WHOLE_ROOM
            and not any((folder / part).exists() for part in (f"{name}.py", name))
        ):
            strangers.append(name_of(path))
    assert strangers == []
