"""Stylised copies of a run's training photos: made once before training, drawn while it goes on.

A copy lies in the run's `stylised` folder as `SHA256-N.jpg`; one that is there already (from an earlier
start, or shared by the runs of an experiment) is taken as it is. Its style follows from the seed and the
photo alone.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import cv2
import numpy as np
import torch

from fashion_studio.domain.errors import Cancelled, EnvironmentProblem, PhotoError, UserError
from fashion_studio.imaging.decode import decode
from fashion_studio.learning.style.pictures import centre_square
from fashion_studio.rendering.cloth_patches import cloth_patch

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.learning.style.plan import Stylising
    from fashion_studio.zoo.adain import AdaIn

__all__ = [
    "COPIES",
    "AdaInStylist",
    "ClothStylist",
    "Making",
    "StylisedCopies",
    "Stylist",
    "copy_path",
    "digest_path",
    "drawn_copy",
    "make_copies",
    "read_copy",
]

COPIES: Final = "stylised"
"""The folder of a run."""

_QUALITY: Final = 92
_CLOTHS: Final = 160
"""Different cloths where no folder of styles is given; as many styles as there are cloths."""
_STYLE_PX: Final = 224
_SHADE: Final = 0.04
"""Width of the blur that tells shading from pattern, as a share of the long side."""


class Stylist(Protocol):
    """Gives a photo another surface."""

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        """The picture at its own size; None where it cannot be done (no garment found)."""
        ...


class AdaInStylist:
    """By style transfer; styles are a folder's pictures, or rendered cloth."""

    def __init__(
        self, network: AdaIn, styles: Sequence[Path], alpha: float, device: torch.device | str = "cpu"
    ) -> None:
        """`styles` () means cloth; pictures are read when they are first drawn."""
        self._network, self._alpha, self._device = network.to(device).eval(), alpha, device
        self._styles = tuple(styles)
        self._kept: dict[int, NDArray[np.uint8]] = {}

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        """See `Stylist`.

        Raises:
            UserError: a picture of the styles' folder cannot be read.
        """
        del photo
        number = seed % (len(self._styles) or _CLOTHS)
        made = self._network.stylise(
            _planes(image).to(self._device), _planes(self._style(number)).to(self._device), self._alpha
        )
        return np.asarray((made[0].permute(1, 2, 0) * 255).round().to(torch.uint8).cpu().numpy(), np.uint8)

    def _style(self, number: int) -> NDArray[np.uint8]:
        if number not in self._kept:
            self._kept[number] = (
                _style_picture(self._styles[number]) if self._styles else cloth_patch(number, _STYLE_PX)
            )
        return self._kept[number]


class ClothStylist:
    """By filling the garment with rendered cloth under the photo's own light; the rest stays."""

    def __init__(self, mask_of: Callable[[DataListPhoto], NDArray[np.uint8] | None]) -> None:
        """`mask_of` gives a photo's mask, 255 on the garment, of any size; None where there is none."""
        self._mask_of = mask_of
        self._kept: dict[int, NDArray[np.uint8]] = {}

    def stylised(self, image: NDArray[np.uint8], photo: DataListPhoto, seed: int) -> NDArray[np.uint8] | None:
        """See `Stylist`."""
        mask = self._mask_of(photo)
        if mask is None or not mask.any():
            return None
        number = seed % _CLOTHS
        if number not in self._kept:
            self._kept[number] = cloth_patch(number, _STYLE_PX)
        return in_cloth(image, mask, self._kept[number], seed)


@dataclass(frozen=True, slots=True)
class Making:
    """How copies are made.

    Attributes:
        stylist: gives a photo another surface.
        copies: of each photo.
        seed: of the styles.
        side_px: long side of the copies.
    """

    stylist: Stylist
    copies: int
    seed: int
    side_px: int


@dataclass(frozen=True, slots=True)
class StylisedCopies:
    """The copies of a run, for its training views.

    Attributes:
        folder: see `copy_path`.
        plan: of the recipe.
        share: of the phase that is trained.
    """

    folder: Path
    plan: Stylising
    share: float

    def drawn(self, photo: DataListPhoto, seed: int) -> tuple[NDArray[np.uint8], DataListPhoto] | None:
        """A stylised copy and the photo without its labels of the surface; None for the original.

        Args:
            photo: of the run, with its hash.
            seed: of the view; the same gives the same.
        """
        image = drawn_copy(self.folder, photo.sha256, self.plan.copies, self.share, seed)
        if image is None:
            return None
        known = {name: value for name, value in photo.labels.items() if name not in self.plan.surface}
        unknown = {name: value for name, value in photo.unknown.items() if name not in self.plan.surface}
        return image, replace(photo, labels=known, unknown=unknown)


def copy_path(folder: Path, photo: DataListPhoto, number: int) -> Path:
    """Where a copy of a photo lies."""
    return digest_path(folder, photo.sha256, number)


def digest_path(folder: Path, digest: str, number: int) -> Path:
    """Where a copy of the picture with this hash lies."""
    return folder / f"{digest}-{number}.jpg"


