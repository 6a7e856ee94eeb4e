from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from probed_photos import BrightnessSubject, RedMatting, photo_of, write_garment

from fashion_studio.imaging.decode import decode
from fashion_studio.probing.asking import Asking, seeded
from fashion_studio.probing.mattes import Mattes
from fashion_studio.probing.records import (
    Backdrop,
    PhotoResult,
    ProbePhoto,
    ProbeSpec,
    Skipped,
    Subject,
    VariantKind,
)

SPEC = ProbeSpec((Subject("one", "m"), Subject("two", "m")), side_px=96, picture_px=48)


class PaintStyler:
    """Lays a flat colour over everything."""

    def draw(self, generator: np.random.Generator, *, but: Path | None = None) -> Path | None:
        assert but is not None
        return Path("style.png") if generator.random() >= 0 else None

    def stylise(self, image: np.ndarray, style: Path, *, alpha: float = 1.0) -> np.ndarray:
        return np.full_like(image, 90)


@pytest.fixture
def photos(tmp_path: Path) -> list[ProbePhoto]:
    places = [
        write_garment(tmp_path / "photos" / f"{n}.png", wide=bool(n % 2), shade=150 + n) for n in range(3)
    ]
    return [photo_of(path) for path in places]


def asking_of(
    tmp_path: Path,
    photos: list[ProbePhoto],
    *,
    spec: ProbeSpec = SPEC,
    subjects: object = None,
    styler: object = None,
) -> Asking:
    own = [BrightnessSubject(0), BrightnessSubject(1, 90.0)] if subjects is None else subjects
    return Asking(spec, own, Mattes(tmp_path / "mattes", RedMatting()), styler, photos, tmp_path / "run")  # type: ignore[arg-type]


def test_a_photo_is_asked_about_in_every_form_and_all_is_written(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    result = asking_of(tmp_path, photos, styler=PaintStyler()).ask_photo(photos[0])
    assert isinstance(result, PhotoResult)
    assert [each.name for each in result.variants] == [kind.value for kind in VariantKind]
    assert [each.name for each in result.backgrounds] == ["on-grey", "on-black", "on-white", "on-photo"]
    assert (result.width_px, result.height_px, result.notes) == (72, 96, ())
    white = result.backgrounds[2]
    assert [said["category"].value for said in white.decisions if said] == ["shirt", "shirt"]
    black = result.backgrounds[1]
    assert [said["category"].value for said in black.decisions if said] == ["pants", "pants"]
    folder = tmp_path / "run" / "pictures" / photos[0].key
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"{each.name}.jpg" for each in (*result.variants, *result.backgrounds)
    )
    assert max(decode(folder / "edges.jpg").shape) == 48
    with np.load(tmp_path / "run" / "cams" / f"{photos[0].key}-1.npz") as planes:
        assert planes["category"].shape == (8, 12, 9)


def test_the_same_seed_makes_the_same_pictures_and_another_others(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    shown = {}
    for name, seed in (("a", 0), ("b", 0), ("c", 1)):
        subject = BrightnessSubject()
        asking_of(tmp_path / name, photos, spec=replace(SPEC, seed=seed), subjects=[subject, None]).ask_photo(
            photos[1]
        )
        shown[name] = subject.pictures
    assert all(np.array_equal(one, other) for one, other in zip(shown["a"], shown["b"], strict=True))
    assert not all(np.array_equal(one, other) for one, other in zip(shown["a"], shown["c"], strict=True))


def test_a_photo_without_a_garment_says_so_and_the_rest_goes_on(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    bare = photo_of(write_garment(tmp_path / "bare.png", wide=True, garment=False))
    result = asking_of(tmp_path, [*photos, bare]).ask_photo(bare)
    assert isinstance(result, PhotoResult)
    assert [each.name for each in result.variants] == ["original", "grey", "edges", "shuffled", "blurred"]
    assert result.backgrounds == ()
    assert result.notes == ("No garment was found; silhouette, texture and other backgrounds were left out.",)


def test_the_original_is_asked_even_where_it_is_not_wanted(tmp_path: Path, photos: list[ProbePhoto]) -> None:
    spec = replace(SPEC, variants=(), backdrops=(Backdrop.GREY,))
    result = asking_of(tmp_path, photos, spec=spec).ask_photo(photos[0])
    assert isinstance(result, PhotoResult)
    assert [each.name for each in (*result.variants, *result.backgrounds)] == ["original", "on-grey"]


def test_a_subject_that_cannot_be_asked_leaves_its_place_empty(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    result = asking_of(tmp_path, photos, subjects=[None, BrightnessSubject(1)]).ask_photo(photos[0])
    assert isinstance(result, PhotoResult)
    assert all(each.decisions[0] is None and each.decisions[1] for each in result.variants)
    assert not (tmp_path / "run" / "cams" / f"{photos[0].key}-0.npz").exists()


def test_damaged_missing_and_changed_photos_are_left_out_with_a_reason(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    asking = asking_of(tmp_path, photos)
    Path(photos[0].path).write_bytes(b"no photo")
    changed = asking.ask_photo(photos[0])
    assert isinstance(changed, Skipped)
    assert "it has changed since the probe began" in changed.reason
    damaged = asking.ask_photo(photo_of(Path(photos[0].path)))
    assert isinstance(damaged, Skipped)
    Path(photos[1].path).unlink()
    assert isinstance(asking.ask_photo(photos[1]), Skipped)
    # What is gone lends no background either, and nothing falls over it.
    alone = asking.ask_photo(photos[2])
    assert isinstance(alone, PhotoResult)
    assert "There is no other photo to take a background from." in alone.notes


def test_the_background_of_another_photo_has_no_garment_of_its_own(
    tmp_path: Path, photos: list[ProbePhoto]
) -> None:
    subject = BrightnessSubject()
    spec = replace(SPEC, variants=(VariantKind.ORIGINAL,), backdrops=(Backdrop.PHOTO,))
    asking_of(tmp_path, photos, spec=spec, subjects=[subject, None]).ask_photo(photos[0])
    _, changed = subject.pictures
    tall = np.zeros((96, 72), bool)
    tall[8:88, 24:48] = True
    assert (changed[tall][:, 0] > 60).mean() > 0.9
    assert (changed[~tall][:, 0] < 60).mean() > 0.98


def test_a_picture_with_two_cues_is_asked_of_who_knows_both(tmp_path: Path, photos: list[ProbePhoto]) -> None:
    stranger = BrightnessSubject(1, values=("cat", "dog"))
    asking = asking_of(tmp_path, photos, subjects=[BrightnessSubject(), stranger])
    image = np.full((40, 30, 3), 200, np.uint8)
    result = asking.ask_conflict(
        "shirt1-pants1.png", ("shirt", "pants"), image, "category", {"fabric": "denim"}
    )
    assert result.decisions[0] is not None
    assert result.decisions[0].value == "shirt"
    assert result.decisions[1] is None
    assert result.truth == {"fabric": "denim"}


def test_chance_is_by_name() -> None:
    assert seeded(1, "a", "grey").random() == seeded(1, "a", "grey").random()
    draws = {
        seeded(1, "a", "grey").random(),
        seeded(1, "a", "edges").random(),
        seeded(2, "a", "grey").random(),
    }
    assert len(draws) == 3


def test_pictures_are_written_whole_or_not_at_all(tmp_path: Path, photos: list[ProbePhoto]) -> None:
    asking_of(tmp_path, photos).ask_photo(photos[0])
    assert not [path for path in (tmp_path / "run").rglob("*") if ".part" in path.name]
    Image.open(tmp_path / "run" / "pictures" / photos[0].key / "original.jpg").verify()
