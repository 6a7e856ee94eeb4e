"""Sample sheets: the same held-out pictures edited the same ways each time, so that sheets compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import torch

from fashion_studio.imaging.lettering import Fonts, TextStyle
from fashion_studio.rendering.folder import write_picture

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray
    from torch import Tensor

    from fashion_studio.learning.amgan.objective import Objective
    from fashion_studio.learning.amgan.pictures import Pictures
    from fashion_studio.learning.amgan.plan import GanPlan
    from fashion_studio.zoo.amgan import Generator

__all__ = ["SampleSheet", "as_squares", "sheet_rows", "shown_edits"]

_GAP_PX: Final = 4
_HEAD_PX: Final = 18
_GROUND: Final = 24
_TEXT: Final = (214, 218, 224)
_PER_ATTRIBUTE: Final = 4


def as_squares(images: Tensor) -> NDArray[np.uint8]:
    """(B, 3, S, S) from -1 to 1 to (B, S, S, 3) uint8."""
    scaled = images.detach().float().clamp(-1, 1).add(1).mul(127.5).round()
    found: NDArray[np.uint8] = scaled.permute(0, 2, 3, 1).to(torch.uint8).cpu().numpy()
    return found


def shown_edits(plan: GanPlan) -> list[tuple[str, int]]:
    """Attribute and value of each column: up to four of every attribute, spread over its values."""
    found = []
    for name, values in plan.attributes.items():
        count = min(_PER_ATTRIBUTE, len(values))
        places = np.linspace(0, len(values) - 1, count).round().astype(int)
        found += [(name, int(place)) for place in dict.fromkeys(places.tolist())]
    return found


def sheet_rows(pictures: Pictures, count: int) -> NDArray[np.int64]:
    """Which pictures are shown: photos and renderings half and half where there are both, evenly spaced."""
    parts = [np.flatnonzero(pictures.is_photo), np.flatnonzero(~pictures.is_photo)]
    parts = [part for part in parts if len(part)]
    share = -(-count // max(1, len(parts)))
    chosen = [
        part[np.linspace(0, len(part) - 1, min(share, len(part))).round().astype(int)] for part in parts
    ]
    return np.concatenate(chosen)[:count] if chosen else np.empty(0, np.int64)


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """Pictures down, edits across; under each edit its mask.

    Attributes:
        pictures, rows: what is shown.
        objective: composes the edits as in training.
        fonts: for the names above the columns.
    """

    pictures: Pictures
    rows: NDArray[np.int64]
    objective: Objective
    fonts: Fonts

    def draw(self, generator: Generator) -> NDArray[np.uint8]:
        """(H, W, 3) uint8 RGB."""
        images = self.pictures.images(self.rows)
        device = next(generator.parameters()).device
        with_masks = self.objective.plan.has_mask
        columns = [[as_squares(images)]]
        titles = ["photo"]
        for name, value in shown_edits(self.objective.plan):
            edited, masks = self._edited(generator, images.to(device), name, value)
            columns.append([edited, masks] if with_masks else [edited])
            titles.append(self.objective.plan.attributes[name][value].replace("_", " "))
        return _laid_out(columns, titles, TextStyle(self.fonts, 11.0))

    def write(self, generator: Generator, path: Path) -> None:
        """Draws it into a PNG; the file appears whole.

        Raises:
            OSError: the disk does not take it.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_name(f".{path.stem}.part.png")
        write_picture(partial, self.draw(generator))
        partial.replace(path)

    def _edited(
        self, generator: Generator, images: Tensor, name: str, value: int
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        at = list(self.objective.plan.attributes).index(name)
        codes = self.pictures.codes[self.rows, at]
        # where the present value is not known, the CAM asked for is the wanted value's
        sources = torch.from_numpy(np.where(codes >= 0, codes, value)).to(images.device)
        targets = torch.full_like(sources, value)
        with torch.no_grad():
            edit = self.objective.edit(generator, images, name, sources, targets)
        grey = edit.mask.float().mul(2).sub(1).expand(-1, 3, -1, -1)
        return as_squares(edit.images), as_squares(grey)


def _laid_out(
    columns: Sequence[Sequence[NDArray[np.uint8]]], titles: Sequence[str], style: TextStyle
) -> NDArray[np.uint8]:
    count, side = columns[0][0].shape[:2]
    lines = max(len(column) for column in columns)
    step = side + _GAP_PX
    shape = (_HEAD_PX + count * (lines * side + 2 * _GAP_PX), len(columns) * step + _GAP_PX, 3)
    sheet = np.full(shape, _GROUND, np.uint8)
    for across, (column, title) in enumerate(zip(columns, titles, strict=True)):
        left = _GAP_PX + across * step
        style.draw(sheet, (left + side / 2, _HEAD_PX / 2), title, _TEXT, align="centre", max_width_px=side)
        for line, squares in enumerate(column):
            for down, square in enumerate(squares):
                top = _HEAD_PX + down * (lines * side + 2 * _GAP_PX) + line * side
                sheet[top : top + side, left : left + side] = square
    return sheet
