"""A whole reading on one picture: the photo with its marks, the panel beside it, the maps below. Pure."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import cv2
import numpy as np

from fashion_studio.domain.geometry import Affine
from fashion_studio.domain.labels import Visibility
from fashion_studio.domain.predictions import Reading
from fashion_studio.domain.vocabulary import CATEGORY
from fashion_studio.imaging.caption_panel import PANEL, PANEL_WIDTH_PX, TEXT, TEXT_2, draw_panel
from fashion_studio.imaging.colormaps import OPACITY_DEFAULT, blend_map, colormap, to_unit_range
from fashion_studio.imaging.letterbox import map_to_image, resize
from fashion_studio.imaging.lettering import Fonts, TextStyle
from fashion_studio.imaging.marks import draw_box, draw_landmarks, draw_mask_outline
from fashion_studio.imaging.matting import refine_mask

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import LandmarkPrediction, Maps, Prediction
    from fashion_studio.domain.vocabulary import Vocabulary

__all__ = ["draw_overlay"]

CANVAS: Final = (0x11, 0x12, 0x14)
_PHOTO_WIDTH_PX: Final = 720
_PHOTO_HEIGHT_PX: Final = 760
_MOST_ENLARGED: Final = 2.0
_MASK_SIDE_PX: Final = 512
_TILES: Final = 5
_GAP: Final = 8


def draw_overlay(
    image: NDArray[np.uint8],
    reading: Reading | Prediction,
    vocabulary: Vocabulary,
    *,
    mask: NDArray[Any] | None = None,
    caption: str = "",
    fonts: Path | None = None,
) -> NDArray[np.uint8]:
    """Draws what a model says of a photo.

    Args:
        image: (H, W, 3) uint8 RGB, upright; may be a reduced version of the photo.
        reading: of this photo. With its maps, class activation and landmark heat maps are added below, and
            the mask's rim is drawn unless `mask` is given.
        vocabulary: the model's.
        mask: (H, W) garment share of each pixel of `image`, 0 to 1.
        caption: a line for the panel, such as the file's name.
        fonts: folder with Inter's faces.

    Returns:
        (H', W', 3) uint8 RGB, photo at most 720 × 760 beside a panel of 340.
    """
    faces = Fonts(fonts)
    prediction, maps = (reading.prediction, reading.maps) if isinstance(reading, Reading) else (reading, None)
    height, width = image.shape[:2]
    scale = min(_PHOTO_WIDTH_PX / width, _PHOTO_HEIGHT_PX / height, _MOST_ENLARGED)
    shown = resize(image, max(1, round(width * scale)), max(1, round(height * scale)))
    photo = shown.copy()
    to_shown = Affine(photo.shape[1] / prediction.width_px, photo.shape[0] / prediction.height_px, 0, 0)
    maps = None if maps is None else _for_size(maps, to_shown)
    if mask is None and maps is not None:
        mask = refine_mask(shown, _on(photo, maps, maps.mask), working_side_px=_MASK_SIDE_PX)
    if mask is not None:
        draw_mask_outline(photo, cv2.resize(np.asarray(mask, np.float32), (photo.shape[1], photo.shape[0])))
    if prediction.box is not None:
        draw_box(photo, to_shown.apply_box(prediction.box))
    marks = [_moved(landmark, to_shown) for landmark in _present(prediction, vocabulary)]
    draw_landmarks(photo, marks, vocabulary, fonts=faces)
    return _page(
        photo, _tiles(shown, maps, prediction, vocabulary, faces), prediction, vocabulary, caption, faces
    )


def _present(prediction: Prediction, vocabulary: Vocabulary) -> list[LandmarkPrediction]:
    category = prediction.category.value if CATEGORY in prediction.attributes else None
    return [
        landmark
        for landmark in prediction.landmarks
        if landmark.visibility is not Visibility.ABSENT
        and vocabulary.landmark_applies(landmark.name, category)
    ]


def _moved(landmark: LandmarkPrediction, frame: Affine) -> LandmarkPrediction:
    x, y = frame.apply(np.array([landmark.x, landmark.y]))
    return replace(landmark, x=float(x), y=float(y))


def _for_size(maps: Maps, to_shown: Affine) -> Maps:
    """The same maps with their frame starting from the pixels that are drawn on."""
    frame = maps.to_input
    to_input = Affine(
        frame.scale_x / to_shown.scale_x, frame.scale_y / to_shown.scale_y, frame.shift_x, frame.shift_y
    )
    return replace(maps, to_input=to_input)


def _on(
    photo: NDArray[np.uint8], maps: Maps, values: NDArray[Any], *, smooth: bool = False
) -> NDArray[np.float32]:
    height, width = photo.shape[:2]
    return map_to_image(values, maps.to_input, maps.input_px, width, height, smooth=smooth)


# -- maps ---------------------------------------------------------------------------------------------------


def _tiles(
    photo: NDArray[np.uint8],
    maps: Maps | None,
    prediction: Prediction,
    vocabulary: Vocabulary,
    fonts: Fonts,
) -> list[NDArray[np.uint8]]:
    """Where the model looks for its first answers, and for the landmarks, each on a small photo."""
    if maps is None:
        return []
    height, width = photo.shape[:2]
    tile_width = round((width + PANEL_WIDTH_PX - (_TILES + 1) * _GAP) / _TILES)
    scale = tile_width / width
    tile_height = min(round(height * scale), 2 * tile_width)
    scale = min(scale, tile_height / height)
    small = resize(photo, max(1, round(width * scale)), max(1, round(height * scale)))
    maps = _for_size(maps, Affine(small.shape[1] / width, small.shape[0] / height, 0, 0))
    tiles = []
    for name, title, value in _looked_at(prediction, vocabulary)[: _TILES - 1]:
        cam = maps.cams[name][vocabulary.attribute(name).index(value)]
        heat = to_unit_range(_on(small, maps, cam, smooth=True))
        blended = blend_map(small, heat, colormap("magma"), OPACITY_DEFAULT)
        value_title = next(v.title for v in vocabulary.attribute(name).values if v.name == value)
        tiles.append(_tile(blended, tile_width, tile_height, title, value_title, fonts))
    present = [vocabulary.landmark_index(landmark.name) for landmark in _present(prediction, vocabulary)]
    if present:
        heat = to_unit_range(_on(small, maps, maps.heatmaps[present].max(axis=0), smooth=True))
        blended = blend_map(small, heat, colormap("cividis"), OPACITY_DEFAULT)
        tiles.append(_tile(blended, tile_width, tile_height, "Landmarks", str(len(present)), fonts))
    return tiles


def _looked_at(prediction: Prediction, vocabulary: Vocabulary) -> list[tuple[str, str, str]]:
    return [
        (attribute.name, attribute.title, prediction.attributes[attribute.name].value)
        for attribute in vocabulary.attributes
        if attribute.name in prediction.attributes
        and vocabulary.applies(attribute.name, prediction.category.value)
    ]


def _tile(
    picture: NDArray[np.uint8], width: int, height: int, name: str, value: str, fonts: Fonts
) -> NDArray[np.uint8]:
    tile = np.empty((height + 24, width, 3), dtype=np.uint8)
    tile[:] = CANVAS
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    tile[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    light, strong = TextStyle(fonts, 12), TextStyle(fonts, 12, "medium")
    light.draw(tile, (2, height + 13), name, TEXT_2)
    room = width - light.width(name) - 12
    strong.draw(tile, (light.width(name) + 10, height + 13), value, TEXT, max_width_px=room)
    return tile


# -- page ---------------------------------------------------------------------------------------------------


def _page(
    photo: NDArray[np.uint8],
    tiles: list[NDArray[np.uint8]],
    prediction: Prediction,
    vocabulary: Vocabulary,
    caption: str,
    fonts: Fonts,
) -> NDArray[np.uint8]:
    panel = draw_panel(prediction, vocabulary, least_height_px=photo.shape[0], caption=caption, fonts=fonts)
    width = photo.shape[1] + PANEL_WIDTH_PX
    strip_height = max((tile.shape[0] for tile in tiles), default=0)
    page = np.empty((panel.shape[0] + (strip_height + 2 * _GAP if tiles else 0), width, 3), dtype=np.uint8)
    page[:] = CANVAS
    page[: panel.shape[0], photo.shape[1] :] = PANEL
    top = (panel.shape[0] - photo.shape[0]) // 2
    page[top : top + photo.shape[0], : photo.shape[1]] = photo
    page[: panel.shape[0], photo.shape[1] :] = panel
    left = _GAP
    for tile in tiles:
        room = min(tile.shape[1], width - left)
        page[panel.shape[0] + _GAP : panel.shape[0] + _GAP + tile.shape[0], left : left + room] = tile[
            :, :room
        ]
        left += tile.shape[1] + _GAP
    return page
