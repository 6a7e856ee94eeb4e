"""Makes the pictures with two cues that a plan names, from the renderer, from photos, or from a folder."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fashion_studio.domain.errors import PhotoError, UserError
from fashion_studio.imaging.decode import PHOTO_SUFFIXES, load_photo
from fashion_studio.imaging.letterbox import resize
from fashion_studio.probing.asking import seeded, write_picture
from fashion_studio.probing.backgrounds import with_background
from fashion_studio.probing.conflicts import ConflictPicture, render_conflict
from fashion_studio.probing.cue_names import parse_cue_name
from fashion_studio.probing.records import ConflictSource, Skipped
from fashion_studio.probing.variants import has_garment, texture_patches

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    import numpy as np
    from numpy.typing import NDArray

    from fashion_studio.probing.asking import Asking
    from fashion_studio.probing.records import ConflictSpec, CueClass, ProbePhoto

__all__ = ["ConflictMaking", "FoundSet", "MadePicture", "found_pictures"]

_RENDERED_RATIO: Final = 0.75


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture with two cues: (H, W, 3) uint8 RGB, and attributes that are known exactly."""

    image: NDArray[np.uint8]
    truth: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class FoundSet:
    """A folder's pictures.

    Attributes:
        files: path below the folder, with "/", to (shape, texture), in order of names.
        equal: how many were dropped because their cues are equal.
        strange: names that say no cues; those pictures are left out.
    """

    files: Mapping[str, tuple[str, str]]
    equal: int
    strange: tuple[str, ...]


def found_pictures(folder: Path, classes: Collection[str] = ()) -> FoundSet:
    """Pictures named `<shape>N-<texture>M.png` in a folder and its sub-folders.

    Raises:
        UserError: there is no such folder, or no such picture in it.
    """
    if not folder.is_dir():
        msg = f"{folder} is not a folder. Name the folder of a set of pictures."
        raise UserError(msg)
    files, strange, equal = {}, [], 0
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in PHOTO_SUFFIXES or path.name.startswith("."):
            continue
        relative = path.relative_to(folder).as_posix()
        name = parse_cue_name(path.name, classes=classes)
        if name is None:
            strange.append(relative)
        elif name.shape == name.texture:
            equal += 1
        else:
            files[relative] = (name.shape, name.texture)
    if not files:
        msg = (
            f"There is no picture with two cues in {folder.name}. Their names are <shape>N-<texture>M.png, "
            "such as cat3-elephant1.png, with different classes."
        )
        raise UserError(msg)
    return FoundSet(files, equal, tuple(strange))


class ConflictMaking:
    """Makes pictures of a conflict set and keeps them in a folder. Safe from several threads."""

    def __init__(
        self,
        spec: ConflictSpec,
        classes: Mapping[str, CueClass],
        photos: Mapping[str, ProbePhoto],
        asking: Asking,
        folder: Path,
        picture_px: int,
    ) -> None:
        """Nothing is made yet.

        Args:
            spec: of the set.
            classes: by name.
            photos: by key, for sets made from photos.
            asking: gives photos with their mattes, and styles.
            folder: where the pictures go.
            picture_px: long side of the pictures.
        """
        self._spec = spec
        self._classes = classes
        self._photos = photos
        self._asking = asking
        self._folder = folder
        self._picture_px = picture_px

    def make(self, picture: ConflictPicture) -> MadePicture | Skipped:
        """Makes one picture, writes it, and returns it as it was written.

        Raises:
            OSError: the disk does not take it.
        """
        try:
            made = self._made(picture)
        except (PhotoError, UserError) as error:
            return Skipped(picture.file, str(error))
        if isinstance(made, Skipped):
            return made
        height, width = made.image.shape[:2]
        scale = min(1.0, self._picture_px / max(height, width))
        small = resize(made.image, max(1, round(width * scale)), max(1, round(height * scale)))
        write_picture(self._folder / picture.file, small, self._picture_px)
        return MadePicture(small, made.truth)

    def load(self, file: str) -> MadePicture | Skipped:
        """A picture of the folder that `ConflictSpec.folder` names."""
        try:
            return MadePicture(load_photo(Path(self._spec.folder) / file).image, {})
        except PhotoError as error:
            return Skipped(file, str(error))

    def _made(self, picture: ConflictPicture) -> MadePicture | Skipped:
        if self._spec.source is ConflictSource.RENDERER:
            drawn = render_conflict(
                picture,
                self._spec,
                self._classes,
                width_px=round(self._picture_px * _RENDERED_RATIO),
                height_px=self._picture_px,
            )
            return MadePicture(drawn.image, {"category": drawn.category, **drawn.attributes})
        shape = self._asking.picture(self._photos[picture.shape_key])
        cloth = self._asking.picture(self._photos[picture.texture_key])
        if self._spec.source is ConflictSource.STYLE:
            return self._styled(picture, shape.image, cloth.image, shape.matte.mask)
        if not (has_garment(shape.matte.mask) and has_garment(cloth.matte.mask)):
            return Skipped(picture.file, "No garment was found in one of its two photos.")
        height, width = shape.image.shape[:2]
        generator = seeded(picture.seed, picture.file)
        patches = texture_patches(cloth.image, cloth.matte.mask, generator, size_px=(width, height))
        if patches is None:
            return Skipped(picture.file, "The garment that lends its cloth is too small for patches.")
        return MadePicture(with_background(patches, shape.matte.mask, shape.image), {})

    def _styled(
        self,
        picture: ConflictPicture,
        content: NDArray[np.uint8],
        style: NDArray[np.uint8],
        mask: NDArray[np.float32],
    ) -> MadePicture | Skipped:
        styler = self._asking.styler
        if styler is None:
            return Skipped(picture.file, "There are no weights for style transfer.")
        made = styler.stylise(content, style, alpha=self._spec.alpha)
        return MadePicture(with_background(made, mask, content) if self._spec.same_silhouette else made, {})
