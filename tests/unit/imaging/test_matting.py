"""Refining masks, their boxes, and rembg behind one kept session."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from fashion_studio.domain.errors import EnvironmentProblem, UserError
from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.letterbox import letterbox, map_to_image, resize
from fashion_studio.imaging.matting import RembgMatting, guided_filter, mask_box, refine_mask


def disc(height: int, width: int, centre: tuple[float, float], radius: float) -> np.ndarray:
    ys, xs = np.mgrid[0:height, 0:width] + 0.5
    return ((xs - centre[0]) ** 2 + (ys - centre[1]) ** 2 <= radius**2).astype(np.float32)


def photo_of(mask: np.ndarray, noise: int = 6, seed: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    image = np.where(mask[..., None] > 0.5, (170, 60, 70), (200, 190, 170))
    return np.clip(image + rng.integers(-noise, noise + 1, image.shape), 0, 255).astype(np.uint8)


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    a, b = mask >= 0.5, truth >= 0.5
    return float((a & b).sum() / (a | b).sum())


def test_the_filter_is_that_of_the_paper() -> None:
    """Against the equations written out pixel by pixel."""
    rng = np.random.default_rng(0)
    guide = rng.random((9, 11, 3)).astype(np.float32)
    source = rng.random((9, 11)).astype(np.float32)
    radius, epsilon = 1, 0.01
    a, b = guided_filter(guide, source, radius, epsilon)
    padded = [np.pad(guide, ((3, 3), (3, 3), (0, 0)), mode="symmetric"), np.pad(source, 3, mode="symmetric")]
    own = {}
    for y in range(2, 13):
        for x in range(2, 15):
            window = np.s_[y - radius : y + radius + 1, x - radius : x + radius + 1]
            colours = padded[0][window].reshape(-1, 3).astype(np.float64)
            values = padded[1][window].reshape(-1).astype(np.float64)
            mu = colours.mean(0)
            sigma = (colours - mu).T @ (colours - mu) / len(colours)
            slope = np.linalg.solve(
                sigma + epsilon * np.eye(3), (colours * values[:, None]).mean(0) - mu * values.mean()
            )
            own[y, x] = (slope, values.mean() - slope @ mu)
    for y in (1, 4, 7):
        for x in (1, 5, 9):
            around = [own[y + 3 + dy, x + 3 + dx] for dy in (-1, 0, 1) for dx in (-1, 0, 1)]
            assert np.allclose(a[y, x], np.mean([s for s, _ in around], axis=0), atol=2e-4)
            assert b[y, x] == pytest.approx(np.mean([t for _, t in around]), abs=2e-4)


@pytest.mark.parametrize("size", [(400, 300), (1500, 1200)])
def test_a_coarse_mask_is_pulled_to_the_edges(size) -> None:
    height, width = size
    truth = disc(height, width, (width * 0.52, height * 0.47), 0.33 * width)
    image = photo_of(truth)
    coarse = resize((truth * 255).astype(np.uint8), 20, 26).astype(np.float32) / 255
    before = resize((coarse * 255).astype(np.uint8), width, height).astype(np.float32) / 255
    refined = refine_mask(image, coarse)
    assert refined.shape == (height, width)
    assert refined.dtype == np.float32
    assert refined.min() >= 0
    assert refined.max() <= 1
    assert iou(refined, truth) > max(0.985, iou(before, truth))


def test_flat_photos_leave_the_mask_alone() -> None:
    coarse = disc(60, 80, (40, 30), 20)
    refined = refine_mask(np.full((60, 80, 3), 127, np.uint8), coarse)
    assert iou(refined, coarse) > 0.95
    assert not refine_mask(np.full((60, 80, 3), 127, np.uint8), np.zeros((6, 8))).any()


def test_tiny_photos_are_refined_too() -> None:
    assert refine_mask(np.zeros((1, 1, 3), np.uint8), np.ones((5, 5))).tolist() == [[1.0]]


def test_the_box_holds_the_parts_that_count() -> None:
    mask = np.zeros((50, 60), dtype=np.float32)
    mask[10:30, 5:20] = 1.0
    mask[12:28, 40:52] = 1.0
    mask[45:47, 57:59] = 1.0  # a speck
    mask[0:5, 0:5] = 0.4  # outside
    assert mask_box(mask) == Box(5, 10, 47, 20)
    assert mask_box(np.zeros((5, 5))) is None
    soft = np.zeros((10, 10), dtype=np.float32)
    soft[3:7, 3:7] = 1.0
    soft[3:7, 2] = 0.25  # rises over 0.5 a third of the way from this pixel's centre to the next
    assert mask_box(soft).as_tuple() == pytest.approx((2.5 + 1 / 3, 3, 4.5 - 1 / 3, 4))
    assert mask_box(np.ones((4, 7), dtype=bool)) == Box(0, 0, 7, 4)


@pytest.mark.parametrize("smooth", [False, True])
@pytest.mark.parametrize(("width", "height"), [(300, 200), (123, 457)])
def test_a_map_comes_back_to_where_the_photo_had_it(width, height, smooth) -> None:
    truth = disc(height, width, (width * 0.6, height * 0.4), min(width, height) * 0.25)
    photo = np.repeat((truth * 255).astype(np.uint8)[..., None], 3, axis=2)
    square, to_input = letterbox(photo, 96, fill=(0, 0, 0))
    back = map_to_image(square[..., 0] / 255, to_input, 96, width, height, smooth=smooth)
    assert back.shape == (height, width)
    assert iou(back, truth) > 0.94
    weights = back / back.sum()
    ys, xs = np.mgrid[0:height, 0:width] + 0.5
    assert (xs * weights).sum() == pytest.approx(width * 0.6, abs=0.5)
    assert (ys * weights).sum() == pytest.approx(height * 0.4, abs=0.5)


def test_a_map_of_one_value_stays_one_value() -> None:
    _, to_input = letterbox(np.zeros((30, 50, 3), np.uint8), 64)
    for smooth in (False, True):
        assert np.allclose(map_to_image(np.full((5, 5), 0.3), to_input, 64, 50, 30, smooth=smooth), 0.3)


# -- rembg ------------------------------------------------------------------------------------------------

# The first import of rembg on a machine compiles for a minute or more; later ones find the result.
compiles = pytest.mark.timeout(600)


def redness_model(path: Path, outputs: int = 1) -> Path:
    """ONNX of U²-Net's shape that finds what is red: normalised red minus normalised green."""
    onnx = pytest.importorskip("onnx")
    helper, tensor = onnx.helper, onnx.TensorProto
    weights = np.zeros((outputs, 3, 1, 1), np.float32)
    weights[:, 0], weights[:, 1] = 1, -1
    graph = helper.make_graph(
        [helper.make_node("Conv", ["input", "weight"], ["mask"])],
        "redness",
        [helper.make_tensor_value_info("input", tensor.FLOAT, [1, 3, 320, 320])],
        [helper.make_tensor_value_info("mask", tensor.FLOAT, [1, outputs, 320, 320])],
        [onnx.numpy_helper.from_array(weights, "weight")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    path.write_bytes(model.SerializeToString())
    return path


@pytest.fixture
def red_disc() -> tuple[np.ndarray, np.ndarray]:
    truth = disc(120, 200, (110, 60), 40)
    return photo_of(truth), truth


@compiles
def test_a_custom_model_runs_in_rembgs_own_session_built_once(tmp_path, red_disc, monkeypatch) -> None:
    rembg = pytest.importorskip("rembg")
    built = []
    real = rembg.new_session
    monkeypatch.setattr(rembg, "new_session", lambda *a, **k: built.append(a) or real(*a, **k))
    image, truth = red_disc
    matting = RembgMatting(model_path=redness_model(tmp_path / "red.onnx"))
    assert not built, "nothing is loaded before it is needed"
    for _ in range(3):
        mask = matting.mask(image)
        assert mask.shape == truth.shape
        assert mask.dtype == np.float32
        assert iou(mask, truth) > 0.97
    assert built == [("u2net_custom",)]


def test_rgb_is_asked_for(red_disc) -> None:
    image, _ = red_disc
    for wrong in (image[..., 0], np.dstack([image, image[..., 0]]), image.astype(np.float32)):
        with pytest.raises(ValueError, match="uint8 image is needed"):
            RembgMatting().mask(wrong)


@compiles
def test_stacked_masks_are_joined(monkeypatch, red_disc) -> None:
    rembg = pytest.importorskip("rembg")
    from PIL import Image

    image, truth = red_disc
    upper, lower = truth.copy(), truth.copy()
    upper[60:], lower[:60] = 0, 0
    stacked = Image.fromarray((np.concatenate([upper, lower, truth * 0]) * 255).astype(np.uint8))
    matting = RembgMatting("u2net_cloth_seg")
    matting._session = object()
    monkeypatch.setattr(rembg, "remove", lambda *a, **k: stacked.convert("RGBA"))
    assert (matting.mask(image) == truth).all()


@compiles
def test_without_a_network_it_says_so(monkeypatch, red_disc) -> None:
    pytest.importorskip("rembg")
    import pooch

    def no_network(*_args: object, **_options: object) -> str:
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr(pooch, "retrieve", no_network)
    with pytest.raises(EnvironmentProblem, match=r"“u2netp” are not on this machine.*Connect") as caught:
        RembgMatting("u2netp").mask(red_disc[0])
    assert caught.value.remedy.startswith("Connect")


@compiles
def test_unknown_remote_and_unfit_models_are_refused(tmp_path, red_disc) -> None:
    pytest.importorskip("rembg")
    image = red_disc[0]
    with pytest.raises(UserError, match=r"no model “u3net”.*u2netp"):
        RembgMatting("u3net").mask(image)
    with pytest.raises(UserError, match="no model “atlascloud”"):
        RembgMatting("atlascloud").mask(image)
    with pytest.raises(UserError, match="needs a model file"):
        RembgMatting("u2net_custom").mask(image)
    with pytest.raises(UserError, match="is not there"):
        RembgMatting(model_path=tmp_path / "gone.onnx").mask(image)
    (tmp_path / "bad.onnx").write_bytes(b"no model")
    with pytest.raises(UserError, match="not a matting model"):
        RembgMatting(model_path=tmp_path / "bad.onnx").mask(image)


def test_a_missing_package_says_how_to_get_it(monkeypatch, red_disc) -> None:
    monkeypatch.setitem(sys.modules, "rembg", None)
    with pytest.raises(EnvironmentProblem, match="pip install rembg"):
        RembgMatting().mask(red_disc[0])
