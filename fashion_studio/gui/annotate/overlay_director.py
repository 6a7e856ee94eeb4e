"""Decides what lies over the photo: which heat map, which mask, and what the caption says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject

from fashion_studio.gui.annotate.attribute_state import row_states
from fashion_studio.gui.annotate.heat_choice import landmark_source, value_source
from fashion_studio.gui.annotate.mask_outlines import MaskOutlines
from fashion_studio.gui.canvas.layers import heat_image
from fashion_studio.gui.canvas.surface import ShownLayers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from fashion_studio.domain.labels import Answer
    from fashion_studio.domain.predictions import Reading
    from fashion_studio.gui.annotate.attribute_state import RowState
    from fashion_studio.gui.annotate.reading_desk import ReadingDesk
    from fashion_studio.gui.annotate.stage import Stage
    from fashion_studio.gui.canvas.layers import HeatSource
    from fashion_studio.gui.canvas.photo_image import PhotoImage
    from fashion_studio.gui.session import Session

__all__ = ["OverlayDirector"]

_HEAT_LANES: Final = 4


class OverlayDirector(QObject):
    """Toggles, opacity, colour maps, what is pointed at; and from these the heat map, mask and caption."""

    def __init__(
        self, session: Session, stage: Stage, desk: ReadingDesk, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._stage, self._desk = session, stage, desk
        self._on: set[str] = {"landmarks", "cam", "box"}
        self._opacity = 72
        self._tables = {"cam": "magma", "heatmap": "cividis"}
        self._item_id = -1
        self._reading: Reading | None = None
        self._rows: tuple[RowState, ...] = ()
        self._open = ""
        self._pointed: tuple[str, str] = ("", "")
        self._mark = ""
        self._outlines = MaskOutlines(session.bridge, self)
        self._outlines.arrived.connect(self._on_outline)
        session.project_changed.connect(self._forget)
        stage.overlays.toggled.connect(self.set_on)
        stage.overlays.opacity_moved.connect(self.set_opacity)
        stage.table_picked.connect(self.set_table)
        self._show_state()

    # --- what is asked for

    def is_on(self, name: str) -> bool:
        """Whether an overlay is on."""
        return name in self._on

    def set_on(self, name: str, on: bool) -> None:
        """Switches an overlay; heatmaps and class activation take each other's place."""
        if on:
            self._on.add(name)
            self._on -= {"cam": {"heatmap"}, "heatmap": {"cam"}}.get(name, set())
        else:
            self._on.discard(name)
        self._show_state()
        self.refresh()

    def toggle(self, name: str) -> None:
        """Switches an overlay over."""
        self.set_on(name, name not in self._on)

    def set_opacity(self, per_cent: int) -> None:
        """0 to 100."""
        self._opacity = min(max(per_cent, 0), 100)
        self._stage.canvas.set_heat_opacity(self._opacity / 100)
        self._show_state()

    def step_opacity(self, step: int) -> None:
        """A little more, or less."""
        self.set_opacity(self._opacity + step)

    def set_table(self, name: str) -> None:
        """Another colour map for the kind of heat map that is shown."""
        self._tables[self._kind()] = name
        self._show_state()
        self.refresh()

    def point_at(self, attribute: str, value: str) -> None:
        """The value under the pointer; "" and "" for none."""
        self._pointed = (attribute, value)
        self._refresh_heat()

    def open_attribute(self, name: str) -> None:
        """The attribute whose values are listed."""
        self._open = name
        self._refresh_heat()

    def select_mark(self, name: str) -> None:
        """The landmark whose heatmap is wanted; "" for all."""
        self._mark = name
        self._refresh_heat()

    def show(self, item_id: int, reading: Reading | None, rows: Sequence[RowState]) -> None:
        """Another photo, or more known about it."""
        if item_id != self._item_id:
            self._item_id, self._mark = item_id, ""
            self._pointed = ("", "")
        self._reading, self._rows = reading, tuple(rows)
        self.refresh()

    def refresh(self) -> None:
        """Everything anew."""
        on = self._on
        self._stage.canvas.set_shown(
            ShownLayers(
                landmarks="landmarks" in on,
                heat=bool(on & {"cam", "heatmap"}),
                mask="mask" in on,
                box="box" in on,
            )
        )
        self._refresh_heat()
        self._refresh_mask()

    def _kind(self) -> str:
        return "heatmap" if "heatmap" in self._on else "cam"

    def _show_state(self) -> None:
        self._stage.overlays.show_state(frozenset(self._on), self._opacity, self._tables[self._kind()])

    # --- heat

    def _refresh_heat(self) -> None:
        if "cam" in self._on:
            source, words = self._cam()
        elif "heatmap" in self._on:
            source, words = self._heatmap()
        else:
            source, words = None, ("", "", "")
        self._stage.canvas.set_heat(source)
        icon = "target" if "heatmap" in self._on else "flame"
        self._stage.say(*(words if source is not None else ("", "", "")), icon=icon)

    def _wanted_value(self) -> tuple[str, str]:
        """The value pointed at; else the person's, else the model's, of the open attribute or the first."""
        return self._pointed if self._pointed[1] else _value_of(self._rows, self._open)

    def _cam(self) -> tuple[HeatSource | None, tuple[str, str, str]]:
        attribute, value = self._wanted_value()
        source = value_source(
            self._item_id, self._reading, self._desk.heads, attribute, value, self._tables["cam"]
        )
        row = next((row for row in self._rows if row.name == attribute), None)
        state = next((v for v in row.values if v.name == value), None) if row is not None else None
        if source is None or state is None:
            return None, ("", "", "")
        figure = f"{round(100 * state.probability)} %" if state.probability is not None else ""
        return source, ("Where the model looks for", state.title, figure)

    def _heatmap(self) -> tuple[HeatSource | None, tuple[str, str, str]]:
        vocabulary = self._session.vocabulary
        if vocabulary is None:
            return None, ("", "", "")
        marks = self._stage.canvas.marks
        names = [self._mark] if self._mark else [mark.name for mark in marks if mark.is_drawn]
        source = landmark_source(
            self._item_id, self._reading, self._desk.heads, names, self._tables["heatmap"]
        )
        title = "all landmarks"
        if self._mark:
            title = vocabulary.landmarks[vocabulary.landmark_index(self._mark)].title
        return source, ("Where the model expects", title, "")

    # --- mask

    def _refresh_mask(self) -> None:
        maps = self._reading.maps if self._reading is not None else None
        photo = self._stage.canvas.photo
        if "mask" not in self._on or maps is None or photo is None:
            return
        canvas = self._stage.canvas
        view = canvas.fitted_view((photo.width_px, photo.height_px))
        outline = self._outlines.get(self._item_id, maps)
        picture = self._outlines.picture(self._item_id, maps, view)
        if outline is not None:
            canvas.set_mask_outline(outline, picture)
        if picture is None:
            self._outlines.want(self._item_id, photo, maps, view)

    def read_ahead(
        self, item_id: int, reading: Reading, photo: PhotoImage, answers: Mapping[str, Answer]
    ) -> None:
        """A photo that may come next has been read: outline and heat map are made before it comes."""
        canvas, size = self._stage.canvas, (photo.width_px, photo.height_px)
        if "mask" in self._on and reading.maps is not None:
            self._outlines.want(item_id, photo, reading.maps, canvas.fitted_view(size))
        vocabulary = self._session.vocabulary
        if "cam" not in self._on or vocabulary is None:
            return
        shown = _value_of(row_states(vocabulary, answers, reading.prediction), self._open)
        source = value_source(item_id, reading, self._desk.heads, *shown, self._tables["cam"])
        if source is None or canvas.has_heat(source, size):
            return
        fit_size = canvas.fit_size(size)
        self._session.bridge.submit(
            lambda: heat_image(source, size, fit_size),
            lambda image: canvas.keep_heat(source, image),
            lane=_heat_lane(item_id),
        )

    def _forget(self) -> None:
        self._outlines.forget()
        for number in range(_HEAT_LANES):
            self._session.bridge.forget(_heat_lane(number))
        self._stage.canvas.drop_heat()

    def _on_outline(self, item_id: int) -> None:
        if item_id == self._item_id:
            self._refresh_mask()


def _value_of(rows: Sequence[RowState], opened: str) -> tuple[str, str]:
    """The person's value, else the model's, of the open attribute or the first."""
    row = next((row for row in rows if row.name == opened), rows[0] if rows else None)
    if row is None:
        return "", ""
    chosen = row.answer.value if row.answer is not None else None
    if chosen is None and row.proposals:
        chosen = row.proposals[0].name
    return row.name, chosen or ""


def _heat_lane(item_id: int) -> str:
    """Neighbours are made beside each other; what was asked for long ago gives way."""
    return f"annotate.heat_ahead.{item_id % _HEAT_LANES}"
