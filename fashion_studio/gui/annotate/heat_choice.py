"""Which heat map lies over the photo: a value's class activation, or the landmarks' heatmaps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

from fashion_studio.gui.canvas.heat import premultiplied_table
from fashion_studio.gui.canvas.layers import HeatSource
from fashion_studio.imaging.colormaps import colormap

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping, Sequence

    from numpy.typing import NDArray

    from fashion_studio.domain.predictions import Reading
    from fashion_studio.gui.session import Session

__all__ = ["ModelHeads", "color_table", "landmark_source", "model_heads", "value_source"]

_FLOOR: Final = 0.02
_LIFT: Final = 0.4


@dataclass(frozen=True, slots=True)
class ModelHeads:
    """The order of a model's maps: value names of each head, and its landmarks."""

    values: Mapping[str, tuple[str, ...]]
    landmarks: tuple[str, ...]


@lru_cache(maxsize=8)
def color_table(name: str) -> NDArray[np.uint32]:
    """A colour map as premultiplied words."""
    return premultiplied_table(colormap(name))


def model_heads(session: Session) -> ModelHeads:
    """The order of the maps of the model that answers; until it is known, the vocabulary's."""
    engine, vocabulary = session.engine, session.vocabulary
    if engine is not None and engine.state.heads:
        return ModelHeads(engine.state.heads, engine.state.landmarks)
    if vocabulary is None:
        return ModelHeads({}, ())
    return ModelHeads({a.name: a.value_names for a in vocabulary.attributes}, vocabulary.landmark_names)


def value_source(
    photo: Hashable, reading: Reading | None, heads: ModelHeads, attribute: str, value: str, table: str
) -> HeatSource | None:
    """Where the model looks for a value of an attribute; None without maps, or where it has no such head.

    `photo` says which picture was read (a photo's id, or what was made of it): same picture, same map.
    """
    if reading is None or reading.maps is None:
        return None
    maps = reading.maps
    names = heads.values.get(attribute, ())
    cams = maps.cams.get(attribute)
    if cams is None or value not in names or len(cams) != len(names):
        return None
    key = (photo, reading.prediction.model, attribute, value, table)
    field = cams[names.index(value)]
    return HeatSource(key, field, maps.to_input, maps.input_px, color_table(table))


def landmark_source(
    item_id: int, reading: Reading | None, heads: ModelHeads, names: Sequence[str], table: str
) -> HeatSource | None:
    """Where the model expects these landmarks; of several, the strongest at each place.

    A heatmap is a peak hardly wider than the mark that stands on it, so its flanks are lifted (a power below
    one); the order of places stays, and what lies under the floor is nothing.
    """
    if reading is None or reading.maps is None:
        return None
    maps = reading.maps
    places = [heads.landmarks.index(name) for name in names if name in heads.landmarks]
    if not places or max(places) >= len(maps.heatmaps):
        return None
    field = np.maximum.reduce([maps.heatmaps[place] for place in places])
    field = np.clip((field - _FLOOR) / (1.0 - _FLOOR), 0.0, None) ** _LIFT
    key = (item_id, reading.prediction.model, "landmarks", tuple(names), table)
    return HeatSource(key, field, maps.to_input, maps.input_px, color_table(table))
