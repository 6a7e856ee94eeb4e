"""What a network is to answer: labels of a data list as tensors, and heatmaps around landmarks.

Landmarks have the vocabulary's slots, whatever their order in a file. What is not known is marked, never
filled in, and every loss and figure leaves it out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import torch

from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.vocabulary import CATEGORY, Cardinality

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from torch import Tensor

    from fashion_studio.domain.data_list import DataListPhoto
    from fashion_studio.domain.vocabulary import Attribute, Vocabulary

__all__ = ["UNKNOWN", "TargetEncoder", "Targets", "cone_targets", "gaussian_targets", "known_classes"]

UNKNOWN: Final = -1


@dataclass(frozen=True, slots=True)
class Targets:
    """Labels of one photo, or, stacked, of a batch of B (then each tensor has B in front).

    Attributes:
        allowed: per one-valued attribute (values,) bool: the possible values. One is a full label, several
            are a partial one, none is unknown.
        flags: per several-valued attribute (values,) float, 1 where present.
        flags_known: (values,) bool beside it.
        main: per several-valued attribute () long: index of the main value, -1 unknown or none.
        points: (K, 2) float32; in image pixels as the encoder makes them, in input pixels after a view.
        visibility: (K,) long: `Visibility`, or -1 where the landmark is not labelled.
    """

    allowed: Mapping[str, Tensor]
    flags: Mapping[str, Tensor]
    flags_known: Mapping[str, Tensor]
    main: Mapping[str, Tensor]
    points: Tensor
    visibility: Tensor

    @classmethod
    def stack(cls, targets: Sequence[Targets]) -> Targets:
        """A batch of single photos' targets."""

        def joined(parts: list[Mapping[str, Tensor]]) -> dict[str, Tensor]:
            return {head: torch.stack([part[head] for part in parts]) for head in parts[0]}

        return cls(
            allowed=joined([each.allowed for each in targets]),
            flags=joined([each.flags for each in targets]),
            flags_known=joined([each.flags_known for each in targets]),
            main=joined([each.main for each in targets]),
            points=torch.stack([each.points for each in targets]),
            visibility=torch.stack([each.visibility for each in targets]),
        )

    def to(self, device: torch.device | str, *, non_blocking: bool = False) -> Targets:
        """The same on a device."""
        return self._each(lambda tensor: tensor.to(device, non_blocking=non_blocking))

    def pin_memory(self) -> Targets:
        """The same in page-locked memory; `DataLoader(pin_memory=True)` calls it."""
        return self._each(lambda tensor: tensor.pin_memory())

    def rows(self, index: Tensor) -> Targets:
        """These photos of a batch, in this order: `index` (n,) long."""
        return self._each(lambda tensor: tensor[index.to(tensor.device)])

    def _each(self, change: Callable[[Tensor], Tensor]) -> Targets:
        def changed(part: Mapping[str, Tensor]) -> dict[str, Tensor]:
            return {head: change(tensor) for head, tensor in part.items()}

        return Targets(
            allowed=changed(self.allowed),
            flags=changed(self.flags),
            flags_known=changed(self.flags_known),
            main=changed(self.main),
            points=change(self.points),
            visibility=change(self.visibility),
        )


