"""A data set in DeepFashion's own files, from its lists to a two-stream model, by three commands."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import timm
from safetensors.torch import save_file

from fashion_studio.cli.app import run


def command(*arguments: object) -> None:
    def no_window(_project: Path | None, *, demo: bool) -> int:
        pytest.fail(f"a window opened (demo: {demo})")

    assert run([str(argument) for argument in arguments], no_window) == 0


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_two_streams_of_vgg_16_learn_from_deepfashions_files(tmp_path: Path) -> None:
    files, data, out = tmp_path / "DeepFashion", tmp_path / "data.jsonl", tmp_path / "run"
    weights = tmp_path / "vgg16.safetensors"
    # stands in for ImageNet's weights, which are fetched; that they fit is what matters here
    trunk = timm.create_model("vgg16", features_only=True, out_indices=(4,))
    save_file(trunk.state_dict(), weights)
    command(
        "render", "--out", files, "--count", 20, "--layout", "deepfashion", "--width", 168, "--height", 224
    )
    command("import", "deepfashion", files, "--as-data-list", data)
    command("train", "two-stream-deepfashion", "--data", data, "--out", out, "--pretrained", weights,
            "--epochs", 2, "--device", "cpu")  # fmt: skip
    report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    figures = report["splits"]["test"]["figures"]
    for name in (
        "category.top3",
        "texture.recall_at_3",
        "all.recall_at_3",
        "landmarks.ne",
        "visibility.accuracy",
    ):
        assert 0.0 <= figures[name] <= 1.0, name
    recipe = (out / "recipe.toml").read_text(encoding="utf-8")
    assert recipe.count('"vgg16') == 2
    assert "weight = 500.0" in recipe
    assert "side_px = 224" in recipe
    events = [json.loads(line) for line in (out / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    phases = [event for event in events if event["kind"] == "phase"]
    assert [phase["phase"] for phase in phases] == ["shape stream", "both streams"]
    assert phases[0]["trained_parameters"] < phases[1]["trained_parameters"]
