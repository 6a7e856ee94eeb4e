"""What goes wrong in a training: each has its sentence, and nothing done is lost."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from fashion_studio.domain.errors import CheckpointError, EnvironmentProblem, UserError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning.checkpoints import load_weights, read_checkpoint
from fashion_studio.learning.finishing import finished_run
from fashion_studio.learning.fitting import LossNotFinite, MethodModule
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.method_run import run_method
from fashion_studio.learning.objectives import Objective
from fashion_studio.learning.run_folder import FrozenRun, TrainingChoice, freeze_run
from fashion_studio.zoo.bundle import load_bundle
from tests.unit.learning.method_runs import HEADS_RECIPE, Told, rendered_list


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory, studio: Vocabulary) -> Path:
    return rendered_list(tmp_path_factory.mktemp("photos"), studio, train=16, val=8, test=0)


def frozen_run(folder: Path, data: Path, text: str = HEADS_RECIPE, **choice: Any) -> FrozenRun:
    return freeze_run(folder, data, TrainingChoice(parse_method_recipe(text), **{"device": "cpu", **choice}))


def spoil_losses(monkeypatch: pytest.MonkeyPatch, steps: set[int]) -> None:
    """Makes the training loss NaN at these steps (counted over both splits' calls with gradients)."""
    plain, seen = Objective.__call__, [0]

    def call(self: Objective, *arguments: Any) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        total, terms = plain(self, *arguments)
        if not total.requires_grad:
            return total, terms
        seen[0] += 1
        return (total * float("nan") if seen[0] in steps else total), terms

    monkeypatch.setattr(Objective, "__call__", call)


def test_nan_in_the_loss_stops_at_the_last_good_checkpoint(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen, told = frozen_run(tmp_path / "run", data), Told()
    with monkeypatch.context() as patch:
        spoil_losses(patch, {4})
        with pytest.raises(LossNotFinite, match=r"epoch 2, step 4.*last good checkpoint.*learning rate"):
            run_method(frozen, told.voice())
    kept = read_checkpoint(frozen.run_dir / "checkpoints" / "last.ckpt")
    assert kept["fashion_studio_state"]["step"] == 2
    assert all(bool(value.isfinite().all()) for value in kept["state_dict"].values())
    # the model of the best epoch so far can be made without training on
    result = run_method(frozen, Told().voice(), finish_only=True)
    assert result.best_epoch == 1
    assert load_bundle(result.bundle).manifest.figures["val.category.top1"] >= 0


def test_weights_that_are_not_finite_are_never_kept(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def spoil(module: MethodModule) -> None:
        if module.step >= 4:
            with torch.no_grad():
                next(iter(module.network.parameters())).fill_(float("inf"))

    monkeypatch.setattr(
        MethodModule, "on_validation_epoch_start", _before(MethodModule.on_validation_epoch_start, spoil)
    )
    frozen = frozen_run(tmp_path / "run", data)
    with pytest.raises(LossNotFinite):
        run_method(frozen, Told().voice())
    load_weights(frozen.run_dir / "checkpoints" / "best.safetensors")
    assert read_checkpoint(frozen.run_dir / "checkpoints" / "last.ckpt")["fashion_studio_state"]["step"] == 2


def _before(plain: Any, first: Any) -> Any:
    def both(self: Any, *arguments: Any) -> Any:
        first(self)
        return plain(self, *arguments)

    return both


def test_out_of_memory_halves_the_batch_and_goes_on(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    plain = torch.nn.Module.__call__

    def call(self: torch.nn.Module, *arguments: Any, **options: Any) -> Any:
        if type(self).__name__ == "BackboneHeads" and torch.is_grad_enabled():
            sizes.append(len(arguments[0]))
            if len(arguments[0]) > 3:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 8.00 GiB.")
        return plain(self, *arguments, **options)

    monkeypatch.setattr(torch.nn.Module, "__call__", call)
    frozen, told = frozen_run(tmp_path / "run", data), Told()
    result = run_method(frozen, told.voice())
    assert sizes[:3] == [8, 4, 2]
    assert set(sizes[3:]) == {2}
    halved = [event for event in told.of("notice") if event["code"] == "out_of_memory"]
    assert [event["batch_size"] for event in halved] == [4, 2]
    assert any("in parts of 2 photos" in line for line in told.lines)
    assert [event["step"] for event in told.of("epoch")] == [2, 4, 6]
    assert result.best_epoch >= 1


def test_the_parts_of_a_batch_teach_what_the_batch_teaches(data: Path, tmp_path: Path) -> None:
    """Without dropout and batch statistics, gradients added up over parts are those of the whole batch."""
    text = HEADS_RECIPE.replace("dropout = 0.2", "dropout = 0.0\nfrozen = true").replace(
        "epochs = 3", "epochs = 1"
    )
    losses = []
    for parts in (1, 4):
        frozen, told = frozen_run(tmp_path / str(parts), data, text), Told()
        with pytest.MonkeyPatch.context() as patch:
            plain = MethodModule.on_train_start
            patch.setattr(
                MethodModule,
                "on_train_start",
                lambda self, parts=parts, plain=plain: (setattr(self.guard, "parts", parts), plain(self))[1],
            )
            run_method(frozen, told.voice())
        losses.append(told.of("epoch")[0]["val"]["loss"])
    assert losses[0] == pytest.approx(losses[1], rel=1e-3)


def test_a_full_disk_says_so_and_the_run_goes_on_later(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen, told = frozen_run(tmp_path / "run", data), Told()
    plain, written = torch.save, [0]

    def save(*arguments: Any, **options: Any) -> None:
        written[0] += 1
        if written[0] == 2:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        plain(*arguments, **options)

    with monkeypatch.context() as patch:
        patch.setattr(torch, "save", save)
        with pytest.raises(
            EnvironmentProblem, match=r"checkpoint could not be written: No space.*before stays"
        ):
            run_method(frozen, told.voice())
    last = frozen.run_dir / "checkpoints" / "last.ckpt"
    assert read_checkpoint(last)["fashion_studio_state"]["step"] == 2
    again = Told()
    run_method(frozen, again.voice())
    assert again.of("run")[0]["step"] == 2
    assert [event["epoch"] for event in again.of("epoch")] == [2, 3]
    assert len((frozen.run_dir / "metrics.csv").read_text().splitlines()) == 4


def stopped_run(folder: Path, data: Path) -> FrozenRun:
    """A run with a checkpoint, ended by a NaN."""
    frozen = frozen_run(folder, data)
    with pytest.MonkeyPatch.context() as patch:
        spoil_losses(patch, {3})
        with pytest.raises(LossNotFinite):
            run_method(frozen, Told().voice())
    return frozen


class Hostile:
    """Would make a folder if it were unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (os.mkdir, (str(self.path),))


def test_a_strange_checkpoint_in_the_run_is_refused(data: Path, tmp_path: Path) -> None:
    frozen = stopped_run(tmp_path / "run", data)
    last = frozen.run_dir / "checkpoints" / "last.ckpt"
    good = last.read_bytes()
    torch.save({"state_dict": {}, "harm": Hostile(tmp_path / "harm")}, last)
    with pytest.raises(CheckpointError, match="could run code"):
        run_method(frozen, Told().voice())
    assert not (tmp_path / "harm").exists()
    last.write_bytes(good[: len(good) // 3])
    with pytest.raises(CheckpointError, match="damaged"):
        run_method(frozen, Told().voice())
    last.write_bytes(good)
    other = frozen_run(
        tmp_path / "other", data, HEADS_RECIPE.replace('["category", "sleeve_length"]', '["category"]')
    )
    (other.run_dir / "checkpoints").mkdir()
    (other.run_dir / "checkpoints" / "last.ckpt").write_bytes(good)
    with pytest.raises(CheckpointError, match="another vocabulary or network"):
        run_method(other, Told().voice())


def test_photos_that_changed_since_are_named_and_left_out(tmp_path: Path, studio: Vocabulary) -> None:
    data = rendered_list(tmp_path / "photos", studio, train=16, val=8, test=0)
    frozen, told = frozen_run(tmp_path / "run", data), Told()
    (data.parent / "2.png").unlink()
    Image.new("RGB", (5, 5)).save(data.parent / "3.png")
    run_method(frozen, told.voice())
    refused = told.of("data")[0]["refused_files"]
    assert [entry["file"] for entry in refused] == ["2.png", "3.png"]
    assert told.of("run")[0]["photos"]["train"] == 14
    assert any("3.png: its bytes have changed" in line for line in told.lines)
    second = frozen_run(tmp_path / "second", data)
    for number in range(4, 14):
        (data.parent / f"{number}.png").unlink()
    with pytest.raises(UserError, match=r"Too few photos.*4\.png: it is not there"):
        run_method(second, Told().voice())


def test_a_photo_whose_pixels_cannot_be_decoded_costs_only_itself(tmp_path: Path, studio: Vocabulary) -> None:
    data = rendered_list(tmp_path / "photos", studio, train=16, val=8, test=0)
    broken = data.parent / "4.png"
    broken.write_bytes(broken.read_bytes()[:-400])  # the header is good
    frozen, told = frozen_run(tmp_path / "run", data), Told()
    run_method(frozen, told.voice())
    named = [event["text"] for event in told.of("notice") if event["code"] == "refused_photos"]
    assert named == ["4.png could not be decoded; it is trained without it."]


def test_the_run_stops_against_its_best_epoch(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every epoch is better than the one before it but none better than the first: that is no gain."""
    values = iter([0.9, 0.1, 0.2, 0.3, 0.4, 0.5])
    found: dict[int, float] = {}

    def monitored(module: MethodModule) -> float:
        return found.setdefault(module.epoch, next(values) if module.epoch not in found else 0.0)

    monkeypatch.setattr(MethodModule, "monitored", monitored)
    text = HEADS_RECIPE.replace("epochs = 3", "epochs = 6") + "\n[early_stopping]\npatience = 2\n"
    frozen, told = frozen_run(tmp_path / "run", data, text), Told()
    result = run_method(frozen, told.voice())
    assert result.best_epoch == 1
    assert [event["epoch"] for event in told.of("epoch")] == [1, 2, 3]
    assert [event["patience_left"] for event in told.of("epoch")] == [2, 1, 0]
    assert "early_stop" in told.codes()


def test_a_network_over_the_file_limit_is_refused_before_it_is_trained(data: Path, tmp_path: Path) -> None:
    text = HEADS_RECIPE + "max_file_mb = 0.5\n"
    frozen = frozen_run(tmp_path / "run", data, text)
    told = Told()
    with pytest.raises(UserError, match=r"allows 0\.5 MB"):
        run_method(frozen, told.voice())
    assert told.of("run") == []


def test_a_monitor_that_the_photos_do_not_give_is_named(data: Path, tmp_path: Path) -> None:
    frozen = frozen_run(tmp_path / "run", data, HEADS_RECIPE.replace("category.top1", "color.acsa"))
    with pytest.raises(UserError, match=r"“color\.acsa”.*category\.top1"):
        run_method(frozen, Told().voice())


def test_a_device_that_is_not_there_is_said(data: Path, tmp_path: Path) -> None:
    for device, kind in (
        ("toaster", UserError),
        ("mps" if not torch.backends.mps.is_available() else "xpu", Exception),
    ):
        frozen = frozen_run(tmp_path / device, data, device=device)
        with pytest.raises(kind, match=device):
            run_method(frozen, Told().voice())


def test_finishing_without_an_epoch_is_refused(data: Path, tmp_path: Path) -> None:
    frozen = frozen_run(tmp_path / "run", data)
    with pytest.raises(UserError, match="No epoch of this run"):
        run_method(frozen, Told().voice(), finish_only=True)
    assert finished_run(frozen.run_dir) is None


def test_devices_and_nodes_are_handed_to_the_trainer(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import lightning

    from fashion_studio.learning import phase_fit

    asked: list[dict[str, Any]] = []

    class SeenError(Exception):
        pass

    def trainer(**options: Any) -> None:
        asked.append(options)
        raise SeenError

    monkeypatch.setattr(lightning, "Trainer", trainer)
    assert phase_fit.lightning is lightning
    frozen = frozen_run(tmp_path / "run", data, devices=4, nodes=2)
    with pytest.raises(SeenError):
        run_method(frozen, Told().voice())
    assert (asked[0]["devices"], asked[0]["num_nodes"]) == (4, 2)
    assert asked[0]["strategy"].startswith("ddp")


def test_half_precision_without_cuda_is_changed_and_said(data: Path, tmp_path: Path) -> None:
    frozen = frozen_run(
        tmp_path / "run", data, 'precision = "16-mixed"' + HEADS_RECIPE.replace("epochs = 3", "epochs = 1")
    )
    told = Told()
    run_method(frozen, told.voice())
    assert told.of("run")[0]["precision"] == "32-true"
    assert "precision" in told.codes()


def test_the_test_photos_never_choose(tmp_path: Path, studio: Vocabulary) -> None:
    """Other test photos, the same training: the same epoch, temperatures and weights."""
    bundles = []
    for name, test in (("few", 2), ("many", 6)):
        data = rendered_list(tmp_path / name, studio, train=16, val=8, test=test)
        frozen = frozen_run(tmp_path / f"run-{name}", data)
        bundles.append(load_bundle(run_method(frozen, Told().voice()).bundle).manifest)
    assert bundles[0].weights_sha256 == bundles[1].weights_sha256
    assert bundles[0].calibration == bundles[1].calibration
    report = json.loads((tmp_path / "run-many" / "report.json").read_text())
    assert report["splits"]["test"]["photos"] == 6
