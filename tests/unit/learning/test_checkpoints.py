from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
import torch

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem
from fashion_studio.learning import checkpoints
from fashion_studio.learning.checkpoints import (
    MARK,
    WholeCheckpointIO,
    load_weights,
    read_checkpoint,
    save_weights,
)


class Hostile:
    """Would make a folder if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (str(self.path),))


def saved(path: Path, **more: object) -> Path:
    WholeCheckpointIO().save_checkpoint({MARK: "mine", "weights": torch.ones(3), **more}, path)
    return path


def test_what_is_saved_is_read_again(tmp_path: Path) -> None:
    path = saved(tmp_path / "new" / "last.ckpt", step=3)
    found = read_checkpoint(path, "mine")
    assert found["step"] == 3
    assert torch.equal(found["weights"], torch.ones(3))
    assert torch.equal(WholeCheckpointIO().load_checkpoint(path)["weights"], torch.ones(3))


def test_a_hostile_checkpoint_is_refused_and_nothing_of_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "last.ckpt"
    torch.save({MARK: "mine", "weights": Hostile(tmp_path / "harm")}, path)
    with pytest.raises(CheckpointError, match="run code when loaded"):
        read_checkpoint(path)
    with pytest.raises(CheckpointError, match="refused"):
        WholeCheckpointIO().load_checkpoint(path, weights_only=False)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("damage", ["short", "noise", "empty"])
def test_a_damaged_checkpoint_is_refused(damage: str, tmp_path: Path) -> None:
    path = saved(tmp_path / "last.ckpt")
    data = path.read_bytes()
    path.write_bytes({"short": data[: len(data) // 2], "noise": b"\x00noise" * 50, "empty": b""}[damage])
    with pytest.raises(CheckpointError, match="damaged"):
        read_checkpoint(path)


def test_a_checkpoint_of_another_run_or_program_is_refused(tmp_path: Path) -> None:
    path = saved(tmp_path / "last.ckpt")
    with pytest.raises(CheckpointError, match="another vocabulary or network"):
        read_checkpoint(path, "another")
    torch.save({"weights": torch.ones(3)}, path)
    with pytest.raises(CheckpointError, match="no checkpoint of a training run"):
        read_checkpoint(path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        read_checkpoint(tmp_path / "none.ckpt")


def full_disk(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def torchs_full_disk(*_: object, **__: object) -> None:
    raise RuntimeError("PytorchStreamWriter failed writing file data/0: file write failed")


@pytest.mark.parametrize("refusal", [full_disk, torchs_full_disk])
def test_a_full_disk_leaves_the_last_good_checkpoint(
    refusal: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = saved(tmp_path / "last.ckpt")
    before = path.read_bytes()
    monkeypatch.setattr(torch, "save", refusal)
    with pytest.raises(EnvironmentProblem, match="written before stays"):
        saved(path, step=9)
    assert path.read_bytes() == before
    assert [entry.name for entry in tmp_path.iterdir()] == ["last.ckpt"]


def test_weights_are_replaced_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "best.safetensors"
    save_weights(path, {"a": torch.ones(2)})
    monkeypatch.setattr(checkpoints, "save_file", full_disk)
    with pytest.raises(EnvironmentProblem, match="No space left"):
        save_weights(path, {"a": torch.zeros(2)})
    assert torch.equal(load_weights(path)["a"], torch.ones(2))
    assert len(list(tmp_path.iterdir())) == 1


def test_an_error_of_ours_is_not_called_a_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def wrong(*_: object) -> None:
        raise RuntimeError("a tensor is on the meta device")

    monkeypatch.setattr(torch, "save", wrong)
    with pytest.raises(RuntimeError, match="meta"):
        saved(tmp_path / "last.ckpt")


def test_weights_that_are_not_finite_or_no_safetensors_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "best.safetensors"
    save_weights(path, {"a": torch.tensor([1.0, float("nan")])})
    with pytest.raises(CheckpointError, match="a is not finite"):
        load_weights(path)
    torch.save({"a": Hostile(tmp_path / "harm")}, path)
    with pytest.raises(CheckpointError, match="cannot be read"):
        load_weights(path)
    assert not (tmp_path / "harm").exists()
