from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest

from fashion_studio.cli.exit_codes import ExitCode
from fashion_studio.domain.errors import Cancelled
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning import run as training
from fashion_studio.learning.run import TrainingResult, TrainSpec
from tests.unit.learning.amgan.gan_runs import RECIPE as EDITOR_RECIPE
from tests.unit.learning.amgan.gan_runs import attribute_bundle
from tests.unit.learning.method_runs import HEADS_RECIPE, rendered_list


@pytest.fixture
def specs(monkeypatch: pytest.MonkeyPatch) -> list[TrainSpec]:
    """The specifications that `run_training` is called with; training itself is tested in its own room."""
    seen: list[TrainSpec] = []

    def run_training(spec, on_event, should_stop):
        seen.append(spec)
        on_event({"event": "started", "model_id": spec.model_id, "recipe": "house"})
        on_event({"event": "step", "step": 1, "steps": 2, "round": 1, "loss": 0.5})
        on_event({"event": "epoch", "round": 1, "epoch": 1, "score": 0.75})
        assert not should_stop()
        return TrainingResult(Path(spec.run_dir) / "bundle", {"category.top1": 0.8})

    monkeypatch.setattr(training, "run_training", run_training)
    return seen


def test_a_run_is_specified_completely(studio_command, tmp_path: Path, specs: list[TrainSpec]) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"w")
    ended = studio_command(
        "train", "--out", tmp_path / "run", "--photos", tmp_path, "--pretrained", tmp_path / "w.safetensors",
        "--seed", 5, "--device", "cpu", "--threads", 1, "--model-id", "mine-1", "--json",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    (spec,) = specs
    assert (spec.run_dir, spec.photos) == (str(tmp_path / "run"), str(tmp_path))
    assert (spec.pretrained, spec.seed, spec.device) == (str(tmp_path / "w.safetensors"), 5, "cpu")
    assert (spec.threads, spec.model_id) == (1, "mine-1")
    assert spec.recipe["rounds"]
    assert spec.vocabulary["name"] == "studio"
    data = json.loads(ended.out)
    assert (data["bundle"], data["figures"]) == (str(tmp_path / "run" / "bundle"), {"category.top1": 0.8})
    assert "round 1, epoch 1: score 0.7500" in ended.err


def test_a_run_that_is_there_goes_on_as_it_was_specified(
    studio_command, tmp_path: Path, specs: list[TrainSpec], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / training.SPEC_NAME).write_text("{}")
    kept = TrainSpec({}, {}, str(tmp_path), seed=9)
    monkeypatch.setattr(training, "read_spec", lambda run_dir: kept)
    ended = studio_command("train", "--out", tmp_path, "--seed", 1)
    assert ended.code == ExitCode.OK
    assert specs == [kept]
    assert "Going on" in ended.err


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--recipe", "soup", "recipe soup.toml"),
        ("--pretrained", "nowhere.safetensors", "no weights"),
        ("--vocabulary", "klingon", "klingon"),
    ],
)
def test_what_is_missing_is_one_sentence(
    studio_command, tmp_path: Path, specs: list[TrainSpec], option: str, value: str, words: str
) -> None:
    ended = studio_command("train", "--out", tmp_path / "run", option, value)
    assert ended.code == ExitCode.FAILED
    assert words in ended.err
    assert specs == []


