"""`export-model`: a model in a form that other programs run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from fashion_studio.cli.project_commands import JsonFlag
from fashion_studio.cli.terminal import Terminal

__all__ = ["register"]


def register(app: typer.Typer) -> None:
    """Adds the command."""
    app.command("export-model")(export_model)


def export_model(
    bundle: Annotated[Path, typer.Argument(help="Folder of a model.")],
    onnx: Annotated[Path, typer.Option(help="The file to write.")],
    as_json: JsonFlag = False,
) -> None:
    """Write a model as ONNX, and check that the file answers as the model does."""
    from fashion_studio.learning.onnx_export import export_onnx
    from fashion_studio.zoo.bundle import load_bundle

    terminal = Terminal(as_json=as_json)
    check = export_onnx(load_bundle(bundle.expanduser()), onnx.expanduser().absolute())
    terminal.result(
        {
            "file": str(check.path),
            "bytes": check.size_bytes,
            "tolerance": check.tolerance,
            "differences": dict(check.differences),
        }
    )
    for name, difference in check.differences.items():
        terminal.say(f"{name:<24} differs by at most {difference:.1e}")
    terminal.say(
        f"{check.path} answers as the model does (within {check.tolerance:g}; one by one and in threes)."
    )
