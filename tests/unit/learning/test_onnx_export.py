from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx
import onnxruntime
import pytest
import torch

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning import onnx_export
from fashion_studio.learning.method_network import start_network
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.onnx_export import TOLERANCE, export_onnx
from fashion_studio.learning.views import preprocessing_of
from fashion_studio.zoo.bundle import Bundle, BundleManifest, Calibration
from tests.unit.learning.method_runs import HEADS_RECIPE, STREAMS_RECIPE

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
)


def tiny_bundle(text: str, studio: Vocabulary) -> Bundle:
    recipe = parse_method_recipe(text)
    started = start_network(recipe, studio)
    manifest = BundleManifest(
        model_id="tiny-1",
        architecture=started.architecture,
        config=started.config,
        vocabulary=dict(started.vocabulary.source),
        preprocessing=replace(preprocessing_of(recipe.view), mean=(0.4, 0.5, 0.6)),
        calibration=Calibration({"category": 2.0}),
        licence="Apache-2.0",
    )
    return Bundle(started.network.eval(), manifest, started.vocabulary)


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param(HEADS_RECIPE, id="heads", marks=pytest.mark.slow),
        pytest.param(STREAMS_RECIPE, id="streams"),
    ],
)
def test_the_file_answers_as_the_model_does(text: str, studio: Vocabulary, tmp_path: Path) -> None:
    bundle = tiny_bundle(text, studio)
    check = export_onnx(bundle, tmp_path / "model.onnx")
    assert max(check.differences.values()) <= TOLERANCE
    assert check.size_bytes == (tmp_path / "model.onnx").stat().st_size
    onnx.checker.check_model(str(tmp_path / "model.onnx"))
    # independently of the export's own check, in another batch size
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    pixels = np.random.default_rng(1).integers(0, 256, (2, 32, 32, 3), dtype=np.uint8)
    image = (pixels / 255.0).astype(np.float32).transpose(0, 3, 1, 2)
    (given,) = session.run(["category"], {"image": image})
    with torch.inference_mode():
        output = bundle.network(bundle.manifest.preprocessing.normalise(torch.from_numpy(pixels)))
    wanted = (output.logits["category"] / 2.0).softmax(1).numpy()
    np.testing.assert_allclose(given, wanted, atol=TOLERANCE)
    np.testing.assert_allclose(given.sum(1), 1.0, atol=1e-5)
    names = {output.name for output in session.get_outputs()}
    assert ("heatmaps" in names) == ("two_stream" in text)
    meta = session.get_modelmeta().custom_metadata_map
    assert meta["model_id"] == "tiny-1"
    assert json.loads(meta["values"])["category"] == list(studio.attribute("category").value_names)


def test_a_file_that_answers_otherwise_is_not_kept(
    studio: Vocabulary, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tiny_bundle(HEADS_RECIPE, studio)

    class Program:
        """Instead of the exporter's, which takes long: what is tested is the comparison after it."""

        def __init__(self) -> None:
            self.model = SimpleNamespace(metadata_props={})

        def save(self, path: str, *, external_data: bool) -> None:
            Path(path).write_bytes(b"onnx")

    class Session:
        def __init__(self, path: str, providers: list[str]) -> None:
            assert Path(path).read_bytes() == b"onnx"

        def run(self, names: list[str], given: dict[str, np.ndarray]) -> list[np.ndarray]:
            outward = onnx_export._Outward(bundle).eval()
            with torch.inference_mode():
                answers = [value.numpy() for value in outward(torch.from_numpy(given["image"]))]
            return [answers[0] + (0.01 if len(given["image"]) == 3 else 0.0), *answers[1:]]

    monkeypatch.setattr(onnx_export, "_exported", lambda *_: Program())
    monkeypatch.setattr(onnx_export, "_runtime", lambda: SimpleNamespace(InferenceSession=Session))
    (tmp_path / "model.onnx").write_bytes(b"older")
    with pytest.raises(CheckpointError, match="category differs by"):
        export_onnx(bundle, tmp_path / "model.onnx")
    assert (tmp_path / "model.onnx").read_bytes() == b"older"
    assert len(list(tmp_path.iterdir())) == 1