def test_a_cancelled_training_has_its_own_code(
    studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_training(spec, on_event, should_stop):
        raise Cancelled("start again to go on")

    monkeypatch.setattr(training, "run_training", run_training)
    assert studio_command("train", "--out", tmp_path / "run").code == ExitCode.CANCELLED


@pytest.fixture
def method(tmp_path: Path, studio: Vocabulary) -> tuple[Path, Path]:
    """A tiny method's recipe file and a data list for it."""
    recipe = tmp_path / "tiny.toml"
    recipe.write_text(HEADS_RECIPE.replace("epochs = 3", "epochs = 1"))
    return recipe, rendered_list(tmp_path / "photos", studio, train=8, val=4, test=2)


def test_a_method_is_trained_from_a_data_list(
    studio_command, tmp_path: Path, method: tuple[Path, Path]
) -> None:
    recipe, data = method
    out = tmp_path / "run"
    ended = studio_command(
        "train", recipe, "--data", data, "--out", out, "--device", "cpu", "--model-id", "tiny-7",
        "--batch-size", 4, "--json",
    )  # fmt: skip
    assert ended.code == ExitCode.OK, ended.err
    result = json.loads(ended.out)
    assert result["best_epoch"] == 1
    assert (out / "bundle" / "model.safetensors").is_file()
    assert "8 train, 4 val, 2 test, 0 refused" in ended.err
    frozen = tomllib.loads((out / "recipe.toml").read_text())
    assert (frozen["batch_size"], frozen["phases"][0]["epochs"]) == (4, 1)
    again = studio_command("train", recipe, "--out", out)
    assert again.code == ExitCode.OK
    assert "finished already" in again.err


def test_a_run_can_be_prepared_and_trained_later(
    studio_command, tmp_path: Path, method: tuple[Path, Path]
) -> None:
    recipe, data = method
    out = tmp_path / "run"
    ended = studio_command("train", recipe, "--data", data, "--out", out, "--prepare", "--max-images", 8)
    assert ended.code == ExitCode.OK, ended.err
    assert f"train --run {out}" in ended.out
    assert not (out / "state.json").exists()
    assert json.loads((out / "spec.json").read_text())["arguments"] == ["train", "--run", "{run}"]


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("train", "fashion-how-1", "--out", "{run}"), ExitCode.USAGE, "--data"),
        (("train", "fashion-how-1"), ExitCode.USAGE, "--out"),
        (("train", "fashion-how-1", "--data", "{data}", "--out", "{run}"), ExitCode.FAILED, "daily"),
        (("train", "fine26-resnet50", "--variant", "soup", "--out", "{run}"), ExitCode.FAILED, "no variant"),
        (
            ("train", "fashion-how-2", "--base", "{data}", "--data", "{data}", "--out", "{run}"),
            ExitCode.FAILED,
            "pretrained",
        ),
        (("train", "--run", "{run}"), ExitCode.FAILED, "not a run folder"),
    ],
)  # fmt: skip
def test_what_a_method_cannot_be_trained_with_is_one_sentence(
    studio_command,
    tmp_path: Path,
    method: tuple[Path, Path],
    arguments: tuple[str, ...],
    code: int,
    words: str,
) -> None:
    places = {"run": tmp_path / "run", "data": method[1]}
    ended = studio_command(*(argument.format(**places) for argument in arguments))
    assert ended.code == code, ended.err
    assert words in ended.err
    assert "Traceback" not in ended.err


def test_an_editor_is_prepared_from_renderings_alone_and_trained_by_the_same_command(
    studio_command, tmp_path: Path, studio: Vocabulary
) -> None:
    base = attribute_bundle(tmp_path / "base", studio)
    recipe = tmp_path / "editor.toml"
    recipe.write_text(EDITOR_RECIPE.replace("epochs = 2", "epochs = 1").replace("count = 3", "count = 2"))
    run = tmp_path / "run"
    ended = studio_command("train", recipe, "--base", base, "--out", run, "--device", "cpu", "--prepare")
    assert ended.code == ExitCode.OK, ended.err
    assert "0 train, 0 val, 0 test, 0 refused" in ended.err
    ended = studio_command("train", "--run", run, "--json")
    assert ended.code == ExitCode.OK, ended.err
    assert json.loads(ended.out)["bundle"] == str(run / "bundle")
    assert (run / "bundle" / "editor.json").is_file()
    assert (run / "samples" / "step-0000004.png").is_file()
    kinds = [json.loads(line)["kind"] for line in (run / "events.jsonl").read_text().splitlines()]
    assert kinds[0] == "started"
    assert kinds[-1] == "ended"
    assert {"run", "data", "phase", "samples", "epoch", "checkpoint", "finished"} <= set(kinds)
    refused = studio_command("train", recipe, "--out", tmp_path / "other", "--devices", 2, "--base", base)
    assert refused.code == ExitCode.FAILED
    assert "one device" in refused.err


