from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from probed_photos import RedMatting, photo_of, write_garment

from fashion_studio.imaging.decode import decode
from fashion_studio.probing.asking import Asking
from fashion_studio.probing.conflict_making import ConflictMaking, MadePicture
from fashion_studio.probing.conflicts import ConflictPicture
from fashion_studio.probing.cue_names import CueName
from fashion_studio.probing.mattes import Mattes
from fashion_studio.probing.records import (
    ConflictSource,
    ConflictSpec,
    CueClass,
    ProbePhoto,
    ProbeSpec,
    Skipped,
    Subject,
)

WHOLE = ProbeSpec((Subject("one", "m"),), side_px=96)
CLASSES = {
    "pants": CueClass("pants", {"category": "pants"}, {"fabric": "denim"}),
    "shirt": CueClass("shirt", {"category": "shirt"}, {"fabric": "cotton"}),
}


class BlueStyler:
    def stylise(self, image: np.ndarray, style: np.ndarray, *, alpha: float = 1.0) -> np.ndarray:
        assert style.shape[2] == 3
        return np.full_like(image, (0, 0, round(250 * alpha)))


@pytest.fixture
def photos(tmp_path: Path) -> dict[str, ProbePhoto]:
    files = [
        write_garment(tmp_path / "tall.png", wide=False, shade=140),
        write_garment(tmp_path / "wide.png", wide=True, shade=240),
        write_garment(tmp_path / "bare.png", wide=True, garment=False),
    ]
    return {path.stem: photo_of(path) for path in files}


def making_of(
    tmp_path: Path, spec: ConflictSpec, photos: dict[str, ProbePhoto], *, styler: object = None
) -> ConflictMaking:
    mattes = Mattes(tmp_path / "mattes", RedMatting())
    asking = Asking(WHOLE, [None], mattes, styler, list(photos.values()), tmp_path)  # type: ignore[arg-type]
    return ConflictMaking(spec, CLASSES, photos, asking, tmp_path / "conflict", 96)


def picture(shape: str, texture: str) -> ConflictPicture:
    return ConflictPicture(CueName("pants", 1, "shirt", 2), shape, texture, 7)


def test_fabric_fills_the_silhouette_with_the_others_cloth(
    tmp_path: Path, photos: dict[str, ProbePhoto]
) -> None:
    made = making_of(tmp_path, ConflictSpec(ConflictSource.FABRIC), photos).make(picture("tall", "wide"))
    assert isinstance(made, MadePicture)
    own = decode(Path(photos["tall"].path))
    inside = np.zeros((96, 72), bool)
    inside[10:86, 26:46] = True
    assert made.image[inside][:, 0].max() == 240  # the bright cloth of the wide one
    assert made.image[inside][:, 0].min() >= 118
    outside = np.ones((96, 72), bool)
    outside[6:90, 22:50] = False
    assert np.array_equal(made.image[outside], own[outside])
    assert np.array_equal(decode(tmp_path / "conflict" / "pants1-shirt2.png"), made.image)


def test_style_is_the_whole_picture_or_the_garment_alone(
    tmp_path: Path, photos: dict[str, ProbePhoto]
) -> None:
    spec = ConflictSpec(ConflictSource.STYLE, alpha=0.8)
    whole = making_of(tmp_path, spec, photos, styler=BlueStyler()).make(picture("tall", "wide"))
    assert isinstance(whole, MadePicture)
    assert (whole.image == (0, 0, 200)).all()
    alone = making_of(tmp_path, replace(spec, same_silhouette=True), photos, styler=BlueStyler()).make(
        picture("tall", "wide")
    )
    assert isinstance(alone, MadePicture)
    assert (alone.image[40, 36] == (0, 0, 200)).all()
    assert alone.image[2, 2, 1] > 100


def test_what_cannot_be_made_is_left_out_with_a_reason(tmp_path: Path, photos: dict[str, ProbePhoto]) -> None:
    fabric = making_of(tmp_path, ConflictSpec(ConflictSource.FABRIC), photos)
    bare = fabric.make(picture("tall", "bare"))
    assert isinstance(bare, Skipped)
    assert bare.what == "pants1-shirt2.png"
    assert "No garment was found" in bare.reason
    Path(photos["wide"].path).unlink()
    assert isinstance(fabric.make(picture("tall", "wide")), Skipped)
    styled = making_of(tmp_path, ConflictSpec(ConflictSource.STYLE), photos).make(picture("tall", "bare"))
    assert isinstance(styled, Skipped)
    assert "no weights for style transfer" in styled.reason


def test_the_renderers_picture_comes_with_its_truth(tmp_path: Path) -> None:
    made = making_of(tmp_path, ConflictSpec(ConflictSource.RENDERER), {}).make(picture("", ""))
    assert isinstance(made, MadePicture)
    assert made.image.shape == (96, 72, 3)
    assert (made.truth["category"], made.truth["fabric"]) == ("pants", "cotton")
    strange = making_of(tmp_path, ConflictSpec(ConflictSource.RENDERER, texture_attributes=("style",)), {})
    refused = strange.make(picture("", ""))
    assert isinstance(refused, Skipped)
    assert "does not draw the attribute “style”" in refused.reason


def test_a_folders_pictures_are_loaded_as_they_are(tmp_path: Path) -> None:
    write_garment(tmp_path / "set" / "sub" / "pants1-shirt1.png", wide=True)
    spec = ConflictSpec(ConflictSource.FOLDER, folder=str(tmp_path / "set"))
    making = making_of(tmp_path, spec, {})
    loaded = making.load("sub/pants1-shirt1.png")
    assert isinstance(loaded, MadePicture)
    assert loaded.image.shape == (96, 72, 3)
    assert isinstance(making.load("sub/none1-shirt1.png"), Skipped)
