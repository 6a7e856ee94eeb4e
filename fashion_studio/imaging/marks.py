"""Marks on a photo: landmarks with bones and names, the garment's box, the rim of its mask.

The looks are those of the window's canvas (circle = left, square = right, hollow = the model's), for the
pictures that are written without a window. All of them draw into the canvas that they are given.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.labels import Visibility
from fashion_studio.imaging.lettering import Fonts, TextStyle, blend, draw_round_rect

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.geometry import Box
    from fashion_studio.domain.labels import Landmark
    from fashion_studio.domain.predictions import LandmarkPrediction
    from fashion_studio.domain.vocabulary import LandmarkPoint, Vocabulary

__all__ = ["draw_box", "draw_landmarks", "draw_mask_outline"]

GROUND: Final = (0x0B, 0x0C, 0x0E)
WHITE: Final = (0xFF, 0xFF, 0xFF)
SIDE_COLORS: Final = {"left": (0x7D, 0xF0, 0xD0), "right": (0xFF, 0x9F, 0xD6)}
_SHIFT: Final = 4  # OpenCV draws at sixteenths of a pixel
_NAMES_FROM_PX: Final = 400


# -- landmarks ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Mark:
    point: LandmarkPoint
    x: float
    y: float
    occluded: bool

    @property
    def color(self) -> tuple[int, int, int]:
        return SIDE_COLORS.get(self.point.side, WHITE)

    @property
    def text(self) -> str:
        return f"{self.point.title} · occluded" if self.occluded else self.point.title


def draw_landmarks(
    canvas: NDArray[np.uint8],
    landmarks: Iterable[Landmark | LandmarkPrediction],
    vocabulary: Vocabulary,
    *,
    fonts: Fonts | None = None,
    filled: bool = False,
    names: bool | None = None,
) -> None:
    """Draws bones, marks and names into the canvas, in place. Absent landmarks are not drawn.

    Args:
        canvas: (H, W, 3) uint8 RGB; the landmarks' coordinates are in its pixels.
        landmarks: of the vocabulary.
        vocabulary: gives sides, titles and the skeleton.
        fonts: for the names.
        filled: a person's marks are filled, a model's hollow.
        names: whether to write them; by default where the canvas is at least 400 px wide.
    """
    marks = [
        _Mark(
            vocabulary.landmarks[vocabulary.landmark_index(landmark.name)],
            landmark.x,
            landmark.y,
            landmark.visibility is Visibility.OCCLUDED,
        )
        for landmark in landmarks
        if landmark.visibility is not Visibility.ABSENT
    ]
    _draw_bones(canvas, {mark.point.name: mark for mark in marks}, vocabulary.skeleton)
    for mark in marks:
        _draw_mark(canvas, mark, filled=filled)
    if canvas.shape[1] >= _NAMES_FROM_PX if names is None else names:
        _draw_names(canvas, marks, fonts or Fonts())


def _draw_bones(
    canvas: NDArray[np.uint8], marks: Mapping[str, _Mark], skeleton: Sequence[tuple[str, str]]
) -> None:
    edges = [edge for edge in skeleton if edge[0] in marks and edge[1] in marks]
    edges = [edge for edge in edges if not _is_short_cut(edge, edges, marks)]
    by_color: dict[tuple[int, int, int], list[list[tuple[float, float]]]] = {}
    for edge in edges:
        first, second = marks[edge[0]], marks[edge[1]]
        color = first.color if first.point.side == second.point.side else WHITE
        by_color.setdefault(color, []).append([(first.x, first.y), (second.x, second.y)])
    _stroke(canvas, [line for lines in by_color.values() for line in lines], GROUND, 4, opacity=0.7)
    for color, lines in by_color.items():
        _stroke(canvas, lines, color, 1.5)


def _is_short_cut(
    edge: tuple[str, str], edges: Sequence[tuple[str, str]], marks: Mapping[str, _Mark]
) -> bool:
    """Whether two shorter bones join the same ends: collar to hem where there is a waist between them."""

    def length(a: str, b: str) -> float:
        return math.hypot(marks[a].x - marks[b].x, marks[a].y - marks[b].y)

    joined = {frozenset(other) for other in edges}
    return any(
        {frozenset((edge[0], via)), frozenset((via, edge[1]))} <= joined
        and max(length(edge[0], via), length(via, edge[1])) < length(*edge)
        for via in marks
        if via not in edge
    )


def _draw_mark(canvas: NDArray[np.uint8], mark: _Mark, *, filled: bool) -> None:
    inner = mark.color if filled else GROUND
    x, y = mark.x, mark.y
    if mark.point.side == "right":
        draw_round_rect(canvas, (x - 7.5, y - 7.5, 15, 15), GROUND, radius_px=2)
        draw_round_rect(canvas, (x - 5, y - 5, 10, 10), mark.color, radius_px=1.5)
        draw_round_rect(canvas, (x - 3, y - 3, 6, 6), inner, radius_px=0.5)
    else:
        for radius, color in ((7.5, GROUND), (5.5, mark.color), (3.5, inner)):
            draw_round_rect(canvas, (x - radius, y - radius, 2 * radius, 2 * radius), color, radius_px=radius)
    if mark.occluded:
        bar = GROUND if filled else mark.color
        draw_round_rect(canvas, (x - 3.5, y - 1, 7, 2), bar)


def _draw_names(canvas: NDArray[np.uint8], marks: Sequence[_Mark], fonts: Fonts) -> None:
    style = TextStyle(fonts, 11, "medium")
    taken = [(mark.x - 9, mark.y - 9, 18.0, 18.0) for mark in marks]
    middle = float(np.mean([mark.x for mark in marks])) if marks else 0.0
    for mark in marks:
        width, height = style.width(mark.text) + 10, 18.0
        box = _best_place(canvas.shape[:2], mark, (width, height), taken, leftwards=mark.x < middle)
        taken.append(box)
        draw_round_rect(canvas, box, GROUND, radius_px=4, opacity=0.84)
        style.draw(canvas, (box[0] + 5, box[1] + height / 2), mark.text, mark.color)


def _best_place(
    size: tuple[int, ...],
    mark: _Mark,
    plate: tuple[float, float],
    taken: Sequence[tuple[float, float, float, float]],
    *,
    leftwards: bool,
) -> tuple[float, float, float, float]:
    """Beside the mark, away from the garment, over nothing else if there is such a place."""
    width, height = plate
    outward, inward = (mark.x - 14 - width, mark.x + 14)
    if not leftwards:
        outward, inward = inward, outward
    centred = mark.x - width / 2
    places = [
        (outward, mark.y - height / 2), (outward, mark.y - height - 4), (outward, mark.y + 4),
        (centred, mark.y + 12), (centred, mark.y - 12 - height), (inward, mark.y - height / 2),
    ]  # fmt: skip

    def badness(place: tuple[int, tuple[float, float]]) -> float:
        rank, (x, y) = place
        kept_x, kept_y = min(max(x, 2), size[1] - width - 2), min(max(y, 2), size[0] - height - 2)
        covered = sum(
            max(0.0, min(x + width, left + w) - max(x, left))
            * max(0.0, min(y + height, top + h) - max(y, top))
            for left, top, w, h in taken
        )
        return covered + 40 * (abs(kept_x - x) + abs(kept_y - y)) + 4 * rank

    x, y = min(enumerate(places), key=badness)[1]
    x = float(round(min(max(x, 2), max(2, size[1] - width - 2))))
    y = float(round(min(max(y, 2), max(2, size[0] - height - 2))))
    return x, y, width, height


# -- box and mask -------------------------------------------------------------------------------------------


def draw_box(canvas: NDArray[np.uint8], box: Box) -> None:
    """Draws a garment box in place, dashed white over dark, in the canvas's pixels."""
    corners = [
        (box.x, box.y), (box.right, box.y), (box.right, box.bottom), (box.x, box.bottom), (box.x, box.y),
    ]  # fmt: skip
    _stroke(canvas, [corners], GROUND, 3, opacity=0.55)
    sides = [np.array(side) for side in itertools.pairwise(corners)]
    _stroke(canvas, [dash for side in sides for dash in _dashes(side, 5, 4)], WHITE, 1)
    for x, y in corners[:4]:
        draw_round_rect(canvas, (x - 4.5, y - 4.5, 9, 9), GROUND)
        draw_round_rect(canvas, (x - 3.5, y - 3.5, 7, 7), WHITE)


