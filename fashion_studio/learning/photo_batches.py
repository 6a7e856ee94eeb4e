"""Photos of a data list as batches: decoding, views, targets; the same for the same seed."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from fashion_studio.domain.errors import PhotoError
from fashion_studio.domain.geometry import Box
from fashion_studio.imaging.decode import load_photo
from fashion_studio.learning.class_sampling import balanced_sampler
from fashion_studio.learning.targets import TargetEncoder, Targets, known_classes
from fashion_studio.learning.views import ViewMaker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Vocabulary
    from fashion_studio.learning.method_recipe import MethodRecipe, SamplerPlan
    from fashion_studio.learning.style.copies import StylisedCopies

__all__ = ["EpochOrder", "PhotoBatch", "PhotoViews", "epoch_loader", "photo_views", "plain_loader"]

_SPARE: Final = 1.5
"""How much larger than needed a photo is decoded, so that the resize has something to average."""


@dataclass(frozen=True, slots=True)
class PhotoBatch:
    """B photos.

    Attributes:
        squares: (B, S, S, 3) uint8 RGB.
        targets: landmarks in input pixels.
        index: (B,) long, place in the list.
        good: (B,) bool, False for a photo that could not be decoded; nothing is known of it then.
    """

    squares: Tensor
    targets: Targets
    index: Tensor
    good: Tensor

    def __len__(self) -> int:
        return len(self.squares)

    def rows(self, part: slice) -> PhotoBatch:
        """Some of its photos."""
        places = torch.arange(len(self))[part]
        return PhotoBatch(self.squares[part], self.targets.rows(places), self.index[part], self.good[part])

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> PhotoBatch:
        """The same on a device."""
        return PhotoBatch(
            self.squares.to(device, non_blocking=non_blocking),
            self.targets.to(device, non_blocking=non_blocking),
            self.index,
            self.good,
        )

    def pin_memory(self) -> PhotoBatch:
        """The same in page-locked memory."""
        return replace(self, squares=self.squares.pin_memory(), targets=self.targets.pin_memory())

    @classmethod
    def stack(cls, photos: Sequence[PhotoBatch]) -> PhotoBatch:
        """A batch of single photos (each without the leading dimension)."""
        return cls(
            torch.stack([photo.squares for photo in photos]),
            Targets.stack([photo.targets for photo in photos]),
            torch.stack([photo.index for photo in photos]),
            torch.stack([photo.good for photo in photos]),
        )


Ticket = tuple[int, int]
"""A photo's place in the list and the seed of its view."""