def test_a_model_is_written_as_onnx(studio_command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from fashion_studio.learning import onnx_export
    from fashion_studio.zoo import bundle

    monkeypatch.setattr(bundle, "load_bundle", lambda folder: folder)
    monkeypatch.setattr(
        onnx_export, "export_onnx", lambda model, path: onnx_export.OnnxCheck(path, {"category": 2e-7}, 10)
    )
    ended = studio_command("export-model", tmp_path, "--onnx", tmp_path / "m.onnx", "--json")
    assert ended.code == ExitCode.OK, ended.err
    assert json.loads(ended.out)["differences"] == {"category": 2e-7}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (
            ("fine26-resnet50", "--stylised", "sideways"),
            "There is no regime “sideways”. There are original, stylised",
        ),
        (("adain-small",), "name it with --photos"),
        (("adain-small", "--photos", "gone"), "There is no folder"),
    ],
)
def test_style_transfer_and_stylised_training_say_what_they_need(
    studio_command, tmp_path: Path, options: tuple[str, ...], said: str
) -> None:
    ended = studio_command("train", *options, "--out", tmp_path / "run")
    assert ended.code != ExitCode.OK
    assert said in " ".join(ended.err.split())
    assert not (tmp_path / "run").exists()


def test_stylised_training_needs_a_style_transfer_and_freezes_it(
    studio_command, tmp_path: Path, studio: Vocabulary
) -> None:
    data = rendered_list(tmp_path / "photos", studio, train=10, val=4, test=0)
    (tmp_path / "own.toml").write_text(HEADS_RECIPE, encoding="utf-8")
    command = ("train", tmp_path / "own.toml", "--data", data, "--prepare", "--device", "cpu", "--stylised")
    refused = studio_command(*command, "mixed", "--adain", tmp_path, "--out", tmp_path / "run")
    assert refused.code == ExitCode.FAILED
    assert "holds no style transfer" in refused.err
    for name in ("adain.json", "model.safetensors"):
        (tmp_path / name).write_bytes(b"weights")
    ended = studio_command(*command, "mixed", "--adain", tmp_path, "--out", tmp_path / "run")
    assert ended.code == ExitCode.OK, ended.err
    recipe = tomllib.loads((tmp_path / "run" / "recipe.toml").read_text(encoding="utf-8"))
    assert recipe["stylising"]["share"] == 0.5
    assert (tmp_path / "run" / "stylising" / "adain" / "model.safetensors").read_bytes() == b"weights"


def test_the_house_recipe_takes_the_same_regimes(
    studio_command, tmp_path: Path, specs: list[TrainSpec]
) -> None:
    weights = tmp_path / "weights"
    weights.mkdir()
    for name in ("adain.json", "model.safetensors"):
        (weights / name).write_bytes(b"weights")
    run = tmp_path / "run"
    command = ("train", "house", "--out", run, "--device", "cpu", "--stylised")
    for regime, words in (("sideways", "no regime"), ("mixed", "holds no style transfer")):
        refused = studio_command(*command, regime, "--adain", tmp_path / "nowhere")
        assert refused.code == ExitCode.FAILED
        assert words in refused.err
    assert not specs
    ended = studio_command(*command, "mixed-then-original", "--adain", weights)
    assert ended.code == ExitCode.OK, ended.err
    ended = studio_command(*command, "cloth")
    assert ended.code == ExitCode.OK, ended.err
    mixed, cloth = specs
    kept = run / "stylising" / "adain"
    assert (mixed.adain, mixed.styles, cloth.adain) == (str(kept), None, None)
    assert (kept / "model.safetensors").read_bytes() == b"weights"
    assert [mixed.recipe["stylising"][name] for name in ("share", "source")] == [0.5, "adain"]
    assert [cloth.recipe["stylising"][name] for name in ("share", "source")] == [0.5, "cloth"]
    assert mixed.recipe["rounds"][-1]["stylised"] == 0.0
    assert len(mixed.recipe["rounds"]) == len(cloth.recipe["rounds"]) + 1