def draw_mask_outline(canvas: NDArray[np.uint8], mask: NDArray[Any]) -> None:
    """Draws the rim of a mask (H, W), 0 to 1, in place, dashed white over dark."""
    inside = (np.asarray(mask) >= 0.5).astype(np.uint8)
    contours, _ = cv2.findContours(inside, cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE)
    rims = [_smoothed(contour[:, 0].astype(np.float64) + 0.5) for contour in contours if len(contour) >= 24]
    _stroke(canvas, rims, GROUND, 2.5, opacity=0.75)
    _stroke(canvas, [dash for rim in rims for dash in _dashes(rim, 4, 3)], WHITE, 1)


def _smoothed(rim: NDArray[np.float64]) -> NDArray[np.float64]:
    """A closed line without the staircase of its pixels."""
    kernel = np.array([1.0, 4.0, 6.0, 4.0, 1.0]) / 16.0
    wrapped = np.concatenate([rim[-2:], rim, rim[:2]])
    soft = np.stack([np.convolve(wrapped[:, axis], kernel, mode="valid") for axis in (0, 1)], axis=1)
    return np.concatenate([soft, soft[:1]])


def _dashes(line: NDArray[np.float64], on_px: float, off_px: float) -> list[NDArray[np.float64]]:
    """Cuts a polyline into dashes of equal length."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(steps)])
    starts = np.arange(0.0, along[-1], on_px + off_px)
    dashes = []
    for start in starts:
        end = min(start + on_px, along[-1])
        inner = along[(along > start) & (along < end)]
        places = np.concatenate([[start], inner, [end]])
        dashes.append(np.stack([np.interp(places, along, line[:, axis]) for axis in (0, 1)], axis=1))
    return dashes


def _stroke(
    canvas: NDArray[np.uint8],
    lines: Sequence[Any],
    color: tuple[int, int, int],
    width_px: float,
    *,
    opacity: float = 1.0,
) -> None:
    """Draws polylines at once, so that crossings are not darker; coordinates have pixel centres at halves."""
    if not lines:
        return
    points = np.concatenate([np.asarray(line, dtype=np.float64) for line in lines])
    reach = math.ceil(width_px) + 2
    left, top = np.maximum(np.floor(points.min(axis=0)).astype(int) - reach, 0)
    right, bottom = np.minimum(np.ceil(points.max(axis=0)).astype(int) + reach, canvas.shape[1::-1])
    if right <= left or bottom <= top:
        return
    # Drawn twice as large, for widths between whole pixels; OpenCV's soft edge adds one.
    large = np.zeros((2 * (bottom - top), 2 * (right - left)), dtype=np.uint8)
    corners = [
        np.rint((2 * (np.asarray(line) - (left, top)) - 0.5) * 2**_SHIFT).astype(np.int32) for line in lines
    ]
    cv2.polylines(large, corners, isClosed=False, color=255, thickness=max(2, round(2 * width_px) - 1),
                  lineType=cv2.LINE_AA, shift=_SHIFT)  # fmt: skip
    coverage = cv2.resize(large, (right - left, bottom - top), interpolation=cv2.INTER_AREA)
    blend(canvas, coverage, (int(left), int(top)), color, opacity)