def drawn_copy(folder: Path, digest: str, copies: int, share: float, seed: int) -> NDArray[np.uint8] | None:
    """A stylised copy of a picture, or None for the picture itself.

    Args:
        folder: see `copy_path`.
        digest: the picture's hash.
        copies: there are of it.
        share: probability of a copy; a picture without a copy is never one.
        seed: of the view; the same gives the same.
    """
    rng = np.random.default_rng((seed, 1))
    if rng.random() >= share:
        return None
    return read_copy(folder, digest, int(rng.integers(copies)))


def read_copy(folder: Path, digest: str, number: int) -> NDArray[np.uint8] | None:
    """A copy as (H, W, 3) uint8 RGB; None where it could not be made."""
    path = digest_path(folder, digest, number)
    if not path.is_file():
        return None
    image = cv2.imread(str(path), cv2.IMREAD_COLOR_RGB)
    return None if image is None else np.asarray(image, np.uint8)


def make_copies(
    pictures: Sequence[DataListPhoto],
    read: Callable[[DataListPhoto], NDArray[np.uint8]],
    folder: Path,
    making: Making,
    *,
    on_progress: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> tuple[int, int]:
    """Makes the copies that are not there yet.

    Args:
        pictures: with their hashes.
        read: gives a picture's pixels, (H, W, 3) uint8 RGB; may raise PhotoError.
        folder: for the copies; is made.
        making: how, how many of each, and how large.
        on_progress: copies done, copies in all.
        should_stop: asked before each; what is made stays.

    Returns:
        How many were made, and how many could not be (no garment found, or the photo cannot be read).

    Raises:
        Cancelled: on request.
        EnvironmentProblem: the disk does not take them.
    """
    missing = [
        (photo, number)
        for photo in pictures
        for number in range(making.copies)
        if not copy_path(folder, photo, number).is_file()
    ]
    made = 0
    for done, (photo, number) in enumerate(missing):
        if should_stop():
            msg = "Cancelled while the photos were stylised; what is done is kept."
            raise Cancelled(msg)
        on_progress(done, len(missing))
        try:
            image = read(photo)
        except PhotoError:
            continue
        copy = making.stylist.stylised(image, photo, _lot(making.seed, photo, number))
        if copy is not None:
            _write(copy_path(folder, photo, number), copy)
            made += 1
    return made, len(missing) - made


def in_cloth(
    image: NDArray[np.uint8], mask: NDArray[np.uint8], cloth: NDArray[np.uint8], seed: int
) -> NDArray[np.uint8]:
    """The garment in other cloth: mirrored tiles of it under the garment's own light and shade.

    The light is the photo's luminance, blurred so that a pattern is gone, over its mean on the garment.

    Args:
        image: (H, W, 3) uint8 RGB.
        mask: uint8, 255 on the garment; scaled to the image.
        cloth: (S, S, 3) uint8 RGB.
        seed: of the tiles' size and place.
    """
    height, width = image.shape[:2]
    rng = np.random.default_rng(seed)
    share = (
        cv2.resize(mask, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.float32)[..., None] / 255
    )
    side = max(8, round(max(height, width) * float(rng.uniform(0.2, 0.6))))
    tile = cv2.resize(cloth, (side, side), interpolation=cv2.INTER_AREA)
    pair = np.concatenate((tile, tile[:, ::-1]), axis=1)
    whole = np.concatenate((pair, pair[::-1]), axis=0)
    top, left = rng.integers(0, whole.shape[0]), rng.integers(0, whole.shape[1])
    rows = (np.arange(height) + top) % whole.shape[0]
    columns = (np.arange(width) + left) % whole.shape[1]
    filled = whole[rows][:, columns].astype(np.float32)
    light = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) + 1.0
    inside = share[..., 0]
    blur = max(1.0, _SHADE * max(height, width))
    near = cv2.GaussianBlur(inside, (0, 0), blur) + 1e-3
    shade = cv2.GaussianBlur(light * inside, (0, 0), blur) / near
    mean = float((shade * inside).sum() / max(1e-3, float(inside.sum())))
    lit = filled * np.clip(shade / mean, 0.5, 1.5)[..., None]
    return np.asarray(np.clip(np.rint(image * (1 - share) + lit * share), 0, 255), np.uint8)


def _planes(image: NDArray[np.uint8]) -> torch.Tensor:
    return torch.from_numpy(np.require(image, requirements=("C", "W"))).permute(2, 0, 1)[None].float() / 255.0


def _style_picture(path: Path) -> NDArray[np.uint8]:
    try:
        return centre_square(decode(path, max_side_px=2 * _STYLE_PX), _STYLE_PX)
    except PhotoError as error:
        msg = f"The style {path.name} cannot be read ({error.reason}). Take it out of its folder."
        raise UserError(msg) from error


def _lot(seed: int, photo: DataListPhoto, number: int) -> int:
    text = f"{seed}:{photo.sha256}:{number}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "little")


def _write(path: Path, image: NDArray[np.uint8]) -> None:
    _, data = cv2.imencode(".jpg", image[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    partial = path.with_suffix(".part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        partial.write_bytes(data.tobytes())
        partial.replace(path)
    except OSError as error:
        raise EnvironmentProblem(
            f"The stylised copies cannot be written: {error.strerror or error}.", "Make room and go on."
        ) from error
