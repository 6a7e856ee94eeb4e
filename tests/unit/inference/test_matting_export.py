"""The exported mask head runs in rembg's own custom session and answers what the network does."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import tqdm
from PIL import Image

from fashion_studio.domain.errors import CheckpointError
from fashion_studio.imaging.matting import RembgMatting
from fashion_studio.inference.matting_export import export_matting
from fashion_studio.zoo.bundle import load_bundle


@pytest.mark.timeout(600)  # the first import of rembg on a machine compiles for a minute
def test_rembg_runs_the_mask_head(bundle_dir, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)  # the exporter's bars leave a thread behind
    pytest.importorskip("rembg")
    bundle = load_bundle(bundle_dir)
    path = export_matting(bundle, tmp_path / "models" / "garment.onnx")
    assert [file.name for file in path.parent.iterdir()] == ["garment.onnx"]

    small = np.random.default_rng(2).integers(0, 256, (6, 6, 3), dtype=np.uint8)
    small[0, 0] = 255  # rembg divides by the brightest value
    image = np.asarray(Image.fromarray(small).resize((320, 320), Image.Resampling.NEAREST))
    form = bundle.manifest.preprocessing
    planes = torch.from_numpy(image.copy()).permute(2, 0, 1)[None].float() / 255
    fitted = torch.nn.functional.interpolate(planes, (form.side_px, form.side_px), mode="bilinear")
    with torch.inference_mode():
        inputs = (fitted - torch.tensor(form.mean)[:, None, None]) / torch.tensor(form.std)[:, None, None]
        own = bundle.network(inputs).mask.sigmoid()
        own = torch.nn.functional.interpolate(own, (320, 320), mode="bilinear")[0, 0].numpy()
    wanted = (own - own.min()) / (own.max() - own.min())

    found = RembgMatting(model_path=path).mask(image)
    assert found.shape == (320, 320)
    assert np.abs(found - wanted).max() < 0.02
    wide = np.asarray(Image.fromarray(image).resize((200, 90)))
    assert RembgMatting(model_path=path).mask(wide).shape == (90, 200)


def test_a_network_without_a_mask_has_nothing_to_export(bundle_dir, tmp_path) -> None:
    bundle = load_bundle(bundle_dir)
    bundle.network.config = replace(bundle.network.config, mask=False)
    with pytest.raises(CheckpointError, match="no mask head"):
        export_matting(bundle, tmp_path / "garment.onnx")
    assert not (tmp_path / "garment.onnx").exists()