class TargetEncoder:
    """Labels of photos as tensors, for one vocabulary.

    "Does not apply" becomes the attribute's value for that (`Attribute.otherwise`), or unknown where it has
    none; so does an unlabelled attribute or landmark that the photo's category does not have.
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self._index = {
            attribute.name: {value: place for place, value in enumerate(attribute.value_names)}
            for attribute in vocabulary.attributes
        }
        self._landmarks = {name: place for place, name in enumerate(vocabulary.landmark_names)}

    def __call__(self, photo: DataListPhoto) -> Targets:
        """Targets of one photo; points in image pixels.

        Raises:
            KeyError: a label the vocabulary does not have (`domain.data_list.check_listed_photo` refuses it).
        """
        values = photo.values(CATEGORY)
        category = values[0] if len(values) == 1 else None
        allowed, flags, known, main = {}, {}, {}, {}
        for attribute in self.vocabulary.attributes:
            if attribute.cardinality is Cardinality.ONE:
                allowed[attribute.name] = self._allowed(photo, attribute, category)
            else:
                name = attribute.name
                flags[name], known[name], main[name] = self._flags(photo, attribute)
        points, visibility = self._places(photo, category)
        return Targets(allowed, flags, known, main, points, visibility)

    def _allowed(self, photo: DataListPhoto, attribute: Attribute, category: str | None) -> Tensor:
        index = self._index[attribute.name]
        possible = torch.zeros(len(index), dtype=torch.bool)
        given = photo.values(attribute.name)
        if attribute.name not in photo.labels:
            by_kind = not self.vocabulary.applies(attribute.name, category)
        else:
            by_kind = not given
        if by_kind and attribute.otherwise is not None:
            given = (attribute.otherwise,)
        for value in given:
            possible[index[value]] = True
        return possible

    def _flags(self, photo: DataListPhoto, attribute: Attribute) -> tuple[Tensor, Tensor, Tensor]:
        index = self._index[attribute.name]
        present = torch.zeros(len(index))
        labelled = attribute.name in photo.labels
        known = torch.full((len(index),), labelled)
        places = [index[value] for value in photo.values(attribute.name)]
        present[places] = 1.0
        known[[index[value] for value in photo.unknown.get(attribute.name, ())]] = False
        return present, known, torch.tensor(places[0] if places else UNKNOWN)

    def _places(self, photo: DataListPhoto, category: str | None) -> tuple[Tensor, Tensor]:
        points = torch.zeros(len(self._landmarks), 2)
        visibility = torch.full((len(self._landmarks),), UNKNOWN)
        for name, place in self._landmarks.items():
            if category is not None and not self.vocabulary.landmark_applies(name, category):
                visibility[place] = int(Visibility.ABSENT)
        for landmark in photo.points():
            place = self._landmarks[landmark.name]
            visibility[place] = int(landmark.visibility)
            if landmark.visibility is not Visibility.ABSENT:
                points[place] = torch.tensor((landmark.x, landmark.y))
        return points, visibility


def known_classes(allowed: Tensor) -> Tensor:
    """(B,) index of the value where exactly one is possible, else -1; from (B, values) bool."""
    return torch.where(allowed.sum(1) == 1, allowed.int().argmax(1), UNKNOWN)


def gaussian_targets(points: Tensor, shape: tuple[int, int], side_px: int, sigma: float) -> Tensor:
    """exp(-d²/2σ²) around each point, peak 1: (B, K, h, w).

    Args:
        points: (B, K, 2) x, y in input pixels.
        shape: height and width of the map.
        side_px: side of the input, which the map covers.
        sigma: in fractions of the map's side, so that it scales with the map.
    """
    square = _distances_squared(points, shape, side_px)
    return torch.exp(-square / (2 * (sigma * shape[1]) ** 2))


def cone_targets(points: Tensor, shape: tuple[int, int], side_px: int, radius: float = 8 / 224) -> Tensor:
    """exp(-0.5·d/R), the target of Liu & Lu's code with R = 8 at 224 pixels: a cone, not a Gaussian.

    Args and shape as for `gaussian_targets`; `radius` in fractions of the map's side.
    """
    return torch.exp(-0.5 * _distances_squared(points, shape, side_px).sqrt() / (radius * shape[1]))


def _distances_squared(points: Tensor, shape: tuple[int, int], side_px: int) -> Tensor:
    height, width = shape
    columns = torch.arange(width, device=points.device) + 0.5
    rows = torch.arange(height, device=points.device) + 0.5
    x = points[..., 0] * (width / side_px)
    y = points[..., 1] * (height / side_px)
    across = (columns - x[..., None]).square()
    down = (rows - y[..., None]).square()
    return down[..., :, None] + across[..., None, :]
