"""One photo through all variants, backgrounds and subjects; one picture with two cues likewise."""

from __future__ import annotations

import threading
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.errors import PhotoError
from fashion_studio.imaging.decode import content_hash, load_photo
from fashion_studio.imaging.letterbox import resize
from fashion_studio.probing.backgrounds import FILLS, background_alone, background_name, with_background
from fashion_studio.probing.records import (
    Backdrop,
    ConflictResult,
    PhotoResult,
    Skipped,
    VariantKind,
    VariantResult,
)
from fashion_studio.probing.variants import has_garment, make_variant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.probing.mattes import Matte, Mattes
    from fashion_studio.probing.records import Decision, ProbePhoto, ProbeSpec
    from fashion_studio.probing.styles import Styler
    from fashion_studio.probing.subjects import Asked, AskedSubject

__all__ = ["Asking", "Picture", "probed_image", "seeded", "write_picture"]

_JPEG_QUALITY: Final = 85
_DONORS: Final = 16
_NO_GARMENT: Final = "No garment was found; silhouette, texture and other backgrounds were left out."
_TOO_SMALL: Final = "The garment is too small for patches of its texture."
_NO_STYLE: Final = "There is no other picture to take a style from."


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as it is probed: (H, W, 3) uint8 RGB and its matte."""

    image: NDArray[np.uint8]
    matte: Matte


def seeded(seed: int, *names: str) -> np.random.Generator:
    """Chance for one purpose on one photo: the same for the same seed and names, whatever else is done."""
    return np.random.default_rng((seed & 0xFFFFFFFF, *(zlib.crc32(name.encode()) for name in names)))


def probed_image(photo: ProbePhoto, side_px: int) -> NDArray[np.uint8]:
    """The upright photo, long side at most `side_px`.

    Raises:
        PhotoError: it cannot be read, or has changed since it was frozen.
    """
    path = Path(photo.path)
    if content_hash(path) != photo.key:
        raise PhotoError(path, "it has changed since the probe began")
    return load_photo(path, max_side_px=side_px).image


def write_picture(path: Path, image: NDArray[np.uint8], side_px: int) -> None:
    """Writes a picture (JPEG or PNG by its suffix), long side at most `side_px`.

    Raises:
        OSError: the disk does not take it.
    """
    height, width = image.shape[:2]
    scale = min(1.0, side_px / max(height, width))
    small = resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    options = [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY] if path.suffix == ".jpg" else []
    encoded = cv2.imencode(path.suffix, cv2.cvtColor(small, cv2.COLOR_RGB2BGR), options)[1]
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.part")
    encoded.tofile(partial)
    partial.replace(path)


class Asking:
    """Asks all subjects about photos and pictures. Safe from several threads.

    Attributes:
        styler: None where styles cannot be transferred.
    """

    def __init__(
        self,
        spec: ProbeSpec,
        subjects: Sequence[AskedSubject | None],
        mattes: Mattes,
        styler: Styler | None,
        photos: Sequence[ProbePhoto],
        run_dir: Path,
    ) -> None:
        """Nothing is read yet.

        Args:
            spec: what is asked.
            subjects: in the specification's order; None for one that cannot be asked.
            mattes: masks.
            styler: None leaves the stylised variant out.
            photos: all of the probe, whose backgrounds are lent to each other.
            run_dir: where pictures and maps go.
        """
        self._spec = spec
        self._subjects = list(subjects)
        self._mattes = mattes
        self.styler = styler
        self._photos = list(photos)
        self._run_dir = run_dir
        self._donors: dict[str, NDArray[np.uint8] | None] = {}
        self._lock = threading.Lock()

    def picture(self, photo: ProbePhoto) -> Picture:
        """The photo with its matte.

        Raises:
            PhotoError: it cannot be read.
        """
        image = probed_image(photo, self._spec.side_px)
        return Picture(image, self._mattes.of(photo.key, image))

    def ask_photo(self, photo: ProbePhoto) -> PhotoResult | Skipped:
        """Makes all variants, writes their pictures and maps, and returns what every subject decided.

        Raises:
            OSError: the disk does not take them.
        """
        try:
            picture = self.picture(photo)
        except PhotoError as error:
            return Skipped(photo.path, str(error))
        notes: list[str] = []
        variants = self._variants(photo, picture, notes)
        backgrounds = self._backgrounds(photo, picture, notes)
        shown = {**variants, **backgrounds}
        asked = self._ask(list(shown.values()), with_maps=True)
        for name, image in shown.items():
            write_picture(
                self._run_dir / "pictures" / photo.key / f"{name}.jpg", image, self._spec.picture_px
            )
        self._write_cams(photo.key, asked, len(variants))
        results = [
            VariantResult(name, tuple(None if each is None else each[place].decisions for each in asked))
            for place, name in enumerate(shown)
        ]
        height_px, width_px = picture.image.shape[:2]
        return PhotoResult(
            photo.key,
            tuple(results[: len(variants)]),
            tuple(results[len(variants) :]),
            tuple(notes),
            width_px,
            height_px,
        )

    def ask_conflict(
        self,
        file: str,
        cues: tuple[str, str],
        image: NDArray[np.uint8],
        attribute: str,
        truth: Mapping[str, str],
    ) -> ConflictResult:
        """What every subject decides on one picture; None for one that does not know both its classes."""
        wanted = [
            index
            for index, subject in enumerate(self._subjects)
            if subject is not None and {*cues} <= {*subject.note.attributes.get(attribute, ())}
        ]
        decisions: list[Decision | None] = [None] * len(self._subjects)
        for index in wanted:
            subject = self._subjects[index]
            if subject is not None:
                decisions[index] = subject.ask([image], with_maps=False)[0].decisions[attribute]
        return ConflictResult(file, *cues, tuple(decisions), truth)

    def _variants(
        self, photo: ProbePhoto, picture: Picture, notes: list[str]
    ) -> dict[str, NDArray[np.uint8]]:
        garment = has_garment(picture.matte.mask)
        if not garment:
            notes.append(_NO_GARMENT)
        found = {VariantKind.ORIGINAL.value: picture.image}
        for kind in self._spec.variants:
            if kind is VariantKind.ORIGINAL or (kind.needs_mask and not garment):
                continue
            generator = seeded(self._spec.seed, photo.key, kind.value)
            if kind is VariantKind.STYLISED:
                made = self._stylised(photo, picture.image, generator, notes)
            else:
                made = make_variant(kind, picture.image, picture.matte.mask, generator)
                if made is None:
                    notes.append(_TOO_SMALL)
            if made is not None:
                found[kind.value] = made
        return found

    def _stylised(
        self, photo: ProbePhoto, image: NDArray[np.uint8], generator: np.random.Generator, notes: list[str]
    ) -> NDArray[np.uint8] | None:
        if self.styler is None:
            return None
        style = self.styler.draw(generator, but=Path(photo.path))
        if style is None:
            notes.append(_NO_STYLE)
            return None
        try:
            return self.styler.stylise(image, style)
        except PhotoError as error:
            notes.append(f"The style could not be read: {error}.")
            return None

    def _backgrounds(
        self, photo: ProbePhoto, picture: Picture, notes: list[str]
    ) -> dict[str, NDArray[np.uint8]]:
        if not self._spec.backdrops or not has_garment(picture.matte.mask):
            return {}
        found = {}
        for backdrop in self._spec.backdrops:
            behind: Any = FILLS.get(backdrop)
            if backdrop is Backdrop.PHOTO:
                behind = self._background_of_another(photo)
                if behind is None:
                    notes.append("There is no other photo to take a background from.")
                    continue
            found[background_name(backdrop)] = with_background(picture.image, picture.matte.mask, behind)
        return found

    def _background_of_another(self, photo: ProbePhoto) -> NDArray[np.uint8] | None:
        """One of a few photos' backgrounds: drawn for each photo, made once."""
        order = seeded(self._spec.seed, "donors").permutation(len(self._photos))
        donors = [self._photos[place] for place in order[: _DONORS + 1]]
        others = [each for each in donors if each.key != photo.key]
        generator = seeded(self._spec.seed, photo.key, "background")
        for place in generator.permutation(len(others)):
            behind = self._donated(others[place])
            if behind is not None:
                return behind
        return None

    def _donated(self, donor: ProbePhoto) -> NDArray[np.uint8] | None:
        with self._lock:
            if donor.key in self._donors:
                return self._donors[donor.key]
        try:
            picture = self.picture(donor)
            made = background_alone(picture.image, picture.matte.mask)
        except PhotoError:
            made = None  # it is told when its own turn comes
        with self._lock:
            return self._donors.setdefault(donor.key, made)

    def _ask(self, images: Sequence[NDArray[np.uint8]], *, with_maps: bool) -> list[list[Asked] | None]:
        return [
            None if subject is None else subject.ask(images, with_maps=with_maps)
            for subject in self._subjects
        ]

    def _write_cams(self, key: str, asked: Sequence[list[Asked] | None], count: int) -> None:
        folder = self._run_dir / "cams"
        folder.mkdir(parents=True, exist_ok=True)
        for index, each in enumerate(asked):
            if each is None or not each[0].cams:
                continue
            planes: dict[str, Any] = {
                name: np.stack([one.cams[name] for one in each[:count]]) for name in each[0].cams
            }
            partial = folder / f".{key}-{index}.part.npz"
            np.savez_compressed(partial, **planes)
            partial.replace(folder / f"{key}-{index}.npz")