class PhotoViews(Dataset[PhotoBatch]):
    """Photos of one split, decoded and turned into views on demand. Asked with a `Ticket`."""

    def __init__(
        self,
        photos: Sequence[DataListPhoto],
        root: Path,
        encoder: TargetEncoder,
        maker: ViewMaker,
        decode_px: Callable[[DataListPhoto], int | None],
        masks: Path | None = None,
    ) -> None:
        """`masks` is a folder with `SHA256.png` per photo; a photo without one keeps its background."""
        self.photos, self.root, self.masks = photos, root, masks
        self._encoder, self._maker, self._decode_px = encoder, maker, decode_px
        self.copies: StylisedCopies | None = None

    def __len__(self) -> int:
        return len(self.photos)

    def __getitem__(self, ticket: Ticket | int) -> PhotoBatch:
        """One view; a photo that cannot be decoded is an empty one of which nothing is known."""
        place, seed = ticket if isinstance(ticket, tuple) else (ticket, 0)
        photo = self.photos[place]
        try:
            return self._view(photo, place, seed)
        except PhotoError:
            blank = replace(photo, labels={}, unknown={}, landmarks={}, box=None)
            return self._made(blank, np.zeros((8, 8, 3), np.uint8), place, seed, good=False)

    def classes(self, head: str) -> NDArray[np.int64]:
        """(N,) index of each photo's sure value of a one-valued attribute, else -1."""
        found = [known_classes(self._encoder(photo).allowed[head][None])[0] for photo in self.photos]
        return torch.stack(found).numpy().astype(np.int64)

    def _view(self, photo: DataListPhoto, place: int, seed: int) -> PhotoBatch:
        copy = None if self.copies is None else self.copies.drawn(photo, seed)
        if copy is not None:
            image, photo = copy
            whole = photo.width, photo.height
        else:
            decoded = load_photo(self.root / photo.file, max_side_px=self._decode_px(photo))
            image, whole = decoded.image, (decoded.width_px, decoded.height_px)
        height, width = image.shape[:2]
        scale_x, scale_y = width / whole[0], height / whole[1]
        box = photo.garment_box()
        scaled = replace(
            photo,
            landmarks={n: (x * scale_x, y * scale_y, seen) for n, (x, y, seen) in photo.landmarks.items()},
            box=None
            if box is None
            else (box.x * scale_x, box.y * scale_y, box.width * scale_x, box.height * scale_y),
        )
        return self._made(scaled, image, place, seed, good=True)

    def _made(
        self, photo: DataListPhoto, image: NDArray[np.uint8], place: int, seed: int, *, good: bool
    ) -> PhotoBatch:
        targets = self._encoder(photo)
        view = self._maker(
            image,
            points=targets.points,
            visibility=targets.visibility,
            box=None if photo.box is None else Box(*photo.box),
            mask=self._mask(photo, image.shape[:2]) if good else None,
            seed=seed,
        )
        return PhotoBatch(
            view.square,
            replace(targets, points=view.points, visibility=view.visibility),
            torch.tensor(place),
            torch.tensor(good),
        )

    def _mask(self, photo: DataListPhoto, shape: tuple[int, ...]) -> NDArray[np.uint8] | None:
        if self.masks is None:
            return None
        mask = cv2.imread(str(self.masks / f"{photo.sha256}.png"), cv2.IMREAD_GRAYSCALE)
        if mask is None:
            return None
        return np.asarray(cv2.resize(mask, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.uint8)


class EpochOrder(Sampler[list[Ticket]]):
    """The batches of an epoch, from any of them on; each process of several takes its share of each batch.

    Order and views depend on seed and epoch alone, so a run that is continued in the middle of an epoch sees
    what it would have seen.
    """

    def __init__(
        self,
        views: PhotoViews,
        plan: SamplerPlan,
        batch_size: int,
        seed: int,
        *,
        rank: int = 0,
        processes: int = 1,
    ) -> None:
        self._seed, self._batch_size = seed, batch_size
        self.rank, self._processes = rank, processes
        self._count = plan.photos_per_epoch or len(views)
        self._classes: NDArray[np.int64] | None = None
        self._values = 0
        if plan.kind == "inverse_frequency":
            self._classes = views.classes(plan.head)
            self._values = int(self._classes.max(initial=0)) + 1
        self._photos = len(views)
        self.epoch, self.start = 0, 0

    def at(self, epoch: int, start: int = 0) -> None:
        """Chooses the epoch (from 0) and its first batch."""
        self.epoch, self.start = epoch, start

    def __len__(self) -> int:
        whole, rest = divmod(self._count, self._batch_size)
        # a last batch of one photo has no statistics to normalise by
        return max(1, whole + int(rest >= max(2, self._processes)))

    def __iter__(self) -> Iterator[list[Ticket]]:
        order = self._order()
        for number in range(self.start, len(self)):
            first = number * self._batch_size
            places = range(first, min(first + self._batch_size, len(order)))
            yield [
                (order[place], _view_seed(self._seed, self.epoch, place))
                for place in places[self.rank :: self._processes]
            ]

    def _order(self) -> list[int]:
        seed = _view_seed(self._seed, self.epoch, -1)
        if self._classes is not None:
            return list(
                balanced_sampler(self._classes, self._values, photos_per_epoch=self._count, seed=seed)
            )
        order: list[int] = []
        generator = torch.Generator().manual_seed(seed)
        while len(order) < self._count:
            order += torch.randperm(self._photos, generator=generator).tolist()
        return order[: self._count]


def photo_views(
    photos: Sequence[DataListPhoto],
    root: Path,
    recipe: MethodRecipe,
    vocabulary: Vocabulary,
    *,
    training: bool,
    masks: Path | None = None,
) -> PhotoViews:
    """The photos of a split as a recipe wants to see them; `training` adds its random changes."""
    if not vocabulary.landmarks:
        photos = [replace(photo, landmarks={}) if photo.landmarks else photo for photo in photos]
    maker = ViewMaker(recipe.view, recipe.augmenting if training else None, vocabulary.mirror_order())
    crop = recipe.augmenting.resized_crop if training else None
    cuts = recipe.augmenting.box_crop is not None if training else recipe.view.box_in_evaluation
    least = recipe.view.side_px * _SPARE / math.sqrt(crop.scale_low if crop else 1.0)

    def decode_px(photo: DataListPhoto) -> int | None:
        width, height = photo.width, photo.height
        if not width or not height:
            return None
        box = photo.garment_box() if cuts else None
        shown = min(width, height) if box is None else min(width, height, box.width, box.height)
        return max(1, math.ceil(max(width, height) * min(1.0, least / max(shown, 1.0))))

    wanted = masks if recipe.view.background != "raw" else None
    return PhotoViews(photos, root, TargetEncoder(vocabulary), maker, decode_px, wanted)


def epoch_loader(
    views: PhotoViews, order: EpochOrder, processes: int, *, pin: bool
) -> DataLoader[PhotoBatch]:
    """Training batches; `processes` prepare them ahead (0: none), the result does not depend on it."""
    return DataLoader(
        views,
        batch_sampler=order,
        collate_fn=PhotoBatch.stack,
        generator=torch.Generator(),  # its own: making an iterator must not draw from dropout's numbers
        pin_memory=pin,
        **_workers(processes),
    )


def plain_loader(views: PhotoViews, batch_size: int, processes: int) -> DataLoader[PhotoBatch]:
    """All photos once, in the order of the list."""
    return DataLoader(
        views,
        batch_size=batch_size,
        collate_fn=PhotoBatch.stack,
        generator=torch.Generator(),
        **_workers(processes),
    )


def _workers(processes: int) -> dict[str, Any]:
    if not processes:
        return {}
    return {
        "num_workers": processes,
        "prefetch_factor": 4,
        "persistent_workers": True,
        "worker_init_fn": _calm_worker,
    }


def _calm_worker(_number: int) -> None:
    # one thread per loader: the cores belong to the network
    cv2.setNumThreads(0)
    torch.set_num_threads(1)


def _view_seed(seed: int, epoch: int, place: int) -> int:
    text = f"{seed}:{epoch}:{place}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=7).digest(), "little")
