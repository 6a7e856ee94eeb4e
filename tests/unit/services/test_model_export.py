from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.services import model_export
from fashion_studio.services.model_export import export_onnx

ANSWER = """print("[torch.onnx] {graph} done")
print('{\\n  "file": "x",\\n  "bytes": 12,\\n  "differences": {\\n    "a": 1e-6, "b": 3e-6\\n  }\\n}')"""


@pytest.fixture
def command(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What runs instead of the program: Python code, to be filled in."""
    code: list[str] = []
    real = subprocess.Popen

    def popen(_command: list[str], **options: object) -> subprocess.Popen[bytes]:
        return real([sys.executable, "-c", code[0]], **options)  # type: ignore[call-overload,no-any-return]

    monkeypatch.setattr(model_export.subprocess, "Popen", popen)
    return code


def test_it_says_how_near_the_outputs_are(command: list[str], tmp_path: Path) -> None:
    command.append(ANSWER)
    made = export_onnx(tmp_path / "bundle", tmp_path / "m.onnx")
    assert (made.bytes, made.largest_difference) == (12, 3e-6)


def test_a_refusal_is_one_sentence(command: list[str], tmp_path: Path) -> None:
    command.append("import sys; print('The outputs differ.', file=sys.stderr); sys.exit(1)")
    with pytest.raises(UserError, match=r"The model was not exported: The outputs differ\."):
        export_onnx(tmp_path / "bundle", tmp_path / "m.onnx")


def test_it_can_be_cancelled(command: list[str], tmp_path: Path) -> None:
    command.append("import time; time.sleep(60)")
    (tmp_path / "m.onnx").write_bytes(b"half")
    with pytest.raises(Cancelled):
        export_onnx(tmp_path / "bundle", tmp_path / "m.onnx", should_stop=lambda: True)
    assert not (tmp_path / "m.onnx").exists()
