from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.learning.style.adain_recipe import AdaInRecipe, EncoderPlan
from fashion_studio.learning.style.pictures import Pictures, centre_square, load_pictures

RECIPE = AdaInRecipe("t", "T", EncoderPlan("vgg"), side_px=32, loaded_px=40, renderings=2, batch_size=3)


def files(folder: Path, count: int) -> list[Path]:
    folder.mkdir()
    for number in range(count):
        Image.new("RGB", (50, 60), (number * 9, 90, 200)).save(folder / f"{number:02d}.png")
    return sorted(folder.iterdir())


def load(photos: list[Path], styles: list[Path], recipe: AdaInRecipe = RECIPE) -> Pictures:
    return load_pictures(photos, styles, recipe, 3, on_progress=lambda *_: None, should_stop=lambda: False)


def test_photos_renderings_and_cloth_are_read_and_some_photos_held_back(tmp_path: Path) -> None:
    photos, styles = files(tmp_path / "a", 20), files(tmp_path / "b", 2)
    (tmp_path / "a" / "broken.png").write_bytes(b"no picture")
    found = load([*photos, tmp_path / "a" / "broken.png"], styles)
    assert found.contents.shape == (18 + 2, 40, 40, 3)  # two photos held back, two renderings beside
    assert found.styles.shape == (2 + 18 + 2, 40, 40, 3)
    held = {tuple(square[0, 0]) for square in found.held}
    assert len(held) == 2
    assert not held & {tuple(square[0, 0]) for square in found.contents[:18]}


def test_a_batch_follows_from_its_seed(tmp_path: Path) -> None:
    found = load(files(tmp_path / "a", 12), [])
    one, again, other = found.batch(5, RECIPE), found.batch(5, RECIPE), found.batch(6, RECIPE)
    assert all(np.array_equal(a, b) for a, b in zip(one, again, strict=True))
    assert not np.array_equal(one[0], other[0])
    assert one[0].shape == one[1].shape == (3, 3, 32, 32)
    assert float(one[2].min()) == 1.0  # the paper's α


def test_the_middle_is_cut_out_without_changing_the_aspect() -> None:
    image = np.zeros((20, 60, 3), np.uint8)
    image[:, 20:40] = 255
    assert centre_square(image, 10).min() == 255


def test_too_few_pictures_and_a_wish_to_end(tmp_path: Path) -> None:
    from dataclasses import replace

    with pytest.raises(UserError, match="Name a folder of photos"):
        load(files(tmp_path / "a", 1), [], replace(RECIPE, renderings=0))
    with pytest.raises(Cancelled):
        load_pictures([], [], RECIPE, 0, on_progress=lambda *_: None, should_stop=lambda: True)
