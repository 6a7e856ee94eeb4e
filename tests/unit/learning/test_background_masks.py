from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.errors import Cancelled, EnvironmentProblem
from fashion_studio.domain.vocabulary import Vocabulary
from fashion_studio.learning import method_run
from fashion_studio.learning.background_masks import MASKS, make_masks, mask_path
from fashion_studio.learning.method_recipe import parse_method_recipe
from fashion_studio.learning.photo_batches import photo_views
from fashion_studio.learning.run_folder import TrainingChoice, freeze_run
from fashion_studio.zoo.bundle import read_manifest
from tests.unit.learning.method_runs import HEADS_RECIPE, Told, rendered_list


class LeftHalf:
    """A matting that takes the left half for the garment and counts its calls."""

    def __init__(self) -> None:
        self.calls = 0

    def mask(self, image: np.ndarray) -> np.ndarray:
        self.calls += 1
        mask = np.zeros(image.shape[:2], np.float32)
        mask[:, : image.shape[1] // 2] = 1.0
        return mask


def white_photos(folder: Path, count: int) -> list[DataListPhoto]:
    photos = []
    for number in range(count):
        cv2.imwrite(str(folder / f"{number}.png"), np.full((700, 600, 3), 255, np.uint8))
        photos.append(DataListPhoto(file=f"{number}.png", sha256=f"{number:064d}", width=600, height=700))
    return photos


def made(photos: list[DataListPhoto], root: Path, matting: LeftHalf, **more) -> int:
    wanted = {"on_progress": lambda *_: None, "should_stop": lambda: False} | more
    return make_masks(photos, root, root / MASKS, matting, **wanted)


def test_a_mask_is_made_once_and_no_larger_than_needed(tmp_path: Path) -> None:
    photos, matting, seen = white_photos(tmp_path, 3), LeftHalf(), []
    assert made(photos, tmp_path, matting, on_progress=lambda *at: seen.append(at)) == 3
    assert seen == [(0, 3), (1, 3), (2, 3)]
    mask = cv2.imread(str(mask_path(tmp_path / MASKS, photos[0])), cv2.IMREAD_GRAYSCALE)
    assert mask is not None
    assert max(mask.shape) == 512
    assert (mask[0, 0], mask[0, -1]) == (255, 0)
    assert made(photos, tmp_path, matting) == 0
    assert matting.calls == 3


def test_a_photo_that_cannot_be_read_is_left_out_and_a_stop_keeps_what_is_done(tmp_path: Path) -> None:
    photos = white_photos(tmp_path, 3)
    (tmp_path / "0.png").write_bytes(b"no picture")
    stops = iter((False, False, True))
    with pytest.raises(Cancelled):
        made(photos, tmp_path, LeftHalf(), should_stop=lambda: next(stops))
    assert [mask_path(tmp_path / MASKS, photo).is_file() for photo in photos] == [False, True, False]
    assert made(photos, tmp_path, LeftHalf()) == 1


def test_a_disk_that_takes_no_masks_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / MASKS).write_text("in the way")
    with pytest.raises(EnvironmentProblem, match="masks cannot be written"):
        made(white_photos(tmp_path, 1), tmp_path, LeftHalf())


REMOVED = HEADS_RECIPE.replace("side_px = 32", 'side_px = 32\nbackground = "removed"').replace(
    "epochs = 3", "epochs = 1"
)


def test_a_run_trains_on_garments_without_their_background_and_says_so_in_its_model(
    tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = rendered_list(tmp_path / "photos", studio)
    recipe = parse_method_recipe(REMOVED)
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(recipe, device="cpu"))
    matting = LeftHalf()
    monkeypatch.setattr(method_run, "matting_named", lambda _name: matting)
    result = method_run.run_method(frozen, Told().voice())
    photos = [photo for photo in frozen.photos() if photo.split == "train"]
    assert matting.calls == len(list(frozen.photos()))
    form = read_manifest(result.bundle).preprocessing
    assert (form.background, form.matting) == ("removed", "u2net")
    views = photo_views(photos, frozen.root, recipe, studio, training=False, masks=frozen.run_dir / MASKS)
    square = views[(0, 0)].squares
    assert int(square[:, 20:].max()) == 0
    assert int(square[:, :12].max()) > 0


def test_without_the_mattings_weights_the_run_says_so_instead_of_training_on_raw_photos(
    tmp_path: Path, studio: Vocabulary, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Missing(LeftHalf):
        def mask(self, image: np.ndarray) -> np.ndarray:
            raise EnvironmentProblem("The weights of the matting model “u2net” are not on this machine.")

    data = rendered_list(tmp_path / "photos", studio)
    frozen = freeze_run(tmp_path / "run", data, TrainingChoice(parse_method_recipe(REMOVED), device="cpu"))
    monkeypatch.setattr(method_run, "matting_named", lambda _name: Missing())
    with pytest.raises(EnvironmentProblem, match="not on this machine"):
        method_run.run_method(frozen, Told().voice())
