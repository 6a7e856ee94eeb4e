from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image

from fashion_studio.domain.data_list import DataListPhoto
from fashion_studio.domain.errors import Cancelled, UserError
from fashion_studio.imaging.decode import decode
from fashion_studio.learning.style.copies import (
    AdaInStylist,
    ClothStylist,
    Making,
    StylisedCopies,
    copy_path,
    in_cloth,
    make_copies,
)
from fashion_studio.learning.style.plan import Stylising
from fashion_studio.rendering.render import render_seed
from fashion_studio.zoo.adain import AdaIn, AdaInSpec
from fashion_studio.zoo.style_encoders import EncoderSpec

PHOTO = DataListPhoto(
    file="a.png",
    width=60,
    height=80,
    sha256="ab" * 32,
    labels={"category": "dress", "fabric": "denim", "colors": ("blue",)},
    unknown={"colors": ("red",)},
)


class Inverted:
    """Stands for a stylist: what it made can be told from the photo, and from which lot."""

    def __init__(self) -> None:
        self.lots: list[int] = []

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        self.lots.append(seed)
        return None if photo.file == "none.png" else np.asarray(255 - image, np.uint8)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for name in ("a.png", "none.png"):
        Image.new("RGB", (60, 80), (200, 40, 40)).save(tmp_path / name)
    return tmp_path


def make(root: Path, stylist: Inverted, photos: list[DataListPhoto], stop: bool = False) -> tuple[int, int]:
    making = Making(stylist, copies=2, seed=7, side_px=40)

    def read(photo: DataListPhoto) -> NDArray[np.uint8]:
        return decode(root / photo.file, max_side_px=40)

    return make_copies(
        photos, read, root / "stylised", making, on_progress=lambda *_: None, should_stop=lambda: stop
    )


def test_copies_are_made_once_and_in_the_asked_size(root: Path) -> None:
    stylist = Inverted()
    assert make(root, stylist, [PHOTO]) == (2, 0)
    assert make(root, stylist, [PHOTO]) == (0, 0)
    with Image.open(copy_path(root / "stylised", PHOTO, 1)) as image:
        assert image.size == (30, 40)
    assert len(set(stylist.lots)) == 2  # each copy in a style of its own
    again = Inverted()
    (root / "stylised").rename(root / "before")
    make(root, again, [PHOTO])
    assert again.lots == stylist.lots  # that follows from seed and photo


def test_what_cannot_be_stylised_is_counted(root: Path) -> None:
    from dataclasses import replace

    strangers = [
        replace(PHOTO, file="none.png", sha256="0" * 64),
        replace(PHOTO, file="gone.png", sha256="1" * 64),
    ]
    assert make(root, Inverted(), [PHOTO, *strangers]) == (2, 4)
    with pytest.raises(Cancelled):
        make(root, Inverted(), [replace(PHOTO, sha256="2" * 64)], stop=True)


def test_views_are_drawn_by_share_and_forget_the_labels_of_the_surface(root: Path) -> None:
    make(root, Inverted(), [PHOTO])
    half = StylisedCopies(root / "stylised", Stylising(share=0.5, copies=2), 0.5)
    drawn = [half.drawn(PHOTO, seed) for seed in range(200)]
    assert 70 < sum(view is not None for view in drawn) < 130
    assert [view is None for view in drawn] == [half.drawn(PHOTO, seed) is None for seed in range(200)]
    image, photo = next(view for view in drawn if view is not None)
    assert image.shape == (40, 30, 3)
    assert tuple(image[20, 15]) == pytest.approx((55, 215, 215), abs=3)  # RGB, not BGR
    assert photo.labels == {"category": "dress"}
    assert photo.unknown == {}
    assert (photo.landmarks, photo.box, photo.width) == (PHOTO.landmarks, PHOTO.box, PHOTO.width)
    never, always = (StylisedCopies(root / "stylised", Stylising(copies=2), share) for share in (0.0, 1.0))
    assert all(never.drawn(PHOTO, seed) is None for seed in range(20))
    assert all(always.drawn(PHOTO, seed) is not None for seed in range(20))


def test_a_photo_without_a_copy_is_seen_as_it_is(tmp_path: Path) -> None:
    assert StylisedCopies(tmp_path, Stylising(), 1.0).drawn(PHOTO, 1) is None


def test_style_transfer_takes_its_styles_from_a_folder_or_from_cloth(tmp_path: Path) -> None:
    torch.manual_seed(0)
    network = AdaIn(AdaInSpec(EncoderSpec(blocks=((4,), (6,))), ((4,), (3,))))
    image = render_seed(1, width_px=60, height_px=80).image
    for number, color in enumerate(((250, 0, 0), (0, 0, 250))):
        noise = np.random.default_rng(number).integers(0, 60, (40, 40, 3))
        Image.fromarray(np.clip(noise + np.array(color), 0, 255).astype(np.uint8)).save(
            tmp_path / f"{number}.png"
        )
    styles = sorted(tmp_path.glob("*.png"))
    stylist = AdaInStylist(network, styles, 1.0)
    made = [stylist.stylised(image, PHOTO, seed) for seed in (0, 2, 1)]
    assert all(one is not None and one.shape == image.shape for one in made)
    assert np.array_equal(made[0], made[1])  # both drew the first of two
    assert not np.array_equal(made[0], made[2])
    cloth = AdaInStylist(network, [], 1.0).stylised(image, PHOTO, 3)
    assert cloth is not None
    assert not np.array_equal(cloth, image)
    (tmp_path / "0.png").write_bytes(b"no picture")
    with pytest.raises(UserError, match=r"0\.png cannot be read"):
        AdaInStylist(network, styles, 1.0).stylised(image, PHOTO, 0)


def test_cloth_fills_the_garment_and_leaves_the_rest(root: Path) -> None:
    rendering = render_seed(3, width_px=96, height_px=128)
    mask = np.rint(rendering.mask * 255).astype(np.uint8)
    made = ClothStylist(lambda _: mask).stylised(rendering.image, PHOTO, 5)
    assert made is not None
    outside, inside = mask == 0, mask == 255
    assert np.array_equal(made[outside], rendering.image[outside])
    assert (np.abs(made[inside].astype(int) - rendering.image[inside]).max(1) > 8).mean() > 0.5
    assert ClothStylist(lambda _: None).stylised(rendering.image, PHOTO, 5) is None
    assert ClothStylist(lambda _: np.zeros_like(mask)).stylised(rendering.image, PHOTO, 5) is None


def test_cloth_lies_in_the_photos_own_light() -> None:
    image = np.zeros((80, 80, 3), np.uint8)
    image[:, :40], image[:, 40:] = 60, 180
    mask = np.full((80, 80), 255, np.uint8)
    made = in_cloth(image, mask, np.full((32, 32, 3), 100, np.uint8), 0)
    assert made[:, :20].mean() < 0.7 * made[:, 60:].mean()
